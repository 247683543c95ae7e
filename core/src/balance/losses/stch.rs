//! Smooth Tchebycheff scalarisation: the worst weighed loss counts most.

use super::numbers::softmax;
use super::preference::{IDEAL, PREFERENCE, preference, weighed};
use crate::balance::rule::{Answer, BY_PREFERENCE, Needs, Rule, Seen, VectorSpec, WEIGHT};
use crate::config::{Choice, Kind, OptionSpec, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `mu ln sum_k exp(w_k (L_k - z*_k) / mu)`, weights `w_k softmax_k(w (L - z*) / mu)` (Lin et al.
/// 2024; section 2.2 of the methods' reference). Between the Tchebycheff value and that plus
/// `mu ln K`: a small `mu` gives Tchebycheff, a large one the linear weights.
pub(super) struct Stch;

const MU: OptionSpec = OptionSpec {
    key: "mu",
    label: "smoothness",
    help: "The smaller it is, the more only the worst task counts; a large one weighs all by preference.",
    kind: Kind::Number { min: 0.001, max: 1000.0, log: true, inherits: false },
    default: 1.0,
    live: true,
};

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "stch",
        label: "smooth Tchebycheff",
        help: "Works most on the task that is worst by your preference; it reaches every point of a front, smoothly.",
    },
    &[MU],
)
.in_group(BY_PREFERENCE)
.reading(&[WEIGHT]);

impl Rule for Stch {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[PREFERENCE, IDEAL]
    }

    fn objective(&self, seen: &Seen) -> Option<f64> {
        let heat = heat(seen);
        // The largest is taken out first, so that no power overflows.
        let largest = heat.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = heat.iter().map(|heat| (heat - largest).exp()).sum();
        Some(seen.option(&MU) * (largest + sum.ln()))
    }

    fn answer(&self, seen: &Seen, _: &mut ChaCha8Rng) -> Answer {
        let shares = softmax(&heat(seen));
        Answer::weights(preference(seen).iter().zip(shares).map(|(wish, share)| wish * share).collect())
    }
}

fn heat(seen: &Seen) -> Vec<f64> {
    let mu = seen.option(&MU);
    weighed(seen).into_iter().map(|weighed| weighed / mu).collect()
}
