//! What PCGrad and GradVac share: every gradient meets the others in turn and is edited.

use crate::balance::balancer::BalancerContext;
use crate::config::{Choice, Kind, OptionSpec};
use crate::math::gram::Gram;
use nalgebra::DVector;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// In what order a gradient meets the others.
pub const ORDER: OptionSpec = OptionSpec {
    key: "order",
    label: "order",
    help: "In what order a gradient meets the others; with two tasks it makes no difference.",
    kind: Kind::Choice(orders),
    default: 1.0,
    live: true,
};

/// How the edited gradients are put together.
pub const REDUCTION: OptionSpec = OptionSpec {
    key: "reduction",
    label: "reduction",
    help: "Whether the edited gradients are added up or averaged; published code adds them up.",
    kind: Kind::Choice(reductions),
    default: 0.0,
    live: true,
};

const INDEX: Choice =
    Choice { key: "index", label: "by index", help: "Every gradient meets the others in their order." };
const RANDOM: Choice =
    Choice { key: "random", label: "random", help: "A new order for every gradient in every step, as published." };
const SUM: Choice = Choice { key: "sum", label: "sum", help: "The edited gradients are added up." };
const MEAN: Choice = Choice { key: "mean", label: "mean", help: "The edited gradients are averaged." };

fn orders() -> Vec<Choice> {
    vec![INDEX, RANDOM]
}

fn reductions() -> Vec<Choice> {
    vec![SUM, MEAN]
}

/// The weights `[K]` of the edited gradients together.
///
/// Gradient `i` starts as itself and meets every other `j`; `edit` is given both and the weights of
/// what `i` has become, and answers how much of the original `g_j` is added.
pub fn combine(
    seen: &BalancerContext,
    gram: &Gram,
    random: &mut ChaCha8Rng,
    mut edit: impl FnMut(usize, usize, &DVector<f64>) -> f64,
) -> DVector<f64> {
    let tasks = gram.tasks();
    let mut total = DVector::zeros(tasks);
    for i in 0..tasks {
        let mut others: Vec<usize> = (0..tasks).filter(|j| *j != i).collect();
        if seen.word(&ORDER) == RANDOM.key {
            others.shuffle(random);
        }
        let mut weights = DVector::zeros(tasks);
        weights[i] = 1.0;
        for j in others {
            weights[j] += edit(i, j, &weights);
        }
        total += weights;
    }
    if seen.word(&REDUCTION) == MEAN.key { total / tasks as f64 } else { total }
}
