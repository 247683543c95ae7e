//! Gaussians: two round hills of opposite sign.

use super::{QUARTER, Target};
use crate::config::Choice;

pub(super) const TARGET: Target = Target {
    choice: Choice {
        key: "gaussians",
        label: "two gaussians",
        help: "A hill in one corner and a hollow in the opposite one: a straight line tells them apart.",
    },
    field,
    classes: None,
    counterpart: QUARTER,
};

/// Width of a hill.
const WIDTH: f64 = 0.35;

/// `exp(-|p - c|² / 2s²) - exp(-|p + c|² / 2s²)`, c = (1/2, 1/2), s = 0.35; zero where x + y = 0.
fn field(x: f64, y: f64) -> f64 {
    let hill = |cx: f64, cy: f64| (-((x - cx).powi(2) + (y - cy).powi(2)) / (2.0 * WIDTH * WIDTH)).exp();
    hill(0.5, 0.5) - hill(-0.5, -0.5)
}
