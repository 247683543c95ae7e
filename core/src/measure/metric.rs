//! What is said of a task apart from its loss: how often it is right, or how far off it is.

use crate::config::LossKind;

/// The name of a task's metric: `accuracy` for classes, `error` for numbers (the root of the mean
/// squared error, in the target's own units).
pub fn metric_name(loss: LossKind) -> &'static str {
    if loss.is_regression() { "error" } else { "accuracy" }
}

/// Whether more is better.
pub fn higher_is_better(loss: LossKind) -> bool {
    !loss.is_regression()
}

/// The metric from what the engine adds up: rows with the right class, over rows; or squared errors,
/// over rows times outputs. `None` where nothing was added up.
///
/// ```
/// use mtl_core::{config::LossKind, measure::metric::metric};
///
/// assert_eq!(metric(LossKind::Bce, 3.0, 4), Some(0.75));
/// assert_eq!(metric(LossKind::Mse, 36.0, 4), Some(3.0));
/// ```
pub fn metric(loss: LossKind, sum: f64, count: usize) -> Option<f64> {
    if count == 0 {
        return None;
    }
    let mean = sum / count as f64;
    Some(if loss.is_regression() { mean.sqrt() } else { mean })
}
