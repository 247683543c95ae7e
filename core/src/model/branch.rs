//! Learning to branch: a tree that grows out of layers of nodes, each of which chooses the node it reads
//! (Guo et al. 2020).
//!
//! Every layer has as many candidate nodes, the first reading the inputs; a node of a later layer, and
//! every task, takes one parent in the layer before by a straight-through Gumbel-softmax sample. While
//! warming up all read the mean of their parents, which keeps the scale. The temperature falls as
//! `start / sqrt(epoch + 1)`. In evaluation the likeliest parents are taken: the tree, which the picture
//! shows as every task's path through the nodes. Shared: the nodes and their choices. Private: the tasks'
//! own choices and the heads. It has no tape and trains through its forward pass alone: a tape has
//! no random numbers and no straight-through gradient.

use super::Architecture;
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry};

const PAPERS: &[Paper] = &[
    Paper::new(
        "Guo, Lee & Ulbricht",
        2020,
        "Learning to Branch for Multi-Task Learning",
        "https://arxiv.org/abs/2006.01895",
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
            key: "branch",
            label: "learning to branch",
            help: "Finds a tree: which tasks share which layers, and where they part.",
        },
        &[NODES, WARMUP, TEMPERATURE, super::routing::RATE],
    )
    .by(PAPERS)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::Branch>,
};

const NODES: OptionSpec = OptionSpec {
    key: "nodes",
    label: "nodes of a layer",
    help: "How many candidates each shared layer has.",
    kind: Kind::Integer { min: 1, max: 8, word: Some("as tasks") },
    default: 0.0,
    live: false,
};

const WARMUP: OptionSpec = OptionSpec {
    key: "warmup",
    label: "epochs of warming up",
    help: "For how many epochs everybody reads the mean of all parents before choosing one.",
    kind: Kind::Number { min: 0.0, max: 500.0, log: false, inherits: false },
    default: 2.0,
    live: false,
};

const TEMPERATURE: OptionSpec = OptionSpec {
    key: "temperature",
    label: "temperature at the start",
    help: "The higher it is, the more alike are the parents to what the choices learn from.",
    kind: Kind::Number { min: 0.1, max: 50.0, log: true, inherits: false },
    default: 10.0,
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
    pub struct Branch {
        layers: Vec<Layer>,
        /// Which parents the nodes of every layer but the first take.
        parents: Vec<Choices>,
        /// Which nodes of the last layer the tasks take.
        leaves: Choices,
        nodes: usize,
        drawn: usize,
        warmup: f64,
        temperature: f64,
        columns: Vec<usize>,
    }

    impl Trunk for Branch {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let columns = shape.columns();
            let nodes = match options("nodes") as usize {
                0 => shape.tasks.max(1),
                nodes => nodes,
            };
            let (rate, mut drawn) = (options("rate") as f32, 0);
            // Before the layers: the last of these is to be the last that is shared.
            let choose = |l: usize| {
                let name = format!("parents of layer {}", l + 1);
                Choices::push(layout, (name, LayerId::Mixing(l)), Owner::Shared, (nodes, nodes), rate, &mut drawn)
            };
            let parents = (1..shape.trunk.len()).map(choose).collect();
            let layers = push_trunk(layout, &shape.trunk, &Owner::Copies(nodes), shape.inputs, "nodes of layer");
            let owner = Owner::Stacked(columns.clone());
            let place = ("parents of the tasks".to_string(), LayerId::Mixing(shape.trunk.len()));
            let leaves = Choices::push(layout, place, owner, (1, nodes), rate, &mut drawn);
            let (warmup, temperature) = (options("warmup"), options("temperature"));
            Self { layers, parents, leaves, nodes, drawn, warmup, temperature, columns }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            batch * self.nodes.max(shape.tasks) * (shape.inputs + shape.units())
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let [rows, batch, _] = inputs.dims();
            let mut x = repeat(inputs, self.nodes);
            for (l, layer) in self.layers.iter().enumerate() {
                x = context.layer(l, layer.apply(params, x, 1), self.nodes);
                let width = x.dims()[2];
                let choices = self.parents.get(l).unwrap_or(&self.leaves);
                x = mix_alike(self.taken(params, choices, context), x.reshape([rows, self.nodes, batch, width]));
            }
            Features::own(x, self.columns.len())
        }

        fn noise_len(&self) -> usize {
            self.drawn
        }

        fn learned_matrices(&self, params: &Params, _: Tensor<3>) -> Vec<LearnedMatrix> {
            let nodes: Vec<String> = (1..=self.nodes).map(|node| format!("node {node}")).collect();
            let tasks = column_names(&self.columns);
            let matrix = |title, rows: &Vec<String>, choices: &Choices| LearnedMatrix {
                title,
                rows: rows.clone(),
                columns: nodes.clone(),
                values: choices.chances(params).reshape([rows.len(), self.nodes]),
            };
            let inner = self.parents.iter().enumerate();
            let inner = inner.map(|(l, choices)| matrix(format!("parents of layer {}", l + 2), &nodes, choices));
            let chances = inner.chain([matrix("parents of the tasks".into(), &tasks, &self.leaves)]);
            let tree = LearnedMatrix {
                title: "tree: every task's node in each layer".into(),
                rows: tasks.clone(),
                columns: (1..=self.layers.len()).map(|l| format!("layer {l}")).collect(),
                values: self.paths(params),
            };
            std::iter::once(tree).chain(chances).collect()
        }
    }

    impl Branch {
        /// The number, from 1, of the node that every task's path runs through in each layer if all take the
        /// likeliest parent, `[T, L]`: tasks share the nodes with equal numbers.
        fn paths(&self, params: &Params) -> Tensor<2> {
            let likeliest = |choices: &Choices| choices.take(params, &ForwardContext::without(), |_| 1.0);
            let mut at = likeliest(&self.leaves);
            let numbers: Vec<f32> = (1..=self.nodes).map(|node| node as f32).collect();
            let numbers = Tensor::<1>::from_floats(numbers.as_slice(), &at.device()).reshape([1, 1, self.nodes]);
            let number = |at: &Tensor<3>| (at.clone() * numbers.clone()).sum_dim(2);
            let mut path = vec![number(&at)];
            for parents in self.parents.iter().rev() {
                at = at.matmul(likeliest(parents));
                path.push(number(&at));
            }
            path.reverse();
            let layers = path.len();
            Tensor::cat(path, 2).reshape([self.columns.len(), layers])
        }

        fn taken(&self, params: &Params, choices: &Choices, context: &ForwardContext) -> Tensor<3> {
            let warms_up = context.noise().is_some_and(|noise| noise.epoch < self.warmup);
            if warms_up {
                return choices.undecided(params);
            }
            choices.take(params, context, |epoch| self.temperature / (epoch + 1.0).sqrt())
        }
    }
}
