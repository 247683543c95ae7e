//! XOR: opposite quadrants alike.

use super::{EIGHTH, Target};
use crate::config::Choice;

pub(super) const TARGET: Target = Target {
    choice: Choice {
        key: "xor",
        label: "xor",
        help: "A saddle: opposite quadrants are alike, and no straight line helps.",
    },
    field,
    classes: None,
    counterpart: EIGHTH,
};

/// `x y`; zero on the axes.
fn field(x: f64, y: f64) -> f64 {
    x * y
}
