//! Losses of every member on all rows of the three splits.
//!
//! Dropout off, unscaled, unweighted, over labelled rows.

use super::conditioned::with_preferences;
use super::minibatch::{OfMembers, group_labelled, group_targets};
use super::plan::{Plan, Role};
use crate::data::{Dataset, Draws, Split};
use crate::kernel::evaluate::{self, SplitLosses, joined};
use crate::kernel::tensors::upload;
use crate::model::{Network, Params, Shape};
use burn::tensor::{Device, Tensor};
use std::ops::Range;

/// The splits in the order of the results.
pub const SPLITS: usize = 3;
/// The training rows among them.
pub const TRAIN: usize = 0;
/// The validation rows.
pub const VALID: usize = 1;
/// The test rows.
pub const TEST: usize = 2;

/// Bytes that an evaluation may take at once; more rows go in pieces.
const PIECE_BYTES: usize = 48 << 20;

/// Some rows of every draw of the data on the device, those of one split after those of another.
struct Piece {
    /// `[draws, n, inputs]`
    inputs: Tensor<3>,
    /// Per group: `[draws, n, tasks * outputs]`.
    targets: Vec<Tensor<3>>,
    /// Per group: 1 / labelled rows of the row's split where labelled, else 0; `[draws, n, tasks]`.
    shares: Vec<Tensor<3>>,
    /// Which rows are of which split.
    parts: Vec<(usize, Range<usize>)>,
}

/// All rows, ready to be evaluated.
pub struct Evaluator {
    pieces: Vec<Piece>,
    /// Validation rows of the first draw.
    valid: Tensor<3>,
    of_members: OfMembers,
    /// The composed models, whose outputs are read.
    composed: Range<usize>,
    /// The baselines, whose outputs are read too: one for every task on every seed, in this order.
    alone: Range<usize>,
    /// Where each task's outputs stand: its group, and those among the group's.
    outputs: Vec<(usize, Range<usize>)>,
    /// What every row of a population reads along with the inputs, `[R, 1, n]`.
    preferences: Option<Tensor<3>>,
}

/// What an evaluation found.
pub struct Evaluation {
    /// Losses of all members: `[M, 3 * T]`, per split all tasks in column order.
    pub losses: Tensor<2>,
    /// Per group the outputs of the composed models on their validation rows, `[seeds, rows, tasks * outputs]`;
    /// empty where the population has none.
    pub predictions: Vec<Tensor<3>>,
    /// Per task the outputs of its baselines on their validation rows, `[seeds, rows, outputs]`; empty where the
    /// population has none.
    pub alone: Vec<Tensor<3>>,
}

impl Evaluator {
    /// Uploads the rows.
    pub fn new(draws: &Draws, shape: &Shape, plan: &Plan, device: &Device) -> Self {
        let widest = shape.trunk.iter().map(|l| l.width).chain([shape.inputs, 8]).max().unwrap_or(8);
        let bytes_per_row = 16 * plan.members.len() * widest;
        let most = (PIECE_BYTES / bytes_per_row.max(1)).max(16);
        let all: Vec<_> = draws.all().map(|data| Rows::of(data, shape)).collect();
        let total = all.first().map_or(0, |rows| rows.of_split.len());
        let piece = |start: usize| piece(&all, shape, start..(start + most).min(total), device);
        let valid = &draws.first().valid;
        let seeds: Vec<u64> = plan.members.iter().map(|member| member.seed).collect();
        Self {
            pieces: (0..total).step_by(most).map(piece).collect(),
            valid: upload(valid.x.clone(), [1, valid.rows, shape.inputs], device),
            of_members: OfMembers::new(draws, &seeds, device),
            composed: plan.range(|role| role == Role::Composed),
            alone: baselines(plan),
            outputs: outputs(shape),
            preferences: None,
        }
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
        let mut alone: Vec<Vec<Tensor<3>>> = vec![Vec::new(); self.outputs.len()];
        for piece in &self.pieces {
            let x = self.inputs(piece, members);
            let outputs = network.forward(&params, x, None, false).groups;
            for (_, range) in piece.parts.iter().filter(|(split, _)| *split == VALID) {
                if !self.composed.is_empty() {
                    let cut = |of: &Tensor<3>| of.clone().slice([self.composed.clone(), range.clone()]);
                    predictions.iter_mut().zip(&outputs).for_each(|(list, outputs)| list.push(cut(outputs)));
                }
                if !self.alone.is_empty() {
                    alone.iter_mut().enumerate().for_each(|(task, list)| list.push(self.own(&outputs, task, range)));
                }
            }
            let mut splits = [const { 0..0 }; SPLITS];
            for (split, range) in &piece.parts {
                splits[*split] = range.clone();
            }
            let own = |of: &Vec<Tensor<3>>| of.iter().map(|rows| self.of_members.rows_or_one(rows)).collect::<Vec<_>>();
            let rows = evaluate::Rows { targets: &own(&piece.targets), shares: &own(&piece.shares), splits: &splits };
            losses.add(&groups, outputs, &rows);
        }
        let joined = |lists: Vec<Vec<Tensor<3>>>| -> Vec<Tensor<3>> {
            lists.into_iter().filter(|pieces| !pieces.is_empty()).map(|pieces| joined(pieces, 1)).collect()
        };
        Evaluation { losses: losses.finish(), predictions: joined(predictions), alone: joined(alone) }
    }

    /// A task's outputs of its baselines on some rows, `[seeds, n, outputs]`.
    fn own(&self, groups: &[Tensor<3>], task: usize, rows: &Range<usize>) -> Tensor<3> {
        let (tasks, (group, outputs)) = (self.outputs.len(), &self.outputs[task]);
        let cut = groups[*group].clone().slice([self.alone.clone(), rows.clone(), outputs.clone()]);
        let [members, rows, width] = cut.dims();
        let by_seed = cut.reshape([members / tasks, tasks, rows, width]);
        by_seed.narrow(1, task, 1).reshape([members / tasks, rows, width])
    }

    /// What every member reads of some rows, `[M, n, inputs]`.
    fn inputs(&self, piece: &Piece, members: usize) -> Tensor<3> {
        match &self.preferences {
            None => self.of_members.rows(&piece.inputs),
            // One network at many preferences: more rows than members.
            Some(preferences) => {
                let [_, rows, inputs] = piece.inputs.dims();
                with_preferences(piece.inputs.clone().expand([members, rows, inputs]), preferences)
            }
        }
    }
}

/// Where the baselines stand, if there is one for every task on every seed; one alone is nobody's baseline.
fn baselines(plan: &Plan) -> Range<usize> {
    let all = plan.range(|role| matches!(role, Role::Baseline(_)));
    if all.len() == plan.seeds * plan.tasks { all } else { 0..0 }
}

/// Where each task's outputs stand: its group, and those among the group's.
fn outputs(shape: &Shape) -> Vec<(usize, Range<usize>)> {
    let mut all = vec![(0, 0..0); shape.tasks];
    for (g, group) in shape.groups.iter().enumerate() {
        for (t, task) in group.tasks.iter().enumerate() {
            all[*task] = (g, t * group.outputs..(t + 1) * group.outputs);
        }
    }
    all
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
}

/// Some of the rows of every draw.
fn piece(draws: &[Rows], shape: &Shape, range: Range<usize>, device: &Device) -> Piece {
    let rows = range.len();
    let cut = |of: &dyn Fn(&Rows) -> &Vec<f32>, width: usize| {
        let values = draws.iter().flat_map(|draw| &of(draw)[range.start * width..range.end * width]).copied();
        upload(values.collect(), [draws.len(), rows, width], device)
    };
    let groups = || shape.groups.iter().enumerate();
    let part = |split: usize| {
        let of_split = draws.first()?.of_split.get(range.clone())?;
        let mut found = (0..rows).filter(|row| of_split[*row] == split);
        let first = found.next()?;
        Some((split, first..found.next_back().unwrap_or(first) + 1))
    };
    Piece {
        inputs: cut(&|draw| &draw.inputs, shape.inputs),
        targets: groups().map(|(g, group)| cut(&|draw| &draw.targets[g], group.tasks.len() * group.outputs)).collect(),
        shares: groups().map(|(g, group)| cut(&|draw| &draw.shares[g], group.tasks.len())).collect(),
        parts: (0..SPLITS).filter_map(part).collect(),
    }
}

/// What a row weighs in its task's mean over the split, `[rows, tasks]`.
fn shares(split: &Split, shape: &Shape, group: usize) -> Vec<f32> {
    let tasks = shape.groups[group].tasks.len();
    let labelled = group_labelled(split, shape, group);
    let counts: Vec<f32> = (0..tasks).map(|t| labelled.iter().skip(t).step_by(tasks).sum::<f32>().max(1.0)).collect();
    labelled.iter().enumerate().map(|(i, l)| l / counts[i % tasks]).collect()
}
