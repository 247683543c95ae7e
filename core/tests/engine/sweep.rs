//! Everything with everything: finite, and not standing still.

use crate::lab::{Rig, config, distance, layer, task, with_norm};
use mtl_core::config::{ACTIVATIONS, Activation, Config, LossKind, Optimiser, Pick, PopulationConfig, TaskConfig};
use mtl_core::protocol::CurvePoint;

/// One task of each loss.
fn all_losses(activation: Activation) -> Config {
    let head = vec![layer(3, activation)];
    let tasks = vec![
        TaskConfig { head: head.clone(), ..task(LossKind::Mse, "waves") },
        TaskConfig { outputs: 2, noise: 0.5, ..task(LossKind::Huber, "slope") },
        TaskConfig { head, ..task(LossKind::Bce, "circle") },
        TaskConfig { outputs: 3, ..task(LossKind::Ce, "five") },
    ];
    let mut config = config(tasks, vec![layer(6, activation)]);
    config.training.momentum = 0.9;
    config.population = PopulationConfig { seeds: 1, fan: 4, spread: 0.1, ..PopulationConfig::default() };
    config
}

fn finite(point: &CurvePoint) -> bool {
    let lists = [&point.train, &point.valid, &point.metric, &point.single, &point.weights, &point.gram, &point.fan];
    let gains = point.transfer.best.iter().all(|gain| gain.mean.is_finite());
    lists.into_iter().flatten().all(|v| v.is_finite()) && point.hypervolume.is_finite() && gains
}

/// Thirty steps; every number is finite, every member and every shared or private layer moves, and
/// what the composed model minimises falls.
fn check(what: &str, config: Config) {
    let tasks = config.tasks.len();
    let mut rig = Rig::new(config);
    let start = rig.record();
    let before = rig.rows("theta");
    rig.steps(30);
    let end = rig.record();
    assert!(finite(&start) && finite(&end), "{what}: {end:?}");
    assert_eq!(rig.rows("dead").concat().iter().sum::<f32>(), 0.0, "{what}");
    let after = rig.rows("theta");
    for (a, b) in before.iter().zip(&after) {
        assert!(distance(a, b) > 1e-3, "{what}: a member stands still");
    }
    for slot in &rig.layout().slots {
        let range = slot.offset..slot.offset + slot.len();
        assert!(before[0][range.clone()] != after[0][range], "{what}: {} stands still", slot.name);
    }
    assert_eq!(end.train.len(), tasks);
    let total = |point: &CurvePoint| point.train.iter().sum::<f32>();
    assert!(total(&end) < total(&start), "{what}: {} then {}", total(&start), total(&end));
}

#[test]
fn every_loss_learns_through_every_activation_under_every_optimiser_in_batches_and_in_full() {
    let optimisers =
        [(Optimiser::Sgd, 0.01), (Optimiser::Adam, 0.01), (Optimiser::AdamW, 0.01), (Optimiser::RmsProp, 0.002)];
    for (activation, choice) in ACTIVATIONS {
        for (optimiser, rate) in optimisers {
            for batch in [0, 8] {
                let mut config = all_losses(*activation);
                config.training.optimiser = optimiser;
                config.training.learning_rate = rate;
                config.training.batch = batch;
                check(&format!("{}, {optimiser:?}, batch {batch}", choice.key), config);
            }
        }
    }
}

#[test]
fn one_to_six_tasks_learn_with_zero_to_six_shared_layers_on_a_plane_and_beyond() {
    for tasks in 1..=6 {
        let losses = [LossKind::Mse, LossKind::Bce, LossKind::Ce, LossKind::Huber, LossKind::Mse, LossKind::Bce];
        let one = |k: usize| TaskConfig {
            outputs: [2, 1, 10, 8, 1, 1][k],
            head: vec![with_norm(layer(4, Activation::Tanh)); [0, 4, 1, 0, 2, 1][k]],
            labelled: [0, 12, 0, 20, 0, 5][k],
            ..task(losses[k], ["waves", "circle", "five", "slope", "xor", "moons"][k])
        };
        for balancer in ["equal", "uncertainty"] {
            let mut config =
                config((0..tasks).map(one).collect(), vec![layer(8, Activation::Silu); [6, 1, 2, 3, 0, 4][tasks - 1]]);
            config.balancer = Pick::new(balancer);
            config.training.optimiser = Optimiser::Adam;
            config.training.momentum = 0.9;
            config.training.learning_rate = 0.01;
            config.training.batch = 12;
            config.population = PopulationConfig { seeds: 2, spread: 0.1, ..PopulationConfig::default() };
            check(&format!("{tasks} tasks, {balancer}"), config.clone());
            config.data.source = Pick::new("mmoe").with("dims", 9.0);
            check(&format!("{tasks} tasks beyond the plane, {balancer}"), config);
        }
    }
}

#[test]
fn the_widest_layers_and_the_smallest_batches_run() {
    let mut config = all_losses(Activation::Relu);
    config.trunk = vec![layer(256, Activation::LeakyRelu), layer(1, Activation::Gelu), layer(256, Activation::Relu)];
    config.training.optimiser = Optimiser::Adam;
    config.training.learning_rate = 1e-3;
    config.training.batch = 1;
    config.training.dropout = 0.1;
    config.tasks.iter_mut().for_each(|task| task.labelled = 3);
    let mut rig = Rig::new(config);
    let points = rig.steps(48);
    assert_eq!(points.len(), 2);
    assert!(points.iter().all(|point| point.train.iter().all(|loss| loss.is_finite())));
}
