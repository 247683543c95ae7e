//! MGDA: the shortest vector among the weighted means of the gradients (Désidéri 2012; Sener, Koltun 2018).

use super::answers::{answer, divisor, gram};
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use crate::math::gram::Gram;
use crate::math::hull::min_norm;
use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;

/// `argmin a^T G a` over the simplex, so that `g_k . d >= |d|^2` for every task. A zero length
/// means a Pareto-stationary point. Vertices are 1 and 0, not 0.999 and 0.001 as in the original
/// code.
///
/// Normalised, the gradients are `g / N` and so is what they make: the weights are `a / N` with N
/// the norm (l2), the current loss (loss), or their product (loss+).
pub struct Mgda;

const NORM: OptionSpec = OptionSpec {
    key: "norm",
    label: "normalisation",
    help: "What every gradient is divided by first; as they are, the shortest gradient decides.",
    kind: Kind::Choice(norms),
    default: 0.0,
    live: true,
};

const NONE: Choice = Choice { key: "none", label: "none", help: "The gradients as they are." };
const L2: Choice = Choice { key: "l2", label: "length", help: "Every gradient is made one long." };
const LOSS: Choice = Choice { key: "loss", label: "loss", help: "Every gradient is divided by its loss." };
const BOTH: Choice =
    Choice { key: "loss+", label: "loss and length", help: "Every gradient is divided by its loss and its length." };

fn norms() -> Vec<Choice> {
    vec![NONE, L2, LOSS, BOTH]
}

const PAPERS: &[Paper] = &[
    Paper::new(
        "Désidéri",
        2012,
        "Multiple-gradient descent algorithm (MGDA) for multiobjective optimization",
        "https://doi.org/10.1016/j.crma.2012.03.014",
    ),
    Paper::new(
        "Sener & Koltun",
        2018,
        "Multi-Task Learning as Multi-Objective Optimization",
        "https://arxiv.org/abs/1810.04650",
    ),
];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "mgda",
        label: "MGDA",
        help: "Takes the shortest weighted mean of the task gradients: no task gets worse, and the smallest gradient counts most.",
    },
    &[NORM],
).by(PAPERS);

impl Balancer for Mgda {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Gram
    }

    /// Its weights are for the losses, heads and all.
    fn weighs_heads(&self, _: &Pick) -> bool {
        true
    }

    fn reads_losses(&self, pick: &Pick) -> bool {
        by_loss(&NORM.text(NORM.clamp(pick.option(&NORM))))
    }

    fn answer(&self, seen: &BalancerContext, _random: &mut ChaCha8Rng) -> Answer {
        let solved = gram(seen).and_then(|gram| {
            let factors = factors(seen, &gram);
            let tasks = gram.tasks();
            let scaled = DMatrix::from_fn(tasks, tasks, |i, j| gram.matrix[(i, j)] * factors[i] * factors[j]);
            let mut scaled = Gram::new(&scaled)?;
            scaled.precision = gram.precision;
            // Relative to the largest gradient there, absolute here: only the lengths have a unit.
            let unit = if by_length(seen) { gram.scale.sqrt() } else { 1.0 };
            Some(min_norm(&scaled).component_mul(&factors) / unit)
        });
        solved.map_or_else(|| Answer::weights(vec![0.0; seen.tasks()]), answer)
    }
}

fn by_length(seen: &BalancerContext) -> bool {
    let norm = seen.word(&NORM);
    norm == L2.key || norm == BOTH.key
}

fn by_loss(norm: &str) -> bool {
    norm == LOSS.key || norm == BOTH.key
}

/// `1 / N`, with the lengths relative to the largest gradient.
fn factors(seen: &BalancerContext, gram: &Gram) -> DVector<f64> {
    let by_loss = by_loss(&seen.word(&NORM));
    DVector::from_fn(gram.tasks(), |k, _| {
        let loss = if by_loss { divisor(seen, k) } else { 1.0 };
        let length = if by_length(seen) && gram.norms[k] > 0.0 { gram.norms[k] } else { 1.0 };
        1.0 / loss / length
    })
}
