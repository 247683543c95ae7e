//! A task without a label in a batch: its head takes no step, its weight learns nothing, and the
//! Gram matrix does not know it.

use crate::lab::{Rig, arrays, config, layer, task};
use mtl_core::config::{Activation, Config, LossKind, Optimiser, Pick, PopulationConfig, TaskConfig};
use mtl_core::data::batches::epoch_order;
use mtl_core::measure::conflict;

/// Task B has two labelled rows of 24, task C three: with batches of four they are seldom there.
fn rare(optimiser: Optimiser) -> Config {
    let head = |w| vec![layer(w, Activation::Tanh), layer(2, Activation::Tanh)];
    let tasks = vec![
        TaskConfig { head: head(3), ..task(LossKind::Mse, "waves") },
        TaskConfig { labelled: 2, ..task(LossKind::Bce, "circle") },
        TaskConfig { head: head(3), labelled: 3, ..task(LossKind::Mse, "xor") },
    ];
    let mut config = config(tasks, vec![layer(4, Activation::Tanh)]);
    config.balancer = Pick::new("uncertainty");
    config.training.optimiser = optimiser;
    config.training.momentum = 0.9;
    config.training.learning_rate = 0.01;
    config.training.weight_decay = 0.1;
    config.training.batch = 4;
    config.population = PopulationConfig { seeds: 2, fan: 3, spread: 0.1, ..PopulationConfig::default() };
    config
}

/// Which tasks have a label in a step's batch, for a model seed.
fn present(rig: &Rig, seed: u64, step: u32) -> Vec<bool> {
    let (data, lesson) = (rig.ensemble.data(), rig.ensemble.lesson());
    let batch = lesson.training.batch;
    let per_epoch = rig.ensemble.steps_per_epoch();
    let order = epoch_order(data, lesson.seed, seed, u64::from(step / per_epoch), batch);
    let at = (step % per_epoch) as usize * batch;
    let rows = &order[at..at + batch];
    data.train.mask.iter().map(|mask| rows.iter().any(|row| mask[*row as usize])).collect()
}

#[test]
fn the_head_of_an_absent_task_takes_no_step_not_even_by_momentum_or_decay() {
    for optimiser in [Optimiser::Sgd, Optimiser::Adam, Optimiser::AdamW, Optimiser::RmsProp] {
        let mut rig = Rig::new(rare(optimiser));
        let layout = rig.layout().clone();
        let own: Vec<Vec<f32>> = (0..3).map(|k| layout.owned_by(k)).collect();
        let (mut stood, mut moved) = (0, 0);
        let mut before = rig.snapshot();
        for step in 0..18 {
            rig.steps(1);
            let after = rig.snapshot();
            for (m, member) in rig.ensemble.plan().members.iter().enumerate() {
                let present = present(&rig, member.seed, step);
                for (k, mask) in own.iter().enumerate() {
                    let still = |name: &str| {
                        let (a, b) = (arrays(&before, name), arrays(&after, name));
                        (0..layout.len).all(|i| mask[i] == 0.0 || a[m * layout.len + i] == b[m * layout.len + i])
                    };
                    // Decay moves every head that is allowed to move.
                    assert_eq!(still("theta"), !present[k], "{optimiser:?}, step {step}, {member:?}, task {k}");
                    if present[k] {
                        moved += 1;
                    } else {
                        assert!(still("first") && still("second"), "{optimiser:?}, step {step}, {member:?}, task {k}");
                        stood += 1;
                    }
                }
            }
            before = after;
        }
        assert!(stood > 100 && moved > 100);
    }
}

#[test]
fn a_learned_weight_stands_still_while_its_task_is_absent() {
    let mut rig = Rig::new(rare(Optimiser::Sgd));
    let columns = [0, 2, 1];
    let mut before = rig.rows("s");
    let mut stood = 0;
    for step in 0..18 {
        rig.steps(1);
        let after = rig.rows("s");
        for seed in 0..2 {
            let present = present(&rig, seed as u64, step);
            for (column, k) in columns.into_iter().enumerate() {
                let still = before[seed][column] == after[seed][column];
                assert_eq!(still, !present[k], "step {step}, seed {seed}, task {k}");
                stood += u32::from(still);
            }
        }
        before = after;
    }
    assert!(stood > 10);
}

#[test]
fn an_absent_task_drops_out_of_the_gram_matrix() {
    let mut rig = Rig::new(rare(Optimiser::Sgd));
    let mut absences = 0;
    for point in rig.steps(6 * 12) {
        let present = present(&rig, 0, point.step - 1);
        for i in 0..3 {
            for j in 0..3 {
                let known = present[i] && present[j];
                assert_eq!(point.gram[i * 3 + j].is_finite(), known, "step {}: {:?}", point.step, point.gram);
                assert_eq!(conflict::cosine(&point.gram, i, j).is_some(), known);
                absences += u32::from(!known);
            }
        }
    }
    assert!(absences > 10);
}

#[test]
fn a_batch_without_any_label_of_a_task_leaves_the_others_as_they_would_be() {
    // A's baseline does not know whether B and C are there at all.
    let mut config = rare(Optimiser::Adam);
    config.balancer = Pick::new("equal");
    let run = |labels: bool| {
        let mut config = config.clone();
        config.tasks[1].scale = if labels { 1.0 } else { 50.0 };
        let mut rig = Rig::new(config);
        rig.steps(12);
        rig.theta(rig.ensemble.plan().baseline(0, 0).unwrap())
    };
    assert_eq!(run(true), run(false));
}
