//! The generator of the MMoE paper: regression tasks with a dial for how much they are related.
//!
//! Ma et al., *Modeling Task Relationships in Multi-task Learning with Multi-gate
//! Mixture-of-Experts*, KDD 2018, section 3.2:
//!
//! 1. `u_1, u_2, ...` are orthonormal directions in `R^dims`;
//! 2. task A has the weights `w_1 = u_1`, a task beyond it `w_k = p u_1 + sqrt(1 - p²) u_k`: `p` is
//!    the cosine between their weights (and p² that between two tasks beyond A);
//! 3. inputs are `x ~ N(0, I)`;
//! 4. labels are `y_k = w_k·x + Σ_i sin(α_i w_k·x + β_i) + e`, `e ~ N(0, std²)`.
//!
//! The paper doesn't say what α and β are; `google` is the choice of Google's public generator. The
//! correlation of the *labels* is far below p where the sines dominate; the measured correlation of
//! the noiseless targets is [`super::Dataset::correlation`].
//!
//! As in the paper the observation noise `std` is part of the labels of every split; a task's own
//! label noise comes on top, on training rows. Output `i` of a vector of `D` has its weights turned
//! by `i π / (2 D)` in the plane of `u_1` and `u_k` (task A: `u_2`), which keeps p. Classes are bins
//! of the label, observation noise included, that are equally likely without it; two classes are
//! cut at the median.

use super::directions::{EXTENT, directions, inputs};
use super::ridge::Ridge;
use super::stats::quantile_cuts;
use super::{Drawn, DrawnSplit, Source, TaskShape, split_rows};
use crate::config::{Choice, Config, Kind, OptionSpec, Paper, PickEntry, TaskConfig};
use crate::random::{Purpose, stream};
use rand::RngExt;
use rand_distr::StandardNormal;
use statrs::distribution::{ContinuousCDF, Normal};
use std::f64::consts::FRAC_PI_2;

const PAPERS: &[Paper] = &[Paper::new(
    "Ma et al.",
    2018,
    "Modeling Task Relationships in Multi-task Learning with Multi-gate Mixture-of-Experts",
    "https://doi.org/10.1145/3219819.3220007",
)];

pub(super) const SOURCE: Source = Source::new(
    PickEntry::new(
        Choice {
            key: "mmoe",
            label: "MMoE paper",
            help: "Many inputs; each task sees them along one direction, and a dial turns the directions together.",
        },
        &[CORRELATION, DIMS, TERMS, STD],
    )
    .by(PAPERS),
);

const CORRELATION: OptionSpec = OptionSpec {
    key: "p",
    label: "task correlation",
    help: "Cosine between task A's weights and each other task's: 1 is the same task, 0 an unrelated one, -1 the mirror image.",
    kind: Kind::Number { min: -1.0, max: 1.0, log: false, inherits: false },
    default: 0.5,
    live: false,
};

const DIMS: OptionSpec = OptionSpec {
    key: "dims",
    label: "inputs",
    help: "Number of inputs; at least as many as tasks are used.",
    kind: Kind::Integer { min: 2, max: 100, word: None },
    default: 20.0,
    live: false,
};

const TERMS: OptionSpec = OptionSpec {
    key: "terms",
    label: "sine terms",
    help: "What is added to the linear part: the more and the faster the sines, the harder the tasks.",
    kind: Kind::Choice(terms),
    default: 0.0,
    live: false,
};

const STD: OptionSpec = OptionSpec {
    key: "std",
    label: "observation noise",
    help: "Standard deviation of the noise in the labels of all rows, held-out ones included.",
    kind: Kind::Number { min: 0.0, max: 1.0, log: false, inherits: false },
    default: 0.1,
    live: false,
};

/// A choice of terms: frequencies and phases of the sines.
type TermSet = (Choice, fn() -> Vec<(f64, f64)>);

/// The sets of sine terms, each with its `(α, β)`.
const TERM_SETS: &[TermSet] = &[
    (Choice { key: "two", label: "two sines", help: "sin(s) + sin(2 s + 1)." }, || vec![(1.0, 0.0), (2.0, 1.0)]),
    (Choice { key: "google", label: "ten sines", help: "sin(i s + (i - 1)²) for i from 1 to 10." }, || {
        (1..=10).map(|i| (f64::from(i), f64::from((i - 1) * (i - 1)))).collect()
    }),
    (Choice { key: "linear", label: "none, linear", help: "The linear part alone." }, Vec::new),
];

/// Points that stand for the normal distribution when classes are cut.
const QUANTILES: usize = 4096;

fn terms() -> Vec<Choice> {
    TERM_SETS.iter().map(|(choice, _)| *choice).collect()
}

pub(super) fn build(config: &Config) -> Drawn {
    let source = &config.data.source;
    let tasks = config.tasks.len();
    let dims = (source.option(&DIMS) as usize).max(tasks).max(2);
    let set = TERM_SETS.get(source.option(&TERMS) as usize).unwrap_or(&TERM_SETS[0]);
    let curve = Curve((set.1)());
    let directions = directions(config.seed, tasks.max(2), dims);
    let p = source.option(&CORRELATION).clamp(-1.0, 1.0);
    let std = source.option(&STD);
    let task = |(k, settings)| task(settings, weights(&directions, k, p), &curve);
    let tasks: Vec<Ridge> = config.tasks.iter().enumerate().map(task).collect();
    let rows = split_rows(&config.data);
    let splits = [0, 1, 2].map(|split| {
        let x = inputs(config.seed, split, dims * rows[split]);
        let draw = |(k, task): (usize, &Ridge)| {
            // Index 0 of a task's noise is its own label noise (see `labels`).
            let mut noise = stream(config.seed, Purpose::Noise, k as u64, 1 + split as u64);
            task.draw(&x, |s| curve.value(s), || std * noise.sample::<f64, _>(StandardNormal))
        };
        let tasks = tasks.iter().enumerate().map(draw).collect();
        DrawnSplit { rows: rows[split], x, tasks }
    });
    Drawn { inputs: dims, extent: EXTENT, splits }
}

/// `s + Σ sin(α s + β)` by its `(α, β)`.
struct Curve(Vec<(f64, f64)>);

impl Curve {
    fn value(&self, s: f64) -> f64 {
        s + self.0.iter().map(|(alpha, beta)| (alpha * s + beta).sin()).sum::<f64>()
    }

    /// The cuts between classes that are equally likely for `s ~ N(0, 1)`.
    fn cuts(&self, classes: usize) -> Vec<f64> {
        let normal = Normal::standard();
        let level = |i: usize| (i as f64 + 0.5) / QUANTILES as f64;
        let values = (0..QUANTILES).map(|i| self.value(normal.inverse_cdf(level(i))));
        quantile_cuts(values.collect(), classes)
    }
}

/// A task's weights and the direction in which those of further outputs turn.
fn weights(directions: &[Vec<f64>], k: usize, p: f64) -> (Vec<f64>, Vec<f64>) {
    let (own, p) = if k == 0 { (1, 1.0) } else { (k, p) };
    let q = (1.0 - p * p).sqrt();
    let mix = |a: f64, b: f64| directions[0].iter().zip(&directions[own]).map(|(x, y)| a * x + b * y).collect();
    (mix(p, q), mix(-q, p))
}

/// A task by its weights and the direction in which those of further outputs turn.
fn task(settings: &TaskConfig, (w, v): (Vec<f64>, Vec<f64>), curve: &Curve) -> Ridge {
    let shape = TaskShape::of(settings);
    let turned = |i: usize| {
        let (sin, cos) = (FRAC_PI_2 * i as f64 / shape.columns as f64).sin_cos();
        w.iter().zip(&v).map(|(w, v)| cos * w + sin * v).collect()
    };
    Ridge {
        weights: (0..shape.columns).map(turned).collect(),
        cuts: shape.classes().map(|classes| curve.cuts(classes)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::directions::dot;
    use super::*;

    #[test]
    fn p_is_the_cosine_between_the_weights_of_every_output() {
        let u = directions(1, 3, 20);
        for p in [-1.0, -0.3, 0.0, 0.5, 1.0] {
            let (a, b, c) = (weights(&u, 0, p), weights(&u, 1, p), weights(&u, 2, p));
            assert!((dot(&a.0, &b.0) - p).abs() < 1e-12 && (dot(&a.0, &c.0) - p).abs() < 1e-12);
            assert!((dot(&b.0, &c.0) - p * p).abs() < 1e-12);
            assert!(dot(&b.0, &b.1).abs() < 1e-12 && (dot(&a.1, &b.1) - p).abs() < 1e-12);
        }
    }
}
