//! Losses of every member on all rows of the three splits.
//!
//! Dropout off, unscaled, unweighted, over labelled rows.

use super::batch::{group_labelled, group_targets};
use super::plan::Plan;
use super::tensors::upload;
use crate::data::{Dataset, Split};
use crate::model::{Network, Params, Shape, loss};
use burn::tensor::{Device, Tensor};

/// The splits in the order of the results.
pub const SPLITS: usize = 3;

/// Bytes that an evaluation may take at once; larger splits go in pieces.
const PIECE_BYTES: usize = 48 << 20;

/// Some rows of a split on the device.
struct Piece {
    split: usize,
    /// `[1, n, inputs]`
    inputs: Tensor<3>,
    /// Per group: `[1, n, tasks * outputs]`.
    targets: Vec<Tensor<3>>,
    /// Per group: 1 / labelled rows of the split where labelled, else 0; `[1, n, tasks]`.
    shares: Vec<Tensor<3>>,
}

/// All rows, ready to be evaluated.
pub struct Evaluator {
    pieces: Vec<Piece>,
    valid: Tensor<3>,
}

impl Evaluator {
    /// Uploads the rows.
    pub fn new(data: &Dataset, shape: &Shape, plan: &Plan, device: &Device) -> Self {
        let widest = shape.trunk.iter().map(|l| l.width).chain([shape.inputs, 8]).max().unwrap_or(8);
        let bytes_per_row = 16 * plan.members.len() * widest;
        let most = (PIECE_BYTES / bytes_per_row.max(1)).max(16);
        let mut pieces = Vec::new();
        for (index, split) in [&data.train, &data.valid, &data.test].into_iter().enumerate() {
            let mut start = 0;
            while start < split.rows {
                let end = (start + most).min(split.rows);
                pieces.push(piece(index, split, shape, start..end, device));
                start = end;
            }
        }
        let valid = upload(data.valid.x.clone(), [1, data.valid.rows, shape.inputs], device);
        Self { pieces, valid }
    }

    /// Losses of all members: `[M, 3 * T]`, per split all tasks in column order.
    pub fn losses(&self, network: &dyn Network, shape: &Shape, theta: &Tensor<2>) -> Tensor<2> {
        let members = theta.dims()[0];
        let params = Params::cut(theta, network.layout());
        let mut splits: Vec<Option<Tensor<2>>> = vec![None; SPLITS];
        for piece in &self.pieces {
            let [_, rows, inputs] = piece.inputs.dims();
            let x = piece.inputs.clone().expand([members, rows, inputs]);
            let outputs = network.forward(&params, x, None, false);
            let losses = shape.groups.iter().zip(outputs.groups).enumerate().map(|(g, (group, outputs))| {
                let tasks = group.tasks.len();
                let each = loss::per_row(group.loss, outputs, piece.targets[g].clone(), tasks);
                (each * piece.shares[g].clone()).sum_dim(1).reshape([members, tasks])
            });
            let losses = Tensor::cat(losses.collect(), 1);
            let slot = &mut splits[piece.split];
            *slot = Some(match slot.take() {
                Some(sum) => sum + losses,
                None => losses,
            });
        }
        Tensor::cat(splits.into_iter().flatten().collect(), 1)
    }

    /// Outputs of the first member on the validation rows: `[rows * outputs]` per group, each
    /// `[rows, tasks * outputs]`.
    pub fn predictions(&self, network: &dyn Network, theta: &Tensor<2>) -> Vec<Tensor<3>> {
        let columns = theta.dims()[1];
        let first = theta.clone().slice([0..1, 0..columns]);
        network.forward(&Params::cut(&first, network.layout()), self.valid.clone(), None, false).groups
    }
}

fn piece(index: usize, split: &Split, shape: &Shape, range: std::ops::Range<usize>, device: &Device) -> Piece {
    let rows = range.len();
    let cut = |values: &[f32], width: usize| values[range.start * width..range.end * width].to_vec();
    let mut targets = Vec::new();
    let mut shares = Vec::new();
    for (g, group) in shape.groups.iter().enumerate() {
        let tasks = group.tasks.len();
        let width = tasks * group.outputs;
        targets.push(upload(cut(&group_targets(split, shape, g), width), [1, rows, width], device));
        let labelled = group_labelled(split, shape, g);
        let counts: Vec<f32> =
            (0..tasks).map(|t| labelled.iter().skip(t).step_by(tasks).sum::<f32>().max(1.0)).collect();
        let share: Vec<f32> = labelled.iter().enumerate().map(|(i, l)| l / counts[i % tasks]).collect();
        shares.push(upload(cut(&share, tasks), [1, rows, tasks], device));
    }
    Piece {
        split: index,
        inputs: upload(cut(&split.x, shape.inputs), [1, rows, shape.inputs], device),
        targets,
        shares,
    }
}
