//! Where the inputs are no plane: what units have to do with the tasks, over some validation rows.

use super::tensors::upload;
use crate::data::{Dataset, TaskShape, evenly};
use crate::measure::correlation::{Followed, correlations};
use crate::protocol::{LayerPicture, Picture};
use burn::tensor::{Device, Tensor};

/// As many validation rows are looked at; pictures come many times a second.
const ROWS: usize = 256;

/// Validation rows that units are watched on, spread evenly over all of them.
pub struct Watched {
    /// `[1, rows, inputs]`
    pub inputs: Tensor<3>,
    /// The same numbers, `[rows, inputs]`.
    pub cells: Vec<f32>,
    rows: Vec<usize>,
    tasks: Vec<Followed>,
    /// Per task.
    outputs: Vec<usize>,
    /// Of the inputs themselves, which never change: `[inputs, tasks]`.
    of_inputs: Vec<f32>,
}

impl Watched {
    /// Chooses the rows and uploads them.
    pub fn new(data: &Dataset, device: &Device) -> Self {
        let (valid, width) = (&data.valid, data.inputs);
        let rows: Vec<usize> = evenly(valid.rows, ROWS).collect();
        let cells = picked(&valid.x, width, &rows);
        let task = |(k, shape): (usize, &TaskShape)| {
            let labels = valid.y.get(k).map_or(Vec::new(), |y| picked(y, shape.columns, &rows));
            let mask = valid.mask.get(k).map_or(Vec::new(), |mask| picked(mask, 1, &rows));
            Followed::new(shape, &labels, &mask)
        };
        let tasks: Vec<Followed> = data.tasks.iter().enumerate().map(task).collect();
        let of_inputs = correlations(&by_unit(&cells, width), rows.len(), &tasks);
        let inputs = upload(cells.clone(), [1, rows.len(), width], device);
        let outputs = data.tasks.iter().map(|shape| shape.outputs).collect();
        Self { inputs, cells, rows, tasks, outputs, of_inputs }
    }

    /// Fills in what is known of the units of a picture: `layers` bring their activations on the rows as
    /// maps, and the predictions are those of all validation rows.
    pub fn fill(&self, picture: &mut Picture) {
        let of_units = |units: &[f32]| correlations(units, self.rows.len(), &self.tasks);
        picture.input_correlations.clone_from(&self.of_inputs);
        for LayerPicture { maps, correlations, .. } in &mut picture.layers {
            *correlations = of_units(&std::mem::take(maps));
        }
        let of_task = |(predictions, width): (&Vec<f32>, &usize)| {
            of_units(&by_unit(&picked(predictions, *width, &self.rows), *width))
        };
        picture.output_correlations = picture.predictions.iter().zip(&self.outputs).map(of_task).collect();
    }
}

/// Some rows of `[all, width]`.
fn picked<T: Copy>(values: &[T], width: usize, rows: &[usize]) -> Vec<T> {
    rows.iter().filter_map(|row| values.get(row * width..(row + 1) * width)).flatten().copied().collect()
}

/// `[rows, width]` as `[width, rows]`.
fn by_unit(values: &[f32], width: usize) -> Vec<f32> {
    (0..width).flat_map(|unit| values.iter().skip(unit).step_by(width.max(1)).copied()).collect()
}
