//! Pinwheel: five bent blades, the plane with five classes.

use super::{QUARTER, Target};
use crate::config::Choice;
use std::f64::consts::TAU;

pub(super) const TARGET: Target = Target {
    choice: Choice {
        key: "five",
        label: "pinwheel",
        help: "Five bent blades around the middle, made for five classes.",
    },
    field,
    classes: Some(classes),
    counterpart: QUARTER,
};

/// How far a blade bends, in radians per unit of radius.
const BEND: f64 = 1.5;

/// The bent angle of a point: `θ + 1.5 r`.
fn phase(x: f64, y: f64) -> f64 {
    y.atan2(x) + BEND * x.hypot(y)
}

/// `cos(5 (θ + 1.5 r))`, faded to zero at the origin by `r² / (r² + 0.05)`.
fn field(x: f64, y: f64) -> f64 {
    let square = x * x + y * y;
    (5.0 * phase(x, y)).cos() * square / (square + 0.05)
}

/// One blade per class: `floor(C (θ + 1.5 r) / 2π) mod C`.
fn classes(x: f64, y: f64, classes: usize) -> usize {
    let share = (phase(x, y) / TAU).rem_euclid(1.0);
    ((share * classes as f64) as usize).min(classes.saturating_sub(1))
}
