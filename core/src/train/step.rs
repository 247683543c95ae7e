//! One optimiser step of the whole population without a tape: forward, losses, backward, aggregation.
//!
//! In a step that wants task gradients, a replicated member has one row per task (a
//! *replica*): all share its values, each sees one task's loss, so the gradient at the replicated
//! leaf is the Jacobian. Replicas come first, so that putting them together is a reshape and a sum:
//! no member's numbers are ever multiplied into another's.

use super::minibatch::Batch;
use crate::kernel::loss::{LossGroup, batch_losses, weighted_losses};
use crate::kernel::tensors::upload;
use crate::model::{Network, Params, StepNoise};
use burn::tensor::{Bool, Device, Tensor};
use std::ops::Range;

/// The first members of a population with a row for every task.
pub struct Replicas {
    replicated: usize,
    tasks: usize,
    /// One-hot weights of the rows, `[replicated * T, T]`.
    one_hot: Tensor<2>,
}

impl Replicas {
    /// The first `replicated` members, of `tasks` tasks each.
    pub fn new(replicated: usize, tasks: usize, device: &Device) -> Self {
        let rows = replicated * tasks;
        let values = (0..rows).flat_map(|row| (0..tasks).map(move |c| f32::from(row % tasks == c)));
        Self { replicated, tasks, one_hot: upload(values.collect(), [rows, tasks], device) }
    }

    /// How many members have replicas.
    pub fn members(&self) -> usize {
        self.replicated
    }

    fn rows(&self) -> usize {
        self.replicated * self.tasks
    }

    /// A member tensor `[M, X]` as a row tensor `[R, X]`: replicated members once per task.
    fn spread(&self, members: &Tensor<2>) -> Tensor<2> {
        let [count, width] = members.dims();
        let first = members.clone().slice([0..self.replicated, 0..width]);
        let replicas = first.reshape([self.replicated, 1, width]).expand([self.replicated, self.tasks, width]);
        let replicas = replicas.reshape([self.rows(), width]);
        if count == self.replicated {
            return replicas;
        }
        Tensor::cat(vec![replicas, members.clone().slice([self.replicated..count, 0..width])], 0)
    }

    /// As [`Replicas::spread`], for `[M, B, X]`.
    fn spread_rows(&self, members: &Tensor<3>) -> Tensor<3> {
        let [count, batch, width] = members.dims();
        let rows = self.spread(&members.clone().reshape([count, batch * width]));
        let count = rows.dims()[0];
        rows.reshape([count, batch, width])
    }

    /// Row losses `[R, T]` as member losses `[M, T]`: a member's replicas have equal losses.
    fn gather(&self, rows: Tensor<2>) -> Tensor<2> {
        let [count, tasks] = rows.dims();
        let first = rows.clone().slice([0..self.rows(), 0..tasks]).reshape([self.replicated, tasks, tasks]);
        let first = first.slice([0..self.replicated, 0..1, 0..tasks]).reshape([self.replicated, tasks]);
        if count == self.rows() {
            return first;
        }
        Tensor::cat(vec![first, rows.slice([self.rows()..count, 0..tasks])], 0)
    }

    /// The weights of all rows, `[R, T]`, by those of the members.
    fn row_weights(&self, weights: &Tensor<2>) -> Tensor<2> {
        let [members, tasks] = weights.dims();
        if members == self.replicated {
            return self.one_hot.clone();
        }
        Tensor::cat(vec![self.one_hot.clone(), weights.clone().slice([self.replicated..members, 0..tasks])], 0)
    }

    /// The task gradients of the replicated members, `[A, T, N]` in column order, scaled and unweighted.
    pub fn jacobian(&self, rows: &Tensor<2>) -> Tensor<3> {
        let width = rows.dims()[1];
        rows.clone().slice([0..self.rows(), 0..width]).reshape([self.replicated, self.tasks, width])
    }

    /// Row gradients `[R, N]` as member gradients `[M, N]`: replicas combined, the others as they are.
    pub fn combine(&self, rows: Tensor<2>, how: &Combination) -> Tensor<2> {
        let [count, width] = rows.dims();
        let jacobian = self.jacobian(&rows);
        let sum = |range: Range<usize>, weights: &Tensor<2>| {
            let length = range.len();
            let part = jacobian.clone().slice([0..self.replicated, 0..self.tasks, range]);
            let weights = weights.clone().slice([0..self.replicated, 0..self.tasks]);
            (part * weights.reshape([self.replicated, self.tasks, 1])).sum_dim(1).reshape([self.replicated, length])
        };
        let combined = match (&how.heads, how.shared) {
            (Some(heads), 1..) => {
                let shared = how.directed(sum(0..how.shared, &how.weights));
                if how.shared == width { shared } else { Tensor::cat(vec![shared, sum(how.shared..width, heads)], 1) }
            }
            (Some(heads), 0) => sum(0..width, heads),
            (None, _) => sum(0..width, &how.weights),
        };
        if count == self.rows() {
            return combined;
        }
        Tensor::cat(vec![combined, rows.slice([self.rows()..count, 0..width])], 0)
    }
}

/// How task gradients become one gradient a member.
pub struct Combination {
    /// Task weights, `[M, T]` in column order.
    pub weights: Tensor<2>,
    /// What the heads' gradients are multiplied by, `[M, T]`; `None` where it is the weights.
    pub heads: Option<Tensor<2>>,
    /// Gradients `[A, P]` that stand instead of the weighted sum at the shared layers, and for which
    /// replicated members, `[A, 1]`.
    pub directions: Option<(Tensor<2>, Tensor<2, Bool>)>,
    /// Parameters that all tasks share; they stand first.
    pub shared: usize,
}

impl Combination {
    fn directed(&self, sum: Tensor<2>) -> Tensor<2> {
        match &self.directions {
            None => sum,
            Some((directions, directed)) => {
                let whole = directed.clone().expand(sum.dims());
                sum.mask_where(whole, directions.clone())
            }
        }
    }
}

/// What goes into a step besides what it changes.
pub struct Pass<'a> {
    /// The network.
    pub network: &'a dyn Network,
    /// Its tasks' losses.
    pub groups: &'a [LossGroup],
    /// Loss scales in column order, `[1, T]`.
    pub scales: &'a Tensor<2>,
    /// The members with a row for each task, where some have.
    pub replicas: Option<&'a Replicas>,
    /// A batch for every member.
    pub batch: &'a Batch,
    /// Dropout and what is sampled, for every member.
    pub noise: Option<&'a StepNoise>,
}

/// A forward pass before its backward pass.
pub struct Forward {
    params: Params,
    /// Outputs of all rows.
    groups: Vec<Tensor<3>>,
    /// A batch for every row.
    batch: Batch,
}

impl Pass<'_> {
    /// The outputs of all rows at some parameters, `[M, N]`.
    pub fn forward(&self, theta: &Tensor<2>) -> Forward {
        let run = |theta: &Tensor<2>, batch: Batch, noise: Option<&StepNoise>| {
            let params = Params::from_flat(theta, self.network.layout()).tracked();
            let groups = self.network.forward(&params, batch.inputs.clone(), noise, false).groups;
            Forward { params, groups, batch }
        };
        let Some(replicas) = self.replicas else { return run(theta, self.batch.clone(), self.noise) };
        let spread = |tensor: &Tensor<3>| replicas.spread_rows(tensor);
        let noise = self.noise.map(|noise| noise.map(spread));
        run(&replicas.spread(theta), self.batch.map(spread), noise.as_ref())
    }

    /// The losses of the first members at other parameters, `[n, T]`, scaled; nothing is tracked.
    pub fn losses_of_first(&self, theta: &Tensor<2>, count: usize) -> Tensor<2> {
        let columns = theta.dims()[1];
        self.losses_at(&theta.clone().slice([0..count, 0..columns]), |tensor| {
            let [_, batch, width] = tensor.dims();
            tensor.clone().slice([0..count, 0..batch, 0..width])
        })
    }

    /// The losses of the first member at several other parameters `[n, N]`, on its batch with its masks:
    /// `[n, T]`, scaled; nothing is tracked.
    pub fn losses_ahead(&self, thetas: &Tensor<2>) -> Tensor<2> {
        let count = thetas.dims()[0];
        self.losses_at(thetas, |tensor| {
            let [_, batch, width] = tensor.dims();
            tensor.clone().slice([0..1, 0..batch, 0..width]).expand([count, batch, width])
        })
    }

    fn losses_at(&self, theta: &Tensor<2>, rows: impl Fn(&Tensor<3>) -> Tensor<3>) -> Tensor<2> {
        let params = Params::from_flat(theta, self.network.layout());
        let (batch, noise) = (self.batch.map(&rows), self.noise.map(|noise| noise.map(&rows)));
        let outputs = self.network.forward(&params, batch.inputs.clone(), noise.as_ref(), false);
        batch_losses(self.groups, outputs.groups, batch.targets()) * self.scales.clone()
    }

    /// Row losses as member losses, `[M, T]`.
    fn of_members(&self, losses: Tensor<2>) -> Tensor<2> {
        match self.replicas {
            Some(replicas) => replicas.gather(losses),
            None => losses,
        }
    }
}

impl Forward {
    /// The scaled losses of all members, `[M, T]` in column order, where they are needed before the
    /// backward pass.
    pub fn losses(&self, pass: &Pass) -> Tensor<2> {
        let groups = self.groups.iter().map(|outputs| outputs.clone().inner()).collect();
        pass.of_members(batch_losses(pass.groups, groups, self.batch.targets()) * pass.scales.clone())
    }

    /// The gradients of all rows, `[R, N]`: members by their weights `[M, T]`, replicas by their task;
    /// and the scaled losses of all members, `[M, T]` in column order.
    pub fn backward(self, pass: &Pass, weights: &Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let weights = pass.replicas.map_or_else(|| weights.clone(), |replicas| replicas.row_weights(weights));
        let (total, losses) = weighted_losses(pass.groups, self.groups, self.batch.targets(), weights, pass.scales);
        let mut gradients = total.backward();
        (self.params.gradients(&mut gradients), pass.of_members(losses))
    }
}

/// The products of task gradients `[A, T, N]` over a range of columns, `[A, T, T]`.
pub fn gram(jacobian: &Tensor<3>, columns: Range<usize>) -> Tensor<3> {
    let [replicated, tasks, _] = jacobian.dims();
    let part = jacobian.clone().slice([0..replicated, 0..tasks, columns]);
    part.clone().matmul(part.transpose())
}
