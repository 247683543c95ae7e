//! What the rules with a preference share: the preference, the ideal point, and the distance to it.

use super::numbers::{bounded, losses, vector};
use crate::balance::gradients::gram;
use crate::balance::rule::{Seen, VectorSpec};

pub(super) use crate::balance::gradients::gram::PREFERENCE;

/// The ideal point `z*`.
pub(super) const IDEAL: VectorSpec = VectorSpec {
    key: "ideal",
    help: "The best loss that you think each task can have.",
    start: 0.0,
    remembered: false,
};

/// `w`: as it was given, or `1 / K` each.
pub(super) fn preference(seen: &Seen) -> Vec<f64> {
    gram::preference(seen).iter().map(|wish| bounded(*wish)).collect()
}

/// `L - z*`.
pub(super) fn above_ideal(seen: &Seen) -> Vec<f64> {
    losses(seen).iter().zip(vector(seen, &IDEAL)).map(|(loss, ideal)| loss - ideal).collect()
}

/// `w_k (L_k - z*_k)`.
pub(super) fn weighed(seen: &Seen) -> Vec<f64> {
    preference(seen).iter().zip(above_ideal(seen)).map(|(wish, above)| wish * above).collect()
}
