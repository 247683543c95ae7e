//! From the host's numbers to tensors.

pub use burn::tensor::Device;
use burn::tensor::{Int, Tensor, TensorData};

/// A tensor of host numbers. `values` must have as many as the shape.
pub fn upload<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// A tensor of indices.
pub fn upload_indices(values: Vec<i32>, device: &Device) -> Tensor<1, Int> {
    let length = values.len();
    Tensor::from_data(TensorData::new(values, [length]), device)
}
