//! What a lesson is made of, as it was built.

use super::CurvePoint;
use crate::config::{Baseline, Varies};
use crate::data::Split;
use crate::measure::terms::Given;
use serde::{Deserialize, Serialize};

/// Rows of one split on the plane or beyond it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// Inputs, row-major `[rows, inputs]`. Only the first two inputs where there are more.
    pub inputs: Vec<f32>,
    /// Per task: targets, row-major `[rows, outputs]`; a class index for classes (one column).
    pub targets: Vec<Vec<f32>>,
    /// Per task: whether the row is labelled.
    pub labelled: Vec<Vec<bool>>,
}

impl From<&Split> for Rows {
    /// The first two inputs (one, if there is only one), every label and mask.
    fn from(split: &Split) -> Self {
        let inputs = split.x.len().checked_div(split.rows).unwrap_or(0);
        let shown = inputs.min(2);
        Self {
            inputs: split.x.chunks_exact(inputs.max(1)).flat_map(|x| &x[..shown]).copied().collect(),
            targets: split.y.clone(),
            labelled: split.mask.clone(),
        }
    }
}

/// What a lesson is made of, as built: doesn't change while it trains.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Number of inputs.
    pub inputs: usize,
    /// Whether the inputs are a plane, so that maps can be drawn over [-extent, extent]².
    pub plane: bool,
    /// Where the inputs are the pixels of a square picture, row by row: its side; otherwise 0.
    pub side: usize,
    /// The pictures of the first validation rows, `[rows, side, side]`; empty where inputs are none.
    pub pictures: Vec<f32>,
    /// Half the side of the drawn square.
    pub extent: f32,
    /// Training rows with labels as they are (noise included).
    pub train: Rows,
    /// Validation rows.
    pub valid: Rows,
    /// Optimiser steps in an epoch.
    pub steps_per_epoch: u32,
    /// Parameters of the composed model.
    pub shared_parameters: usize,
    /// Parameters of a shared bottom of the lesson's layers for each task, together.
    pub separate_parameters: usize,
    /// Parameters of the shared bottom of equal size; 0 where none trains.
    pub matched_parameters: usize,
    /// Paired seeds that train.
    pub seeds: usize,
    /// Preference vectors of the fan, `[points][tasks]`, each summing to 1.
    pub fan: Vec<Vec<f32>>,
    /// Whether single-task baselines train.
    pub baselines: bool,
    /// What the baselines are, with [`Baseline::Fair`] resolved to what it means for this lesson.
    pub baseline: Baseline,
    /// Per task: parameters of the model that learns it alone; empty without baselines.
    pub alone_parameters: Vec<usize>,
    /// What differs from seed to seed: [`Varies::Data`] only where every paired seed has rows of its own.
    pub varies: Varies,
    /// Paired seeds on which every two tasks are trained together; 0 without such models.
    pub pairs: usize,
    /// The hypervolume's reference point: each task's validation loss under the best constant.
    pub reference: Vec<f32>,
    /// Pearson correlation of the noiseless targets, `[tasks][tasks]`; of the first outputs.
    pub correlation: Vec<Vec<f32>>,
    /// What had to be left out to stay within the memory budget, in one sentence.
    pub reduced: Option<String>,
    /// Name of the metric per task, such as `accuracy`.
    pub metrics: Vec<String>,
}

impl Summary {
    /// What there is to measure at a point of the curves.
    pub fn given(&self, point: &CurvePoint) -> Given {
        let all = |numbers: &[f32]| !numbers.is_empty() && numbers.iter().all(|number| number.is_finite());
        Given {
            tasks: self.reference.len(),
            baselines: self.baselines,
            pairs: self.pairs,
            fan: self.fan.len(),
            gradients: all(&point.gram),
            weights: all(&point.weights),
        }
    }
}
