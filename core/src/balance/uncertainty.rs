//! Uncertainty weights: a learned log-variance per task (Kendall, Gal, Cipolla 2018).

use super::{Balance, Balancer, Coefficients, Given};
use crate::config::{Choice, Kind, LossKind, OptionSpec, PickEntry};

pub(super) const BALANCER: Balancer = Balancer {
    entry: PickEntry {
        choice: Choice {
            key: "uncertainty",
            label: "uncertainty",
            help: "Learns a noise level per task and weighs each loss by it; a task that is ten times as loud counts a tenth.",
        },
        options: &[RATE, FORM],
    },
    needs_gram: false,
    rule: &Uncertainty,
};

pub(super) const RATE: OptionSpec = OptionSpec {
    key: "lr",
    label: "learning rate of the weights",
    help: "How fast the log-variances follow the losses; they have an Adam of their own.",
    kind: Kind::Number { min: 0.001, max: 1.0, log: true, inherits: false },
    default: 0.025,
    live: true,
};

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

/// Section 2.1.3 of the methods' reference, with `s = ln(sigma^2)` from 0: a regression costs
/// `1/2 exp(-s) L + 1/2 s`, a classification `exp(-s) L + 1/2 s`. Both rest where the weight is
/// `1 / (2 L)`.
struct Uncertainty;

impl Balance for Uncertainty {
    fn coefficients(&self, given: &Given) -> Coefficients {
        let form = FORM.text(FORM.clamp(given.options.option(&FORM)));
        let factors = given.kinds.iter().map(|kind| factor(*kind, &form)).collect();
        Coefficients::learned(factors, RATE.clamp(given.options.option(&RATE)))
    }
}

fn factor(kind: LossKind, form: &str) -> f64 {
    let halved = form == REGRESSION.key || (form == AUTO.key && kind.is_regression());
    if halved { 0.5 } else { 1.0 }
}
