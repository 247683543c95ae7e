//! What an update with given task weights does to the tasks, to first order. `d = sum_k w_k g_k`;
//! every number is a product with the Gram matrix G, row-major (section 2.7.3 of the methods'
//! reference).

use super::gram::{entry, side};
use super::real::{Real, finite};

/// How fast every task's loss falls along the update, `(G w)_k = g_k · d`; below zero it rises.
/// Times the learning rate it is the decrease that plain gradient descent would see. `None` where
/// the sizes don't fit or something is not finite.
pub fn predicted_decrease<T: Real>(gram: &[T], weights: &[f64]) -> Option<Vec<f64>> {
    let tasks = side(gram).filter(|tasks| *tasks == weights.len() && *tasks > 0)?;
    let along = |k: usize| {
        let terms = weights.iter().enumerate().map(|(j, weight)| Some(entry(gram, k, j)? * weight));
        finite(terms.sum::<Option<f64>>()?)
    };
    (0..tasks).map(along).collect()
}

/// The smallest of [`predicted_decrease`]: what the update does for the task it does least for.
///
/// ```
/// let worst = mtl_core::measure::update::worst_decrease(&[1.0, -1.0, -1.0, 2.0], &[0.5, 0.5]);
/// assert_eq!(worst, Some(0.0));
/// ```
pub fn worst_decrease<T: Real>(gram: &[T], weights: &[f64]) -> Option<f64> {
    predicted_decrease(gram, weights)?.into_iter().reduce(f64::min)
}

/// The length of the combined gradient, `|d| = sqrt(w · G w)`.
pub fn norm<T: Real>(gram: &[T], weights: &[f64]) -> Option<f64> {
    // Rounding may leave the square of nothing below zero.
    product(gram, weights, weights).map(|square| square.max(0.0).sqrt())
}

/// The cosine between the combined gradient and the mean gradient. `None` where one of them is zero but for
/// the rounding of T.
pub fn alignment<T: Real>(gram: &[T], weights: &[f64]) -> Option<f64> {
    let even = vec![1.0; weights.len()];
    // The longest that either could be, had nothing cancelled.
    let longest = |weights: &[f64]| {
        super::gram::norms(gram).iter().zip(weights).map(|(norm, weight)| norm * weight.abs()).sum::<f64>()
    };
    let length = |weights: &[f64]| {
        let least = longest(weights) * (weights.len() as f64 * T::PRECISION).sqrt();
        norm(gram, weights).filter(|norm| *norm > least)
    };
    let cosine = product(gram, weights, &even)? / length(weights)? / length(&even)?;
    finite(cosine).map(|cosine| cosine.clamp(-1.0, 1.0))
}

/// `a · G b`.
fn product<T: Real>(gram: &[T], a: &[f64], b: &[f64]) -> Option<f64> {
    let along = predicted_decrease(gram, b)?;
    finite(a.iter().zip(&along).map(|(a, along)| a * along).sum())
}
