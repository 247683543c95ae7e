//! How the task losses are weighed against each other.
//!
//! A balancer is one file and one line in [`BALANCERS`]. Its rule is written for plain numbers on
//! the host, as published; the engine applies the same formulas on the device, for all members at
//! once, from the rule's [`Coefficients`].

mod equal;
pub mod gradients;
pub mod losses;
mod manual;
pub mod rule;
pub mod tool;
mod uncertainty;

use crate::config::{Lesson, LossKind, Pick, PickEntry};
use std::sync::LazyLock;

/// Key of the balancer that reads the tasks' own weights.
pub const MANUAL: &str = manual::KEY;

/// A balancer's state stays within this distance of zero, whatever its gradient says: weights of
/// `exp(10)` are beyond use, and a loss near zero would drive the state there (section 2.1.3 of
/// the methods' reference).
pub const STATE_LIMIT: f64 = 10.0;

/// A line of the table of balancers.
#[derive(Clone, Copy)]
pub struct Balancer {
    /// Key, label, help and options.
    pub entry: PickEntry,
    /// Whether the rule needs the Gram matrix of the task gradients, and with it a readback.
    pub needs_gram: bool,
    /// What it does.
    pub rule: &'static dyn Balance,
}

/// Every balancer, in the order of the picker. What is not known is read as the first.
pub const BALANCERS: &[Balancer] = &[equal::BALANCER, manual::BALANCER, uncertainty::BALANCER];

/// The lines of the table as the configuration reads them.
pub fn balancers() -> &'static [PickEntry] {
    static ENTRIES: LazyLock<Vec<PickEntry>> =
        LazyLock::new(|| BALANCERS.iter().map(|balancer| balancer.entry).collect());
    &ENTRIES
}

/// The balancer that a lesson picks.
///
/// ```
/// use mtl_core::{balance, config::Pick};
///
/// let balancer = balance::of(&Pick::new("uncertainty"));
/// assert_eq!(balancer.entry.choice.label, "uncertainty");
/// ```
pub fn of(pick: &Pick) -> &'static Balancer {
    let known = BALANCERS.iter().find(|balancer| balancer.entry.choice.key == pick.method);
    known.unwrap_or(&BALANCERS[0])
}

/// What the engine needs to know of a lesson's balancer.
pub fn coefficients(lesson: &Lesson) -> Coefficients {
    let kinds: Vec<_> = lesson.tasks.iter().map(|task| task.loss).collect();
    let manual: Vec<_> = lesson.tasks.iter().map(|task| task.weight).collect();
    let given = Given { kinds: &kinds, manual: &manual, options: &lesson.balancer };
    of(&lesson.balancer).rule.coefficients(&given)
}

/// What a rule is told of the lesson; it doesn't change from step to step.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The kind of every task.
    pub kinds: &'a [LossKind],
    /// The weight that the lesson gives every task.
    pub manual: &'a [f64],
    /// The picked balancer with its options.
    pub options: &'a Pick,
}

/// A rule that turns losses, and what it has learned from earlier ones, into task weights.
pub trait Balance: Sync {
    /// What the one form of all rules needs to know, per task.
    fn coefficients(&self, given: &Given) -> Coefficients;

    /// The learning rate of the state's own Adam.
    fn state_rate(&self, given: &Given) -> f64 {
        self.coefficients(given).rate
    }

    /// The state at the first step: a number a task where the rule learns something, else nothing.
    fn state(&self, given: &Given) -> Vec<f64> {
        vec![0.0; self.coefficients(given).learned.map_or(0, |learned| learned.len())]
    }

    /// The task weights of the composed model.
    fn weights(&self, _losses: &[f64], state: &[f64], given: &Given) -> Vec<f64> {
        self.coefficients(given).weights(state)
    }

    /// The gradient of the state; empty where there is none.
    fn state_gradient(&self, losses: &[f64], state: &[f64], given: &Given) -> Vec<f64> {
        self.coefficients(given).state_gradient(losses, state)
    }
}

/// One form for every rule whose weights don't depend on the step's losses:
///
/// * without learned factors, `L = sum_t fixed_t L_t`;
/// * with them, `L = sum_t (a_t exp(-s_t) L_t + s_t / 2)`, over a state `s` that follows
///   `dL/ds_t = 1/2 - a_t exp(-s_t) L_t`, clamped to [`STATE_LIMIT`] after every step.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficients {
    /// Task weights where nothing is learned; all one where something is.
    pub fixed: Vec<f64>,
    /// The factors `a_t`.
    pub learned: Option<Vec<f64>>,
    /// The learning rate of the state's own Adam, which knows no decay and no schedule; 0 where
    /// nothing is learned.
    pub rate: f64,
}

impl Coefficients {
    /// Weights that stay as they are.
    pub fn fixed(weights: Vec<f64>) -> Self {
        Self { fixed: weights, learned: None, rate: 0.0 }
    }

    /// Weights that are learned, with these factors and at this rate.
    pub fn learned(factors: Vec<f64>, rate: f64) -> Self {
        Self { fixed: vec![1.0; factors.len()], learned: Some(factors), rate }
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

    /// What is minimised: the weighed losses, and the price of the state.
    pub fn objective(&self, losses: &[f64], state: &[f64]) -> f64 {
        let weighed: f64 = self.weights(state).iter().zip(losses).map(|(weight, loss)| weight * loss).sum();
        match &self.learned {
            None => weighed,
            Some(factors) => weighed + padded(state).take(factors.len()).map(|s| 0.5 * s).sum::<f64>(),
        }
    }
}

fn padded(state: &[f64]) -> impl Iterator<Item = f64> {
    state.iter().map(|s| s.clamp(-STATE_LIMIT, STATE_LIMIT)).chain(std::iter::repeat(0.0))
}
