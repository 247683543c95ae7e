//! The mean of the losses.

use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs};
use crate::balance::device_weights::{DeviceWeights, Given};
use crate::balance::numbers::losses;
use crate::config::{Choice, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `L = (1/K) sum_k L_k`, every weight `1/K`.
pub(super) struct Mean;

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "mean",
        label: "mean",
        help: "Every task's loss counts the same, and the weights share a sum of one.",
    },
    &[],
);

impl Balancer for Mean {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn device_weights(&self, given: &Given) -> Option<DeviceWeights> {
        Some(DeviceWeights::fixed(vec![1.0 / given.kinds.len() as f64; given.kinds.len()]))
    }

    fn reads_losses(&self, _: &Pick) -> bool {
        false
    }

    fn objective(&self, seen: &BalancerContext) -> Option<f64> {
        Some(losses(seen).iter().sum::<f64>() / seen.tasks() as f64)
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        Answer::weights(vec![1.0 / seen.tasks() as f64; seen.tasks()])
    }
}
