//! ExcessMTL: more weight for the task that has more left to learn (He et al. 2024).

use super::answers::answer;
use crate::balance::balancer::{Answer, Balancer, BalancerContext, MemorySize, MemorySpec, Needs, VectorSpec};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;

/// With the running sum `h_k` of squared gradients, the excess risk is
/// `e_k = g_k^T diag(h_k)^(-1/2) g_k`; divided by its first value it moves the weights,
/// `w_k <- w_k exp(step e_k)`, rescaled to sum to K. The first step only measures.
pub struct ExcessMtl;

const STEP: OptionSpec = OptionSpec {
    key: "step",
    label: "pace of the weights",
    help: "How fast weight goes to the tasks that have more left to learn.",
    kind: Kind::Number { min: 1e-4, max: 1.0, log: true, inherits: false },
    default: 0.01,
    live: true,
};

const WEIGHTS: VectorSpec =
    VectorSpec { key: "weights", help: "The weight of every task.", start: 1.0, remembered: true };
const FIRST: VectorSpec =
    VectorSpec { key: "first", help: "The excess risk at the first step.", start: 0.0, remembered: true };
const SQUARES: MemorySpec =
    MemorySpec { key: "squares", help: "The sum of the squared gradients.", size: MemorySize::Jacobian };

const PAPERS: &[Paper] = &[Paper::new(
    "He et al.",
    2024,
    "Robust Multi-Task Learning with Excess Risks",
    "https://arxiv.org/abs/2402.02009",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "excess-mtl",
        label: "ExcessMTL",
        help: "Estimates from the gradients how far every loss is from its best, and gives weight to the farthest.",
    },
    &[STEP],
)
.by(PAPERS);

impl Balancer for ExcessMtl {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Jacobian
    }

    /// Its weights are for the losses, heads and all.
    fn weighs_heads(&self, _: &Pick) -> bool {
        true
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[WEIGHTS, FIRST]
    }

    fn memories(&self) -> &'static [MemorySpec] {
        &[SQUARES]
    }

    fn answer(&self, seen: &BalancerContext, _random: &mut ChaCha8Rng) -> Answer {
        let known = DVector::from_vec(seen.vector(&WEIGHTS));
        let Some(jacobian) = seen.jacobian else { return answer(known) };
        let squares = squares(seen, jacobian);
        let excess = excess(jacobian, &squares);
        let first = DVector::from_vec(seen.vector(&FIRST));
        let measured = first.amax() > 0.0;
        let weights = if measured { moved(&known, &excess, &first, seen.option(&STEP)) } else { known };
        let mut answer = answer(weights.clone());
        answer.memory.insert(WEIGHTS.key, weights.as_slice().to_vec());
        answer.memory.insert(FIRST.key, if measured { first } else { excess }.as_slice().to_vec());
        answer.memory.insert(SQUARES.key, squares.transpose().as_slice().to_vec());
        answer
    }
}

/// `[K, P]`: the sums with this step in them.
fn squares(seen: &BalancerContext, jacobian: &DMatrix<f64>) -> DMatrix<f64> {
    let before = DMatrix::from_row_slice(jacobian.nrows(), jacobian.ncols(), &seen.memory(&SQUARES));
    before.zip_map(jacobian, |sum, x| {
        let next = sum + x * x;
        if next.is_finite() { next } else { sum }
    })
}

/// `[K]`: the estimated excess risks. An element that never had a gradient adds nothing.
fn excess(jacobian: &DMatrix<f64>, squares: &DMatrix<f64>) -> DVector<f64> {
    let parts = jacobian.zip_map(squares, |x, sum| if sum > 0.0 { x * (x / sum.sqrt()) } else { 0.0 });
    let finite = |risk: f64| if risk.is_finite() { risk } else { 0.0 };
    DVector::from_fn(jacobian.nrows(), |k, _| finite(parts.row(k).sum()))
}

fn moved(weights: &DVector<f64>, excess: &DVector<f64>, first: &DVector<f64>, step: f64) -> DVector<f64> {
    // Less the largest, which rescaling takes out again: nothing overflows.
    let rise = excess.zip_map(first, |now, first| if first > 0.0 { (step * (now / first)).min(1e300) } else { 0.0 });
    let largest = rise.max();
    let grown = weights.zip_map(&rise, |weight, rise| weight.max(0.0) * (rise - largest).exp());
    let sum = grown.sum();
    if sum > 0.0 && sum.is_finite() { grown * (weights.len() as f64 / sum) } else { weights.clone() }
}
