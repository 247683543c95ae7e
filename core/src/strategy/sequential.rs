//! One task after another, the last one to the end.

use super::{Line, ScheduleContext, StepSchedule, Strategy, alone};
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry};
use rand_chacha::ChaCha8Rng;

/// Task k alone in epochs `k stage` to `(k + 1) stage`: what a shared trunk forgets, and what progressive
/// columns (Rusu et al. 2016) keep, since each was trained alone and is frozen after.
pub struct Sequential;

const STAGE: OptionSpec = OptionSpec {
    key: "stage",
    label: "epochs a task",
    help: "Epochs until the next task takes over.",
    kind: Kind::Integer { min: 1, max: 1000, word: None },
    default: 50.0,
    live: true,
};

const PAPERS: &[Paper] = &[
    Paper::new(
        "McCloskey & Cohen",
        1989,
        "Catastrophic Interference in Connectionist Networks: The Sequential Learning Problem",
        "https://doi.org/10.1016/S0079-7421(08)60536-8",
    ),
    Paper::new("Rusu et al.", 2016, "Progressive Neural Networks", "https://arxiv.org/abs/1606.04671"),
];

/// The line of the table.
pub(super) const LINE: Line = Line {
    one_by_one: true,
    staged: true,
    ..Line::new(
        PickEntry::new(
            Choice {
                key: "sequential",
                label: "one after another",
                help: "Each task is taught alone for a while: see what the next ones make it forget.",
            },
            &[STAGE],
        )
        .by(PAPERS)
        .unless(alone),
    )
};

impl Strategy for Sequential {
    fn schedule(&self, at: &ScheduleContext, _: &mut ChaCha8Rng) -> Option<StepSchedule> {
        let stage = (at.epoch / at.option("stage").max(1.0)) as usize;
        let active = stage.min(at.tasks().saturating_sub(1));
        Some(StepSchedule::active(at, |task| task == active))
    }
}
