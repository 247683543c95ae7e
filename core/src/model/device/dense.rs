//! `activation(x w + b)` as one dispatch forwards and one backwards.
//!
//! One thread per number of the result: layers are at most 128 wide and batches a few hundred rows,
//! so what counts is that all of it is one dispatch.

use super::flat::{Flat, Place};
use super::kernel::{activate, slope};
use super::{DeviceTensor, Queued, Rows, argument, empty, group, groups, queued, resolved};
use crate::config::Activation;
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
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The layer of two slots, or `None` where the tensors are not what they should be: then the caller
/// takes burn's own operations.
///
/// # Shapes
///
/// `x`: `[R, B, in]`, or `[R * tasks, B, in]` for stacked slots; gives the same with `out`.
pub fn dense(flat: &Flat, x: &Tensor<3>, weight: usize, bias: usize, activation: Activation) -> Option<Tensor<3>> {
    let slots = [weight, bias];
    let (weight, bias) = (flat.place(weight)?, flat.place(bias)?);
    let [rows, batch, from] = x.dims();
    if weight.shape != [rows, from, bias.shape[2]] {
        return None;
    }
    let Some(tracked) = &flat.tracked else {
        let x = x.clone().try_into_primitive::<Wgpu>().ok()?;
        let layer = Layer::new(flat, weight, bias, x, batch, activation);
        return Some(super::tensor(layer.forward()));
    };
    let x = x.clone().autodiff().try_into_primitive::<Autodiff<Wgpu>>().ok()?;
    let root = tracked.root.clone().try_into_primitive::<Autodiff<Wgpu>>().ok()?;
    let nodes = [x.node(), root.node()];
    let x = <Autodiff<Wgpu> as AutodiffBackend>::inner(x);
    let layer = Layer::new(flat, weight, bias, x, batch, activation);
    let y = layer.forward();
    let output = match Dense.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => {
            let (gradient, written) = (tracked.gradient.clone(), tracked.written.clone());
            prepared.finish(Kept { layer, y: y.clone(), gradient, written, slots }, queued(y))
        }
        OpsKind::UnTracked(prepared) => prepared.finish(queued(y)),
    };
    Some(Tensor::from_primitive::<Autodiff<Wgpu>>(output))
}

/// A layer and what goes into it.
#[derive(Clone, Debug)]
struct Layer {
    x: DeviceTensor,
    theta: DeviceTensor,
    rows: usize,
    sizes: [usize; 8],
    activation: Activation,
}

impl Layer {
    fn new(flat: &Flat, weight: &Place, bias: &Place, x: Queued, batch: usize, activation: Activation) -> Self {
        let [rows, from, to] = weight.shape;
        let x = Rows::of(x, batch * from);
        let sizes = [batch, from, to, weight.blocks, flat.columns(), weight.offset, bias.offset, x.stride];
        Self { x: x.tensor, theta: flat.theta.clone(), rows, sizes, activation }
    }

    fn sizes(&self) -> SizesLaunch {
        let [batch, from, to, blocks, columns, weight, bias, x_stride] = self.sizes;
        SizesLaunch::new(batch, from, to, blocks, columns, weight, bias, x_stride)
    }

    fn forward(&self) -> DeviceTensor {
        let [batch, _, to, ..] = self.sizes;
        let y = empty(&self.x, [self.rows, batch, to]);
        forward::launch(
            &self.x.client,
            groups(&self.x, self.rows * batch * to),
            group(),
            argument(&self.x),
            argument(&self.theta),
            argument(&y),
            self.sizes(),
            self.activation,
        );
        y
    }

    /// Writes the slots' gradients and gives the input's, where that is needed.
    fn backward(&self, y: &DeviceTensor, dy: &DeviceTensor, out: &DeviceTensor, add: bool, needs_x: bool) -> Option<DeviceTensor> {
        let [batch, from, to, ..] = self.sizes;
        let weights = self.rows * (from + 1) * to;
        let client = &self.x.client;
        let [x, theta, y, dy] = [&self.x, &self.theta, y, dy].map(argument);
        if !needs_x {
            let groups = groups(out, weights);
            backward_weights::launch(client, groups, group(), x, y, dy, argument(out), self.sizes(), weights, self.activation, add);
            return None;
        }
        let dx = empty(&self.x, [self.rows, batch, from]);
        let groups = groups(out, weights + self.rows * batch * from);
        backward::launch(
            client,
            groups,
            group(),
            x,
            theta,
            y,
            dy,
            argument(out),
            argument(&dx),
            self.sizes(),
            weights,
            self.activation,
            add,
        );
        Some(dx)
    }
}

/// What the backward pass needs.
#[derive(Clone, Debug)]
struct Kept {
    layer: Layer,
    y: DeviceTensor,
    /// Of the whole flat vector; the layer writes its part.
    gradient: DeviceTensor,
    written: Arc<[AtomicBool]>,
    slots: [usize; 2],
}

#[derive(Debug)]
struct Dense;

impl Backward<Wgpu, 2> for Dense {
    type State = Kept;

    fn backward(self, ops: Ops<Kept, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let [x, _] = ops.parents;
        let dy = into_contiguous(resolved(gradients.consume::<Wgpu>(&ops.node)));
        let Kept { layer, y, gradient, written, slots } = ops.state;
        // Layers that share their slots add to each other.
        let add = slots.map(|slot| written.get(slot).is_some_and(|written| written.swap(true, Ordering::Relaxed)));
        let dx = layer.backward(&y, &dy, &gradient, add[0], x.is_some());
        if let (Some(node), Some(dx)) = (x, dx) {
            gradients.register::<Wgpu>(node.id, queued(dx));
        }
    }
}

/// Where a layer's numbers stand.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Sizes {
    batch: usize,
    from: usize,
    to: usize,
    /// Matrices of the slot in a row of the flat vector.
    blocks: usize,
    /// Length of such a row.
    columns: usize,
    weight: usize,
    bias: usize,
    /// From one row's inputs to the next one's; 0 where all have the same.
    x_stride: usize,
}

/// Where the layer's weights begin for a row of the input.
#[cube]
fn weights_at(row: usize, sizes: &Sizes) -> usize {
    row / sizes.blocks * sizes.columns + sizes.weight + row % sizes.blocks * sizes.from * sizes.to
}

/// As [`weights_at`], for its biases.
#[cube]
fn biases_at(row: usize, sizes: &Sizes) -> usize {
    row / sizes.blocks * sizes.columns + sizes.bias + row % sizes.blocks * sizes.to
}

#[cube(launch)]
fn forward(x: &[f32], theta: &[f32], y: &mut [f32], sizes: Sizes, #[comptime] activation: Activation) {
    let at = ABSOLUTE_POS;
    if at >= y.len() {
        terminate!();
    }
    let (column, line) = (at % sizes.to, at / sizes.to);
    let row = line / sizes.batch;
    let x_at = row * sizes.x_stride + line % sizes.batch * sizes.from;
    let weights = weights_at(row, &sizes) + column;
    let mut sum = theta[biases_at(row, &sizes) + column];
    for i in 0..sizes.from {
        sum += x[x_at + i] * theta[weights + i * sizes.to];
    }
    y[at] = activate(sum, activation);
}

/// The gradient of one weight or bias.
#[cube]
fn weight_gradient(
    at: usize,
    x: &[f32],
    y: &[f32],
    dy: &[f32],
    gradient: &mut [f32],
    sizes: &Sizes,
    #[comptime] activation: Activation,
    #[comptime] add: bool,
) {
    let column = at % sizes.to;
    let i = at / sizes.to % (sizes.from + 1);
    let row = at / sizes.to / (sizes.from + 1);
    let first = row * sizes.batch * sizes.to + column;
    let mut sum = 0.0f32;
    let mut place = biases_at(row, sizes) + column;
    if i == sizes.from {
        for b in 0..sizes.batch {
            let at = first + b * sizes.to;
            sum += slope(dy[at], y[at], activation);
        }
    } else {
        place = weights_at(row, sizes) + i * sizes.to + column;
        let x_at = row * sizes.x_stride + i;
        for b in 0..sizes.batch {
            let at = first + b * sizes.to;
            sum += slope(dy[at], y[at], activation) * x[x_at + b * sizes.from];
        }
    }
    if comptime!(add) {
        sum += gradient[place];
    }
    gradient[place] = sum;
}

#[cube(launch)]
fn backward_weights(
    x: &[f32],
    y: &[f32],
    dy: &[f32],
    gradient: &mut [f32],
    sizes: Sizes,
    weights: usize,
    #[comptime] activation: Activation,
    #[comptime] add: bool,
) {
    if ABSOLUTE_POS < weights {
        weight_gradient(ABSOLUTE_POS, x, y, dy, gradient, &sizes, activation, add);
    }
}

#[cube(launch)]
fn backward(
    x: &[f32],
    theta: &[f32],
    y: &[f32],
    dy: &[f32],
    gradient: &mut [f32],
    dx: &mut [f32],
    sizes: Sizes,
    weights: usize,
    #[comptime] activation: Activation,
    #[comptime] add: bool,
) {
    if ABSOLUTE_POS < weights {
        weight_gradient(ABSOLUTE_POS, x, y, dy, gradient, &sizes, activation, add);
    } else {
        let at = ABSOLUTE_POS - weights;
        if at < dx.len() {
            let line = at / sizes.from;
            let from = line * sizes.to;
            let place = weights_at(line / sizes.batch, &sizes) + at % sizes.from * sizes.to;
            let mut sum = 0.0f32;
            for j in 0..sizes.to {
                sum += slope(dy[from + j], y[from + j], activation) * theta[place + j];
            }
            dx[at] = sum;
        }
    }
}
