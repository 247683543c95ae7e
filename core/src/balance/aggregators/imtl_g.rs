//! IMTL-G: the direction that lies equally near to all gradients (Liu et al. 2021).

use super::answers::answered;
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs};
use crate::config::{Choice, Paper, Pick, PickEntry};
use crate::math::gram::Gram;
use crate::math::spectrum::Spectrum;
use nalgebra::DVector;
use rand_chacha::ChaCha8Rng;

/// `v = G^+ n`, weights `v / sum(v)`, so that the projections of `d` on all unit gradients are
/// equal. Weights may be negative; where their sum is not positive, the direction would be uphill
/// for every task, and the mean gradient is taken instead.
pub struct ImtlG;

const PAPERS: &[Paper] = &[Paper::new(
    "Liu et al.",
    2021,
    "Towards Impartial Multi-task Learning",
    "https://openreview.net/forum?id=IMPnRXEWpvr",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "imtl-g",
        label: "IMTL-G",
        help: "Goes equally far along every task's gradient; where that would be uphill, takes the mean gradient.",
    },
    &[],
)
.by(PAPERS);

impl Balancer for ImtlG {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Gram
    }

    fn answer(&self, seen: &BalancerContext, _random: &mut ChaCha8Rng) -> Answer {
        answered(seen, weights)
    }
}

fn weights(gram: &Gram) -> DVector<f64> {
    let found = solution(gram);
    let sum = found.sum();
    // A sum that is nothing but rounding has no sign.
    if sum <= 1e-9 * found.abs().sum() || !sum.is_finite() { gram.mean() } else { found / sum }
}

fn solution(gram: &Gram) -> DVector<f64> {
    let unit = Spectrum::of(&gram.unit, gram.cutoff());
    if unit.rank() == gram.tasks() {
        // The same over unit gradients, where scales that differ by much do no harm.
        return unit.apply(f64::recip, &gram.norms.map(|_| 1.0)).component_div(&gram.norms);
    }
    Spectrum::of(&gram.matrix, gram.cutoff()).apply(f64::recip, &gram.norms)
}
