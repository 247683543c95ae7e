//! Linear scalarisation: a fixed preference.

use crate::balance::balancer::{Answer, BY_PREFERENCE, Balancer, BalancerContext, Needs, VectorSpec, WEIGHT};
use crate::balance::device_weights::{DeviceWeights, Given};
use crate::balance::numbers::{dot, losses};
use crate::balance::preference::{PREFERENCE, preference};
use crate::config::{Choice, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `sum_k w_k L_k`, weights `w`. It reaches points on the convex hull of what can be attained, and
/// of a concave front only the ends.
pub(super) struct Linear;

const PAPERS: &[Paper] = &[Paper::new(
    "Zadeh",
    1963,
    "Optimality and Non-Scalar-Valued Performance Criteria",
    "https://doi.org/10.1109/TAC.1963.1105511",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "linear",
        label: "linear",
        help: "Weighs the losses by your preference; on a front that bends inwards it only finds the ends.",
    },
    &[],
)
.by(PAPERS)
.in_group(BY_PREFERENCE)
.reading(&[WEIGHT]);

impl Balancer for Linear {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[PREFERENCE]
    }

    fn device_weights(&self, given: &Given) -> Option<DeviceWeights> {
        let sum: f64 = given.manual.iter().sum();
        let share = |preference: &f64| if sum > 0.0 { preference / sum } else { 1.0 / given.manual.len() as f64 };
        Some(DeviceWeights::fixed(given.manual.iter().map(share).collect()))
    }

    fn reads_losses(&self, _: &Pick) -> bool {
        false
    }

    fn objective(&self, seen: &BalancerContext) -> Option<f64> {
        Some(dot(&preference(seen), &losses(seen)))
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        Answer::weights(preference(seen))
    }
}
