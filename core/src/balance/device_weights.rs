//! Balancers with weights that don't depend on the step's losses, in one form that an engine applies on
//! its device.

use crate::config::{LossKind, Pick};

/// A balancer's state stays within this distance of zero, whatever its gradient says: weights of
/// `exp(10)` are beyond use, and a loss near zero would drive the state there.
pub const STATE_LIMIT: f64 = 10.0;

/// What a balancer is given of the lesson; it doesn't change from step to step.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The kind of every task.
    pub kinds: &'a [LossKind],
    /// The weight that the lesson gives every task.
    pub manual: &'a [f64],
    /// The picked balancer with its options.
    pub options: &'a Pick,
}

/// One form for every balancer with weights that don't depend on the step's losses:
///
/// * without learned factors, `L = sum_t fixed_t L_t`;
/// * with them, `L = sum_t (a_t exp(-s_t) L_t + s_t / 2)`, over a state `s` that follows
///   `dL/ds_t = 1/2 - a_t exp(-s_t) L_t`, clamped to [`STATE_LIMIT`] after every step.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceWeights {
    /// Task weights where nothing is learned; all one where something is.
    pub fixed: Vec<f64>,
    /// The factors `a_t`.
    pub learned: Option<Vec<f64>>,
    /// The learning rate of the state's own Adam, which knows no decay and no schedule; 0 where
    /// nothing is learned.
    pub rate: f64,
}

impl DeviceWeights {
    /// Weights that stay as they are.
    pub fn fixed(weights: Vec<f64>) -> Self {
        Self { fixed: weights, learned: None, rate: 0.0 }
    }

    /// Weights that are learned, with these factors and at this rate.
    pub fn learned(factors: Vec<f64>, rate: f64) -> Self {
        Self { fixed: vec![1.0; factors.len()], learned: Some(factors), rate }
    }

    /// The same weights, longer.
    pub fn times(self, factor: f64) -> Self {
        let longer = |weights: Vec<f64>| weights.into_iter().map(|weight| weight * factor).collect();
        Self { fixed: longer(self.fixed), learned: self.learned.map(longer), rate: self.rate }
    }

    /// The task weights at a state; a state that is too short counts as zero where it ends.
    pub fn weights(&self, state: &[f64]) -> Vec<f64> {
        match &self.learned {
            None => self.fixed.clone(),
            Some(factors) => factors.iter().zip(padded(state)).map(|(a, s)| a * (-s).exp()).collect(),
        }
    }

    /// The gradient of the objective by the state.
    pub fn state_gradient(&self, losses: &[f64], state: &[f64]) -> Vec<f64> {
        if self.learned.is_none() {
            return Vec::new();
        }
        self.weights(state).iter().zip(losses).map(|(weight, loss)| 0.5 - weight * loss).collect()
    }

    /// What is minimised: the weighted losses, and the price of the state.
    pub fn objective(&self, losses: &[f64], state: &[f64]) -> f64 {
        let weighted: f64 = self.weights(state).iter().zip(losses).map(|(weight, loss)| weight * loss).sum();
        match &self.learned {
            None => weighted,
            Some(factors) => weighted + padded(state).take(factors.len()).map(|s| 0.5 * s).sum::<f64>(),
        }
    }
}

fn padded(state: &[f64]) -> impl Iterator<Item = f64> {
    state.iter().map(|s| s.clamp(-STATE_LIMIT, STATE_LIMIT)).chain(std::iter::repeat(0.0))
}
