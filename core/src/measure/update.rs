//! What the combined gradient of a step does to the tasks, to first order: its products with the task
//! gradients and with itself. Under a balancer that answers with
//! task weights they are `G w` and `w · G w`; others have a direction of their own.

use super::gram::{norms, side};
use super::real::{Real, finite};

/// The combined gradient d at the shared layers, as the optimiser gets it.
///
/// ```
/// use mtl_core::measure::update::Combined;
///
/// // The mean of (1, 0) and (-1, 1) is (0, .5): nothing for the first task.
/// let combined = Combined { along: vec![0.0, 0.5], square: 0.25 };
/// assert_eq!(combined.decrease(), [Some(0.0), Some(0.5)]);
/// assert_eq!(combined.norm(), Some(0.5));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Combined {
    /// Per task: `g_k · d`; no number for a task without a gradient.
    pub along: Vec<f64>,
    /// `d · d`.
    pub square: f64,
}

impl Combined {
    /// How fast every task's loss falls along the combined gradient; below zero it rises. Times the
    /// learning rate it is the decrease that plain gradient descent would see.
    pub fn decrease(&self) -> Vec<Option<f64>> {
        self.along.iter().copied().map(finite).collect()
    }

    /// Its length, `|d|`.
    pub fn norm(&self) -> Option<f64> {
        // Rounding may leave the square of nothing below zero.
        finite(self.square).map(|square| square.max(0.0).sqrt())
    }

    /// The cosine between it and the mean of the task gradients of the Gram matrix, row-major. `None` where
    /// one of them is zero but for the rounding of T, or the sizes don't fit.
    pub fn alignment<T: Real>(&self, gram: &[T]) -> Option<f64> {
        let tasks = side(gram).filter(|tasks| *tasks == self.along.len() && *tasks > 0)?;
        // The longest that a sum of the gradients could be, had nothing cancelled.
        let longest = norms(gram).iter().sum::<f64>();
        let all = gram.iter().map(|entry| (*entry).into()).sum::<f64>().max(0.0).sqrt();
        let all = Some(all).filter(|all| *all > longest * (tasks as f64 * T::PRECISION).sqrt())?;
        let own = self.norm().filter(|own| *own > longest * T::PRECISION)?;
        finite(self.along.iter().sum::<f64>() / own / all).map(|cosine| cosine.clamp(-1.0, 1.0))
    }
}
