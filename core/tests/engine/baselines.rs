//! A one-hot member is a true single-task model.

use crate::lab::{Rig, close, config, edit, layer, task, with_norm};
use mtl_core::config::{Activation, Clip, Config, LossKind, Optimiser, PopulationConfig, TaskConfig};

fn together() -> Config {
    let head = |w: usize| vec![layer(w, Activation::Silu), layer(3, Activation::Tanh)];
    let tasks = vec![
        TaskConfig { head: head(4), labelled: 33, dropout: Some(0.3), noise: 0.1, ..task(LossKind::Mse, "waves") },
        TaskConfig { rate: 2.0, ..task(LossKind::Bce, "circle") },
        TaskConfig { head: head(4), outputs: 1, weight_decay: Some(0.2), scale: 4.0, ..task(LossKind::Mse, "xor") },
        TaskConfig { outputs: 3, ..task(LossKind::Ce, "five") },
    ];
    let mut config = config(tasks, vec![with_norm(layer(7, Activation::Tanh)), layer(6, Activation::Gelu)]);
    config.data.train_rows = 40;
    config.training = mtl_core::config::TrainingConfig {
        optimiser: Optimiser::Adam,
        momentum: 0.9,
        learning_rate: 0.02,
        weight_decay: 0.03,
        dropout: 0.0,
        clip: Clip::Norm,
        clip_at: 0.4,
        batch: 10,
        ..config.training
    };
    config.trunk[0].dropout = Some(0.25);
    config.population = PopulationConfig { seeds: 2, fan: 0, spread: 0.1, ..PopulationConfig::default() };
    config
}

/// The lesson with one of its tasks only.
fn alone(k: usize) -> Config {
    let all = together();
    Config { tasks: vec![all.tasks[k].clone()], ..all }
}

/// Positions of the shared and one task's own parameters.
fn own(rig: &Rig, task: usize) -> Vec<usize> {
    let slots = &rig.layout().slots;
    let positions = slots.iter().flat_map(|slot| [slot.positions(None), slot.positions(Some(task))].concat());
    positions.collect()
}

fn pick(values: &[f32], positions: &[usize]) -> Vec<f32> {
    positions.iter().map(|p| values[*p]).collect()
}

#[test]
fn a_one_hot_member_is_a_model_of_that_task_alone() {
    // Task A has missing labels: its batches are dealt by them, so all lessons must have them.
    let mut reference = together();
    for k in 0..4 {
        if k > 0 {
            reference.tasks[0].labelled = 0;
        }
        let mut many = Rig::new(reference.clone());
        let mut single = Rig::new(alone(k));
        assert_eq!(many.ensemble.data().train.y[k], single.ensemble.data().train.y[0]);
        let (wide, narrow) = (own(&many, k), own(&single, 0));
        if k > 0 {
            // Another letter, other initial values: the same start by a copy.
            let mut snapshot = single.snapshot();
            let width = single.layout().len;
            let values = many.rows("theta");
            for name in ["theta", "safe"] {
                edit(&mut snapshot, name, |all| {
                    for (seed, row) in all.chunks_exact_mut(width).enumerate() {
                        narrow.iter().zip(pick(&values[seed], &wide)).for_each(|(p, v)| row[*p] = v);
                    }
                });
            }
            single.load(&snapshot);
        }
        let (many_points, single_points) = (many.steps(40), single.steps(40));
        for seed in 0..2 {
            let baseline = many.ensemble.plan().baseline(seed, k).unwrap();
            let (a, b) = (pick(&many.theta(baseline), &wide), pick(&single.theta(seed), &narrow));
            close(&format!("task {k}, seed {seed}"), &a, &b, 1e-4);
        }
        assert_eq!(many_points.len(), 10);
        for (a, b) in many_points.iter().zip(&single_points) {
            close("validation loss", &a.single[k..=k], &b.valid, 1e-4);
        }
    }
}

#[test]
fn a_baseline_starts_where_its_composed_model_does() {
    let rig = Rig::new(together());
    let theta = rig.rows("theta");
    for seed in 0..2 {
        for k in 0..4 {
            assert_eq!(theta[seed], theta[rig.ensemble.plan().baseline(seed, k).unwrap()]);
        }
    }
    assert_ne!(theta[0], theta[1]);
}
