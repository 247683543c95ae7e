//! Tchebycheff scalarisation: only the worst weighted loss counts.

use crate::balance::balancer::{Answer, BY_PREFERENCE, Balancer, BalancerContext, Needs, VectorSpec, WEIGHT};
use crate::balance::preference::{IDEAL, PREFERENCE, preference, weighted};
use crate::config::{Choice, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `max_k w_k (L_k - z*_k)` (Bowman 1976), weight `w_k` on the task that is worst and 0 on the
/// others. It reaches fronts that bend inwards, but jumps from task to task. Of tasks that are
/// equally bad the first is taken.
pub(super) struct Tchebycheff;

const PAPERS: &[Paper] = &[
    Paper::new(
        "Bowman",
        1976,
        "On the Relationship of the Tchebycheff Norm and the Efficient Frontier of Multiple-Criteria Objectives",
        "https://doi.org/10.1007/978-3-642-87563-2_5",
    ),
    Paper::new(
        "Steuer & Choo",
        1983,
        "An interactive weighted Tchebycheff procedure for multiple objective programming",
        "https://doi.org/10.1007/BF02591870",
    ),
];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "tchebycheff",
        label: "Tchebycheff",
        help: "Works on the task that is worst by your preference, and on no other; it reaches every point of a front.",
    },
    &[],
)
.by(PAPERS)
.in_group(BY_PREFERENCE)
.reading(&[WEIGHT]);

impl Balancer for Tchebycheff {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[PREFERENCE, IDEAL]
    }

    fn objective(&self, seen: &BalancerContext) -> Option<f64> {
        worst(&weighted(seen)).map(|(_, worst)| worst)
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        let worst = worst(&weighted(seen)).map(|(task, _)| task);
        let only = |(task, preference)| if Some(task) == worst { preference } else { 0.0 };
        Answer::weights(preference(seen).into_iter().enumerate().map(only).collect())
    }
}

/// The first of the largest numbers, and where it stands.
fn worst(numbers: &[f64]) -> Option<(usize, f64)> {
    numbers.iter().copied().enumerate().reduce(|worst, next| if next.1 > worst.1 { next } else { worst })
}
