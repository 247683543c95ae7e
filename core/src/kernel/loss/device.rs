//! A group's losses of a batch and their slopes as one dispatch.

use super::LossGroup;
use super::row::loss_and_slope;
use crate::config::LossKind;
use crate::kernel::device::{DeviceTensor, Rows, UNITS, argument, empty, group, primitive, queued, resolved, tensor};
use crate::kernel::shader::total;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::{Autodiff, AutodiffBackend};
use burn::tensor::Tensor;
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::kernel::into_contiguous;
use burn_wgpu::Wgpu;

/// Everything to which a batch's losses are a number.
pub struct Batch<'a> {
    /// Per group: `[R, B, tasks * outputs]`.
    pub targets: &'a [Tensor<3>],
    /// Per group: `[R, B, tasks]`, or nothing where every row is labelled.
    pub labelled: &'a [Option<Tensor<3>>],
    /// What each task's scaled loss weighs in the sum that gradients are taken of, `[R, T]`.
    pub weights: &'a Tensor<2>,
    /// Loss scales, `[1, T]`.
    pub scales: &'a Tensor<2>,
}

/// Scaled losses of a batch, `[R, T]` in column order, as a mean over labelled rows, behind the root
/// that gradients of their *weighted* sum flow out of. The root has no numbers, so that none have to
/// be filled with its own gradient, which is one. `None` where the tensors are not what they should
/// be.
///
/// # Shapes
///
/// `outputs`, per group: `[R, B, tasks * outputs]`.
pub fn weighted_losses(groups: &[LossGroup], outputs: &[Tensor<3>], batch: &Batch) -> Option<(Tensor<2>, Tensor<2>)> {
    let (weights, scales) = (primitive(batch.weights.clone())?, primitive(batch.scales.clone())?);
    let [rows, all] = batch.weights.dims();
    let losses = empty(&weights, [rows, all]);
    let mut root: Option<<Autodiff<Wgpu> as burn::backend::BackendTypes>::FloatTensorPrimitive> = None;
    let mut first = 0;
    for (g, (group, outputs)) in groups.iter().zip(outputs).enumerate() {
        let [_, size, width] = outputs.dims();
        let tasks = group.tasks;
        let outputs = outputs.clone().try_into_primitive::<Autodiff<Wgpu>>().ok()?;
        let targets = batch.targets.get(g)?.clone().try_into_primitive::<Wgpu>().ok()?;
        let targets = Rows::of(targets, size * width);
        let labelled = match batch.labelled.get(g)? {
            Some(labelled) => Some(Rows::of(labelled.clone().try_into_primitive::<Wgpu>().ok()?, size * tasks)),
            None => None,
        };
        let node = outputs.node();
        let outputs = into_contiguous(resolved(<Autodiff<Wgpu> as AutodiffBackend>::inner(outputs)));
        let sizes = Sizes { batch: size, tasks, each: width / tasks.max(1), all, first };
        let given = Given {
            outputs: &outputs,
            targets: &targets,
            labelled: labelled.as_ref(),
            weights: &weights,
            scales: &scales,
        };
        let slopes = given.measure(group.loss, sizes, &losses);
        let value = queued(empty(&losses, [0, 0]));
        root = Some(match root {
            None => match First.prepare::<NoCheckpointing>([node]).compute_bound().stateful() {
                OpsKind::Tracked(prepared) => prepared.finish(slopes, value),
                OpsKind::UnTracked(prepared) => prepared.finish(value),
            },
            Some(before) => match Next.prepare::<NoCheckpointing>([node, before.node()]).compute_bound().stateful() {
                OpsKind::Tracked(prepared) => prepared.finish(slopes, value),
                OpsKind::UnTracked(prepared) => prepared.finish(value),
            },
        });
        first += tasks;
    }
    let root = root.map(Tensor::from_primitive::<Autodiff<Wgpu>>)?;
    Some((root, tensor(losses)))
}

struct Sizes {
    batch: usize,
    tasks: usize,
    /// Outputs of a task.
    each: usize,
    /// Tasks of all groups.
    all: usize,
    /// The group's first column among them.
    first: usize,
}

struct Given<'a> {
    outputs: &'a DeviceTensor,
    targets: &'a Rows,
    labelled: Option<&'a Rows>,
    weights: &'a DeviceTensor,
    scales: &'a DeviceTensor,
}

impl Given<'_> {
    /// Writes the losses of the group's tasks; gives the slopes of the weighted sum, `[R, B, tasks *
    /// outputs]`.
    fn measure(&self, kind: LossKind, sizes: Sizes, losses: &DeviceTensor) -> DeviceTensor {
        let Sizes { batch, tasks, each, all, first } = sizes;
        let rows = losses.meta.shape()[0];
        let slopes = empty(losses, [rows, batch, tasks * each]);
        let labelled = self.labelled.unwrap_or(self.targets);
        measure::launch(
            &losses.client,
            CubeCount::Static(tasks as u32, rows as u32, 1),
            group(),
            argument(self.outputs),
            argument(&self.targets.tensor),
            argument(&labelled.tensor),
            argument(self.weights),
            argument(self.scales),
            argument(losses),
            argument(&slopes),
            PlacesLaunch::new(batch, tasks, each, all, first, self.targets.stride, labelled.stride),
            kind,
            self.labelled.is_some(),
        );
        slopes
    }
}

/// The first group's losses. Their slopes are there already: they are what the root's gradient, one,
/// would be multiplied by.
#[derive(Debug)]
struct First;

impl Backward<Wgpu, 1> for First {
    type State = DeviceTensor;

    fn backward(self, ops: Ops<DeviceTensor, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        if let [Some(outputs)] = ops.parents {
            gradients.register::<Wgpu>(outputs.id, queued(ops.state));
        }
    }
}

/// Another group's, and those before: the root's gradient is passed on as it is.
#[derive(Debug)]
struct Next;

impl Backward<Wgpu, 2> for Next {
    type State = DeviceTensor;

    fn backward(self, ops: Ops<DeviceTensor, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let one = gradients.consume::<Wgpu>(&ops.node);
        let [outputs, before] = ops.parents;
        if let Some(outputs) = outputs {
            gradients.register::<Wgpu>(outputs.id, queued(ops.state));
        }
        if let Some(before) = before {
            gradients.register::<Wgpu>(before.id, one);
        }
    }
}

#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Places {
    batch: usize,
    /// Of the group.
    tasks: usize,
    /// Outputs of a task.
    each: usize,
    /// Tasks of all groups.
    all: usize,
    first: usize,
    targets_stride: usize,
    labelled_stride: usize,
}

/// One workgroup per task and row of the population.
#[cube(launch)]
fn measure(
    outputs: &[f32],
    targets: &[f32],
    labelled: &[f32],
    weights: &[f32],
    scales: &[f32],
    losses: &mut [f32],
    slopes: &mut [f32],
    places: Places,
    #[comptime] kind: LossKind,
    #[comptime] partly: bool,
) {
    let task = CUBE_POS_X as usize;
    let row = CUBE_POS_Y as usize;
    let mut shared = Shared::<[f32]>::new_slice(UNITS);
    let labelled_at = row * places.labelled_stride + task;
    let mut count = f32::cast_from(places.batch as u32);
    if comptime!(partly) {
        let mut own = 0.0f32;
        let mut b = UNIT_POS as usize;
        while b < places.batch {
            own += labelled[labelled_at + b * places.tasks];
            b += UNITS;
        }
        count = max(total(own, &mut shared), 1.0);
        sync_cube();
    }
    let column = row * places.all + places.first + task;
    let scale = scales[places.first + task];
    let weight = weights[column] * scale;
    let width = places.tasks * places.each;
    let mut sum = 0.0f32;
    let mut b = UNIT_POS as usize;
    while b < places.batch {
        let mut share = 1.0f32 / count;
        if comptime!(partly) {
            share *= labelled[labelled_at + b * places.tasks];
        }
        let at = b * width + task * places.each;
        let target_at = row * places.targets_stride + at;
        let at = row * places.batch * width + at;
        sum += loss_and_slope(outputs, at, targets, target_at, places.each, share, weight, slopes, kind, true);
        b += UNITS;
    }
    let sum = total(sum, &mut shared);
    if UNIT_POS == 0 {
        losses[column] = sum * scale;
    }
}
