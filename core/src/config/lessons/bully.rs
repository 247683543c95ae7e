//! The bully: one task's loss is much larger than the other's.

use super::{Preset, base, binary};
use crate::config::TaskConfig;

pub(super) const LESSON: Preset = Preset {
    key: "bully",
    name: "3 The bully: a loud loss",
    teaches: "A task whose loss is larger takes the trunk, unless the losses are weighed.",
    steps: &[
        "Press play. B's loss counts ten times, so that the shared layer serves B first: A's transfer gain falls far below zero and stays there.",
        "While it runs, choose the balancer 'uncertainty' and watch the task weights: B's falls far below A's.",
        "Give it some 200 epochs: A's loss comes down and its transfer gain climbs back to zero or above.",
        "With equal weights again, set B's loss scale to 1 and play from the start: the bully was never stronger, only louder.",
    ],
    build: || base(vec![binary("circle"), TaskConfig { scale: 10.0, ..binary("xor") }], &[8]),
};
