//! Where each parameter stands in a member's flat vector.
//!
//! A population's parameters are one tensor `[members, parameters]`, so that the optimiser, the
//! gradient matrix and the Gram matrix are single operations. Shared slots come first: the first
//! [`Layout::shared`] columns are what gradient methods act on.

use crate::config::Activation;
use crate::random::{Purpose, stream};
use rand::RngExt;
use std::ops::Range;

/// Whose parameters a slot holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Owner {
    /// Every task's.
    Shared,
    /// These tasks' side by side in the columns: `[rows, tasks * columns]`.
    Wide(Vec<usize>),
    /// These tasks' one after another: `[tasks, rows, columns]`.
    Stacked(Vec<usize>),
}

/// What the parameters do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotKind {
    /// Weights of an affine map followed by this activation.
    Weight(Activation),
    /// Its bias.
    Bias,
    /// Gain of a layer norm.
    Gain,
    /// Bias of a layer norm.
    Shift,
}

/// A contiguous piece of a member's flat vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// In words, such as `shared layer 1, weights`.
    pub name: String,
    /// Number of the layer, for its random stream: the same for all tasks of a layer.
    pub layer: usize,
    /// Whose it is.
    pub owner: Owner,
    /// What it does.
    pub kind: SlotKind,
    /// Rows of one task's (or the shared) matrix; 1 for everything but weights.
    pub rows: usize,
    /// Its columns.
    pub columns: usize,
    /// First position in the flat vector.
    pub offset: usize,
}

impl Slot {
    /// Parameters in the slot.
    pub fn len(&self) -> usize {
        self.blocks() * self.rows * self.columns
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Matrices in the slot: one, or one per task.
    pub fn blocks(&self) -> usize {
        match &self.owner {
            Owner::Shared => 1,
            Owner::Wide(tasks) | Owner::Stacked(tasks) => tasks.len(),
        }
    }

    /// Positions of one task's matrix in the flat vector, row-major `[rows, columns]`; of the
    /// shared matrix for `None`.
    pub fn positions(&self, task: Option<usize>) -> Vec<usize> {
        let (block, stride, step) = match (&self.owner, task) {
            (Owner::Shared, None) => (0, self.columns, 0),
            (Owner::Wide(tasks), Some(k)) => match tasks.iter().position(|t| *t == k) {
                Some(i) => (i * self.columns, tasks.len() * self.columns, 0),
                None => return Vec::new(),
            },
            (Owner::Stacked(tasks), Some(k)) => match tasks.iter().position(|t| *t == k) {
                Some(i) => (i * self.rows * self.columns, self.columns, 0),
                None => return Vec::new(),
            },
            _ => return Vec::new(),
        };
        let start = self.offset + block + step;
        (0..self.rows).flat_map(|r| (0..self.columns).map(move |c| start + r * stride + c)).collect()
    }

    /// The tasks that own it; none for shared slots.
    pub fn tasks(&self) -> &[usize] {
        match &self.owner {
            Owner::Shared => &[],
            Owner::Wide(tasks) | Owner::Stacked(tasks) => tasks,
        }
    }
}

/// All slots of a network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// In the order of the flat vector; shared ones first.
    pub slots: Vec<Slot>,
    /// Parameters that all tasks share.
    pub shared: usize,
    /// All parameters.
    pub len: usize,
}

impl Layout {
    /// Appends a slot and returns its index.
    pub fn push(
        &mut self,
        name: String,
        layer: usize,
        owner: Owner,
        kind: SlotKind,
        rows: usize,
        columns: usize,
    ) -> usize {
        let shared = owner == Owner::Shared;
        let slot = Slot { name, layer, owner, kind, rows, columns, offset: self.len };
        self.len += slot.len();
        if shared {
            self.shared = self.len;
        }
        self.slots.push(slot);
        self.slots.len() - 1
    }

    /// The columns of every shared layer, first to last.
    pub fn shared_layers(&self) -> Vec<Range<usize>> {
        let mut layers: Vec<(usize, Range<usize>)> = Vec::new();
        for slot in self.slots.iter().filter(|slot| slot.owner == Owner::Shared) {
            let end = slot.offset + slot.len();
            match layers.last_mut() {
                Some((layer, range)) if *layer == slot.layer => range.end = end,
                _ => layers.push((slot.layer, slot.offset..end)),
            }
        }
        layers.into_iter().map(|(_, range)| range).collect()
    }

    /// A task's position-by-position mask over the flat vector: 1 where the task alone owns it.
    pub fn owned_by(&self, task: usize) -> Vec<f32> {
        let mut mask = vec![0.0; self.len];
        for slot in &self.slots {
            for position in slot.positions(Some(task)) {
                mask[position] = 1.0;
            }
        }
        mask
    }

    /// 1 where weight decay applies: weights, not biases and norms.
    pub fn decays(&self) -> Vec<f32> {
        let mut mask = vec![0.0; self.len];
        for slot in self.slots.iter().filter(|slot| matches!(slot.kind, SlotKind::Weight(_))) {
            mask[slot.offset..slot.offset + slot.len()].fill(1.0);
        }
        mask
    }

    /// The slot that holds a position.
    pub fn slot_at(&self, position: usize) -> Option<&Slot> {
        self.slots.iter().find(|slot| (slot.offset..slot.offset + slot.len()).contains(&position))
    }

    /// Initial values of a model seed: uniform with variance 2/(in + out) (Glorot & Bengio 2010),
    /// or 2/in before the ReLU family (He et al. 2015); biases and shifts 0, gains 1.
    ///
    /// Each layer of each task has its own random stream, so that adding a task or a layer leaves
    /// the other layers' initial values as they were.
    pub fn init(&self, seed: u32, model_seed: u64) -> Vec<f32> {
        let mut values = vec![0.0; self.len];
        for slot in &self.slots {
            let owners: Vec<Option<usize>> = match &slot.owner {
                Owner::Shared => vec![None],
                Owner::Wide(tasks) | Owner::Stacked(tasks) => tasks.iter().map(|t| Some(*t)).collect(),
            };
            for owner in owners {
                init_block(slot, owner, seed, model_seed, &mut values);
            }
        }
        values
    }
}

fn init_block(slot: &Slot, owner: Option<usize>, seed: u32, model_seed: u64, values: &mut [f32]) {
    let positions = slot.positions(owner);
    match slot.kind {
        SlotKind::Gain => positions.iter().for_each(|p| values[*p] = 1.0),
        SlotKind::Bias | SlotKind::Shift => {}
        SlotKind::Weight(activation) => {
            let index = (slot.layer as u64) << 8 | owner.map_or(0xff, |task| task as u64);
            let mut random = stream(seed, Purpose::Init, model_seed, index);
            let bound = bound(activation, slot.rows, slot.columns);
            positions.iter().for_each(|p| values[*p] = random.random_range(-1.0_f32..1.0) * bound);
        }
    }
}

/// Half the width of the uniform distribution of a layer's initial weights.
fn bound(activation: Activation, from: usize, to: usize) -> f32 {
    let (from, to) = (from.max(1) as f32, to as f32);
    match activation {
        Activation::Relu | Activation::LeakyRelu | Activation::Gelu | Activation::Silu => (6.0 / from).sqrt(),
        Activation::Identity | Activation::Tanh | Activation::Sigmoid => (6.0 / (from + to)).sqrt(),
    }
}
