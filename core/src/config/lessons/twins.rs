//! Twins: positive transfer from a related task to one with few labels.

use super::{Preset, TrainingConfig, base, binary};
use crate::config::{Config, TaskConfig};

pub(super) const LESSON: Preset = Preset {
    key: "twins",
    name: "1 Twins: a task helps another",
    teaches: "A task with few labels learns better beside a related task that has many.",
    steps: &[
        "Press play. A has 240 labelled points, B only 24; yet B's map takes A's shape, because both read the same shared layers.",
        "Look at B's transfer gain: its loss on held-out points against a network that learns B alone. It is marked positive well before epoch 100; for A no difference is seen.",
        "Set B's labelled rows to all and play again: with labels enough of its own, B gains nothing more from A.",
        "Or set B's relatedness to A to 0 and play again: a less alike neighbour helps less, and with some seeds (dice) it harms.",
    ],
    build: || {
        let tasks = vec![binary("moons"), TaskConfig { labelled: 24, related: 0.95, ..binary("stripes") }];
        let lesson = base(tasks, &[12, 8]);
        // With so few labels a quick learner's held-out loss is restless.
        Config { training: TrainingConfig { learning_rate: 0.02, ..lesson.training }, ..lesson }
    },
};
