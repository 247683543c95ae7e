//! What the paths on the host have in common: burn's tensors as plain memory.
//!
//! A small network's step on the CPU costs operations, not arithmetic: burn's generic matmul packs
//! matrices that are smaller than its tiles, its `tanh` is the scalar one of the C library, and
//! every operation walks the batch again. On the host, where a network has no tape, a layer (matmul, bias, activation) is one node of
//! burn's autodiff graph, with loops for tiny matrices; so are the losses of a batch, and an optimiser's
//! step is one pass over memory. The bench holds them against plain loops.

use burn::backend::Flex;
use burn::tensor::{Bool, Tensor, TensorData};

/// burn's tensor on the host.
pub type HostTensor = <Flex as burn::backend::BackendTypes>::FloatTensorPrimitive;

/// Whether a tensor lives on the host.
pub fn is_host<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.device().without_autodiff() == burn::tensor::Device::flex()
}

/// A tensor's numbers in row-major order; `None` where it lives elsewhere.
pub fn numbers<const D: usize>(tensor: &Tensor<D>) -> Option<HostTensor> {
    tensor.clone().try_into_primitive::<Flex>().ok().map(in_order)
}

/// A tensor's truth values; `None` where it lives elsewhere.
pub fn truths<const D: usize>(tensor: &Tensor<D, Bool>) -> Option<Vec<bool>> {
    let values = tensor.clone().try_into_primitive::<Flex>().ok()?.to_contiguous();
    Some(values.bytes().iter().map(|value| *value != 0).collect())
}

/// A tensor of numbers in row-major order.
pub fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_primitive::<Flex>(HostTensor::from_data(TensorData::new(values, shape)))
}

pub(super) fn in_order(tensor: HostTensor) -> HostTensor {
    if tensor.as_slice::<f32>().is_some() { tensor } else { tensor.to_contiguous() }
}

pub(super) fn stands_once(tensor: &HostTensor, each: usize) -> bool {
    let layout = tensor.layout();
    layout.strides().first() == Some(&0) && layout.num_elements() > each
}

/// Numbers of a tensor in row-major order, or of its first row where all rows are the same.
pub(super) struct Numbers {
    tensor: HostTensor,
    each: usize,
    once: bool,
}

impl Numbers {
    /// `each` is how many numbers a row of the population has.
    pub fn of(tensor: &HostTensor, each: usize) -> Self {
        let once = stands_once(tensor, each);
        let tensor = if once { tensor.narrow(0, 0, 1) } else { tensor.clone() };
        Self { tensor: in_order(tensor), each, once }
    }

    pub fn rows(&self) -> Rows<'_> {
        let values = self.tensor.as_slice::<f32>();
        debug_assert!(values.is_some(), "what was put in order is a slice");
        let values = values.unwrap_or_default();
        Rows { values, each: self.each, stride: if self.once { 0 } else { self.each } }
    }
}

/// The numbers of every row of a population.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    values: &'a [f32],
    each: usize,
    stride: usize,
}

impl<'a> Rows<'a> {
    pub fn row(&self, row: usize) -> &'a [f32] {
        &self.values[row * self.stride..][..self.each]
    }
}
