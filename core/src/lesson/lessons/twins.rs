//! Twins: positive transfer from a related task to one with few labels.

use super::{Act, Look, Panel, Preset, TrainingConfig, ask, base, binary, play, watch};
use crate::config::{Config, TaskConfig};

pub(super) const LESSON: Preset = Preset {
    key: "twins",
    name: "1 Twins: a task helps another",
    teaches: "A task with few labels learns better beside a related task that has many.",
    controls: &["t1.labelled", "t1.rel"],
    panels: &[Panel::Predictions, Panel::Transfer, Panel::Losses],
    steps: &[
        play(
            "A has 240 labelled points, B only 24, and both read the same shared layers. Press play.",
            Look::Panel(Panel::Predictions),
        ),
        watch("B's map takes A's shape: what A teaches the shared layers, B can use.", Panel::Predictions, 40),
        watch(
            "B's transfer gain is its loss on held-out points against a network that learns B alone. It is marked positive well before epoch 100; for A no difference is seen.",
            Panel::Transfer,
            100,
        ),
        ask(
            "Set B's labelled rows to all, the right end of the slider, and play again: with labels enough of its own, B gains nothing more from A.",
            Look::Setting("t1.labelled"),
            Act::Set("t1.labelled", "all"),
        ),
        ask(
            "Or, back at 24 labels, set B's relatedness to A to 0 and play again: a less alike neighbour helps less, and with some seeds (dice) it harms.",
            Look::Setting("t1.rel"),
            Act::All(&[Act::Set("t1.labelled", "24"), Act::Set("t1.rel", "0")]),
        ),
    ],
    build: || {
        let tasks = vec![binary("moons"), TaskConfig { labelled: 24, related: 0.95, ..binary("stripes") }];
        let lesson = base(tasks, &[12, 8]);
        // With so few labels a quick learner's held-out loss is restless.
        Config { training: TrainingConfig { learning_rate: 0.02, ..lesson.training }, ..lesson }
    },
};
