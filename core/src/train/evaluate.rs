//! Losses of every member on all rows of the three splits.
//!
//! Dropout off, unscaled, unweighted, over labelled rows.

use super::conditioned::with_preferences;
use super::minibatch::{group_labelled, group_targets};
use super::plan::Plan;
use crate::data::{Dataset, Split};
use crate::kernel::evaluate::{self, SplitLosses, joined};
use crate::kernel::tensors::upload;
use crate::model::{Group, Network, Params, Shape};
use burn::tensor::{Device, Tensor};
use std::ops::Range;

/// The splits in the order of the results.
pub const SPLITS: usize = 3;
/// The validation rows among them.
const VALID: usize = 1;

/// Bytes that an evaluation may take at once; more rows go in pieces.
const PIECE_BYTES: usize = 48 << 20;

/// Some rows on the device, those of one split after those of another.
struct Piece {
    /// `[1, n, inputs]`
    inputs: Tensor<3>,
    /// Per group: `[1, n, tasks * outputs]`.
    targets: Vec<Tensor<3>>,
    /// Per group: 1 / labelled rows of the row's split where labelled, else 0; `[1, n, tasks]`.
    shares: Vec<Tensor<3>>,
    /// Which rows are of which split.
    parts: Vec<(usize, Range<usize>)>,
}

/// All rows, ready to be evaluated.
pub struct Evaluator {
    pieces: Vec<Piece>,
    valid: Tensor<3>,
    alone: Vec<Alone>,
    /// What every row of a population reads along with the inputs, `[R, 1, n]`.
    preferences: Option<Tensor<3>>,
}

/// Where the outputs stand that a baseline is there for.
struct Alone {
    member: usize,
    task: usize,
    group: usize,
    /// The task's outputs among those of its group.
    outputs: Range<usize>,
}

impl Alone {
    /// One for every baseline on the first seed.
    fn all(shape: &Shape, plan: &Plan) -> Vec<Self> {
        let of_group = |(group, of): (usize, &Group)| {
            let task = |(t, task): (usize, &usize)| {
                let outputs = t * of.outputs..(t + 1) * of.outputs;
                Some(Self { member: plan.baseline(0, *task)?, task: *task, group, outputs })
            };
            of.tasks.iter().enumerate().filter_map(task).collect::<Vec<_>>()
        };
        shape.groups.iter().enumerate().flat_map(of_group).collect()
    }

    fn cut(&self, groups: &[Tensor<3>], rows: &Range<usize>) -> Option<Tensor<3>> {
        let member = self.member..self.member + 1;
        groups.get(self.group).map(|outputs| outputs.clone().slice([member, rows.clone(), self.outputs.clone()]))
    }
}

/// What an evaluation found.
pub struct Evaluation {
    /// Losses of all members: `[M, 3 * T]`, per split all tasks in column order.
    pub losses: Tensor<2>,
    /// Per group the outputs of the first member on validation rows, `[1, rows, tasks * outputs]`.
    pub predictions: Vec<Tensor<3>>,
    /// The task of every baseline on the first seed, with its outputs for it on validation rows,
    /// `[1, rows, outputs]`.
    pub alone: Vec<(usize, Tensor<3>)>,
}

impl Evaluator {
    /// Uploads the rows.
    pub fn new(data: &Dataset, shape: &Shape, plan: &Plan, device: &Device) -> Self {
        let widest = shape.trunk.iter().map(|l| l.width).chain([shape.inputs, 8]).max().unwrap_or(8);
        let bytes_per_row = 16 * plan.members.len() * widest;
        let most = (PIECE_BYTES / bytes_per_row.max(1)).max(16);
        let all = Rows::of(data, shape);
        let total = all.of_split.len();
        let pieces = (0..total).step_by(most).map(|start| all.piece(shape, start..(start + most).min(total), device));
        let valid = upload(data.valid.x.clone(), [1, data.valid.rows, shape.inputs], device);
        Self { pieces: pieces.collect(), valid, alone: Alone::all(shape, plan), preferences: None }
    }

    /// The same with further inputs for every row of the population, `[R, 1, n]`.
    pub fn with_preferences(self, preferences: Tensor<3>) -> Self {
        Self { preferences: Some(preferences), ..self }
    }

    /// The validation rows, `[1, rows, inputs]`.
    pub fn rows(&self) -> Tensor<3> {
        self.valid.clone()
    }

    /// Evaluates all members on all rows: one forward pass, where memory allows.
    pub fn evaluate(&self, network: &dyn Network, shape: &Shape, theta: &Tensor<2>) -> Evaluation {
        let members = theta.dims()[0];
        let params = Params::from_flat(theta, network.layout());
        let (mut losses, groups) = (SplitLosses::default(), shape.loss_groups());
        let mut predictions: Vec<Vec<Tensor<3>>> = vec![Vec::new(); shape.groups.len()];
        let mut alone: Vec<Vec<Tensor<3>>> = vec![Vec::new(); self.alone.len()];
        for piece in &self.pieces {
            let [_, rows, inputs] = piece.inputs.dims();
            let x = piece.inputs.clone().expand([members, rows, inputs]);
            let x = match &self.preferences {
                None => x,
                Some(preferences) => with_preferences(x, preferences),
            };
            let outputs = network.forward(&params, x, None, false).groups;
            for (list, outputs) in predictions.iter_mut().zip(&outputs) {
                let valid = piece.parts.iter().filter(|(split, _)| *split == VALID);
                list.extend(valid.map(|(_, range)| outputs.clone().slice([0..1, range.clone()])));
            }
            for (list, of) in alone.iter_mut().zip(&self.alone) {
                let valid = piece.parts.iter().filter(|(split, _)| *split == VALID);
                list.extend(valid.filter_map(|(_, range)| of.cut(&outputs, range)));
            }
            let mut splits = [const { 0..0 }; SPLITS];
            for (split, range) in &piece.parts {
                splits[*split] = range.clone();
            }
            let rows = evaluate::Rows { targets: &piece.targets, shares: &piece.shares, splits: &splits };
            losses.add(&groups, outputs, &rows);
        }
        Evaluation {
            losses: losses.finish(),
            predictions: predictions.into_iter().map(|pieces| joined(pieces, 1)).collect(),
            alone: self.alone.iter().map(|of| of.task).zip(alone.into_iter().map(|pieces| joined(pieces, 1))).collect(),
        }
    }

    /// Outputs of the first member on the validation rows, as in [`Evaluation::predictions`].
    pub fn predictions(&self, network: &dyn Network, theta: &Tensor<2>) -> Vec<Tensor<3>> {
        let columns = theta.dims()[1];
        let first = theta.clone().slice([0..1, 0..columns]);
        network.forward(&Params::from_flat(&first, network.layout()), self.valid.clone(), None, false).groups
    }
}

/// The rows of all splits, one after another.
struct Rows {
    of_split: Vec<usize>,
    inputs: Vec<f32>,
    /// Per group.
    targets: Vec<Vec<f32>>,
    shares: Vec<Vec<f32>>,
}

impl Rows {
    fn of(data: &Dataset, shape: &Shape) -> Self {
        let groups = shape.groups.len();
        let empty = || vec![Vec::new(); groups];
        let mut all = Self { of_split: Vec::new(), inputs: Vec::new(), targets: empty(), shares: empty() };
        for (index, split) in [&data.train, &data.valid, &data.test].into_iter().enumerate() {
            all.of_split.extend(std::iter::repeat_n(index, split.rows));
            all.inputs.extend_from_slice(&split.x);
            for g in 0..groups {
                all.targets[g].extend(group_targets(split, shape, g));
                all.shares[g].extend(shares(split, shape, g));
            }
        }
        all
    }

    fn piece(&self, shape: &Shape, range: Range<usize>, device: &Device) -> Piece {
        let rows = range.len();
        let cut = |values: &[f32], width: usize| {
            upload(values[range.start * width..range.end * width].to_vec(), [1, rows, width], device)
        };
        let groups = || shape.groups.iter().enumerate();
        let part = |split: usize| {
            let mut found = (0..rows).filter(|row| self.of_split[range.start + row] == split);
            let first = found.next()?;
            Some((split, first..found.next_back().unwrap_or(first) + 1))
        };
        Piece {
            inputs: cut(&self.inputs, shape.inputs),
            targets: groups().map(|(g, group)| cut(&self.targets[g], group.tasks.len() * group.outputs)).collect(),
            shares: groups().map(|(g, group)| cut(&self.shares[g], group.tasks.len())).collect(),
            parts: (0..SPLITS).filter_map(part).collect(),
        }
    }
}

/// What a row weighs in its task's mean over the split, `[rows, tasks]`.
fn shares(split: &Split, shape: &Shape, group: usize) -> Vec<f32> {
    let tasks = shape.groups[group].tasks.len();
    let labelled = group_labelled(split, shape, group);
    let counts: Vec<f32> = (0..tasks).map(|t| labelled.iter().skip(t).step_by(tasks).sum::<f32>().max(1.0)).collect();
    labelled.iter().enumerate().map(|(i, l)| l / counts[i % tasks]).collect()
}
