//! One optimiser step of the whole population: forward, losses, backward, aggregation, update.
//!
//! A member that asks for its tasks' gradients has one row per task (a *replica*): all share its
//! values, each sees one task's loss, so the gradient at the replicated leaf is the Jacobian.
//! Replicas come first, so that putting them together is a reshape and a sum: no member's numbers
//! are ever multiplied into another's.

use super::batch::Batch;
use super::plan::Plan;
use super::tensors::upload;
use crate::model::{Layout, Masks, Network, Params, Shape, loss};
use burn::tensor::{Device, Tensor};

/// What a step needs besides the state: fixed for a lesson but for the scales.
pub struct Frame {
    /// Rows of replicas, and tasks.
    pub replicas: usize,
    /// Tasks in column order.
    pub columns: Vec<usize>,
    /// Loss scales in column order, `[1, T]`.
    pub scales: Tensor<2>,
    /// One-hot weights of the replica rows, `[asking * T, T]`; `None` without replicas.
    one_hot: Option<Tensor<2>>,
    asking: usize,
}

impl Frame {
    /// The frame of a plan; `scales` are per task.
    pub fn new(plan: &Plan, columns: Vec<usize>, scales: &[f32], device: &Device) -> Self {
        let tasks = columns.len();
        let ordered: Vec<f32> = columns.iter().map(|k| scales.get(*k).copied().unwrap_or(1.0)).collect();
        let one_hot = (plan.asking > 0).then(|| {
            let values = (0..plan.asking * tasks).flat_map(|row| (0..tasks).map(move |c| f32::from(row % tasks == c)));
            upload(values.collect(), [plan.asking * tasks, tasks], device)
        });
        Self {
            replicas: plan.asking * tasks,
            scales: upload(ordered, [1, tasks], device),
            columns,
            one_hot,
            asking: plan.asking,
        }
    }

    /// A member tensor `[M, X]` as a row tensor `[R, X]`: asking members once per task.
    fn spread(&self, members: &Tensor<2>) -> Tensor<2> {
        let [count, width] = members.dims();
        if self.asking == 0 {
            return members.clone();
        }
        let tasks = self.columns.len();
        let asking = members.clone().slice([0..self.asking, 0..width]);
        let replicas = asking.reshape([self.asking, 1, width]).expand([self.asking, tasks, width]);
        let rest = members.clone().slice([self.asking..count, 0..width]);
        Tensor::cat(vec![replicas.reshape([self.replicas, width]), rest], 0)
    }

    /// Row losses `[R, T]` as member losses `[M, T]`: a member's replicas have equal losses.
    fn gather(&self, rows: Tensor<2>) -> Tensor<2> {
        if self.asking == 0 {
            return rows;
        }
        let [count, tasks] = rows.dims();
        let first = rows.clone().slice([0..self.replicas, 0..tasks]).reshape([self.asking, tasks, tasks]);
        let first = first.slice([0..self.asking, 0..1, 0..tasks]).reshape([self.asking, tasks]);
        Tensor::cat(vec![first, rows.slice([self.replicas..count, 0..tasks])], 0)
    }

    /// Row gradients `[R, N]` as member gradients `[M, N]`: replicas weighed and summed.
    fn combine(&self, rows: Tensor<2>, weights: &Tensor<2>) -> Tensor<2> {
        if self.asking == 0 {
            return rows;
        }
        let [count, width] = rows.dims();
        let tasks = self.columns.len();
        let jacobian = rows.clone().slice([0..self.replicas, 0..width]).reshape([self.asking, tasks, width]);
        let weights = weights.clone().slice([0..self.asking, 0..tasks]).reshape([self.asking, tasks, 1]);
        let combined = (jacobian * weights).sum_dim(1).reshape([self.asking, width]);
        Tensor::cat(vec![combined, rows.slice([self.replicas..count, 0..width])], 0)
    }
}

/// What a step found out about the gradients.
pub struct Gradients {
    /// Aggregated, `[M, N]`.
    pub combined: Tensor<2>,
    /// Losses of the batch, scaled, `[M, T]` in column order.
    pub losses: Tensor<2>,
    /// Task gradients of the first asking member, `[T, N]` in column order, scaled and unweighted.
    pub jacobian: Option<Tensor<2>>,
}

/// Losses of a batch, `[R, T]` in column order, unscaled, as a mean over labelled rows.
pub fn batch_losses(shape: &Shape, groups: Vec<Tensor<3>>, batch: &Batch) -> Tensor<2> {
    let losses = shape.groups.iter().zip(groups).enumerate().map(|(g, (group, outputs))| {
        let tasks = group.tasks.len();
        let rows = outputs.dims()[0];
        let each = loss::per_row(group.loss, outputs, batch.targets[g].clone(), tasks);
        let mean = match &batch.labelled[g] {
            None => each.mean_dim(1),
            Some(labelled) => {
                let count = labelled.clone().sum_dim(1).clamp_min(1.0);
                (each * labelled.clone()).sum_dim(1) / count
            }
        };
        mean.reshape([rows, tasks])
    });
    let mut losses: Vec<_> = losses.collect();
    match losses.len() {
        1 => losses.remove(0),
        _ => Tensor::cat(losses, 1),
    }
}

/// Forward and backward of all rows, put together per member.
///
/// # Shapes
///
/// `theta`: `[M, N]`; `weights`: `[M, T]`.
pub fn gradients(
    network: &dyn Network,
    shape: &Shape,
    frame: &Frame,
    theta: &Tensor<2>,
    weights: &Tensor<2>,
    batch: &Batch,
    masks: Option<&Masks>,
) -> Gradients {
    let params = Params::cut(&frame.spread(theta), network.layout()).tracked();
    let outputs = network.forward(&params, batch.inputs.clone(), masks, false);
    let losses = batch_losses(shape, outputs.groups, batch);
    let row_weights = match &frame.one_hot {
        None => weights.clone(),
        Some(one_hot) => {
            let [members, tasks] = weights.dims();
            Tensor::cat(vec![one_hot.clone(), weights.clone().slice([frame.asking..members, 0..tasks])], 0)
        }
    };
    let total = (losses.clone() * (row_weights * frame.scales.clone())).sum();
    let mut gradients = total.backward();
    let rows = params.gradients(&mut gradients);
    let jacobian = (frame.asking > 0).then(|| {
        let [_, width] = rows.dims();
        rows.clone().slice([0..frame.columns.len(), 0..width])
    });
    Gradients {
        combined: frame.combine(rows, weights),
        losses: frame.gather(losses.inner() * frame.scales.clone()),
        jacobian,
    }
}

/// The Gram matrix of task gradients at the shared parameters, `[T, T]`.
pub fn gram(jacobian: &Tensor<2>, layout: &Layout) -> Option<Tensor<2>> {
    let [tasks, _] = jacobian.dims();
    (layout.shared > 0).then(|| {
        let shared = jacobian.clone().slice([0..tasks, 0..layout.shared]);
        shared.clone().matmul(shared.transpose())
    })
}
