//! A whole layer as one operation, on the host.
//!
//! A small network's step on the CPU costs operations, not arithmetic: burn's generic matmul packs
//! matrices that are smaller than its tiles, its `tanh` is the scalar one of the C library, and
//! every operation walks the batch again. Here a layer (matmul, bias, activation) is one node of
//! burn's autodiff graph, with loops for tiny matrices. The bench holds it against plain loops.

mod dense;
mod kernel;

pub use dense::dense;

use crate::config::Activation;
use burn::backend::Flex;
use burn::tensor::Tensor;

/// burn's tensor on the host.
type HostTensor = <Flex as burn::backend::BackendTypes>::FloatTensorPrimitive;

/// Whether a layer with this activation can be one operation: its slope must follow from its value.
pub fn fuses(activation: Activation) -> bool {
    !matches!(activation, Activation::Gelu | Activation::Silu)
}

/// Whether a tensor lives on the host.
pub fn is_host<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.device().without_autodiff() == burn::tensor::Device::flex()
}
