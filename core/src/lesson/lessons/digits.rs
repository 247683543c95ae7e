//! Two digits in one picture: real data, and a trunk that is too small for both.

use super::{Act, Look, PaceConfig, Panel, Preset, ask, base, play, watch};
use crate::config::{
    Activation, Config, DataConfig, LayerConfig, LossKind, Optimiser, Pick, PopulationConfig, TaskConfig,
    TrainingConfig,
};

pub(super) const LESSON: Preset = Preset {
    key: "digits",
    name: "10 Two digits in one picture",
    teaches: "Two tasks that don't fight can still harm each other, where the trunk has no room for both.",
    controls: &["bal", "trunk", "data.shift"],
    panels: &[Panel::Predictions, Panel::Transfer, Panel::Conflict, Panel::Losses],
    steps: &[
        play(
            "Two handwritten digits lie over each other: A reads the left one, B the right one. Press play. (Digits: E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, CC BY 4.0.)",
            Look::Panel(Panel::Predictions),
        ),
        watch(
            "Below each picture stands what they read, and behind a \u{2717} what was true. Held-out pictures show digits that were never trained on.",
            Panel::Predictions,
            10,
        ),
        watch(
            "From the first epochs on both tasks are worse than alone, by their transfer gains: negative transfer from lack of capacity, 64 units are too few for two digits.",
            Panel::Transfer,
            30,
        ),
        watch("Their gradients don't fight: the cosine stays near zero.", Panel::Conflict, 40),
        ask(
            "Try other balancers: in the end none beats equal weights beyond noise. 'PCGrad' has no conflict to solve.",
            Look::Setting("bal"),
            Act::Change("bal"),
        ),
        ask(
            "Under 'uncertainty' both tasks are ahead for some thirty epochs, since growing weights make longer steps; by epoch 60 the spread of the seeds covers it: weighing makes no room.",
            Look::Setting("bal"),
            Act::All(&[Act::Set("bal", "uncertainty"), Act::Epoch(60)]),
        ),
        ask(
            "Give the shared layer 128 units: both losses fall, and the gap shrinks.",
            Look::Setting("trunk"),
            Act::Change("trunk"),
        ),
        ask(
            "Set the shift to 8, where the digits no longer overlap: nearly all are read, and alone is better still.",
            Look::Setting("data.shift"),
            Act::Set("data.shift", "8"),
        ),
    ],
    in_version_1: &[],
    build: || {
        let digit = || TaskConfig { loss: LossKind::Ce, outputs: 10, ..TaskConfig::default() };
        let lesson = base(vec![digit(), digit()], &[]);
        Config {
            data: DataConfig { source: Pick::new("digits"), train_rows: 5000, valid_rows: 1000, test_rows: 1000 },
            trunk: vec![LayerConfig::new(64).with(Activation::Relu)],
            training: TrainingConfig {
                optimiser: Optimiser::Adam,
                learning_rate: 0.001,
                weight_decay: 0.0,
                batch: 128,
                ..lesson.training
            },
            // An epoch is 40 steps of a network with many inputs.
            pacing: PaceConfig { base: 1.0, story: 60, ..lesson.pacing },
            population: PopulationConfig { fan: 0, ..lesson.population },
            ..lesson
        }
    },
};
