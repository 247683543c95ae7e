//! By how much a step lowers every task's scaled loss, to first order.

use super::ObservedStep;
use burn::tensor::Tensor;

/// `g_k · (theta before - theta after)`, `[T, 1]`.
pub(super) fn take(step: &ObservedStep) -> Tensor<2> {
    (step.gradients.clone() * step.moved.clone()).sum_dim(1)
}
