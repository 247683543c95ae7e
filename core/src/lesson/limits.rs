//! Where a control ends: at what the configuration has, rather than at what a link may hold.
//!
//! The value of a checked configuration lies within these limits.

use crate::config::Config;
use crate::config::kind::Kind;
use crate::data;

/// As for links.
pub(super) fn everywhere(_: &Config, _: usize, kind: Kind) -> Kind {
    kind
}

/// A whole number's limits, no lower than `least` and no higher than `most`.
fn narrowed(kind: Kind, least: usize, most: usize) -> Kind {
    let Kind::Integer { min, max, word } = kind else { return kind };
    let [least, most] = [least, most].map(|end| i64::try_from(end).unwrap_or(i64::MAX));
    let min = least.clamp(min, max);
    Kind::Integer { min, max: most.clamp(min, max), word }
}

/// There are no more than the rows that the networks learn from.
pub(super) fn rows(config: &Config, _: usize, kind: Kind) -> Kind {
    narrowed(kind, 0, config.data.train_rows)
}

/// Up to the schedule's horizon, or the last epoch at which a task joins or leaves.
pub(super) fn epochs(config: &Config, _: usize, kind: Kind) -> Kind {
    let ends = config.tasks.iter().flat_map(|task| [task.from, task.until]);
    narrowed(kind, 0, ends.fold(config.training.horizon, usize::max))
}

/// What the data and the task's loss admit.
pub(super) fn outputs(config: &Config, task: usize, kind: Kind) -> Kind {
    let Some(task) = config.tasks.get(task) else { return kind };
    let fits = data::outputs(&config.data.source, task.loss);
    narrowed(kind, *fits.start(), *fits.end())
}

/// The smallest lattice of preferences has a point for every task.
pub(super) fn fan(config: &Config, _: usize, kind: Kind) -> Kind {
    narrowed(kind, config.tasks.len(), usize::MAX)
}
