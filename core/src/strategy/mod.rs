//! Training strategies: which tasks are taught in a step, how much they count, and which shared layers
//! move.
//!
//! A strategy is one file and one line in [`STRATEGIES`]. It is asked before every step and answers for
//! the composed model, the fan and the pairs alike. A task that is not taught drops out of the
//! balancer's view, its private layers take no step, and its single-task baseline waits: at any time
//! a baseline has seen as many of its task's steps as the models that it is held against.

mod alternating;
mod curriculum;
mod easy_first;
mod joint;
mod sequential;
mod transfer;

use crate::config::{Config, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;
use std::sync::LazyLock;

/// What a strategy knows before a step.
pub struct Moment<'a> {
    /// The lesson.
    pub lesson: &'a Config,
    /// Epochs trained; fractions count steps.
    pub epoch: f64,
    /// Optimiser steps taken.
    pub step: u32,
    /// Training rows with a label, by task.
    pub labelled: &'a [usize],
    /// The single-task baselines' validation loss at the last recorded step, as a share of the best
    /// constant guess's, by task; infinite where nothing is known.
    pub single: &'a [f64],
    /// By task: the steps that have taught it so far, beside the others and alone; empty before the first.
    pub taught: &'a [[u32; 2]],
    /// Shared layers, first to last.
    pub layers: usize,
}

impl Moment<'_> {
    /// Number of tasks.
    pub fn tasks(&self) -> usize {
        self.lesson.tasks.len()
    }

    /// An option of the lesson's strategy, by key.
    fn option(&self, key: &str) -> f64 {
        self.lesson.strategy.get(strategies(), key, 0.0)
    }
}

/// What a strategy says of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Says {
    /// By task: a factor on its weight; 0 for a task that is not taught.
    pub tasks: Vec<f64>,
    /// By shared layer: a factor on its learning rate; 0 for a frozen one.
    pub layers: Vec<f64>,
}

impl Says {
    /// These tasks in full, all layers moving.
    fn taught(at: &Moment, taught: impl Fn(usize) -> bool) -> Self {
        Self::weighed(at, |task| f64::from(u8::from(taught(task))))
    }

    /// Tasks by factors, all layers moving.
    fn weighed(at: &Moment, factor: impl Fn(usize) -> f64) -> Self {
        Self { tasks: (0..at.tasks()).map(factor).collect(), layers: vec![1.0; at.layers] }
    }
}

/// A way to teach.
pub trait Strategy: Sync {
    /// The line of the table.
    fn entry(&self) -> PickEntry;

    /// What happens in a step; `None` where every task is taught in every step.
    fn says(&self, at: &Moment, random: &mut ChaCha8Rng) -> Option<Says>;

    /// Whether one task alone is taught in a step, so that there is nothing to balance.
    fn one_by_one(&self) -> bool {
        false
    }

    /// Whether it has stages, in which later tasks may make earlier ones be forgotten.
    fn staged(&self) -> bool {
        false
    }

    /// Whether baselines learn at every step, whatever is taught.
    fn needs_baselines(&self) -> bool {
        false
    }
}

/// Every strategy. The first is what an unknown key falls back to.
pub const STRATEGIES: &[&dyn Strategy] = &[
    &joint::Joint,
    &alternating::Alternating,
    &curriculum::Curriculum,
    &easy_first::EasyFirst,
    &sequential::Sequential,
    &transfer::Transfer,
];

/// The table as the configuration sees it.
pub fn strategies() -> &'static [PickEntry] {
    static ENTRIES: LazyLock<Vec<PickEntry>> = LazyLock::new(|| STRATEGIES.iter().map(|s| s.entry()).collect());
    &ENTRIES
}

/// The strategy of a pick; joint training where it is not known.
///
/// ```
/// use mtl_core::{config::Pick, strategy};
///
/// assert_eq!(strategy::of(&Pick::new("transfer")).entry().choice.key, "transfer");
/// assert_eq!(strategy::of(&Pick::new("magic")).entry().choice.key, "joint");
/// ```
pub fn of(pick: &Pick) -> &'static dyn Strategy {
    STRATEGIES.iter().find(|strategy| strategy.entry().choice.key == pick.method).copied().unwrap_or(&joint::Joint)
}

/// Whether a lesson's strategy reads a setting of the tasks, such as the epoch at which they join.
pub fn reads(config: &Config, setting: &str) -> bool {
    config.strategy.entry(strategies()).is_some_and(|entry| entry.reads.contains(&setting))
}

/// Why a strategy for several tasks makes no sense with one.
fn alone(config: &Config) -> Option<&'static str> {
    (config.tasks.len() < 2).then_some("There is one task: add another.")
}
