//! Slope: a linear function.

use super::{QUARTER, Target};
use crate::config::Choice;

pub(super) const TARGET: Target = Target {
    choice: Choice { key: "slope", label: "slope", help: "A tilted plane: the one target that needs no hidden layer." },
    field,
    classes: None,
    counterpart: QUARTER,
};

/// `0.8 x - 0.6 y`; zero on a line through the middle. The weights are nearly at right angles to
/// the line between the two gaussians, so that the two targets have little in common.
fn field(x: f64, y: f64) -> f64 {
    0.8 * x - 0.6 * y
}
