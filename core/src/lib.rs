//! Multi-task learning over a population axis.
//!
//! Data flows one way through the rooms of this crate:
//!
//! ```text
//! config -> data -> model -> train -> measure -> protocol
//! ```
//!
//! * [`config`]: what a lesson is, unchecked and checked, its limits, presets, link and file;
//! * [`data`]: seeded tasks over shared inputs;
//! * [`balance`]: how the task losses are weighed against each other;
//! * [`measure`]: metrics, transfer gain, conflict, forgetting, groupings, Pareto set, hypervolume;
//! * [`landscape`]: two losses with formulas, down which the balancers race without a network;
//! * [`strategy`]: which tasks are taught in a step;
//! * [`protocol`]: what the page and the engine say to each other;
//! * [`model`]: architectures; with feature `engine` as networks over the population axis;
//! * `train` (feature `engine`): the loop;
//! * [`random`]: seeded streams.
//!
//! Only `model` and `train` know burn; nothing here knows the web. Every formula stands with its paper.
//! "The methods' reference" beside some is the collection of formulas that this crate was written by; its
//! sections are named so that methods of one kind can be found together.

pub mod balance;
pub mod config;
pub mod data;
pub mod landscape;
pub mod measure;
pub mod model;
pub mod protocol;
pub mod random;
pub mod strategy;
#[cfg(feature = "engine")]
pub mod train;
