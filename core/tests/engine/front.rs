//! One network for the whole front.

use crate::lab::{Rig, bits};
use mtl_core::config::{Config, Pick};
use mtl_core::lesson::lessons;
use mtl_core::math::hypervolume::hypervolume;

/// The lesson with two tasks that want different things of a narrow trunk.
fn rivals(front: bool) -> Config {
    let mut config = lessons::find("rivals").unwrap().config();
    config.population.seeds = 1;
    config.population.fan = 5;
    config.population.conditioned = front;
    config.population.spread = 0.0;
    config.trunk[0].width = 6;
    config
}

#[test]
fn it_answers_every_preference_of_the_fan_and_more_weight_means_less_loss() {
    let mut rig = Rig::new(rivals(true));
    let start = rig.record();
    assert_eq!(start.conditioned.len(), 2 * 11, "as many points as a front without a fan has");
    let last = rig.steps(4 * 100).pop().unwrap();
    let points: Vec<[f64; 2]> =
        last.conditioned.chunks_exact(2).map(|pair| [f64::from(pair[0]), f64::from(pair[1])]).collect();
    assert!(points.iter().flatten().all(|loss| loss.is_finite()));
    // From all for A to all for B.
    let (a, b) = (points[0], points[10]);
    assert!(a[0] < b[0] && b[1] < a[1], "{points:?}");
    let reference = [1.0, 1.0];
    let volume = |points: &[[f64; 2]]| hypervolume(points, &reference);
    let begin: Vec<[f64; 2]> =
        start.conditioned.chunks_exact(2).map(|pair| [f64::from(pair[0]), f64::from(pair[1])]).collect();
    assert!(volume(&points) > volume(&begin) + 0.02, "{} then {}", volume(&begin), volume(&points));
}

#[test]
fn it_leaves_all_other_models_as_they_were_and_goes_on_from_a_snapshot() {
    let (mut with, mut without) = (Rig::new(rivals(true)), Rig::new(rivals(false)));
    with.steps(9);
    without.steps(9);
    assert_eq!(bits(&with.snapshot()), bits(&without.snapshot()));
    let snapshot = with.snapshot();
    let on = with.steps(7).pop().unwrap();
    let mut resumed = Rig::new(rivals(true));
    resumed.load(&snapshot);
    assert_eq!(resumed.steps(7).pop().unwrap().conditioned, on.conditioned);
    assert!(without.ensemble.load(&snapshot).is_err(), "a snapshot with a network more is of another lesson");
}

#[test]
fn it_trains_along_with_any_architecture() {
    let mut rig = Rig::new(Config { architecture: Pick::new("mmoe"), ..rivals(true) });
    let last = rig.steps(20).pop().unwrap();
    assert!(last.conditioned.iter().all(|loss| loss.is_finite()) && last.conditioned.len() == 22);
}
