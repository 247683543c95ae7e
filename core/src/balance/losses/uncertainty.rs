//! Uncertainty weights on the host: the line of the table of balancers, as a rule.

use super::{adam, numbers};
use crate::balance::rule::{Answer, Needs, Rule, Seen, VectorSpec, Vectors};
use crate::balance::uncertainty::BALANCER;
use crate::balance::{Coefficients, Given, STATE_LIMIT};
use crate::config::{LossKind, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `L = sum_k (a_k exp(-s_k) L_k + s_k / 2)` with learned log-variances `s`, `a_k` one half for a
/// regression and one for classes (Kendall, Gal, Cipolla 2018; section 2.1.3 of the methods'
/// reference). Weights `a_k exp(-s_k)`; they rest at `1 / (2 L_k)`.
pub(super) struct Uncertainty;

const STATE: VectorSpec =
    VectorSpec { key: "s", help: "The log-variance of every task.", start: 0.0, remembered: true };

const REGRESSION: VectorSpec = VectorSpec {
    key: "regression",
    help: "1 where a task is a regression, 0 where it has classes; read where the form goes by kind.",
    start: 1.0,
    remembered: false,
};

impl Rule for Uncertainty {
    fn entry(&self) -> PickEntry {
        BALANCER.entry
    }

    fn needs(&self) -> Needs {
        Needs::Losses
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[STATE, REGRESSION, adam::FIRST, adam::SECOND, adam::STEPS]
    }

    fn reads_losses(&self, _: &Pick) -> bool {
        false
    }

    fn objective(&self, seen: &Seen) -> Option<f64> {
        Some(coefficients(seen).objective(&numbers::losses(seen), &numbers::vector(seen, &STATE)))
    }

    fn answer(&self, seen: &Seen, _: &mut ChaCha8Rng) -> Answer {
        Answer::weights(coefficients(seen).weights(&numbers::vector(seen, &STATE)))
    }

    fn remember(&self, seen: &Seen, _: &Answer, _: Option<&[f64]>) -> Vectors {
        let state = numbers::vector(seen, &STATE);
        let coefficients = coefficients(seen);
        let gradient = coefficients.state_gradient(&numbers::losses(seen), &state);
        let (state, mut remembered) = adam::step(seen, &state, &gradient, coefficients.rate);
        remembered.insert(STATE.key, state.iter().map(|s| s.clamp(-STATE_LIMIT, STATE_LIMIT)).collect());
        remembered
    }
}

/// One formula for the engine's form and for this one.
fn coefficients(seen: &Seen) -> Coefficients {
    let kind = |is: &f64| if *is > 0.5 { LossKind::Mse } else { LossKind::Ce };
    let kinds: Vec<_> = numbers::vector(seen, &REGRESSION).iter().map(kind).collect();
    BALANCER.rule.coefficients(&Given { kinds: &kinds, manual: &[], options: seen.pick })
}
