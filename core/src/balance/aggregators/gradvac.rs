//! GradVac: gradients are turned towards the similarity that they usually have (Wang et al. 2021).

use super::answers::{answer, gram};
use super::surgery::{ORDER, REDUCTION, combine};
use crate::balance::balancer::{Answer, Balancer, BalancerContext, MemorySize, MemorySpec, Needs};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use crate::math::gram::Gram;
use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;

/// Where `phi = cos(v, g_j)` is below the target `rho_ij`, as much of `g_j` is added as makes it
/// the target; then `rho_ij <- (1 - beta) rho_ij + beta phi`, with phi from before the edit. With
/// targets of zero it is PCGrad.
///
/// Per layer instead of over the whole model: the same once a layer, with that layer's gradients and
/// targets of its own; the answer is a direction then, as no one weight a task makes it.
pub struct Gradvac;

const BETA: OptionSpec = OptionSpec {
    key: "beta",
    label: "pace of the targets",
    help: "How fast the wanted similarities follow the ones that are seen.",
    kind: Kind::Number { min: 0.0, max: 1.0, log: false, inherits: false },
    default: 0.5,
    live: true,
};

const SCOPE: OptionSpec = OptionSpec {
    key: "scope",
    label: "scope",
    help: "Whether gradients are compared over the whole trunk or layer by layer.",
    kind: Kind::Choice(scopes),
    default: 0.0,
    live: true,
};

const WHOLE: Choice = Choice { key: "whole", label: "whole trunk", help: "One similarity for each pair of tasks." };
const LAYER: Choice = Choice { key: "layer", label: "per layer", help: "A similarity of its own in every layer." };

fn scopes() -> Vec<Choice> {
    vec![WHOLE, LAYER]
}

const LAYER_TARGETS: MemorySpec = MemorySpec {
    key: "rho_layers",
    help: "The same for every shared layer, where they are looked at one by one.",
    size: MemorySize::LayerPairs,
};

const TARGETS: MemorySpec = MemorySpec {
    key: "rho",
    help: "The cosine that every gradient is wanted to have with every other.",
    size: MemorySize::Pairs,
};

/// A target of one could not be reached by adding.
const LIMIT: f64 = 1.0 - 1e-6;

const PAPERS: &[Paper] = &[Paper::new(
    "Wang et al.",
    2021,
    "Gradient Vaccine: Investigating and Improving Multi-task Optimization in Massively Multilingual Models",
    "https://arxiv.org/abs/2010.05874",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "gradvac",
        label: "GradVac",
        help: "Turns gradients towards each other until they are as similar as they have been on average.",
    },
    &[ORDER, REDUCTION, BETA, SCOPE],
)
.by(PAPERS);

impl Balancer for Gradvac {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, pick: &Pick) -> Needs {
        if by_layer(pick) { Needs::Jacobian } else { Needs::Gram }
    }

    fn has_weights(&self, pick: &Pick) -> bool {
        !by_layer(pick)
    }

    fn memories(&self) -> &'static [MemorySpec] {
        &[TARGETS, LAYER_TARGETS]
    }

    fn reference(&self) -> &'static [(&'static str, f64)] {
        &[(ORDER.key, 0.0)]
    }

    fn answer(&self, seen: &BalancerContext, random: &mut ChaCha8Rng) -> Answer {
        match seen.jacobian.filter(|_| by_layer(seen.pick)) {
            Some(jacobian) => layer_by_layer(seen, jacobian, random),
            None => whole(seen, random),
        }
    }
}

fn by_layer(pick: &Pick) -> bool {
    SCOPE.text(SCOPE.clamp(pick.option(&SCOPE))) == LAYER.key
}

fn whole(seen: &BalancerContext, random: &mut ChaCha8Rng) -> Answer {
    let mut targets = seen.memory(&TARGETS);
    let Some(gram) = gram(seen) else {
        return Answer::weights(vec![0.0; seen.tasks()]);
    };
    let mut answer = answer(turned(seen, &gram, &mut targets, random));
    answer.memory.insert(TARGETS.key, targets);
    answer
}

fn layer_by_layer(seen: &BalancerContext, jacobian: &DMatrix<f64>, random: &mut ChaCha8Rng) -> Answer {
    let (tasks, columns) = jacobian.shape();
    let everything = 0..columns;
    let layers = if seen.layers.is_empty() { std::slice::from_ref(&everything) } else { seen.layers };
    let seen = &BalancerContext { layers, ..*seen };
    let mut memory = seen.memory(&LAYER_TARGETS);
    let mut direction = vec![0.0; columns];
    for (range, targets) in layers.iter().zip(memory.chunks_exact_mut((tasks * tasks).max(1))) {
        let rows = jacobian.columns(range.start, range.len());
        let Some(gram) = Gram::new(&(rows * rows.transpose())) else { continue };
        let part = rows.tr_mul(&turned(seen, &gram, targets, random));
        if part.iter().all(|x| x.is_finite()) {
            direction[range.clone()].copy_from_slice(part.as_slice());
        }
    }
    let mut answer = Answer::direction(direction);
    answer.memory.insert(LAYER_TARGETS.key, memory);
    answer
}

/// The weights of the turned gradients together; moves the targets.
fn turned(seen: &BalancerContext, gram: &Gram, targets: &mut [f64], random: &mut ChaCha8Rng) -> DVector<f64> {
    let beta = seen.option(&BETA);
    combine(seen, gram, random, |i, j, weights| {
        let (norm, other) = (gram.norm(weights), gram.norms[j]);
        if norm == 0.0 || other == 0.0 {
            return 0.0;
        }
        let cosine = (gram.matrix.column(j).dot(weights) / norm / other).clamp(-1.0, 1.0);
        let target = &mut targets[i * gram.tasks() + j];
        let wanted = target.clamp(-LIMIT, LIMIT);
        *target = (1.0 - beta) * *target + beta * cosine;
        if cosine < wanted { norm / other * turn(cosine, wanted) } else { 0.0 }
    })
}

/// How much of a unit vector is added to another to bring their cosine from `cosine` to `wanted`.
fn turn(cosine: f64, wanted: f64) -> f64 {
    let sine = |cosine: f64| (1.0 - cosine * cosine).sqrt();
    wanted * sine(cosine) / sine(wanted) - cosine
}
