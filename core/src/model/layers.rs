//! Layers over the population axis, from burn's own operations or, on the host and on a GPU, as one.

use super::Params;
use crate::config::Activation;
#[cfg(feature = "gpu")]
use crate::kernel;
use crate::kernel::dense::NORM_EPSILON;
pub use crate::kernel::dense::{activate, dense};
use burn::tensor::Tensor;

/// `activation(x w + b)`, with `w` and `b` two slots of the parameters.
///
/// # Shapes
///
/// `x`: `[R, B, in]`, or `[R * tasks, B, in]` for stacked slots; gives the same with `out`.
pub fn layer(params: &Params, x: Tensor<3>, weight: usize, bias: usize, activation: Activation) -> Tensor<3> {
    #[cfg(feature = "gpu")]
    if let Some(flat) = params.flat()
        && let Some(y) = kernel::dense::of_slots(flat, &x, weight, bias, activation)
    {
        return y;
    }
    dense(x, params.slot(weight), params.slot(bias), activation)
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
