//! Linear scalarisation: a fixed preference.

use super::numbers::{dot, losses};
use super::preference::{PREFERENCE, preference};
use crate::balance::rule::{Answer, Needs, Rule, Seen, VectorSpec};
use crate::config::{Choice, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `sum_k w_k L_k`, weights `w`. Section 2.2 of the methods' reference: it reaches points on the
/// convex hull of what can be attained, and of a concave front only the ends.
pub(super) struct Linear;

impl Rule for Linear {
    fn entry(&self) -> PickEntry {
        let help = "Weighs the losses by your preference; on a front that bends inwards it only finds the ends.";
        PickEntry { choice: Choice { key: "linear", label: "linear", help }, options: &[] }
    }

    fn needs(&self) -> Needs {
        Needs::Losses
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[PREFERENCE]
    }

    fn reads_losses(&self, _: &Pick) -> bool {
        false
    }

    fn objective(&self, seen: &Seen) -> Option<f64> {
        Some(dot(&preference(seen), &losses(seen)))
    }

    fn answer(&self, seen: &Seen, _: &mut ChaCha8Rng) -> Answer {
        Answer::weights(preference(seen))
    }
}
