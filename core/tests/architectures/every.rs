//! What holds for every architecture in training.

use crate::cases::{busy, defaults, entry, variants};
use crate::lab::{Rig, bits, close, ensemble, lesson, numbers};
use burn::tensor::{Device, Tensor, TensorData};
use mtl_core::balance;
use mtl_core::config::{Config, Pick, PopulationConfig};
use mtl_core::landscape;
use mtl_core::lesson::lessons;
use mtl_core::model::Params;
use mtl_core::train::Role;

#[test]
fn a_population_equals_its_members_trained_one_by_one() {
    defaults().iter().for_each(|pick| equals_its_members(busy(pick)));
}

/// A population against its first members, each trained without the others.
pub fn equals_its_members(config: Config) {
    let pick = config.architecture.clone();
    let mut all = Rig::new(config.clone());
    let started = all.rows("theta");
    all.steps(12);
    let theta = all.rows("theta");
    for m in [0, 1, 3] {
        let mut alone = Rig::planned(config.clone(), |plan| plan.only(m));
        alone.steps(12);
        let member = all.ensemble.plan().members[m];
        assert!(matches!(member.role, Role::Composed | Role::Fan(_)), "{member:?}");
        close(&format!("{pick:?}, {member:?}"), &alone.theta(0), &theta[m], 2e-4);
        assert!(crate::lab::distance(&started[m], &theta[m]) > 0.02, "{pick:?}, {member:?} stands still");
    }
}

#[test]
fn training_goes_on_from_a_snapshot_bit_for_bit() {
    for pick in defaults() {
        let mut whole = Rig::new(busy(&pick));
        whole.steps(5);
        let snapshot = whole.snapshot();
        whole.steps(6);
        let mut resumed = Rig::new(busy(&pick));
        resumed.load(&snapshot);
        resumed.steps(6);
        assert_eq!(bits(&whole.snapshot()), bits(&resumed.snapshot()), "{pick:?}");
        assert_eq!(whole.snapshot().auxiliary.len(), resumed.snapshot().auxiliary.len(), "{pick:?}");
    }
}

/// The parameters of the first member, and the validation rows.
fn first(rig: &Rig) -> (Params, Tensor<3>) {
    let theta = rig.theta(0);
    let columns = theta.len();
    let theta = Tensor::from_data(TensorData::new(theta, [1, columns]), &Device::flex());
    let data = rig.ensemble.data();
    let rows = TensorData::new(data.valid.x.clone(), [1, data.valid.rows, data.inputs]);
    (Params::from_flat(&theta, rig.layout()), Tensor::from_data(rows, &Device::flex()))
}

#[test]
fn every_architecture_shows_what_it_has_learned_in_named_matrices() {
    for pick in variants() {
        let mut rig = Rig::new(busy(&pick));
        rig.steps(4);
        let (params, rows) = first(&rig);
        let matrices = rig.ensemble.network().learned_matrices(&params, rows);
        assert_eq!(matrices.is_empty(), pick.method == "shared-bottom", "{pick:?}");
        for matrix in matrices {
            let what = format!("{pick:?}, {}", matrix.title);
            assert_eq!(matrix.values.dims(), [matrix.rows.len(), matrix.columns.len()], "{what}");
            for names in [&matrix.rows, &matrix.columns] {
                let mut unique = names.clone();
                unique.sort();
                unique.dedup();
                assert!(unique.len() == names.len() && !names.is_empty(), "{what}: {names:?}");
            }
            assert!(numbers(matrix.values).iter().all(|x| x.is_finite()), "{what}");
        }
    }
}

#[test]
fn an_architecture_without_shared_layers_is_refused_with_a_reason() {
    for pick in defaults().iter().filter(|pick| pick.method != "shared-bottom") {
        let config = Config { trunk: Vec::new(), ..busy(pick) };
        let reason = (entry(pick).unfit)(&config).unwrap_or_else(|| panic!("{pick:?} admits no layers"));
        assert!(reason.ends_with('.'), "{reason}");
        let (checked, notices) = mtl_core::lesson::check(config);
        assert_eq!(checked.architecture.method, "shared-bottom");
        assert!(notices.iter().any(|notice| notice.key == "arch"), "{notices:?}");
    }
}

#[test]
fn a_task_more_or_less_leaves_no_architecture_without_its_numbers() {
    for pick in defaults() {
        for tasks in [1, 2] {
            let mut config = busy(&pick);
            config.tasks.truncate(tasks);
            if (entry(&pick).unfit)(&config).is_some() {
                continue;
            }
            let mut rig = Rig::new(config);
            rig.steps(3);
            assert!(rig.rows("theta").concat().iter().all(|x| x.is_finite()), "{pick:?} of {tasks}");
            let (params, rows) = first(&rig);
            for matrix in rig.ensemble.network().learned_matrices(&params, rows) {
                assert_eq!(matrix.values.dims(), [matrix.rows.len(), matrix.columns.len()], "{pick:?} of {tasks}");
            }
        }
    }
}

/// Whether a lesson admits its architecture and its balancer.
fn fits(config: &Config) -> bool {
    let admits = |table: &[mtl_core::config::PickEntry], pick: &Pick| {
        table.iter().find(|entry| entry.choice.key == pick.method).is_some_and(|entry| (entry.unfit)(config).is_none())
    };
    admits(mtl_core::model::architectures(), &config.architecture) && admits(balance::balancers(), &config.balancer)
}

/// Two hundred steps under equal weights, a balancer of the losses and one of the gradients.
fn trains(preset: &lessons::Preset) {
    for architecture in defaults() {
        for balancer in ["equal", "dwa", "pcgrad"] {
            let mut config =
                Config { architecture: architecture.clone(), balancer: Pick::new(balancer), ..preset.config() };
            if !fits(&config) {
                continue;
            }
            config.population = PopulationConfig { seeds: 1, fan: 0, baselines: false, ..config.population };
            // Every task in every step: each loss has to move.
            config.strategy = Pick::new("joint");
            let what = format!("{} in {} under {balancer}", architecture.method, preset.key);
            let mut rig = Rig { ensemble: ensemble(lesson(config)) };
            let before = rig.record();
            let points = rig.steps(200);
            assert_eq!(rig.rows("dead").concat().iter().sum::<f32>(), 0.0, "{what}");
            let last = points.last().unwrap();
            for (k, (a, b)) in before.train.iter().zip(&last.train).enumerate() {
                assert!(b.is_finite() && (a - b).abs() > 1e-3, "{what}: loss {k} went from {a} to {b}");
            }
        }
    }
}

#[test]
fn every_architecture_trains_the_first_lesson_for_200_steps() {
    trains(&lessons::LESSONS[0]);
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn every_architecture_trains_every_lesson_that_admits_it_for_200_steps() {
    let networks = |preset: &&lessons::Preset| !landscape::is_landscape(&preset.config().data.source);
    lessons::LESSONS.iter().skip(1).filter(networks).for_each(trains);
}

#[test]
fn the_last_shared_layer_has_weights_and_is_not_what_mixes_layers() {
    let name = |key: &str| {
        let rig = Rig::new(busy(&Pick::new(key)));
        let range = rig.layout().last_shared_layer();
        let slot = rig.layout().slots.iter().find(|slot| slot.offset == range.start).unwrap();
        slot.name.clone()
    };
    for (key, expected) in [
        ("shared-bottom", "shared layer 2, weights"),
        ("cross-stitch", "trunks, layer 2, weights"),
        ("sluice", "trunks, layer 2, weights"),
        ("mmoe", "experts, layer 2, weights"),
        ("omoe", "experts, layer 2, weights"),
        ("ple", "shared experts, level 2, weights"),
        ("task-attention", "groups of features, weights"),
        ("mtan", "shared layer 2, weights"),
    ] {
        assert_eq!(name(key), expected, "{key}");
    }
}
