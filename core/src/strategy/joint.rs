//! Joint training: every task in every step.

use super::{Line, ScheduleContext, StepSchedule, Strategy};
use crate::config::{Choice, PickEntry};
use rand_chacha::ChaCha8Rng;

/// All tasks at once.
pub struct Joint;

/// The line of the table.
pub(super) const LINE: Line = Line::new(PickEntry::new(
    Choice { key: "joint", label: "joint", help: "Every step teaches all tasks at once." },
    &[],
));

impl Strategy for Joint {
    fn schedule(&self, _: &ScheduleContext, _: &mut ChaCha8Rng) -> Option<StepSchedule> {
        None
    }
}
