//! `activation(x w + b)` as one dispatch forwards and one backwards.
//!
//! Layers are at most 256 wide and batches a few hundred rows, so what counts is that all of it is
//! one dispatch.

use super::product::{SizesLaunch, TILE, backward, backward_weights, forward};
use crate::config::Activation;
use crate::kernel::device::{DeviceTensor, Queued, Rows, argument, empty, group, groups, queued, resolved, tensor};
use crate::kernel::flat::{Flat, Place};
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::{Autodiff, AutodiffBackend};
use burn::tensor::Tensor;
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
        return Some(tensor(layer.forward()));
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
            groups(&self.x, self.rows * batch.div_ceil(TILE) * to.div_ceil(TILE)),
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
    fn backward(&self, y: &DeviceTensor, dy: &DeviceTensor, to: &Gradient, needs_x: bool) -> Option<DeviceTensor> {
        let [batch, from, out, ..] = self.sizes;
        let weights = self.rows * from.div_ceil(TILE) * out.div_ceil(TILE);
        let inputs = self.rows * batch.div_ceil(TILE) * from.div_ceil(TILE);
        let (client, activation, add) = (&self.x.client, self.activation, to.add);
        let [x, theta, y, dy, gradient] = [&self.x, &self.theta, y, dy, to.whole].map(argument);
        if !needs_x {
            let count = groups(&self.x, weights);
            backward_weights::launch(
                client,
                count,
                group(),
                x,
                y,
                dy,
                gradient,
                self.sizes(),
                weights,
                activation,
                add,
            );
            return None;
        }
        let dx = empty(&self.x, [self.rows, batch, from]);
        let count = groups(&self.x, weights + inputs);
        let into = argument(&dx);
        let sizes = self.sizes();
        backward::launch(client, count, group(), x, theta, y, dy, gradient, into, sizes, weights, activation, add);
        Some(dx)
    }
}

/// Where a layer writes its slots' gradients.
struct Gradient<'a> {
    /// Of the whole flat vector.
    whole: &'a DeviceTensor,
    /// Whether there are some already that these are added to.
    add: bool,
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
        let dx = layer.backward(&y, &dy, &Gradient { whole: &gradient, add: add[0] }, x.is_some());
        if let (Some(node), Some(dx)) = (x, dx) {
            gradients.register::<Wgpu>(node.id, queued(dx));
        }
    }
}
