//! Adam for the numbers that a balancer learns (Kingma, Ba 2015): decay rates 0.9 and 0.999, no weight
//! decay of its own, moments remembered together with what is learned.

use crate::balance::balancer::{BalancerContext, VectorSpec, Vectors};
use crate::balance::numbers::{bounded, vector};
use crate::config::{Kind, OptionSpec};
use crate::math::adam::{decayed, direction};

/// The learning rate of what a balancer learns. 0.025 is GradNorm's, FAMO's and Nash-MTL's.
pub(super) const RATE: OptionSpec = OptionSpec {
    key: "lr",
    label: "learning rate of the weights",
    help: "How fast the rule's own numbers follow the losses; they have an Adam of their own.",
    kind: Kind::Number { min: 0.001, max: 1.0, log: true, inherits: false },
    default: 0.025,
    live: true,
};

/// Mean of the gradients.
pub(super) const FIRST: VectorSpec = moment("adam_first", "Running mean of the gradients of what the rule learns.");

/// Mean of their squares.
pub(super) const SECOND: VectorSpec =
    moment("adam_second", "Running mean of the squared gradients of what the rule learns.");

/// Number of steps, the same for every task.
pub(super) const STEPS: VectorSpec = moment("adam_steps", "Steps that the rule has learned for.");

const fn moment(key: &'static str, help: &'static str) -> VectorSpec {
    VectorSpec { key, help, start: 0.0, remembered: true }
}

const DECAYS: (f64, f64) = (0.9, 0.999);

/// `values` after one step against `gradient`, and the moments after it.
pub(super) fn step(seen: &BalancerContext, values: &[f64], gradient: &[f64], rate: f64) -> (Vec<f64>, Vectors) {
    let slopes: Vec<f64> = gradient.iter().map(|slope| bounded(*slope)).collect();
    let running = |spec, decay, of: fn(f64) -> f64| -> Vec<f64> {
        vector(seen, spec).iter().zip(&slopes).map(|(mean, slope)| decayed(*mean, of(*slope), decay)).collect()
    };
    let first = running(&FIRST, DECAYS.0, |slope| slope);
    let second = running(&SECOND, DECAYS.1, |slope| slope * slope);
    let steps: Vec<f64> = vector(seen, &STEPS).iter().map(|steps| steps.max(0.0) + 1.0).collect();
    let moved = (0..values.len()).map(|task| {
        let corrections = (1.0 - DECAYS.0.powf(steps[task]), 1.0 - DECAYS.1.powf(steps[task]));
        values[task] - rate * direction(first[task], second[task].max(0.0), corrections)
    });
    let values = moved.collect();
    (values, Vectors::from([(FIRST.key, first), (SECOND.key, second), (STEPS.key, steps)]))
}
