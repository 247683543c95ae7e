//! Progressive networks: one column after another.

use crate::cases::{plain, variants};
use crate::hand::{Hand, linear};
use crate::lab::{Rig, close};
use mtl_core::config::Pick;

#[test]
fn a_column_reads_those_before_it_at_every_layer_but_the_first_and_in_the_head() {
    let mut hand = Hand::new(&Pick::new("progressive"), 1, 3, linear(&[1, 1]));
    for (task, weight) in [2.0, 3.0, 5.0].into_iter().enumerate() {
        hand.set("columns, layer 1, weights", Some(task), &[weight]);
        hand.set("columns, layer 2, weights", Some(task), &[1.0]);
    }
    hand.set("laterals of task B, layer 2, weights", Some(1), &[10.0]);
    hand.set("laterals of task C, layer 2, weights", Some(2), &[100.0, -1.0]);
    hand.set("laterals of task C, layer 3, weights", Some(2), &[0.0, 0.5]);
    // First layers 2, 3, 5; second 2, 3 + 20, 5 + 200 - 3; C's head reads half of B's on top.
    assert_eq!(hand.outputs(&[1.0]), [[2.0], [23.0], [213.5]]);
    let into = |what: &str| hand.matrix(&format!("strength of the laterals into {what}"), &[0.0]);
    assert_eq!(into("layer 2"), [10.0, 0.0, 100.0, 1.0]);
    assert_eq!(into("the heads"), [0.0, 0.0, 0.0, 0.5]);
}

#[test]
fn an_adapter_is_a_scaled_small_layer_in_between() {
    let pick = Pick::new("progressive").with("adapter", 1.0);
    let mut hand = Hand::new(&pick, 1, 2, linear(&[1, 1]));
    hand.set("columns, layer 1, weights", Some(0), &[2.0]);
    hand.set("laterals of task B, layer 2, scale", Some(1), &[3.0]);
    hand.set("laterals of task B, layer 2, down", Some(1), &[5.0]);
    hand.set("laterals of task B, layer 2, weights", Some(1), &[7.0]);
    assert_eq!(hand.outputs(&[1.0]), [[0.0], [2.0 * 3.0 * 5.0 * 7.0]]);
    assert_eq!(hand.matrix("strength of the laterals into layer 2", &[0.0]), [105.0]);
}

#[test]
fn laterals_grow_with_the_square_of_the_tasks() {
    let parameters = |tasks: usize, adapter: f64| {
        let pick = Pick::new("progressive").with("adapter", adapter);
        Hand::new(&pick, 2, tasks, linear(&[4, 3])).parameters()
    };
    let column = 2 * 4 + 4 + 4 * 3 + 3;
    let pairs = |tasks: usize| tasks * (tasks - 1) / 2;
    for tasks in [1, 2, 5] {
        assert_eq!(parameters(tasks, 0.0), tasks * column + pairs(tasks) * (4 * 3 + 3 * 3));
        let up = (tasks - 1) * (3 * 3 + 3 * 3 + 2);
        assert_eq!(parameters(tasks, 1.0), tasks * column + pairs(tasks) * (4 * 3 + 3 * 3) + up);
    }
}

#[test]
fn a_tasks_loss_trains_its_own_column_and_none_that_it_reads() {
    for pick in variants().iter().filter(|pick| pick.method == "progressive") {
        for task in 0..4 {
            // Only this task's loss counts.
            let mut one = plain(pick);
            one.balancer = Pick::new("manual");
            one.tasks.iter_mut().enumerate().for_each(|(k, of)| of.weight = f64::from(u8::from(k == task)));
            let mut rig = Rig::new(one);
            let theta = rig.scrambled();
            rig.put(&theta);
            let gradient = rig.gradients().swap_remove(0);
            for other in 0..4 {
                let own = rig.layout().owned_by(other);
                let size: f32 = own.iter().zip(&gradient).map(|(own, x)| own * x.abs()).sum();
                assert_eq!(size > 0.0, other == task, "{pick:?}: {other} moves by {size} with {task}");
            }
        }
    }
}

#[test]
fn a_column_computes_what_it_would_without_those_behind_it() {
    let pick = Pick::new("progressive");
    let three = Hand::new(&pick, 2, 3, linear(&[4, 3]));
    let two = Hand::new(&pick, 2, 2, linear(&[4, 3]));
    let drawn = |hand: Hand| {
        let theta = hand.network.layout().init(5, 0);
        Hand { theta, ..hand }
    };
    let inputs = [0.3, -1.0, 2.0, 0.5];
    let (three, two) = (drawn(three), drawn(two));
    for task in 0..2 {
        close("column", &three.outputs(&inputs)[task], &two.outputs(&inputs)[task], 1e-6);
    }
}
