//! The test that holds the engine together: members in lockstep are members trained alone.

use crate::lab::{Rig, bits, close, config, edit, layer, task, with_norm};
use mtl_core::config::{Activation, Clip, Config, LossKind, Optimiser, Pick, PopulationConfig, TaskConfig};
use mtl_core::model::SlotKind;
use mtl_core::protocol::Snapshot;
use mtl_core::train::Role;

/// Clipping by norm, weight decay, dropout, layer norm, missing labels, minibatches, several
/// seeds, a baseline per task, and uncertainty weights beside the fixed ones of the fan.
pub fn everything(optimiser: Optimiser) -> Config {
    let head = |widths: &[usize]| widths.iter().map(|w| layer(*w, Activation::Silu)).collect();
    let tasks = vec![
        TaskConfig { head: head(&[4, 3]), outputs: 2, labelled: 30, scale: 5.0, ..task(LossKind::Mse, "waves") },
        TaskConfig { labelled: 9, rate: 3.0, ..task(LossKind::Bce, "circle") },
        TaskConfig { head: head(&[4, 3]), outputs: 2, weight_decay: Some(0.1), dropout: Some(0.4), ..task(LossKind::Mse, "xor") },
        TaskConfig { outputs: 3, labelled: 5, ..task(LossKind::Ce, "five") },
    ];
    let mut config = config(tasks, vec![with_norm(layer(7, Activation::Tanh)), layer(6, Activation::Gelu)]);
    config.data.train_rows = 48;
    config.balancer = Pick::new("uncertainty");
    config.training = mtl_core::config::TrainingConfig {
        optimiser,
        momentum: 0.9,
        learning_rate: 0.01,
        weight_decay: 0.02,
        dropout: 0.2,
        clip: Clip::Norm,
        clip_at: 0.3,
        batch: 12,
        ..config.training
    };
    config.population = PopulationConfig { seeds: 2, fan: 10, baselines: true };
    config
}

const STEPS: u32 = 30;

#[test]
fn a_population_equals_its_members_trained_one_by_one() {
    for optimiser in [Optimiser::Adam, Optimiser::AdamW, Optimiser::Sgd, Optimiser::RmsProp] {
        let mut all = Rig::new(everything(optimiser));
        let started = all.rows("theta");
        all.steps(STEPS);
        let (theta, s) = (all.rows("theta"), all.rows("s"));
        assert_eq!(all.members(), 2 + 8 + 10);
        // The other optimisers differ in their own arithmetic alone: two members each.
        let few = |m: usize| optimiser == Optimiser::Adam || m == 0 || m == 12;
        for m in (0..all.members()).filter(|m| few(*m)) {
            let mut alone = Rig::planned(everything(optimiser), |plan| plan.only(m));
            alone.steps(STEPS);
            let what = format!("{optimiser:?}, {:?}", all.trainer.plan().members[m]);
            close(&what, &alone.theta(0), &theta[m], 1e-4);
            close(&what, &alone.rows("s")[0], &s[m], 1e-4);
            let moved = crate::lab::distance(&started[m], &theta[m]);
            assert!(moved > 0.02, "{what} moved by {moved}");
        }
    }
}

#[test]
fn only_composed_models_learn_their_weights() {
    let mut all = Rig::new(everything(Optimiser::Adam));
    all.steps(10);
    for (member, s) in all.trainer.plan().members.clone().iter().zip(all.rows("s")) {
        let learns = member.role == Role::Composed;
        assert!(s.iter().all(|s| (*s != 0.0) == learns), "{member:?}: {s:?}");
    }
}

/// How a member is driven off: finite numbers whose loss overflows, or no numbers at all.
const POISONS: [(&str, fn(&mut f32)); 4] = [
    ("a gradient that overflows", |v| *v *= 1e15),
    ("a loss that overflows while its gradient is finite", |v| *v *= 1e24),
    ("infinity", |v| *v = f32::INFINITY),
    ("NaN", |v| *v = f32::NAN),
];

/// Ten steps, then poison for one member, then twenty more.
fn poisoned(optimiser: Optimiser, member: usize, poison: Option<(usize, fn(&mut f32))>) -> (Rig, Snapshot) {
    let mut rig = Rig::new(everything(optimiser));
    rig.steps(10);
    let mut snapshot = rig.snapshot();
    let width = rig.layout().len;
    if let Some((from, poison)) = poison {
        edit(&mut snapshot, "theta", |theta| theta[member * width + from..(member + 1) * width].iter_mut().for_each(poison));
    }
    rig.load(&snapshot);
    rig.steps(20);
    let end = rig.snapshot();
    (rig, end)
}

#[test]
fn a_member_that_is_driven_off_goes_back_stops_and_touches_no_other() {
    for optimiser in [Optimiser::Adam, Optimiser::Sgd] {
        for (what, poison) in POISONS {
            // The replicated model, one on another seed, a baseline, a point of the fan.
            for member in [0, 1, 5, 13] {
                let (clean, healthy) = poisoned(optimiser, member, None);
                // From the last output layer of a regression on: what squares its error.
                let from = clean.layout().slots.iter().find(|slot| slot.kind == SlotKind::Weight(Activation::Identity)).unwrap().offset;
                let (rig, sick) = poisoned(optimiser, member, Some((from, poison)));
                let what = format!("{optimiser:?}, member {member}, {what}");
                assert_eq!(rig.rows("dead").concat().iter().position(|dead| *dead == 1.0), Some(member), "{what}");
                assert_eq!(rig.rows("dead").concat().iter().sum::<f32>(), 1.0, "{what}");
                let back = |name| rig.rows(name).swap_remove(member);
                assert!(back("theta").iter().all(|v| v.is_finite() && v.abs() < 100.0), "{what}");
                assert_eq!(back("theta"), back("safe"), "{what}");
                for ((name, a), (_, b)) in bits(&healthy).into_iter().zip(bits(&sick)) {
                    let width = a.len() / rig.members();
                    if width * rig.members() != a.len() {
                        assert_eq!(a, b, "{what}: {name}");
                        continue;
                    }
                    for (m, (a, b)) in a.chunks(width).zip(b.chunks(width)).enumerate() {
                        assert!(m == member || a == b, "{what}: {name} of member {m}");
                    }
                }
            }
        }
    }
}
