//! Training strategies: which tasks are trained in a step, how much they count, and which shared layers
//! move.
//!
//! A strategy is one file and one line in `strategies!` below. It is called before every step and
//! schedules the composed model, the fan and the pairs alike. A task that is not trained drops out
//! of what the balancer is given, its private layers take no step, and its single-task baseline waits: at
//! any time a baseline has seen as many of its task's steps as the models that it is held against.

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
pub struct ScheduleContext<'a> {
    /// The lesson's settings.
    pub config: &'a Config,
    /// Epochs trained; fractions count steps.
    pub epoch: f64,
    /// Optimiser steps taken.
    pub step: u32,
    /// Training rows with a label, by task.
    pub labelled: &'a [usize],
    /// The single-task baselines' validation loss at the last recorded step, as a share of the best
    /// constant guess's, by task; infinite where nothing is known.
    pub single: &'a [f64],
    /// By task: the steps that have trained it so far, with the others and alone; empty before the first.
    pub trained: &'a [[u32; 2]],
    /// Shared layers, first to last.
    pub layers: usize,
}

impl ScheduleContext<'_> {
    /// Number of tasks.
    pub fn tasks(&self) -> usize {
        self.config.tasks.len()
    }

    /// An option of the lesson's strategy, by key.
    fn option(&self, key: &str) -> f64 {
        self.config.strategy.get(strategies(), key, 0.0)
    }
}

/// What a strategy says of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepSchedule {
    /// By task: a factor on its weight; 0 for a task that is not trained.
    pub tasks: Vec<f64>,
    /// By shared layer: a factor on its learning rate; 0 for a frozen one.
    pub layers: Vec<f64>,
}

impl StepSchedule {
    /// These tasks in full, all layers moving.
    fn active(at: &ScheduleContext, active: impl Fn(usize) -> bool) -> Self {
        Self::weighted(at, |task| f64::from(u8::from(active(task))))
    }

    /// Tasks by factors, all layers moving.
    fn weighted(at: &ScheduleContext, factor: impl Fn(usize) -> f64) -> Self {
        Self { tasks: (0..at.tasks()).map(factor).collect(), layers: vec![1.0; at.layers] }
    }
}

/// A line of the table: what holds of a strategy in every lesson.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// What the configuration sees.
    pub entry: PickEntry,
    /// Whether one task alone is trained in a step, so that there is nothing to balance.
    pub one_by_one: bool,
    /// Whether it has stages, in which later tasks may make earlier ones be forgotten.
    pub staged: bool,
    /// Whether baselines learn at every step, whatever is trained.
    pub needs_baselines: bool,
}

impl Line {
    /// Of a strategy without stages, which trains several tasks in a step and needs no baselines.
    const fn new(entry: PickEntry) -> Self {
        Self { entry, one_by_one: false, staged: false, needs_baselines: false }
    }
}

/// A way to schedule the tasks.
pub trait Strategy: Sync {
    /// What happens in a step; `None` where every task is trained in every step.
    fn schedule(&self, at: &ScheduleContext, random: &mut ChaCha8Rng) -> Option<StepSchedule>;
}

/// Makes two tables of one list: lines, which the page shows, and strategies, which the engine trains
/// by. Apart, so that a page without the engine carries the words alone.
macro_rules! strategies {
    ($($module:ident::$strategy:ident,)*) => {
        /// Every strategy as it is shown. The first is what an unknown key falls back to.
        pub const LINES: &[Line] = &[$($module::LINE),*];
        const STRATEGIES: &[&dyn Strategy] = &[$(&$module::$strategy),*];
    };
}

strategies! {
    joint::Joint,
    alternating::Alternating,
    curriculum::Curriculum,
    easy_first::EasyFirst,
    sequential::Sequential,
    transfer::Transfer,
}

/// The table as the configuration sees it.
pub fn strategies() -> &'static [PickEntry] {
    static ENTRIES: LazyLock<Vec<PickEntry>> = LazyLock::new(|| LINES.iter().map(|line| line.entry).collect());
    &ENTRIES
}

/// The line of a pick; joint training's where it is not known.
///
/// ```
/// use mtl_core::{config::Pick, strategy};
///
/// assert!(strategy::line(&Pick::new("transfer")).staged);
/// assert_eq!(strategy::line(&Pick::new("magic")).entry.choice.key, "joint");
/// ```
pub fn line(pick: &Pick) -> &'static Line {
    LINES.iter().find(|line| line.entry.choice.key == pick.method).unwrap_or(&joint::LINE)
}

/// The strategy of a pick; joint training where it is not known.
pub fn of(pick: &Pick) -> &'static dyn Strategy {
    let place = LINES.iter().position(|line| line.entry.choice.key == pick.method);
    place.and_then(|place| STRATEGIES.get(place)).copied().unwrap_or(&joint::Joint)
}

/// Whether a lesson's strategy reads a setting of the tasks, such as the epoch at which they join.
pub fn reads(config: &Config, setting: &str) -> bool {
    config.strategy.entry(strategies()).is_some_and(|entry| entry.reads.contains(&setting))
}

/// Why a strategy for several tasks makes no sense with one.
fn alone(config: &Config) -> Option<&'static str> {
    (config.tasks.len() < 2).then_some("There is one task: add another.")
}
