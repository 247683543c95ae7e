//! FAMO: all losses decrease at the same relative rate, at the cost of one more forward pass.

use super::adam;
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs, VectorSpec, Vectors};
use crate::balance::max_norm::MAX_NORM;
use crate::balance::numbers::{self, EPSILON};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// Fast adaptive multitask optimisation (Liu, Feng, Stone, Liu 2023). With `z = softmax(xi)` and
/// `D_k = L_k - b_k + 1e-8` the objective is `c sum_k z_k ln D_k`, `c = 1 / sum_k (z_k / D_k)`,
/// with `c` and `z` held fixed; weights `c z_k / D_k` sum to one.
///
/// The official code shortens the shared layers' gradient to length 1 before the step, which is left to the
/// caller that takes the step ([`Balancer::max_norm`]).
///
/// After the step, `delta_k = ln D_k - ln D'_k` over the same batch moves the logits against
/// `z_k (delta_k - sum_j z_j delta_j) + gamma xi_k` by Adam: a task that improved more loses
/// weight. Without the losses after the step nothing is learned; a caller that saves the extra
/// forward passes the next step's losses.
pub(super) struct Famo;

const LOGITS: VectorSpec =
    VectorSpec { key: "xi", help: "The logits of the tasks' shares.", start: 0.0, remembered: true };

const MIN_LOSSES: VectorSpec =
    VectorSpec { key: "min_losses", help: "A bound that each loss stays above.", start: 0.0, remembered: false };

const BETA: OptionSpec =
    OptionSpec { key: "beta", help: "How fast the logits follow; they have an Adam of their own.", ..adam::RATE };

const GAMMA: OptionSpec = OptionSpec {
    key: "gamma",
    label: "decay of the weights",
    help: "Pulls the weights back to equal, so that they don't drift for ever when one task is always slower.",
    kind: Kind::Number { min: 0.0, max: 1.0, log: false, inherits: false },
    default: 0.001,
    live: true,
};

const PAPERS: &[Paper] =
    &[Paper::new("Liu et al.", 2023, "FAMO: Fast Adaptive Multitask Optimization", "https://arxiv.org/abs/2306.03792")];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "famo",
        label: "FAMO",
        help: "Shifts weight to the tasks that improved less in the last step; it looks at the batch twice.",
    },
    &[BETA, GAMMA, MAX_NORM],
)
.by(PAPERS);

impl Balancer for Famo {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn uses_losses_after(&self) -> bool {
        true
    }

    fn max_norm(&self, pick: &Pick) -> Option<f64> {
        Some(MAX_NORM.clamp(pick.option(&MAX_NORM))).filter(|longest| *longest > 0.0)
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[LOGITS, MIN_LOSSES, adam::FIRST, adam::SECOND, adam::STEPS]
    }

    /// Its gradient by the losses is not the weights: `c` and `z` are held fixed.
    fn objective(&self, seen: &BalancerContext) -> Option<f64> {
        let (shares, distances) = (shares(seen), distances(seen, seen.losses));
        let inverse: f64 = shares.iter().zip(&distances).map(|(share, log)| share * (-log).exp()).sum();
        Some(numbers::dot(&shares, &distances) / inverse)
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        // The same as `c z_k / D_k`, without a quotient that could overflow.
        let logits = numbers::vector(seen, &LOGITS);
        let shifted: Vec<f64> = logits.iter().zip(distances(seen, seen.losses)).map(|(xi, log)| xi - log).collect();
        Answer::weights(numbers::softmax(&shifted))
    }

    fn remember(&self, seen: &BalancerContext, _: &Answer, after: Option<&[f64]>) -> Vectors {
        let Some(after) = after else { return Vectors::new() };
        let logits = numbers::vector(seen, &LOGITS);
        let gradient = gradient(seen, after);
        let decay = seen.option(&GAMMA);
        let decayed: Vec<f64> = gradient.iter().zip(&logits).map(|(slope, xi)| slope + decay * xi).collect();
        let (logits, mut remembered) = adam::step(seen, &logits, &decayed, seen.option(&BETA));
        remembered.insert(LOGITS.key, logits);
        remembered
    }
}

/// `(diag(z) - z z') delta`.
fn gradient(seen: &BalancerContext, after: &[f64]) -> Vec<f64> {
    let shares = shares(seen);
    let (before, after) = (distances(seen, seen.losses), distances(seen, after));
    let gains: Vec<f64> = before.iter().zip(&after).map(|(before, after)| before - after).collect();
    let mean = numbers::dot(&shares, &gains);
    shares.iter().zip(&gains).map(|(share, gain)| share * (gain - mean)).collect()
}

fn shares(seen: &BalancerContext) -> Vec<f64> {
    numbers::softmax(&numbers::vector(seen, &LOGITS))
}

/// `ln D_k`; a loss below its bound counts as one at its bound.
fn distances(seen: &BalancerContext, losses: &[f64]) -> Vec<f64> {
    let bounds = numbers::vector(seen, &MIN_LOSSES);
    let loss = |task: usize| losses.get(task).map_or(0.0, |loss| numbers::bounded(*loss));
    bounds.iter().enumerate().map(|(task, bound)| ((loss(task) - bound).max(0.0) + EPSILON).ln()).collect()
}
