//! ConFIG: the direction with the same cosine to all gradients (Liu et al. 2024).

use super::answers::{answer, gram};
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs};
use crate::config::{Choice, Paper, Pick, PickEntry};
use crate::math::gram::Gram;
use crate::math::spectrum::Spectrum;
use nalgebra::DVector;
use rand_chacha::ChaCha8Rng;

/// `u` is the unit vector along `U^+ 1` with the unit gradients as rows of U, and
/// `d = (sum_k g_k . u) u`.
///
/// The answer is a direction; where only the Gram matrix is given, the weights that make it.
pub struct Config;

const PAPERS: &[Paper] = &[Paper::new(
    "Liu, Chu & Thuerey",
    2024,
    "ConFIG: Towards Conflict-free Training of Physics Informed Neural Networks",
    "https://arxiv.org/abs/2408.11104",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "config",
        label: "ConFIG",
        help: "Goes along the one direction that has the same angle to every task's gradient.",
    },
    &[],
)
.by(PAPERS);

impl Balancer for Config {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Jacobian
    }

    fn has_weights(&self, _: &Pick) -> bool {
        false
    }

    fn answer(&self, seen: &BalancerContext, _random: &mut ChaCha8Rng) -> Answer {
        let weights = gram(seen).map_or_else(|| DVector::zeros(seen.tasks()), |gram| weights(&gram));
        match seen.jacobian {
            Some(jacobian) => {
                let direction = jacobian.transpose() * weights;
                let finite = direction.iter().all(|x| x.is_finite());
                Answer::direction(if finite { direction.as_slice().into() } else { vec![0.0; jacobian.ncols()] })
            }
            None => answer(weights),
        }
    }
}

fn weights(gram: &Gram) -> DVector<f64> {
    let ones = gram.norms.map(|norm| f64::from(norm > 0.0));
    // U^+ 1 = U^T C^+ 1, with C the cosines.
    let combination = Spectrum::of(&gram.unit, gram.cutoff()).apply(f64::recip, &ones);
    let cosines = &gram.unit * &combination;
    // Gradients that cancel have nothing in common with any direction.
    if cosines.norm_squared() <= 1e-10 * ones.sum() {
        return DVector::zeros(gram.tasks());
    }
    let square = combination.dot(&cosines);
    let length = gram.norms.dot(&cosines) / square;
    let inverse = gram.norms.map(|norm| if norm > 0.0 { norm.recip() } else { 0.0 });
    combination.component_mul(&inverse) * length
}
