//! Parameters that stay in their flat vector, and gradients that are written into another one.

use super::device::{DeviceTensor, empty, primitive, tensor};
use burn::tensor::{Gradients, Tensor};
use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The parameters of some rows of a population, on a GPU.
pub struct Flat {
    /// `[R, N]`
    pub(super) theta: DeviceTensor,
    pub(super) tracked: Option<Tracked>,
    whole: Tensor<2>,
    places: Vec<Place>,
    /// Slots that something else than a layer's kernel reads.
    cut: Vec<OnceCell<Tensor<3>>>,
}

/// Where gradients go.
pub(super) struct Tracked {
    /// The leaf of the graph: layers over inputs that nothing is learned of have to have one.
    pub(super) root: Tensor<2>,
    /// `[R, N]`; empty until the backward pass has been.
    pub(super) gradient: DeviceTensor,
    /// By slot, whether its gradient is there.
    pub(super) written: Arc<[AtomicBool]>,
}

/// Where a slot stands.
pub struct Place {
    /// Its first position in a row of the flat vector.
    pub offset: usize,
    /// Matrices of the slot in a row of the population.
    pub blocks: usize,
    /// Of the slot as a tensor of its own.
    pub shape: [usize; 3],
    /// Parameters in the slot.
    pub length: usize,
}

impl Flat {
    /// The parameters `[R, N]` with the places of their slots, or `None` where they are not on a GPU.
    pub fn new(whole: &Tensor<2>, places: impl FnOnce() -> Vec<Place>) -> Option<Self> {
        let theta = primitive(whole.clone())?;
        let places = places();
        let cut = places.iter().map(|_| OnceCell::new()).collect();
        Some(Self { theta, tracked: None, whole: whole.clone(), places, cut })
    }

    /// The same parameters as the leaf of a new graph.
    pub fn tracked(self) -> Self {
        let [rows, columns] = self.whole.dims();
        let root = self.whole.clone().autodiff().require_grad();
        let gradient = empty(&self.theta, [rows, columns]);
        let written = self.places.iter().map(|_| AtomicBool::new(false)).collect();
        Self { tracked: Some(Tracked { root, gradient, written }), ..self }
    }

    /// Parameters of a row.
    pub(super) fn columns(&self) -> usize {
        self.whole.dims()[1]
    }

    pub(super) fn place(&self, slot: usize) -> Option<&Place> {
        self.places.get(slot)
    }

    /// One slot as a tensor of its own.
    pub fn slot(&self, slot: usize) -> Tensor<3> {
        let cut = self.cut[slot].get_or_init(|| {
            let place = &self.places[slot];
            let rows = self.whole.dims()[0];
            let piece = self.whole.clone().slice([0..rows, place.offset..place.offset + place.length]);
            let piece = piece.reshape(place.shape);
            if self.tracked.is_some() { piece.autodiff().require_grad() } else { piece }
        });
        cut.clone()
    }

    /// The gradients, `[R, N]`: those that the layers have written, and those of slots that were
    /// cut out; zero for slots that nothing depends on.
    pub fn gradients(&self, gradients: &mut Gradients) -> Tensor<2> {
        let rows = self.whole.dims()[0];
        let Some(tracked) = &self.tracked else { return self.whole.zeros_like() };
        let mut all: Tensor<2> = tensor(tracked.gradient.clone());
        let slots = self.places.iter().zip(&self.cut).zip(tracked.written.iter());
        for ((place, cut), written) in slots {
            let own = cut.get().and_then(|slot| slot.grad_remove(gradients));
            let own = own.map(|own| own.reshape([rows, place.length]));
            let columns = place.offset..place.offset + place.length;
            let written = written.load(Ordering::Relaxed);
            let own = match own {
                None if written => continue,
                None => Tensor::zeros([rows, place.length], &all.device()),
                Some(own) if written => own + all.clone().slice([0..rows, columns.clone()]),
                Some(own) => own,
            };
            all = all.slice_assign([0..rows, columns], own);
        }
        all
    }
}
