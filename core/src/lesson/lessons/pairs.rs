//! Correlated pairs: how alike two tasks have to be for sharing to pay.

use super::{Act, Look, Panel, Preset, ask, base, play, regression, watch};
use crate::config::{Config, DataConfig, Pick, PopulationConfig, TaskConfig, TrainingConfig};

pub(super) const LESSON: Preset = Preset {
    key: "pairs",
    name: "8 Correlated pairs: a dial for likeness",
    teaches: "The more alike two tasks are, the more sharing gives; where they are not alike enough, a narrow trunk costs, and a gate for each task saves.",
    controls: &["data.p", "arch"],
    panels: &[Panel::Transfer, Panel::Losses, Panel::Predictions],
    steps: &[
        play(
            "A shared bottom. Both tasks see the inputs through the same curve, each along a direction of its own; the cosine of the directions is 0.5. Press play.",
            Look::Setting("data.p"),
        ),
        watch(
            "Eight units are few for two directions: by epoch 200 the transfer gains are below zero, or at best about it.",
            Panel::Transfer,
            200,
        ),
        ask(
            "Set the task correlation to 0.9 and play again: hardly better.",
            Look::Setting("data.p"),
            Act::Set("data.p", "0.9"),
        ),
        ask(
            "At 1 there is one direction, read twice with different noise: now the tasks do about as well as alone or better.",
            Look::Setting("data.p"),
            Act::Set("data.p", "1"),
        ),
        ask(
            "Set it to 0, two directions at right angles: the loss by sharing grows. So it did for shared layers in the paper of the multi-gate mixture of experts (Ma et al. 2018), where this way of making tasks comes from.",
            Look::Setting("data.p"),
            Act::Set("data.p", "0"),
        ),
        ask(
            "Stay at 0 and choose the one-gate MoE as the architecture: one gate mixes four experts for both tasks. It loses too, mostly more than the shared bottom.",
            Look::Setting("arch"),
            Act::All(&[Act::Set("data.p", "0"), Act::Set("arch", "omoe")]),
        ),
        ask(
            "Compare with MMoE, four experts too: with a gate for each task the loss is about gone.",
            Look::Setting("arch"),
            Act::All(&[Act::Set("data.p", "0"), Act::Set("arch", "mmoe")]),
        ),
        ask(
            "MMoE was ahead of one gate with ten of ten seeds at 0 and at 0.5, from epoch 100 on. At 1, where both tasks want the same mixture, neither is: try it.",
            Look::Setting("data.p"),
            Act::All(&[Act::Set("data.p", "1"), Act::Set("arch", "mmoe")]),
        ),
    ],
    in_version_1: &[("seeds", "5")],
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
            population: PopulationConfig { seeds: 10, fan: 0, ..lesson.population },
            ..lesson
        }
    },
};
