//! Declared relations: what they add to an objective, and what that does to the networks.

use crate::bench::Bench;
use crate::cases::{busy, defaults, plain};
use crate::derivatives::penalty_has_its_gradient;
use crate::every::equals_its_members;
use crate::hand::{Hand, linear};
use crate::lab::{Rig, bits, numbers};
use mtl_core::config::{Config, Pick, Relation, TrainingConfig};
use mtl_core::model::{Slot, reads};

/// The architectures that read relations.
fn readers() -> Vec<Pick> {
    let read = |pick: &Pick| reads(&Config { architecture: pick.clone(), ..Config::default() }, "to-a");
    let readers: Vec<Pick> = defaults().into_iter().filter(read).collect();
    assert!(!readers.is_empty());
    readers
}

/// Every kind among four tasks.
pub fn mixed(mut config: Config) -> Config {
    let all = [
        (0, 1, Relation::Positive),
        (0, 2, Relation::Negative),
        (1, 2, Relation::Neutral),
        (1, 3, Relation::Negative),
        (2, 3, Relation::Positive),
    ];
    let tasks = config.tasks.len();
    all.into_iter().filter(|(_, b, _)| *b < tasks).for_each(|(a, b, relation)| config.declare(a, b, relation));
    config
}

/// One relation of every two tasks.
fn every(relation: Relation, mut config: Config) -> Config {
    for b in 1..config.tasks.len() {
        (0..b).for_each(|a| config.declare(a, b, relation));
    }
    config
}

#[test]
fn penalties_of_declared_relations_have_their_gradients() {
    for pick in readers() {
        for config in
            [mixed(plain(&pick)), every(Relation::Negative, plain(&pick)), every(Relation::Positive, plain(&pick))]
        {
            let bench = Bench::of(config);
            assert!(bench.network().penalises(), "{pick:?}");
            penalty_has_its_gradient(&format!("{pick:?}"), bench);
        }
    }
}

/// A network of two tasks of which something is declared.
fn two(pick: &Pick, relation: Relation) -> Hand {
    Hand::related(pick, 2, 2, linear(&[2]), |_, _| relation)
}

fn penalty(hand: &Hand) -> f32 {
    hand.network.penalty(&hand.params(), &hand.rows(&[0.0, 0.0])).map_or(0.0, |penalty| numbers(penalty)[0])
}

#[test]
fn a_tie_follows_the_relation_of_its_pair() {
    let value = |relation| {
        let mut hand = two(&Pick::new("soft-sharing").with("tie", 2.0), relation);
        hand.set("trunks, layer 1, weights", Some(0), &[1.0, 0.0, 0.0, 1.0]);
        hand.set("trunks, layer 1, weights", Some(1), &[3.0, 0.0, 0.0, 0.0]);
        hand.set("trunks, layer 1, bias", Some(1), &[0.0, 2.0]);
        assert_eq!(hand.network.penalises(), relation != Relation::Neutral, "{relation:?}");
        penalty(&hand)
    };
    // 2 / (2 * 2) times 4 + 1 of the weights and 4 of the biases; times |W_B|^2 / (|W_A|^2 |W_B|^2).
    assert_eq!(value(Relation::Undeclared), 4.5);
    assert_eq!(value(Relation::Positive), 4.5);
    assert_eq!(value(Relation::Neutral), 0.0);
    assert!((value(Relation::Negative) - 0.25).abs() < 1e-6, "{}", value(Relation::Negative));
}

#[test]
fn adapters_follow_the_relation_of_their_pair() {
    let value = |relation| {
        let pick = Pick::new("low-rank").with("rank", 1.0).with("scale", 2.0).with("relations", 4.0);
        let mut hand = two(&pick, relation);
        hand.set("adapters of layer 1, down", Some(0), &[1.0, 0.0]);
        hand.set("adapters of layer 1, up", Some(0), &[1.0, 0.0]);
        hand.set("adapters of layer 1, down", Some(1), &[1.0, 1.0]);
        hand.set("adapters of layer 1, up", Some(1), &[0.0, 1.0]);
        assert_eq!(hand.network.penalises(), relation == Relation::Positive || relation == Relation::Negative);
        penalty(&hand)
    };
    // Half of 4, times 4 (1 + 1 + 1) of the corrections; times 1 / (1 * 2) of the directions.
    assert_eq!(value(Relation::Positive), 24.0);
    assert!((value(Relation::Negative) - 1.0).abs() < 1e-6, "{}", value(Relation::Negative));
    assert_eq!([Relation::Undeclared, Relation::Neutral].map(value), [0.0; 2]);
}

#[test]
fn overlap_is_nothing_across_and_everything_along_one_direction() {
    let pick = Pick::new("soft-sharing").with("tie", 4.0);
    let value = |a: [f32; 4], b: [f32; 4]| {
        let mut hand = two(&pick, Relation::Negative);
        hand.set("trunks, layer 1, weights", Some(0), &a);
        hand.set("trunks, layer 1, weights", Some(1), &b);
        let shown = hand.matrix("overlap of trunks that are kept apart", &[0.0, 0.0])[0];
        assert!((penalty(&hand) - shown).abs() < 1e-6);
        shown
    };
    assert_eq!(value([1.0, 2.0, 0.0, 0.0], [0.0, 0.0, 5.0, 1.0]), 0.0);
    assert!((value([1.0, 2.0, 0.0, 0.0], [-50.0, 10.0, 0.0, 0.0]) - 1.0).abs() < 1e-6);
    assert_eq!(value([0.0; 4], [1.0; 4]), 0.0, "zeros overlap with nothing");
}

#[test]
fn one_positive_pair_alone_is_tied_as_before_anything_was_declared() {
    let soft = |relations: &dyn Fn(usize, usize) -> Relation| {
        let pick = Pick::new("soft-sharing").with("tie", 3.0);
        let mut hand = Hand::related(&pick, 2, 3, linear(&[2, 4]), relations);
        hand.theta = hand.network.layout().init(5, 0);
        hand.theta.iter_mut().enumerate().for_each(|(i, x)| *x += (i as f32).sin());
        penalty(&hand)
    };
    let before = soft(&|_, _| Relation::Undeclared);
    assert_eq!(soft(&|a, b| if a + b == 1 { Relation::Positive } else { Relation::Undeclared }), before);
    // Pair by pair it is the same number: one pair's share is what goes when that pair is neutral.
    let without = |pair: usize| soft(&|a, b| if a + b == pair { Relation::Neutral } else { Relation::Undeclared });
    let shares: f32 = (1..=3).map(|pair| before - without(pair)).sum();
    assert!((shares - before).abs() < 1e-4 * before, "{shares} of {before}");
}

/// The lesson of the cases under Adam; its tasks are four regressions.
fn trained(config: Config, steps: u32) -> Rig {
    let optimiser = mtl_core::config::Optimiser::Adam;
    let training = TrainingConfig { optimiser, momentum: 0.9, learning_rate: 0.01, ..config.training.clone() };
    let mut rig = Rig::new(Config { training, ..config });
    rig.steps(steps);
    rig
}

fn named<'a>(rig: &'a Rig, end: &'a str) -> impl Iterator<Item = &'a Slot> {
    rig.layout()
        .slots
        .iter()
        .filter(move |slot| slot.name.starts_with("trunks") || slot.name.starts_with("adapters"))
        .filter(move |slot| slot.name.ends_with(end))
}

/// A task's matrix in a slot.
fn values(theta: &[f32], slot: &Slot, task: usize) -> Vec<f64> {
    slot.positions(Some(task)).iter().map(|position| f64::from(theta[*position])).collect()
}

/// `|W_a' W_b|^2 / (|W_a|^2 |W_b|^2)` in plain loops, summed over the layers.
fn overlap(rig: &Rig, end: &str, a: usize, b: usize) -> f64 {
    let theta = rig.theta(0);
    let of_slot = |slot: &Slot| {
        let (a, b) = (values(&theta, slot, a), values(&theta, slot, b));
        let columns = slot.columns;
        let dot = |i: usize, j: usize| -> f64 { (0..slot.rows).map(|r| a[r * columns + i] * b[r * columns + j]).sum() };
        let products: f64 = (0..columns * columns).map(|at| dot(at / columns, at % columns).powi(2)).sum();
        let square = |values: &[f64]| values.iter().map(|x| x * x).sum::<f64>();
        products / square(&a) / square(&b)
    };
    named(rig, end).map(of_slot).sum()
}

/// How far apart the trunks of two tasks are.
fn distance(rig: &Rig, a: usize, b: usize) -> f64 {
    let theta = rig.theta(0);
    let squares = |slot: &Slot| -> f64 {
        values(&theta, slot, a).iter().zip(values(&theta, slot, b)).map(|(a, b)| (a - b).powi(2)).sum()
    };
    named(rig, "").map(squares).sum::<f64>().sqrt()
}

const STEPS: u32 = 300;

/// Of A and B this, of every other two tasks that they have nothing to do with each other.
fn one(relation: Relation, config: Config) -> Config {
    let mut config = every(Relation::Neutral, config);
    config.declare(0, 1, relation);
    config
}

#[test]
fn a_strong_tie_brings_a_positive_pair_together_and_parts_a_negative_one() {
    let lesson = |tie: f64, relation| trained(one(relation, plain(&Pick::new("soft-sharing").with("tie", tie))), STEPS);
    let separate = lesson(0.0, Relation::Positive);
    let all = [Relation::Positive, Relation::Negative, Relation::Neutral].map(|relation| lesson(20.0, relation));
    assert_eq!(bits(&all[2].snapshot()), bits(&separate.snapshot()), "neutral trunks are left alone");
    let (apart, shared) =
        (all.each_ref().map(|rig| distance(rig, 0, 1)), all.each_ref().map(|rig| overlap(rig, "weights", 0, 1)));
    println!("soft sharing: {apart:.3?} apart, overlaps {shared:.3?} (positive, negative, neutral)");
    assert!(apart[0] < 0.1 * apart[2], "{apart:?}");
    assert!(shared[1] < 0.2 * shared[2], "{shared:?}");
}

#[test]
fn relations_draw_a_pair_of_adapters_together_and_part_one() {
    let lesson = |force: f64, relation| {
        let pick = Pick::new("low-rank").with("rank", 1.0).with("relations", force);
        trained(one(relation, plain(&pick)), STEPS)
    };
    let before = trained(plain(&Pick::new("low-rank").with("rank", 1.0)), STEPS);
    for relation in [Relation::Undeclared, Relation::Neutral] {
        assert_eq!(bits(&lesson(20.0, relation).snapshot()), bits(&before.snapshot()), "{relation:?}");
    }
    let all = [lesson(20.0, Relation::Positive), lesson(20.0, Relation::Negative), before];
    let corrections = |rig: &Rig| -> f64 {
        let theta = rig.theta(0);
        let product = |down: &Slot, up: &Slot, task: usize| -> Vec<f64> {
            let (v, u) = (values(&theta, down, task), values(&theta, up, task));
            v.iter().flat_map(|v| u.iter().map(move |u| v * u)).collect()
        };
        let of_layer = |(down, up): (&Slot, &Slot)| -> f64 {
            product(down, up, 0).iter().zip(product(down, up, 1)).map(|(a, b)| (a - b).powi(2)).sum()
        };
        named(rig, "down").zip(named(rig, "up")).map(of_layer).sum::<f64>().sqrt()
    };
    let (apart, shared) = (all.each_ref().map(corrections), all.each_ref().map(|rig| overlap(rig, "down", 0, 1)));
    println!("adapters: {apart:.3?} apart, overlaps {shared:.3?} (positive, negative, undeclared)");
    assert!(apart[0] < 0.2 * apart[2], "{apart:?}");
    assert!(shared[1] < 0.2 * shared[2], "{shared:?}");
}

#[test]
fn a_population_with_relations_equals_its_members_trained_one_by_one() {
    for pick in readers() {
        let strong = if pick.method == "low-rank" { "relations" } else { "tie" };
        equals_its_members(mixed(busy(&pick.with(strong, 3.0))));
    }
}

#[test]
fn relations_show_which_pairs_they_keep_apart() {
    for pick in readers() {
        let rig = trained(mixed(plain(&pick)), 2);
        let bench = Bench::of(mixed(plain(&pick)));
        let matrices = bench.network().learned_matrices(&bench.params(rig.theta(0)), bench.inputs.clone());
        let overlap = matrices.iter().find(|matrix| matrix.title.starts_with("overlap")).unwrap();
        // In column order, A, C, B, D.
        assert_eq!(overlap.rows, ["A and C", "B and D"], "{pick:?}");
        assert_eq!(overlap.values.dims(), [2, 2], "{pick:?}");
        assert!(numbers(overlap.values.clone()).iter().all(|share| (0.0..=1.0).contains(share)), "{pick:?}");
    }
}
