//! From tensors to the host's numbers: every read of the device.

use super::TrainError;
pub use crate::kernel::tensors::{Device, upload};
use burn::tensor::{Bool, Tensor};

/// Reads a tensor; the only way back from the device, and never a blocking one.
///
/// # Errors
///
/// The device was lost or its memory could not be mapped.
pub async fn download<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, TrainError> {
    let data = tensor.into_data_async().await.map_err(TrainError::read)?;
    Ok(data.iter::<f32>().collect())
}

/// Reads truth values; no operation is needed for it, as it would be to read them as numbers.
///
/// # Errors
///
/// As [`download`].
pub async fn download_truths<const D: usize>(tensor: Tensor<D, Bool>) -> Result<Vec<bool>, TrainError> {
    let data = tensor.into_data_async().await.map_err(TrainError::read)?;
    Ok(data.iter::<bool>().collect())
}

/// Several tensors in one read, each under a name.
#[derive(Default)]
pub struct Packed {
    tensors: Vec<Tensor<1>>,
    parts: Vec<(&'static str, usize)>,
}

/// What was read, part by part.
pub struct Parts(Vec<(&'static str, Vec<f32>)>);

impl Packed {
    /// Adds a tensor; several may have one name.
    pub fn push<const D: usize>(&mut self, name: &'static str, tensor: Tensor<D>) {
        let length = tensor.shape().num_elements();
        self.parts.push((name, length));
        if length > 0 {
            self.tensors.push(tensor.reshape([length]));
        }
    }

    /// Adds a tensor where there is one.
    pub fn push_some<const D: usize>(&mut self, name: &'static str, tensor: Option<Tensor<D>>) {
        if let Some(tensor) = tensor {
            self.push(name, tensor);
        }
    }

    /// Reads everything at once.
    ///
    /// # Errors
    ///
    /// As [`download`].
    pub async fn read(self) -> Result<Parts, TrainError> {
        let all = if self.tensors.is_empty() { Vec::new() } else { download(Tensor::cat(self.tensors, 0)).await? };
        let mut rest = all.as_slice();
        let mut parts = Vec::with_capacity(self.parts.len());
        for (name, length) in self.parts {
            let (part, after) =
                rest.split_at_checked(length).ok_or_else(|| TrainError::Read("too few numbers".into()))?;
            parts.push((name, part.to_vec()));
            rest = after;
        }
        Ok(Parts(parts))
    }
}

impl Parts {
    /// The part of a name; empty where none was added.
    pub fn take(&mut self, name: &str) -> Vec<f32> {
        let found = self.0.iter_mut().find(|(of, _)| *of == name);
        found.map_or_else(Vec::new, |(_, numbers)| std::mem::take(numbers))
    }

    /// All parts of a name, in the order of adding.
    pub fn take_all(&mut self, name: &str) -> Vec<Vec<f32>> {
        let found = self.0.iter_mut().filter(|(of, _)| *of == name);
        found.map(|(_, numbers)| std::mem::take(numbers)).collect()
    }
}
