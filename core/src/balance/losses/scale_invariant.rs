//! Scale-invariant weights: the sum of the losses' logarithms.

use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs};
use crate::balance::numbers::{log, losses};
use crate::config::{Choice, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `L = sum_k ln L_k`, weights `1 / L_k` (a baseline of Navon et al. 2022).
pub(super) struct ScaleInvariant;

const PAPERS: &[Paper] =
    &[Paper::new("Navon et al.", 2022, "Multi-Task Learning as a Bargaining Game", "https://arxiv.org/abs/2202.01017")];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "scale-invariant",
        label: "scale-invariant",
        help: "Divides every loss by itself: halving a loss counts the same for every task, whatever its scale.",
    },
    &[],
)
.by(PAPERS);

impl Balancer for ScaleInvariant {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn objective(&self, seen: &BalancerContext) -> Option<f64> {
        Some(losses(seen).into_iter().map(log).sum())
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        Answer::weights(losses(seen).into_iter().map(|loss| (-log(loss)).exp()).collect())
    }
}
