//! Spiral: two arms around each other.

use super::{QUARTER, Target};
use crate::config::Choice;
use std::f64::consts::TAU;

pub(super) const TARGET: Target = Target {
    choice: Choice {
        key: "spiral",
        label: "two spirals",
        help: "Two arms wound around each other, with a full turn on the way out; hard.",
    },
    field,
    classes: None,
    counterpart: QUARTER,
};

/// `sin(θ - 2π r)`, faded to zero at the origin by `r / sqrt(r² + 0.2²)` so that it is smooth there;
/// zero where the arms meet.
fn field(x: f64, y: f64) -> f64 {
    let square = x * x + y * y;
    let (sin, cos) = (TAU * square.sqrt()).sin_cos();
    (y * cos - x * sin) / (square + 0.04).sqrt()
}
