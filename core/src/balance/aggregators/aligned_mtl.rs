//! Aligned-MTL: the gradients are made orthogonal and equally long (Senushkin et al. 2023).

use super::answers::answered;
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs, VectorSpec, WEIGHT};
use crate::balance::preference::{PREFERENCE, preference_vector};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use crate::math::spectrum::Spectrum;
use rand_chacha::ChaCha8Rng;

/// With `G = V L V^T`, the weights are `sqrt(l) V L^(-1/2) V^T w` for a preference w and a scale l,
/// so that the system of gradients has the condition number 1. Eigenvalues below the precision of G
/// are left out.
pub struct AlignedMtl;

const SCALE_MODE: OptionSpec = OptionSpec {
    key: "scale_mode",
    label: "scale",
    help: "How long the aligned gradients are.",
    kind: Kind::Choice(modes),
    default: 0.0,
    live: true,
};

const MIN: Choice =
    Choice { key: "min", label: "smallest", help: "As the smallest singular value: tiny steps where two tasks agree." };
const MEDIAN: Choice =
    Choice { key: "median", label: "median", help: "As the median singular value, the lower one of two." };
const RMSE: Choice =
    Choice { key: "rmse", label: "root mean square", help: "As the root of the mean squared singular value." };

fn modes() -> Vec<Choice> {
    vec![MIN, MEDIAN, RMSE]
}

const PAPERS: &[Paper] = &[Paper::new(
    "Senushkin et al.",
    2023,
    "Independent Component Alignment for Multi-Task Learning",
    "https://arxiv.org/abs/2305.19000",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "aligned-mtl",
        label: "Aligned-MTL",
        help: "Turns the task gradients until they are orthogonal and equally long, and takes their mean.",
    },
    &[SCALE_MODE],
)
.by(PAPERS)
.reading(&[WEIGHT]);

impl Balancer for AlignedMtl {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Gram
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[PREFERENCE]
    }

    fn answer(&self, seen: &BalancerContext, _random: &mut ChaCha8Rng) -> Answer {
        answered(seen, |gram| {
            let spectrum = Spectrum::of(&gram.matrix, gram.cutoff());
            let scale = scale(&spectrum.values, &seen.word(&SCALE_MODE));
            spectrum.apply(|value| (scale / value).sqrt(), &preference_vector(seen))
        })
    }
}

/// `l` of the eigenvalues, which come from the least up.
fn scale(values: &[f64], mode: &str) -> f64 {
    let count = values.len().max(1);
    let rank = if mode == MEDIAN.key { (count - 1) / 2 } else { 0 };
    if mode == RMSE.key { values.iter().sum::<f64>() / count as f64 } else { values.get(rank).copied().unwrap_or(0.0) }
}
