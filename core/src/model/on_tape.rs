//! Networks as tapes: how layers and heads become operations.

use super::heads::Heads;
use super::parts::Layer;
use super::shape::Shape;
use super::slots::{Layout, Slot};
use crate::config::Activation;
use crate::kernel::dense::fused;
use crate::kernel::tape::{
    Activate, Columns, Combine, Concat, Dense, Drop, MaskPlace, Mix, Norm, Operation, Output, Softmax, Tape, Term,
};

/// A tape in the making, and what its operations are made by.
pub struct Recorder<'a> {
    /// The tape so far.
    pub tape: Tape,
    /// Where parameters stand.
    pub layout: &'a Layout,
    /// Whether units drop out.
    pub drops: bool,
}

/// What a trunk hands to the heads, by columns of a tape.
pub enum TapeFeatures {
    /// The same for all tasks.
    Shared(Columns),
    /// Every task's own, in column order.
    PerTask(Vec<Columns>),
}

impl Recorder<'_> {
    /// Where a matrix of a slot begins, and how many columns it has; a slot of several tasks side by side is one matrix.
    pub fn matrix(&self, slot: usize, block: usize) -> (usize, usize) {
        let slot = &self.layout.slots[slot];
        let width = width(slot);
        (slot.offset + block * slot.rows * width, width)
    }

    /// A layer by one matrix of its slots; `tasks` is how many tasks stand side by side in its columns.
    pub fn layer(&mut self, layer: &Layer, x: Columns, block: usize, tasks: usize) -> Columns {
        let ((weight, width), (bias, _)) = (self.matrix(layer.weight, block), self.matrix(layer.bias(), block));
        let inside = if layer.norm().is_none() { fused(layer.activation) } else { Activation::Identity };
        let dense = Dense::new(x, width, weight, Some(bias), inside);
        let y = self.tape.push(Operation::Dense(dense), width);
        let whole = layer.norm().is_none() && inside == layer.activation;
        if whole { y } else { self.finish(layer, y, block, tasks) }
    }

    /// Norm and activation behind a layer's affine map.
    pub fn finish(&mut self, layer: &Layer, mut y: Columns, block: usize, tasks: usize) -> Columns {
        if let Some((gain, shift)) = layer.norm() {
            let [gain, shift] = [gain, shift].map(|slot| self.matrix(slot, block).0);
            y = self.tape.push(Operation::Norm(Norm { x: y, tasks, gain, shift }), y.width);
        }
        if layer.activation == Activation::Identity {
            return y;
        }
        self.tape.push(Operation::Activate(Activate { x: y, activation: layer.activation }), y.width)
    }

    /// A product with one matrix of a slot, and a bias that begins somewhere.
    pub fn product(&mut self, x: Columns, slot: usize, block: usize, bias: Option<usize>) -> Columns {
        let (weight, width) = self.matrix(slot, block);
        let dense = Dense::new(x, width, weight, bias, Activation::Identity);
        self.tape.push(Operation::Dense(dense), width)
    }

    /// Values mixed by the shares of a row.
    pub fn mix(&mut self, shares: Columns, of: Vec<Columns>) -> Columns {
        let width = of.first().map_or(0, |of| of.width);
        self.tape.push(Operation::Mix(Mix { shares, of }), width)
    }

    /// Values mixed by factors that are the same for every row.
    pub fn combine(&mut self, of: Vec<Term>, bias: Option<usize>) -> Columns {
        let width = of.first().map_or(0, |term| term.x.width);
        self.tape.push(Operation::Combine(Combine { of, bias }), width)
    }

    /// Values side by side.
    pub fn concat(&mut self, of: Vec<Columns>) -> Columns {
        let concat = Concat { of };
        let width = concat.width();
        self.tape.push(Operation::Concat(concat), width)
    }

    /// Shares out of logits times a number.
    pub fn softmax(&mut self, x: Columns, times: f32) -> Columns {
        self.tape.push(Operation::Softmax(Softmax { x, times }), x.width)
    }

    /// Drops units of a layer by columns of a mask of so many.
    pub fn drop(&mut self, x: Columns, mask: MaskPlace, (from, of): (usize, usize)) -> Columns {
        if !self.drops {
            return x;
        }
        self.tape.push(Operation::Drop(Drop { x, mask, from, of }), x.width)
    }

    /// Shows a shared layer's units, if none of this place is shown yet, and drops some of them.
    pub fn drop_trunk(&mut self, x: Columns, l: usize) -> Columns {
        // Of several trunks or experts the first one comes first.
        if self.tape.hidden().len() == l {
            self.tape.show(vec![x]);
        }
        self.drop(x, MaskPlace::Trunk(l), (0, x.width))
    }

    /// Layers one after another, each by the same matrix of its slots, with the dropout of shared layers.
    pub fn trunk(&mut self, layers: &[Layer], x: Columns, block: usize) -> Columns {
        layers.iter().enumerate().fold(x, |x, (l, layer)| {
            let y = self.layer(layer, x, block, 1);
            self.drop_trunk(y, l)
        })
    }

    /// The heads on some features; their outputs in column order.
    pub fn heads(&mut self, heads: &Heads, shape: &Shape, features: &TapeFeatures) -> Vec<Output> {
        let (mut outputs, mut first) = (Vec::new(), 0);
        for (g, (group, layers)) in shape.groups.iter().zip(heads.groups()).enumerate() {
            let tasks = group.tasks.len();
            let mut own: Vec<Columns> = match features {
                TapeFeatures::Shared(z) => vec![*z; tasks],
                TapeFeatures::PerTask(z) => z[first..first + tasks].to_vec(),
            };
            for (l, layer) in layers.iter().enumerate() {
                let drops = l + 1 < layers.len();
                let mask = MaskPlace::Head(g, l);
                match features {
                    TapeFeatures::Shared(z) if l == 0 => {
                        let mut all = self.layer(layer, *z, 0, tasks);
                        if !drops {
                            outputs.push(Output { columns: all, tasks });
                            own.clear();
                            break;
                        }
                        self.tape.show(vec![all]);
                        all = self.drop(all, mask, (0, all.width));
                        let each = all.width / tasks;
                        own = (0..tasks).map(|t| all.part(t * each, each)).collect();
                    }
                    _ => {
                        for (t, x) in own.iter_mut().enumerate() {
                            *x = self.layer(layer, *x, t, 1);
                        }
                        if drops {
                            self.tape.show(own.clone());
                            for (t, x) in own.iter_mut().enumerate() {
                                *x = self.drop(*x, mask, (t * x.width, tasks * x.width));
                            }
                        }
                    }
                }
            }
            outputs.extend(own.into_iter().map(|columns| Output { columns, tasks: 1 }));
            first += tasks;
        }
        outputs
    }
}

/// Columns of a slot's matrices: those of all tasks where they stand side by side.
fn width(slot: &Slot) -> usize {
    use super::slots::Owner;
    match &slot.owner {
        Owner::Wide(tasks) => tasks.len() * slot.columns,
        Owner::Shared | Owner::Copies(_) | Owner::Stacked(_) => slot.columns,
    }
}
