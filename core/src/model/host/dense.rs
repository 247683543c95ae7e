//! `activation(x w + b)` as one node of the autodiff graph.

use super::HostTensor;
use super::kernel::{Left, activate, multiply, slope, transpose};
use crate::config::Activation;
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

/// Contiguous numbers of a tensor; the inputs of an evaluation stand there once for all rows.
enum Numbers {
    Own(HostTensor),
    Once(HostTensor),
}

impl Numbers {
    fn of(tensor: &HostTensor, each: usize) -> Self {
        let layout = tensor.layout();
        if layout.strides().first() == Some(&0) && layout.num_elements() > each {
            let first = tensor.narrow(0, 0, 1);
            if first.as_slice::<f32>().is_some() {
                return Self::Once(first);
            }
        }
        if tensor.as_slice::<f32>().is_some() { Self::Own(tensor.clone()) } else { Self::Own(tensor.to_contiguous()) }
    }

    fn row(&self, row: usize, each: usize) -> &[f32] {
        match self {
            Self::Own(tensor) => {
                tensor.as_slice::<f32>().and_then(|all| all.get(row * each..(row + 1) * each)).unwrap_or_default()
            }
            Self::Once(tensor) => tensor.as_slice::<f32>().unwrap_or_default(),
        }
    }
}

fn forward(sizes: Sizes, x: &HostTensor, w: &HostTensor, b: &HostTensor, activation: Activation) -> HostTensor {
    let Sizes { rows, batch, from, to } = sizes;
    let (x, w, b) = (Numbers::of(x, batch * from), Numbers::of(w, from * to), Numbers::of(b, to));
    let mut y = Vec::with_capacity(rows * batch * to);
    for row in 0..rows {
        let start = y.len();
        let bias = b.row(row, to);
        (0..batch).for_each(|_| y.extend_from_slice(bias));
        let out = &mut y[start..];
        multiply(
            batch,
            from,
            to,
            Left { values: x.row(row, batch * from), row: from, column: 1 },
            w.row(row, from * to),
            out,
        );
        activate(out, activation);
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
    let mut dx = vec![0.0; if needs_x { rows * batch * from } else { 0 }];
    let mut dw = vec![0.0; rows * from * to];
    let mut db = vec![0.0; rows * to];
    let (mut inner, mut turned) = (Vec::new(), Vec::new());
    for row in 0..rows {
        inner.clear();
        inner.extend_from_slice(gradient.row(row, batch * to));
        slope(&mut inner, y.row(row, batch * to), kept.activation);
        let db = &mut db[row * to..(row + 1) * to];
        for line in inner.chunks_exact(to) {
            db.iter_mut().zip(line).for_each(|(sum, value)| *sum += value);
        }
        let values = x.row(row, batch * from);
        multiply(
            from,
            batch,
            to,
            Left { values, row: 1, column: from },
            &inner,
            &mut dw[row * from * to..(row + 1) * from * to],
        );
        if needs_x {
            transpose(w.row(row, from * to), to, &mut turned);
            let out = &mut dx[row * batch * from..(row + 1) * batch * from];
            multiply(batch, to, from, Left { values: &inner, row: to, column: 1 }, &turned, out);
        }
    }
    Back {
        x: needs_x.then(|| Sizes::tensor([rows, batch, from], dx)),
        w: Sizes::tensor([rows, from, to], dw),
        b: Sizes::tensor([rows, 1, to], db),
    }
}
