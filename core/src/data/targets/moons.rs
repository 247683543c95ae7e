//! Moons: two half circles that reach into each other.

use super::{QUARTER, Target};
use crate::config::Choice;
use std::f64::consts::PI;

pub(super) const TARGET: Target = Target {
    choice: Choice {
        key: "moons",
        label: "two moons",
        help: "Two crescents that reach into each other: the boundary between them is an S.",
    },
    field,
    classes: None,
    counterpart: QUARTER,
};

/// Hills along a crescent.
const HILLS: usize = 8;
/// Width of a hill.
const WIDTH: f64 = 0.25;

/// A ridge along the upper crescent minus a ridge along the lower one, each a row of gaussian hills
/// at `(0.6 (cos t - 1/2), 0.8 (sin t - 1/4))`, t from 0 to π, and at the opposite points. The
/// crescents are scikit-learn's `make_moons`, centred and scaled to the square.
fn field(x: f64, y: f64) -> f64 {
    let hill = |cx: f64, cy: f64| (-((x - cx).powi(2) + (y - cy).powi(2)) / (2.0 * WIDTH * WIDTH)).exp();
    let pair = |i: usize| {
        let (sin, cos) = (PI * i as f64 / (HILLS - 1) as f64).sin_cos();
        let (cx, cy) = (0.6 * (cos - 0.5), 0.8 * (sin - 0.25));
        hill(cx, cy) - hill(-cx, -cy)
    };
    (0..HILLS).map(pair).sum()
}
