//! Rivals: two tasks that pull a narrow trunk in opposite directions.

use super::{Preset, base, binary};

pub(super) const LESSON: Preset = Preset {
    key: "rivals",
    name: "2 Rivals: tasks that fight",
    teaches: "On a narrow trunk two tasks can pull the shared layers in opposite directions.",
    steps: &[
        "Press play and watch the cosine between the two tasks' gradients: below zero they conflict.",
        "The transfer gain says who pays: at least one task is worse than it would be alone.",
        "Add units to the shared layer and see the conflict fade.",
    ],
    build: || base(vec![binary("ring"), binary("stripes")], &[4]),
};
