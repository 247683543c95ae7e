//! A batch for every seed: all members of a seed read the same rows.

use crate::config::LossKind;
use crate::data::{Draws, Split};
use crate::kernel::loss::LossColumns;
use crate::kernel::tape::{Inputs, Tape, padded};
use crate::model::Shape;
use crate::train::minibatch::target;
use std::collections::BTreeMap;
use std::ops::Range;

/// Numbers of rows, so many each.
struct Table {
    values: Vec<f32>,
    width: usize,
}

impl Table {
    fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.width..][..self.width]
    }

    fn rows(&self, rows: Range<usize>) -> &[f32] {
        &self.values[rows.start * self.width..rows.end * self.width]
    }

    /// Some of the rows, or the first so many.
    fn cut(&self, rows: Option<&[u32]>, count: usize, to: &mut Vec<f32>) {
        to.clear();
        match rows {
            Some(rows) => rows.iter().for_each(|row| to.extend_from_slice(self.row(*row as usize))),
            None => to.extend_from_slice(&self.values[..count * self.width]),
        }
    }
}

/// An output of a tape: which tasks, and how their losses are taken.
#[derive(Clone, Debug)]
pub struct OutputTasks {
    /// Their losses.
    pub losses: LossColumns,
    /// The columns that they are in column order.
    pub columns: Range<usize>,
    /// The tasks.
    tasks: Vec<usize>,
}

impl OutputTasks {
    /// Those of a tape's outputs.
    pub fn of(tape: &Tape, shape: &Shape) -> Vec<Self> {
        let columns = shape.columns();
        let group = |task: usize| shape.groups.iter().find(|group| group.tasks.contains(&task));
        let mut first = 0;
        let of = |output: &crate::kernel::tape::Output| {
            let own = first..first + output.tasks;
            first = own.end;
            let tasks = columns.get(own.clone()).unwrap_or_default().to_vec();
            let loss = tasks.first().and_then(|task| group(*task)).map_or(LossKind::Mse, |group| group.loss);
            let each = output.columns.width / output.tasks.max(1);
            let losses = LossColumns { kind: loss, tasks: output.tasks, each, stride: padded(output.columns.width) };
            Self { losses, columns: own, tasks }
        };
        tape.outputs().iter().map(of).collect()
    }

    /// The targets of a split's rows, as the losses want them: one-hot for classes; padded with zeros.
    fn targets(&self, split: &Split) -> Table {
        let LossColumns { kind, each, stride, .. } = self.losses;
        let mut values = vec![0.0; split.rows * stride];
        for (row, to) in values.chunks_exact_mut(stride.max(1)).enumerate() {
            for (task, to) in self.tasks.iter().zip(to.chunks_exact_mut(each.max(1))) {
                for (output, to) in to.iter_mut().enumerate() {
                    *to = target(split, kind, (*task, each), row, output);
                }
            }
        }
        Table { values, width: stride }
    }

    /// 1 where a split's rows have a label; `None` where nothing is missing.
    fn labelled(&self, split: &Split) -> Option<Table> {
        let row = |row: usize| self.tasks.iter().map(move |task| f32::from(split.mask[*task][row]));
        let values: Vec<f32> = (0..split.rows).flat_map(row).collect();
        values.contains(&0.0).then_some(Table { values, width: self.tasks.len() })
    }
}

/// The rows of one split of one draw of the data.
pub struct Rows {
    /// Each padded with zeros.
    inputs: Table,
    /// Per output, `[rows, stride]`.
    targets: Vec<Table>,
    /// Per output: 1 where labelled, `[rows, tasks]`; `None` where nothing is missing.
    labelled: Vec<Option<Table>>,
}

impl Rows {
    /// Those of a split, for a tape with these outputs.
    pub fn of(split: &Split, inputs: usize, outputs: &[OutputTasks]) -> Self {
        let width = padded(inputs);
        let mut padded = vec![0.0; split.rows * width];
        for (to, from) in padded.chunks_exact_mut(width.max(1)).zip(split.x.chunks_exact(inputs.max(1))) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        }
        Self {
            inputs: Table { values: padded, width },
            targets: outputs.iter().map(|output| output.targets(split)).collect(),
            labelled: outputs.iter().map(|output| output.labelled(split)).collect(),
        }
    }

    /// What the network reads of some rows.
    pub fn inputs(&self, rows: Range<usize>) -> &[f32] {
        self.inputs.rows(rows)
    }

    /// An output's targets at some rows.
    pub fn targets(&self, output: usize, rows: Range<usize>) -> &[f32] {
        self.targets[output].rows(rows)
    }

    /// 1 where an output's rows have a label; `None` where nothing is missing.
    pub fn labels(&self, output: usize) -> Option<&[f32]> {
        self.labelled[output].as_ref().map(|labelled| labelled.values.as_slice())
    }
}

/// What the members of a seed learn from in a step.
#[derive(Default)]
pub struct SeedBatch {
    draw: usize,
    rows: usize,
    inputs: Vec<f32>,
    /// Per output, `[B, stride]`.
    pub targets: Vec<Vec<f32>>,
    /// Per output: what each column at each row weighs in its task's mean, `[B, stride]`.
    pub weights: Vec<Vec<f32>>,
    labels: Vec<f32>,
}

impl SeedBatch {
    /// What the network reads.
    pub fn inputs(&self) -> Inputs<'_> {
        Inputs { values: &self.inputs, batch: self.rows }
    }
}

/// The batches of all seeds.
pub struct SeedBatches {
    /// By draw of the data.
    draws: Vec<Rows>,
    outputs: Vec<OutputTasks>,
    /// Ascending.
    seeds: Vec<u64>,
    batches: Vec<SeedBatch>,
}

impl SeedBatches {
    /// Of the training rows, for members with these seeds.
    pub fn new(draws: &Draws, outputs: Vec<OutputTasks>, members: &[u64]) -> Self {
        let mut seeds = members.to_vec();
        seeds.sort_unstable();
        seeds.dedup();
        let batch = |seed: &u64| SeedBatch {
            draw: draws.place(*seed),
            targets: vec![Vec::new(); outputs.len()],
            weights: vec![Vec::new(); outputs.len()],
            ..SeedBatch::default()
        };
        Self {
            draws: draws.all().map(|data| Rows::of(&data.train, data.inputs, &outputs)).collect(),
            batches: seeds.iter().map(batch).collect(),
            seeds,
            outputs,
        }
    }

    /// The draw that the seed in a place sees.
    pub fn draw(&self, place: usize) -> usize {
        self.batches[place].draw
    }

    /// The place of a seed.
    pub fn place(&self, seed: u64) -> usize {
        self.seeds.binary_search(&seed).unwrap_or(0)
    }

    /// The batch of the seed in a place.
    pub fn batch(&self, place: usize) -> &SeedBatch {
        &self.batches[place]
    }

    /// Cuts the batches of a step out of the rows: by seed the picked ones, or all of `count` rows, which stay.
    pub fn cut(&mut self, picked: Option<&BTreeMap<u64, Vec<u32>>>, count: usize) {
        for (seed, batch) in self.seeds.iter().zip(&mut self.batches) {
            let picked = picked.and_then(|picked| picked.get(seed)).map(Vec::as_slice);
            if picked.is_none() && batch.rows == count {
                continue;
            }
            let Some(rows) = self.draws.get(batch.draw) else { continue };
            batch.rows = picked.map_or(count, <[u32]>::len);
            rows.inputs.cut(picked, count, &mut batch.inputs);
            for (o, output) in self.outputs.iter().enumerate() {
                rows.targets[o].cut(picked, count, &mut batch.targets[o]);
                let weights = &mut batch.weights[o];
                match &rows.labelled[o] {
                    // The same in every batch of as many rows.
                    None if weights.len() == batch.targets[o].len() => {}
                    None => output.losses.weigh_rows(None, batch.rows, weights),
                    Some(labelled) => {
                        labelled.cut(picked, count, &mut batch.labels);
                        output.losses.weigh_rows(Some(&batch.labels), batch.rows, weights);
                    }
                }
            }
        }
    }
}
