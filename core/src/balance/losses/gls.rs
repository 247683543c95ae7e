//! Geometric loss strategy: the geometric mean of the losses.

use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs};
use crate::balance::numbers::{log, losses};
use crate::config::{Choice, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `L = (prod_k L_k)^(1/K) = exp(mean ln L_k)`, weights `L / (K L_k)` (Chennupati et al. 2019).
/// Always in logarithms: the product underflows.
pub(super) struct Gls;

const PAPERS: &[Paper] = &[Paper::new(
    "Chennupati et al.",
    2019,
    "MultiNet++: Multi-Stream Feature Aggregation and Geometric Loss Strategy for Multi-Task Learning",
    "https://arxiv.org/abs/1904.08492",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "gls",
        label: "geometric mean",
        help: "Minimises the geometric mean of the losses, which no task's scale can dominate; losses must be positive.",
    },
    &[],
).by(PAPERS);

impl Balancer for Gls {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn objective(&self, seen: &BalancerContext) -> Option<f64> {
        Some(mean(&logs(seen)).exp())
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        let logs = logs(seen);
        let mean = mean(&logs);
        Answer::weights(logs.iter().map(|log| (mean - log).exp() / logs.len() as f64).collect())
    }
}

fn logs(seen: &BalancerContext) -> Vec<f64> {
    losses(seen).into_iter().map(log).collect()
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}
