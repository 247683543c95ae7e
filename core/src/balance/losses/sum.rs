//! The sum of the losses.

use super::numbers::losses;
use crate::balance::rule::{Answer, Needs, Rule, Seen};
use crate::config::{Choice, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `L = sum_k L_k`, every weight 1. Section 2.1.1 of the methods' reference.
pub(super) struct Sum;

impl Rule for Sum {
    fn entry(&self) -> PickEntry {
        let help = "Every task's loss counts in full, so that more tasks make a longer step.";
        PickEntry { choice: Choice { key: "sum", label: "sum", help }, options: &[] }
    }

    fn needs(&self) -> Needs {
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
