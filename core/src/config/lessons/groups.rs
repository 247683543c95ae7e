//! Task groups: five tasks of two families, and no label that tells which.

use super::{Preset, base, regression};
use crate::config::{Config, DataConfig, Pick, PopulationConfig, TaskConfig, TrainingConfig};

pub(super) const LESSON: Preset = Preset {
    key: "groups",
    name: "9 Task groups: who helps whom",
    teaches: "Among five tasks some help each other and some only take room; training together tells which.",
    steps: &[
        "Press play and open 'pairwise transfer' among the measures, where every two tasks are trained together. A, C and E read the same four hidden features, B and D four others: within a family most gain, beside a task of the other most lose.",
        "Open 'who helps whom': what a step of each task's own does for the others' losses. Both ways of grouping tasks, by that and by the angle between gradients, find the families; press 'Train this grouping' and play again, each family on a trunk of its own. Or declare in card 2 how two tasks are related: after 200 epochs positive agrees within a family, neutral across.",
        "Look at the transfer gains, where all five share 16 units: little is left, as most tasks pay beside the other family for what they gain in their own.",
        "Set the nearness of the families to 1: one family, and nearly every pair gains. Back at 0 set the likeness to 0: relatives read the same features with other signs. They still gain from each other, and yet their gradients oppose: an angle doesn't tell all.",
    ],
    build: || {
        // A third of the rows have a task's label, not the same third for all: relatives have something to tell.
        let lesson = base(vec![TaskConfig { labelled: 200, ..regression() }; 5], &[16]);
        Config {
            data: DataConfig { source: Pick::new("groups"), train_rows: 640, valid_rows: 500, test_rows: 500 },
            // Without much weight decay the single tasks overfit so far that any company helps.
            training: TrainingConfig { learning_rate: 0.01, weight_decay: 0.2, ..lesson.training },
            population: PopulationConfig { fan: 0, pairs: true, affinity: true, ..lesson.population },
            ..lesson
        }
    },
};
