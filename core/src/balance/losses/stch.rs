//! Smooth Tchebycheff scalarisation: the worst weighted loss counts most.

use crate::balance::balancer::{Answer, BY_PREFERENCE, Balancer, BalancerContext, Needs, VectorSpec, Vectors, WEIGHT};
use crate::balance::numbers::{log, softmax, vector};
use crate::balance::preference::{IDEAL, PREFERENCE, above_ideal, preference, weighted};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `mu ln sum_k exp(w_k (L_k - z*_k) / mu)`, weights `w_k softmax_k(w (L - z*) / mu)` (Lin et al.
/// 2024). Between the Tchebycheff value and that plus `mu ln K`: a small `mu` gives Tchebycheff, a
/// large one the linear weights.
///
/// With a warm-up, the form for training of the authors' code and LibMTL, with `D = L - z*`:
///
/// * while it lasts, `sum_k ln D_k`, weights `1 / D_k`, whatever the preference;
/// * in its last fifth the mean of each `D_k` becomes the task's unit `N_k` (there: the last of five
///   epochs; here steps are counted);
/// * then `K mu ln sum_k exp(ln(K p_k D_k / N_k) / mu)`, weights `K softmax_k / D_k`, with `p` the
///   preference in parts of one. There all tasks count alike, `K p_k = 1`, and the largest logarithm
///   is taken off, which changes no gradient.
///
/// So scaled, a loss on a larger scale counts no more than others.
pub(super) struct Stch;

const MU: OptionSpec = OptionSpec {
    key: "mu",
    label: "smoothness",
    help: "The smaller it is, the more only the worst task counts; a large one weighs all by preference.",
    kind: Kind::Number { min: 0.001, max: 1000.0, log: true, inherits: false },
    default: 1.0,
    live: true,
};

const WARMUP: OptionSpec = OptionSpec {
    key: "warmup",
    label: "warm-up",
    help: "Steps in which the losses' logarithms are added up; then every loss is counted in units of its mean over the last fifth of them. Zero takes the losses as they are.",
    kind: Kind::Integer { min: 0, max: 100_000, word: None },
    default: 0.0,
    live: true,
};

const UNITS: VectorSpec = VectorSpec {
    key: "units",
    help: "Each task's mean loss over the last fifth of the warm-up; 0 before there was one.",
    start: 0.0,
    remembered: true,
};

const WARM: VectorSpec =
    VectorSpec { key: "warm_steps", help: "The steps of the warm-up that were done.", start: 0.0, remembered: true };

/// The share of the warm-up after which losses are averaged.
const AVERAGED_FROM: f64 = 0.8;

/// A unit below this is none: dividing by it would say nothing.
const SMALLEST_UNIT: f64 = 1e-12;

const PAPERS: &[Paper] = &[Paper::new(
    "Lin et al.",
    2024,
    "Smooth Tchebycheff Scalarization for Multi-Objective Optimization",
    "https://arxiv.org/abs/2402.19078",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "stch",
        label: "smooth Tchebycheff",
        help: "Works most on the task that is worst by your preference; it reaches every point of a front, smoothly.",
    },
    &[MU, WARMUP],
)
.by(PAPERS)
.in_group(BY_PREFERENCE)
.reading(&[WEIGHT]);

impl Balancer for Stch {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[PREFERENCE, IDEAL, UNITS, WARM]
    }

    fn objective(&self, seen: &BalancerContext) -> Option<f64> {
        Some(match Phase::of(seen) {
            Phase::Plain => seen.option(&MU) * log_sum(&heat(seen)),
            Phase::WarmUp => above_ideal(seen).into_iter().map(log).sum(),
            Phase::Scaled => seen.tasks() as f64 * seen.option(&MU) * log_sum(&scaled_heat(seen)),
        })
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        let inverses = || above_ideal(seen).into_iter().map(|above| (-log(above)).exp());
        let tasks = seen.tasks() as f64;
        Answer::weights(match Phase::of(seen) {
            Phase::Plain => preference(seen).into_iter().zip(softmax(&heat(seen))).map(|(w, s)| w * s).collect(),
            Phase::WarmUp => inverses().collect(),
            Phase::Scaled => inverses().zip(softmax(&scaled_heat(seen))).map(|(w, s)| tasks * w * s).collect(),
        })
    }

    fn remember(&self, seen: &BalancerContext, _: &Answer, _: Option<&[f64]>) -> Vectors {
        let (known, done) = (vector(seen, &UNITS), vector(seen, &WARM));
        let (units, done) = match Phase::of(seen) {
            Phase::Plain => (known, done),
            Phase::WarmUp => (averaged(seen, &known, &done), done.iter().map(|done| done + 1.0).collect()),
            Phase::Scaled => (units(seen), done),
        };
        Vectors::from([(UNITS.key, units), (WARM.key, done)])
    }
}

/// Which of its three forms the balancer has in a step.
enum Phase {
    Plain,
    WarmUp,
    Scaled,
}

impl Phase {
    fn of(seen: &BalancerContext) -> Self {
        let length = seen.option(&WARMUP);
        match vector(seen, &WARM).into_iter().fold(f64::INFINITY, f64::min) {
            _ if length < 1.0 => Self::Plain,
            // A task that had no label for a while holds the others back.
            done if done < length => Self::WarmUp,
            _ => Self::Scaled,
        }
    }
}

/// `w (L - z*) / mu`.
fn heat(seen: &BalancerContext) -> Vec<f64> {
    let mu = seen.option(&MU);
    weighted(seen).into_iter().map(|weighted| weighted / mu).collect()
}

/// `ln(K p D / N) / mu`.
fn scaled_heat(seen: &BalancerContext) -> Vec<f64> {
    let (mu, preference) = (seen.option(&MU), preference(seen));
    // By the largest first: the mean of tiny numbers may be zero.
    let largest = preference.iter().copied().fold(0.0, f64::max);
    let shares: Vec<f64> = preference.iter().map(|preference| preference / largest).collect();
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    let relative = above_ideal(seen).into_iter().zip(units(seen)).map(|(above, unit)| log(above) - log(unit));
    relative.zip(shares).map(|(relative, share)| (relative + log(share / mean)) / mu).collect()
}

/// `N`; what a task has above its ideal now where nothing was averaged, as after a shorter warm-up was
/// chosen on the way.
fn units(seen: &BalancerContext) -> Vec<f64> {
    let usable = |unit: &f64| *unit >= SMALLEST_UNIT;
    let unit = |(known, above): (f64, f64)| [known, above].into_iter().find(usable).unwrap_or(1.0);
    vector(seen, &UNITS).into_iter().zip(above_ideal(seen)).map(unit).collect()
}

/// The running means with this step in them, for tasks in the last fifth of their warm-up.
fn averaged(seen: &BalancerContext, known: &[f64], done: &[f64]) -> Vec<f64> {
    let first = (AVERAGED_FROM * seen.option(&WARMUP)).floor();
    let mean = |((known, done), above): ((&f64, &f64), f64)| {
        let count = done - first + 1.0;
        if count < 1.0 { *known } else { known + (above - known) / count }
    };
    known.iter().zip(done).zip(above_ideal(seen)).map(mean).collect()
}

/// `ln sum_k exp(x_k)`; the largest is taken out first, so that no power overflows.
fn log_sum(numbers: &[f64]) -> f64 {
    let largest = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + numbers.iter().map(|number| (number - largest).exp()).sum::<f64>().ln()
}
