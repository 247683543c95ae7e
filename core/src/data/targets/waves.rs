//! Waves: a long swell and a short one across it.

use super::{QUARTER, Target};
use crate::config::Choice;
use std::f64::consts::{PI, TAU};

pub(super) const TARGET: Target = Target {
    choice: Choice {
        key: "waves",
        label: "waves",
        help: "A long swell with a shorter one across it: smooth hills for a regression.",
    },
    field,
    classes: None,
    counterpart: QUARTER,
};

/// `sin(π (0.6 x + 0.8 y)) + 0.6 sin(2π (0.8 x - 0.6 y))`. Odd around the origin, and so
/// uncorrelated with circle and ring, for which it stands in (see [`super::Counterpart`]).
pub(super) fn field(x: f64, y: f64) -> f64 {
    (PI * (0.6 * x + 0.8 * y)).sin() + 0.6 * (TAU * (0.8 * x - 0.6 * y)).sin()
}
