//! Manual weights: weights that the user chose.

use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs, VectorSpec, WEIGHT};
use crate::balance::device_weights::{DeviceWeights, Given};
use crate::balance::numbers::{dot, losses};
use crate::balance::preference::PREFERENCE;
use crate::config::{Choice, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// Static scalarisation `L = sum_k w_k L_k`, the weights rescaled to sum to the number of tasks, so
/// that they say how the tasks share a step and not how long it is.
pub(super) struct Manual;

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "manual",
        label: "my weights",
        help: "Every task's loss counts as much as you say, before and while the lesson runs.",
    },
    &[],
)
.reading(&[WEIGHT]);

impl Balancer for Manual {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[PREFERENCE]
    }

    fn reads_losses(&self, _: &Pick) -> bool {
        false
    }

    fn device_weights(&self, given: &Given) -> Option<DeviceWeights> {
        Some(DeviceWeights::fixed(rescaled(given.manual, given.kinds.len())))
    }

    fn objective(&self, seen: &BalancerContext) -> Option<f64> {
        Some(dot(&rescaled(&seen.vector(&PREFERENCE), seen.tasks()), &losses(seen)))
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        Answer::weights(rescaled(&seen.vector(&PREFERENCE), seen.tasks()))
    }
}

/// Weights that sum to the number of tasks; all one where none is above zero.
fn rescaled(weights: &[f64], tasks: usize) -> Vec<f64> {
    let usable = |weight: f64| {
        if weight.is_finite() { weight.max(0.0) } else { 0.0 }
    };
    let weights: Vec<f64> = (0..tasks).map(|k| weights.get(k).map_or(1.0, |w| usable(*w))).collect();
    // Divided by the largest before they are added up: no sum of large weights overflows.
    let largest = weights.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return vec![1.0; tasks];
    }
    let shares: Vec<f64> = weights.iter().map(|weight| weight / largest).collect();
    let scale = tasks as f64 / shares.iter().sum::<f64>();
    shares.iter().map(|share| share * scale).collect()
}
