//! Architectures that sample: routing and learning to branch.

use crate::hand::{Hand, linear};
use crate::lab::{close, numbers};
use burn::tensor::{Device, Tensor, TensorData};
use mtl_core::config::Pick;
use mtl_core::model::GumbelNoise;

/// Three tasks, two blocks or none at a depth that passes: the blocks double and negate.
fn routes() -> Hand {
    let mut hand = Hand::new(&Pick::new("routing").with("blocks", 2.0), 1, 3, linear(&[1, 1]));
    for depth in [1, 2] {
        hand.set(&format!("blocks at depth {depth}, weights"), None, &[2.0, -1.0]);
    }
    hand
}

#[test]
fn every_task_goes_through_the_blocks_that_it_likes_best() {
    let mut hand = routes();
    for (task, [first, second]) in [[0, 0], [1, 0], [2, 1]].into_iter().enumerate() {
        let likes = |block: usize| (0..3).map(|b| f32::from(b == block)).collect::<Vec<_>>();
        hand.set("choices at depth 1", Some(task), &likes(first));
        hand.set("choices at depth 2", Some(task), &likes(second));
    }
    // Twice doubled; negated and doubled; passed and negated.
    assert_eq!(hand.outputs(&[3.0, 5.0]), [vec![12.0, 20.0], vec![-6.0, -10.0], vec![-3.0, -5.0]]);
    let e = 1.0_f32.exp();
    close(
        "table",
        &hand.matrix("chances of the blocks at depth 1", &[0.0])[..3],
        &[e, 1.0, 1.0].map(|x| x / (e + 2.0)),
        1e-6,
    );
}

fn drawn(hand: &Hand, likes: impl Fn(usize) -> usize, options: usize, epoch: f64) -> GumbelNoise {
    let count = hand.network.noise_len();
    let values = (0..count).map(|i| if i % options == likes(i / options) { 10.0 } else { 0.0 }).collect();
    GumbelNoise { values: Tensor::from_data(TensorData::new(values, [1, 1, count]), &Device::flex()), epoch }
}

#[test]
fn in_training_the_random_numbers_choose_and_the_choices_learn_from_the_softmax() {
    let hand = routes();
    // All tasks: the second block, then the first.
    let chosen = drawn(&hand, |chooser| usize::from(chooser < 3), 3, 0.0);
    let outputs = hand.sampled(&[3.0], Some((numbers(chosen.values.clone()), 0.0)));
    close("outputs", &outputs.concat(), &[-6.0; 3], 1e-5);
    let gradient = hand.gradient(&[3.0], 1, Some(chosen));
    assert_eq!(hand.read(&gradient, "choices at depth 1", Some(0)), [0.0; 3], "another task's choice");
    // At temperature 5: p = softmax(0, 10, 0) / 5; what follows of 6, -3 and 3 is doubled.
    let powers = [1.0_f32, 2.0_f32.exp(), 1.0];
    let chances = powers.map(|power| power / powers.iter().sum::<f32>());
    let values = [12.0_f32, -6.0, 6.0];
    let mean: f32 = chances.iter().zip(values).map(|(p, v)| p * v).sum();
    let expected: Vec<f32> = chances.iter().zip(values).map(|(p, v)| p * (v - mean) / 5.0).collect();
    close("choices", &hand.read(&gradient, "choices at depth 1", Some(1)), &expected, 1e-4);
}

#[test]
fn the_temperature_falls_to_its_end_over_the_epochs_of_cooling() {
    let hand = routes();
    let slope = |epoch: f64| {
        let gradient = hand.gradient(&[3.0], 0, Some(drawn(&hand, |_| 0, 3, epoch)));
        hand.read(&gradient, "choices at depth 1", Some(0))
    };
    // A sharper softmax of a choice that is clear: less to learn from.
    let size = |epoch: f64| slope(epoch).iter().fold(0.0_f32, |m, x| m.max(x.abs()));
    assert!(size(0.0) > 10.0 * size(60.0) && size(60.0) > 10.0 * size(100.0));
    assert_eq!(slope(100.0), slope(500.0));
}

#[test]
fn tasks_are_rewarded_for_the_chance_to_meet() {
    let pick = Pick::new("routing").with("blocks", 2.0).with("together", 0.5);
    let mut hand = Hand::new(&pick, 2, 3, linear(&[1]));
    let value = |hand: &Hand| numbers(hand.network.penalty(&hand.params(), &hand.rows(&[1.0, 1.0])).unwrap())[0];
    // All at even chances: a task meets another with 1/2.
    close("even", &[value(&hand)], &[-0.5 * 3.0 * 0.5], 1e-6);
    // A and B at block 1, C at block 2: A and B meet each other, half of the others.
    for (task, likes) in [[50.0, 0.0], [50.0, 0.0], [0.0, 50.0]].into_iter().enumerate() {
        hand.set("choices at depth 1", Some(task), &likes);
    }
    close("two meet", &[value(&hand)], &[-0.5 * (0.5 + 0.5)], 1e-6);
    let alone = Hand::new(&Pick::new("routing").with("together", 0.0), 2, 3, linear(&[1]));
    assert!(!alone.network.penalises());
}

/// Two tasks, two nodes a layer: those of the first double and negate, those of the second add one or ten.
fn tree() -> Hand {
    let mut hand = Hand::new(&Pick::new("branch"), 1, 2, linear(&[1, 1]));
    hand.set("nodes of layer 1, weights", None, &[2.0, -1.0]);
    hand.set("nodes of layer 2, weights", None, &[1.0, 1.0]);
    hand.set("nodes of layer 2, bias", None, &[1.0, 10.0]);
    hand
}

#[test]
fn tasks_share_the_nodes_of_the_same_parents_and_part_at_others() {
    let mut hand = tree();
    // Node 1 of layer 2 reads node 2, node 2 reads node 1.
    hand.set("parents of layer 2", None, &[0.0, 1.0, 1.0, 0.0]);
    for (parents, expected) in [([0, 0], [-2.0, -2.0]), ([0, 1], [-2.0, 16.0])] {
        for (task, parent) in parents.into_iter().enumerate() {
            let likes: Vec<f32> = (0..2).map(|node| f32::from(node == parent)).collect();
            hand.set("parents of the tasks", Some(task), &likes);
        }
        assert_eq!(hand.outputs(&[3.0]).concat(), expected);
    }
    let e = 1.0_f32.exp();
    let [likely, other] = [e / (e + 1.0), 1.0 / (e + 1.0)];
    close("tree", &hand.matrix("parents of layer 2", &[0.0]), &[other, likely, likely, other], 1e-6);
    close("tasks", &hand.matrix("parents of the tasks", &[0.0]), &[likely, other, other, likely], 1e-6);
}

#[test]
fn while_warming_up_all_nodes_read_the_mean_of_the_parents() {
    let hand = tree();
    let gumbel = numbers(drawn(&hand, |_| 0, 2, 0.0).values);
    // (6 - 3) / 2 = 1.5; the mean of 1.5 + 1 and 1.5 + 10.
    assert_eq!(hand.sampled(&[3.0], Some((gumbel.clone(), 1.9))).concat(), [7.0, 7.0]);
    // Then all take node 1, as the random numbers have it.
    close("chosen", &hand.sampled(&[3.0], Some((gumbel, 2.0))).concat(), &[7.0, 7.0], 1e-5);
    let gumbel = numbers(drawn(&hand, |chooser| usize::from(chooser > 2), 2, 0.0).values);
    close("chosen", &hand.sampled(&[3.0], Some((gumbel, 2.0))).concat(), &[7.0, 16.0], 1e-5);
}

#[test]
fn a_layer_has_as_many_nodes_as_there_are_tasks_unless_told_otherwise() {
    let parameters =
        |nodes: f64| Hand::new(&Pick::new("branch").with("nodes", nodes), 2, 3, linear(&[4, 5])).parameters();
    let expected = |nodes: usize| nodes * (2 * 4 + 4 + 4 * 5 + 5) + nodes * nodes + 3 * nodes;
    assert_eq!(parameters(0.0), expected(3));
    assert_eq!(parameters(5.0), expected(5));
}
