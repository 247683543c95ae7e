//! Aggregators that follow a preference or remember something.

use crate::ask::{Ask, ask, assert_close, direction, each, rows, t1};
use mtl_core::balance::aggregators::epo::Target;
use mtl_core::balance::aggregators::pareto_mtl;
use mtl_core::balance::balancer::BalancerContext;
use mtl_core::math::gram::Gram;
use mtl_core::math::linear_programme::maximise;
use nalgebra::DMatrix;
use nalgebra::DVector;
use rand::RngExt;
use std::f64::consts::LN_2;

#[test]
fn epo_balances_as_published() {
    let asked = ask("epo").losses(&[0.8, 0.2]).vector("preference", &[0.5, 0.5]);
    assert_close(&asked.weights(&t1()), &[1.0, 0.0], 1e-9);
    let gram = t1() * t1().transpose();
    let seen = BalancerContext {
        pick: &asked.pick,
        losses: &asked.losses,
        gram: Some(&gram),
        jacobian: None,
        layers: &[],
        vectors: &asked.vectors,
    };
    let target = Target::new(&seen);
    assert!((target.imbalance - 0.192745).abs() < 1e-6);
    assert_close(&target.anchor, &[0.138629, -0.554518], 1e-6);
    assert_close(&(gram * target.anchor), &[LN_2, -1.247665], 1e-6);
}

#[test]
fn epo_lowers_all_losses_on_the_ray_and_the_imbalance_off_it() {
    each(1500, |jacobian, random| {
        let losses: Vec<f64> = (0..jacobian.nrows()).map(|_| random.random_range(0.1..2.0)).collect();
        let asked = ask("epo").losses(&losses);
        let gram = Gram::new(&(jacobian * jacobian.transpose())).unwrap();
        let weights = asked.weights(jacobian);
        assert!((weights.sum() - 1.0).abs() < 1e-9 && weights.min() >= 0.0);
        let even = ask("epo").weights(jacobian);
        assert!((&gram.matrix * &even).min() > -1e-7, "{jacobian} {even}");
    });
}

#[test]
fn pareto_mtl_finds_its_sector_first() {
    let own = |losses: &[f64]| ask("pareto-mtl").with("vectors", 2.0).losses(losses).vector("preference", &[1.0, 0.0]);
    assert_close(&own(&[0.8, 0.2]).weights(&t1()), &[0.6, 0.4], 1e-12);
    assert_close(&own(&[0.2, 0.8]).weights(&t1()), &[-1.0, 1.0], 1e-12);
    assert_eq!(own(&[0.2, 0.8]).answer(&t1()).memory["steps"], [1.0]);
    let vectors = pareto_mtl::vectors(2, 2);
    assert!(pareto_mtl::active(&vectors[0], &vectors, &[0.8, 0.2]).is_empty());
    assert_eq!(pareto_mtl::vectors(3, 10).len(), 10);
    let later = own(&[0.2, 0.8]).vector("steps", &[1000.0]).direction(&t1());
    let moved = t1() * &later;
    assert!(moved.min() >= later.norm_squared() - 1e-12);
}

#[test]
fn a_linear_programme_is_solved_at_a_corner() {
    let value = DVector::from_vec(vec![1.0, 2.0, 0.0]);
    let free = maximise(&value, &DMatrix::zeros(0, 3), &[]).unwrap();
    assert_close(&free, &[0.0, 1.0, 0.0], 1e-12);
    let row = rows(&[&[1.0, -1.0, 0.0]]);
    assert_close(&maximise(&value, &row, &[0.0]).unwrap(), &[0.5, 0.5, 0.0], 1e-12);
    assert_eq!(maximise(&value, &row, &[2.0]), None);
}

#[test]
fn moco_follows_the_published_step() {
    let asked = ask("moco").losses(&[1.0, 4.0]);
    // Y = L g / |g| / 2; lambda = softmax(1/2 - 0.1 Y Y^T 1/2).
    let average = rows(&[&[0.5, 0.0], &[-(2.0_f64.sqrt()), 2.0_f64.sqrt()]]);
    let slope = &average * average.transpose() * DVector::from_element(2, 0.5);
    let powers = slope.map(|x| (0.5 - 0.1 * x).exp());
    let lambda = &powers / powers.sum();
    let answer = asked.answer(&t1());
    assert_close(&DVector::from_vec(answer.memory["lambda"].clone()), lambda.as_slice(), 1e-12);
    let expected = average.transpose() * &lambda;
    assert_close(&direction(&answer, &t1()), expected.as_slice(), 1e-12);
    // At the first step the direction is made of nothing but the gradients of the step.
    let weighted = t1().transpose() * DVector::from_vec(answer.weights.clone().unwrap());
    assert_close(&weighted, expected.as_slice(), 1e-12);
    let next = Ask { vectors: answer.memory, ..asked }.answer(&t1());
    assert_eq!(next.memory["steps"], [2.0]);
}

#[test]
fn db_mtl_makes_all_gradients_as_long_as_the_longest() {
    let asked = ask("db-mtl").losses(&[1.0, 4.0]);
    let answer = asked.answer(&t1());
    let half = 0.1 * 0.5_f64.sqrt();
    assert_close(&direction(&answer, &t1()), &[0.1 - half, half], 1e-8);
    let next = Ask { vectors: answer.memory, ..asked }.answer(&t1());
    let grown = 0.19 * 0.5_f64.sqrt();
    assert_close(&direction(&next, &t1()), &[0.19 - grown, grown], 1e-8);
}

#[test]
fn excess_mtl_measures_first_and_then_gives_weight_to_what_is_left() {
    let asked = ask("excess-mtl").with("step", 0.1);
    let first = asked.answer(&t1());
    assert_eq!(first.weights, Some(vec![1.0, 1.0]));
    assert_close(&DVector::from_vec(first.memory["first"].clone()), &[1.0, 2.0], 1e-12);
    // The second task has learned all, the first nothing.
    let later = rows(&[&[1.0, 0.0], &[0.0, 0.0]]);
    let next = Ask { vectors: first.memory, ..asked }.weights(&later);
    let rise = (0.1 * 0.5_f64.sqrt()).exp();
    assert_close(&next, &[2.0 * rise / (rise + 1.0), 2.0 / (rise + 1.0)], 1e-12);
}
