//! The conflict rate looks back over recorded steps, and goes with the state of training.

use crate::lab::{Rig, config, layer, task};
use crate::measures::numbers;
use mtl_core::config::{Activation, Config, LossKind};
use mtl_core::protocol::CurvePoint;
use pollster::block_on;

/// The share of means of ten cosines below -0.05 over all pairs of tasks, of points that all have gradients; NaN for
/// fewer than ten.
pub fn conflict_rate(points: &[CurvePoint]) -> f64 {
    let tasks = points.first().map_or(0, |point| point.valid.len());
    let cosine = |point: &CurvePoint, i: usize, j: usize| {
        let entry = |i: usize, j: usize| f64::from(point.gram[i * tasks + j]);
        entry(i, j) / (entry(i, i) * entry(j, j)).sqrt()
    };
    let (mut conflicts, mut all) = (0.0, 0.0);
    for (i, j) in (0..tasks).flat_map(|i| (i + 1..tasks).map(move |j| (i, j))) {
        for ten in points.windows(10) {
            all += 1.0;
            let mean = ten.iter().map(|point| cosine(point, i, j)).sum::<f64>() / 10.0;
            conflicts += f64::from(u8::from(mean < -0.05));
        }
    }
    conflicts / all
}

/// Two small tasks, recorded at many steps.
fn small() -> Config {
    let tasks = vec![task(LossKind::Mse, "waves"), task(LossKind::Bce, "circle")];
    let mut config = config(tasks, vec![layer(3, Activation::Tanh)]);
    config.training.learning_rate = 0.3;
    config.training.batch = 12;
    config
}

#[test]
fn the_conflict_rate_looks_back_over_fifty_recorded_steps() {
    let mut rig = Rig::new(small());
    let points = rig.steps(160);
    assert!(points.len() > 55, "{}", points.len());
    let rates: Vec<f64> = points.iter().map(|point| numbers(point, "conflict-rate")[0]).collect();
    assert!(rates[..9].iter().all(|rate| rate.is_nan()), "no mean of ten before there are ten");
    for (k, rate) in rates.iter().enumerate().skip(9) {
        assert!((rate - conflict_rate(&points[(k + 1).saturating_sub(50)..=k])).abs() < 1e-6);
    }
    assert!(rates[9..].iter().any(|rate| *rate != rates[9]), "a window that sees no change tests nothing");
}

fn bits(point: &CurvePoint) -> Vec<u32> {
    point.measures.iter().map(|number| number.to_bits()).collect()
}

#[test]
fn a_snapshot_and_a_step_back_keep_the_window_of_conflicts() {
    let mut straight = Rig::new(small());
    let points = straight.steps(24);
    let mut first = Rig::new(small());
    first.steps(16);
    let snapshot = first.snapshot();
    let mut second = Rig::new(small());
    second.load(&snapshot);
    let after = second.steps(8);
    assert_eq!(after.iter().map(bits).collect::<Vec<_>>(), points[8..].iter().map(bits).collect::<Vec<_>>());

    // Steps that are forgotten leave no trace.
    block_on(first.ensemble.run_unrecorded(5)).unwrap();
    first.ensemble.rewind();
    assert_eq!(first.ensemble.step(), 16);
    let after = first.steps(8);
    assert_eq!(after.iter().map(bits).collect::<Vec<_>>(), points[8..].iter().map(bits).collect::<Vec<_>>());
}

#[test]
fn a_loaded_state_that_is_recorded_again_keeps_its_window() {
    let mut rig = Rig::new(small());
    let before = rig.steps(60).pop().unwrap();
    let snapshot = rig.snapshot();
    rig.load(&snapshot);
    let again = rig.record();
    assert!(numbers(&before, "conflict-rate")[0].is_finite());
    assert_eq!(numbers(&again, "conflict-rate"), numbers(&before, "conflict-rate"));
    assert!(numbers(&again, "cosine")[0].is_nan(), "the gradients of that step are gone");
}
