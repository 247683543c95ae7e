//! What architectures are put together from: layers, and the network around a trunk.

use super::heads::Heads;
use super::layers::{activate, dense, layer, layer_norm};
use super::network::{GumbelNoise, LearnedMatrix, Network, Outputs, Params, StepNoise};
use super::on_tape::{Recorder, TapeFeatures};
use super::shape::Shape;
use super::slots::{Init, LayerId, Layout, Owner, Slot, SlotKind};
use crate::config::{Activation, LayerConfig, task_name};
use crate::kernel::tape::Tape;
use burn::tensor::Tensor;

/// The slots of one layer.
pub struct Layer {
    /// Its weights.
    pub weight: usize,
    bias: usize,
    norm: Option<(usize, usize)>,
    /// What follows the affine map.
    pub activation: Activation,
}

impl Layer {
    /// Appends a layer to a layout.
    pub fn push(layout: &mut Layout, name: &str, id: LayerId, owner: &Owner, from: usize, layer: &LayerConfig) -> Self {
        let kind = SlotKind::Weight(layer.activation);
        let weight = layout.push(format!("{name}, weights"), id, owner.clone(), kind, from, layer.width);
        Self::push_rest(layout, name, id, owner, weight, layer)
    }

    /// Appends what comes after the weights, for a layer with weights that follow from other slots;
    /// `weight` is the first of these.
    pub fn push_rest(
        layout: &mut Layout,
        name: &str,
        id: LayerId,
        owner: &Owner,
        weight: usize,
        layer: &LayerConfig,
    ) -> Self {
        let mut slot =
            |what: &str, kind| layout.push(format!("{name}, {what}"), id, owner.clone(), kind, 1, layer.width);
        Self {
            weight,
            bias: slot("bias", SlotKind::Bias),
            norm: layer.norm.then(|| (slot("gain", SlotKind::Gain), slot("shift", SlotKind::Shift))),
            activation: layer.activation,
        }
    }

    /// The layer's output; `tasks` is how many tasks stand side by side in its columns.
    ///
    /// # Shapes
    ///
    /// `x`: `[R * blocks, B, in]`; gives the same with `out`.
    pub fn apply(&self, params: &Params, x: Tensor<3>, tasks: usize) -> Tensor<3> {
        if self.norm.is_none() {
            return layer(params, x, self.weight, self.bias, self.activation);
        }
        let y = layer(params, x, self.weight, self.bias, Activation::Identity);
        self.finish(params, y, tasks)
    }

    /// Norm and activation after the affine map, where the map is made by other means.
    pub fn finish(&self, params: &Params, y: Tensor<3>, tasks: usize) -> Tensor<3> {
        let y = match self.norm {
            None => y,
            Some((gain, shift)) => layer_norm(y, params.slot(gain), params.slot(shift), tasks),
        };
        activate(y, self.activation)
    }

    /// The layer's output with other weights than its slot's, `[R * copies, in, out]`; bias and norm
    /// of a shared layer are the same in all copies.
    ///
    /// # Shapes
    ///
    /// `x`: `[R * copies, B, in]`; gives the same with `out`.
    pub fn apply_weights(&self, params: &Params, x: Tensor<3>, weights: Tensor<3>) -> Tensor<3> {
        let rows = weights.dims()[0];
        let all = |slot: usize| {
            let own = params.slot(slot);
            let copies = rows / own.dims()[0];
            repeat(own, copies)
        };
        let Some((gain, shift)) = self.norm else { return dense(x, weights, all(self.bias), self.activation) };
        let y = dense(x, weights, all(self.bias), Activation::Identity);
        activate(layer_norm(y, all(gain), all(shift), 1), self.activation)
    }

    /// The slot of its bias.
    pub fn bias(&self) -> usize {
        self.bias
    }

    /// The slots of its norm's gain and shift.
    pub fn norm(&self) -> Option<(usize, usize)> {
        self.norm
    }

    /// Lets the bias begin at a value instead of 0.
    pub fn begin_at(&self, layout: &mut Layout, value: f32) {
        if let Some(slot) = layout.slots.get_mut(self.bias) {
            slot.kind = SlotKind::Free(Init::Constant(value), 1.0);
        }
    }

    /// The affine map alone.
    pub fn affine(&self, params: &Params, x: Tensor<3>) -> Tensor<3> {
        layer(params, x, self.weight, self.bias, Activation::Identity)
    }
}

/// The layers of a trunk, numbered from 0, every one with the same owner.
pub fn push_trunk(
    layout: &mut Layout,
    layers: &[LayerConfig],
    owner: &Owner,
    mut from: usize,
    name: &str,
) -> Vec<Layer> {
    let push = |(l, layer): (usize, &LayerConfig)| {
        let pushed = Layer::push(layout, &format!("{name} {}", l + 1), LayerId::Trunk(l), owner, from, layer);
        from = layer.width;
        pushed
    };
    layers.iter().enumerate().map(push).collect()
}

/// A tensor with every row so many times, one after another: `[R, B, w]` as `[R * count, B, w]`.
pub fn repeat(x: Tensor<3>, count: usize) -> Tensor<3> {
    let [rows, batch, width] = x.dims();
    if count == 1 {
        return x;
    }
    x.reshape([rows, 1, batch, width]).expand([rows, count, batch, width]).reshape([rows * count, batch, width])
}

/// What a trunk hands to the heads.
pub enum Features {
    /// The same for all tasks, `[R, B, w]`.
    Shared(Tensor<3>),
    /// Every task's own, `[R, T, B, w]`, tasks in column order.
    PerTask(Tensor<4>),
}

impl Features {
    /// Own features from `[R * T, B, w]`.
    pub fn own(x: Tensor<3>, tasks: usize) -> Self {
        let [rows, batch, width] = x.dims();
        Self::PerTask(x.reshape([rows / tasks, tasks, batch, width]))
    }
}

/// What a trunk gets apart from parameters and inputs, and what it may leave.
pub struct ForwardContext<'a> {
    noise: Option<&'a StepNoise>,
    hidden: Option<Vec<Tensor<3>>>,
}

impl ForwardContext<'_> {
    /// Nothing dropped, nothing sampled, nothing kept.
    pub fn without() -> Self {
        Self { noise: None, hidden: None }
    }

    /// Keeps a trunk layer's activations `[R * copies, B, w]` for the picture (of the first copy), and
    /// drops units of it, in all copies the same.
    pub fn layer(&mut self, l: usize, x: Tensor<3>, copies: usize) -> Tensor<3> {
        if let Some(hidden) = &mut self.hidden {
            let [rows, batch, width] = x.dims();
            let first = x.clone().reshape([rows / copies, copies, batch, width]);
            let first = first.slice([0..rows / copies, 0..1, 0..batch, 0..width]);
            hidden.push(first.reshape([rows / copies, batch, width]));
        }
        self.drop(l, x, copies)
    }

    /// Keeps the activations of a group's private layer `[R, B, tasks * w]`, and drops units of it.
    pub fn head(&mut self, group: usize, l: usize, x: Tensor<3>) -> Tensor<3> {
        if let Some(hidden) = &mut self.hidden {
            hidden.push(x.clone());
        }
        match self.noise.and_then(|noise| noise.heads.get(group)?.get(l)?.as_ref()) {
            Some(mask) => x * mask.clone(),
            None => x,
        }
    }

    /// Drops units of a trunk layer, in all copies the same.
    pub fn drop(&self, l: usize, x: Tensor<3>, copies: usize) -> Tensor<3> {
        match self.noise.and_then(|noise| noise.trunk.get(l)?.as_ref()) {
            Some(mask) => x * repeat(mask.clone(), copies),
            None => x,
        }
    }

    /// The step's random numbers; `None` where nothing is sampled.
    pub fn noise(&self) -> Option<&GumbelNoise> {
        self.noise.and_then(|noise| noise.gumbel.as_ref())
    }
}

/// How an architecture shares: everything between the inputs and the heads.
pub trait Trunk: Sized {
    /// Appends the trunk's slots, shared ones first.
    fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self;

    /// What is left to do when the heads' slots stand too.
    fn complete(&mut self, _layout: &Layout) {}

    /// Width of what it hands to the heads, and whether every task has its own.
    fn feature_shape(&self, shape: &Shape) -> (usize, bool);

    /// What it hands to the heads. `inputs`: `[R, B, inputs]`.
    fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features;

    /// The same as operations of a tape; `None` for a trunk that has none.
    fn on_tape(&self, _tape: &mut Recorder) -> Option<TapeFeatures> {
        None
    }

    /// Numbers that a member's forward pass over so many rows makes, apart from the inputs and what layers
    /// with weights of their own put out: copies for several trunks, mixtures, weights made of factors.
    fn activation_count(&self, shape: &Shape, batch: usize) -> usize;

    /// See [`Network::noise_len`].
    fn noise_len(&self) -> usize {
        0
    }

    /// See [`Network::penalises`].
    fn penalises(&self) -> bool {
        false
    }

    /// See [`Network::penalty`].
    fn penalty(&self, _params: &Params, _inputs: &Tensor<3>) -> Option<Tensor<1>> {
        None
    }

    /// See [`Network::is_proximal`].
    fn is_proximal(&self) -> bool {
        false
    }

    /// See [`Network::proximal`].
    fn proximal(
        &self,
        _layout: &Layout,
        _theta: &Tensor<2>,
        _rate: f64,
        _factors: Option<&Tensor<2>>,
    ) -> Option<Tensor<2>> {
        None
    }

    /// See [`Network::learned_matrices`].
    fn learned_matrices(&self, _params: &Params, _inputs: Tensor<3>) -> Vec<LearnedMatrix> {
        Vec::new()
    }
}

/// A trunk and the heads on it.
pub struct Composed<T> {
    shape: Shape,
    layout: Layout,
    trunk: T,
    heads: Heads,
}

impl<T: Trunk> Composed<T> {
    /// The network of a shape; `options` are the architecture's, by key.
    pub fn new(shape: Shape, options: &dyn Fn(&str) -> f64) -> Self {
        let mut layout = Layout::default();
        let mut trunk = T::new(&shape, options, &mut layout);
        let (from, own) = trunk.feature_shape(&shape);
        let heads = Heads::push(&mut layout, &shape, from, own);
        trunk.complete(&layout);
        Self { shape, layout, trunk, heads }
    }
}

impl<T: Trunk> Network for Composed<T> {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn forward(&self, params: &Params, inputs: Tensor<3>, noise: Option<&StepNoise>, keep_hidden: bool) -> Outputs {
        let mut context = ForwardContext { noise, hidden: keep_hidden.then(Vec::new) };
        let features = self.trunk.features(params, inputs, &mut context);
        let groups = self.heads.forward(&self.shape, params, &features, &mut context);
        Outputs { groups, hidden: context.hidden.unwrap_or_default() }
    }

    fn tape(&self, drops: bool) -> Option<Tape> {
        let mut recorder = Recorder { tape: Tape::over(self.shape.inputs), layout: &self.layout, drops };
        let features = self.trunk.on_tape(&mut recorder)?;
        let outputs = recorder.heads(&self.heads, &self.shape, &features);
        Some(recorder.tape.finish(outputs))
    }

    fn activation_count(&self, batch: usize) -> usize {
        let of_slot = |slot: &Slot| match slot.kind {
            SlotKind::Weight(_) => slot.blocks() * slot.columns,
            // A layer norm makes the centred units, their squares and the quotient.
            SlotKind::Gain => 3 * slot.blocks() * slot.columns,
            _ => 0,
        };
        let units: usize = self.layout.slots.iter().map(of_slot).sum();
        batch * (self.shape.inputs + units) + self.trunk.activation_count(&self.shape, batch)
    }

    fn noise_len(&self) -> usize {
        self.trunk.noise_len()
    }

    fn penalises(&self) -> bool {
        self.trunk.penalises()
    }

    fn penalty(&self, params: &Params, inputs: &Tensor<3>) -> Option<Tensor<1>> {
        self.trunk.penalty(params, inputs)
    }

    fn is_proximal(&self) -> bool {
        self.trunk.is_proximal()
    }

    fn proximal(&self, theta: &Tensor<2>, rate: f64, factors: Option<&Tensor<2>>) -> Option<Tensor<2>> {
        self.trunk.proximal(&self.layout, theta, rate, factors)
    }

    fn learned_matrices(&self, params: &Params, inputs: Tensor<3>) -> Vec<LearnedMatrix> {
        self.trunk.learned_matrices(params, inputs)
    }
}

/// Builds the network of a trunk, as a line of the table wants it.
pub fn build<T: Trunk + 'static>(shape: &Shape, options: &dyn Fn(&str) -> f64) -> Box<dyn Network> {
    Box::new(Composed::<T>::new(shape.clone(), options))
}

/// Names of rows or columns that stand for tasks in column order.
pub fn column_names(columns: &[usize]) -> Vec<String> {
    columns.iter().map(|task| format!("task {}", task_name(*task))).collect()
}
