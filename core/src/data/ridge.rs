//! Tasks that see many inputs along one direction per output.

use super::DrawnTask;
use super::directions::along;
use super::stats::bin;

/// A task with outputs that are each a function of one number: the product of its weights and the inputs.
pub(super) struct Ridge {
    /// Weights of each output, `[inputs]` each.
    pub weights: Vec<Vec<f64>>,
    /// Cuts between classes, of the first output; `None` for a regression.
    pub cuts: Option<Vec<f64>>,
}

impl Ridge {
    /// The task's labels: `value` of the product, and a draw of `noise` on top.
    ///
    /// # Shapes
    ///
    /// `x`: row-major `[rows, inputs]`.
    pub fn draw(&self, x: &[f32], value: impl Fn(f64) -> f64, mut noise: impl FnMut() -> f64) -> DrawnTask {
        let (mut field, mut labels) = (Vec::new(), Vec::new());
        let inputs = self.weights.first().map_or(1, Vec::len);
        for row in x.chunks_exact(inputs) {
            for (i, weights) in self.weights.iter().enumerate() {
                let clean = value(along(weights, row));
                if i == 0 {
                    field.push(clean);
                }
                let label = clean + noise();
                labels.push(self.cuts.as_ref().map_or(label as f32, |c| bin(c, label) as f32));
            }
        }
        DrawnTask { field, labels }
    }
}
