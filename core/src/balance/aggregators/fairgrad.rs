//! FairGrad: alpha-fairness between the tasks' gains (Ban, Ji 2024).

use super::nash_mtl::fair_answer;
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs};
use crate::balance::max_norm::MAX_NORM;
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `G w = w^(-1/alpha)`. With alpha 1 it is Nash-MTL, towards infinity all tasks gain the same,
/// towards zero it is K times DualProj.
pub struct Fairgrad;

const ALPHA: OptionSpec = OptionSpec {
    key: "alpha",
    label: "fairness",
    help: "How much more the task that gains least counts; one is Nash-MTL, published runs take two.",
    kind: Kind::Number { min: 0.1, max: 10.0, log: true, inherits: false },
    default: 2.0,
    live: true,
};

const PAPERS: &[Paper] = &[Paper::new(
    "Ban & Ji",
    2024,
    "Fair Resource Allocation in Multi-Task Learning",
    "https://arxiv.org/abs/2402.15638",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "fairgrad",
        label: "FairGrad",
        help: "Shares the gain of a step among the tasks as fairly as you ask for.",
    },
    &[ALPHA, MAX_NORM],
)
.by(PAPERS);

impl Balancer for Fairgrad {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Gram
    }

    fn reference(&self) -> &'static [(&'static str, f64)] {
        &[(MAX_NORM.key, 0.0)]
    }

    fn answer(&self, seen: &BalancerContext, _random: &mut ChaCha8Rng) -> Answer {
        fair_answer(seen, seen.option(&ALPHA))
    }
}
