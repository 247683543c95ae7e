//! MoCo: MGDA's weights by small steps, over a moving average of the gradients (Fernando et al. 2023).

use super::answers::divisor;
use super::buffer::{AVERAGE, Buffer, COUNT, share};
use crate::balance::balancer::{Answer, Balancer, BalancerContext, MemorySpec, Needs, VectorSpec};
use crate::config::{Choice, OptionSpec, Paper, Pick, PickEntry};
use crate::math::gram::Gram;
use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;

/// As in the authors' code, `Y` follows `L_k g_k / |g_k|` with the share `beta / t^decay`,
/// `lambda <- softmax(lambda - gamma / t^decay (Y Y^T + rho I) lambda)`, and `d = Y^T lambda`.
pub struct Moco;

const BETA: OptionSpec =
    share("beta", "share of the newest", "The share of the newest gradients in the average, at the first step.", 0.5);
const GAMMA: OptionSpec = share("gamma", "pace of the weights", "How far the weights move, at the first step.", 0.1);
const RHO: OptionSpec = share("rho", "ridge", "Pulls the weights together.", 0.0);
const DECAY: OptionSpec = share("decay", "decay", "With which power of the steps both paces fall.", 0.5);

/// All zero, as at the first step, they count as equal.
const WEIGHTS: VectorSpec =
    VectorSpec { key: "lambda", help: "The weight of every averaged gradient.", start: 0.0, remembered: true };

const PAPERS: &[Paper] = &[Paper::new(
    "Fernando et al.",
    2023,
    "Mitigating Gradient Bias in Multi-objective Learning: A Provably Convergent Approach",
    "https://openreview.net/forum?id=dLAYGdKTi2",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "moco",
        label: "MoCo",
        help: "Averages the gradients over steps, and moves slowly to the weights under which they are shortest.",
    },
    &[BETA, GAMMA, RHO, DECAY],
)
.by(PAPERS);

impl Balancer for Moco {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Jacobian
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[WEIGHTS]
    }

    fn memories(&self) -> &'static [MemorySpec] {
        &[AVERAGE, COUNT]
    }

    fn answer(&self, seen: &BalancerContext, _random: &mut ChaCha8Rng) -> Answer {
        let Some(jacobian) = seen.jacobian else { return Answer::default() };
        let factors = DVector::from_fn(jacobian.nrows(), |k, _| {
            let norm = jacobian.row(k).norm();
            if norm > 0.0 { divisor(seen, k) / norm } else { 0.0 }
        });
        let paced = |pace: &OptionSpec, step: f64| seen.option(pace) / step.powf(seen.option(&DECAY));
        let Some(buffer) = Buffer::advance(seen, &factors, |step| paced(&BETA, step)) else {
            return Answer::default();
        };
        let weights = moved(&buffer.average, weights(seen), paced(&GAMMA, buffer.step), seen.option(&RHO));
        let mut answer = buffer.answer(&weights);
        answer.memory.insert(WEIGHTS.key, weights.as_slice().to_vec());
        answer
    }
}

fn weights(seen: &BalancerContext) -> DVector<f64> {
    let known = DVector::from_vec(seen.vector(&WEIGHTS));
    let tasks = known.len().max(1) as f64;
    let usable = known.iter().all(|weight| weight.is_finite()) && known.amax() > 0.0;
    if usable { known } else { known.map(|_| 1.0 / tasks) }
}

fn moved(average: &DMatrix<f64>, weights: DVector<f64>, pace: f64, rho: f64) -> DVector<f64> {
    let Some(gram) = Gram::new(&(average * average.transpose())) else { return weights };
    let slope = &gram.matrix * &weights * gram.scale + &weights * rho;
    let moved = &weights - slope * pace;
    let largest = moved.max();
    let powers = moved.map(|x| (x - largest).exp());
    let sum = powers.sum();
    if sum.is_finite() { powers / sum } else { weights }
}
