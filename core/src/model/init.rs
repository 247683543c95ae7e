//! The values that parameters begin with.

use super::hosvd::{Tensor3, decompose};
use super::slots::{Init, LayerId, Layout, Product, Slot, SlotKind};
use crate::config::Activation;
use crate::random::{Purpose, stream};
use rand::RngExt;
use rand_distr::StandardNormal;

impl Layout {
    /// Initial values of a model seed: uniform with variance 2/(in + out) (Glorot & Bengio 2010),
    /// or 2/in before the ReLU family (He et al. 2015); biases and shifts 0, gains 1.
    ///
    /// Each layer of each task has its own random stream, so that adding a task or a layer leaves
    /// the other layers' initial values as they were.
    pub fn init(&self, seed: u32, model_seed: u64) -> Vec<f32> {
        let mut values = vec![0.0; self.len];
        for (at, slot) in self.slots.iter().enumerate() {
            let owners = slot.owner.blocks();
            for (block, owner) in owners.iter().enumerate() {
                let copy = owners.iter().take(block).filter(|other| *other == owner).count();
                // A layer of several factors: each its own numbers.
                let copy = copy | self.drawn_before(at, owner) << 16;
                let (owner, copy) = if slot.alike { (None, 0) } else { (*owner, copy) };
                init_block(slot, block, (copy, owner), (seed, model_seed), &mut values);
            }
        }
        self.products.iter().for_each(|product| self.init_product(product, (seed, model_seed), &mut values));
        values
    }

    /// Initial values of a layer's factors: the weights that plain layers of the tasks would begin with,
    /// decomposed, and the core scaled so that their product is as large as those were.
    fn init_product(&self, product: &Product, seeds: (u32, u64), values: &mut [f32]) {
        let slot = |index: Option<usize>| index.and_then(|index| self.slots.get(index));
        let (Some(core), Some(tasks)) = (slot(Some(product.core)), slot(Some(product.tasks))) else { return };
        let (before, behind) = (slot(product.before), slot(product.behind));
        let (from, to) = product.sizes;
        let bound = f64::from(bound(product.activation, from, to));
        let drawn = tasks.tasks().iter().map(|task| {
            let mut random = stream_of(product.layer, (0, Some(*task)), seeds);
            (0..from * to).map(|_| random.random_range(-1.0_f64..1.0) * bound).collect::<Vec<_>>()
        });
        let drawn: Vec<Vec<f64>> = drawn.collect();
        let plain = Tensor3::from_fn([from, to, drawn.len()], |[i, j, k]| drawn[k][i * to + j]);
        let ranks = [before.map(|slot| slot.columns), behind.map(|slot| slot.rows), Some(tasks.columns)];
        let found = decompose(&plain, ranks);
        let scale = plain.norm() / found.core.norm().max(f64::MIN_POSITIVE);
        let [rows, columns, mixed] = found.core.sizes;
        let entries = (0..mixed * rows * columns).map(|n| [n / columns % rows, n % columns, n / (rows * columns)]);
        core.fill(values, entries.map(|at| scale * found.core.at(at)));
        // A matrix is stored column by column: its transpose is row-major.
        let [inputs, units, shares] = found.factors.map(Option::unwrap_or_default);
        let fill = |slot: Option<&Slot>, numbers: &[f64], values: &mut [f32]| {
            slot.into_iter().for_each(|slot| slot.fill(values, numbers.iter().copied()));
        };
        fill(before, inputs.transpose().as_slice(), values);
        fill(behind, units.as_slice(), values);
        fill(Some(tasks), shares.transpose().as_slice(), values);
    }

    /// How many slots before this one draw initial values for the same owner and layer.
    fn drawn_before(&self, at: usize, owner: &Option<usize>) -> usize {
        let Some(slot) = self.slots.get(at).filter(|slot| slot.kind.is_drawn()) else { return 0 };
        let before = self.slots.iter().take(at).filter(|other| other.layer == slot.layer && other.kind.is_drawn());
        before.filter(|other| other.owner.blocks().contains(owner)).count()
    }
}

/// The random numbers of a layer's `copy`th matrix of an owner.
fn stream_of(layer: LayerId, (copy, owner): (usize, Option<usize>), (seed, model_seed): (u32, u64)) -> impl rand::Rng {
    let index = (copy as u64) << 16 | layer.stream() << 8 | owner.map_or(0xff, |task| task as u64);
    stream(seed, Purpose::Init, model_seed, index)
}

/// Initial values of one matrix, the `copy`th of its owner.
fn init_block(slot: &Slot, block: usize, (copy, owner): (usize, Option<usize>), seeds: (u32, u64), values: &mut [f32]) {
    let mut random = stream_of(slot.layer, (copy, owner), seeds);
    for (i, position) in slot.block(block).into_iter().enumerate() {
        let on_diagonal = i / slot.columns == i % slot.columns;
        let mut uniform = |bound: f32| random.random_range(-1.0_f32..1.0) * bound;
        values[position] = match slot.kind {
            SlotKind::Gain => 1.0,
            SlotKind::Bias | SlotKind::Shift => 0.0,
            SlotKind::Weight(activation) => uniform(bound(activation, slot.rows, slot.columns)),
            SlotKind::Free(init, _) | SlotKind::Factor(init) => match init {
                Init::Constant(value) => value,
                Init::Diagonal(on, off) => [off, on][usize::from(on_diagonal)],
                Init::Uniform(bound) => uniform(bound),
                Init::Normal(deviation) => deviation * random.sample::<f32, _>(StandardNormal),
            },
        };
    }
}

/// Standard deviation of a layer's initial weights, for the factors that they are a product of.
#[cfg(feature = "engine")]
pub fn weight_deviation(activation: Activation, from: usize, to: usize) -> f32 {
    bound(activation, from, to) / 3.0_f32.sqrt()
}

/// Half the width of the uniform distribution of a layer's initial weights.
fn bound(activation: Activation, from: usize, to: usize) -> f32 {
    let (from, to) = (from.max(1) as f32, to as f32);
    match activation {
        Activation::Relu | Activation::LeakyRelu | Activation::Gelu | Activation::Silu => (6.0 / from).sqrt(),
        Activation::Identity | Activation::Tanh | Activation::Sigmoid => (6.0 / (from + to)).sqrt(),
    }
}
