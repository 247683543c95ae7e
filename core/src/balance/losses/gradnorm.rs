//! GradNorm: gradients of equal length, but for tasks that lag behind.

use super::adam;
use crate::balance::balancer::{Answer, Balancer, BalancerContext, GramScope, Needs, VectorSpec, Vectors};
use crate::balance::numbers::{self, INITIAL_LOSSES};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// Chen et al. 2018. With `n_k` the norm of task k's gradient at the shared weights that the Gram
/// matrix was taken over (the paper: the last shared layer), `G_k = w_k n_k` should be
/// `mean(G) r_k^alpha`, where `r_k` is task k's loss relative to its first one, divided by the
/// tasks' mean of that. Weights move against `sign(G_k - target_k) n_k` and are rescaled to sum to
/// K.
///
/// The answer holds the weights after that move, so that what is shown is what is applied and
/// remembered; the paper applies them one step later.
pub(super) struct GradNorm;

const WEIGHTS: VectorSpec =
    VectorSpec { key: "weights", help: "The task weights before the step.", start: 1.0, remembered: true };

/// A step may push a weight below zero; it stays above this.
const SMALLEST: f64 = 1e-4;

const ALPHA: OptionSpec = OptionSpec {
    key: "alpha",
    label: "pull of tasks that lag",
    help: "How much longer the gradient of a task that lags behind should be; at 0 all are equally long.",
    kind: Kind::Number { min: 0.0, max: 10.0, log: false, inherits: false },
    default: 1.5,
    live: true,
};

const OPTIMISER: OptionSpec = OptionSpec {
    key: "optimiser",
    label: "optimiser of the weights",
    help: "Adam moves all weights alike; plain descent moves them as far as the gradients are long.",
    kind: Kind::Choice(optimisers),
    default: 0.0,
    live: true,
};

const ADAM: Choice = Choice { key: "adam", label: "Adam", help: "As in the paper." };
const SGD: Choice = Choice { key: "sgd", label: "plain descent", help: "Moves by the gradient times the rate." };

fn optimisers() -> Vec<Choice> {
    vec![ADAM, SGD]
}

const PAPERS: &[Paper] = &[Paper::new(
    "Chen et al.",
    2018,
    "GradNorm: Gradient Normalization for Adaptive Loss Balancing in Deep Multitask Networks",
    "https://arxiv.org/abs/1711.02257",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "gradnorm",
        label: "GradNorm",
        help: "Keeps the tasks' gradients equally long and lets those that lag behind pull harder.",
    },
    &[ALPHA, adam::RATE, OPTIMISER],
)
.by(PAPERS)
.unless(crate::balance::without_trunk);

impl Balancer for GradNorm {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Gram
    }

    fn gram_scope(&self) -> GramScope {
        GramScope::LastLayer
    }

    /// Its weights are for the losses, heads and all.
    fn weighs_heads(&self, _: &Pick) -> bool {
        true
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[WEIGHTS, INITIAL_LOSSES, adam::FIRST, adam::SECOND, adam::STEPS]
    }

    fn reads_losses(&self, _: &Pick) -> bool {
        true
    }

    fn reference(&self) -> &'static [(&'static str, f64)] {
        &[(OPTIMISER.key, 1.0)]
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        Answer::weights(moved(seen).0)
    }

    fn remember(&self, seen: &BalancerContext, answer: &Answer, _: Option<&[f64]>) -> Vectors {
        let (weights, mut remembered) = moved(seen);
        remembered.insert(WEIGHTS.key, answer.weights.clone().unwrap_or(weights));
        remembered.insert(INITIAL_LOSSES.key, numbers::initial_losses(seen));
        remembered
    }
}

/// The weights after the step, and the moments of Adam where it made it.
fn moved(seen: &BalancerContext) -> (Vec<f64>, Vectors) {
    let weights: Vec<f64> = numbers::vector(seen, &WEIGHTS).iter().map(|weight| weight.max(SMALLEST)).collect();
    let gradient = gradient(seen, &weights);
    let rate = seen.option(&adam::RATE);
    let (weights, moments) = if seen.word(&OPTIMISER) == ADAM.key {
        adam::step(seen, &weights, &gradient, rate)
    } else {
        (weights.iter().zip(&gradient).map(|(weight, slope)| weight - rate * slope).collect(), Vectors::new())
    };
    let weights: Vec<f64> = weights.iter().map(|weight| weight.max(SMALLEST)).collect();
    let scale = weights.len() as f64 / weights.iter().sum::<f64>();
    (weights.iter().map(|weight| weight * scale).collect(), moments)
}

/// The gradient of `sum_k |G_k - target_k|` by the weights, the targets held fixed.
fn gradient(seen: &BalancerContext, weights: &[f64]) -> Vec<f64> {
    let norms = norms(seen);
    let pulls: Vec<f64> = weights.iter().zip(&norms).map(|(weight, norm)| weight * norm).collect();
    let mean = pulls.iter().sum::<f64>() / pulls.len() as f64;
    let alpha = seen.option(&ALPHA);
    let targets = lags(seen).into_iter().map(|lag| mean * lag.powf(alpha));
    pulls.iter().zip(targets).zip(norms).map(|((pull, target), norm)| sign(pull - target) * norm).collect()
}

fn norms(seen: &BalancerContext) -> Vec<f64> {
    let square = |task| seen.gram.map_or(0.0, |gram| gram[(task, task)]);
    (0..seen.tasks()).map(|task| numbers::bounded(square(task)).max(0.0).sqrt()).collect()
}

/// `r_k`; one for every task where no loss says anything.
fn lags(seen: &BalancerContext) -> Vec<f64> {
    let relative = |(loss, initial): (f64, f64)| if initial > 0.0 { (loss / initial).max(0.0) } else { 0.0 };
    let ratios: Vec<f64> = numbers::losses(seen).into_iter().zip(numbers::initial_losses(seen)).map(relative).collect();
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    ratios.iter().map(|ratio| if mean > 0.0 { ratio / mean } else { 1.0 }).collect()
}

/// -1, 0 or 1; the standard library's sign of 0 is 1.
fn sign(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number.signum() }
}
