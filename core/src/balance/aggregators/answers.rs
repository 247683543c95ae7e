//! From the Gram matrix that an aggregator is given to its answer.

use crate::balance::balancer::{Answer, BalancerContext};
use crate::math::gram::Gram;
use nalgebra::DVector;

/// The Gram matrix of the task gradients; `None` where there is none or it is not finite.
pub fn gram(seen: &BalancerContext) -> Option<Gram> {
    match (seen.gram, seen.jacobian) {
        (Some(gram), _) => Gram::new(gram),
        (None, Some(jacobian)) => Gram::new(&(jacobian * jacobian.transpose())),
        (None, None) => None,
    }
}

/// The answer with these weights: all zero, a step of length zero, should one of them not be finite.
pub fn answer(weights: DVector<f64>) -> Answer {
    let finite = weights.iter().all(|weight| weight.is_finite());
    let settle = |weight: &f64| if finite { *weight } else { 0.0 };
    Answer::weights(weights.iter().map(settle).collect())
}

/// The answer of `aggregator` to the Gram matrix; zero weights where there is none.
pub fn answered(seen: &BalancerContext, aggregator: impl FnOnce(&Gram) -> DVector<f64>) -> Answer {
    gram(seen).map_or_else(|| Answer::weights(vec![0.0; seen.tasks()]), |gram| answer(aggregator(&gram)))
}

/// A task's loss where it can be divided by, else 1.
pub fn divisor(seen: &BalancerContext, task: usize) -> f64 {
    let usable = |loss: &&f64| loss.is_finite() && **loss > 0.0;
    seen.losses.get(task).filter(usable).copied().unwrap_or(1.0)
}
