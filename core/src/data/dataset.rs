//! A lesson's rows, as the engine trains on them.

use crate::config::{LossKind, TaskConfig};

/// A lesson's data: shared inputs, one set of labels per task, three splits.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Inputs per row.
    pub inputs: usize,
    /// Whether the inputs are a plane, so that maps can be drawn over [-extent, extent]².
    pub plane: bool,
    /// Where the inputs are the pixels of a square picture, row by row: its side; otherwise 0.
    pub side: usize,
    /// Half the side of the square to draw.
    pub extent: f32,
    /// One per task.
    pub tasks: Vec<TaskShape>,
    /// Rows to train on, with label noise and missing labels.
    pub train: Split,
    /// Held-out rows for curves, best steps and the Pareto plane; clean and complete.
    pub valid: Split,
    /// Held-out rows for the final numbers; clean and complete.
    pub test: Split,
    /// Pearson correlation of the noiseless targets (first outputs, before classes are cut) over
    /// the rows of all splits, `[tasks][tasks]`.
    pub correlation: Vec<Vec<f32>>,
    /// Per task: validation loss of the best constant predictor, best on the validation rows. The
    /// reference point of the hypervolume.
    ///
    /// Losses are means over rows and outputs: squared error without a factor 1/2; Huber with
    /// threshold 1, `e²/2` up to 1 and `|e| - 1/2` beyond; cross-entropies in nats.
    pub reference: Vec<f32>,
    /// Per task: the same of the test rows.
    pub test_reference: Vec<f32>,
}

/// What a task's labels look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskShape {
    /// The loss.
    pub loss: LossKind,
    /// Numbers that a model predicts per row: dimensions of a regression, one logit for a binary
    /// task, a logit per class for a multiclass task.
    pub outputs: usize,
    /// Numbers in a row's label: the outputs of a regression; one for classes, which holds 0 or 1
    /// (binary) or the class's index (multiclass).
    pub columns: usize,
}

/// Rows of one split.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Split {
    /// Number of rows.
    pub rows: usize,
    /// Inputs, row-major `[rows, inputs]`.
    pub x: Vec<f32>,
    /// Per task: labels, row-major `[rows, columns]`; 0 where the label is missing.
    pub y: Vec<Vec<f32>>,
    /// Per task: whether the row is labelled, `[rows]`.
    pub mask: Vec<Vec<bool>>,
}

/// As many validation rows are shown as pictures.
const PICTURES: usize = 12;

impl Dataset {
    /// The first validation rows as pictures, `[rows, side, side]`; empty where inputs are none.
    pub fn pictures(&self) -> Vec<f32> {
        self.valid.x.iter().take(PICTURES * self.side * self.side).copied().collect()
    }
}

impl TaskShape {
    /// The shape of a task's labels.
    pub fn of(task: &TaskConfig) -> Self {
        let outputs = match task.loss {
            LossKind::Bce => 1,
            _ => task.outputs.max(1),
        };
        let columns = if task.loss.is_regression() { outputs } else { 1 };
        Self { loss: task.loss, outputs, columns }
    }

    /// Number of classes; `None` for a regression.
    pub fn classes(&self) -> Option<usize> {
        match self.loss {
            LossKind::Bce => Some(2),
            LossKind::Ce => Some(self.outputs),
            LossKind::Mse | LossKind::Huber => None,
        }
    }
}

impl Split {
    /// Number of labelled rows of a task.
    pub fn labelled(&self, task: usize) -> usize {
        self.mask.get(task).map_or(0, |mask| mask.iter().filter(|on| **on).count())
    }
}
