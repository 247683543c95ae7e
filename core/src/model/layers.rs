//! Layers over the population axis, from burn's own operations or, on the host and on a GPU, as one.

use super::{Params, host};
use crate::config::Activation;
use burn::tensor::{Tensor, activation};

/// Keeps the variance of a layer norm away from zero.
const NORM_EPSILON: f32 = 1e-5;

/// `activation(x w + b)`, with `w` and `b` two slots of the parameters.
///
/// # Shapes
///
/// `x`: `[R, B, in]`, or `[R * tasks, B, in]` for stacked slots; gives the same with `out`.
pub fn layer(params: &Params, x: Tensor<3>, weight: usize, bias: usize, activation: Activation) -> Tensor<3> {
    #[cfg(feature = "gpu")]
    if let Some(flat) = params.flat() {
        let fused = if host::fuses(activation) { activation } else { Activation::Identity };
        if let Some(y) = super::device::dense(flat, &x, weight, bias, fused) {
            return if fused == activation { y } else { activate(y, activation) };
        }
    }
    dense(x, params.slot(weight), params.slot(bias), activation)
}

/// `activation(x w + b)`.
///
/// # Shapes
///
/// `x`: `[R, B, in]`, `w`: `[R, in, out]`, `b`: `[R, 1, out]`; gives `[R, B, out]`.
pub fn dense(x: Tensor<3>, w: Tensor<3>, b: Tensor<3>, activation: Activation) -> Tensor<3> {
    if host::is_host(&w) {
        let fused = if host::fuses(activation) { activation } else { Activation::Identity };
        if let Some(y) = host::dense(&x, &w, &b, fused) {
            return if fused == activation { y } else { activate(y, activation) };
        }
    }
    activate(x.matmul(w) + b, activation)
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

/// Layer norm over the units of a row, for `tasks` tasks side by side (Ba, Kiros & Hinton 2016).
///
/// # Shapes
///
/// `x`: `[R, B, tasks * w]`, `gain` and `shift`: `[R, 1, tasks * w]`.
pub fn layer_norm(x: Tensor<3>, gain: Tensor<3>, shift: Tensor<3>, tasks: usize) -> Tensor<3> {
    let [rows, batch, width] = x.dims();
    let x = x.reshape([rows, batch, tasks, width / tasks]);
    let centred = x.clone() - x.mean_dim(3);
    let variance = (centred.clone() * centred.clone()).mean_dim(3);
    let normal = centred / (variance + NORM_EPSILON).sqrt();
    normal.reshape([rows, batch, width]) * gain + shift
}
