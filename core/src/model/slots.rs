//! Where each parameter stands in a member's flat vector.
//!
//! A population's parameters are one tensor `[members, parameters]`, so that the optimiser, the
//! gradient matrix and the Gram matrix are single operations. Shared slots come first: the first
//! [`Layout::shared`] columns are what gradient methods act on.

use crate::config::Activation;
use std::ops::Range;

/// The tasks that a slot's parameters belong to.
#[derive(Clone, Debug, PartialEq)]
pub enum Owner {
    /// All tasks.
    Shared,
    /// All tasks, so many matrices one after another: `[copies, rows, columns]`.
    Copies(usize),
    /// These tasks, side by side in the columns: `[rows, tasks * columns]`.
    Wide(Vec<usize>),
    /// These tasks, one after another: `[tasks, rows, columns]`. A task may stand there several times.
    Stacked(Vec<usize>),
}

impl Owner {
    /// Whether gradient methods act on it.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Shared | Self::Copies(_))
    }

    /// The task that each matrix belongs to; `None` where all tasks share it.
    pub(super) fn blocks(&self) -> Vec<Option<usize>> {
        match self {
            Self::Shared => vec![None],
            Self::Copies(count) => vec![None; *count],
            Self::Wide(tasks) | Self::Stacked(tasks) => tasks.iter().copied().map(Some).collect(),
        }
    }
}

/// How parameters that are no layer's weights begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// All the same.
    Constant(f32),
    /// One number on the diagonal of every matrix, another off it.
    Diagonal(f32, f32),
    /// Normal with this standard deviation.
    Normal(f32),
    /// Uniform between minus and plus this.
    Uniform(f32),
}

/// What the parameters do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SlotKind {
    /// Weights of an affine map followed by this activation.
    Weight(Activation),
    /// Its bias.
    Bias,
    /// Gain of a layer norm.
    Gain,
    /// Bias of a layer norm.
    Shift,
    /// What an architecture learns apart from its layers, such as gates: without weight decay, with this
    /// factor on the learning rate.
    Free(Init, f32),
    /// The same with weight decay: factors of a product that is a layer's weights.
    Factor(Init),
}

impl SlotKind {
    /// Whether its initial values are random.
    pub(super) fn is_drawn(self) -> bool {
        match self {
            Self::Weight(_) => true,
            Self::Bias | Self::Gain | Self::Shift => false,
            Self::Free(init, _) | Self::Factor(init) => matches!(init, Init::Normal(_) | Init::Uniform(_)),
        }
    }
}

/// The layer that a slot belongs to. With its owner it names the random stream of its initial values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerId {
    /// A layer of the trunk, or of each of several trunks or experts.
    Trunk(usize),
    /// A private layer of the tasks.
    Head(usize),
    /// What mixes, weights or picks layers: gates, stitches, selectors, attention.
    Mixing(usize),
}

impl LayerId {
    /// The number of its random stream: longer trunks leave the heads' initial values as they were.
    pub(super) fn stream(self) -> u64 {
        const KIND: u64 = 16;
        let (kind, index) = match self {
            Self::Trunk(index) => (0, index),
            Self::Head(index) => (1, index),
            Self::Mixing(index) => (2, index),
        };
        debug_assert!(kind == 2 || index < KIND as usize, "a trunk and a head have fewer layers than that");
        kind * KIND + index as u64
    }
}

/// A contiguous piece of a member's flat vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// In words, such as `shared layer 1, weights`.
    pub name: String,
    /// Its layer: the same for all tasks of a layer.
    pub layer: LayerId,
    /// The tasks that it belongs to.
    pub owner: Owner,
    /// What it does.
    pub kind: SlotKind,
    /// Rows of one task's (or the shared) matrix; 1 for everything but weights.
    pub rows: usize,
    /// Its columns.
    pub columns: usize,
    /// First position in the flat vector.
    pub offset: usize,
    /// Whether all its matrices begin as the shared one of that layer would.
    pub alike: bool,
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

    /// Matrices in the slot: one, or one per copy or task.
    pub fn blocks(&self) -> usize {
        self.owner.blocks().len()
    }

    /// Positions of a task's matrices in the flat vector, each row-major `[rows, columns]`; of the
    /// shared ones for `None`.
    pub fn positions(&self, task: Option<usize>) -> Vec<usize> {
        let owners = self.owner.blocks().into_iter().enumerate();
        owners.filter(|(_, owner)| *owner == task).flat_map(|(block, _)| self.block(block)).collect()
    }

    /// Positions of a task's first matrix, or of the first shared one; none where it has none.
    pub fn first(&self, task: Option<usize>) -> Vec<usize> {
        let found = self.owner.blocks().iter().position(|owner| *owner == task);
        found.map_or_else(Vec::new, |block| self.block(block))
    }

    /// Positions of one matrix in the flat vector, row-major `[rows, columns]`.
    pub(super) fn block(&self, block: usize) -> Vec<usize> {
        let (start, stride) = match &self.owner {
            Owner::Wide(tasks) => (block * self.columns, tasks.len() * self.columns),
            _ => (block * self.rows * self.columns, self.columns),
        };
        let start = self.offset + start;
        (0..self.rows).flat_map(|r| (0..self.columns).map(move |c| start + r * stride + c)).collect()
    }

    /// Writes its numbers into a flat vector, in their order there.
    pub(super) fn fill(&self, values: &mut [f32], numbers: impl Iterator<Item = f64>) {
        let own = values.iter_mut().skip(self.offset).take(self.len());
        own.zip(numbers).for_each(|(value, number)| *value = number as f32);
    }

    /// The tasks that own it; none for shared slots.
    pub fn tasks(&self) -> &[usize] {
        match &self.owner {
            Owner::Shared | Owner::Copies(_) => &[],
            Owner::Wide(tasks) | Owner::Stacked(tasks) => tasks,
        }
    }
}

/// A layer with weights that are a product of slots, which begin as what a plain layer's decompose into.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// The layer.
    pub layer: LayerId,
    /// What follows the layer.
    pub activation: Activation,
    /// Inputs and units.
    pub sizes: (usize, usize),
    /// The slot of what tasks mix, `[mixed, inner rows * inner columns]`.
    pub core: usize,
    /// That of the factor before it, `[in, inner rows]`.
    pub before: Option<usize>,
    /// That of the factor behind it, `[inner columns, out]`.
    pub behind: Option<usize>,
    /// The tasks' shares, `[1, mixed]` each.
    pub tasks: usize,
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
    /// The layers with slots that begin together.
    pub products: Vec<Product>,
}

impl Layout {
    /// Appends a slot and returns its index.
    pub fn push(
        &mut self,
        name: String,
        layer: LayerId,
        owner: Owner,
        kind: SlotKind,
        rows: usize,
        columns: usize,
    ) -> usize {
        let shared = owner.is_shared();
        debug_assert!(!shared || self.shared == self.len, "shared slots come first: {name}");
        let slot = Slot { name, layer, owner, kind, rows, columns, offset: self.len, alike: false };
        self.len += slot.len();
        if shared {
            self.shared = self.len;
        }
        self.slots.push(slot);
        self.slots.len() - 1
    }

    /// The columns of every shared layer, first to last.
    pub fn shared_layers(&self) -> Vec<Range<usize>> {
        let mut layers: Vec<(LayerId, Range<usize>)> = Vec::new();
        for slot in self.slots.iter().filter(|slot| slot.owner.is_shared()) {
            let end = slot.offset + slot.len();
            match layers.last_mut() {
                Some((layer, range)) if *layer == slot.layer => range.end = end,
                _ => layers.push((slot.layer, slot.offset..end)),
            }
        }
        layers.into_iter().map(|(_, range)| range).collect()
    }

    /// The columns of the last shared layer with weights; what merely mixes layers, such as gates and stitches,
    /// stands behind it. All shared columns where there is none.
    pub fn last_shared_layer(&self) -> Range<usize> {
        let weighs = |slot: &&Slot| {
            matches!(slot.layer, LayerId::Trunk(_)) && matches!(slot.kind, SlotKind::Weight(_) | SlotKind::Factor(_))
        };
        let last = self.slots.iter().filter(|slot| slot.owner.is_shared()).rfind(weighs);
        let of = |slot: &Slot| self.shared_layers().into_iter().find(|range| range.contains(&slot.offset));
        last.and_then(of).unwrap_or(0..self.shared)
    }

    /// Parameters of the network without what belongs to other tasks: the shared ones and the task's own.
    pub fn of_task(&self, task: usize) -> usize {
        self.shared + self.slots.iter().map(|slot| slot.positions(Some(task)).len()).sum::<usize>()
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

    /// 1 where weight decay applies: weights, not biases, norms and gates.
    pub fn decays(&self) -> Vec<f32> {
        let mut mask = vec![0.0; self.len];
        let decays = |slot: &&Slot| matches!(slot.kind, SlotKind::Weight(_) | SlotKind::Factor(_));
        for slot in self.slots.iter().filter(decays) {
            mask[slot.offset..slot.offset + slot.len()].fill(1.0);
        }
        mask
    }

    /// The slot that holds a position.
    pub fn slot_at(&self, position: usize) -> Option<&Slot> {
        self.slots.iter().find(|slot| (slot.offset..slot.offset + slot.len()).contains(&position))
    }
}
