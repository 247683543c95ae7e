//! A whole layer as one operation, on the host.
//!
//! A small network's step on the CPU costs operations, not arithmetic: burn's generic matmul packs
//! matrices that are smaller than its tiles, its `tanh` is the scalar one of the C library, and
//! every operation walks the batch again. Here a layer (matmul, bias, activation) is one node of
//! burn's autodiff graph, with loops for tiny matrices. The bench holds it against plain loops.
//!
//! The same holds for the losses of a batch, which are here, and for an optimiser's step, which is in
//! `train/optimise/host.rs`.

mod dense;
mod kernel;
mod loss;

pub use dense::dense;
#[cfg(feature = "gpu")]
pub use kernel::{EVEN_OF_TANH, MOST_OF_TANH, ODD_OF_TANH};
pub use loss::mean_losses;

use crate::config::Activation;
use burn::backend::Flex;
use burn::tensor::{Tensor, TensorData};

/// burn's tensor on the host.
pub type HostTensor = <Flex as burn::backend::BackendTypes>::FloatTensorPrimitive;

/// Whether a layer with this activation can be one operation: its slope must follow from its value.
pub fn fuses(activation: Activation) -> bool {
    !matches!(activation, Activation::Gelu | Activation::Silu)
}

/// Whether a tensor lives on the host.
pub fn is_host<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.device().without_autodiff() == burn::tensor::Device::flex()
}

/// A tensor's numbers in row-major order; `None` where it lives elsewhere.
pub fn numbers<const D: usize>(tensor: &Tensor<D>) -> Option<HostTensor> {
    tensor.clone().try_into_primitive::<Flex>().ok().map(in_order)
}

/// A tensor of numbers in row-major order.
pub fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_primitive::<Flex>(HostTensor::from_data(TensorData::new(values, shape)))
}

fn in_order(tensor: HostTensor) -> HostTensor {
    if tensor.as_slice::<f32>().is_some() { tensor } else { tensor.to_contiguous() }
}

fn stands_once(tensor: &HostTensor, each: usize) -> bool {
    let layout = tensor.layout();
    layout.strides().first() == Some(&0) && layout.num_elements() > each
}

/// Numbers of a tensor in row-major order, or of its first row where all rows are the same.
struct Numbers {
    tensor: HostTensor,
    each: usize,
    once: bool,
}

impl Numbers {
    /// `each` is how many numbers a row of the population has.
    fn of(tensor: &HostTensor, each: usize) -> Self {
        let once = stands_once(tensor, each);
        let tensor = if once { tensor.narrow(0, 0, 1) } else { tensor.clone() };
        Self { tensor: in_order(tensor), each, once }
    }

    fn rows(&self) -> Rows<'_> {
        let values = self.tensor.as_slice::<f32>().unwrap_or_default();
        Rows { values, each: self.each, stride: if self.once { 0 } else { self.each } }
    }
}

/// The numbers of every row of a population.
#[derive(Clone, Copy)]
struct Rows<'a> {
    values: &'a [f32],
    each: usize,
    stride: usize,
}

impl<'a> Rows<'a> {
    fn row(&self, row: usize) -> &'a [f32] {
        &self.values[row * self.stride..][..self.each]
    }
}
