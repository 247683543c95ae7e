//! One seed, one run: however it is cut into calls, saved and loaded.

use crate::lab::{Rig, bits, ensemble, lesson};
use crate::population::everything;
use mtl_core::config::{Config, Optimiser, Pick};
use mtl_core::lesson::link;
use mtl_core::measure::recorded_epochs::is_recorded;
use mtl_core::protocol::{CurvePoint, Snapshot};

const STEPS: u32 = 60;

/// Everything in the points, NaN and all.
fn exactly(points: &[CurvePoint]) -> Vec<u8> {
    postcard::to_allocvec(points).unwrap()
}

fn run(config: Config, chunk: u32) -> (Vec<CurvePoint>, Snapshot) {
    let mut rig = Rig::new(config);
    let mut points = vec![rig.record()];
    points.extend(rig.steps_by(STEPS, chunk));
    (points, rig.snapshot())
}

/// With minibatches, and with full batches.
fn lessons() -> [Config; 2] {
    let minibatches = everything(Optimiser::Adam);
    let mut full = everything(Optimiser::Sgd);
    full.training.batch = 0;
    [minibatches, full]
}

#[test]
fn the_same_link_gives_the_same_curves_bit_for_bit() {
    for config in lessons() {
        let text = link::encode(&lesson(config), &[]);
        let run = || {
            let ensemble = ensemble(link::decode(&text).lesson);
            let mut rig = Rig { ensemble };
            let points = rig.steps(STEPS);
            (exactly(&points), bits(&rig.snapshot()))
        };
        assert_eq!(run(), run());
    }
}

#[test]
fn calls_of_any_length_give_the_same_curves_at_the_same_steps() {
    for config in lessons() {
        let (whole, end) = run(config.clone(), u32::MAX);
        let steps: Vec<u32> = whole.iter().map(|point| point.step).collect();
        let per_epoch = if config.training.batch == 0 { 1 } else { 4 };
        // Whole epochs, by the epoch alone.
        let expected: Vec<u32> =
            (0..=STEPS).filter(|step| step % per_epoch == 0 && is_recorded(step / per_epoch)).collect();
        assert_eq!(steps, expected);
        for chunk in [1, 7] {
            let (points, other) = run(config.clone(), chunk);
            assert_eq!(exactly(&points), exactly(&whole), "calls of {chunk}");
            assert_eq!(bits(&other), bits(&end), "calls of {chunk}");
        }
    }
}

#[test]
fn a_saved_run_goes_on_in_a_new_ensemble_as_if_nothing_had_been() {
    for config in lessons() {
        let (whole, end) = run(config.clone(), u32::MAX);
        for step in [0, 13, 40] {
            let mut first = Rig::new(config.clone());
            let mut points = vec![first.record()];
            points.extend(first.steps(step));
            let sent = postcard::to_allocvec(&first.snapshot()).unwrap();
            let mut second = Rig::new(config.clone());
            // An ensemble that has been elsewhere.
            second.steps(5);
            second.load(&postcard::from_bytes(&sent).unwrap());
            points.extend(second.steps(STEPS - step));
            assert_eq!(exactly(&points), exactly(&whole), "saved at {step}");
            assert_eq!(bits(&second.snapshot()), bits(&end), "saved at {step}");
        }
    }
}

#[test]
fn another_seed_is_another_run_and_a_model_seed_keeps_the_data() {
    let [config, _] = lessons();
    let other = Config { seed: config.seed + 1, ..config.clone() };
    let (mut a, mut b) = (Rig::new(config), Rig::new(other));
    assert_ne!(a.ensemble.data().train.x, b.ensemble.data().train.x);
    assert_ne!(a.theta(0), b.theta(0));
    assert_ne!(exactly(&a.steps(4)), exactly(&b.steps(4)));
    assert_ne!(a.theta(0), a.theta(1), "model seeds start elsewhere");
}

#[test]
fn a_snapshot_of_another_lesson_is_refused_and_changes_nothing() {
    let [config, _] = lessons();
    let mut wider = config.clone();
    wider.trunk[0].width += 1;
    let saved = Rig::new(wider).snapshot();
    let mut rig = Rig::new(config);
    rig.steps(3);
    let before = rig.snapshot();
    assert!(rig.ensemble.load(&saved).is_err());
    let mut broken = before.clone();
    broken.arrays.retain(|(name, _)| name != "second");
    assert!(rig.ensemble.load(&broken).is_err());
    assert!(rig.ensemble.load(&Snapshot::default()).is_err());
    assert_eq!(bits(&rig.snapshot()), bits(&before));
    assert_eq!(rig.ensemble.step(), 3);
}

#[test]
fn a_snapshot_that_is_broken_in_one_population_changes_none_of_them() {
    let mut config = everything(Optimiser::Adam);
    config.architecture = Pick::new("mmoe");
    config.population.matched = true;
    let mut rig = Rig::new(config);
    rig.steps(3);
    let early = rig.snapshot();
    assert_eq!(early.auxiliary.len(), 2, "baselines, and a model of equal size");
    rig.steps(3);
    let before = rig.snapshot();
    let mut broken = early.clone();
    broken.auxiliary[1].arrays.retain(|(name, _)| name != "second");
    assert!(rig.ensemble.load(&broken).is_err());
    let mut short = early.clone();
    short.auxiliary.pop();
    assert!(rig.ensemble.load(&short).is_err());
    let all = |snapshot: &Snapshot| (bits(snapshot), snapshot.auxiliary.iter().map(bits).collect::<Vec<_>>());
    assert_eq!(all(&rig.snapshot()), all(&before), "nobody went back");
    rig.load(&early);
    assert_eq!(all(&rig.snapshot()), all(&early));
}
