//! `activation(x w + b)` as one node of the autodiff graph.

use crate::config::Activation;
use crate::kernel::activations::slope;
use crate::kernel::host::{HostTensor, Numbers, in_order, stands_once};
use crate::kernel::loops::{self, Factor, Finish, Panel, Product, multiply, multiply_transposed, transpose};
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::{Autodiff, AutodiffBackend, Flex};
use burn::tensor::{Tensor, TensorData};

/// The layer, or `None` where the tensors are not what they should be: then the caller takes
/// burn's own operations.
///
/// # Shapes
///
/// `x`: `[R, B, in]`, `w`: `[R, in, out]`, `b`: `[R, 1, out]`; gives `[R, B, out]`.
pub fn dense(x: &Tensor<3>, w: &Tensor<3>, b: &Tensor<3>, activation: Activation) -> Option<Tensor<3>> {
    let sizes = Sizes::of(x, w);
    if !w.is_autodiff() {
        let [x, w, b] = [x, w, b].map(|t| t.clone().inner().try_into_primitive::<Flex>().ok());
        let y = forward(sizes, &x?, &w?, &b?, activation);
        return Some(Tensor::from_primitive::<Flex>(y));
    }
    let [x, w, b] = [x, w, b].map(|t| t.clone().autodiff().try_into_primitive::<Autodiff<Flex>>().ok());
    let (x, w, b) = (x?, w?, b?);
    let nodes = [x.node(), w.node(), b.node()];
    let [x, w, b] = [x, w, b].map(<Autodiff<Flex> as AutodiffBackend>::inner);
    // The backward pass needs it again: put in order once.
    let x = if stands_once(&x, sizes.batch * sizes.from) { x } else { in_order(x) };
    let y = forward(sizes, &x, &w, &b, activation);
    let output = match Dense.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => prepared.finish(Kept { sizes, x, w, y: y.clone(), activation }, y),
        OpsKind::UnTracked(prepared) => prepared.finish(y),
    };
    Some(Tensor::from_primitive::<Autodiff<Flex>>(output))
}

#[derive(Clone, Copy, Debug)]
struct Sizes {
    rows: usize,
    batch: usize,
    from: usize,
    to: usize,
}

impl Sizes {
    fn of(x: &Tensor<3>, w: &Tensor<3>) -> Self {
        let [rows, batch, from] = x.dims();
        Self { rows, batch, from, to: w.dims()[2] }
    }

    fn tensor(shape: [usize; 3], values: Vec<f32>) -> HostTensor {
        HostTensor::from_data(TensorData::new(values, shape))
    }
}

fn forward(sizes: Sizes, x: &HostTensor, w: &HostTensor, b: &HostTensor, activation: Activation) -> HostTensor {
    let Sizes { rows, batch, from, to } = sizes;
    let (x, w, b) = (Numbers::of(x, batch * from), Numbers::of(w, from * to), Numbers::of(b, to));
    let (x, w, b) = (x.rows(), w.rows(), b.rows());
    let mut y = vec![0.0; rows * batch * to];
    let mut panel = Panel::new();
    for row in 0..rows {
        let mut out = Product { values: &mut y[row * batch * to..(row + 1) * batch * to], stride: to, room: to };
        let x = Factor { values: x.row(row), stride: from };
        let finish = Finish::Activation(activation);
        let sizes = loops::Sizes { m: batch, k: from, n: to };
        multiply(sizes, x, w.row(row), b.row(row), &mut out, finish, &mut panel);
    }
    Sizes::tensor([rows, batch, to], y)
}

/// What the backward pass needs.
#[derive(Clone, Debug)]
struct Kept {
    sizes: Sizes,
    x: HostTensor,
    w: HostTensor,
    y: HostTensor,
    activation: Activation,
}

#[derive(Debug)]
struct Dense;

impl Backward<Flex, 3> for Dense {
    type State = Kept;

    fn backward(self, ops: Ops<Kept, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let [x, w, b] = ops.parents;
        let gradient = gradients.consume::<Flex>(&ops.node);
        let back = back(&ops.state, &gradient, x.is_some());
        if let (Some(node), Some(dx)) = (x, back.x) {
            gradients.register::<Flex>(node.id, dx);
        }
        if let Some(node) = w {
            gradients.register::<Flex>(node.id, back.w);
        }
        if let Some(node) = b {
            gradients.register::<Flex>(node.id, back.b);
        }
    }
}

struct Back {
    x: Option<HostTensor>,
    w: HostTensor,
    b: HostTensor,
}

fn back(kept: &Kept, gradient: &HostTensor, needs_x: bool) -> Back {
    let Sizes { rows, batch, from, to } = kept.sizes;
    let (x, w) = (Numbers::of(&kept.x, batch * from), Numbers::of(&kept.w, from * to));
    let (y, gradient) = (Numbers::of(&kept.y, batch * to), Numbers::of(gradient, batch * to));
    let (x, w, y, gradient) = (x.rows(), w.rows(), y.rows(), gradient.rows());
    let mut dx = vec![0.0; if needs_x { rows * batch * from } else { 0 }];
    let mut dw = vec![0.0; rows * from * to];
    let mut db = vec![0.0; rows * to];
    let (mut inner, mut turned, mut panel) = (Vec::new(), Vec::new(), Panel::new());
    for row in 0..rows {
        inner.clear();
        inner.extend_from_slice(gradient.row(row));
        slope(&mut inner, y.row(row), kept.activation);
        let db = &mut db[row * to..(row + 1) * to];
        for line in inner.chunks_exact(to) {
            db.iter_mut().zip(line).for_each(|(sum, value)| *sum += value);
        }
        let mut dw = Product { values: &mut dw[row * from * to..(row + 1) * from * to], stride: to, room: to };
        let (x, inner) = (Factor { values: x.row(row), stride: from }, Factor { values: &inner, stride: to });
        let plain = Finish::Activation(Activation::Identity);
        multiply_transposed(loops::Sizes { m: batch, k: from, n: to }, x, inner, &mut dw, &mut panel);
        if needs_x {
            transpose(w.row(row), to, &mut turned);
            let mut out =
                Product { values: &mut dx[row * batch * from..(row + 1) * batch * from], stride: from, room: from };
            multiply(loops::Sizes { m: batch, k: to, n: from }, inner, &turned, &[], &mut out, plain, &mut panel);
        }
    }
    Back {
        x: needs_x.then(|| Sizes::tensor([rows, batch, from], dx)),
        w: Sizes::tensor([rows, from, to], dw),
        b: Sizes::tensor([rows, 1, to], db),
    }
}
