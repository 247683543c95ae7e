//! What holds for every aggregator.

use crate::ask::{ask, assert_close, direction, each, rows, t2};
use mtl_core::balance::aggregators::BALANCERS;
use mtl_core::balance::balancer::BalancerContext;
use nalgebra::DMatrix;
use nalgebra::DVector;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

#[test]
fn no_aggregator_ever_answers_with_anything_but_finite_numbers() {
    each(4000, |jacobian, random| {
        let losses: Vec<f64> = (0..jacobian.nrows()).map(|_| 10_f64.powf(random.random_range(-12.0..12.0))).collect();
        for aggregator in BALANCERS {
            let mut asked = ask(aggregator.entry().choice.key).losses(&losses);
            for spec in aggregator.entry().options {
                let extreme = [f64::NEG_INFINITY, spec.default, f64::INFINITY][random.random_range(0..3)];
                asked.pick = asked.pick.with(spec.key, extreme);
            }
            for step in 0..2 {
                let answer = asked.answer_with(jacobian, step);
                let finite = |values: &Vec<f64>| values.iter().all(|x| x.is_finite());
                assert!(answer.weights.iter().all(finite), "{:?} {jacobian}", asked.pick);
                assert!(answer.direction.iter().all(finite), "{:?} {jacobian}", asked.pick);
                assert!(answer.memory.values().all(finite), "{:?} {jacobian}", asked.pick);
                assert!(direction(&answer, jacobian).iter().all(|x| x.is_finite()), "{:?} {jacobian}", asked.pick);
                asked.vectors = answer.memory;
            }
        }
    });
}

#[test]
fn zero_gradients_give_a_zero_direction() {
    for (tasks, size) in [(1, 1), (2, 3), (3, 1), (6, 4), (8, 3)] {
        for aggregator in BALANCERS {
            let zero = DMatrix::zeros(tasks, size);
            let answer = ask(aggregator.entry().choice.key).answer(&zero);
            assert_eq!(direction(&answer, &zero), DVector::zeros(size), "{}", aggregator.entry().choice.key);
        }
    }
}

#[test]
fn what_is_not_finite_or_not_there_makes_no_step_and_no_panic() {
    let bad = rows(&[&[f64::NAN, 1.0], &[f64::INFINITY, 0.0], &[1e200, 1.0]]);
    let nothing = DMatrix::zeros(0, 0);
    for aggregator in BALANCERS {
        let asked = ask(aggregator.entry().choice.key).losses(&[f64::NAN, -1.0, 0.0]);
        let answer = asked.answer(&bad);
        assert!(answer.weights.iter().chain(&answer.direction).all(|values| values.iter().all(|x| x.is_finite())));
        asked.answer(&nothing);
        let seen = BalancerContext {
            pick: &asked.pick,
            losses: &[1.0],
            gram: None,
            jacobian: None,
            layers: &[],
            vectors: &asked.vectors,
        };
        aggregator.answer(&seen, &mut ChaCha8Rng::seed_from_u64(0));
    }
}

#[test]
fn permuting_the_tasks_permutes_the_weights() {
    let keys = ["mgda", "cagrad", "nash-mtl", "imtl-g", "aligned-mtl", "fairgrad", "upgrad", "dual-proj"];
    let mut random = ChaCha8Rng::seed_from_u64(4);
    for _ in 0..300 {
        let tasks = random.random_range(2..=6);
        let jacobian = DMatrix::from_fn(tasks, 50, |_, _| random.random_range(-1.0..1.0));
        let turned = DMatrix::from_fn(tasks, 50, |i, j| jacobian[((i + 1) % tasks, j)]);
        for key in keys {
            let (weights, turned) = (ask(key).weights(&jacobian), ask(key).weights(&turned));
            let back = DVector::from_fn(tasks, |i, _| turned[(i + tasks - 1) % tasks]);
            assert!((&weights - back).amax() < 1e-6 * weights.amax(), "{key}");
        }
    }
}

#[test]
fn with_fifty_parameters_no_task_gets_worse() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    for _ in 0..500 {
        let tasks = random.random_range(2..=6);
        let jacobian = DMatrix::from_fn(tasks, 50, |_, _| random.random_range(-1.0..1.0));
        for key in ["mgda", "upgrad", "dual-proj", "nash-mtl", "fairgrad"] {
            assert!((&jacobian * ask(key).direction(&jacobian)).min() >= -1e-6, "{key}");
        }
    }
}

#[test]
fn random_orders_follow_the_seed() {
    let asked = ask("pcgrad").word("order", "random");
    assert_eq!(asked.answer_with(&t2(), 3), asked.answer_with(&t2(), 3));
    let all: Vec<_> = (0..20).map(|seed| asked.answer_with(&t2(), seed).weights).collect();
    assert!(all.iter().any(|weights| *weights != all[0]));
}

#[test]
fn the_gram_matrix_is_enough_but_for_five() {
    let gram = t2() * t2().transpose();
    let many = ["graddrop", "moco", "db-mtl", "excess-mtl"];
    for aggregator in BALANCERS.iter().filter(|aggregator| !many.contains(&aggregator.entry().choice.key)) {
        let asked = ask(aggregator.entry().choice.key);
        let seen = BalancerContext {
            pick: &asked.pick,
            losses: &[1.0; 3],
            gram: Some(&gram),
            jacobian: None,
            layers: &[],
            vectors: &asked.vectors,
        };
        let answer = aggregator.answer(&seen, &mut ChaCha8Rng::seed_from_u64(0));
        let weights = DVector::from_vec(answer.weights.unwrap());
        let expected = asked.direction(&t2());
        assert_close(&(t2().transpose() * weights), expected.as_slice(), 1e-9);
    }
}
