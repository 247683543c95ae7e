//! Ring: a band around the middle.

use super::{Counterpart, Target, waves};
use crate::config::Choice;

pub(super) const TARGET: Target = Target {
    choice: Choice { key: "ring", label: "ring", help: "A round wall: on a ring against its inside and its outside." },
    field,
    classes: None,
    counterpart: Counterpart::Other(waves::field),
};

/// `exp(-((r² - 1/2) / 0.35)²)`; the median is the pair of circles r² = 1/2 ± 1/π (radii 0.43 and
/// 0.90), and the ring between them is half of the square.
fn field(x: f64, y: f64) -> f64 {
    (-((x * x + y * y - 0.5) / 0.35).powi(2)).exp()
}
