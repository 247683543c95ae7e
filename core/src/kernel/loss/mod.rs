//! Task losses, elementwise over a group of tasks with the same loss.
//!
//! Natural units: squared error without a half (MSE), nats (cross-entropies). A task with several
//! outputs has the mean over them.

#[cfg(feature = "gpu")]
pub(super) mod device;
mod entropy;
pub(super) mod host;

pub use entropy::shares_of;
pub use host::{BatchRows, LossColumns, Of};
#[cfg(feature = "gpu")]
pub(super) mod row;

use super::host::is_host;
use crate::config::LossKind;
use burn::tensor::{Tensor, activation};

/// Tasks with losses of one kind and outputs of one width: they are computed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LossGroup {
    /// Their loss.
    pub loss: LossKind,
    /// How many tasks.
    pub tasks: usize,
}

/// Everything to which a batch's losses are a number, per group.
#[derive(Clone, Copy)]
pub struct Targets<'a> {
    /// `[R, B, tasks * outputs]`, one-hot for classes.
    pub targets: &'a [Tensor<3>],
    /// 1 where labelled, `[R, B, tasks]`; `None` where every row is.
    pub labelled: &'a [Option<Tensor<3>>],
}

/// Losses of a batch, `[R, T]` group by group, unscaled, as a mean over labelled rows.
///
/// # Shapes
///
/// `outputs`, per group: `[R, B, tasks * outputs]`.
pub fn batch_losses(groups: &[LossGroup], outputs: Vec<Tensor<3>>, batch: Targets) -> Tensor<2> {
    let losses = groups.iter().zip(outputs).enumerate().map(|(g, (group, outputs))| {
        let (targets, labelled) = (&batch.targets[g], batch.labelled[g].as_ref());
        if is_host(&outputs)
            && let Some(losses) = host::mean_losses(group.loss, &outputs, targets, labelled, group.tasks)
        {
            return losses;
        }
        operations(*group, outputs, targets, labelled)
    });
    let mut losses: Vec<_> = losses.collect();
    match losses.len() {
        1 => losses.remove(0),
        _ => Tensor::cat(losses, 1),
    }
}

/// A group's losses by burn's own operations, `[R, tasks]`.
pub(super) fn operations(
    group: LossGroup,
    outputs: Tensor<3>,
    targets: &Tensor<3>,
    labelled: Option<&Tensor<3>>,
) -> Tensor<2> {
    let rows = outputs.dims()[0];
    let each = per_row(group.loss, outputs, targets.clone(), group.tasks);
    let mean = match labelled {
        None => each.mean_dim(1),
        Some(labelled) => {
            let count = labelled.clone().sum_dim(1).clamp_min(1.0);
            (each * labelled.clone()).sum_dim(1) / count
        }
    };
    mean.reshape([rows, group.tasks])
}

/// What gradients are taken of, with a gradient of one, and the scaled losses `[R, T]`, group by group.
///
/// # Shapes
///
/// `outputs` as in [`batch_losses`]; `weights`: `[R, T]`; `scales`: `[1, T]`.
pub fn weighted_losses(
    groups: &[LossGroup],
    outputs: Vec<Tensor<3>>,
    batch: Targets,
    weights: Tensor<2>,
    scales: &Tensor<2>,
) -> (Tensor<2>, Tensor<2>) {
    #[cfg(feature = "gpu")]
    {
        let given = device::Batch { targets: batch.targets, labelled: batch.labelled, weights: &weights, scales };
        if let Some(found) = device::weighted_losses(groups, &outputs, &given) {
            return found;
        }
    }
    let losses = batch_losses(groups, outputs, batch);
    let total = (losses.clone() * (weights * scales.clone())).sum();
    (total.reshape([1, 1]), losses.inner() * scales.clone())
}

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
