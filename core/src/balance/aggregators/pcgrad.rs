//! PCGrad: what conflicts with another gradient is projected away (Yu et al. 2020).

use super::answers::answered;
use super::surgery::{ORDER, REDUCTION, combine};
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs};
use crate::config::{Choice, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `v = g_i`, and for every other j with `v . g_j < 0`, `v <- v - (v . g_j / |g_j|^2) g_j` with the
/// *original* `g_j`. With three tasks and more the result can still conflict.
pub struct Pcgrad;

const PAPERS: &[Paper] =
    &[Paper::new("Yu et al.", 2020, "Gradient Surgery for Multi-Task Learning", "https://arxiv.org/abs/2001.06782")];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "pcgrad",
        label: "PCGrad",
        help: "Takes from every gradient the part that points against another task's gradient.",
    },
    &[ORDER, REDUCTION],
)
.by(PAPERS);

impl Balancer for Pcgrad {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Gram
    }

    fn reference(&self) -> &'static [(&'static str, f64)] {
        &[(ORDER.key, 0.0)]
    }

    fn answer(&self, seen: &BalancerContext, random: &mut ChaCha8Rng) -> Answer {
        answered(seen, |gram| {
            combine(seen, gram, random, |_, j, weights| {
                let product = gram.matrix.column(j).dot(weights);
                // A product below zero means that g_j is not zero.
                if product < 0.0 { -product / gram.matrix[(j, j)] } else { 0.0 }
            })
        })
    }
}
