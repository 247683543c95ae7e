//! Multi-task learning over a population axis.
//!
//! The rooms of this crate stand one on another; each uses only what is below it (`tests/rooms.rs` holds the
//! list). From the top:
//!
//! * `train` (feature `engine`): a lesson in training, and the session that the page drives;
//! * [`protocol`]: what the page and the engine say to each other;
//! * [`lesson`]: the tables of all settings, the sealed lesson and its check, its link and file, the documents;
//! * [`measure`]: metrics, transfer gain, conflict, forgetting, groupings;
//! * [`data`]: seeded tasks over shared inputs;
//! * [`landscape`]: two losses with formulas, down which the balancers race without a network;
//! * [`balance`]: how the task losses are weighted and the task gradients combined;
//! * [`strategy`]: which tasks are trained in a step;
//! * [`model`]: architectures; with feature `engine` as networks over the population axis;
//! * `kernel` (feature `engine`): a step's operations, each with a path for the host and one for a GPU;
//! * [`math`]: small solvers: Gram matrices, hulls, cones, Pareto sets, hypervolumes;
//! * [`random`]: seeded streams;
//! * [`config`]: what a lesson is made of, unchecked; it uses nothing of ours.
//!
//! Only `kernel`, `model` and `train` know burn; nothing here knows the web. Every formula stands with its paper.
#![doc = include_str!("../GLOSSARY.md")]
#![warn(missing_docs)]

pub mod balance;
pub mod config;
pub mod data;
#[cfg(feature = "engine")]
pub mod kernel;
pub mod landscape;
pub mod lesson;
pub mod math;
pub mod measure;
pub mod model;
pub mod protocol;
pub mod random;
pub mod strategy;
#[cfg(feature = "engine")]
pub mod train;
