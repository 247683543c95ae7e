//! Twins: positive transfer from a related task to one with few labels.

use super::{
    Act, Look, Panel, Preset, TRANSFER_IN_VERSION_1, TrainingConfig, about_transfer, ask, base, binary, play, watch,
};
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
            "B's transfer gain compares its loss on test points with that of a network which learns B alone, on ten draws of the data. Well before epoch 100 it is clear that B gains; A, with labels enough, has no clear gain.",
            Panel::Transfer,
            100,
        ),
        ask(
            "Set B's labelled rows to all, the right end of the slider, and play again: with labels enough of its own, B has no clear gain from A any more.",
            Look::Setting("t1.labelled"),
            Act::Set("t1.labelled", "all"),
        ),
        ask(
            "Or, back at 24 labels, set B's relatedness to A to 0 and play again. Whether B gains from a stranger is not clear: on some draws of the data, the dots, it is helped, on others harmed.",
            Look::Setting("t1.rel"),
            Act::All(&[Act::Set("t1.labelled", "24"), Act::Set("t1.rel", "0")]),
        ),
    ],
    in_version_1: TRANSFER_IN_VERSION_1,
    build: || {
        let tasks = vec![binary("moons"), TaskConfig { labelled: 24, related: 0.95, ..binary("stripes") }];
        let lesson = about_transfer(base(tasks, &[12, 8]));
        // With so few labels a quick learner's held-out loss is restless.
        Config { training: TrainingConfig { learning_rate: 0.02, ..lesson.training }, ..lesson }
    },
};
