//! The stranger: an unrelated task takes room that the first task needs.

use super::{Preset, base, binary};

pub(super) const LESSON: Preset = Preset {
    key: "stranger",
    name: "4 The stranger: an unrelated task",
    teaches: "An unrelated task hurts when the trunk is too narrow for both, and not when it is wide.",
    steps: &[
        "Press play: beside the stranger, A does worse than alone.",
        "Make the shared layer wider, press reset and play again: the loss of A is back where it was.",
    ],
    build: || base(vec![binary("ring"), binary("checkerboard")], &[4]),
};
