//! One optimiser step of the whole population: forward, losses, backward, aggregation, update.
//!
//! In a step that wants task gradients, a member that asks for them has one row per task (a *replica*): all share its
//! values, each sees one task's loss, so the gradient at the replicated leaf is the Jacobian.
//! Replicas come first, so that putting them together is a reshape and a sum: no member's numbers
//! are ever multiplied into another's.

use super::batch::Batch;
use super::plan::Plan;
use super::tensors::upload;
#[cfg(feature = "gpu")]
use crate::model::device;
use crate::model::{Layout, Masks, Network, Params, Shape, host, loss};
use burn::tensor::{Device, Tensor};

/// What a step needs besides the state: fixed for a lesson but for the scales.
pub struct Frame {
    /// Rows of replicas in a step that wants task gradients.
    replicas: usize,
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

    /// Whether any member asks for its tasks' gradients.
    fn asks(&self) -> bool {
        self.asking > 0
    }

    /// A member tensor `[M, X]` as a row tensor `[R, X]`: asking members once per task.
    fn spread(&self, members: &Tensor<2>) -> Tensor<2> {
        let [count, width] = members.dims();
        let tasks = self.columns.len();
        let asking = members.clone().slice([0..self.asking, 0..width]);
        let replicas = asking.reshape([self.asking, 1, width]).expand([self.asking, tasks, width]);
        let rest = members.clone().slice([self.asking..count, 0..width]);
        Tensor::cat(vec![replicas.reshape([self.replicas, width]), rest], 0)
    }

    /// As [`Frame::spread`], for `[M, B, X]`.
    fn spread_rows(&self, members: &Tensor<3>) -> Tensor<3> {
        let [count, batch, width] = members.dims();
        let rows = self.spread(&members.clone().reshape([count, batch * width]));
        let count = rows.dims()[0];
        rows.reshape([count, batch, width])
    }

    fn spread_batch(&self, batch: &Batch) -> Batch {
        let spread = |tensor: &Tensor<3>| self.spread_rows(tensor);
        Batch {
            inputs: spread(&batch.inputs),
            targets: batch.targets.iter().map(spread).collect(),
            labelled: batch.labelled.iter().map(|labelled| labelled.as_ref().map(spread)).collect(),
        }
    }

    fn spread_masks(&self, masks: &Masks) -> Masks {
        let spread = |mask: &Option<Tensor<3>>| mask.as_ref().map(|mask| self.spread_rows(mask));
        Masks {
            trunk: masks.trunk.iter().map(spread).collect(),
            heads: masks.heads.iter().map(|layers| layers.iter().map(spread).collect()).collect(),
        }
    }

    /// Row losses `[R, T]` as member losses `[M, T]`: a member's replicas have equal losses.
    fn gather(&self, rows: Tensor<2>) -> Tensor<2> {
        let [count, tasks] = rows.dims();
        let first = rows.clone().slice([0..self.replicas, 0..tasks]).reshape([self.asking, tasks, tasks]);
        let first = first.slice([0..self.asking, 0..1, 0..tasks]).reshape([self.asking, tasks]);
        Tensor::cat(vec![first, rows.slice([self.replicas..count, 0..tasks])], 0)
    }

    /// Row gradients `[R, N]` as member gradients `[M, N]`: replicas weighed and summed.
    fn combine(&self, rows: Tensor<2>, weights: &Tensor<2>) -> Tensor<2> {
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
        if host::is_host(&outputs) {
            let labelled = batch.labelled[g].as_ref();
            if let Some(losses) = host::mean_losses(group.loss, &outputs, &batch.targets[g], labelled, tasks) {
                return losses;
            }
        }
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

/// What gradients are taken of, whose own gradient is one, and the scaled losses `[R, T]` in column
/// order. `weights`: `[R, T]`; `scales`: `[1, T]`.
fn weighted_losses(
    shape: &Shape,
    groups: Vec<Tensor<3>>,
    batch: &Batch,
    weights: Tensor<2>,
    scales: &Tensor<2>,
) -> (Tensor<2>, Tensor<2>) {
    #[cfg(feature = "gpu")]
    {
        let given = device::Batch { targets: &batch.targets, labelled: &batch.labelled, weights: &weights, scales };
        if let Some(found) = device::weighted_losses(shape, &groups, &given) {
            return found;
        }
    }
    let losses = batch_losses(shape, groups, batch);
    let total = (losses.clone() * (weights * scales.clone())).sum();
    (total.reshape([1, 1]), losses.inner() * scales.clone())
}

/// The gradients of a step: with those of every task where they are wanted, else one backward pass
/// over the members themselves.
///
/// # Shapes
///
/// `theta`: `[M, N]`; `weights`: `[M, T]`.
pub fn gradients(pass: &Pass, theta: &Tensor<2>, weights: &Tensor<2>, task_gradients: bool) -> Gradients {
    let frame = pass.frame;
    let replicate = frame.one_hot.as_ref().filter(|_| task_gradients && frame.asks());
    let Some(one_hot) = replicate else {
        let (rows, losses) = pass.backward(theta, weights.clone(), pass.batch, pass.masks);
        return Gradients { combined: rows, losses, jacobian: None };
    };
    let [members, tasks] = weights.dims();
    let others = weights.clone().slice([frame.asking..members, 0..tasks]);
    let row_weights = Tensor::cat(vec![one_hot.clone(), others], 0);
    let masks = pass.masks.map(|masks| frame.spread_masks(masks));
    let (rows, losses) =
        pass.backward(&frame.spread(theta), row_weights, &frame.spread_batch(pass.batch), masks.as_ref());
    let [_, width] = rows.dims();
    let jacobian = rows.clone().slice([0..tasks, 0..width]);
    Gradients { combined: frame.combine(rows, weights), losses: frame.gather(losses), jacobian: Some(jacobian) }
}

/// What goes into a step besides what it changes.
pub struct Pass<'a> {
    /// The network.
    pub network: &'a dyn Network,
    /// Its tasks.
    pub shape: &'a Shape,
    /// The population.
    pub frame: &'a Frame,
    /// A batch for every member.
    pub batch: &'a Batch,
    /// Dropout for every member.
    pub masks: Option<&'a Masks>,
}

impl Pass<'_> {
    /// Gradients `[R, N]` and scaled losses `[R, T]` of some rows.
    fn backward(
        &self,
        theta: &Tensor<2>,
        weights: Tensor<2>,
        batch: &Batch,
        masks: Option<&Masks>,
    ) -> (Tensor<2>, Tensor<2>) {
        let params = Params::cut(theta, self.network.layout()).tracked();
        let outputs = self.network.forward(&params, batch.inputs.clone(), masks, false);
        let (total, losses) = weighted_losses(self.shape, outputs.groups, batch, weights, &self.frame.scales);
        let mut gradients = total.backward();
        (params.gradients(&mut gradients), losses)
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
