//! The words of the table of measures: what a measure is taken of, counted in, and in need of.

use crate::config::LossKind;

/// What a measure is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// One task's predictions.
    Task,
    /// The tasks together, or methods over several tasks.
    Tasks,
    /// The tasks' gradients at the shared layers.
    Gradients,
    /// A set of models with different preferences.
    Front,
}

impl Group {
    /// All groups, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Task, Self::Tasks, Self::Gradients, Self::Front];

    /// A heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Task => "One task",
            Self::Tasks => "Across tasks",
            Self::Gradients => "Gradients at the shared layers",
            Self::Front => "The Pareto front",
        }
    }

    /// What the group's measures are taken on, if they don't say otherwise; [`super::table::Measure::taken`].
    pub(super) fn taken(self) -> &'static str {
        match self {
            Self::Task | Self::Tasks => "validation rows, first seed",
            Self::Gradients => "the last training batch, first seed, at the shared layers",
            Self::Front => "validation rows, the fan and the composed model on the first seed",
        }
    }
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The more the better.
    Higher,
    /// The less the better.
    Lower,
    /// It describes; neither way is better.
    Neither,
}

impl Better {
    /// The arrow that papers put behind the name.
    pub fn arrow(self) -> &'static str {
        match self {
            Self::Higher => "\u{2191}",
            Self::Lower => "\u{2193}",
            Self::Neither => "",
        }
    }

    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Higher => "higher is better",
            Self::Lower => "lower is better",
            Self::Neither => "neither way is better",
        }
    }
}

/// What a measure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number of its own.
    Plain,
    /// A fraction, shown times 100.
    Percent,
    /// A change as a fraction, shown times 100 with its sign.
    Change,
    /// What the target is counted in.
    Target,
    /// The square of that.
    TargetSquared,
    /// What the loss is counted in.
    Loss,
    /// The square of that.
    LossSquared,
    /// The losses of all tasks, multiplied.
    LossProduct,
    /// Optimiser steps.
    Steps,
    /// A loss per unit of the parameters.
    Gradient,
    /// The square of that: what a loss falls per learning rate.
    GradientSquared,
}

impl Unit {
    /// What to put behind the number; the documentation's word where nothing stands there.
    pub fn text(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Percent | Self::Change => "%",
            Self::Target => "the target's unit",
            Self::TargetSquared => "the target's unit, squared",
            Self::Loss => "loss",
            Self::LossSquared => "loss, squared",
            Self::LossProduct => "product of the losses",
            Self::Steps => "steps",
            Self::Gradient => "loss per parameter",
            Self::GradientSquared => "loss per learning rate",
        }
    }

    /// What the number is multiplied by before it is shown.
    pub fn factor(self) -> f64 {
        if matches!(self, Self::Percent | Self::Change) { 100.0 } else { 1.0 }
    }
}

/// What a measure has numbers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// One number.
    Lesson,
    /// One for every task.
    Task,
    /// One for every two tasks i < j, ordered by i, then j.
    Pair,
    /// For every task two numbers: the composed model's, then that of the model which learns the task alone.
    Against,
    /// One number over the paired seeds: its mean and the two ends of its 95 % interval.
    Seeds,
    /// For every task a gain: its mean over seeds and the two ends of its 95 % interval.
    Gain,
    /// For every task i and every task j the gain of j from i, as in [`Per::Gain`]; none where i is j.
    Gains,
}

impl Per {
    /// How many numbers that is.
    pub fn count(self, tasks: usize) -> usize {
        match self {
            Self::Lesson => 1,
            Self::Seeds => 3,
            Self::Task => tasks,
            Self::Pair => tasks * tasks.saturating_sub(1) / 2,
            Self::Against => 2 * tasks,
            Self::Gain => 3 * tasks,
            Self::Gains => 3 * tasks * tasks,
        }
    }
}

/// What must be there for a measure to have a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Held-out rows, which there always are.
    Rows,
    /// A task that tells classes apart.
    Classes,
    /// A task that predicts numbers.
    Numbers,
    /// Single-task baselines.
    Baselines,
    /// Single-task baselines, and a loss of theirs that the composed model has reached.
    Reached,
    /// Models of every two tasks, and baselines to compare them with.
    Pairs,
    /// Other methods: baselines, or a fan.
    Rivals,
    /// The gradients of two tasks or more.
    Gradients,
    /// The gradients of two tasks or more, and a balancer that weighs them.
    Weights,
    /// A fan of models with different preferences.
    Fan,
    /// A strategy that trains one task after another.
    Stages,
}

/// What there is to measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Tasks.
    pub tasks: usize,
    /// Whether single-task baselines train.
    pub baselines: bool,
    /// Paired seeds on which every two tasks are trained together.
    pub pairs: usize,
    /// Points of the fan.
    pub fan: usize,
    /// Whether the last recorded step had every task's gradient.
    pub gradients: bool,
    /// Whether the balancer gave every task a weight in that step.
    pub weights: bool,
}

impl Need {
    /// Why there is no number, if something is missing; `loss` is that of the task in question.
    ///
    /// ```
    /// use mtl_core::measure::terms::{Given, Need};
    ///
    /// let given = Given { tasks: 2, ..Given::default() };
    /// assert_eq!(Need::Rows.unmet(&given, None), None);
    /// assert!(Need::Baselines.unmet(&given, None).is_some_and(|reason| reason.contains("baselines")));
    /// ```
    pub fn unmet(self, given: &Given, loss: Option<LossKind>) -> Option<&'static str> {
        let compares = !matches!(self, Self::Rows | Self::Classes | Self::Numbers | Self::Stages);
        let numbers = loss.is_some_and(LossKind::is_regression);
        match self {
            _ if compares && given.tasks < 2 => Some("A task alone has nothing to be compared with."),
            Self::Classes if numbers => Some("Only for tasks that tell classes apart."),
            Self::Numbers if loss.is_some() && !numbers => Some("Only for tasks that predict numbers."),
            Self::Baselines | Self::Reached if !given.baselines => {
                Some("No single-task baselines train; card 4 switches them on.")
            }
            Self::Reached => Some("Not yet as low as alone, or alone nothing is learned yet."),
            Self::Pairs if given.pairs == 0 => Some("No pairs of tasks train; card 4 switches them on."),
            Self::Rivals if !given.baselines && given.fan == 0 => Some("Neither baselines nor a fan train; card 4."),
            Self::Fan if given.fan == 0 => Some("No fan trains; card 4 switches it on."),
            Self::Gradients | Self::Weights if !given.gradients => {
                Some("No step yet, or one in which a task had no label.")
            }
            Self::Weights if !given.weights => Some("This balancer combines the gradients without a weight per task."),
            Self::Stages => Some("No strategy here teaches one task after another."),
            _ => None,
        }
    }
}
