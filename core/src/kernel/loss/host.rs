//! A group's losses of a batch as one node of the autodiff graph.

use super::entropy::{classify, logistic, logistic_slope};
use crate::config::LossKind;
use crate::kernel::host::{HostTensor, Numbers};
use crate::kernel::loops::{Factor, add_columns, four, put};
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::{Autodiff, AutodiffBackend, Flex};
use burn::tensor::{Tensor, TensorData};
use wide::f32x4;

/// Task losses as a mean over a batch's labelled rows, or `None` where the tensors are not what
/// they should be.
///
/// # Shapes
///
/// `outputs` and `targets`: `[R, B, tasks * outputs]`, `labelled`: `[R, B, tasks]`; gives
/// `[R, tasks]`.
pub fn mean_losses(
    kind: LossKind,
    outputs: &Tensor<3>,
    targets: &Tensor<3>,
    labelled: Option<&Tensor<3>>,
    tasks: usize,
) -> Option<Tensor<2>> {
    let [rows, batch, width] = outputs.dims();
    let sizes = Sizes { rows, batch, tasks, outputs: width / tasks.max(1) };
    let outputs = outputs.clone().try_into_primitive::<Autodiff<Flex>>().ok()?;
    let on_host = |tensor: &Tensor<3>| tensor.clone().try_into_primitive::<Flex>().ok();
    let targets = on_host(targets)?;
    let labelled = match labelled {
        Some(labelled) => Some(on_host(labelled)?),
        None => None,
    };
    let node = outputs.node();
    let outputs = <Autodiff<Flex> as AutodiffBackend>::inner(outputs);
    let (losses, slopes) = measure(kind, sizes, &outputs, &targets, labelled.as_ref());
    let losses = HostTensor::from_data(TensorData::new(losses, [rows, tasks]));
    let losses = match MeanLosses.prepare::<NoCheckpointing>([node]).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => prepared.finish(Kept { sizes, slopes }, losses),
        OpsKind::UnTracked(prepared) => prepared.finish(losses),
    };
    Some(Tensor::from_primitive::<Autodiff<Flex>>(losses))
}

#[derive(Clone, Copy, Debug)]
struct Sizes {
    rows: usize,
    batch: usize,
    tasks: usize,
    /// Of one task.
    outputs: usize,
}

/// Losses `[R, tasks]`, and their derivatives by the outputs `[R, B, tasks * outputs]`.
fn measure(
    kind: LossKind,
    sizes: Sizes,
    outputs: &HostTensor,
    targets: &HostTensor,
    labelled: Option<&HostTensor>,
) -> (Vec<f32>, Vec<f32>) {
    let Sizes { rows, batch, tasks, outputs: each } = sizes;
    let width = tasks * each;
    let (outputs, targets) = (Numbers::of(outputs, batch * width), Numbers::of(targets, batch * width));
    let labelled = labelled.map(|labelled| Numbers::of(labelled, batch * tasks));
    let (outputs, targets, labelled) = (outputs.rows(), targets.rows(), labelled.as_ref().map(Numbers::rows));
    let mut losses = vec![0.0; rows * tasks];
    let mut slopes = vec![0.0; rows * batch * width];
    let (mut weights, mut memory) = (Vec::new(), Vec::new());
    let columns = LossColumns { kind, tasks, each, stride: width };
    columns.weigh_rows(None, batch, &mut weights);
    for (row, losses) in losses.chunks_exact_mut(tasks).enumerate() {
        if let Some(labelled) = &labelled {
            columns.weigh_rows(Some(labelled.row(row)), batch, &mut weights);
        }
        let slopes = &mut slopes[row * batch * width..(row + 1) * batch * width];
        let rows = BatchRows { outputs: outputs.row(row), targets: targets.row(row), weights: &weights };
        columns.measure((rows, Of::Losses), slopes, losses, &mut memory);
    }
    (losses, slopes)
}

/// Tasks with losses of one kind whose outputs stand side by side in the rows of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LossColumns {
    /// Their loss.
    pub kind: LossKind,
    /// How many tasks.
    pub tasks: usize,
    /// Outputs of a task.
    pub each: usize,
    /// From one row of the batch to the next: the outputs, and maybe a padding of finite numbers.
    pub stride: usize,
}

/// One member's batch, `[B, stride]` each.
#[derive(Clone, Copy)]
pub struct BatchRows<'a> {
    /// What the network says.
    pub outputs: &'a [f32],
    /// What is right; one-hot for classes.
    pub targets: &'a [f32],
    /// What each weighs in its task's mean, see [`LossColumns::weigh_rows`].
    pub weights: &'a [f32],
}

/// What is wanted of losses besides their derivatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The losses.
    Losses,
    /// Whether they are finite: numbers that are where the losses are.
    Finiteness,
}

impl LossColumns {
    /// The losses of one member's tasks, `[tasks]`, or what else is wanted of them, and their derivatives by its
    /// outputs, `[B, stride]`. `memory` is used on the way.
    pub fn measure(self, (rows, of): (BatchRows, Of), slopes: &mut [f32], losses: &mut [f32], memory: &mut Vec<f32>) {
        memory.clear();
        memory.resize(rows.outputs.len() + self.stride, 0.0);
        let (each_loss, sums) = memory.split_at_mut(rows.outputs.len());
        self.weighted((rows, of), slopes, each_loss);
        if of == Of::Finiteness {
            let fours = each_loss.chunks(4).map(four);
            losses.fill(0.0);
            losses[..1].fill(fours.fold(f32x4::ZERO, |sum, loss| sum + loss).reduce_add());
            return;
        }
        let all = Factor { values: each_loss, stride: self.stride };
        add_columns(all, rows.outputs.len() / self.stride.max(1), sums);
        losses.iter_mut().zip(sums.chunks_exact(self.each)).for_each(|(loss, sums)| *loss = sums.iter().sum());
    }

    /// What each output at each row of the batch weighs in its task's mean, `[B, stride]`: a mean over all rows, or
    /// over those with a label, `[B, tasks]`.
    pub fn weigh_rows(self, labelled: Option<&[f32]>, batch: usize, weights: &mut Vec<f32>) {
        weights.clear();
        weights.resize(batch * self.stride, 0.0);
        let mut counts = vec![if labelled.is_none() { batch as f32 } else { 0.0 }; self.tasks];
        for line in labelled.unwrap_or_default().chunks_exact(self.tasks) {
            counts.iter_mut().zip(line).for_each(|(count, labelled)| *count += labelled);
        }
        for (row, weights) in weights.chunks_exact_mut(self.stride.max(1)).enumerate() {
            let own = labelled.and_then(|labelled| labelled.get(row * self.tasks..));
            for (t, weights) in weights.chunks_exact_mut(self.each).take(self.tasks).enumerate() {
                let there = own.and_then(|own| own.get(t)).copied().unwrap_or(1.0);
                weights.fill(there / (counts[t].max(1.0) * self.each as f32));
            }
        }
    }

    /// The loss of every output and its derivative, times what the output weighs; see [`super::per_row`].
    fn weighted(self, (rows, of): (BatchRows, Of), slopes: &mut [f32], losses: &mut [f32]) {
        match self.kind {
            LossKind::Mse => in_fours(rows, slopes, losses, |output, target| {
                let error = output - target;
                (error + error, error * error)
            }),
            LossKind::Huber => in_fours(rows, slopes, losses, |output, target| {
                let (error, one) = (output - target, f32x4::ONE);
                let near = error.simd_gt(one).select(one, error);
                let near = near.simd_lt(-one).select(-one, near);
                (near, near * (error - f32x4::splat(0.5) * near))
            }),
            LossKind::Bce => match (of, self.stride, self.tasks * self.each) {
                // Exponentials are dear: none for padding.
                (Of::Losses, 4, 1) => packed::<1>(rows, slopes, losses, logistic),
                (Of::Losses, 4, 2) => packed::<2>(rows, slopes, losses, logistic),
                (Of::Losses, ..) => in_fours(rows, slopes, losses, logistic),
                (Of::Finiteness, 4, 1) => packed::<1>(rows, slopes, losses, logistic_slope),
                (Of::Finiteness, 4, 2) => packed::<2>(rows, slopes, losses, logistic_slope),
                (Of::Finiteness, ..) => in_fours(rows, slopes, losses, logistic_slope),
            },
            LossKind::Ce => {
                let lines = |of| <[f32]>::chunks_exact(of, self.stride.max(1));
                let given = lines(rows.outputs).zip(lines(rows.targets)).zip(lines(rows.weights));
                let found = slopes.chunks_exact_mut(self.stride).zip(losses.chunks_exact_mut(self.stride));
                for (((outputs, targets), weights), (slopes, losses)) in given.zip(found) {
                    for at in (0..self.tasks * self.each).step_by(self.each) {
                        let own = at..at + self.each;
                        // Its sum over the classes counts, not the mean.
                        let weight = weights[at] * self.each as f32;
                        let (slopes, losses) = (&mut slopes[own.clone()], &mut losses[own.clone()]);
                        classify(&outputs[own.clone()], &targets[own], weight, slopes, losses);
                    }
                }
            }
        }
    }
}

/// Applies a loss to four outputs at a time, of which it gives slope and loss; what is left over is filled up with
/// zeros.
#[inline(always)]
fn in_fours(rows: BatchRows, slopes: &mut [f32], losses: &mut [f32], loss: impl Fn(f32x4, f32x4) -> (f32x4, f32x4)) {
    let given = rows.outputs.chunks(4).zip(rows.targets.chunks(4)).zip(rows.weights.chunks(4));
    for (((outputs, targets), weights), (slopes, losses)) in given.zip(slopes.chunks_mut(4).zip(losses.chunks_mut(4))) {
        let weight = four(weights);
        let (slope, loss) = loss(four(outputs), four(targets));
        put(slope * weight, slopes);
        put(loss * weight, losses);
    }
}

/// The same for rows of which the first `USED` of four numbers are used, one or two: only of these, so that a row's
/// padding costs nothing. What stands for it is left as it is.
#[inline(always)]
fn packed<const USED: usize>(
    rows: BatchRows,
    slopes: &mut [f32],
    losses: &mut [f32],
    loss: impl Fn(f32x4, f32x4) -> (f32x4, f32x4),
) {
    // The place among so many rows of four of the k-th number that is used.
    let place = |k: usize| 4 * (k / USED) + k % USED;
    let length = 16 / USED;
    let given = rows.outputs.chunks(length).zip(rows.targets.chunks(length)).zip(rows.weights.chunks(length));
    let found = slopes.chunks_mut(length).zip(losses.chunks_mut(length));
    for (((outputs, targets), weights), (slopes, losses)) in given.zip(found) {
        let last = place(3);
        let used = |of: &[f32]| match of.get(last) {
            Some(fourth) => f32x4::new([of[0], of[place(1)], of[place(2)], *fourth]),
            None => f32x4::new(std::array::from_fn(|k| of.get(place(k)).copied().unwrap_or(0.0))),
        };
        let put = |four: f32x4, to: &mut [f32]| {
            let [a, b, c, d] = four.to_array();
            match to.get_mut(last) {
                Some(fourth) => {
                    *fourth = d;
                    (to[0], to[place(1)], to[place(2)]) = (a, b, c);
                }
                None => [a, b, c].iter().enumerate().for_each(|(k, number)| {
                    to.get_mut(place(k)).into_iter().for_each(|to| *to = *number);
                }),
            }
        };
        let weight = used(weights);
        let (slope, loss) = loss(used(outputs), used(targets));
        put(slope * weight, slopes);
        put(loss * weight, losses);
    }
}

#[derive(Clone, Debug)]
struct Kept {
    sizes: Sizes,
    slopes: Vec<f32>,
}

#[derive(Debug)]
struct MeanLosses;

impl Backward<Flex, 1> for MeanLosses {
    type State = Kept;

    fn backward(self, ops: Ops<Kept, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let [outputs] = ops.parents;
        let gradient = gradients.consume::<Flex>(&ops.node);
        let Some(outputs) = outputs else { return };
        let Kept { sizes: Sizes { rows, batch, tasks, outputs: each }, mut slopes } = ops.state;
        let gradient = Numbers::of(&gradient, tasks);
        let mut factors = Vec::with_capacity(tasks * each);
        for (row, slopes) in slopes.chunks_exact_mut(batch * tasks * each).enumerate() {
            factors.clear();
            factors.extend(gradient.rows().row(row).iter().flat_map(|factor| std::iter::repeat_n(factor, each)));
            for slopes in slopes.chunks_exact_mut(factors.len()) {
                slopes.iter_mut().zip(&factors).for_each(|(slope, factor)| *slope *= factor);
            }
        }
        let slopes = HostTensor::from_data(TensorData::new(slopes, [rows, batch, tasks * each]));
        gradients.register::<Flex>(outputs.id, slopes);
    }
}
