//! GradVac: gradients are turned towards the similarity that they usually have (Wang et al. 2021).

use super::gram::{Gram, answer};
use super::surgery::{ORDER, REDUCTION, combine};
use crate::balance::rule::{Answer, MemorySize, MemorySpec, Needs, Rule, Seen};
use crate::config::{Choice, Kind, OptionSpec, PickEntry};
use rand_chacha::ChaCha8Rng;

/// Section 2.3.3 of the methods' reference: where `phi = cos(v, g_j)` is below the target `rho_ij`,
/// as much of `g_j` is added as makes it the target; then
/// `rho_ij <- (1 - beta) rho_ij + beta phi`, with phi from before the edit. With targets of zero it
/// is PCGrad.
///
/// Per layer instead of over the whole model: the rule once a layer, with that layer's gradients.
pub struct Gradvac;

const BETA: OptionSpec = OptionSpec {
    key: "beta",
    label: "pace of the targets",
    help: "How fast the wanted similarities follow the ones that are seen.",
    kind: Kind::Number { min: 0.0, max: 1.0, log: false, inherits: false },
    default: 0.5,
    live: true,
};

const TARGETS: MemorySpec = MemorySpec {
    key: "rho",
    help: "The cosine that every gradient is wanted to have with every other.",
    size: MemorySize::Pairs,
};

/// A target of one could not be reached by adding.
const LIMIT: f64 = 1.0 - 1e-6;

impl Rule for Gradvac {
    fn entry(&self) -> PickEntry {
        let help = "Turns gradients towards each other until they are as similar as they have been on average.";
        PickEntry { choice: Choice { key: "gradvac", label: "GradVac", help }, options: &[ORDER, REDUCTION, BETA] }
    }

    fn needs(&self) -> Needs {
        Needs::Gram
    }

    fn memories(&self) -> &'static [MemorySpec] {
        &[TARGETS]
    }

    fn reference(&self) -> &'static [(&'static str, f64)] {
        &[(ORDER.key, 0.0)]
    }

    fn answer(&self, seen: &Seen, random: &mut ChaCha8Rng) -> Answer {
        let mut targets = seen.memory(&TARGETS);
        let Some(gram) = Gram::of(seen) else {
            return Answer::weights(vec![0.0; seen.tasks()]);
        };
        let beta = seen.option(&BETA);
        let weights = combine(seen, &gram, random, |i, j, weights| {
            let (norm, other) = (gram.norm(weights), gram.norms[j]);
            if norm == 0.0 || other == 0.0 {
                return 0.0;
            }
            let cosine = (gram.matrix.column(j).dot(weights) / norm / other).clamp(-1.0, 1.0);
            let target = &mut targets[i * gram.tasks() + j];
            let wanted = target.clamp(-LIMIT, LIMIT);
            *target = (1.0 - beta) * *target + beta * cosine;
            if cosine < wanted { norm / other * turn(cosine, wanted) } else { 0.0 }
        });
        let mut answer = answer(weights);
        answer.memory.insert(TARGETS.key, targets);
        answer
    }
}

/// How much of a unit vector is added to another to bring their cosine from `cosine` to `wanted`.
fn turn(cosine: f64, wanted: f64) -> f64 {
    let sine = |cosine: f64| (1.0 - cosine * cosine).sqrt();
    wanted * sine(cosine) / sine(wanted) - cosine
}
