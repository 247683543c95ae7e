//! The bully: one task's loss is much larger than the other's.

use super::{
    Act, Look, PaceConfig, Panel, Preset, TRANSFER_IN_VERSION_1, about_transfer, ask, base, binary, play, watch,
};
use crate::config::{Config, TaskConfig};

pub(super) const LESSON: Preset = Preset {
    key: "bully",
    name: "3 The bully: a loud loss",
    teaches: "A task whose loss counts more takes the trunk, the layers that all tasks share, unless the losses are weighed.",
    controls: &["bal", "t1.scale"],
    panels: &[Panel::Transfer, Panel::Weights, Panel::Losses, Panel::Predictions],
    steps: &[
        play(
            "B's loss counts ten times, so that the shared layer serves B first. Press play.",
            Look::Setting("t1.scale"),
        ),
        watch(
            "A pays for it: its transfer gain falls far below zero and stays there. B, though it comes first, has to share too, and gains nothing by it.",
            Panel::Transfer,
            100,
        ),
        ask(
            "While it runs, choose the balancer 'uncertainty' and watch the task weights: B's will fall far below A's.",
            Look::Panel(Panel::Weights),
            Act::Set("bal", "uncertainty"),
        ),
        ask(
            "Give it some 200 epochs more: A's loss comes down and its transfer gain climbs back to zero or above.",
            Look::Panel(Panel::Transfer),
            Act::All(&[Act::Set("bal", "uncertainty"), Act::Epoch(350)]),
        ),
        ask(
            "Now B pays: A does about as well as alone or better, B clearly worse, here by some 20 %. Who is heard has changed; there is no more room than before.",
            Look::Panel(Panel::Transfer),
            Act::All(&[Act::Set("bal", "uncertainty"), Act::Epoch(400)]),
        ),
        ask(
            "With equal weights again, set B's loss scale to 1 and play from the start. A loses about a tenth, no more: the bully was never stronger, only louder.",
            Look::Setting("t1.scale"),
            Act::All(&[Act::Set("bal", "equal"), Act::Set("t1.scale", "1")]),
        ),
    ],
    in_version_1: TRANSFER_IN_VERSION_1,
    build: || {
        let tasks = vec![binary("circle"), TaskConfig { scale: 10.0, ..binary("xor") }];
        let lesson = about_transfer(base(tasks, &[8]));
        // The balancer is changed on the way, and what comes of it takes two hundred epochs more.
        Config { pacing: PaceConfig { story: 400, ..lesson.pacing }, ..lesson }
    },
};
