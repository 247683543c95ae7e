//! Architectures with exact zeros: group lasso and DSelect-k.

use crate::hand::{Hand, linear};
use crate::lab::{Rig, close, config, layer, numbers, task};
use mtl_core::config::{Activation, LossKind, Pick, TaskConfig};

const FIRST: &str = "shared layer 1, weights";

/// The parameters after a proximal step at rate 1.
fn proximal(hand: &Hand) -> Vec<f32> {
    numbers(hand.network.proximal(&hand.flat(), 1.0, None).unwrap())
}

#[test]
fn a_row_is_shortened_by_the_strength_and_goes_to_exactly_zero() {
    for (strength, expected) in [(1.0, [2.4, 3.2]), (5.0, [0.0, 0.0])] {
        let mut hand = Hand::new(&Pick::new("group-lasso").with("strength", strength), 2, 2, linear(&[2]));
        hand.set(FIRST, None, &[3.0, 4.0, 0.0, 0.0]);
        let after = proximal(&hand);
        close("row", &hand.read(&after, FIRST, None)[..2], &expected, 1e-6);
        assert_eq!(hand.read(&after, FIRST, None)[2..], [0.0, 0.0], "a row of zeros stays one");
        assert!(strength < 5.0 || hand.read(&after, FIRST, None) == [0.0; 4], "exact zeros");
        // Nothing else moves.
        hand.set(FIRST, None, &hand.read(&after, FIRST, None));
        assert_eq!(hand.theta, after);
    }
}

#[test]
fn groups_are_the_rows_of_every_layer_or_of_all_heads_together_as_the_option_says() {
    let pick = Pick::new("group-lasso").with("strength", 1.0);
    let mut layers = Hand::new(&pick.clone().with("where", 1.0), 1, 2, linear(&[1, 2]));
    layers.set(FIRST, None, &[-3.0]);
    layers.set("shared layer 2, weights", None, &[3.0, 4.0]);
    let after = proximal(&layers);
    close("first", &layers.read(&after, FIRST, None), &[-2.0], 1e-6);
    close("second", &layers.read(&after, "shared layer 2, weights", None), &[2.4, 3.2], 1e-6);
    let mut heads = Hand::new(&pick.with("where", 2.0), 1, 2, linear(&[1]));
    let name = "output layer of task A, B, weights";
    heads.set(name, Some(0), &[3.0]);
    heads.set(name, Some(1), &[4.0]);
    let after = proximal(&heads);
    close("A", &heads.read(&after, name, Some(0)), &[2.4], 1e-6);
    close("B", &heads.read(&after, name, Some(1)), &[3.2], 1e-6);
    assert_eq!(heads.matrix("size of the weights that leave the units of layer 1", &[0.0]), [5.0]);
}

/// The lengths of the rows of both inputs after training on upright stripes, which don't depend on the
/// second one, and a task of the same target that is so much related to them: at 1 it is the same, at 0 it
/// has stripes across and needs the second input alone.
fn inputs_used(related: f64) -> Vec<f32> {
    let stripes = || task(LossKind::Mse, "stripes");
    let mut config = config(vec![stripes(), TaskConfig { related, ..stripes() }], vec![layer(8, Activation::Tanh)]);
    config.architecture = Pick::new("group-lasso").with("strength", 0.2);
    // Many rows: among few, noise looks like something to learn from the other input.
    config.data.train_rows = 3000;
    config.training.learning_rate = 0.2;
    config.population.baselines = false;
    let mut rig = Rig::new(config);
    rig.steps(300);
    let theta = rig.theta(0);
    assert!(theta.iter().all(|x| x.is_finite()));
    let slot = rig.layout().slots.iter().find(|slot| slot.name == FIRST).unwrap();
    let rows = theta[slot.offset..slot.offset + slot.len()].chunks_exact(slot.columns);
    rows.map(|row| row.iter().map(|x| x * x).sum::<f32>().sqrt()).collect()
}

#[test]
fn an_input_that_no_task_needs_is_switched_off_in_training_and_one_that_a_task_needs_is_not() {
    let lengths = inputs_used(1.0);
    assert!(lengths[0] > 0.1 && lengths[1] == 0.0, "nobody needs the second: {lengths:?}");
    let lengths = inputs_used(0.0);
    assert!(lengths.iter().all(|length| *length > 0.1), "one task needs it: {lengths:?}");
}

/// One selector a task over experts that hand out their number's unit vector.
fn experts(count: usize, chosen: usize) -> Hand {
    let pick = Pick::new("dselect-k").with("experts", count as f64).with("chosen", chosen as f64).with("reads", 0.0);
    let mut hand = Hand::new(&pick, 1, 2, linear(&[count]));
    let identity: Vec<f32> = (0..count * count).map(|i| f32::from(i / count == i % count)).collect();
    hand.set("experts, layer 1, weights", None, &identity);
    hand
}

#[test]
fn a_selector_weighs_experts_by_the_digits_of_their_numbers() {
    let mut hand = experts(4, 1);
    hand.set("selectors, bias", Some(0), &[0.25, -0.25]);
    hand.set("selectors, bias", Some(1), &[0.5, -0.7]);
    let outputs = hand.outputs(&[1.0]);
    close("task A", &outputs[0], &[0.131836, 0.024414, 0.711914, 0.131836], 1e-5);
    assert_eq!(outputs[1], [0.0, 0.0, 1.0, 0.0], "exact zeros beyond half the width");
    let shown = hand.matrix("gate mixture", &[1.0, 2.0]);
    close("shown", &shown[..4], &outputs[0], 1e-6);
    assert_eq!(shown[4..], [0.0, 0.0, 1.0, 0.0]);
}

#[test]
fn selectors_are_mixed_by_a_softmax_of_their_shares() {
    let mut hand = experts(4, 2);
    // The third expert and the second, at one to three.
    hand.set("selectors, bias", Some(0), &[1.0, -1.0, -1.0, 1.0]);
    hand.set("selectors' shares, bias", Some(0), &[0.0, 3.0_f32.ln()]);
    close("mixture", &hand.outputs(&[1.0])[0], &[0.0, 0.75, 0.25, 0.0], 1e-6);
}

#[test]
fn gates_that_read_the_inputs_choose_anew_for_every_row() {
    let pick = Pick::new("dselect-k").with("experts", 2.0).with("chosen", 1.0);
    let mut hand = Hand::new(&pick, 1, 1, linear(&[2]));
    hand.set("experts, layer 1, bias", None, &[1.0, 0.0, 0.0, 1.0]);
    hand.set("selectors, weights", Some(0), &[1.0]);
    assert_eq!(hand.outputs(&[-1.0, 0.0, 1.0]), [vec![1.0, 0.0, 0.5, 0.5, 0.0, 1.0]]);
}

#[test]
fn the_penalties_are_the_selectors_entropy_and_what_their_experts_miss() {
    let value = |hand: &Hand| numbers(hand.network.penalty(&hand.params(), &hand.rows(&[1.0])).unwrap())[0];
    let pick = |count: f64| {
        Pick::new("dselect-k").with("experts", count).with("chosen", 1.0).with("reads", 0.0).with("entropy", 1.0)
    };
    // Two tasks, all four experts alike: the entropy is ln 4 each.
    let even = Hand::new(&pick(4.0), 1, 2, linear(&[1]));
    close("entropy", &[value(&even)], &[2.0 * 4.0_f32.ln()], 1e-4);
    // Of three experts a quarter is missed.
    let three = Hand::new(&pick(3.0), 1, 2, linear(&[1]));
    let expected = 2.0 * (0.75 * 4.0_f32.ln() + 1.0 / 0.751);
    close("missing", &[value(&three)], &[expected], 1e-4);
}
