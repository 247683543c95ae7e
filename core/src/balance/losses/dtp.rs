//! Dynamic task prioritisation: the harder a task still is, the more it counts.

use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs, VectorSpec, Vectors};
use crate::balance::numbers::{self, INITIAL_LOSSES};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `w_k = -(1 - kappa_k)^gamma ln kappa_k` with `kappa_k` in (0, 1] a running mean of task k's
/// performance (Guo et al. 2018). The paper takes a measure such as accuracy; for any loss this
/// takes `exp(-L_k / L_k(0))`, which starts at `1/e` and is one where nothing is left to learn.
pub(super) struct Dtp;

const KAPPA: VectorSpec = VectorSpec {
    key: "kappa",
    help: "The running performance of every task, up to one; 0 before it was measured.",
    start: 0.0,
    remembered: true,
};

/// A performance counts as no worse than this, so that no weight is infinite.
const WORST: f64 = 1e-6;

const GAMMA: OptionSpec = OptionSpec {
    key: "gamma",
    label: "focus on hard tasks",
    help: "The higher it is, the less tasks count that are nearly done.",
    kind: Kind::Number { min: 0.0, max: 5.0, log: false, inherits: false },
    default: 1.0,
    live: true,
};

const PACE: OptionSpec = OptionSpec {
    key: "pace",
    label: "pace",
    help: "How much of the running performance is the newest step's.",
    kind: Kind::Number { min: 0.001, max: 1.0, log: true, inherits: false },
    default: 0.1,
    live: true,
};

const PAPERS: &[Paper] = &[Paper::new(
    "Guo et al.",
    2018,
    "Dynamic Task Prioritization for Multitask Learning",
    "https://doi.org/10.1007/978-3-030-01270-0_17",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "dtp",
        label: "task prioritisation",
        help: "Tasks that are still hard count more, and those that are nearly done hardly at all.",
    },
    &[GAMMA, PACE],
)
.by(PAPERS);

impl Balancer for Dtp {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[KAPPA, INITIAL_LOSSES]
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        let gamma = seen.option(&GAMMA);
        let priority = |kappa: f64| -(1.0 - kappa).powf(gamma) * kappa.ln() + 0.0;
        Answer::weights(running(seen).into_iter().map(priority).collect())
    }

    fn remember(&self, seen: &BalancerContext, _: &Answer, _: Option<&[f64]>) -> Vectors {
        let pace = seen.option(&PACE);
        let mixed = |(old, new): (f64, f64)| (1.0 - pace) * old + pace * new;
        let kappa = running(seen).into_iter().zip(performances(seen)).map(mixed).collect();
        Vectors::from([(KAPPA.key, kappa), (INITIAL_LOSSES.key, numbers::initial_losses(seen))])
    }
}

/// What is remembered; the present performance where nothing is yet.
fn running(seen: &BalancerContext) -> Vec<f64> {
    let known = |(kappa, now): (f64, f64)| if kappa > 0.0 { kappa.clamp(WORST, 1.0) } else { now };
    numbers::vector(seen, &KAPPA).into_iter().zip(performances(seen)).map(known).collect()
}

fn performances(seen: &BalancerContext) -> Vec<f64> {
    let losses = numbers::losses(seen).into_iter().zip(numbers::initial_losses(seen));
    losses.map(|(loss, initial)| performance(loss, initial).clamp(WORST, 1.0)).collect()
}

fn performance(loss: f64, initial: f64) -> f64 {
    // An initial loss of nothing is a task without anything to learn.
    if initial > 0.0 { (-(loss / initial)).exp() } else { 1.0 }
}
