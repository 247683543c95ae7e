//! Circle: inside against outside.

use super::{Counterpart, Target, waves};
use crate::config::Choice;

pub(super) const TARGET: Target = Target {
    choice: Choice {
        key: "circle",
        label: "circle",
        help: "A dome, highest in the middle: inside a circle against outside.",
    },
    field,
    classes: None,
    counterpart: Counterpart::Other(waves::field),
};

/// `-(x² + y²)`; the median is the circle of radius sqrt(2 / π), which halves the square.
fn field(x: f64, y: f64) -> f64 {
    -(x * x + y * y)
}
