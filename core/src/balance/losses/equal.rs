//! Equal weights: the sum of the losses.

use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs};
use crate::balance::device_weights::{DeviceWeights, Given};
use crate::balance::numbers::losses;
use crate::config::{Choice, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `L = sum_k L_k`, every weight one.
pub(super) struct Equal;

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "equal",
        label: "equal weights",
        help: "Every task has the weight 1, so that a loss on a larger scale decides.",
    },
    &[],
);

impl Balancer for Equal {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn reads_losses(&self, _: &Pick) -> bool {
        false
    }

    fn device_weights(&self, given: &Given) -> Option<DeviceWeights> {
        Some(DeviceWeights::fixed(vec![1.0; given.kinds.len()]))
    }

    fn objective(&self, seen: &BalancerContext) -> Option<f64> {
        Some(losses(seen).iter().sum())
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        Answer::weights(vec![1.0; seen.tasks()])
    }
}
