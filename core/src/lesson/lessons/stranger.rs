//! The stranger: an unrelated task takes room that the first task needs.

use super::{Act, Look, Panel, Preset, TRANSFER_IN_VERSION_1, about_transfer, ask, base, binary, play, watch};

pub(super) const LESSON: Preset = Preset {
    key: "stranger",
    name: "4 The stranger: an unrelated task",
    teaches: "An unrelated task hurts when the trunk is too narrow for both, and not when it is wide.",
    controls: &["trunk", "t1.rel"],
    panels: &[Panel::Predictions, Panel::Transfer, Panel::Losses],
    steps: &[
        play(
            "Alone, four shared units are enough for A's S-shaped edge. B is an unrelated task beside it. Press play.",
            Look::Panel(Panel::Predictions),
        ),
        watch("Beside B four units are not enough: A's map keeps too straight an edge.", Panel::Predictions, 60),
        watch(
            "Between epochs 100 and 200 A's transfer gain falls far below zero. B has nothing to tell A, it only takes room.",
            Panel::Transfer,
            200,
        ),
        ask(
            "Give the shared layer 16 units and play again. A has a slow start.",
            Look::Setting("trunk"),
            Act::Change("trunk"),
        ),
        ask(
            "By epoch 200 A no longer loses: the stranger did it harm only where room was short. B still pays something for A's company.",
            Look::Panel(Panel::Transfer),
            Act::All(&[Act::Change("trunk"), Act::Epoch(200)]),
        ),
    ],
    in_version_1: TRANSFER_IN_VERSION_1,
    build: || about_transfer(base(vec![binary("moons"), binary("xor")], &[4])),
};
