//! GradDrop: every element keeps the gradients of one sign (Chen et al. 2020).

use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// See [`combine`]. No weight a task says what it does.
pub struct Graddrop;

const LEAK: OptionSpec = OptionSpec {
    key: "leak",
    label: "leak",
    help: "The share of what is masked that gets through; at one nothing is dropped.",
    kind: Kind::Number { min: 0.0, max: 1.0, log: false, inherits: false },
    default: 0.0,
    live: true,
};

const PAPERS: &[Paper] = &[Paper::new(
    "Chen et al.",
    2020,
    "Just Pick a Sign: Optimizing Deep Multitask Models with Gradient Sign Dropout",
    "https://arxiv.org/abs/2010.06808",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "graddrop",
        label: "GradDrop",
        help: "Draws a sign for every parameter, the likelier the more the tasks agree on it, and drops the gradients of the other sign.",
    },
    &[LEAK],
).by(PAPERS);

impl Balancer for Graddrop {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Jacobian
    }

    fn has_weights(&self, _: &Pick) -> bool {
        false
    }

    fn answer(&self, seen: &BalancerContext, random: &mut ChaCha8Rng) -> Answer {
        let Some(jacobian) = seen.jacobian else { return Answer::default() };
        let draws: Vec<f64> = (0..jacobian.ncols()).map(|_| random.random()).collect();
        Answer::direction(combine(jacobian, seen.option(&LEAK), &draws))
    }
}

/// The combined gradient `[P]` for given draws `U` from `[0, 1)`, one an element.
///
/// Per element `P = 1/2 (1 + sum g_k / sum |g_k|)`, and 1/2 where all are zero; positive gradients
/// pass where `P > U`, negative ones where `P < U`, and of the others the share `leak`.
pub fn combine(jacobian: &DMatrix<f64>, leak: f64, draws: &[f64]) -> Vec<f64> {
    let elements = jacobian.column_iter().zip(draws);
    elements
        .map(|(gradients, draw)| {
            // Divided by the largest before they are added up: no sum overflows.
            let largest = gradients.amax();
            if largest == 0.0 || !largest.is_finite() {
                return 0.0;
            }
            let shares = gradients / largest;
            let positive = 0.5 * (1.0 + shares.sum() / shares.abs().sum());
            let passes = |share: f64| if share > 0.0 { positive > *draw } else { positive < *draw };
            let kept: f64 = shares.iter().map(|share| if passes(*share) { *share } else { leak * share }).sum();
            let sum = kept * largest;
            if sum.is_finite() { sum } else { 0.0 }
        })
        .collect()
}
