//! Routing networks: at every depth each task takes one of several shared blocks, or none (Rosenbaum et
//! al. 2018, with a policy for every task and depth that doesn't look at the inputs).
//!
//! In place of the authors' reinforcement learning a task's choice is a straight-through Gumbel-softmax
//! sample at a temperature that falls from 5 to 0.5: it can be computed in a browser and needs no reward. The
//! collaboration term is theirs: each task is rewarded by rho times the mean chance that the others take
//! the same block. Where a layer is as wide as what it reads, a task may also pass it by. Shared: the
//! blocks. Private: the choices and the heads. It has no tape and trains through its forward pass alone: a tape has
//! no random numbers and no straight-through gradient.

use super::Architecture;
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry};

const PAPERS: &[Paper] = &[
    Paper::new(
        "Rosenbaum, Klinger & Riemer",
        2018,
        "Routing Networks: Adaptive Selection of Non-linear Functions for Multi-Task Learning",
        "https://arxiv.org/abs/1711.01239",
    ),
    Paper::new(
        "Jang, Gu & Poole",
        2017,
        "Categorical Reparameterization with Gumbel-Softmax",
        "https://arxiv.org/abs/1611.01144",
    ),
];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "routing",
            label: "routing",
            help: "Every task finds its own way through shared blocks: one at each depth.",
        },
        &[BLOCKS, COLLABORATION, HOT, COLD, ANNEAL, RATE],
    )
    .by(PAPERS)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::Routing>,
};

const BLOCKS: OptionSpec = OptionSpec {
    key: "blocks",
    label: "blocks at a depth",
    help: "How many blocks the tasks choose from in place of each shared layer.",
    kind: Kind::Integer { min: 2, max: 8, word: None },
    default: 3.0,
    live: false,
};

const COLLABORATION: OptionSpec = OptionSpec {
    key: "together",
    label: "collaboration",
    help: "How much a task is rewarded for the chance that others take the same block.",
    kind: Kind::Number { min: 0.0, max: 1.0, log: false, inherits: false },
    default: 0.1,
    live: false,
};

const HOT: OptionSpec = OptionSpec {
    key: "hot",
    label: "temperature at the start",
    help: "The higher it is, the more alike are the blocks to what the choices learn from.",
    kind: Kind::Number { min: 0.1, max: 50.0, log: true, inherits: false },
    default: 5.0,
    live: false,
};

const COLD: OptionSpec = OptionSpec {
    key: "cold",
    label: "temperature at the end",
    help: "To what the temperature falls.",
    kind: Kind::Number { min: 0.05, max: 50.0, log: true, inherits: false },
    default: 0.5,
    live: false,
};

const ANNEAL: OptionSpec = OptionSpec {
    key: "anneal",
    label: "epochs of cooling",
    help: "Over how many epochs the temperature falls.",
    kind: Kind::Integer { min: 1, max: 2000, word: None },
    default: 100.0,
    live: false,
};

pub(super) const RATE: OptionSpec = OptionSpec {
    key: "rate",
    label: "rate of the choices",
    help: "A factor on the learning rate of the choices.",
    kind: Kind::Number { min: 0.01, max: 100.0, log: true, inherits: false },
    default: 1.0,
    live: false,
};

#[cfg(feature = "engine")]
mod engine {
    use crate::model::experts::mix_alike;
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::parts::{Features, ForwardContext, Layer, Trunk, column_names, push_trunk, repeat};
    use crate::model::sample::Choices;
    use crate::model::shape::Shape;
    use crate::model::slots::{LayerId, Layout, Owner};
    use burn::tensor::Tensor;

    /// See the module's description.
    pub struct Routing {
        depths: Vec<Depth>,
        blocks: usize,
        drawn: usize,
        together: f32,
        /// Temperature at the start and at the end, and the epochs in between.
        cooling: (f64, f64, f64),
        columns: Vec<usize>,
    }

    struct Depth {
        layer: Layer,
        choices: Choices,
        /// Whether a task may pass it by.
        passes: bool,
    }

    impl Trunk for Routing {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let columns = shape.columns();
            let blocks = (options("blocks") as usize).max(1);
            let layers = push_trunk(layout, &shape.trunk, &Owner::Copies(blocks), shape.inputs, "blocks at depth");
            let (mut drawn, mut from) = (0, shape.inputs);
            let depth = |(l, (layer, config)): (usize, (Layer, &crate::config::LayerConfig))| {
                let passes = std::mem::replace(&mut from, config.width) == config.width;
                let name = format!("choices at depth {}", l + 1);
                let sizes = (1, blocks + usize::from(passes));
                let (owner, rate) = (Owner::Stacked(columns.clone()), options("rate") as f32);
                let choices = Choices::push(layout, (name, LayerId::Mixing(l)), owner, sizes, rate, &mut drawn);
                Depth { layer, choices, passes }
            };
            let depths = layers.into_iter().zip(&shape.trunk).enumerate().map(depth).collect();
            let cooling = (options("hot"), options("cold"), options("anneal").max(1.0));
            Self { depths, blocks, drawn, together: options("together") as f32, cooling, columns }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            let of_depth = |(l, (from, to)): (usize, (usize, usize))| match l {
                0 => self.blocks * from + (self.blocks + 1 + shape.tasks) * to,
                // Every task runs through every block, and what it takes of each is added up.
                _ => shape.tasks * (self.blocks * from + 2 * (self.blocks + 1) * to + to),
            };
            batch * shape.maps().enumerate().map(of_depth).sum::<usize>()
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let tasks = self.columns.len();
            let mut x = inputs;
            for (l, depth) in self.depths.iter().enumerate() {
                let taken = depth.choices.take(params, context, |epoch| self.temperature(epoch));
                let routed =
                    if l == 0 { self.enter(params, depth, taken, x) } else { self.go_on(params, depth, taken, x) };
                x = context.layer(l, routed, tasks);
            }
            Features::own(x, tasks)
        }

        fn noise_len(&self) -> usize {
            self.drawn
        }

        fn penalises(&self) -> bool {
            self.together > 0.0 && self.columns.len() > 1
        }

        fn penalty(&self, params: &Params, _: &Tensor<3>) -> Option<Tensor<1>> {
            let others = self.columns.len().max(2) - 1;
            // What pairs of tasks have in common: the square of the sum less the sum of squares.
            let of_depth = |depth: &Depth| {
                let chances = depth.choices.chances(params);
                chances.clone().sum_dim(1).powi_scalar(2).sum() - chances.powi_scalar(2).sum()
            };
            let sum = self.depths.iter().map(of_depth).reduce(|a, b| a + b)?;
            Some(sum * (-self.together / others as f32))
        }

        fn learned_matrices(&self, params: &Params, _: Tensor<3>) -> Vec<LearnedMatrix> {
            let of_depth = |(l, depth): (usize, &Depth)| {
                let pass = depth.passes.then(|| "pass".to_string());
                LearnedMatrix {
                    title: format!("chances of the blocks at depth {}", l + 1),
                    rows: column_names(&self.columns),
                    columns: (1..=self.blocks).map(|b| format!("block {b}")).chain(pass).collect(),
                    values: depth.choices.chances(params).reshape([self.columns.len(), depth.choices.options()]),
                }
            };
            self.depths.iter().enumerate().map(of_depth).collect()
        }
    }

    impl Routing {
        fn temperature(&self, epoch: f64) -> f64 {
            let (hot, cold, epochs) = self.cooling;
            hot * (cold / hot).powf((epoch / epochs).clamp(0.0, 1.0))
        }

        /// The first depth, which all tasks enter with the same inputs `[R, B, in]`: `[R * T, B, out]`.
        /// `taken`: `[R, T, options]`.
        fn enter(&self, params: &Params, depth: &Depth, taken: Tensor<3>, inputs: Tensor<3>) -> Tensor<3> {
            let [rows, batch, from] = inputs.dims();
            let y = depth.layer.apply(params, repeat(inputs.clone(), self.blocks), 1);
            let width = y.dims()[2];
            let y = y.reshape([rows, self.blocks, batch, width]);
            let options = match depth.passes {
                true => Tensor::cat(vec![y, inputs.reshape([rows, 1, batch, from])], 1),
                false => y,
            };
            mix_alike(taken, options)
        }

        /// A later depth, over every task's own `[R * T, B, in]`: all blocks of all tasks at once, and
        /// then each task's choice.
        fn go_on(&self, params: &Params, depth: &Depth, taken: Tensor<3>, x: Tensor<3>) -> Tensor<3> {
            let tasks = self.columns.len();
            let [stacked, batch, from] = x.dims();
            let rows = stacked / tasks;
            let x = x.reshape([rows, tasks * batch, from]);
            let y = depth.layer.apply(params, repeat(x.clone(), self.blocks), 1);
            let width = y.dims()[2];
            let y = y.reshape([rows, self.blocks, tasks, batch * width]);
            let options = match depth.passes {
                true => Tensor::cat(vec![y, x.reshape([rows, 1, tasks, batch * width])], 1),
                false => y,
            };
            let count = depth.choices.options();
            let taken = taken.swap_dims(1, 2).reshape([rows, count, tasks, 1]);
            (options * taken).sum_dim(1).reshape([stacked, batch, width])
        }
    }
}
