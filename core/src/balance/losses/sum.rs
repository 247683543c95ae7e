//! The sum of the losses.

use super::numbers::losses;
use crate::balance::rule::{Answer, Needs, Rule, Seen};
use crate::config::{Choice, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `L = sum_k L_k`, every weight 1. Section 2.1.1 of the methods' reference.
pub struct Sum;

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "sum",
        label: "sum",
        help: "Every task's loss counts in full, so that more tasks make a longer step.",
    },
    &[],
);

impl Rule for Sum {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn reads_losses(&self, _: &Pick) -> bool {
        false
    }

    fn objective(&self, seen: &Seen) -> Option<f64> {
        Some(losses(seen).iter().sum())
    }

    fn answer(&self, seen: &Seen, _: &mut ChaCha8Rng) -> Answer {
        Answer::weights(vec![1.0; seen.tasks()])
    }
}
