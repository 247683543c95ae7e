//! Numbers that are read of a step itself, apart from those that measures make of it.
//!
//! A recorded number is a line here and a file in `train/population/recorded`, which says how it is taken. Points of
//! the curves carry all of them ([`of`] finds one by its key).

use super::terms::Unit;

/// What a recorded number has entries for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One for the composed model.
    One,
    /// One a task.
    Task,
    /// One for every two tasks and for each with itself, `[T, T]`.
    Pair,
}

impl Shape {
    /// How many numbers that is.
    pub fn count(self, tasks: usize) -> usize {
        match self {
            Self::One => 1,
            Self::Task => tasks,
            Self::Pair => tasks * tasks,
        }
    }
}

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Recorded {
    /// Its key.
    pub key: &'static str,
    /// One plain sentence.
    pub help: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    /// What it has entries for.
    pub shape: Shape,
    /// Whether it is taken of the losses times their scale, which is then taken out again.
    pub of_scaled_losses: bool,
}

/// Every recorded number, in the order in which points carry them.
pub const RECORDED: &[Recorded] = &[
    Recorded {
        key: "decrease",
        help: "By how much the step lowers a task's loss, to first order: its gradient times the step that the optimiser took.",
        unit: Unit::Loss,
        shape: Shape::Task,
        of_scaled_losses: true,
    },
    Recorded {
        key: "step-length",
        help: "How far the step moved the shared layers, as a Euclidean length.",
        unit: Unit::Plain,
        shape: Shape::One,
        of_scaled_losses: false,
    },
];

/// The entries of a recorded number out of those of all; none for an unknown key, and where nothing was recorded.
///
/// ```
/// use mtl_core::measure::recorded::of;
///
/// assert_eq!(of(&[0.1, 0.2, 3.0], "decrease", 2), [0.1, 0.2]);
/// assert_eq!(of(&[0.1, 0.2, 3.0], "step-length", 2), [3.0]);
/// assert!(of(&[], "decrease", 2).is_empty());
/// ```
pub fn of<'a>(numbers: &'a [f32], key: &str, tasks: usize) -> &'a [f32] {
    let mut rest = numbers;
    for line in RECORDED {
        let Some((own, after)) = rest.split_at_checked(line.shape.count(tasks)) else { return &[] };
        if line.key == key {
            return own;
        }
        rest = after;
    }
    &[]
}
