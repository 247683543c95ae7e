//! Architectures that make the weights of a layer of several parts.

use crate::hand::{Hand, linear};
use crate::lab::{close, distance};
use mtl_core::config::Pick;

const UNITS: [f32; 4] = [1.0, 0.0, 0.0, 1.0];

#[test]
fn a_low_rank_adapter_adds_its_product_to_the_shared_weights() {
    let mut hand = Hand::new(&Pick::new("low-rank").with("rank", 1.0), 2, 2, linear(&[2]));
    hand.set("shared layer 1, weights", None, &UNITS);
    hand.set("adapters of layer 1, down", Some(0), &[0.0, 1.0]);
    hand.set("adapters of layer 1, up", Some(0), &[1.0, 0.0]);
    assert_eq!(hand.outputs(&[2.0, 3.0]), [vec![5.0, 3.0], vec![2.0, 3.0]]);
    assert_eq!(hand.matrix("strength of the tasks' corrections", &[0.0, 0.0]), [1.0, 0.0]);
}

#[test]
fn an_adapter_is_scaled_as_the_option_says_and_begins_with_tasks_that_are_alike() {
    let mut hand = Hand::new(&Pick::new("low-rank").with("rank", 1.0).with("scale", 0.5), 2, 2, linear(&[2]));
    hand.set("shared layer 1, weights", None, &UNITS);
    hand.set("adapters of layer 1, down", Some(0), &[0.0, 1.0]);
    hand.set("adapters of layer 1, up", Some(0), &[1.0, 0.0]);
    assert_eq!(hand.outputs(&[2.0, 3.0])[0], [3.5, 3.0]);
    let fresh = Hand::new(&Pick::new("low-rank"), 2, 2, linear(&[3, 2]));
    let theta = fresh.network.layout().init(7, 0);
    let hand = Hand { theta, ..fresh };
    assert_eq!(hand.matrix("strength of the tasks' corrections", &[0.0, 0.0]), [0.0; 4]);
}

#[test]
fn adapters_cost_rank_times_inputs_and_units_per_task() {
    let parameters = |rank: f64, tasks: usize| {
        Hand::new(&Pick::new("low-rank").with("rank", rank), 5, tasks, linear(&[7, 4])).parameters()
    };
    let shared = 5 * 7 + 7 + 7 * 4 + 4;
    assert_eq!(parameters(3.0, 2), shared + 2 * 3 * (5 + 7 + 7 + 4));
    assert_eq!(parameters(1.0, 4), shared + 4 * (5 + 7 + 7 + 4));
}

#[test]
fn tasks_mix_shared_matrices_under_laf() {
    let mut hand = Hand::new(&Pick::new("factorised").with("form", 0.0).with("mixed", 1.0), 2, 2, linear(&[1]));
    hand.set("shared layer 1, core", None, &[1.0, 2.0]);
    hand.set("layer 1 of the tasks, shares", Some(0), &[3.0]);
    hand.set("layer 1 of the tasks, shares", Some(1), &[4.0]);
    // The weights, read off at the unit inputs.
    assert_eq!(hand.outputs(&UNITS), [vec![3.0, 6.0], vec![4.0, 8.0]]);
    assert_eq!(hand.matrix("task factor of layer 1", &[0.0, 0.0]), [3.0, 4.0]);
    assert_eq!(hand.parameters(), 2 + 2 + 2);
}

/// `W_t = U1 (sum_c U3_tc S_c) U2'` in plain loops, inputs by units.
fn product(u1: &[[f32; 2]; 3], core: &[[[f32; 2]; 2]; 2], u2: &[[f32; 3]; 2], shares: [f32; 2]) -> Vec<f32> {
    let entry = |i: usize, j: usize| {
        let mut sum = 0.0;
        for a in 0..2 {
            for b in 0..2 {
                for c in 0..2 {
                    sum += shares[c] * u1[i][a] * core[c][a][b] * u2[b][j];
                }
            }
        }
        sum
    };
    (0..9).map(|at| entry(at / 3, at % 3)).collect()
}

#[test]
fn tucker_and_a_tensor_train_have_their_factors_on_the_sides_that_they_should() {
    let u1 = [[1.0, -2.0], [0.5, 3.0], [2.0, 1.0]];
    let core = [[[1.0, 2.0], [3.0, 4.0]], [[-1.0, 0.5], [2.0, -3.0]]];
    let u2 = [[1.0, 0.0, 2.0], [-1.0, 1.0, 0.5]];
    let shares = [[0.5, 2.0], [1.0, -1.0]];
    let pick = Pick::new("factorised").with("mixed", 2.0).with("share", 0.67);
    let mut tucker = Hand::new(&pick.clone().with("form", 1.0), 3, 2, linear(&[3]));
    tucker.set("shared layer 1, core", None, core.as_flattened().as_flattened());
    tucker.set("shared layer 1, factor of the inputs", None, u1.as_flattened());
    tucker.set("shared layer 1, factor of the units", None, u2.as_flattened());
    // The train's middle factor, with the units multiplied in.
    let mut train = Hand::new(&pick.with("form", 2.0), 3, 2, linear(&[3]));
    let one = [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]];
    let middle: Vec<f32> =
        [[1.0, 0.0], [0.0, 1.0]].iter().flat_map(|c| product(&one, &core, &u2, *c)[..6].to_vec()).collect();
    train.set("shared layer 1, core", None, &middle);
    train.set("shared layer 1, factor of the inputs", None, u1.as_flattened());
    for (task, shares) in shares.into_iter().enumerate() {
        tucker.set("layer 1 of the tasks, shares", Some(task), &shares);
        train.set("layer 1 of the tasks, shares", Some(task), &shares);
    }
    let inputs = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
    for (task, shares) in shares.into_iter().enumerate() {
        let expected = product(&u1, &core, &u2, shares);
        close("Tucker", &tucker.outputs(&inputs)[task], &expected, 1e-6);
        close("tensor train", &train.outputs(&inputs)[task], &expected, 1e-6);
    }
    assert_eq!(tucker.parameters(), 3 * 2 + 2 * 3 + 2 * 4 + 2 * 2 + 2 * 3);
    assert_eq!(train.parameters(), 3 * 2 + 2 * 6 + 2 * 2 + 2 * 3);
}

#[test]
fn factorised_weights_begin_about_as_large_as_a_plain_layers() {
    for (form, start) in [0.0, 1.0, 2.0].into_iter().flat_map(|form| [(form, 0.0), (form, 1.0)]) {
        let pick = Pick::new("factorised").with("form", form).with("start", start);
        let hand = Hand::new(&pick, 40, 6, linear(&[40]));
        let inputs: Vec<f32> = (0..1600).map(|i| f32::from(i / 40 == i % 40)).collect();
        let squares = |seed: u64| -> f32 {
            let mut drawn = Hand::new(&pick, 40, 6, linear(&[40]));
            let init = drawn.network.layout().init(1, seed);
            drawn.theta.iter_mut().zip(init).filter(|(own, _)| **own == 0.0).for_each(|(own, init)| *own = init);
            let layout = hand.network.layout();
            let heads = layout.slots.iter().filter(|slot| slot.name.starts_with("output layer"));
            for slot in heads {
                for position in slot.offset..slot.offset + slot.len() {
                    drawn.theta[position] = hand.theta[position];
                }
            }
            drawn.outputs(&inputs).concat().iter().map(|w| w * w).sum::<f32>() / 9600.0
        };
        let mean = (0..20).map(squares).sum::<f32>() / 20.0;
        // Glorot's 2 / (in + out).
        assert!((mean * 40.0 - 1.0).abs() < 0.3, "form {form}, start {start}: {mean}");
    }
}

#[test]
fn factors_that_begin_by_decomposition_have_the_plain_weights_at_full_ranks_in_every_form() {
    let outputs = |form: f64, mixed: f64| {
        let pick = Pick::new("factorised").with("form", form).with("start", 1.0);
        let mut hand = Hand::new(&pick.with("share", 1.0).with("mixed", mixed), 5, 3, linear(&[4]));
        hand.theta = hand.network.layout().init(1, 2);
        let inputs: Vec<f32> = (0..25).map(|i| f32::from(i / 5 == i % 5)).collect();
        hand.outputs(&inputs).concat()
    };
    let whole = outputs(0.0, 3.0);
    close("Tucker", &outputs(1.0, 3.0), &whole, 1e-5);
    close("tensor train", &outputs(2.0, 3.0), &whole, 1e-5);
    assert!(distance(&outputs(0.0, 1.0), &whole) > 0.1, "one matrix for three tasks is not three");
}
