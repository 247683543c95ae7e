//! Checkerboard: four by four cells.

use super::{EIGHTH, Target};
use crate::config::Choice;
use std::f64::consts::TAU;

pub(super) const TARGET: Target = Target {
    choice: Choice {
        key: "checkerboard",
        label: "checkerboard",
        help: "Four by four cells of alternating sign; hard.",
    },
    field,
    classes: None,
    counterpart: EIGHTH,
};

/// `sin(2π x) sin(2π y)`; zero at the edges of the cells.
fn field(x: f64, y: f64) -> f64 {
    (TAU * x).sin() * (TAU * y).sin()
}
