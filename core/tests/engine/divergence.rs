//! Members that diverged are reported as diverged, not as the last finite numbers they had.

use crate::lab::{Rig, config, edit, layer, task};
use mtl_core::config::{Activation, Config, LossKind, PopulationConfig};
use mtl_core::math::hypervolume::hypervolume;
use mtl_core::measure::transfer::TransferGain;
use mtl_core::protocol::Snapshot;

fn two_tasks() -> Config {
    let mut config =
        config(vec![task(LossKind::Mse, "waves"), task(LossKind::Bce, "circle")], vec![layer(5, Activation::Tanh)]);
    config.training.learning_rate = 0.05;
    config.population = PopulationConfig { seeds: 3, fan: 5, spread: 0.1, ..PopulationConfig::default() };
    config
}

fn with_diverged(rig: &Rig, members: &[usize]) -> Snapshot {
    let mut snapshot = rig.snapshot();
    edit(&mut snapshot, "dead", |diverged| members.iter().for_each(|m| diverged[*m] = 1.0));
    snapshot
}

#[test]
fn a_diverged_point_of_the_fan_has_no_losses_and_no_part_in_the_hypervolume() {
    let mut rig = Rig::new(two_tasks());
    rig.steps(20);
    let fan = rig.ensemble.plan().fan_range().start;
    let sound = rig.record();
    rig.load(&with_diverged(&rig, &[fan, fan + 2]));
    let point = rig.record();
    for (i, (losses, before)) in point.fan.chunks(2).zip(sound.fan.chunks(2)).enumerate() {
        if i == 0 || i == 2 {
            assert!(losses.iter().all(|loss| loss.is_nan()), "{losses:?}");
        } else {
            assert_eq!(losses, before);
        }
    }
    let front: Vec<Vec<f64>> = point.fan.chunks(2).chain([&point.valid[..]]).map(crate::lab::double).collect();
    let reference = crate::lab::double(&rig.ensemble.data().reference);
    assert_eq!(point.hypervolume, hypervolume(&front, &reference));
    assert_eq!((&point.train, &point.valid), (&sound.train, &sound.valid));
}

#[test]
fn a_seed_with_a_diverged_model_or_baseline_does_not_count_for_transfer() {
    let mut rig = Rig::new(two_tasks());
    rig.steps(20);
    let all = rig.record();
    assert_eq!(all.transfer.now.iter().map(|gain| gain.seeds).collect::<Vec<_>>(), [3, 3]);
    // The model of seed 2, and the baseline of task B on seed 0.
    let baseline = rig.ensemble.plan().baseline(0, 1).unwrap();
    rig.load(&with_diverged(&rig, &[2, baseline]));
    let point = rig.record();
    assert_eq!(point.transfer.now.iter().map(|gain| gain.seeds).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(point.single[0], all.single[0]);
    assert!(point.single[1].is_nan());
    let diverged = with_diverged(&rig, &[0, 1, 2]);
    rig.load(&diverged);
    assert_eq!(rig.record().transfer.now[0], TransferGain::undefined());
}

#[test]
fn the_best_step_of_a_diverged_member_is_one_before_it_diverged() {
    let mut rig = Rig::new(two_tasks());
    let baseline = rig.ensemble.plan().baseline(0, 0).unwrap();
    let mut diverged = with_diverged(&rig, &[baseline]);
    edit(&mut diverged, "dead", |diverged| diverged[1] = 1.0);
    rig.load(&diverged);
    rig.steps(10);
    // Seed 1 had diverged from the start, so there is no pair of it on the test rows either.
    assert_eq!(rig.record().transfer.best.iter().map(|gain| gain.seeds).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn rewinding_goes_back_to_where_every_composed_model_was_sound() {
    let mut rig = Rig::new(two_tasks());
    rig.steps(6);
    let at_six = rig.snapshot();
    rig.steps(1);
    rig.load(&at_six);
    // Diverged from a loaded state on: there is nothing better in it to go back to.
    let mut poisoned = at_six.clone();
    let width = rig.layout().len;
    edit(&mut poisoned, "theta", |theta| theta[..width].fill(1e30));
    rig.load(&poisoned);
    let (steps, _, divergence) = rig.advance(5);
    assert_eq!(steps, 1);
    assert!(divergence.is_some());
    rig.ensemble.rewind();
    assert!(rig.rows("theta").concat().iter().all(|v| v.is_finite() && v.abs() < 1e3));
    assert_eq!(rig.rows("dead").concat(), [0.0; 14]);
    assert!(rig.advance(1).2.is_none());
}

#[test]
fn a_seed_that_diverges_later_leaves_the_last_good_state_to_go_back_to() {
    let mut rig = Rig::new(two_tasks());
    rig.steps(4);
    let last_good = rig.theta(0);
    let mut poisoned = rig.snapshot();
    let width = rig.layout().len;
    edit(&mut poisoned, "theta", |theta| theta[2 * width..3 * width].fill(f32::NAN));
    rig.load(&poisoned);
    for _ in 0..3 {
        assert!(rig.advance(1).2.is_none(), "another seed's end pauses nothing");
    }
    assert_eq!(rig.rows("dead").concat()[..3], [0.0, 0.0, 1.0]);
    rig.ensemble.rewind();
    assert_eq!(rig.ensemble.step(), 4);
    assert_eq!(rig.theta(0), last_good);
}
