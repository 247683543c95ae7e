//! Pictures of the composed model: its predictions over the plane, its units' activations, its
//! weights.

use super::TrainError;
use super::population::{Population, TapedOutputs};
use super::tensors::{Packed, upload};
use super::watched::Watched;
use crate::config::LossKind;
use crate::data::Dataset;
use crate::model::slots::LayerId;
use crate::model::{Layout, LearnedMatrix, Outputs, Params, Shape, Slot, SlotKind};
use crate::protocol::{LayerPicture, LearnedMatrixPicture, Picture};
use burn::tensor::{Device, Tensor};

/// Cells on a side of a task's map.
pub const SIDE: usize = 48;
/// Cells on a side of a unit's map.
pub const UNIT_SIDE: usize = 16;

/// Names of what is read.
const THETA: &str = "theta";
const OUTPUTS: &str = "outputs";
const HIDDEN: &str = "hidden";
const MATRICES: &str = "matrices";

/// What the network is shown, on the device.
pub enum Pictures {
    /// The grids of a plane.
    Plane {
        /// For the tasks' maps.
        maps: Tensor<3>,
        /// The same numbers, `[SIDE * SIDE, 2]`.
        cells: Vec<f32>,
        /// For the units' maps.
        units: Tensor<3>,
        /// The same numbers, `[UNIT_SIDE * UNIT_SIDE, 2]`.
        unit_cells: Vec<f32>,
    },
    /// Where the inputs are no plane.
    Rows(Watched),
}

/// Cell centres of a square grid over [-extent, extent]², row 0 at the largest second input.
fn grid(side: usize, extent: f32) -> Vec<f32> {
    let centre = |i: usize| ((2 * i + 1) as f32 / side as f32 - 1.0) * extent;
    (0..side).flat_map(|row| (0..side).flat_map(move |column| [centre(column), centre(side - 1 - row)])).collect()
}

/// What a network makes of what it is shown.
enum Seen {
    /// By its tape.
    Taped(TapedOutputs),
    /// On the device.
    Held(Outputs),
}

impl Pictures {
    /// Sets up the grids, or the rows where the inputs are no plane.
    pub fn new(data: &Dataset, device: &Device) -> Self {
        if !data.plane {
            return Self::Rows(Watched::new(data, device));
        }
        let points = |side: usize| upload(grid(side, data.extent), [1, side * side, 2], device);
        let [cells, unit_cells] = [SIDE, UNIT_SIDE].map(|side| grid(side, data.extent));
        Self::Plane { maps: points(SIDE), cells, units: points(UNIT_SIDE), unit_cells }
    }

    /// What the first member makes of the plane's cells, or else of its validation rows, and its hidden units at theirs.
    fn look(&self, population: &Population, data: &Dataset, params: &Params) -> Seen {
        let (rows, of_units) = match self {
            Self::Plane { cells, unit_cells, .. } => (cells.as_slice(), unit_cells.as_slice()),
            Self::Rows(watched) => (data.valid.x.as_slice(), watched.cells.as_slice()),
        };
        if let Some(shown) = population.first_shown(rows, of_units) {
            return Seen::Taped(shown);
        }
        let (rows, of_units) = match self {
            Self::Plane { maps, units, .. } => (maps.clone(), units),
            Self::Rows(watched) => (population.evaluator().rows(), &watched.inputs),
        };
        let forward = |rows: Tensor<3>, hidden: bool| population.network().forward(params, rows, None, hidden);
        Seen::Held(Outputs { groups: forward(rows, false).groups, hidden: forward(of_units.clone(), true).hidden })
    }

    /// Takes a picture of a population's first member.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn take(&self, population: &Population, data: &Dataset, step: u32) -> Result<Picture, TrainError> {
        let (network, shape, theta) = (population.network(), population.shape(), population.theta());
        let first = theta.clone().slice([0..1, 0..theta.dims()[1]]);
        let params = Params::from_flat(&first, network.layout());
        let mut packed = Packed::default();
        packed.push(THETA, first);
        let by_tape = match self.look(population, data, &params) {
            Seen::Taped(TapedOutputs { tasks, hidden }) => Some((tasks, hidden)),
            Seen::Held(Outputs { groups, hidden }) => {
                groups.into_iter().for_each(|group| packed.push(OUTPUTS, group));
                hidden.into_iter().for_each(|layer| packed.push(HIDDEN, layer));
                None
            }
        };
        let matrices = network.learned_matrices(&params, population.evaluator().rows());
        matrices.iter().for_each(|matrix| packed.push(MATRICES, matrix.values.clone()));
        let mut parts = packed.read().await?;
        let theta = parts.take(THETA);
        let (outputs, hidden) =
            by_tape.unwrap_or_else(|| (task_outputs(shape, &parts.take_all(OUTPUTS)), parts.take_all(HIDDEN)));
        let learned_matrices = matrices.into_iter().zip(parts.take_all(MATRICES)).map(|(matrix, values)| {
            let LearnedMatrix { title, rows, columns, .. } = matrix;
            LearnedMatrixPicture { title, rows, columns, values }
        });
        let mut picture = Picture {
            step,
            layers: layers(shape, network.layout(), &theta, &hidden),
            outputs: output_weights(shape, network.layout(), &theta),
            learned_matrices: learned_matrices.collect(),
            ..Picture::default()
        };
        let probabilities = probabilities(shape, &outputs);
        match self {
            Self::Plane { .. } => {
                (picture.side, picture.unit_side, picture.maps) = (SIDE, UNIT_SIDE, probabilities);
            }
            Self::Rows(watched) => {
                picture.predictions = probabilities;
                watched.fill(&mut picture);
            }
        }
        Ok(picture)
    }
}

/// Group outputs `[rows, tasks * outputs]` as outputs per task `[rows, outputs]`, in task order.
pub fn task_outputs(shape: &Shape, groups: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut tasks = vec![Vec::new(); shape.tasks];
    for (group, values) in shape.groups.iter().zip(groups) {
        let width = group.tasks.len() * group.outputs;
        for row in values.chunks_exact(width.max(1)) {
            for (cells, task) in row.chunks_exact(group.outputs.max(1)).zip(&group.tasks) {
                if let Some(list) = tasks.get_mut(*task) {
                    list.extend_from_slice(cells);
                }
            }
        }
    }
    tasks
}

/// Logits as probabilities; numbers as they are.
fn probabilities(shape: &Shape, outputs: &[Vec<f32>]) -> Vec<Vec<f32>> {
    outputs
        .iter()
        .enumerate()
        .map(|(k, values)| {
            let group = shape.groups.iter().find(|group| group.tasks.contains(&k));
            match group.map(|group| (group.loss, group.outputs)) {
                Some((LossKind::Bce, _)) => values.iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect(),
                Some((LossKind::Ce, classes)) => values.chunks_exact(classes.max(1)).flat_map(softmax).collect(),
                _ => values.clone(),
            }
        })
        .collect()
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|logit| (logit - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

/// Weights of the trunk's layers, of several trunks or experts the first one's; `None` for one without
/// weights that are stored as such.
fn trunk_weights(shape: &Shape, layout: &Layout, theta: &[f32], l: usize) -> Option<Vec<f32>> {
    let is_layer = |slot: &&Slot| slot.layer == LayerId::Trunk(l) && matches!(slot.kind, SlotKind::Weight(_));
    let slot = layout.slots.iter().find(is_layer)?;
    let owners = std::iter::once(None).chain((0..shape.tasks).map(Some));
    let positions = owners.map(|owner| slot.first(owner)).find(|positions| !positions.is_empty())?;
    Some(positions.iter().filter_map(|position| theta.get(*position).copied()).collect())
}

/// Weights of a task's private layers and its output layer.
fn weights_of(layout: &Layout, theta: &[f32], task: usize) -> Vec<(usize, usize, Vec<f32>)> {
    let private = |slot: &&Slot| matches!(slot.layer, LayerId::Head(_)) && matches!(slot.kind, SlotKind::Weight(_));
    layout
        .slots
        .iter()
        .filter(private)
        .filter_map(|slot| {
            let positions = slot.first(Some(task));
            (!positions.is_empty())
                .then(|| (slot.rows, slot.columns, positions.iter().filter_map(|p| theta.get(*p).copied()).collect()))
        })
        .collect()
}

fn layers(shape: &Shape, layout: &Layout, theta: &[f32], hidden: &[Vec<f32>]) -> Vec<LayerPicture> {
    let mut list = Vec::new();
    let mut from = shape.inputs;
    for (l, layer) in shape.trunk.iter().enumerate() {
        let width = layer.width;
        let weights = trunk_weights(shape, layout, theta, l).unwrap_or_else(|| vec![0.0; from * width]);
        let maps = unit_maps(hidden.get(l), width, 0, width);
        list.push(LayerPicture { from, width, weights, maps, ..LayerPicture::default() });
        from = width;
    }
    let mut at = shape.trunk.len();
    let mut private = Vec::new();
    for group in &shape.groups {
        for (l, _) in group.head.iter().enumerate() {
            for (i, task) in group.tasks.iter().enumerate() {
                let Some((from, width, weights)) = weights_of(layout, theta, *task).into_iter().nth(l) else {
                    continue;
                };
                let maps = unit_maps(hidden.get(at), group.tasks.len() * width, i * width, width);
                private.push((
                    *task,
                    LayerPicture { task: Some(*task), from, width, weights, maps, ..LayerPicture::default() },
                ));
            }
            at += 1;
        }
    }
    // By task; a stable sort keeps a task's layers in order.
    private.sort_by_key(|(task, _)| *task);
    list.extend(private.into_iter().map(|(_, layer)| layer));
    list
}

/// Activations `[cells, columns]` of some columns as maps `[width, side, side]`.
fn unit_maps(hidden: Option<&Vec<f32>>, columns: usize, first: usize, width: usize) -> Vec<f32> {
    let Some(values) = hidden else { return Vec::new() };
    (first..first + width).flat_map(|unit| values.iter().skip(unit).step_by(columns.max(1)).copied()).collect()
}

fn output_weights(shape: &Shape, layout: &Layout, theta: &[f32]) -> Vec<Vec<f32>> {
    (0..shape.tasks)
        .map(|task| weights_of(layout, theta, task).pop().map_or_else(Vec::new, |(_, _, weights)| weights))
        .collect()
}
