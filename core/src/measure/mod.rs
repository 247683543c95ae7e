//! What the page shows of training: metrics, transfer gain, conflict, forgetting, groupings, declared
//! relations, Pareto set, hypervolume.
//!
//! Plain functions over plain numbers; nothing here knows how they were trained. Input that allows
//! no statement (no rows, one class only, constant targets, a baseline of zero, NaN) gives `None`.
//! [`table::MEASURES`] lists them with what the page and the documentation say of each, and
//! [`observation::Observation::measures`] takes all of them at a recorded step. To add one: a line in the
//! table and its function in `take`; page, documentation and tests follow.

pub mod classes;
pub mod conflict;
pub mod correlation;
pub mod distinct;
pub mod document;
pub mod forgetting;
pub mod gram;
pub mod grouping;
pub mod metric;
pub mod numbers;
pub mod observation;
mod papers;
pub mod real;
pub mod recorded;
pub mod recorded_epochs;
pub mod relations;
pub mod scores;
pub mod spread;
pub mod steps_to_baseline;
pub mod table;
mod take;
pub mod tasks;
pub mod terms;
pub mod transfer;
pub mod update;
pub mod words;
