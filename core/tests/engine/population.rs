//! The test that holds the engine together: members in lockstep are members trained alone.

use crate::lab::{Rig, bits, close, config, edit, layer, task, with_norm};
use mtl_core::config::{Activation, Clip, Config, LossKind, Optimiser, Pick, PopulationConfig, TaskConfig};
use mtl_core::model::SlotKind;
use mtl_core::train::Role;

/// Clipping by norm, weight decay, dropout, layer norm, missing labels, minibatches, several
/// seeds, a baseline per task, and uncertainty weights along with the fixed ones of the fan.
pub fn everything(optimiser: Optimiser) -> Config {
    let head = |widths: &[usize]| widths.iter().map(|w| layer(*w, Activation::Silu)).collect();
    let tasks = vec![
        TaskConfig { head: head(&[4, 3]), outputs: 2, labelled: 30, scale: 5.0, ..task(LossKind::Mse, "waves") },
        TaskConfig { labelled: 9, rate: 3.0, ..task(LossKind::Bce, "circle") },
        TaskConfig {
            head: head(&[4, 3]),
            outputs: 2,
            weight_decay: Some(0.1),
            dropout: Some(0.4),
            ..task(LossKind::Mse, "xor")
        },
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
    config.population = PopulationConfig { seeds: 2, fan: 10, spread: 0.1, ..PopulationConfig::default() };
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
            let what = format!("{optimiser:?}, {:?}", all.ensemble.plan().members[m]);
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
    for (member, s) in all.ensemble.plan().members.clone().iter().zip(all.rows("s")) {
        let learns = member.role == Role::Composed;
        assert!(s.iter().all(|s| (*s != 0.0) == learns), "{member:?}: {s:?}");
    }
}

type Poison = fn(&mut f32);

/// How a member is made to diverge: finite numbers with a loss that overflows, or no numbers at all.
const POISONS: [(&str, Poison); 4] = [
    ("a gradient that overflows", |v| *v *= 1e15),
    ("a loss that overflows while its gradient is finite", |v| *v *= 1e24),
    ("infinity", |v| *v = f32::INFINITY),
    ("NaN", |v| *v = f32::NAN),
];

/// Ten steps, then poison for one member from a position on, then twelve more.
fn run(optimiser: Optimiser, poison: Option<(usize, usize, Poison)>) -> Rig {
    let mut rig = Rig::new(everything(optimiser));
    rig.steps(10);
    let mut snapshot = rig.snapshot();
    let width = rig.layout().len;
    if let Some((member, from, poison)) = poison {
        edit(&mut snapshot, "theta", |theta| {
            theta[member * width..][from..width].iter_mut().for_each(poison);
        });
    }
    rig.load(&snapshot);
    rig.steps(12);
    rig
}

/// Every array of every other member, bit for bit.
fn untouched(what: &str, member: usize, sound: &Rig, poisoned: &Rig) {
    let members = sound.members();
    for ((name, a), (_, b)) in bits(&sound.snapshot()).into_iter().zip(bits(&poisoned.snapshot())) {
        if a.len() < members {
            // A number that is no member's own.
            assert_eq!(a, b, "{what}: {name}");
            continue;
        }
        let width = a.len() / members;
        for (m, (a, b)) in a.chunks(width).zip(b.chunks(width)).enumerate() {
            assert!(m == member || a == b, "{what}: {name} of member {m}");
        }
    }
}

#[test]
fn a_member_that_diverges_goes_back_stops_and_touches_no_other() {
    // The replicated model, one on another seed, a baseline, a point of the fan.
    let cases = [(Optimiser::Adam, &[0, 1, 5, 13][..]), (Optimiser::Sgd, &[0, 13])];
    for (optimiser, members) in cases {
        let sound = run(optimiser, None);
        // From the first output layer on: what makes errors, and squares of errors, of it.
        let is_output = |kind| kind == SlotKind::Weight(Activation::Identity);
        let mut slots = sound.layout().slots.iter();
        let from = slots.find(|slot| is_output(slot.kind)).unwrap().offset;
        for (what, poison) in POISONS {
            for member in members.iter().copied() {
                let what = format!("{optimiser:?}, member {member}, {what}");
                let poisoned = run(optimiser, Some((member, from, poison)));
                let diverged = poisoned.rows("dead").concat();
                let expected: Vec<f32> = (0..diverged.len()).map(|m| f32::from(m == member)).collect();
                assert_eq!(diverged, expected, "{what}");
                let back = |name| poisoned.rows(name).swap_remove(member);
                assert!(back("theta").iter().all(|v| v.abs() < 100.0), "{what}");
                assert_eq!(back("theta"), back("safe"), "{what}");
                untouched(&what, member, &sound, &poisoned);
            }
        }
    }
}
