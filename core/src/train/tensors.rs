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

/// Several tensors in one read.
#[derive(Default)]
pub struct Packed {
    parts: Vec<Tensor<1>>,
    lengths: Vec<usize>,
}

impl Packed {
    /// Adds a tensor; the answer has its numbers in the order of adding.
    pub fn push<const D: usize>(&mut self, tensor: Tensor<D>) {
        let length = tensor.shape().num_elements();
        self.lengths.push(length);
        if length > 0 {
            self.parts.push(tensor.reshape([length]));
        }
    }

    /// Reads everything at once.
    ///
    /// # Errors
    ///
    /// As [`download`].
    pub async fn read(self) -> Result<Vec<Vec<f32>>, TrainError> {
        if self.parts.is_empty() {
            return Ok(vec![Vec::new(); self.lengths.len()]);
        }
        let all = download(Tensor::cat(self.parts, 0)).await?;
        let mut rest = all.as_slice();
        let mut parts = Vec::with_capacity(self.lengths.len());
        for length in self.lengths {
            let (part, after) =
                rest.split_at_checked(length).ok_or_else(|| TrainError::Read("too few numbers".into()))?;
            parts.push(part.to_vec());
            rest = after;
        }
        Ok(parts)
    }
}
