//! Task attention: every task reads the shared features that it needs, by an embedding of its own.
//!
//! The last layer of the trunk stands there several times, as groups of features `h_g(x)`. A task's
//! embedding `q_k` is the query, a shared map of each group its key (scaled dot-product attention,
//! Vaswani et al. 2017): `sum_g softmax_g(q_k . K h_g(x) / sqrt a) h_g(x)`. Shared: the trunk, the groups
//! and the keys' map. Private: the embeddings and the heads.

use super::Architecture;
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry};

const PAPERS: &[Paper] =
    &[Paper::new("Vaswani et al.", 2017, "Attention Is All You Need", "https://arxiv.org/abs/1706.03762")];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "task-attention",
            label: "task attention",
            help: "The last shared layer gives groups of features; a task's embedding attends to those it needs.",
        },
        &[GROUPS, SIZE],
    )
    .by(PAPERS)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::TaskAttention>,
};

const GROUPS: OptionSpec = OptionSpec {
    key: "groups",
    label: "groups of features",
    help: "How many times the last shared layer stands there.",
    kind: Kind::Integer { min: 2, max: 8, word: None },
    default: 4.0,
    live: false,
};

const SIZE: OptionSpec = OptionSpec {
    key: "size",
    label: "size of an embedding",
    help: "Numbers in a task's embedding and in a key.",
    kind: Kind::Integer { min: 1, max: 32, word: None },
    default: 8.0,
    live: false,
};

#[cfg(feature = "engine")]
mod engine {
    use crate::config::{Activation, LayerConfig};
    use crate::kernel::tape::{Columns, Dense, Operation};
    use crate::model::experts::{mean_shares, mix, mixing};
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::on_tape::{Recorder, TapeFeatures};
    use crate::model::parts::{Features, ForwardContext, Layer, Trunk, column_names, push_trunk, repeat};
    use crate::model::shape::Shape;
    use crate::model::slots::{Init, LayerId, Layout, Owner, SlotKind};
    use burn::tensor::{Tensor, activation};

    /// See the module's description.
    pub struct TaskAttention {
        layers: Vec<Layer>,
        groups: Layer,
        keys: usize,
        queries: usize,
        count: usize,
        columns: Vec<usize>,
    }

    impl Trunk for TaskAttention {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let columns = shape.columns();
            let (count, size) = (options("groups") as usize, options("size") as usize);
            let depth = shape.trunk.len().saturating_sub(1);
            let before = shape.trunk.get(..depth).unwrap_or_default();
            let from = before.last().map_or(shape.inputs, |layer| layer.width);
            let last = shape.trunk.last().cloned().unwrap_or_else(|| LayerConfig::new(1));
            let layers = push_trunk(layout, before, &Owner::Shared, shape.inputs, "shared layer");
            let groups =
                Layer::push(layout, "groups of features", LayerId::Trunk(depth), &Owner::Copies(count), from, &last);
            // Without a bias: it would add the same to every group's score.
            let key = SlotKind::Weight(Activation::Identity);
            let keys = layout.push("keys, weights".into(), LayerId::Mixing(0), Owner::Shared, key, last.width, size);
            let start = SlotKind::Free(Init::Normal(1.0), 1.0);
            let owner = Owner::Stacked(columns.clone());
            let queries = layout.push("task embeddings".into(), LayerId::Mixing(1), owner, start, 1, size);
            Self { layers, groups, keys, queries, count, columns }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            let from = shape.maps().last().map_or(shape.inputs, |(from, _)| from);
            // A key for every group; the layout counts one.
            let keys = (self.count - 1) * shape.representation();
            batch * (self.count * from + keys + mixing(shape.tasks, self.count, shape.representation()))
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let (shares, groups) = self.attend(params, inputs, context);
            Features::PerTask(mix(shares, groups))
        }

        fn on_tape(&self, tape: &mut Recorder) -> Option<TapeFeatures> {
            let depth = self.layers.len();
            let inputs = tape.tape.inputs();
            let x = tape.trunk(&self.layers, inputs, 0);
            let mut group = |g: usize| {
                let y = tape.layer(&self.groups, x, g, 1);
                tape.drop_trunk(y, depth)
            };
            let groups: Vec<_> = (0..self.count).map(&mut group).collect();
            let keys: Vec<_> = groups.iter().map(|group| tape.product(*group, self.keys, 0, None)).collect();
            let mut attended = |t: usize| {
                // A task's embedding, a row, is the only column of a map of keys to scores.
                let (query, size) = tape.matrix(self.queries, t);
                let score = |key: &Columns| {
                    let dense = Dense::new(*key, 1, query, None, Activation::Identity);
                    tape.tape.push(Operation::Dense(dense), 1)
                };
                let scores = keys.iter().map(score).collect();
                let scores = tape.concat(scores);
                let shares = tape.softmax(scores, 1.0 / (size as f32).sqrt());
                tape.mix(shares, groups.clone())
            };
            Some(TapeFeatures::PerTask((0..self.columns.len()).map(&mut attended).collect()))
        }

        fn learned_matrices(&self, params: &Params, inputs: Tensor<3>) -> Vec<LearnedMatrix> {
            let (shares, _) = self.attend(params, inputs, &mut ForwardContext::without());
            vec![LearnedMatrix {
                title: "attention".into(),
                rows: column_names(&self.columns),
                columns: (1..=self.count).map(|g| format!("group {g}")).collect(),
                values: mean_shares(shares),
            }]
        }
    }

    impl TaskAttention {
        /// The shares of the groups, `[R, T, B, G]`, and the groups, `[R, G, B, w]`.
        fn attend(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> (Tensor<4>, Tensor<4>) {
            let (tasks, depth) = (self.columns.len(), self.layers.len());
            let layers = self.layers.iter().enumerate();
            let x = layers.fold(inputs, |x, (l, layer)| context.layer(l, layer.apply(params, x, 1), 1));
            let groups = context.layer(depth, self.groups.apply(params, repeat(x, self.count), 1), self.count);
            let [stacked, batch, width] = groups.dims();
            let rows = stacked / self.count;
            let keys = groups.clone().reshape([rows, self.count * batch, width]).matmul(params.slot(self.keys));
            let size = keys.dims()[2];
            let queries = params.slot(self.queries).reshape([rows, tasks, size]);
            let scores = queries.matmul(keys.transpose()) / (size as f32).sqrt();
            let scores = scores.reshape([rows, tasks, self.count, batch]).swap_dims(2, 3);
            (activation::softmax(scores, 3), groups.reshape([rows, self.count, batch, width]))
        }
    }
}
