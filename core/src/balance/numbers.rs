//! Numbers a task, made safe to compute with.

use crate::balance::balancer::{BalancerContext, VectorSpec};

/// Added to a loss before its logarithm or its inverse is taken.
pub(crate) const EPSILON: f64 = 1e-8;

/// No number counts as larger: the square of this one, times a few tasks, is still finite.
const LARGEST: f64 = 1e150;

/// A first loss below this is none: dividing by it would say nothing.
const SMALLEST_INITIAL: f64 = 1e-12;

/// The losses before the first update. A loss of 0 stands for 'not seen yet'.
pub(crate) const INITIAL_LOSSES: VectorSpec = VectorSpec {
    key: "initial_losses",
    help: "The losses before the first step; where one is 0, the next step's loss is taken.",
    start: 0.0,
    remembered: true,
};

/// The nearest number that can be computed with; 0 for one that is none.
pub(crate) fn bounded(number: f64) -> f64 {
    if number.is_nan() { 0.0 } else { number.clamp(-LARGEST, LARGEST) }
}

/// The losses, one a task.
pub(crate) fn losses(seen: &BalancerContext) -> Vec<f64> {
    (0..seen.tasks()).map(|task| seen.losses.get(task).map_or(0.0, |loss| bounded(*loss))).collect()
}

/// A vector of the balancer, one number a task.
pub(crate) fn vector(seen: &BalancerContext, spec: &VectorSpec) -> Vec<f64> {
    seen.vector(spec).into_iter().map(bounded).collect()
}

/// The initial losses; the present ones where there are none yet.
pub(crate) fn initial_losses(seen: &BalancerContext) -> Vec<f64> {
    let known = |(initial, loss): (f64, f64)| if initial >= SMALLEST_INITIAL { initial } else { loss };
    vector(seen, &INITIAL_LOSSES).into_iter().zip(losses(seen)).map(known).collect()
}

/// `ln(x + 1e-8)`, with numbers below zero read as zero: a logarithm needs positive losses.
pub(crate) fn log(number: f64) -> f64 {
    (number.max(0.0) + EPSILON).ln()
}

/// `exp(x_k) / sum_j exp(x_j)`; the largest is subtracted first, so that nothing overflows.
pub(crate) fn softmax(numbers: &[f64]) -> Vec<f64> {
    let largest = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = numbers.iter().map(|number| (number - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

/// `sum_k a_k b_k`.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A vector's length.
pub(crate) fn norm(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

/// A vector at length one; `None` for one without a direction. Divided by its largest number first:
/// the square of a tiny one is zero.
pub(crate) fn unit(vector: &[f64]) -> Option<Vec<f64>> {
    let largest = vector.iter().fold(0.0, |largest, number| number.abs().max(largest));
    // So small a number has no finite inverse.
    if largest < f64::MIN_POSITIVE {
        return None;
    }
    let scaled: Vec<f64> = vector.iter().map(|number| number / largest).collect();
    let length = norm(&scaled);
    Some(scaled.iter().map(|number| number / length).collect())
}
