//! Rivals: two tasks that pull a narrow trunk in opposite directions.

use super::{Act, Look, Panel, Preset, TRANSFER_IN_VERSION_1, about_transfer, ask, base, binary, play, watch};
use crate::config::TaskConfig;

pub(super) const LESSON: Preset = Preset {
    key: "rivals",
    name: "2 Rivals: tasks that fight",
    teaches: "Where the trunk, the layers that tasks share, is narrow, two tasks can pull it in opposite directions.",
    controls: &["trunk", "bal"],
    panels: &[Panel::Conflict, Panel::Transfer, Panel::Predictions, Panel::Losses],
    steps: &[
        play("Two tasks share a layer of only two units. Press play.", Look::Panel(Panel::Network)),
        watch(
            "Watch the cosine between the two tasks' gradients. Most of the time it is below zero: what helps one task then hurts the other. The panel counts how often.",
            Panel::Conflict,
            40,
        ),
        watch(
            "The transfer gain says who pays. A needs one straight edge, B bends both shared units to its own shape; within 50 epochs A is clearly worse than it would be alone.",
            Panel::Transfer,
            100,
        ),
        ask(
            "Give the shared layer 8 units and play again: conflict becomes rarer, and on average the cosine is near zero.",
            Look::Setting("trunk"),
            Act::Change("trunk"),
        ),
        ask(
            "With room for both, what A loses by sharing shrinks to a few percent by epoch 200, and B's loss itself is less than half of what it was.",
            Look::Panel(Panel::Transfer),
            Act::All(&[Act::Change("trunk"), Act::Epoch(200)]),
        ),
    ],
    in_version_1: TRANSFER_IN_VERSION_1,
    build: || {
        // Some labels are wrong, so that no loss gets so small that a ratio to it means little.
        let noisy = |target| TaskConfig { noise: 0.05, ..binary(target) };
        about_transfer(base(vec![noisy("gaussians"), noisy("xor")], &[2]))
    },
};
