//! The loud task: GradNorm's toy, where one task's labels are a hundred times larger.

use super::{Act, Look, PaceConfig, Panel, Preset, ask, base, play, watch};
use crate::config::{
    Activation, Config, DataConfig, LayerConfig, LossKind, Optimiser, Pick, PopulationConfig, TaskConfig,
    TrainingConfig,
};

pub(super) const LESSON: Preset = Preset {
    key: "loud",
    name: "7 The loud task: GradNorm's toy",
    teaches: "Of two tasks that are equally hard the one with the larger unit learns first, unless gradients are made equally long.",
    controls: &["bal", "data.loud"],
    panels: &[Panel::Losses, Panel::Weights, Panel::Transfer],
    steps: &[
        play(
            "B's labels are a hundred times larger than A's, its squared error ten thousand times. Press play.",
            Look::Setting("data.loud"),
        ),
        watch(
            "Within 13 epochs, a thousand steps, B's loss falls to a sixth. A's stays where it began, though A alone would have it below a tenth.",
            Panel::Losses,
            13,
        ),
        ask(
            "Choose the balancer 'GradNorm' with a pull of 0.12, as in the paper, then press reset and play as long.",
            Look::Setting("bal"),
            Act::All(&[Act::Set("bal", "gradnorm"), Act::Set("bal.alpha", "0.12")]),
        ),
        ask(
            "A's weight climbs to nearly 2 of 2, so that both tasks' gradients are about as long: A's loss falls below a half, B's to a quarter.",
            Look::Panel(Panel::Weights),
            Act::All(&[Act::Set("bal", "gradnorm"), Act::Set("bal.alpha", "0.12"), Act::Epoch(13)]),
        ),
        ask(
            "Try 'uncertainty', which learns the weights from the losses: A is heard as well.",
            Look::Setting("bal"),
            Act::Set("bal", "uncertainty"),
        ),
        ask(
            "With equal weights again, set the loudness of B to 1 and play from the start: the tasks are equally hard, and now they learn alike.",
            Look::Setting("data.loud"),
            Act::All(&[Act::Set("bal", "equal"), Act::Set("data.loud", "1")]),
        ),
    ],
    in_version_1: &[],
    build: || {
        let regression = TaskConfig { loss: LossKind::Mse, outputs: 8, ..TaskConfig::default() };
        let lesson = base(vec![regression.clone(), regression], &[]);
        Config {
            // The published runs draw every batch afresh; with as many rows as there may be, an epoch
            // is 79 steps, and what is learned by heart makes no difference within the first few.
            data: DataConfig { source: Pick::new("loud"), train_rows: 5000, valid_rows: 500, test_rows: 500 },
            trunk: vec![LayerConfig::new(64).with(Activation::Relu); 3],
            training: TrainingConfig {
                optimiser: Optimiser::Adam,
                learning_rate: 0.001,
                weight_decay: 0.0,
                batch: 64,
                ..lesson.training
            },
            // An epoch is 79 steps, the story a thousand.
            pacing: PaceConfig { base: 0.5, story: 13, ..lesson.pacing },
            // A network of this size is ten times as much work as the other lessons'.
            population: PopulationConfig { seeds: 3, fan: 0, ..lesson.population },
            ..lesson
        }
    },
};
