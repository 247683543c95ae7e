//! How far a step moved the shared layers.

use super::ObservedStep;
use burn::tensor::Tensor;

/// `|theta before - theta after|` over the shared parameters, `[1, 1]`.
pub(super) fn take(step: &ObservedStep) -> Tensor<2> {
    let trunk = step.moved.clone().slice([0..1, 0..step.shared]);
    (trunk.clone() * trunk).sum_dim(1).sqrt()
}
