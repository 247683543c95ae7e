//! A new task: transfer and progressive columns against learning from scratch.

use super::{Preset, TrainingConfig, base, binary};
use crate::config::{Config, Pick, TaskConfig};

pub(super) const LESSON: Preset = Preset {
    key: "new-task",
    name: "11 A new task: what is already there",
    teaches: "A task that comes later learns from few labels on a trunk that another task has trained, or beside it.",
    steps: &[
        "Press play. For 100 epochs only A is taught; B's map stands still, and so does B's single-task baseline. Then B is taught on A's trunk, at a tenth of the rate: B's loss falls within a few epochs below that of the model that learns B from scratch, which has had as many steps.",
        "Look at A's loss after epoch 100, and at 'forgetting' in the measures: the trunk now moves for B alone.",
        "Set the trunk afterwards to 'frozen (probe)' and play again: A forgets nothing, and B has to do with what A's trunk offers.",
        "Choose the sharing 'progressive columns' and the strategy 'one after another' with 100 epochs a task: B has a column of its own that also reads A's, and A's stays as it was.",
    ],
    build: || {
        let tasks = vec![binary("moons"), TaskConfig { labelled: 24, related: 0.9, ..binary("stripes") }];
        let lesson = base(tasks, &[12, 8]);
        Config {
            strategy: Pick::new("transfer"),
            training: TrainingConfig { learning_rate: 0.02, ..lesson.training },
            ..lesson
        }
    },
};
