//! The training loop over a population, on any device.
//!
//! [`Ensemble`] builds the populations of a lesson and takes optimiser steps; [`Session`] drives it by commands and
//! answers with events. Nothing here blocks: every read of the device is awaited.

mod balancers;
mod baseline;
mod best_steps;
mod conditioned;
mod draws;
mod dropout;
mod ensemble;
mod error;
mod evaluate;
mod factors;
mod gains;
mod json_line;
mod minibatch;
mod observe;
mod order;
mod pictures;
mod plan;
mod population;
mod race_run;
mod record;
mod running;
mod session;
mod snapshot;
mod stages;
mod step;
mod task_affinity;
mod task_weights;
pub mod tensors;
mod watched;

pub use ensemble::{Advance, Ensemble};
pub use error::TrainError;
pub use json_line::json_line;
pub use plan::{Member, Plan, Role, member_bytes};
pub use race_run::RaceRun;
pub use session::{Session, Turn, reached};
