//! Multi-task attention network (Liu et al. 2019) on fully connected layers.
//!
//! A shared trunk, and for every task and layer l a mask `m^l = sigmoid(W2 relu(W1 [a^l ; b^{l-1}]))` over
//! the trunk's units `a^l`; what passes, `m^l * a^l`, goes through `b^l = relu(V m^l a^l)`, as wide as the
//! next layer, into the next mask, and after the last layer to the head. Every block is one layer of the
//! trunk; the convolutions of the original are dense layers, a quarter as wide as the layer in the middle. The
//! masks' last bias begins at 2, so that they begin nearly open. Shared: the trunk. Private: the masks and the
//! heads.

use super::Architecture;
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry};

const PAPERS: &[Paper] = &[Paper::new(
    "Liu, Johns & Davison",
    2019,
    "End-to-End Multi-Task Learning with Attention",
    "https://arxiv.org/abs/1803.10704",
)];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "mtan",
            label: "MTAN",
            help: "One trunk; for every task and layer a learned mask lets through the units that the task needs.",
        },
        &[OPEN],
    )
    .by(PAPERS)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::Mtan>,
};

const OPEN: OptionSpec = OptionSpec {
    key: "open",
    label: "bias of the masks at the start",
    help: "At 2 a mask begins by letting 88 % of every unit through, at 0 half.",
    kind: Kind::Number { min: -4.0, max: 4.0, log: false, inherits: false },
    default: 2.0,
    live: false,
};

#[cfg(feature = "engine")]
mod engine {
    use crate::config::{Activation, LayerConfig};
    use crate::kernel::tape::{Columns, Operation, Times};
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::on_tape::{Recorder, TapeFeatures};
    use crate::model::parts::{Features, ForwardContext, Layer, Trunk, column_names, push_trunk, repeat};
    use crate::model::shape::Shape;
    use crate::model::slots::{LayerId, Layout, Owner};
    use burn::tensor::Tensor;

    /// Of one layer of the trunk.
    struct Attention {
        first: Layer,
        mask: Layer,
        /// None after the last layer.
        onward: Option<Layer>,
    }

    /// See the module's description.
    pub struct Mtan {
        layers: Vec<Layer>,
        attentions: Vec<Attention>,
        columns: Vec<usize>,
    }

    impl Trunk for Mtan {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let columns = shape.columns();
            let owner = Owner::Stacked(columns.clone());
            let layers = push_trunk(layout, &shape.trunk, &Owner::Shared, shape.inputs, "shared layer");
            let mut before = 0;
            let mut attention = |(l, layer): (usize, &LayerConfig)| {
                let width = layer.width;
                let mut push = |what: &str, i: usize, from: usize, to: usize, activation| {
                    let name = format!("{what}, layer {}", l + 1);
                    let config = LayerConfig::new(to).with(activation);
                    Layer::push(layout, &name, LayerId::Mixing(3 * l + i), &owner, from, &config)
                };
                let middle = width.div_ceil(4);
                let first = push("masks' middle", 0, width + before, middle, Activation::Relu);
                let mask = push("masks", 1, middle, width, Activation::Sigmoid);
                let next = shape.trunk.get(l + 1).map(|next| next.width);
                let onward = next.map(|next| push("after the masks", 2, width, next, Activation::Relu));
                mask.begin_at(layout, options("open") as f32);
                before = next.unwrap_or(0);
                Attention { first, mask, onward }
            };
            let attentions = shape.trunk.iter().enumerate().map(&mut attention).collect();
            Self { layers, attentions, columns }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            // The trunk's units for every task, what passed the last mask, and what passes this one.
            batch * shape.tasks * (shape.inputs + 3 * shape.units())
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            Features::own(self.run(params, inputs, context, &mut |_| {}), self.columns.len())
        }

        fn on_tape(&self, tape: &mut Recorder) -> Option<TapeFeatures> {
            let tasks = self.columns.len();
            let mut x = tape.tape.inputs();
            let mut passed: Vec<Option<Columns>> = vec![None; tasks];
            let mut own = vec![x; tasks];
            for (l, (layer, attention)) in self.layers.iter().zip(&self.attentions).enumerate() {
                let y = tape.layer(layer, x, 0, 1);
                x = tape.drop_trunk(y, l);
                for (t, (own, passed)) in own.iter_mut().zip(&mut passed).enumerate() {
                    let seen = passed.map_or(x, |passed| tape.concat(vec![x, passed]));
                    let middle = tape.layer(&attention.first, seen, t, 1);
                    let mask = tape.layer(&attention.mask, middle, t, 1);
                    *own = tape.tape.push(Operation::Times(Times { of: [mask, x] }), x.width);
                    *passed = attention.onward.as_ref().map(|onward| tape.layer(onward, *own, t, 1));
                }
            }
            Some(TapeFeatures::PerTask(own))
        }

        fn learned_matrices(&self, params: &Params, inputs: Tensor<3>) -> Vec<LearnedMatrix> {
            let mut masks = Vec::new();
            self.run(params, inputs, &mut ForwardContext::without(), &mut |mask| masks.push(mask));
            let matrix = |(l, mask): (usize, Tensor<3>)| {
                let [tasks, _, width] = mask.dims();
                LearnedMatrix {
                    title: format!("masks of layer {l}"),
                    rows: column_names(&self.columns),
                    columns: (1..=width).map(|unit| format!("unit {unit}")).collect(),
                    values: mask.mean_dim(1).reshape([tasks, width]),
                }
            };
            (1..).zip(masks).map(matrix).collect()
        }
    }

    impl Mtan {
        /// What the heads read, `[R * T, B, w]`; `keep` is told every layer's masks, `[R * T, B, w]`.
        fn run(
            &self,
            params: &Params,
            inputs: Tensor<3>,
            context: &mut ForwardContext,
            keep: &mut dyn FnMut(Tensor<3>),
        ) -> Tensor<3> {
            let tasks = self.columns.len();
            let mut x = inputs;
            let mut passed: Option<Tensor<3>> = None;
            let mut own = repeat(x.clone(), tasks);
            for (l, (layer, attention)) in self.layers.iter().zip(&self.attentions).enumerate() {
                x = context.layer(l, layer.apply(params, x, 1), 1);
                let units = repeat(x.clone(), tasks);
                let seen = match passed.take() {
                    None => units.clone(),
                    Some(passed) => Tensor::cat(vec![units.clone(), passed], 2),
                };
                let mask = attention.mask.apply(params, attention.first.apply(params, seen, 1), 1);
                keep(mask.clone());
                own = mask * units;
                passed = attention.onward.as_ref().map(|onward| onward.apply(params, own.clone(), 1));
            }
            own
        }
    }
}
