//! IMTL-L: impartial learning by learned scales of the losses.

use super::adam;
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs, VectorSpec, Vectors};
use crate::balance::device_weights::STATE_LIMIT;
use crate::balance::numbers;
use crate::config::{Choice, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `L = sum_k (exp(s_k) L_k - s_k)` with learned `s` from 0 (Liu et al. 2021). Weights `exp(s_k)`;
/// they rest where every weighted loss is one.
pub(super) struct ImtlL;

const STATE: VectorSpec =
    VectorSpec { key: "s", help: "The logarithm of every task's scale.", start: 0.0, remembered: true };

const PAPERS: &[Paper] = &[Paper::new(
    "Liu et al.",
    2021,
    "Towards Impartial Multi-task Learning",
    "https://openreview.net/forum?id=IMPnRXEWpvr",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice { key: "imtl-l", label: "IMTL-L", help: "Learns a scale for every loss until all weighed losses are one." },
    &[adam::RATE],
)
.by(PAPERS);

impl Balancer for ImtlL {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[STATE, adam::FIRST, adam::SECOND, adam::STEPS]
    }

    fn reads_losses(&self, _: &Pick) -> bool {
        false
    }

    fn objective(&self, seen: &BalancerContext) -> Option<f64> {
        Some(numbers::dot(&weights(seen), &numbers::losses(seen)) - state(seen).iter().sum::<f64>())
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        Answer::weights(weights(seen))
    }

    fn remember(&self, seen: &BalancerContext, _: &Answer, _: Option<&[f64]>) -> Vectors {
        let losses = numbers::losses(seen);
        let gradient: Vec<f64> = weights(seen).iter().zip(losses).map(|(weight, loss)| weight * loss - 1.0).collect();
        let (state, mut remembered) = adam::step(seen, &state(seen), &gradient, seen.option(&adam::RATE));
        remembered.insert(STATE.key, state.into_iter().map(limited).collect());
        remembered
    }
}

fn weights(seen: &BalancerContext) -> Vec<f64> {
    state(seen).iter().map(|s| s.exp()).collect()
}

fn state(seen: &BalancerContext) -> Vec<f64> {
    numbers::vector(seen, &STATE).into_iter().map(limited).collect()
}

/// As far as uncertainty's log-variances may go, and for the same reason.
fn limited(s: f64) -> f64 {
    s.clamp(-STATE_LIMIT, STATE_LIMIT)
}
