//! Measures against values that were computed independently, against small cases worked out by
//! hand, and against slow definitions on random input.

mod front;
#[path = "../generated/mod.rs"]
mod generated;
mod gradients;
mod grouping;
mod jacobians;
mod predictions;
mod reach;
mod relations;
mod table;
mod tasks;

use mtl_core::measure::update::Combined;

/// A value within a distance of another.
pub fn assert_close(got: impl Into<Option<f64>>, expected: f64, within: f64) {
    let got = got.into();
    assert!(got.is_some_and(|got| (got - expected).abs() <= within), "{got:?} is not {expected}");
}

/// Numbers among which some tie and some are none.
pub fn wild() -> impl proptest::strategy::Strategy<Value = f64> {
    use proptest::prelude::*;
    let special =
        prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1e300, -1e300, 1e-320]);
    prop_oneof![4 => -3.0..3.0, 2 => (-2..3_i8).prop_map(f64::from), 1 => special]
}

/// What task weights make of the gradients of a Gram matrix.
pub fn combined(gram: &[f64], weights: &[f64]) -> Combined {
    let rows = gram.chunks_exact(weights.len().max(1));
    let along: Vec<f64> = rows.map(|row| row.iter().zip(weights).map(|(entry, weight)| entry * weight).sum()).collect();
    let square = along.iter().zip(weights).map(|(along, weight)| along * weight).sum();
    Combined { along, square }
}

/// The same numbers in the precision of a device.
pub fn single(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|number| *number as f32).collect()
}
