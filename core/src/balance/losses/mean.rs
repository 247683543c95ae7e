//! The mean of the losses.

use super::numbers::losses;
use crate::balance::rule::{Answer, Needs, Rule, Seen};
use crate::config::{Choice, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `L = (1/K) sum_k L_k`, every weight `1/K`. Section 2.1.1 of the methods' reference.
pub(super) struct Mean;

impl Rule for Mean {
    fn entry(&self) -> PickEntry {
        let help = "Every task's loss counts the same, and the weights share a sum of one.";
        PickEntry { choice: Choice { key: "mean", label: "mean", help }, options: &[] }
    }

    fn needs(&self) -> Needs {
        Needs::Losses
    }

    fn reads_losses(&self, _: &Pick) -> bool {
        false
    }

    fn objective(&self, seen: &Seen) -> Option<f64> {
        Some(losses(seen).iter().sum::<f64>() / seen.tasks() as f64)
    }

    fn answer(&self, seen: &Seen, _: &mut ChaCha8Rng) -> Answer {
        Answer::weights(vec![1.0 / seen.tasks() as f64; seen.tasks()])
    }
}
