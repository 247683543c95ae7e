//! Correlated pairs: how alike two tasks have to be for sharing to pay.

use super::{Preset, base, regression};
use crate::config::{Config, DataConfig, Pick, PopulationConfig, TaskConfig, TrainingConfig};

pub(super) const LESSON: Preset = Preset {
    key: "pairs",
    name: "8 Correlated pairs: a dial for likeness",
    teaches: "The more alike two tasks are, the more sharing gives; where they are not alike enough, a narrow trunk costs, and a gate for each task saves.",
    steps: &[
        "Press play: a shared bottom. Both tasks see the inputs through the same curve, each along a direction of its own; the cosine of the directions is 0.5. Eight units are few for two directions: by epoch 200 the transfer gains are below zero, or at best about it.",
        "Set the task correlation to 0.9 and play again: hardly better. At 1 there is one direction, read twice with different noise: now the tasks do about as well as alone or better.",
        "Set it to 0, two directions at right angles: the loss by sharing grows. So it did for shared layers in the paper of the multi-gate mixture of experts (Ma et al. 2018), where this way of making tasks comes from.",
        "Stay at 0 and choose the one-gate MoE as the architecture, then MMoE: four experts each, so compare these two. One gate, which mixes the experts for both tasks, loses too, mostly more than the shared bottom; with a gate for each task the loss is about gone. MMoE was ahead of one gate with ten of ten seeds at 0 and at 0.5, from epoch 100 on; at 1, where both tasks want the same mixture, neither is.",
    ],
    build: || {
        let noisy = || TaskConfig { noise: 0.15, ..regression() };
        let lesson = base(vec![noisy(), noisy()], &[8]);
        Config {
            // Few inputs: with many, what is seen is overfitting, and any company helps against that.
            data: DataConfig {
                source: Pick::new("mmoe").with("dims", 6.0),
                train_rows: 400,
                valid_rows: 500,
                test_rows: 500,
            },
            training: TrainingConfig { weight_decay: 0.2, ..lesson.training },
            population: PopulationConfig { fan: 0, ..lesson.population },
            ..lesson
        }
    },
};
