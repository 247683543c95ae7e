//! What mixtures of experts have in common: banks of experts, gates, and the mixing.

use crate::config::{Kind, OptionSpec};

/// How the gates of a mixture begin.
pub(super) const GATE: OptionSpec = OptionSpec {
    key: "gate",
    label: "gates at the start",
    help: "Standard deviation of the gates' initial weights: the smaller, the more alike they begin by using all experts.",
    kind: Kind::Number { min: 0.001, max: 1.0, log: true, inherits: false },
    default: 0.01,
    live: false,
};

/// The published gates are linear. A hidden layer of a gate has twice as many units as the gate has experts:
/// room for every expert to be wanted on either side of a bend.
pub(super) const GATE_LAYERS: OptionSpec = OptionSpec {
    key: "gate-layers",
    label: "hidden layers of a gate",
    help: "Each has two ReLU units for every expert; without any a gate is linear.",
    kind: Kind::Integer { min: 0, max: 2, word: None },
    default: 0.0,
    live: false,
};

#[cfg(feature = "engine")]
pub use engine::{Bank, Gate, Hidden, mean_shares, mix, mix_alike, mixing, push_gates, shares};

#[cfg(feature = "engine")]
mod engine {
    use super::{GATE, GATE_LAYERS};
    use crate::config::{Activation, LayerConfig};
    use crate::kernel::tape::Columns;
    use crate::model::Options;
    use crate::model::network::Params;
    use crate::model::on_tape::Recorder;
    use crate::model::parts::{ForwardContext, Layer, push_trunk, repeat};
    use crate::model::shape::Shape;
    use crate::model::slots::{Init, LayerId, Layout, Owner, SlotKind};
    use burn::tensor::{Tensor, activation};

    /// Experts with equal layers, each as deep as the lesson's trunk.
    pub struct Bank {
        layers: Vec<Layer>,
        count: usize,
    }

    impl Bank {
        /// So many experts that all tasks share, or with [`Owner::Stacked`] one of a task for each of its
        /// places there.
        pub fn push(layout: &mut Layout, shape: &Shape, owner: &Owner, name: &str) -> Self {
            let count = match owner {
                Owner::Copies(count) => *count,
                Owner::Stacked(tasks) => tasks.len(),
                Owner::Shared | Owner::Wide(_) => 1,
            };
            Self { layers: push_trunk(layout, &shape.trunk, owner, shape.inputs, name), count }
        }

        /// The experts' outputs, `[R, E, B, w]`, of inputs `[R, B, in]`. `pictured` where the picture shows
        /// the bank's first expert; units drop out in all banks alike.
        pub fn apply(
            &self,
            params: &Params,
            inputs: Tensor<3>,
            context: &mut ForwardContext,
            pictured: bool,
        ) -> Tensor<4> {
            let layers = self.layers.iter().enumerate();
            let x = layers.fold(repeat(inputs, self.count), |x, (l, layer)| {
                let y = layer.apply(params, x, 1);
                if pictured { context.layer(l, y, self.count) } else { context.drop(l, y, self.count) }
            });
            let [rows, batch, width] = x.dims();
            x.reshape([rows / self.count, self.count, batch, width])
        }
    }

    impl Bank {
        /// The experts' outputs on a tape.
        pub fn on_tape(&self, tape: &mut Recorder, inputs: Columns) -> Vec<Columns> {
            (0..self.count).map(|expert| tape.trunk(&self.layers, inputs, expert)).collect()
        }
    }

    /// The hidden layers of gates: none, or layers like others, under weight decay.
    pub struct Hidden {
        layers: Vec<Layer>,
        /// How many numbers they hand on.
        pub width: usize,
    }

    impl Hidden {
        /// As many as the architecture's options say, one each for each owner, of gates over `experts` experts
        /// that read `from` numbers. They stand in the gates' random streams, before these.
        pub fn push(
            layout: &mut Layout,
            options: Options,
            (name, index): (&str, usize),
            owner: &Owner,
            (from, experts): (usize, usize),
        ) -> Self {
            let config = LayerConfig::new(2 * experts).with(Activation::Relu);
            let mut width = from;
            let push = |i: usize| {
                let name = format!("{name}, layer {i}");
                let layer = Layer::push(layout, &name, LayerId::Mixing(index), owner, width, &config);
                width = config.width;
                layer
            };
            let layers = (1..=options(GATE_LAYERS.key) as usize).map(push).collect();
            Self { layers, width }
        }

        /// What the gates read, `[R * count, B, width]`, of inputs `[R * count, B, in]`.
        pub fn apply(&self, params: &Params, inputs: Tensor<3>) -> Tensor<3> {
            self.layers.iter().fold(inputs, |x, layer| layer.apply(params, x, 1))
        }
    }

    /// Gates of one shape, one for each owner.
    pub struct Gate {
        hidden: Hidden,
        /// The slot of the linear map to the logits, without a bias.
        weights: usize,
    }

    impl Gate {
        /// The shares that the gate of a place gives to the experts, on a tape.
        pub fn on_tape(&self, tape: &mut Recorder, inputs: Columns, place: usize) -> Columns {
            let read = self.hidden.layers.iter().fold(inputs, |x, layer| tape.layer(layer, x, place, 1));
            let logits = tape.product(read, self.weights, place, None);
            tape.softmax(logits, 1.0)
        }
    }

    /// Gates over `experts` experts that read `from` numbers, one for each owner; the architecture's options say
    /// how many hidden layers they have and how their last weights begin.
    pub fn push_gates(
        layout: &mut Layout,
        options: Options,
        (name, index): (&str, usize),
        owner: &Owner,
        (from, experts): (usize, usize),
    ) -> Gate {
        let hidden = Hidden::push(layout, options, (name, index), owner, (from, experts));
        let kind = SlotKind::Free(Init::Normal(options(GATE.key) as f32), 1.0);
        let weights =
            layout.push(format!("{name}, weights"), LayerId::Mixing(index), owner.clone(), kind, hidden.width, experts);
        Gate { hidden, weights }
    }

    /// The shares that `count` gates give to the experts: `[R, count, B, E]`, of inputs `[R * count, B, in]`.
    pub fn shares(params: &Params, gates: &Gate, inputs: Tensor<3>, count: usize) -> Tensor<4> {
        let logits = gates.hidden.apply(params, inputs).matmul(params.slot(gates.weights));
        let [rows, batch, experts] = logits.dims();
        activation::softmax(logits, 2).reshape([rows / count, count, batch, experts])
    }

    /// The experts' outputs `[R, E, B, w]` mixed by shares `[R, G, B, E]`: `[R, G, B, w]`.
    pub fn mix(shares: Tensor<4>, outputs: Tensor<4>) -> Tensor<4> {
        let [rows, gates, batch, experts] = shares.dims();
        let width = outputs.dims()[3];
        let shares = shares.swap_dims(2, 3).reshape([rows, gates, experts, batch, 1]);
        let outputs = outputs.reshape([rows, 1, experts, batch, width]);
        (shares * outputs).sum_dim(2).reshape([rows, gates, batch, width])
    }

    /// The experts' outputs `[R, E, B, w]` mixed by shares that are the same in all rows of the batch,
    /// `[R, G, E]`: `[R * G, B, w]`.
    pub fn mix_alike(shares: Tensor<3>, outputs: Tensor<4>) -> Tensor<3> {
        let [rows, gates, experts] = shares.dims();
        let [.., batch, width] = outputs.dims();
        let all = outputs.reshape([rows, experts, batch * width]);
        shares.matmul(all).reshape([rows * gates, batch, width])
    }

    /// Numbers that so many gates make for a row of the batch, over experts of this width: logits and shares,
    /// the experts' weighted outputs, and their sums.
    pub fn mixing(gates: usize, experts: usize, width: usize) -> usize {
        gates * (experts * (2 + width) + width)
    }

    /// The mean share of every expert over the rows, `[G, E]`, of shares `[1, G, B, E]`.
    pub fn mean_shares(shares: Tensor<4>) -> Tensor<2> {
        let [_, gates, _, experts] = shares.dims();
        shares.mean_dim(2).reshape([gates, experts])
    }
}
