//! Twins: positive transfer from a related task to one with few labels.

use super::{Preset, base, binary};
use crate::config::TaskConfig;

pub(super) const LESSON: Preset = Preset {
    key: "twins",
    name: "1 Twins: a task helps another",
    teaches: "A task with few labels learns better beside a related task that has many.",
    steps: &[
        "Press play. Task B has only a few labelled points; its map takes shape from what A teaches the trunk.",
        "Look at B's transfer gain: it is measured against a network that learns B alone.",
        "Turn 'relatedness to A' of task B down to 0 and compare.",
    ],
    build: || {
        base(
            vec![
                binary("moons"),
                TaskConfig {
                    labelled: 16,
                    related: 0.9,
                    ..binary("stripes")
                },
            ],
            &[12, 12],
        )
    },
};
