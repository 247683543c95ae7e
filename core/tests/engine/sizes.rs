//! What the networks are that learn a task alone.

use crate::lab::{Rig, config, layer, task};
use mtl_core::config::{Activation, Baseline, Config, LossKind, Pick, PopulationConfig};
use mtl_core::lesson::check;
use mtl_core::model::architectures;

fn under(architecture: &str, baseline: Baseline) -> Config {
    let tasks = vec![task(LossKind::Bce, "circle"), task(LossKind::Mse, "waves")];
    let mut config = config(tasks, vec![layer(8, Activation::Tanh), layer(6, Activation::Tanh)]);
    config.architecture = Pick::new(architecture);
    config.training.learning_rate = 0.05;
    config.population = PopulationConfig { seeds: 2, fan: 0, spread: 0.1, baseline, ..PopulationConfig::default() };
    config
}

#[test]
fn a_shared_bottom_is_held_against_its_own_layers_with_one_head() {
    let summary = Rig::new(under("shared-bottom", Baseline::Fair)).ensemble.summary();
    assert_eq!(summary.baseline, Baseline::SameLayers);
    // 2 inputs to 8 and 6 units and one output, with biases.
    assert_eq!(summary.alone_parameters, [(2 + 1) * 8 + (8 + 1) * 6 + 6 + 1; 2]);
    assert_eq!(summary.shared_parameters, summary.alone_parameters[0] + 7);
}

#[test]
fn a_larger_architecture_is_held_against_networks_of_its_size() {
    let fair = Rig::new(under("mmoe", Baseline::Fair)).ensemble.summary();
    assert_eq!(fair.baseline, Baseline::SameSize);
    let wanted = fair.shared_parameters as f64;
    for alone in &fair.alone_parameters {
        let off = (*alone as f64 - wanted).abs() / wanted;
        assert!(off < 0.1, "{alone} of {wanted}");
    }
    let layers = Rig::new(under("mmoe", Baseline::SameLayers)).ensemble.summary();
    assert_eq!(
        layers.alone_parameters,
        Rig::new(under("shared-bottom", Baseline::Fair)).ensemble.summary().alone_parameters
    );
    assert!(layers.alone_parameters[0] < fair.alone_parameters[0]);
}

#[test]
fn every_architecture_trains_with_every_kind_of_baseline() {
    for entry in architectures() {
        for baseline in [Baseline::Fair, Baseline::SameLayers, Baseline::SameSize, Baseline::SameArchitecture] {
            let (lesson, _) = check(under(entry.choice.key, baseline));
            if lesson.architecture.method != entry.choice.key {
                continue;
            }
            let what = format!("{} against {baseline:?}", entry.choice.key);
            let mut rig = Rig::new(lesson.into_config());
            let summary = rig.ensemble.summary();
            assert!(baseline == Baseline::Fair || summary.baseline == baseline, "{what}");
            assert!(summary.alone_parameters.iter().all(|count| *count > 0), "{what}");
            let point = rig.steps(12).pop().unwrap();
            assert!(point.single.iter().chain(&point.valid).all(|loss| loss.is_finite()), "{what}: {point:?}");
            assert!(point.transfer.best.iter().all(|gain| gain.seeds == 2), "{what}");
        }
    }
}

#[test]
fn the_same_architecture_alone_learns_by_its_task_alone() {
    let mut rig = Rig::new(under("mmoe", Baseline::SameArchitecture));
    let before = rig.rows("theta");
    rig.steps(10);
    let after = rig.rows("theta");
    let member = rig.ensemble.plan().baseline(0, 0).unwrap();
    let moved = |task: usize| {
        let slots = &rig.layout().slots;
        let positions: Vec<usize> = slots.iter().flat_map(|slot| slot.positions(Some(task))).collect();
        positions.iter().any(|p| before[member][*p] != after[member][*p])
    };
    assert!(moved(0) && !moved(1), "only its own task's layers move");
    assert_eq!(before[member], before[0], "it starts where the composed model does");
}
