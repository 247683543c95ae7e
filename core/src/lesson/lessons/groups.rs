//! Task groups: five tasks of two families, and no label that tells which.

use super::{Act, Look, Panel, Preset, ask, base, play, regression, watch};
use crate::config::{Config, DataConfig, Pick, PopulationConfig, TaskConfig, TrainingConfig};

pub(super) const LESSON: Preset = Preset {
    key: "groups",
    name: "9 Task groups: who helps whom",
    teaches: "Among five tasks some help each other and some only take room; training together tells which.",
    controls: &["data.near", "data.like", "t2.to-a"],
    panels: &[Panel::Pairs, Panel::TaskAffinity, Panel::Transfer, Panel::Conflict],
    steps: &[
        play(
            "A, C and E read the same four hidden features, B and D four others. No label tells which. Press play.",
            Look::Panel(Panel::Pairs),
        ),
        watch(
            "Here every two tasks are trained together. Within a family most gain, beside a task of the other most lose.",
            Panel::Pairs,
            100,
        ),
        watch(
            "'Who helps whom' is what a step of each task's own does for the others' losses. Both ways of grouping tasks, by that and by the angle between gradients, find the families.",
            Panel::TaskAffinity,
            150,
        ),
        watch(
            "Where all five share 16 units, little is left of it: most tasks pay beside the other family for what they gain in their own.",
            Panel::Transfer,
            200,
        ),
        ask(
            "Declare how two tasks are related: C's relation to A is 'positive'. After 200 epochs positive agrees within a family, neutral across (the others are on card 2).",
            Look::Setting("t2.to-a"),
            Act::Set("t2.to-a", "positive"),
        ),
        ask(
            "Press 'Train this grouping' and play again, each family on a trunk of its own.",
            Look::Panel(Panel::TaskAffinity),
            Act::Set("arch", "grouped"),
        ),
        ask(
            "Set the nearness of the families to 1: one family, and nearly every pair gains.",
            Look::Setting("data.near"),
            Act::Set("data.near", "1"),
        ),
        ask(
            "Back at 0 set the likeness to 0: relatives read the same features with other signs. They still gain from each other, and yet their gradients oppose: an angle doesn't tell all.",
            Look::Setting("data.like"),
            Act::All(&[Act::Set("data.near", "0"), Act::Set("data.like", "0")]),
        ),
    ],
    in_version_1: &[],
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
