//! Joint training: every task in every step.

use super::{Moment, Says, Strategy};
use crate::config::{Choice, PickEntry};
use rand_chacha::ChaCha8Rng;

/// All tasks at once (section 2.5 of the methods' reference).
pub struct Joint;

impl Strategy for Joint {
    fn entry(&self) -> PickEntry {
        PickEntry::new(Choice { key: "joint", label: "joint", help: "Every step teaches all tasks at once." }, &[])
    }

    fn says(&self, _: &Moment, _: &mut ChaCha8Rng) -> Option<Says> {
        None
    }
}
