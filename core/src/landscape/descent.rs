//! One optimiser over one racer's parameters, in f64.

use crate::config::{Optimiser, TrainingConfig};
use crate::math::adam::{self, EPSILON, decayed};
use serde::{Deserialize, Serialize};

/// Second decay rate of Adam; that of RMSprop; what keeps the denominators away from zero. As in
/// the engine.
const BETA2: f64 = 0.999;
const RMS_DECAY: f64 = 0.99;

/// The state of an optimiser: running means of the gradient and of its square, P numbers each, and
/// the steps taken. Adam with 0.9 and 0.999 is PyTorch's, which the published runs use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Descent {
    first: Vec<f64>,
    second: Vec<f64>,
    steps: i32,
}

impl Descent {
    /// Of so many parameters, before the first step.
    pub fn new(parameters: usize) -> Self {
        Self { first: vec![0.0; parameters], second: vec![0.0; parameters], steps: 0 }
    }

    /// Number of parameters that its state is of; 0 where its two means don't go together.
    pub(super) fn parameters(&self) -> usize {
        if self.first.len() == self.second.len() { self.first.len() } else { 0 }
    }

    /// Moves `x` one step against `direction`, by the optimiser, rate and momentum of the settings.
    /// There is nothing to decay towards here, so that AdamW is Adam.
    pub fn step(&mut self, x: &mut [f64], direction: &[f64], training: &TrainingConfig) {
        self.steps = self.steps.saturating_add(1);
        let (rate, momentum) = (training.learning_rate, training.momentum);
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((x, slope), (first, second)) in x.iter_mut().zip(direction).zip(moments) {
            *x -= rate
                * match training.optimiser {
                    Optimiser::Sgd => {
                        *first = momentum * *first + slope;
                        *first
                    }
                    Optimiser::Adam | Optimiser::AdamW => {
                        *first = decayed(*first, *slope, momentum);
                        // In this order: recorded races depend on the last bit.
                        *second = BETA2 * *second + (1.0 - BETA2) * slope * slope;
                        let corrections = (1.0 - momentum.powi(self.steps), 1.0 - BETA2.powi(self.steps));
                        adam::direction(*first, *second, corrections)
                    }
                    Optimiser::RmsProp => {
                        *second = RMS_DECAY * *second + (1.0 - RMS_DECAY) * slope * slope;
                        *first = momentum * *first + slope / (second.sqrt() + EPSILON);
                        *first
                    }
                };
        }
    }
}
