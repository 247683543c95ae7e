//! What every architecture offers the training loop.

use super::slots::{Layout, Slot};
#[cfg(feature = "gpu")]
use crate::kernel::flat::{Flat, Place};
use crate::kernel::tape::Tape;
use burn::tensor::Tensor;

/// The parameters of some rows of a population, slot by slot.
pub struct Params {
    held: Held,
    /// Rows of the population: members, or members and replicas.
    pub rows: usize,
}

enum Held {
    /// One tensor per slot of the layout, in its order.
    Cut(Vec<Tensor<3>>),
    /// Where layers read the flat vector themselves.
    #[cfg(feature = "gpu")]
    Flat(Box<Flat>),
}

impl Params {
    /// The slots of a flat `[R, N]` tensor.
    pub fn from_flat(flat: &Tensor<2>, layout: &Layout) -> Self {
        let rows = flat.dims()[0];
        #[cfg(feature = "gpu")]
        if let Some(flat) = Flat::new(flat, || layout.slots.iter().map(|slot| place(slot, rows)).collect()) {
            return Self { held: Held::Flat(Box::new(flat)), rows };
        }
        let slots = layout.slots.iter().map(|slot| {
            let piece = flat.clone().slice([0..rows, slot.offset..slot.offset + slot.len()]);
            piece.reshape(slot_shape(slot, rows))
        });
        Self { held: Held::Cut(slots.collect()), rows }
    }

    /// The same parameters as leaves of a new graph.
    pub fn tracked(self) -> Self {
        let held = match self.held {
            Held::Cut(slots) => Held::Cut(slots.into_iter().map(|slot| slot.autodiff().require_grad()).collect()),
            #[cfg(feature = "gpu")]
            Held::Flat(flat) => Held::Flat(Box::new(flat.tracked())),
        };
        Self { held, rows: self.rows }
    }

    /// A slot of the layout.
    ///
    /// # Shapes
    ///
    /// Shared slots `[R, rows, columns]`, copies `[R * copies, rows, columns]`, wide ones
    /// `[R, rows, tasks * columns]`, stacked ones `[R * tasks, rows, columns]`.
    pub fn slot(&self, slot: usize) -> Tensor<3> {
        match &self.held {
            Held::Cut(slots) => slots[slot].clone(),
            #[cfg(feature = "gpu")]
            Held::Flat(flat) => flat.slot(slot),
        }
    }

    /// The flat vector, where layers read it themselves.
    #[cfg(feature = "gpu")]
    pub(super) fn flat(&self) -> Option<&Flat> {
        match &self.held {
            Held::Cut(_) => None,
            Held::Flat(flat) => Some(flat),
        }
    }

    /// The slots that were cut; none where layers read the flat vector themselves.
    fn cut_slots(&self) -> &[Tensor<3>] {
        match &self.held {
            Held::Cut(slots) => slots,
            #[cfg(feature = "gpu")]
            Held::Flat(_) => &[],
        }
    }

    /// The gradients of tracked parameters as one `[R, N]` tensor: one concatenation, where
    /// slicing a flat leaf would cost a zero-fill and an assignment per slot.
    pub fn gradients(&self, gradients: &mut burn::tensor::Gradients) -> Tensor<2> {
        #[cfg(feature = "gpu")]
        if let Some(flat) = self.flat() {
            return flat.gradients(gradients);
        }
        let slots = self.cut_slots();
        let flat = slots.iter().map(|slot| {
            let [a, b, c] = slot.dims();
            let length = a * b * c / self.rows;
            let gradient = slot.grad_remove(gradients);
            let gradient = gradient.unwrap_or_else(|| slot.clone().inner().zeros_like());
            gradient.reshape([self.rows, length])
        });
        Tensor::cat(flat.collect(), 1)
    }
}

/// Where a layer's kernel finds a slot.
#[cfg(feature = "gpu")]
fn place(slot: &Slot, rows: usize) -> Place {
    use super::slots::Owner;
    let blocks = match &slot.owner {
        Owner::Shared | Owner::Wide(_) => 1,
        Owner::Copies(_) | Owner::Stacked(_) => slot.blocks(),
    };
    Place { offset: slot.offset, blocks, shape: slot_shape(slot, rows), length: slot.len() }
}

fn slot_shape(slot: &Slot, rows: usize) -> [usize; 3] {
    use super::slots::Owner;
    match &slot.owner {
        Owner::Shared => [rows, slot.rows, slot.columns],
        Owner::Copies(count) => [rows * count, slot.rows, slot.columns],
        Owner::Wide(tasks) => [rows, slot.rows, tasks.len() * slot.columns],
        Owner::Stacked(tasks) => [rows * tasks.len(), slot.rows, slot.columns],
    }
}

/// Dropout masks of a step, already divided by the chance of staying.
///
/// # Shapes
///
/// `trunk[l]`: `[R, B, width]`. `heads[g][l]`: `[R, B, tasks * width]`. `None` where nothing drops.
#[derive(Clone, Default)]
pub struct StepNoise {
    /// Per shared layer.
    pub trunk: Vec<Option<Tensor<3>>>,
    /// Per group and private layer.
    pub heads: Vec<Vec<Option<Tensor<3>>>>,
    /// What an architecture that samples draws in this step.
    pub gumbel: Option<GumbelNoise>,
}

/// Random numbers of a network that samples.
#[derive(Clone)]
pub struct GumbelNoise {
    /// Standard Gumbel numbers, [`Network::noise_len`] of them a row: `[R, 1, D]`.
    pub values: Tensor<3>,
    /// Epochs trained, for a temperature that falls.
    pub epoch: f64,
}

impl StepNoise {
    /// The same with every tensor turned into another.
    pub fn map(&self, turn: impl Fn(&Tensor<3>) -> Tensor<3>) -> Self {
        let turned = |mask: &Option<Tensor<3>>| mask.as_ref().map(&turn);
        Self {
            trunk: self.trunk.iter().map(turned).collect(),
            heads: self.heads.iter().map(|layers| layers.iter().map(turned).collect()).collect(),
            gumbel: self.gumbel.as_ref().map(|noise| GumbelNoise { values: turn(&noise.values), epoch: noise.epoch }),
        }
    }
}

/// What a forward pass gives.
pub struct Outputs {
    /// Per group: `[R, B, tasks * outputs]`, a task's outputs side by side.
    pub groups: Vec<Tensor<3>>,
    /// Activations of the hidden layers, for the picture: the trunk's (of several trunks or experts
    /// the first one's), then each group's `[R, B, tasks * width]`. Empty unless they are kept.
    pub hidden: Vec<Tensor<3>>,
}

/// A matrix of what an architecture has learned, for its picture.
pub struct LearnedMatrix {
    /// What it is, such as `gate mixture`.
    pub title: String,
    /// Names of the rows.
    pub rows: Vec<String>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// `[rows, columns]`, of the first row of a population.
    pub values: Tensor<2>,
}

/// A network over the population axis.
pub trait Network {
    /// Where its parameters stand.
    fn layout(&self) -> &Layout;

    /// Predictions.
    ///
    /// # Shapes
    ///
    /// `inputs`: `[R, B, inputs]`.
    fn forward(&self, params: &Params, inputs: Tensor<3>, noise: Option<&StepNoise>, keep_hidden: bool) -> Outputs;

    /// The same network as a tape; `drops` says whether it has operations for dropout. `None` for one that has none,
    /// which is then trained through [`Network::forward`].
    fn tape(&self, _drops: bool) -> Option<Tape> {
        None
    }

    /// Numbers that a member's forward pass over so many rows makes, for the memory budget.
    fn activation_count(&self, batch: usize) -> usize;

    /// Gumbel numbers that it draws for a member and a step.
    fn noise_len(&self) -> usize {
        0
    }

    /// Whether [`Network::penalty`] has a term.
    fn penalises(&self) -> bool {
        false
    }

    /// A term that is added once to every member's objective, summed over the rows: its gradient
    /// joins the combined one, whatever the balancer. `inputs`: the batch, `[R, B, inputs]`.
    fn penalty(&self, _params: &Params, _inputs: &Tensor<3>) -> Option<Tensor<1>> {
        None
    }

    /// Whether [`Network::proximal`] has a step.
    fn is_proximal(&self) -> bool {
        false
    }

    /// What comes after an optimiser step of this learning rate: a proximal step. `theta`: `[M, N]`;
    /// `factors` on the rate, 0 for what must not move: `[M, N]` or `[1, N]`.
    fn proximal(&self, _theta: &Tensor<2>, _rate: f64, _factors: Option<&Tensor<2>>) -> Option<Tensor<2>> {
        None
    }

    /// What it has learned; `inputs`: `[1, B, inputs]`, rows to look at, `params` of one row.
    fn learned_matrices(&self, _params: &Params, _inputs: Tensor<3>) -> Vec<LearnedMatrix> {
        Vec::new()
    }
}
