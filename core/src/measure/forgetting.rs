//! What a task loses while a later one is learned: in curriculum, transfer and progressive training.

use super::real::{finite, mean};

/// How much a task has forgotten: its loss after the last stage, less the lowest since its own
/// (Chaudhry et al. 2018, for losses instead of accuracies). Below zero the later tasks have helped.
///
/// `losses` are the task's own, after the stage that trained it and after every later one, in order.
/// `None` before there is a later stage, and where a loss is not finite.
///
/// ```
/// assert_eq!(mtl_core::measure::forgetting::forgetting(&[0.5, 0.25, 1.0]), Some(0.75));
/// ```
pub fn forgetting(losses: &[f64]) -> Option<f64> {
    let (last, earlier) = losses.split_last()?;
    if !earlier.iter().all(|loss| loss.is_finite()) {
        return None;
    }
    finite(last - earlier.iter().copied().reduce(f64::min)?)
}

/// The mean over tasks of [`forgetting`]. The task that was trained last has nothing to forget and
/// doesn't count; `None` if that leaves none, and where a loss is not finite.
pub fn mean_forgetting<L: AsRef<[f64]>>(tasks: &[L]) -> Option<f64> {
    let over = tasks.iter().map(AsRef::as_ref).filter(|losses| losses.len() > 1);
    mean(over.map(|losses| forgetting(losses).unwrap_or(f64::NAN)))
}
