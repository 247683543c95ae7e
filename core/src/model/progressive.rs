//! Progressive networks: a column for every task, which also reads the columns of the tasks before it
//! (Rusu et al. 2016).
//!
//! `h_t^l = f(W_t^l h_t^{l-1} + b_t^l + sum_{j<t} U_{tj}^l h_j^{l-1})`, with `f` the layer's activation, and
//! what the heads read is `h_t^L + sum_{j<t} U_{tj} h_j^L`, a lateral connection into the head. As adapters
//! the lateral terms are `U_t f(V_t a_t h)`, h being the earlier columns side by side, `a_t` a learned
//! number and `V_t` a map to as many units as the layer has. A task's loss never reaches the columns that
//! it reads: they stand as if frozen. Tasks are in the order of the lesson. Shared: nothing. Private:
//! columns, lateral connections and heads. It has no tape and trains through its forward pass alone: on a
//! tape a gradient flows into everything that is read.

use super::Architecture;
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry};

const PAPERS: &[Paper] =
    &[Paper::new("Rusu et al.", 2016, "Progressive Neural Networks", "https://arxiv.org/abs/1606.04671")];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "progressive",
            label: "progressive columns",
            help: "A column for every task; later ones read the earlier ones, which learn nothing from it.",
        },
        &[ADAPTER, LATERAL],
    )
    .by(PAPERS)
    .unless(super::without_trunk),
    shares: false,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::Progressive>,
};

const ADAPTER: OptionSpec = OptionSpec {
    key: "adapter",
    label: "lateral adapters",
    help: "Puts a small layer of its own between a column and the earlier ones, in place of a matrix.",
    kind: Kind::Switch,
    default: 0.0,
    live: false,
};

const LATERAL: OptionSpec = OptionSpec {
    key: "lateral",
    label: "laterals at the start",
    help: "Size of the initial lateral connections, next to those within a column.",
    kind: Kind::Number { min: 0.01, max: 2.0, log: true, inherits: false },
    default: 0.5,
    live: false,
};

#[cfg(feature = "engine")]
mod engine {
    use crate::config::{Activation, task_name};
    use crate::model::layers::activate;
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::parts::{Features, ForwardContext, Layer, Trunk, push_trunk, repeat};
    use crate::model::shape::Shape;
    use crate::model::slots::{Init, LayerId, Layout, Owner, SlotKind};
    use burn::tensor::Tensor;

    /// What a column reads of the earlier ones.
    struct Lateral {
        /// `[earlier * in, out]`, or behind an adapter `[out, out]`.
        up: usize,
        adapter: Option<Adapter>,
    }

    struct Adapter {
        /// `[1, 1]`
        scale: usize,
        /// `[earlier * in, out]`
        down: usize,
    }

    /// See the module's description.
    pub struct Progressive {
        /// Per layer, all columns in task order.
        layers: Vec<Layer>,
        /// Per layer but the first, and for the heads: what every column but the first reads.
        laterals: Vec<Vec<Lateral>>,
        activations: Vec<Activation>,
        tasks: usize,
        /// Tasks in column order.
        columns: Vec<usize>,
    }

    impl Lateral {
        /// What column `task` reads of `task` earlier ones at layer `l`.
        fn push(
            layout: &mut Layout,
            (l, task): (usize, usize),
            (from, to): (usize, usize),
            options: &dyn Fn(&str) -> f64,
        ) -> Self {
            let size = options("lateral") as f32;
            let mut slot = |what: &str, kind, rows, columns| {
                let name = format!("laterals of task {}, layer {}, {what}", task_name(task), l + 1);
                layout.push(name, LayerId::Mixing(l), Owner::Stacked(vec![task]), kind, rows, columns)
            };
            let factor = |rows: usize, size: f32| SlotKind::Factor(Init::Normal(size / (rows.max(1) as f32).sqrt()));
            let earlier = task * from;
            let adapter = (options("adapter") != 0.0).then(|| Adapter {
                scale: slot("scale", SlotKind::Free(Init::Constant(1.0), 1.0), 1, 1),
                down: slot("down", factor(earlier, 1.0), earlier, to),
            });
            let rows = if adapter.is_some() { to } else { earlier };
            Self { up: slot("weights", factor(rows, size), rows, to), adapter }
        }

        /// The lateral term, `[R, B, out]`, of earlier columns side by side, `[R, B, earlier * in]`.
        fn apply(&self, params: &Params, earlier: Tensor<3>, activation: Activation) -> Tensor<3> {
            let read = match &self.adapter {
                None => earlier,
                Some(adapter) => {
                    let scaled = earlier * params.slot(adapter.scale);
                    activate(scaled.matmul(params.slot(adapter.down)), activation)
                }
            };
            read.matmul(params.slot(self.up))
        }

        /// The map from the earlier columns, an adapter's activation left out: `[R, earlier * in, out]`.
        fn map(&self, params: &Params) -> Tensor<3> {
            let up = params.slot(self.up);
            match &self.adapter {
                None => up,
                Some(adapter) => (params.slot(adapter.down) * params.slot(adapter.scale)).matmul(up),
            }
        }
    }

    impl Trunk for Progressive {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let owner = Owner::Stacked((0..shape.tasks).collect());
            let layers = push_trunk(layout, &shape.trunk, &owner, shape.inputs, "columns, layer");
            let widths: Vec<usize> = shape.trunk.iter().map(|layer| layer.width).collect();
            // Into every later layer, and into the heads, which read as many units as there are.
            let into = |l: usize| (widths[l - 1], widths.get(l).copied().unwrap_or(widths[l - 1]));
            let mut of_layer = |l: usize| -> Vec<Lateral> {
                (1..shape.tasks).map(|task| Lateral::push(layout, (l, task), into(l), options)).collect()
            };
            let laterals = (1..=widths.len()).map(&mut of_layer).collect();
            let activations = shape.trunk.iter().map(|layer| layer.activation).collect();
            Self { layers, laterals, activations, tasks: shape.tasks, columns: shape.columns() }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            // Every column reads all units of the ones before it; then all units of all columns side by side,
            // and the terms one by one, stacked and added.
            let read = shape.tasks * shape.tasks.saturating_sub(1) / 2;
            batch * (shape.tasks * shape.inputs + (read + 4 * shape.tasks) * shape.units())
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let mut x = repeat(inputs, self.tasks);
            let mut lateral: Option<Tensor<3>> = None;
            for (l, layer) in self.layers.iter().enumerate() {
                let y = layer.affine(params, x);
                let y = match lateral.take() {
                    Some(lateral) => y + lateral,
                    None => y,
                };
                x = context.layer(l, layer.finish(params, y, 1), self.tasks);
                lateral = self.lateral(params, l, &x);
            }
            let [stacked, batch, width] = x.dims();
            let x = lateral.map_or_else(|| x.clone(), |lateral| x.clone() + lateral);
            Features::PerTask(self.in_columns(x.reshape([stacked / self.tasks, self.tasks, batch, width])))
        }

        fn learned_matrices(&self, params: &Params, _: Tensor<3>) -> Vec<LearnedMatrix> {
            let names: Vec<String> = (0..self.tasks).map(|task| format!("task {}", task_name(task))).collect();
            let of_layer = |(l, laterals): (usize, &Vec<Lateral>)| LearnedMatrix {
                title: match l + 1 == self.layers.len() {
                    true => "strength of the laterals into the heads".into(),
                    false => format!("strength of the laterals into layer {}", l + 2),
                },
                rows: names.get(1..).unwrap_or_default().to_vec(),
                columns: names.iter().take(self.tasks.max(1) - 1).map(|name| format!("from {name}")).collect(),
                values: self.strengths(params, laterals),
            };
            let shown = self.laterals.iter().enumerate().filter(|(_, laterals)| !laterals.is_empty());
            shown.map(of_layer).collect()
        }
    }

    impl Progressive {
        /// The lateral terms behind layer `l`, `[R * T, B, out]`; nothing is learned of what they read.
        /// `None` where there is a single column.
        fn lateral(&self, params: &Params, l: usize, x: &Tensor<3>) -> Option<Tensor<3>> {
            let laterals = self.laterals.get(l).filter(|laterals| !laterals.is_empty())?;
            let activation = self.activations.get(l + 1).or(self.activations.last()).copied()?;
            let [stacked, batch, width] = x.dims();
            let rows = stacked / self.tasks;
            // Side by side, so that the columns before a task are the first of them.
            let all = x.clone().inner().reshape([rows, self.tasks, batch, width]);
            let all = all.swap_dims(1, 2).reshape([rows, batch, self.tasks * width]);
            let terms = laterals.iter().enumerate().map(|(t, lateral)| {
                let earlier = all.clone().slice([0..rows, 0..batch, 0..(t + 1) * width]);
                lateral.apply(params, earlier, activation)
            });
            let mut terms: Vec<Tensor<3>> = terms.collect();
            let first = terms.first()?.zeros_like();
            terms.insert(0, first);
            let out = terms.first()?.dims()[2];
            let all: Tensor<4> = Tensor::stack(terms, 1);
            Some(all.reshape([stacked, batch, out]))
        }

        /// Features `[R, T, B, w]` in task order as features in column order.
        fn in_columns(&self, x: Tensor<4>) -> Tensor<4> {
            if self.columns.iter().enumerate().all(|(column, task)| column == *task) {
                return x;
            }
            let [rows, _, batch, width] = x.dims();
            let of_task = |task: &usize| x.clone().slice([0..rows, *task..task + 1, 0..batch, 0..width]);
            Tensor::cat(self.columns.iter().map(of_task).collect(), 1)
        }

        /// The size of what every column but the first reads of every one but the last, zero where it
        /// reads nothing: `[T - 1, T - 1]`.
        fn strengths(&self, params: &Params, laterals: &[Lateral]) -> Tensor<2> {
            let others = laterals.len();
            let rows = laterals.iter().enumerate().map(|(t, lateral)| {
                let map = lateral.map(params);
                let [_, from, out] = map.dims();
                let squares = map.powi_scalar(2).reshape([t + 1, from / (t + 1) * out]).sum_dim(1);
                let nothing = Tensor::zeros([1, others - t - 1], &squares.device());
                let row = squares.sqrt().reshape([1, t + 1]);
                if t + 1 == others { row } else { Tensor::cat(vec![row, nothing], 1) }
            });
            Tensor::cat(rows.collect(), 0)
        }
    }
}
