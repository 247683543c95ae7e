//! Choices that are sampled in training and made for good in evaluation.
//!
//! Straight-through Gumbel-softmax (Jang et al. 2017): the forward pass takes the one option with the
//! largest `logit + Gumbel number`, the backward pass sees the softmax of their sum over a temperature.
//! Without random numbers the largest logit is taken.

use super::network::{GumbelNoise, Params};
use super::parts::ForwardContext;
use super::slots::{Init, LayerId, Layout, Owner, SlotKind};
use burn::tensor::{Int, Tensor, activation};

/// Standard deviation of the initial logits: all options alike, and yet no two logits equal, as equal ones
/// would have another order on every device.
const LOGIT: f32 = 0.01;

/// Choosers with a logit for each of their options.
pub struct Choices {
    slot: usize,
    /// Choosers in a row of the population, and how many options each has.
    sizes: (usize, usize),
    /// Where their Gumbel numbers begin.
    first: usize,
}

impl Choices {
    /// Appends the logits of choosers that stand in the rows of a slot's matrices. `rate`: a factor on
    /// their learning rate; `drawn`: how many random numbers a step takes so far.
    pub fn push(
        layout: &mut Layout,
        (name, layer): (String, LayerId),
        owner: Owner,
        (rows, options): (usize, usize),
        rate: f32,
        drawn: &mut usize,
    ) -> Self {
        let kind = SlotKind::Free(Init::Normal(LOGIT), rate);
        let slot = layout.push(name, layer, owner, kind, rows, options);
        let choosers = layout.slots.get(slot).map_or(0, |slot| slot.blocks() * slot.rows);
        let first = *drawn;
        *drawn += choosers * options;
        Self { slot, sizes: (choosers, options), first }
    }

    /// How many options a chooser has.
    pub fn options(&self) -> usize {
        self.sizes.1
    }

    fn logits(&self, params: &Params) -> Tensor<3> {
        params.slot(self.slot).reshape([params.rows, self.sizes.0, self.sizes.1])
    }

    /// What every chooser takes, one-hot over its options: `[R, choosers, options]`. `temperature`
    /// follows from the epoch.
    pub fn take(&self, params: &Params, context: &ForwardContext, temperature: impl Fn(f64) -> f64) -> Tensor<3> {
        let logits = self.logits(params);
        let Some(noise) = context.noise() else { return one_hot(&logits) };
        let own = self.noise(noise, params.rows);
        let soft = activation::softmax((logits + own) / temperature(noise.epoch).max(1e-3), 2);
        one_hot(&soft) - soft.clone().inner() + soft
    }

    fn noise(&self, noise: &GumbelNoise, rows: usize) -> Tensor<3> {
        let (choosers, options) = self.sizes;
        let own = noise.values.clone().slice([0..rows, 0..1, self.first..self.first + choosers * options]);
        own.reshape([rows, choosers, options])
    }

    /// The chance of every option, `[R, choosers, options]`.
    pub fn chances(&self, params: &Params) -> Tensor<3> {
        activation::softmax(self.logits(params), 2)
    }

    /// The same chance for every option.
    pub fn undecided(&self, params: &Params) -> Tensor<3> {
        let (choosers, options) = self.sizes;
        let device = params.slot(self.slot).device().without_autodiff();
        Tensor::full([params.rows, choosers, options], 1.0 / options as f32, &device)
    }
}

/// 1 at the largest score of every row, the first of equal ones, else 0; nothing is learned through it.
fn one_hot(scores: &Tensor<3>) -> Tensor<3> {
    let [rows, choosers, options] = scores.dims();
    let scores = scores.clone().inner();
    let places = Tensor::<1, Int>::arange(0..options as i64, &scores.device());
    let places = places.reshape([1, 1, options]).expand([rows, choosers, options]);
    places.equal(scores.argmax(2).expand([rows, choosers, options])).float()
}
