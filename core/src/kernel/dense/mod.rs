//! A layer: `activation(x w + b)`.

#[cfg(feature = "gpu")]
pub(super) mod device;
pub(super) mod host;
#[cfg(feature = "gpu")]
mod product;

#[cfg(feature = "gpu")]
use super::flat::Flat;
use super::host::is_host;
use crate::config::Activation;
use burn::tensor::{Tensor, activation};

/// Keeps the variance of a layer norm away from zero.
pub const NORM_EPSILON: f32 = 1e-5;

/// `activation(x w + b)`.
///
/// # Shapes
///
/// `x`: `[R, B, in]`, `w`: `[R, in, out]`, `b`: `[R, 1, out]`; gives `[R, B, out]`.
pub fn dense(x: Tensor<3>, w: Tensor<3>, b: Tensor<3>, activation: Activation) -> Tensor<3> {
    if is_host(&w)
        && let Some(y) = host::dense(&x, &w, &b, fused(activation))
    {
        return rest(y, activation);
    }
    operations(x, w, b, activation)
}

/// The same with `w` and `b` two slots of a flat vector on a GPU; `None` where the tensors are not what they
/// should be: then the caller cuts the slots and takes [`dense`].
#[cfg(feature = "gpu")]
pub fn of_slots(flat: &Flat, x: &Tensor<3>, weight: usize, bias: usize, activation: Activation) -> Option<Tensor<3>> {
    device::dense(flat, x, weight, bias, fused(activation)).map(|y| rest(y, activation))
}

/// The layer by burn's own operations.
pub(super) fn operations(x: Tensor<3>, w: Tensor<3>, b: Tensor<3>, activation: Activation) -> Tensor<3> {
    activate(x.matmul(w) + b, activation)
}

/// The part of an activation that is computed in the kernel: all of it where the slope follows from the
/// value.
pub fn fused(activation: Activation) -> Activation {
    match activation {
        Activation::Gelu | Activation::Silu => Activation::Identity,
        fused => fused,
    }
}

/// The part of an activation that comes after the kernel.
fn rest(y: Tensor<3>, activation: Activation) -> Tensor<3> {
    if fused(activation) == activation { y } else { activate(y, activation) }
}

/// The activation, elementwise.
pub fn activate(x: Tensor<3>, kind: Activation) -> Tensor<3> {
    match kind {
        Activation::Identity => x,
        Activation::Relu => activation::relu(x),
        Activation::LeakyRelu => activation::leaky_relu(x, 0.01),
        Activation::Tanh => x.tanh(),
        Activation::Sigmoid => activation::sigmoid(x),
        Activation::Gelu => activation::gelu(x),
        Activation::Silu => x.clone() * activation::sigmoid(x),
    }
}
