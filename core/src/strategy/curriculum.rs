//! A curriculum: tasks join and leave at epochs of their own.

use super::{Line, ScheduleContext, StepSchedule, Strategy, alone};
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry};
use rand_chacha::ChaCha8Rng;

/// Every task is trained from its own epoch to its own epoch, and ramps up linearly,
/// `w_k(e) = min(1, (e - from_k + 1) / ramp)`.
pub struct Curriculum;

const RAMP: OptionSpec = OptionSpec {
    key: "ramp",
    label: "ramp",
    help: "Epochs over which a task that joins comes to count in full.",
    kind: Kind::Integer { min: 1, max: 1000, word: None },
    default: 1.0,
    live: true,
};

const PAPERS: &[Paper] =
    &[Paper::new("Bengio et al.", 2009, "Curriculum learning", "https://doi.org/10.1145/1553374.1553380")];

/// The line of the table.
pub(super) const LINE: Line = Line {
    staged: true,
    ..Line::new(
        PickEntry::new(
            Choice {
                key: "curriculum",
                label: "curriculum",
                help: "Tasks join and leave at epochs of your choice, see the timeline.",
            },
            &[RAMP],
        )
        .by(PAPERS)
        .reading(&["from", "until"])
        .unless(alone),
    )
};

impl Strategy for Curriculum {
    fn schedule(&self, at: &ScheduleContext, _: &mut ChaCha8Rng) -> Option<StepSchedule> {
        let epoch = at.epoch.floor();
        let ramp = at.option("ramp").max(1.0);
        Some(StepSchedule::weighted(at, |k| {
            let Some(task) = at.config.tasks.get(k) else { return 0.0 };
            let (from, until) = (task.from as f64, task.until as f64);
            let active = epoch >= from && (task.until == 0 || epoch < until);
            // A task that is there from the beginning has nothing to join.
            match (active, task.from) {
                (false, _) => 0.0,
                (true, 0) => 1.0,
                (true, _) => ((epoch - from + 1.0) / ramp).min(1.0),
            }
        }))
    }
}
