//! Nash-MTL: the bargaining solution of the tasks (Navon et al. 2022).

use super::answers::answered;
use super::fair;
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs};
use crate::balance::max_norm::MAX_NORM;
use crate::config::{Choice, Paper, Pick, PickEntry};
use nalgebra::DVector;
use rand_chacha::ChaCha8Rng;

/// `G a = 1 / a` with positive weights, so that `g_k . d = 1 / a_k` and `|d|^2 = K`, whatever the
/// scale of a loss. At a Pareto-stationary point there is no solution, and no step.
pub struct NashMtl;

const PAPERS: &[Paper] =
    &[Paper::new("Navon et al.", 2022, "Multi-Task Learning as a Bargaining Game", "https://arxiv.org/abs/2202.01017")];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "nash-mtl",
        label: "Nash-MTL",
        help: "Treats the step as a bargain in which every task's relative gain counts the same; steps don't shorten near the front.",
    },
    &[MAX_NORM],
).by(PAPERS);

impl Balancer for NashMtl {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Gram
    }

    /// Its weights are for the losses, heads and all.
    fn weighs_heads(&self, _: &Pick) -> bool {
        true
    }

    fn reference(&self) -> &'static [(&'static str, f64)] {
        &[(MAX_NORM.key, 0.0)]
    }

    fn answer(&self, seen: &BalancerContext, _random: &mut ChaCha8Rng) -> Answer {
        fair_answer(seen, 1.0)
    }
}

/// The clipped solution of alpha-fairness; no step where there is none.
pub(super) fn fair_answer(seen: &BalancerContext, alpha: f64) -> Answer {
    answered(seen, |gram| match fair::solve(gram, alpha) {
        Some(weights) => gram.clipped(weights, seen.option(&MAX_NORM)),
        None => DVector::zeros(gram.tasks()),
    })
}
