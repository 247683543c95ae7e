//! Random loss weights: a fair draw every step.

use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs};
use crate::balance::numbers::softmax;
use crate::config::{Choice, Paper, Pick, PickEntry};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// `w = softmax(z)`, `z` standard normal, drawn anew every step (Lin et al. 2022). The weights sum
/// to one and are `1/K` on average.
pub(super) struct Rlw;

const PAPERS: &[Paper] = &[Paper::new(
    "Lin et al.",
    2022,
    "Reasonable Effectiveness of Random Weighting: A Litmus Test for Multi-Task Learning",
    "https://arxiv.org/abs/2111.10603",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "rlw",
        label: "random",
        help: "Draws the weights anew every step; on average all tasks count the same.",
    },
    &[],
)
.by(PAPERS);

impl Balancer for Rlw {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn reads_losses(&self, _: &Pick) -> bool {
        false
    }

    fn answer(&self, seen: &BalancerContext, random: &mut ChaCha8Rng) -> Answer {
        let draws: Vec<f64> = (0..seen.tasks()).map(|_| random.sample(StandardNormal)).collect();
        Answer::weights(weights(&draws))
    }
}

/// The weights of a draw.
///
/// ```
/// let weights = mtl_core::balance::losses::rlw::weights(&[0.0, 3_f64.ln()]);
/// assert!((weights[0] - 0.25).abs() < 1e-12 && (weights[1] - 0.75).abs() < 1e-12);
/// ```
pub fn weights(draws: &[f64]) -> Vec<f64> {
    softmax(draws)
}
