//! Stripes: four bands of one input.

use super::{QUARTER, Target};
use crate::config::Choice;
use std::f64::consts::TAU;

pub(super) const TARGET: Target = Target {
    choice: Choice { key: "stripes", label: "stripes", help: "Four upright bands; the second input doesn't matter." },
    field,
    classes: None,
    counterpart: QUARTER,
};

/// `sin(2π x)`; zero at x = 0 and ±1/2.
fn field(x: f64, _: f64) -> f64 {
    (TAU * x).sin()
}
