//! How each recorded number is taken of a step: a file and a line each, by the key of
//! [`RECORDED`](crate::measure::recorded::RECORDED).

mod decrease;
mod step_length;

use crate::measure::recorded::RECORDED;
use burn::tensor::Tensor;

/// A step of the first composed model, in column order.
pub struct ObservedStep {
    /// Its task gradients, `[T, N]`.
    pub gradients: Tensor<2>,
    /// The parameters before the step less those after it, `[1, N]`.
    pub moved: Tensor<2>,
    /// Parameters that all tasks share; they stand first.
    pub shared: usize,
}

/// As many numbers as the line's shape has, in column order.
type Take = fn(&ObservedStep) -> Tensor<2>;

const TAKES: &[(&str, Take)] = &[("decrease", decrease::take), ("step-length", step_length::take)];

/// All recorded numbers of a step, in the order of the table.
pub fn take(step: &ObservedStep) -> Vec<Tensor<2>> {
    let of = |key: &str| TAKES.iter().find(|(own, _)| *own == key);
    RECORDED.iter().filter_map(|line| of(line.key)).map(|(_, take)| take(step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recorded_number_is_taken_and_nothing_else() {
        let keys: Vec<_> = TAKES.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, RECORDED.iter().map(|line| line.key).collect::<Vec<_>>());
    }
}
