//! A group's losses of a batch as one node of the autodiff graph.

use crate::config::LossKind;
use crate::kernel::host::{HostTensor, Numbers};
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
    let mut row_losses = vec![0.0; batch * width];
    let mut weights = vec![1.0 / (batch * each) as f32; batch * width];
    for (row, losses) in losses.chunks_exact_mut(tasks).enumerate() {
        if let Some(labelled) = &labelled {
            row_weights(labelled.row(row), tasks, each, &mut weights);
        }
        let slopes = &mut slopes[row * batch * width..(row + 1) * batch * width];
        let (outputs, targets) = (outputs.row(row), targets.row(row));
        loss_and_slope(kind, each, outputs, targets, slopes, &mut row_losses);
        slopes.iter_mut().zip(&weights).for_each(|(slope, weight)| *slope *= weight);
        row_losses.iter_mut().zip(&weights).for_each(|(loss, weight)| *loss *= weight);
        for line in row_losses.chunks_exact(width) {
            losses
                .iter_mut()
                .zip(line.chunks_exact(each))
                .for_each(|(loss, row_losses)| *loss += row_losses.iter().sum::<f32>());
        }
    }
    (losses, slopes)
}

/// What each output at each row of the batch weighs in its task's mean.
fn row_weights(labelled: &[f32], tasks: usize, each: usize, weights: &mut [f32]) {
    let mut counts = vec![0.0; tasks];
    for line in labelled.chunks_exact(tasks) {
        counts.iter_mut().zip(line).for_each(|(count, labelled)| *count += labelled);
    }
    let outputs = labelled.iter().enumerate().zip(weights.chunks_exact_mut(each));
    outputs.for_each(|((i, labelled), weights)| weights.fill(labelled / (counts[i % tasks].max(1.0) * each as f32)));
}

/// The loss of every output and its derivative, times the number of a task's outputs: what is
/// shared out is a mean; see [`super::per_row`].
fn loss_and_slope(
    kind: LossKind,
    each: usize,
    outputs: &[f32],
    targets: &[f32],
    slopes: &mut [f32],
    row_losses: &mut [f32],
) {
    let all = outputs.iter().zip(targets).zip(slopes.iter_mut().zip(row_losses.iter_mut()));
    match kind {
        LossKind::Mse => all.for_each(|((output, target), (slope, loss))| {
            let error = output - target;
            *slope = 2.0 * error;
            *loss = error * error;
        }),
        LossKind::Huber => all.for_each(|((output, target), (slope, loss))| {
            let error = output - target;
            let near = error.clamp(-1.0, 1.0);
            *slope = near;
            *loss = near * (error - 0.5 * near);
        }),
        LossKind::Bce => in_fours(outputs, targets, slopes, row_losses, logistic),
        LossKind::Ce => {
            let lines = outputs.chunks_exact(each).zip(targets.chunks_exact(each));
            let results = slopes.chunks_exact_mut(each).zip(row_losses.chunks_exact_mut(each));
            for ((logits, targets), (slopes, row_losses)) in lines.zip(results) {
                classify(logits, targets, slopes, row_losses);
            }
        }
    }
}

/// Applies a loss to four outputs at a time; what is left over is filled up with zeros.
#[inline]
fn in_fours(
    outputs: &[f32],
    targets: &[f32],
    slopes: &mut [f32],
    row_losses: &mut [f32],
    loss: impl Fn(f32x4, f32x4) -> (f32x4, f32x4),
) {
    let lines = outputs.chunks(4).zip(targets.chunks(4));
    for ((outputs, targets), (slopes, row_losses)) in lines.zip(slopes.chunks_mut(4).zip(row_losses.chunks_mut(4))) {
        let (slope, loss) = loss(four(outputs), four(targets));
        slopes.iter_mut().zip(slope.to_array()).for_each(|(slope, value)| *slope = value);
        row_losses.iter_mut().zip(loss.to_array()).for_each(|(loss, value)| *loss = value);
    }
}

#[inline]
fn four(values: &[f32]) -> f32x4 {
    match values.first_chunk::<4>() {
        Some(whole) => f32x4::from(*whole),
        None => f32x4::from(std::array::from_fn(|i| values.get(i).copied().unwrap_or(0.0))),
    }
}

/// Slope and loss of logits against targets of 0 and 1. A logit that is no number gives such a loss.
#[inline]
fn logistic(logit: f32x4, target: f32x4) -> (f32x4, f32x4) {
    let one = f32x4::ONE;
    let small = (-logit.abs()).exp();
    let sigmoid = logit.simd_lt(f32x4::ZERO).select(small, one) / (one + small);
    (sigmoid - target, logit.max(f32x4::ZERO) - logit * target + (one + small).ln())
}

/// Cross-entropy of one row of the batch. Its sum over the classes counts, not the mean.
fn classify(logits: &[f32], targets: &[f32], slopes: &mut [f32], row_losses: &mut [f32]) {
    let classes = logits.len() as f32;
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - largest).exp()).sum();
    let whole = largest + sum.ln();
    for ((logit, target), (slope, loss)) in logits.iter().zip(targets).zip(slopes.iter_mut().zip(row_losses)) {
        *slope = ((logit - largest).exp() / sum - target) * classes;
        *loss = target * (whole - logit) * classes;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logistic_loss_is_the_formula_near_zero_and_far_from_it() {
        for i in -4000..=4000 {
            let logit = i as f32 * 0.025;
            for target in [0.0, 1.0] {
                let (slope, loss) = logistic(f32x4::splat(logit), f32x4::splat(target));
                let l = f64::from(logit);
                let want = l.max(0.0) - l * f64::from(target) + (-l.abs()).exp().ln_1p();
                let sigmoid = 1.0 / (1.0 + (-l).exp());
                assert!((f64::from(loss.to_array()[0]) - want).abs() < 1e-6 + 1e-6 * want, "loss at {logit}");
                assert!(
                    (f64::from(slope.to_array()[0]) - (sigmoid - f64::from(target))).abs() < 2e-7,
                    "slope at {logit}"
                );
            }
        }
    }

    #[test]
    fn a_logit_that_is_no_number_has_such_a_loss() {
        for target in [0.0, 1.0] {
            let (_, loss) = logistic(f32x4::splat(f32::NAN), f32x4::splat(target));
            assert!(loss.to_array()[0].is_nan());
            let (_, loss) = logistic(f32x4::splat(f32::INFINITY), f32x4::splat(target));
            assert!(!loss.to_array()[0].is_finite());
        }
    }
}
