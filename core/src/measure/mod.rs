//! What the page shows of training: metrics, transfer gain, conflict, Pareto set, hypervolume.
//!
//! Plain functions over plain numbers; nothing here knows how they were trained.

pub mod conflict;
pub mod hypervolume;
pub mod metric;
pub mod pareto;
pub mod transfer;
