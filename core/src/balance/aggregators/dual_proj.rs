//! DualProj: the mean gradient is projected to where no task gets worse (Lopez-Paz, Ranzato 2017).

use super::upgrad::{REG, projected};
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs, VectorSpec, WEIGHT};
use crate::balance::preference::{PREFERENCE, preference_vector};
use crate::config::{Choice, Paper, Pick, PickEntry};
use crate::math::cone::project;
use rand_chacha::ChaCha8Rng;

/// The projection of the mean gradient, or of a preferred combination, onto `{d : J d >= 0}`: what GEM
/// does with the gradients of earlier tasks.
pub struct DualProj;

const PAPERS: &[Paper] = &[Paper::new(
    "Lopez-Paz & Ranzato",
    2017,
    "Gradient Episodic Memory for Continual Learning",
    "https://arxiv.org/abs/1706.08840",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "dual-proj",
        label: "DualProj",
        help: "Bends the mean gradient as little as it takes to harm no task.",
    },
    &[REG],
)
.by(PAPERS)
.reading(&[WEIGHT]);

impl Balancer for DualProj {
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
        projected(seen, |gram| project(gram, &shares))
    }
}
