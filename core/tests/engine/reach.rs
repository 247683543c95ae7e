//! The steps to the single-task loss in training, with the lesson on a task that comes later.

use crate::lab::{Rig, double};
use crate::measures::numbers;
use mtl_core::config::{Config, Pick};
use mtl_core::lesson::lessons;
use mtl_core::protocol::CurvePoint;

const KEY: &str = "steps-to-single";

fn lesson(epochs: f64, seeds: usize) -> Config {
    let mut config = lessons::find("new-task").unwrap().config();
    config.strategy = Pick::new("transfer").with("epochs", epochs);
    (config.population.seeds, config.population.fan) = (seeds, 0);
    config
}

/// By the curves of the first seed: a task's steps with the other until its loss is that of its
/// baseline's lowest, and the baseline's until there.
fn by_the_curves(points: &[CurvePoint], task: usize, trained: impl Fn(u32) -> u32) -> [f64; 2] {
    let alone: Vec<f64> = points.iter().map(|point| double(&point.single)[task]).collect();
    let least = alone.iter().copied().fold(f64::INFINITY, f64::min);
    let steps = |place: Option<usize>| place.map_or(f64::NAN, |place| f64::from(trained(points[place].step)));
    let joint = points.iter().position(|point| f64::from(point.valid[task]) <= least);
    [steps(joint), steps(alone.iter().position(|loss| *loss <= least))]
}

#[test]
fn steps_to_the_single_task_loss_follow_from_the_curves() {
    let mut rig = Rig::new(lesson(10.0, 1));
    let stage = 10 * rig.ensemble.steps_per_epoch();
    let mut points = vec![rig.record()];
    for _ in 0..40 {
        points.extend(rig.steps(stage / 10));
        let point = points.last().unwrap();
        let mut expected = by_the_curves(&points, 0, |step| step.min(stage)).to_vec();
        let waits = point.step <= stage;
        expected.extend(match waits {
            true => [f64::NAN; 2],
            false => by_the_curves(&points, 1, |step| step.saturating_sub(stage)),
        });
        let same = |(a, b): (&f64, &f64)| a == b || a.is_nan() && b.is_nan();
        let got = numbers(point, KEY);
        assert!(got.iter().zip(&expected).all(same), "epoch {}: {got:?}, not {expected:?}", point.epoch);
    }
    // A saved run goes on counting where it was.
    let mut other = Rig::new(lesson(10.0, 1));
    other.load(&rig.snapshot());
    let (a, b) = (rig.steps(stage), other.steps(stage));
    let all = |points: &[CurvePoint]| points.iter().map(|point| numbers(point, KEY)[..2].to_vec()).collect::<Vec<_>>();
    assert_eq!(all(&a), all(&b));
}

#[test]
fn on_a_trunk_that_another_task_has_trained_a_new_task_needs_fewer_steps() {
    let mut rig = Rig::new(lesson(100.0, 5));
    let point = rig.steps(160 * rig.ensemble.steps_per_epoch()).pop().unwrap();
    let of_new = &numbers(&point, KEY)[2..];
    assert!(of_new[0] < of_new[1], "{of_new:?}");
}
