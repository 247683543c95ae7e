//! Trunks side by side, mixed or tied, and trunks of which every task attends to something else.

use crate::hand::{Hand, linear};
use crate::lab::{close, numbers};
use mtl_core::config::{Activation, LayerConfig, Pick};
use mtl_core::model::Params;

const FIRST: &str = "trunks, layer 1, weights";

fn ln(x: f32) -> f32 {
    x.ln()
}

#[test]
fn a_tasks_units_become_its_row_of_the_stitches_times_those_of_all() {
    // A symmetric matrix, and one with a transpose that gives something else.
    for (stitches, mixed) in [([0.9, 0.1, 0.1, 0.9], [1.1, 1.9]), ([0.5, 2.0, -1.0, 3.0], [4.5, 5.0])] {
        let mut hand = Hand::new(&Pick::new("cross-stitch"), 1, 2, linear(&[1]));
        hand.set(FIRST, None, &[1.0, 2.0]);
        hand.set("stitches after layer 1", None, &stitches);
        close("mixed", &hand.outputs(&[1.0]).concat(), &mixed, 1e-6);
        assert_eq!(hand.matrix("stitches after layer 1", &[0.0]), stitches);
    }
}

#[test]
fn activations_are_mixed_after_each_layer_or_after_the_last_alone() {
    let trunk = || vec![LayerConfig::new(2).with(Activation::Relu), LayerConfig::new(1).with(Activation::Identity)];
    let stitched = |from: f64| {
        let mut hand = Hand::new(&Pick::new("cross-stitch").with("from", from), 1, 2, trunk());
        hand.set(FIRST, None, &[1.0, 2.0, 3.0, -4.0]);
        hand.set("trunks, layer 2, weights", None, &[1.0, -1.0, 2.0, 1.0]);
        hand.set("stitches after layer 2", None, &[1.0, 0.25, 0.5, 0.0]);
        hand
    };
    // At 1 the first layers give (1, 2) and (3, 0), at -1 nothing and (0, 4).
    let mut each = stitched(1.0);
    each.set("stitches after layer 1", None, &[0.5, 2.0, -1.0, 3.0]);
    assert_eq!(each.outputs(&[1.0, -1.0]), [[9.0, -5.0], [2.75, -4.0]]);
    let last = stitched(2.0);
    assert_eq!(last.outputs(&[1.0, -1.0]), [[0.5, 1.0], [-0.5, 0.0]]);
    assert_eq!(each.parameters() - last.parameters(), 2 * 2, "one matrix of stitches");
}

#[test]
fn what_mixes_begins_with_an_own_share_and_the_rest_in_equal_parts() {
    let cross = || Pick::new("cross-stitch");
    for (pick, tasks, slot, side, own, others) in [
        (cross(), 1, "stitches after layer 1", 1, 1.0, 0.0),
        (cross(), 2, "stitches after layer 1", 2, 0.9, 0.1),
        (cross(), 5, "stitches after layer 2", 5, 0.9, 0.025),
        (cross().with("own", 0.4), 4, "stitches after layer 2", 4, 0.4, 0.2),
        (Pick::new("sluice"), 3, "subspaces after layer 2", 6, 0.9, 0.02),
    ] {
        let hand = Hand::new(&pick, 2, tasks, linear(&[2, 2]));
        let begun = hand.read(&hand.network.layout().init(7, 0), slot, None);
        let expected: Vec<f32> = (0..side * side).map(|i| if i / side == i % side { own } else { others }).collect();
        close(&format!("{pick:?} of {tasks}"), &begun, &expected, 1e-6);
    }
}

#[test]
fn halves_of_a_layer_are_mixed_each_by_its_own_row() {
    let mut hand = Hand::new(&Pick::new("sluice"), 1, 2, linear(&[4]));
    hand.set(FIRST, None, &[1.0, 2.0, 10.0, 20.0, 3.0, 4.0, 30.0, 40.0]);
    let rows = [[1.0, 0.0, 0.0, 2.0], [0.0, 1.0, -1.0, 0.0], [0.5, 0.0, 1.0, 0.0], [0.0, 0.25, 0.0, 1.0]];
    hand.set("subspaces after layer 1", None, rows.as_flattened());
    let expected: [[f32; 4]; 2] = [[61.0, 82.0, 7.0, 16.0], [3.5, 5.0, 32.5, 45.0]];
    let twice = expected.map(|row| [row, row.map(|x| -2.0 * x)].concat());
    assert_eq!(hand.outputs(&[1.0, -2.0]), twice);
    assert_eq!(hand.matrix("subspaces after layer 1", &[0.0]), rows.as_flattened());
}

/// Two tasks with halves that stay what they are: A's layers give (1, 2) and (2, 2) at 1, B's (3, 4) and (4, 3).
fn unmixed() -> Hand {
    let mut hand = Hand::new(&Pick::new("sluice"), 1, 2, linear(&[2, 2]));
    let identity: Vec<f32> = (0..16).map(|i| f32::from(i / 4 == i % 4)).collect();
    for layer in [1, 2] {
        hand.set(&format!("subspaces after layer {layer}"), None, &identity);
    }
    hand.set(FIRST, None, &[1.0, 2.0, 3.0, 4.0]);
    hand.set("trunks, layer 2, weights", None, &[2.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
    hand
}

#[test]
fn heads_read_a_mixture_of_all_layers_that_begins_with_most_of_the_last_and_has_no_bounds() {
    let mut hand = unmixed();
    close("start", &hand.outputs(&[1.0]).concat(), &[1.9, 2.0, 3.9, 3.1], 1e-6);
    // What is learned is added to the start's (0.1, 0.9).
    hand.set("layers for the heads", None, &[0.4, -0.4, 0.9, -1.9]);
    close("learned", &hand.outputs(&[1.0]).concat(), &[1.5, 2.0, -1.0, 1.0], 1e-6);
    close("shown", &hand.matrix("layers for the heads", &[0.0]), &[0.5, 0.5, 1.0, -1.0], 1e-6);
    for (depth, start) in [(1, vec![1.0]), (3, vec![0.05, 0.05, 0.9])] {
        let mut hand = Hand::new(&Pick::new("sluice"), 1, 2, linear(&vec![2; depth]));
        hand.theta = hand.network.layout().init(7, 0);
        close("begun", &hand.matrix("layers for the heads", &[0.0]), &start.repeat(2), 1e-6);
    }
}

#[test]
fn halves_that_mix_alike_are_cross_stitched_whole() {
    let build = |method: &str| {
        let mut hand = Hand::new(&Pick::new(method), 2, 2, linear(&[4, 4]));
        for (layer, count) in [(1, 16), (2, 32)] {
            let values: Vec<f32> = (0..count).map(|i| (i as f32 * 0.7).sin()).collect();
            hand.set(&format!("trunks, layer {layer}, weights"), None, &values);
        }
        hand
    };
    let (mut whole, mut halves) = (build("cross-stitch"), build("sluice"));
    for (layer, stitches) in [(1, [0.5, 2.0, -1.0, 3.0]), (2, [1.0, 0.25, 0.5, -0.75])] {
        whole.set(&format!("stitches after layer {layer}"), None, &stitches);
        // The same half of whichever task.
        let entry = |row: usize, column: usize| {
            if row % 2 == column % 2 { stitches[row / 2 * 2 + column / 2] } else { 0.0 }
        };
        let subspaces: Vec<f32> = (0..16).map(|i| entry(i / 4, i % 4)).collect();
        halves.set(&format!("subspaces after layer {layer}"), None, &subspaces);
    }
    // The heads read the last layer alone.
    halves.set("layers for the heads", None, &[-0.1, 0.1, -0.1, 0.1]);
    let inputs = [1.0, -0.5, 0.25, 2.0];
    close("outputs", &halves.outputs(&inputs).concat(), &whole.outputs(&inputs).concat(), 1e-5);
}

/// The network's term of the objective, and that term's gradient.
fn penalty(hand: &Hand) -> (f32, Vec<f32>) {
    let inputs = hand.rows(&vec![0.0; hand.shape.inputs]);
    let value = |params: &Params| hand.network.penalty(params, &inputs).unwrap();
    let params = hand.params().tracked();
    let gradient = numbers(params.gradients(&mut value(&params).backward()));
    (numbers(value(&hand.params()))[0], gradient)
}

#[test]
fn halves_cost_what_they_have_in_common_in_every_task_and_layer() {
    let apart = |weight: f64| Hand::new(&Pick::new("sluice").with("apart", weight), 2, 2, linear(&[4, 4]));
    let mut hand = apart(0.25);
    // A: (1, 2; 0, 1)' (2, 1; -1, 3) = (2, 1; 3, 5), with squares that sum up to 39. B: 3 and zeros.
    let a: [f32; 8] = [1.0, 2.0, 2.0, 1.0, 0.0, 1.0, -1.0, 3.0];
    hand.set(FIRST, None, &[a, [1.0, 0.0, 3.0, 0.0, 0.0, 0.0, 2.0, 0.0]].concat());
    close("both", &[penalty(&hand).0], &[0.25 * (39.0 + 9.0)], 1e-6);
    // B's halves look at different inputs.
    hand.set(FIRST, None, &[a, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0]].concat());
    close("one", &[penalty(&hand).0], &[0.25 * 39.0], 1e-6);
    // B's second layer, (1, 0, 2, 0) and zeros.
    let mut second = [0.0; 32];
    (second[16], second[18]) = (1.0, 2.0);
    hand.set("trunks, layer 2, weights", None, &second);
    close("two layers", &[penalty(&hand).0], &[0.25 * (39.0 + 4.0)], 1e-6);
    assert!(!apart(0.0).network.penalises());
}

#[test]
fn a_tie_pulls_every_trunk_towards_the_mean() {
    for (tie, weights, cost, pulls) in [
        (1.0, vec![1.0, 3.0], 1.0, vec![-1.0, 1.0]),
        // Around 4.
        (2.0, vec![1.0, 3.0, 8.0], 26.0, vec![-6.0, -2.0, 8.0]),
    ] {
        let mut hand = Hand::new(&Pick::new("soft-sharing").with("tie", tie), 1, weights.len(), linear(&[1]));
        weights.iter().enumerate().for_each(|(task, weight)| hand.set(FIRST, Some(task), &[*weight]));
        let (value, gradient) = penalty(&hand);
        close("cost", &[value], &[cost], 1e-6);
        let found: Vec<f32> = (0..weights.len()).flat_map(|task| hand.read(&gradient, FIRST, Some(task))).collect();
        close("pulls", &found, &pulls, 1e-6);
        let apart: Vec<f32> = pulls.iter().map(|pull: &f32| pull.abs() / tie as f32).collect();
        close("shown", &hand.matrix("distance from the mean trunk", &[0.0]), &apart, 1e-6);
        assert_eq!(hand.outputs(&[1.0]).concat(), weights, "every task has its own trunk");
    }
}

/// A trunk that begins with (3, -2) at 1; task A's mask of that is (3/4, 1/4) there, and even at -1.
fn masked(widths: &[usize]) -> Hand {
    let mut hand = Hand::new(&Pick::new("mtan"), 1, 2, linear(widths));
    hand.set("shared layer 1, weights", None, &[3.0, -2.0]);
    hand.set("masks' middle, layer 1, weights", Some(0), &[1.0, 1.0]);
    hand.set("masks, layer 1, weights", Some(0), &[ln(3.0), -ln(3.0)]);
    hand
}

#[test]
fn a_tasks_mask_lets_through_shares_of_the_trunks_units() {
    let mut hand = masked(&[2]);
    // The middle of B's is 0 at 1, and 1 at -1.
    hand.set("masks' middle, layer 1, weights", Some(1), &[-1.0, -1.0]);
    hand.set("masks, layer 1, weights", Some(1), &[-ln(4.0), ln(3.0)]);
    hand.set("masks, layer 1, bias", Some(1), &[ln(4.0), 0.0]);
    let outputs = hand.outputs(&[1.0, -1.0]);
    close("task A", &outputs[0], &[0.75 * 3.0, 0.25 * -2.0, 0.5 * -3.0, 0.5 * 2.0], 1e-6);
    close("task B", &outputs[1], &[0.8 * 3.0, 0.5 * -2.0, 0.5 * -3.0, 0.75 * 2.0], 1e-6);
    close("shown", &hand.matrix("masks of layer 1", &[1.0]), &[0.75, 0.25, 0.8, 0.5], 1e-6);
}

#[test]
fn the_next_mask_reads_the_trunks_units_and_what_the_last_one_let_through() {
    let mut hand = masked(&[2, 2]);
    // The trunk goes on unmasked, to (3, 1). Of (2.25, -0.5), which A lets through, 2.5 and -2.75 are made.
    hand.set("shared layer 2, weights", None, &[1.0, 1.0, 0.0, 1.0]);
    hand.set("after the masks, layer 1, weights", Some(0), &[2.0, -1.0, 4.0, 1.0]);
    hand.set("masks' middle, layer 2, weights", Some(0), &[1.0, -1.0, -0.4, 5.0]);
    hand.set("masks, layer 2, weights", Some(0), &[ln(3.0), -ln(9.0)]);
    // 3 - 1 - 0.4 * 2.5 = 1: a mask of (3/4, 1/10).
    close("outputs", &hand.outputs(&[1.0]).concat(), &[0.75 * 3.0, 0.1, 0.5 * 3.0, 0.5], 1e-6);
}

#[test]
fn masks_begin_nearly_open() {
    for (pick, open) in [(Pick::new("mtan"), 0.880797), (Pick::new("mtan").with("open", -1.0), 0.268941)] {
        let mut hand = Hand::new(&pick, 1, 3, linear(&[6, 5]));
        hand.theta = hand.network.layout().init(7, 0);
        // Nothing is left at 0 but the bias.
        close("first", &hand.matrix("masks of layer 1", &[0.0]), &[open; 3 * 6], 1e-5);
        close("second", &hand.matrix("masks of layer 2", &[0.0]), &[open; 3 * 5], 1e-5);
    }
}

#[test]
fn a_tasks_embedding_weights_groups_of_features_by_their_keys() {
    let pick = Pick::new("task-attention").with("groups", 2.0).with("size", 4.0);
    let mut hand = Hand::new(&pick, 1, 2, linear(&[1, 2]));
    hand.set("shared layer 1, weights", None, &[0.5]);
    hand.set("groups of features, weights", None, &[1.0, 2.0, 3.0, -1.0]);
    hand.set("keys, weights", None, &[1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 2.0]);
    hand.set("task embeddings", Some(0), &[ln(3.0), 0.0, 0.0, 0.0]);
    hand.set("task embeddings", Some(1), &[0.0, 0.0, 0.0, ln(3.0) / 3.0]);
    // At 2 the groups are (1, 2) and (3, -1), their keys (1, 2, 1, 4) and (3, -1, 3, -2): over the root of 4,
    // A's scores are ln 3 apart and B's as much the other way. At 4 everything is twice that.
    let outputs = hand.outputs(&[2.0, 4.0]);
    close("task A", &outputs[0], &[2.5, -0.25, 5.6, -1.4], 1e-5);
    close("task B", &outputs[1], &[1.5, 1.25, 2.4, 3.4], 1e-5);
    close("shown", &hand.matrix("attention", &[2.0, 4.0]), &[0.175, 0.825, 0.825, 0.175], 1e-5);
}
