//! What is drawn of the composed model.

use serde::{Deserialize, Serialize};

/// Pictures of the composed model on its first seed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Optimiser steps taken.
    pub step: u32,
    /// Cells on a side of every map; 0 where the inputs are no plane.
    pub side: usize,
    /// Per task: predictions, `[side, side, outputs]`, row 0 at the largest second input.
    /// Probabilities for classes, values for a regression.
    pub maps: Vec<Vec<f32>>,
    /// Cells on a side of a unit's map.
    pub unit_side: usize,
    /// Hidden layers: the trunk's, then each task's.
    pub layers: Vec<LayerPicture>,
    /// Weights of each task's output layer `[from, outputs]`.
    pub outputs: Vec<Vec<f32>>,
    /// What the architecture has learned apart from its layers, such as gates.
    pub learned_matrices: Vec<LearnedMatrixPicture>,
    /// Where the inputs are no plane: predictions on validation rows, `[rows, outputs]` per task.
    pub predictions: Vec<Vec<f32>>,
    /// Where the inputs are no plane: how closely each input follows each task, `[inputs, tasks]`; see
    /// [`LayerPicture::correlations`].
    pub input_correlations: Vec<f32>,
    /// The same of each task's outputs, `[outputs, tasks]`.
    pub output_correlations: Vec<Vec<f32>>,
}

/// A hidden layer's weights and activation maps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LayerPicture {
    /// The task it belongs to; `None` for the trunk.
    pub task: Option<usize>,
    /// Inputs of the layer.
    pub from: usize,
    /// Units.
    pub width: usize,
    /// Weights `[from, width]`.
    pub weights: Vec<f32>,
    /// Activations over the plane, `[width, unit_side, unit_side]`, row 0 at the largest second
    /// input; empty where the inputs are no plane.
    pub maps: Vec<f32>,
    /// Where the inputs are no plane: how closely each unit follows each task over validation rows,
    /// `[width, tasks]`, from -1 to 1; 0 where a unit says nothing. See
    /// [`Followed`](crate::measure::correlation::Followed).
    pub correlations: Vec<f32>,
}

/// A matrix of what an architecture has learned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LearnedMatrixPicture {
    /// What it is, such as `gate mixture`.
    pub title: String,
    /// Names of the rows.
    pub rows: Vec<String>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// `[rows, columns]`
    pub values: Vec<f32>,
}
