//! The training loop over a population, on any device.
//!
//! [`Trainer`] builds a lesson and takes optimiser steps; [`Session`] drives it by commands and
//! answers with events. Nothing here blocks: every read of the device is awaited.

mod balancers;
mod batch;
mod conditioned;
mod draws;
mod dropout;
mod error;
mod evaluate;
mod factors;
mod kinship;
mod picture;
mod plan;
mod race_run;
mod record;
mod session;
mod sight;
mod snapshot;
mod stages;
mod step;
pub mod tensors;
mod trainer;
mod watched;
mod weigh;

pub use error::TrainError;
pub use plan::{Member, Plan, Role, member_bytes};
pub use race_run::RaceRun;
pub use session::{Session, Turn, reached};
pub use trainer::{Advance, Trainer};
