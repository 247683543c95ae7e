//! Uncertainty weights: a learned log-variance per task (Kendall, Gal, Cipolla 2018).

use super::adam;
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs, VectorSpec, Vectors};
use crate::balance::device_weights::{DeviceWeights, Given, STATE_LIMIT};
use crate::balance::numbers;
use crate::config::{Choice, Kind, LossKind, OptionSpec, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `L = sum_k (a_k exp(-s_k) L_k + s_k / 2)` with learned log-variances `s = ln(sigma^2)` from 0,
/// `a_k` one half for a regression and one for classes. Weights `a_k exp(-s_k)`; they rest at
/// `1 / (2 L_k)`.
pub(super) struct Uncertainty;

const FORM: OptionSpec = OptionSpec {
    key: "form",
    label: "form",
    help: "Which likelihood's weight is used: the published ones differ by a factor of two.",
    kind: Kind::Choice(forms),
    default: 0.0,
    live: true,
};

const AUTO: Choice = Choice { key: "auto", label: "by kind of task", help: "Each task has the form of its kind." };
const REGRESSION: Choice =
    Choice { key: "regression", label: "regression", help: "Half the loss over the variance, for every task." };
const CLASSIFICATION: Choice =
    Choice { key: "classification", label: "classification", help: "The loss over the variance, for every task." };

fn forms() -> Vec<Choice> {
    vec![AUTO, REGRESSION, CLASSIFICATION]
}

const STATE: VectorSpec =
    VectorSpec { key: "s", help: "The log-variance of every task.", start: 0.0, remembered: true };

const KINDS: VectorSpec = VectorSpec {
    key: "regression",
    help: "1 where a task is a regression, 0 where it has classes; read where the form goes by kind.",
    start: 1.0,
    remembered: false,
};

const PAPERS: &[Paper] = &[Paper::new(
    "Kendall, Gal & Cipolla",
    2018,
    "Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics",
    "https://arxiv.org/abs/1705.07115",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "uncertainty",
        label: "uncertainty",
        help: "Learns a noise level per task and weighs each loss by it; a task that is ten times as loud counts a tenth.",
    },
    &[adam::RATE, FORM],
).by(PAPERS);

impl Balancer for Uncertainty {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[STATE, KINDS, adam::FIRST, adam::SECOND, adam::STEPS]
    }

    fn reads_losses(&self, _: &Pick) -> bool {
        false
    }

    fn device_weights(&self, given: &Given) -> Option<DeviceWeights> {
        Some(device_weights(given))
    }

    fn objective(&self, seen: &BalancerContext) -> Option<f64> {
        Some(of_seen(seen).objective(&numbers::losses(seen), &numbers::vector(seen, &STATE)))
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        Answer::weights(of_seen(seen).weights(&numbers::vector(seen, &STATE)))
    }

    fn remember(&self, seen: &BalancerContext, _: &Answer, _: Option<&[f64]>) -> Vectors {
        let state = numbers::vector(seen, &STATE);
        let device_weights = of_seen(seen);
        let gradient = device_weights.state_gradient(&numbers::losses(seen), &state);
        let (state, mut remembered) = adam::step(seen, &state, &gradient, device_weights.rate);
        remembered.insert(STATE.key, state.iter().map(|s| s.clamp(-STATE_LIMIT, STATE_LIMIT)).collect());
        remembered
    }
}

fn device_weights(given: &Given) -> DeviceWeights {
    let form = FORM.text(FORM.clamp(given.options.option(&FORM)));
    let factors = given.kinds.iter().map(|kind| factor(*kind, &form)).collect();
    DeviceWeights::learned(factors, adam::RATE.clamp(given.options.option(&adam::RATE)))
}

fn factor(kind: LossKind, form: &str) -> f64 {
    let halved = form == REGRESSION.key || (form == AUTO.key && kind.is_regression());
    if halved { 0.5 } else { 1.0 }
}

/// One formula for the engine's form and for this one.
fn of_seen(seen: &BalancerContext) -> DeviceWeights {
    let kind = |is: &f64| if *is > 0.5 { LossKind::Mse } else { LossKind::Ce };
    let kinds: Vec<_> = numbers::vector(seen, &KINDS).iter().map(kind).collect();
    device_weights(&Given { kinds: &kinds, manual: &[], options: seen.pick })
}
