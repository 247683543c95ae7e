//! Task losses, elementwise over a group of tasks with the same loss.
//!
//! Natural units: squared error without a half (MSE), nats (cross-entropies). A task with several
//! outputs has the mean over them.

use crate::config::LossKind;
use burn::tensor::{Tensor, activation};

/// The loss of every row and task.
///
/// # Shapes
///
/// `outputs`: `[R, B, tasks * outputs]`; `targets` the same (or `[1, B, ..]`), one-hot for classes.
/// Gives `[R, B, tasks]`.
pub fn per_row(kind: LossKind, outputs: Tensor<3>, targets: Tensor<3>, tasks: usize) -> Tensor<3> {
    match kind {
        LossKind::Mse => {
            let error = outputs - targets;
            mean_outputs(error.clone() * error, tasks)
        }
        LossKind::Huber => {
            // With q = min(|e|, 1): q²/2 + (|e| - q).
            let error = (outputs - targets).abs();
            let near = error.clone().clamp_max(1.0);
            mean_outputs(near.clone() * near.clone() * 0.5 + (error - near), tasks)
        }
        // -y log s(l) - (1 - y) log s(-l), and log s(-l) = log s(l) - l.
        LossKind::Bce => outputs.clone() * (targets * -1.0 + 1.0) - activation::log_sigmoid(outputs),
        LossKind::Ce => {
            let [rows, batch, width] = outputs.dims();
            let classes = width / tasks;
            let logits = outputs.reshape([rows, batch, tasks, classes]);
            let [target_rows, ..] = targets.dims();
            let one_hot = targets.reshape([target_rows, batch, tasks, classes]);
            let picked = (activation::log_softmax(logits, 3) * one_hot).sum_dim(3);
            picked.reshape([rows, batch, tasks]) * -1.0
        }
    }
}

fn mean_outputs(x: Tensor<3>, tasks: usize) -> Tensor<3> {
    let [rows, batch, width] = x.dims();
    if width == tasks {
        return x;
    }
    x.reshape([rows, batch, tasks, width / tasks]).mean_dim(3).reshape([rows, batch, tasks])
}
