//! A new task: transfer and progressive columns against learning from scratch.

use super::{
    Act, Look, Panel, Preset, TRANSFER_IN_VERSION_1, TrainingConfig, about_transfer, ask, base, binary, play, watch,
};
use crate::config::{Config, Pick, TaskConfig};

pub(super) const LESSON: Preset = Preset {
    key: "new-task",
    name: "11 A new task: what is already there",
    teaches: "A task that comes later learns from few labels on a trunk that another task has trained, or beside it.",
    controls: &["strategy", "arch", "t1.labelled"],
    panels: &[Panel::Transfer, Panel::Predictions, Panel::Losses, Panel::Measures],
    steps: &[
        play(
            "For 100 epochs only A is taught: B's head and B's single-task baseline wait, and B's map moves with the trunk alone. Press play.",
            Look::Panel(Panel::Predictions),
        ),
        watch(
            "From epoch 100 on B is taught on A's trunk, which moves at a tenth of the rate.",
            Panel::Predictions,
            105,
        ),
        watch(
            "Beside the transfer gain stands after how many of its own steps B is as good as the model that learns it from scratch has ever been, and in brackets how many steps that one took.",
            Panel::Transfer,
            130,
        ),
        watch(
            "Look at A after epoch 100: its loss climbs and its gain 'now' falls far below zero, as the trunk moves for B alone; the headline still stands at A's best step. 'Forgetting' says by how much.",
            Panel::Measures,
            200,
        ),
        ask(
            "Set 'the trunk afterwards' to 'frozen (probe)' and play again: A forgets nothing.",
            Look::Setting("strategy.then"),
            Act::Set("strategy.then", "probe"),
        ),
        ask(
            "B's 24 labels now train its head alone: B gains about as much as by tuning, and A pays nothing for it.",
            Look::Panel(Panel::Transfer),
            Act::All(&[Act::Set("strategy.then", "probe"), Act::Epoch(120)]),
        ),
        ask(
            "Choose the sharing 'progressive columns' and the strategy 'one after another' with 100 epochs a task: B has a column of its own that also reads A's, and A's stays as it was.",
            Look::Setting("arch"),
            Act::All(&[
                Act::Set("arch", "progressive"),
                Act::Set("strategy", "sequential"),
                Act::Set("strategy.stage", "100"),
            ]),
        ),
        ask(
            "B is good within a few epochs, and then its many free weights learn 24 labels by heart: the validation loss climbs again.",
            Look::Panel(Panel::Losses),
            Act::All(&[Act::Set("arch", "progressive"), Act::Set("strategy", "sequential"), Act::Epoch(200)]),
        ),
    ],
    in_version_1: TRANSFER_IN_VERSION_1,
    build: || {
        let tasks = vec![binary("moons"), TaskConfig { labelled: 24, related: 0.9, ..binary("stripes") }];
        let lesson = about_transfer(base(tasks, &[12, 8]));
        Config {
            strategy: Pick::new("transfer"),
            training: TrainingConfig { learning_rate: 0.02, ..lesson.training },
            ..lesson
        }
    },
};
