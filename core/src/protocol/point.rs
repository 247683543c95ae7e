//! What is recorded of a step.

use crate::measure::recorded;
use crate::measure::relations::Held;
use crate::measure::transfer::TransferGain;
use serde::{Deserialize, Serialize};

/// How many points of a run are kept for showing: with [`MOST_OF_SEEDS`] they take less than 8 MB, however much a
/// lesson records. A run has as many at epoch 400 000.
pub const MOST_POINTS: usize = 1200;

/// How many numbers of single seeds all points that are kept have together.
pub const MOST_OF_SEEDS: usize = 125_000;

/// Numbers recorded at a fixed step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Optimiser steps taken.
    pub step: u32,
    /// Whole epochs trained.
    pub epoch: u32,
    /// Per task: training loss of the composed model on the first seed, over all labelled rows,
    /// without dropout, scale and weight.
    pub train: Vec<f32>,
    /// Per task: its validation loss.
    pub valid: Vec<f32>,
    /// Per task: its validation metric (accuracy, or root mean squared error).
    pub metric: Vec<f32>,
    /// Per task: validation loss of its single-task baseline on the first seed.
    pub single: Vec<f32>,
    /// Per task: the task weight of the composed model; NaN where the balancer has none.
    pub weights: Vec<f32>,
    /// Gram matrix of the composed model's task gradients at the trunk, row-major `[T, T]`.
    /// Empty until a step was taken; NaN where a task had no label in that step's batch.
    pub gram: Vec<f32>,
    /// What was read of the step, in the order of [`crate::measure::recorded::RECORDED`]; empty until a step was
    /// taken. [`CurvePoint::recorded`] finds one.
    pub recorded: Vec<f32>,
    /// The transfer gains.
    pub transfer: Gains,
    /// Per task: validation loss of the shared bottom of equal size on the first seed; empty where none
    /// trains.
    pub matched: Vec<f32>,
    /// Per task: that model's transfer gain, read as [`Gains::best`].
    pub matched_transfer: Vec<TransferGain>,
    /// Validation losses of the fan, row-major `[points, T]`; NaN for diverged members.
    pub fan: Vec<f32>,
    /// Validation losses of the network for the whole front at its preferences, row-major `[points, T]`;
    /// empty where none trains.
    pub conditioned: Vec<f32>,
    /// Hypervolume of the fan and the composed model.
    pub hypervolume: f64,
    /// Every measure of the composed model in the order of [`crate::measure::table::MEASURES`], as
    /// [`crate::measure::table::each`] takes them apart; NaN where there is no number.
    pub measures: Vec<f32>,
    /// Test numbers of the composed model on the first seed at its best step so far.
    pub best: Option<Best>,
    /// Mean affinities over the recorded steps so far, row-major `[T, T]`, a row for each task that
    /// receives; NaN where none is known, empty where they are not measured.
    pub affinity: Vec<f32>,
    /// The groups that follow from it, and those that follow from the gradients' cosines.
    pub groupings: Vec<Groups>,
    /// The declared relations with what the affinities say of them; empty where these are not measured.
    pub relations: Vec<Held>,
}

impl CurvePoint {
    /// The entries of a recorded number, by its key; none until a step was taken.
    pub fn recorded(&self, key: &str) -> &[f32] {
        recorded::of(&self.recorded, key, self.valid.len())
    }
}

/// What a choice of groups goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupedBy {
    /// Look-ahead affinities (TAG).
    Affinity,
    /// Cosines of the task gradients.
    Cosine,
}

/// Tasks to train together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Groups {
    /// What they go by.
    pub by: GroupedBy,
    /// How many there may be.
    pub budget: usize,
    /// The tasks of each group; every task is in one.
    pub groups: Vec<Vec<usize>>,
    /// The mean over tasks of what they have from their group.
    pub score: f64,
}

/// A task's transfer gain, read in three ways; each has one entry a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gains {
    /// The headline: on test rows, each side at its own best step so far by its own validation loss of the task.
    /// What sharing can give this task.
    pub best: Vec<TransferGain>,
    /// On test rows: the composed model at the one step with the lowest mean over tasks of its validation loss as a
    /// share of the best constant guess's, each baseline at its best step. What is deployed as one network.
    pub one_step: Vec<TransferGain>,
    /// On validation rows, both sides as they are at this step.
    pub now: Vec<TransferGain>,
}

/// Numbers on test rows of the composed model on the first seed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// The step with the lowest mean over tasks of the validation loss as a share of the best constant guess's.
    pub step: u32,
    /// Per task: its test loss there.
    pub test: Vec<f32>,
}
