//! What a comparison of architectures tells.

use crate::measure::transfer::TransferGain;
use serde::{Deserialize, Serialize};

/// An architecture in a comparison, with its numbers so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComparedRow {
    /// Its key in the table of architectures.
    pub key: String,
    /// Its name.
    pub label: String,
    /// Its place among those that are compared, from 0.
    pub place: usize,
    /// How many are compared.
    pub of: usize,
    /// Whole epochs trained.
    pub epochs: u32,
    /// Whether it is done: trained to the end, or no longer finite, and timed.
    pub done: bool,
    /// Whether it left the finite numbers.
    pub diverged: bool,
    /// Parameters of one model.
    pub parameters: usize,
    /// Optimiser steps per second of one model alone; 0 until it is timed.
    pub steps_per_second: f32,
    /// Per task and paired seed: loss on test rows at the model's best step for the task, by validation rows.
    pub test: Vec<Vec<f32>>,
    /// Per task: transfer gain, read as [`super::Gains::best`].
    pub transfer: Vec<TransferGain>,
    /// Parameters that a model of one task alone has, on average over the tasks; 0 without baselines.
    pub alone_parameters: usize,
}
