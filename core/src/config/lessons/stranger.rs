//! The stranger: an unrelated task takes room that the first task needs.

use super::{Preset, base, binary};

pub(super) const LESSON: Preset = Preset {
    key: "stranger",
    name: "4 The stranger: an unrelated task",
    teaches: "An unrelated task hurts when the trunk is too narrow for both, and not when it is wide.",
    steps: &[
        "Press play. Alone, four units are enough for A's S-shaped edge; beside B they are not, and A's map keeps too straight an edge.",
        "Look at A's transfer gain: from about epoch 100 on it is clearly below zero. B has nothing to tell A, it only takes room.",
        "Give the shared layer 16 units and play again: after a slow start A does as well as alone, or better.",
    ],
    build: || base(vec![binary("moons"), binary("xor")], &[4]),
};
