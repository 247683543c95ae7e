//! The bully: one task's loss is much larger than the other's.

use super::{Preset, base, binary};
use crate::config::TaskConfig;

pub(super) const LESSON: Preset = Preset {
    key: "bully",
    name: "3 The bully: a loud loss",
    teaches: "A task whose loss is larger takes the trunk, unless the losses are weighed.",
    steps: &[
        "Press play: B's loss counts ten times, and A falls behind its single-task baseline.",
        "Switch the balancer to uncertainty while it runs and watch the task weights move.",
        "A's transfer gain recovers.",
    ],
    build: || {
        base(
            vec![
                binary("ring"),
                TaskConfig {
                    scale: 20.0,
                    ..binary("stripes")
                },
            ],
            &[4],
        )
    },
};
