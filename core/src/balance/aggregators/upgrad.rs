//! UPGrad: every gradient is projected to where no task gets worse (Quinton, Rey 2024).

use super::answers::answered;
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs, VectorSpec, WEIGHT};
use crate::balance::preference::{PREFERENCE, preference_vector};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use crate::math::cone::{project, ridged};
use crate::math::gram::Gram;
use nalgebra::DVector;
use rand_chacha::ChaCha8Rng;

/// The sum over the tasks of the projections of `w_k g_k` onto `{d : J d >= 0}`, with `w_k = 1 / K`
/// unless preferred otherwise. Without conflict it is the mean.
pub struct Upgrad;

/// The ridge of the aggregators that project onto the dual cone.
pub(super) const REG: OptionSpec = OptionSpec {
    key: "reg",
    label: "ridge",
    help: "Added to the Gram matrix after it is divided by its trace; zero is exact.",
    kind: Kind::Number { min: 0.0, max: 1.0, log: false, inherits: false },
    default: 1e-4,
    live: true,
};

const PAPERS: &[Paper] = &[Paper::new(
    "Quinton & Rey",
    2024,
    "Jacobian Descent for Multi-Objective Optimization",
    "https://arxiv.org/abs/2406.16232",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "upgrad",
        label: "UPGrad",
        help: "Bends every task's gradient until it harms no task, and takes the mean of what results.",
    },
    &[REG],
)
.by(PAPERS)
.reading(&[WEIGHT]);

impl Balancer for Upgrad {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Gram
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[PREFERENCE]
    }

    fn reference(&self) -> &'static [(&'static str, f64)] {
        &[(REG.key, 0.0)]
    }

    fn answer(&self, seen: &BalancerContext, _random: &mut ChaCha8Rng) -> Answer {
        let shares = preference_vector(seen);
        projected(seen, |gram| (0..gram.tasks()).map(|k| project(gram, &only(&shares, k))).sum())
    }
}

/// The answer of an aggregator to the Gram matrix with its ridge.
pub(super) fn projected(seen: &BalancerContext, aggregator: impl Fn(&Gram) -> DVector<f64>) -> Answer {
    answered(seen, |gram| ridged(gram, seen.option(&REG)).map_or_else(|| gram.mean(), |gram| aggregator(&gram)))
}

fn only(shares: &DVector<f64>, task: usize) -> DVector<f64> {
    DVector::from_fn(shares.len(), |k, _| if k == task { shares[k] } else { 0.0 })
}
