//! What gates may have in front of them, after which layers tasks are mixed, and what networks show of the tree
//! and of the factors that they have found.

use crate::hand::{Hand, linear};
use crate::lab::close;
use mtl_core::config::Pick;
use mtl_core::model::Slot;

/// Two experts that hand out their number's unit vector whatever the input, so that outputs are shares.
fn shares(pick: &Pick, tasks: usize) -> Hand {
    let mut hand = Hand::new(&pick.clone().with("experts", 2.0), 1, tasks, linear(&[2]));
    hand.set("experts, layer 1, bias", None, &[1.0, 0.0, 0.0, 1.0]);
    hand
}

#[test]
fn a_gate_with_a_hidden_layer_bends_where_its_units_do() {
    let mut hand = shares(&Pick::new("mmoe").with("gate-layers", 1.0), 2);
    // Units x, -x, 0 and 0 of A; 2 and -1, which relu makes 0, at the end of B's.
    hand.set("gates, layer 1, weights", Some(0), &[1.0, -1.0, 0.0, 0.0]);
    hand.set("gates, layer 1, bias", Some(1), &[0.0, 0.0, 2.0, -1.0]);
    let (two, three, four) = (2.0_f32.ln(), 3.0_f32.ln(), 4.0_f32.ln());
    hand.set("gates, weights", Some(0), &[0.0, three, four, 0.0, 0.0, 0.0, 0.0, 0.0]);
    hand.set("gates, weights", Some(1), &[0.0, 0.0, 0.0, 0.0, 0.0, two, 7.0, 0.0]);
    let outputs = hand.outputs(&[-1.0, 0.0, 1.0]);
    close("A", &outputs[0], &[0.8, 0.2, 0.5, 0.5, 0.25, 0.75], 1e-6);
    close("B", &outputs[1], &[0.2, 0.8, 0.2, 0.8, 0.2, 0.8], 1e-6);
    let means = [(0.8 + 0.5 + 0.25) / 3.0, (0.2 + 0.5 + 0.75) / 3.0, 0.2, 0.8];
    close("shown", &hand.matrix("gate mixture", &[-1.0, 0.0, 1.0]), &means, 1e-6);
}

#[test]
fn a_second_hidden_layer_reads_the_first() {
    let mut hand = shares(&Pick::new("omoe").with("gate-layers", 2.0), 2);
    hand.set("gates, layer 1, weights", None, &[1.0, 0.0, 0.0, 0.0]);
    let mut second = [0.0; 16];
    second[1] = 2.0;
    hand.set("gates, layer 2, weights", None, &second);
    hand.set("gates, weights", None, &[0.0, 0.0, 0.0, 2.0_f32.ln(), 0.0, 0.0, 0.0, 0.0]);
    // The second unit of the second layer is twice the input, or nothing below zero.
    for output in hand.outputs(&[1.0, -1.0]) {
        close("shares", &output, &[0.2, 0.8, 0.5, 0.5], 1e-6);
    }
}

#[test]
fn selectors_choose_by_what_the_hidden_layers_of_their_gate_say() {
    let pick = Pick::new("dselect-k").with("chosen", 1.0).with("gate-layers", 1.0);
    let mut hand = shares(&pick, 1);
    // The logit is the input's size.
    hand.set("gates, layer 1, weights", Some(0), &[1.0, -1.0, 0.0, 0.0]);
    hand.set("selectors, weights", Some(0), &[1.0, 1.0, 0.0, 0.0]);
    assert_eq!(hand.outputs(&[-1.0, 0.0, 1.0]), [vec![0.0, 1.0, 0.5, 0.5, 0.0, 1.0]]);
    // Gates that read nothing have none.
    let blind = shares(&pick.with("reads", 0.0), 1);
    assert!(blind.network.layout().slots.iter().all(|slot| !slot.name.starts_with("gates")));
}

fn hidden(slot: &&Slot) -> bool {
    slot.name.contains("gate") && slot.name.contains(", layer ")
}

#[test]
fn gates_have_as_many_hidden_layers_as_they_are_told_and_none_untold() {
    for method in ["mmoe", "omoe", "cgc", "ple", "dselect-k"] {
        let hand = |layers: f64| Hand::new(&Pick::new(method).with("gate-layers", layers), 3, 2, linear(&[5, 4]));
        let (plain, deep) = (hand(0.0), hand(2.0));
        let slots = |hand: &Hand| hand.network.layout().slots.clone();
        assert_eq!(Hand::new(&Pick::new(method), 3, 2, linear(&[5, 4])).network.layout(), plain.network.layout());
        assert_eq!(slots(&plain).iter().filter(hidden).count(), 0, "{method}");
        // Weights and a bias of each.
        let gates = if method == "ple" { 3 } else { 1 };
        assert_eq!(slots(&deep).iter().filter(hidden).count(), gates * 2 * 2, "{method}");
        let second = slots(&deep).into_iter().filter(|slot| slot.name.ends_with("layer 2, weights") && hidden(&slot));
        let sizes: Vec<_> = second.map(|slot| (slot.rows, slot.columns)).collect();
        // Two units for every expert: four of these, two shared and one own, or two shared and both tasks'.
        let expected: &[usize] = match method {
            "cgc" => &[6],
            "ple" => &[8, 6, 6],
            _ => &[8],
        };
        assert_eq!(sizes, expected.iter().map(|width| (*width, *width)).collect::<Vec<_>>(), "{method}");
        // What is no gate begins as it would without them.
        let (before, after) = (plain.network.layout().init(3, 1), deep.network.layout().init(3, 1));
        for slot in slots(&plain).iter().filter(|slot| !slot.name.contains("gate") && !slot.name.contains("selector")) {
            let own = slots(&deep).into_iter().find(|other| other.name == slot.name).unwrap();
            let values = |theta: &[f32], slot: &Slot| theta[slot.offset..slot.offset + slot.len()].to_vec();
            assert_eq!(values(&after, &own), values(&before, slot), "{method}, {}", slot.name);
        }
    }
}

#[test]
fn the_memory_budget_counts_the_hidden_units_of_every_tasks_gate() {
    let made = |layers: f64| shares(&Pick::new("mmoe").with("gate-layers", layers), 3).network.activation_count(10);
    // Three gates of four units a layer.
    assert_eq!(made(1.0) - made(0.0), 10 * 3 * 4);
    assert_eq!(made(2.0) - made(0.0), 10 * 3 * 4 * 2);
}

/// The layers after which there is a matrix of this name.
fn after(hand: &Hand, name: &str) -> Vec<usize> {
    let names = hand.network.layout().slots.iter().map(|slot| slot.name.strip_prefix(name));
    names.filter_map(|rest| rest?.parse().ok()).collect()
}

/// A pick that mixes from a layer until another.
fn ends(method: &str, from: usize, until: usize) -> Pick {
    Pick::new(method).with("from", from as f64).with("until", until as f64)
}

#[test]
fn stitches_stand_after_the_layers_that_the_options_name() {
    let stitched = |pick: &Pick| {
        let mut hand = Hand::new(pick, 1, 2, linear(&[1, 1, 1]));
        for (l, weights) in (1..).zip([[1.0, 2.0], [1.0, 10.0], [1.0, 2.0]]) {
            hand.set(&format!("trunks, layer {l}, weights"), None, &weights);
        }
        let layers = after(&hand, "stitches after layer ");
        for l in &layers {
            hand.set(&format!("stitches after layer {l}"), None, &[0.9, 0.1, 0.1, 0.9]);
        }
        (layers, hand.outputs(&[1.0]).concat())
    };
    let cases: [(usize, usize, &[usize], [f32; 2]); 6] = [
        (1, 1, &[1], [1.1, 38.0]),
        (2, 2, &[2], [2.9, 36.2]),
        (2, 3, &[2, 3], [6.23, 32.87]),
        // Of ends that are the wrong way round the first holds, and beyond the last layer stands the last.
        (3, 1, &[3], [4.9, 36.1]),
        (6, 6, &[3], [4.9, 36.1]),
        (1, 6, &[1, 2, 3], [6.043, 31.267]),
    ];
    for (from, until, expected, outputs) in cases {
        let (layers, found) = stitched(&ends("cross-stitch", from, until));
        assert_eq!(layers, expected, "{from} to {until}");
        close(&format!("{from} to {until}"), &found, &outputs, 1e-6);
    }
    assert_eq!(stitched(&Pick::new("cross-stitch")), stitched(&ends("cross-stitch", 1, 6)));
}

#[test]
fn a_sluice_mixes_subspaces_after_the_layers_that_the_options_name() {
    // The tasks' subspaces are 1, 2 and 3, 4; the second layer doubles; the inner two change places.
    let swap = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
    // A tenth of the first layer and nine of the second.
    let cases: [(usize, usize, &[usize], [f32; 4]); 4] = [
        (1, 1, &[1], [1.9, 5.7, 3.8, 7.6]),
        (2, 2, &[2], [1.9, 5.6, 3.9, 7.6]),
        (2, 1, &[2], [1.9, 5.6, 3.9, 7.6]),
        (1, 6, &[1, 2], [1.9, 3.9, 5.6, 7.6]),
    ];
    for (from, until, expected, outputs) in cases {
        let what = format!("{from} to {until}");
        let mut hand = Hand::new(&ends("sluice", from, until), 1, 2, linear(&[2, 2]));
        hand.set("trunks, layer 1, weights", None, &[1.0, 2.0, 3.0, 4.0]);
        hand.set("trunks, layer 2, weights", None, &[2.0, 0.0, 0.0, 2.0, 2.0, 0.0, 0.0, 2.0]);
        let layers = after(&hand, "subspaces after layer ");
        assert_eq!(layers, expected, "{what}");
        for l in layers {
            hand.set(&format!("subspaces after layer {l}"), None, &swap);
            assert_eq!(hand.matrix(&format!("subspaces after layer {l}"), &[0.0]), swap, "{what}");
        }
        close(&what, &hand.outputs(&[1.0]).concat(), &outputs, 1e-6);
        close(&what, &hand.matrix("layers for the heads", &[0.0]), &[0.1, 0.9, 0.1, 0.9], 1e-6);
        assert_eq!(
            hand.network.learned_matrices(&hand.params(), hand.rows(&[0.0])).len(),
            expected.len() + 1,
            "{what}"
        );
    }
}

/// For every chooser the one of three that it likes.
fn likes(chosen: &[usize]) -> Vec<f32> {
    chosen.iter().flat_map(|liked| (1..=3).map(move |node| f32::from(node == *liked))).collect()
}

#[test]
fn the_tree_says_which_tasks_share_a_node_and_where_they_part() {
    let mut hand = Hand::new(&Pick::new("branch"), 1, 3, linear(&[1, 1, 1]));
    hand.set("parents of layer 2", None, &likes(&[1, 3, 2]));
    hand.set("parents of layer 3", None, &likes(&[2, 1, 2]));
    for (task, leaf) in [1, 1, 3].into_iter().enumerate() {
        hand.set("parents of the tasks", Some(task), &likes(&[leaf]));
    }
    let tree = |hand: &Hand| hand.matrix("tree: every task's node in each layer", &[0.0]);
    // A and B share all layers, C leaves them in the last.
    assert_eq!(tree(&hand), [[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [3.0, 2.0, 3.0]].concat());
    hand.set("parents of layer 3", None, &likes(&[2, 1, 1]));
    assert_eq!(tree(&hand), [[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [1.0, 1.0, 3.0]].concat());
}

const SIZES: &str = "factor sizes: ranks and norms";

#[test]
fn factor_sizes_are_the_ranks_of_a_layer_and_the_norms_of_its_factors() {
    let pick = Pick::new("factorised").with("mixed", 2.0);
    let hand = |form: f64| {
        let mut hand = Hand::new(&pick.clone().with("form", form), 4, 2, linear(&[6, 4]));
        hand.set("layer 1 of the tasks, shares", Some(0), &[6.0, 0.0]);
        hand.set("layer 1 of the tasks, shares", Some(1), &[0.0, 8.0]);
        hand
    };
    let shown = |hand: &Hand| {
        let matrices = hand.network.learned_matrices(&hand.params(), hand.rows(&[0.0; 4]));
        let found = matrices.into_iter().find(|matrix| matrix.title == SIZES).unwrap();
        assert_eq!(found.rows, ["layer 1", "layer 2"]);
        (found.columns.join(", "), hand.matrix(SIZES, &[0.0; 4]))
    };
    let mut tucker = hand(1.0);
    // Two by two times three.
    let mut core = [0.0; 12];
    core[1..3].copy_from_slice(&[3.0, 4.0]);
    tucker.set("shared layer 1, core", None, &core);
    tucker.set("shared layer 1, factor of the inputs", None, &[0.5; 8]);
    let (columns, values) = shown(&tucker);
    assert_eq!(columns, "inputs rank, units rank, tasks rank, core norm, inputs norm, units norm, tasks norm");
    let expected = [2.0, 3.0, 2.0, 5.0, 2.0_f32.sqrt(), 0.0, 10.0, 3.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0];
    close("Tucker", &values, &expected, 1e-6);
    let (columns, values) = shown(&hand(0.0));
    assert_eq!(columns, "tasks rank, core norm, tasks norm");
    close("LAF", &values, &[2.0, 0.0, 10.0, 2.0, 0.0, 0.0], 1e-6);
    let (columns, values) = shown(&hand(2.0));
    assert_eq!(columns, "inputs rank, tasks rank, core norm, inputs norm, tasks norm");
    close("tensor train", &values, &[2.0, 2.0, 0.0, 0.0, 10.0, 3.0, 2.0, 0.0, 0.0, 0.0], 1e-6);
}
