//! DB-MTL: log losses, and gradients made as long as the longest (Lin et al. 2023).

use super::answers::divisor;
use super::buffer::{AVERAGE, Buffer, COUNT, share};
use crate::balance::balancer::{Answer, Balancer, BalancerContext, MemorySpec, Needs};
use crate::config::{Choice, OptionSpec, Paper, Pick, PickEntry};
use nalgebra::DVector;
use rand_chacha::ChaCha8Rng;

/// With the gradients `g` of `ln(L + 1e-8)`, `Y <- g + beta / t^sigma (Y - g)`, from zero, and
/// `d = sum_k max_j |Y_j| / |Y_k| Y_k`. A loss that has no logarithm keeps its own gradient.
pub struct DbMtl;

const BETA: OptionSpec =
    share("beta", "memory", "The share of the past in the averaged gradients, at the first step.", 0.9);
const SIGMA: OptionSpec = share("sigma", "decay", "With which power of the steps that share falls.", 0.0);

const PAPERS: &[Paper] =
    &[Paper::new("Lin et al.", 2023, "Dual-Balancing for Multi-Task Learning", "https://arxiv.org/abs/2308.12029")];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "db-mtl",
        label: "DB-MTL",
        help: "Takes logarithms of the losses, averages the gradients over steps, and makes all as long as the longest.",
    },
    &[BETA, SIGMA],
).by(PAPERS);

impl Balancer for DbMtl {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Jacobian
    }

    fn memories(&self) -> &'static [MemorySpec] {
        &[AVERAGE, COUNT]
    }

    fn answer(&self, seen: &BalancerContext, _random: &mut ChaCha8Rng) -> Answer {
        let tasks = seen.jacobian.map_or(0, |jacobian| jacobian.nrows());
        let factors = DVector::from_fn(tasks, |k, _| 1.0 / (divisor(seen, k) + 1e-8));
        let share = |step: f64| 1.0 - seen.option(&BETA) / step.powf(seen.option(&SIGMA));
        let Some(buffer) = Buffer::advance(seen, &factors, share) else { return Answer::default() };
        let norms = DVector::from_fn(tasks, |k, _| buffer.average.row(k).norm());
        let longest = norms.amax();
        buffer.answer(&norms.map(|norm| if norm > 0.0 { longest / norm } else { 0.0 }))
    }
}
