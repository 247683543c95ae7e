//! Losses and outputs on all rows of the splits, by the tape's forward pass: no more of them than somebody reads.

use super::batch::{OutputTasks, Rows};
use crate::data::Draws;
use crate::kernel::loss::{BatchRows, Of};
use crate::kernel::tape::{Arena, Inputs, Masks, Tape, padded};
use crate::train::evaluate::{SPLITS, TEST, TRAIN, VALID};

/// Rows that go through the tape at once: what they make of a small network fits into the nearest cache.
const PIECE: usize = 64;

/// The rows of one split of one draw.
struct SplitRows {
    rows: Rows,
    /// Per output: what each column at each row weighs in its task's mean.
    weights: Vec<Vec<f32>>,
    count: usize,
}

/// All rows, and the memory of a forward pass over some of them.
pub struct Evaluation {
    draws: Vec<[SplitRows; SPLITS]>,
    arena: Arena,
    slopes: Vec<f32>,
    memory: Vec<f32>,
}

/// Which numbers of a member are wanted besides its validation losses.
pub struct Wanted<'a> {
    /// Those on training rows.
    pub train: bool,
    /// Those on test rows, by the validation losses in column order.
    pub test: &'a dyn Fn(&[f32]) -> bool,
    /// Per task in column order its outputs on validation rows, `[rows, outputs]`.
    pub outputs: Option<&'a mut Vec<Vec<f32>>>,
}

impl Evaluation {
    /// Of all draws.
    pub fn new(draws: &Draws, tape: &Tape, outputs: &[OutputTasks]) -> Self {
        let split = |split: &crate::data::Split, inputs: usize| {
            let rows = Rows::of(split, inputs, outputs);
            let weigh = |(o, output): (usize, &OutputTasks)| {
                let mut weights = Vec::new();
                output.losses.weigh_rows(rows.labels(o), split.rows, &mut weights);
                weights
            };
            let weights = outputs.iter().enumerate().map(weigh).collect();
            SplitRows { weights, rows, count: split.rows }
        };
        let draws = draws.all().map(|data| [&data.train, &data.valid, &data.test].map(|of| split(of, data.inputs)));
        Self { draws: draws.collect(), arena: Arena::of(tape, PIECE), slopes: Vec::new(), memory: Vec::new() }
    }

    /// Takes over another tape of the same network.
    pub fn follow(&mut self, tape: &Tape) {
        self.arena = Arena::of(tape, PIECE);
    }

    /// A member's losses, `[3, T]` in column order, NaN for those that nobody wants.
    pub fn losses(
        &mut self,
        (tape, outputs): (&Tape, &[OutputTasks]),
        theta: &[f32],
        draw: usize,
        wanted: Wanted,
    ) -> Vec<f32> {
        let tasks: usize = outputs.iter().map(|output| output.columns.len()).sum();
        let mut all = vec![f32::NAN; SPLITS * tasks];
        let mut run = |split: usize, keep: Option<&mut Vec<Vec<f32>>>, all: &mut [f32]| {
            self.split((tape, outputs), theta, (draw, split), keep, &mut all[split * tasks..(split + 1) * tasks]);
        };
        run(VALID, wanted.outputs, &mut all);
        if wanted.train {
            run(TRAIN, None, &mut all);
        }
        if (wanted.test)(&all[VALID * tasks..(VALID + 1) * tasks]) {
            run(TEST, None, &mut all);
        }
        all
    }

    fn split(
        &mut self,
        (tape, outputs): (&Tape, &[OutputTasks]),
        theta: &[f32],
        (draw, split): (usize, usize),
        mut kept: Option<&mut Vec<Vec<f32>>>,
        losses: &mut [f32],
    ) {
        let Some(own) = self.draws.get(draw).map(|splits| &splits[split]) else { return };
        losses.fill(0.0);
        let mut piece = vec![0.0; losses.len()];
        for first in (0..own.count).step_by(PIECE) {
            let rows = first..(first + PIECE).min(own.count);
            let inputs = Inputs { values: own.rows.inputs(rows.clone()), batch: rows.len() };
            self.arena.forward(tape, theta, inputs, &Masks::default());
            for (o, (output, tasks)) in tape.outputs().iter().zip(outputs).enumerate() {
                let stride = tasks.losses.stride;
                let found = self.arena.output(*output, rows.len());
                self.slopes.resize(found.len(), 0.0);
                let batch = BatchRows {
                    outputs: found,
                    targets: own.rows.targets(o, rows.clone()),
                    weights: &own.weights[o][rows.start * stride..rows.end * stride],
                };
                let piece = &mut piece[tasks.columns.clone()];
                tasks.losses.measure((batch, Of::Losses), &mut self.slopes, piece, &mut self.memory);
                if let Some(kept) = &mut kept {
                    keep(found, tasks, kept);
                }
            }
            losses.iter_mut().zip(&piece).for_each(|(loss, piece)| *loss += piece);
        }
    }
}

/// What a member makes of some rows `[n, inputs]`: per task in column order, `[n, outputs]`.
pub fn outputs((tape, of): (&Tape, &[OutputTasks]), theta: &[f32], rows: &[f32]) -> Vec<Vec<f32>> {
    let mut found = vec![Vec::new(); of.iter().map(|output| output.columns.len()).sum()];
    look(tape, theta, rows, |arena, batch| {
        for (output, tasks) in tape.outputs().iter().zip(of) {
            keep(arena.output(*output, batch), tasks, &mut found);
        }
    });
    found
}

/// The units of a member's hidden layers at some rows `[n, inputs]`: per layer of [`Tape::hidden`], `[n, units]`.
pub fn units(tape: &Tape, theta: &[f32], rows: &[f32]) -> Vec<Vec<f32>> {
    let mut found = vec![Vec::new(); tape.hidden().len()];
    look(tape, theta, rows, |arena, batch| {
        let layers = tape.hidden().iter().zip(&mut found);
        layers.for_each(|(columns, found)| arena.append(columns, batch, found));
    });
    found
}

/// Lets some rows `[n, inputs]` through the tape, and looks at each piece of them.
fn look(tape: &Tape, theta: &[f32], rows: &[f32], mut see: impl FnMut(&Arena, usize)) {
    let (mut arena, inputs) = (Arena::of(tape, PIECE), tape.inputs().width);
    let mut values = Vec::new();
    for rows in rows.chunks((PIECE * inputs).max(1)) {
        values.clear();
        for row in rows.chunks(inputs.max(1)) {
            values.extend_from_slice(row);
            values.resize(values.len().next_multiple_of(padded(inputs)), 0.0);
        }
        let batch = values.len() / padded(inputs).max(1);
        arena.forward(tape, theta, Inputs { values: &values, batch }, &Masks::default());
        see(&arena, batch);
    }
}

/// Appends what an output says at some rows to what its tasks have so far.
fn keep(rows: &[f32], tasks: &OutputTasks, kept: &mut [Vec<f32>]) {
    for row in rows.chunks_exact(tasks.losses.stride) {
        let tasks = kept[tasks.columns.clone()].iter_mut().zip(row.chunks_exact(tasks.losses.each));
        tasks.for_each(|(kept, outputs)| kept.extend_from_slice(outputs));
    }
}
