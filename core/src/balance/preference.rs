//! What a preference means, and what the balancers that read one share.
//!
//! The larger a task's part, the lower its loss. Most balancers read it so: what a task is weighted by is what
//! its loss is lowered by. Others steer to a *ratio of losses*, where the larger part is the larger loss.
//! [`super::balancer::Balancer::encode_preference`] says which of the two a balancer is given; [`ratio`] makes
//! the second from the first.

pub use super::balancer::PREFERENCE;
use super::balancer::{BalancerContext, VectorSpec};
use super::numbers::{bounded, losses, vector};
use nalgebra::DVector;

/// [`PREFERENCE`] as it was given, or `1 / K` each where it is not a usable one.
pub fn preference_vector(seen: &BalancerContext) -> DVector<f64> {
    let given = seen.vector(&PREFERENCE);
    let usable = given.iter().all(|share| share.is_finite() && *share >= 0.0) && given.iter().any(|share| *share > 0.0);
    let tasks = given.len();
    if usable { DVector::from_vec(given) } else { DVector::from_element(tasks, 1.0 / tasks.max(1) as f64) }
}

/// The ideal point `z*`.
pub(crate) const IDEAL: VectorSpec = VectorSpec {
    key: "ideal",
    help: "The best loss that you think each task can have.",
    start: 0.0,
    remembered: false,
};

/// `w`: as it was given, or `1 / K` each.
pub(crate) fn preference(seen: &BalancerContext) -> Vec<f64> {
    preference_vector(seen).iter().map(|share| bounded(*share)).collect()
}

/// `L - z*`.
pub(crate) fn above_ideal(seen: &BalancerContext) -> Vec<f64> {
    losses(seen).iter().zip(vector(seen, &IDEAL)).map(|(loss, ideal)| loss - ideal).collect()
}

/// `w_k (L_k - z*_k)`.
pub(crate) fn weighted(seen: &BalancerContext) -> Vec<f64> {
    preference(seen).iter().zip(above_ideal(seen)).map(|(preference, above)| preference * above).collect()
}

/// The ratio of the losses that a preference asks for, to scale: every task's loss is to be as large
/// as all the others count together, `r_k = sum_j w_j - w_k`. Of two tasks that is the inverse of
/// their parts, of more it tells points of the simplex apart up to its edges, where inverses don't.
///
/// ```
/// use mtl_core::balance::preference::ratio;
///
/// assert_eq!(ratio(&[0.75, 0.25]), [0.25, 0.75]);
/// assert_eq!(ratio(&[1.0, 0.0, 0.0]), [0.0, 1.0, 1.0]);
/// ```
pub fn ratio(preference: &[f64]) -> Vec<f64> {
    let sum: f64 = preference.iter().sum();
    preference.iter().map(|part| sum - part).collect()
}
