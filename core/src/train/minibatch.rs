//! The training rows on the device, and the batches cut from them.

use super::plan::Plan;
use crate::config::LossKind;
use crate::data::batches::{epoch_order, steps_per_epoch};
use crate::data::{Draws, Split};
use crate::kernel::gather;
use crate::kernel::loss::Targets;
use crate::kernel::tensors::{upload, upload_indices};
use crate::lesson::Lesson;
use crate::model::Shape;
use burn::tensor::{Device, Int, Tensor};
use std::collections::BTreeMap;

/// A batch for every member, or for every row where some stand there as replicas.
#[derive(Clone)]
pub struct Batch {
    /// `[M, B, inputs]`
    pub inputs: Tensor<3>,
    /// Per group: targets `[M, B, tasks * outputs]`.
    pub targets: Vec<Tensor<3>>,
    /// Per group: 1 where labelled `[M, B, tasks]`; `None` where nothing is missing.
    pub labelled: Vec<Option<Tensor<3>>>,
}

impl Batch {
    /// What its losses are losses to.
    pub fn targets(&self) -> Targets<'_> {
        Targets { targets: &self.targets, labelled: &self.labelled }
    }

    /// The same with every tensor turned into another.
    pub fn map(&self, turn: impl Fn(&Tensor<3>) -> Tensor<3>) -> Self {
        Self {
            inputs: turn(&self.inputs),
            targets: self.targets.iter().map(&turn).collect(),
            labelled: self.labelled.iter().map(|labelled| labelled.as_ref().map(&turn)).collect(),
        }
    }
}

/// What an output of a task, one of `outputs`, is to say at a row: for classes 1 where it is the row's.
pub fn target(split: &Split, loss: LossKind, (task, outputs): (usize, usize), row: usize, output: usize) -> f32 {
    match loss {
        LossKind::Ce => f32::from(split.y[task][row] as usize == output),
        _ => split.y[task][row * outputs + output],
    }
}

/// Targets of one group as the losses want them: one-hot for classes. `[rows, tasks * outputs]`.
pub fn group_targets(split: &Split, shape: &Shape, group: usize) -> Vec<f32> {
    let Some(group) = shape.groups.get(group) else { return Vec::new() };
    let mut values = Vec::with_capacity(split.rows * group.tasks.len() * group.outputs);
    for row in 0..split.rows {
        for task in &group.tasks {
            for output in 0..group.outputs {
                values.push(target(split, group.loss, (*task, group.outputs), row, output));
            }
        }
    }
    values
}

/// 1 where labelled, `[rows, tasks]`.
pub fn group_labelled(split: &Split, shape: &Shape, group: usize) -> Vec<f32> {
    let Some(group) = shape.groups.get(group) else { return Vec::new() };
    (0..split.rows).flat_map(|row| group.tasks.iter().map(move |task| f32::from(split.mask[*task][row]))).collect()
}

/// Columns of the packed table: inputs, then per group targets, then labels where some are missing.
struct Columns {
    inputs: usize,
    targets: Vec<(usize, usize)>,
    labelled: Vec<Option<(usize, usize)>>,
}

/// The training rows, packed so that a batch is one gather.
pub struct Batches {
    /// The rows of one draw of the data after those of another, `[draws * rows, columns]`.
    table: Tensor<2>,
    columns: Columns,
    /// Of one draw.
    rows: usize,
    batch: usize,
    /// Model seed of each member.
    member_seeds: Vec<u64>,
    seeds: Vec<u64>,
    lesson_seed: u32,
    device: Device,
    /// Orders of the epochs lately used, per model seed.
    orders: BTreeMap<(u64, u64), Vec<u32>>,
    /// Full batches: the one batch there is.
    full: Option<Batch>,
}

/// The columns of the packed table, and its pieces side by side: values with their widths, the rows of one draw
/// after those of another.
fn columns(draws: &Draws, shape: &Shape) -> (Columns, Vec<(Vec<f32>, usize)>) {
    let all = |of: &dyn Fn(&Split) -> Vec<f32>| draws.all().flat_map(|data| of(&data.train)).collect::<Vec<f32>>();
    let mut parts = vec![(all(&|split| split.x.clone()), shape.inputs)];
    let mut at = shape.inputs;
    let mut columns = Columns { inputs: at, targets: Vec::new(), labelled: Vec::new() };
    for (g, group) in shape.groups.iter().enumerate() {
        let width = group.tasks.len() * group.outputs;
        parts.push((all(&|split| group_targets(split, shape, g)), width));
        columns.targets.push((at, at + width));
        at += width;
    }
    for (g, group) in shape.groups.iter().enumerate() {
        let labelled = all(&|split| group_labelled(split, shape, g));
        let width = group.tasks.len();
        let missing = labelled.contains(&0.0);
        columns.labelled.push(missing.then_some((at, at + width)));
        if missing {
            parts.push((labelled, width));
            at += width;
        }
    }
    (columns, parts)
}

/// The draw of the data that each member sees.
pub struct OfMembers {
    members: usize,
    /// Its place; none where all see the same.
    draws: Option<Tensor<1, Int>>,
}

impl OfMembers {
    /// Of members with these seeds.
    pub fn new(draws: &Draws, seeds: &[u64], device: &Device) -> Self {
        let places = || seeds.iter().map(|seed| draws.place(*seed) as i32).collect();
        Self { members: seeds.len(), draws: (draws.count() > 1).then(|| upload_indices(places(), device)) }
    }

    /// Rows of every draw, `[draws, n, width]`, as rows of every member, `[members, n, width]`.
    pub fn rows(&self, of_draws: &Tensor<3>) -> Tensor<3> {
        let [_, rows, width] = of_draws.dims();
        match &self.draws {
            // In one run of memory.
            None => of_draws.clone().expand([self.members, rows, width]),
            Some(draws) => of_draws.clone().select(0, draws.clone()),
        }
    }

    /// The same where one row for all members will do: left as it is if they see the same.
    pub fn rows_or_one(&self, of_draws: &Tensor<3>) -> Tensor<3> {
        if self.draws.is_some() { self.rows(of_draws) } else { of_draws.clone() }
    }
}

impl Batches {
    /// Uploads the training rows.
    pub fn new(lesson: &Lesson, draws: &Draws, shape: &Shape, plan: &Plan, device: &Device) -> Self {
        let rows = draws.first().train.rows;
        let (columns, parts) = columns(draws, shape);
        let across = parts.iter().map(|(_, width)| width).sum();
        let packed = (0..draws.count() * rows).flat_map(|row| {
            parts.iter().flat_map(move |(values, width)| values[row * width..(row + 1) * width].iter().copied())
        });
        let table = upload(packed.collect(), [draws.count() * rows, across], device);
        let member_seeds: Vec<u64> = plan.members.iter().map(|member| member.seed).collect();
        let mut seeds = member_seeds.clone();
        seeds.sort_unstable();
        seeds.dedup();
        let batch = if lesson.training.batch >= rows { 0 } else { lesson.training.batch };
        let full = (batch == 0).then(|| {
            let of_members = OfMembers::new(draws, &member_seeds, device);
            let piece = |(values, width)| of_members.rows(&upload(values, [draws.count(), rows, width], device));
            let mut pieces = parts.into_iter().map(piece);
            Batch {
                inputs: pieces.next().unwrap_or_else(|| Tensor::zeros([member_seeds.len(), rows, 0], device)),
                targets: pieces.by_ref().take(columns.targets.len()).collect(),
                labelled: columns.labelled.iter().map(|labelled| labelled.and_then(|_| pieces.next())).collect(),
            }
        });
        Self {
            table,
            columns,
            rows,
            batch,
            member_seeds,
            seeds,
            lesson_seed: lesson.seed,
            device: device.clone(),
            orders: BTreeMap::new(),
            full,
        }
    }

    /// Optimiser steps in an epoch.
    pub fn steps_per_epoch(&self) -> u32 {
        steps_per_epoch(self.rows, self.batch).max(1)
    }

    /// Rows in a batch.
    pub fn batch_rows(&self) -> usize {
        if self.batch == 0 { self.rows } else { self.batch }
    }

    /// The batch of the picked rows from `first` on.
    fn gathered(&self, picked: &Tensor<1, Int>, first: usize) -> Batch {
        let columns = &self.columns;
        let labelled = columns.labelled.iter().flatten();
        let others = columns.targets.iter().chain(labelled).map(|(from, to)| *from..*to);
        let ranges: Vec<_> = std::iter::once(0..columns.inputs).chain(others).collect();
        let shape = [self.member_seeds.len(), self.batch];
        let mut pieces = gather::pieces(&self.table, picked, first, shape, &ranges).into_iter();
        let inputs = pieces.next();
        debug_assert!(inputs.is_some(), "the first piece are the inputs");
        Batch {
            inputs: inputs.unwrap_or_else(|| Tensor::zeros([shape[0], shape[1], 0], &self.device)),
            targets: pieces.by_ref().take(columns.targets.len()).collect(),
            labelled: columns.labelled.iter().map(|labelled| labelled.and_then(|_| pieces.next())).collect(),
        }
    }

    /// Training rows in a step's batch, for a model seed.
    fn step_rows(&mut self, draws: &Draws, seed: u64, step: u32) -> Vec<u32> {
        let per_epoch = self.steps_per_epoch();
        let (epoch, within) = (u64::from(step / per_epoch), (step % per_epoch) as usize);
        let (lesson_seed, batch) = (self.lesson_seed, self.batch);
        // Two epochs at a time are enough; the others go, later ones too: training may go back.
        if self.orders.len() > 4 * self.seeds.len() {
            self.orders.retain(|(other, _), _| other.abs_diff(epoch) <= 1);
        }
        let drawn = || epoch_order(draws.of_seed(seed), lesson_seed, seed, epoch, batch);
        let order = self.orders.entry((epoch, seed)).or_insert_with(drawn);
        let rows = order.get(within * batch..(within + 1) * batch);
        debug_assert!(rows.is_some(), "an epoch's order holds the rows of all its steps");
        rows.unwrap_or_default().to_vec()
    }

    /// Training rows in a step's batch, per model seed; `None` where every step sees all rows.
    pub fn rows_by_seed(&mut self, draws: &Draws, step: u32) -> Option<BTreeMap<u64, Vec<u32>>> {
        if self.full.is_some() {
            return None;
        }
        Some(self.seeds.clone().into_iter().map(|seed| (seed, self.step_rows(draws, seed, step))).collect())
    }

    /// Which tasks have no label in a step's batch, per model seed in ascending order; `None`
    /// where every task has one everywhere.
    pub fn absent(&self, draws: &Draws, rows: &BTreeMap<u64, Vec<u32>>) -> Option<BTreeMap<u64, Vec<bool>>> {
        if self.columns.labelled.iter().all(Option::is_none) {
            return None;
        }
        let absent: BTreeMap<u64, Vec<bool>> = rows
            .iter()
            .map(|(seed, rows)| {
                let masks = draws.of_seed(*seed).train.mask.iter();
                (*seed, masks.map(|mask| !rows.iter().any(|row| mask[*row as usize])).collect())
            })
            .collect();
        absent.values().flatten().any(|a| *a).then_some(absent)
    }

    /// The batches of `steps` steps from `first` on: one upload for all of them.
    pub fn slice(&mut self, draws: &Draws, first: u32, steps: u32) -> Slice {
        if let Some(full) = &self.full {
            return Slice { source: Source::Full(full.clone()), absent: vec![None; steps as usize] };
        }
        let mut indices = Vec::with_capacity(steps as usize * self.member_seeds.len() * self.batch);
        let mut absent = Vec::new();
        for step in first..first + steps {
            let rows = self.rows_by_seed(draws, step).unwrap_or_default();
            for seed in &self.member_seeds {
                let first = draws.place(*seed) * self.rows;
                indices.extend(rows.get(seed).into_iter().flatten().map(|row| (first + *row as usize) as i32));
            }
            absent.push(self.absent(draws, &rows));
        }
        let indices = upload_indices(indices, &self.device);
        Slice { source: Source::Picked(indices), absent }
    }

    /// The batch of the `i`-th step of a slice.
    pub fn batch(&self, slice: &Slice, i: usize) -> Batch {
        match &slice.source {
            Source::Full(batch) => batch.clone(),
            Source::Picked(indices) => self.gathered(indices, i * self.member_seeds.len() * self.batch),
        }
    }
}

/// Where the batches of a slice come from.
enum Source {
    /// Every step sees all rows.
    Full(Batch),
    /// Rows of the table, `[steps * M * B]`.
    Picked(Tensor<1, Int>),
}

/// The batches of a few steps.
pub struct Slice {
    source: Source,
    /// Per step: which tasks are absent from the batch, per model seed.
    pub absent: Vec<Option<BTreeMap<u64, Vec<bool>>>>,
}
