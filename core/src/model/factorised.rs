//! Tensor factorisation: the weights of all tasks in a layer are one tensor `[in, out, tasks]`, made of
//! factors (Yang & Hospedales 2017, deep multi-task representation learning).
//!
//! - **LAF**: `W_t = sum_c S_{ct} L_c`, tasks by mixtures of k whole matrices.
//! - **Tucker**: `W_t = U1 (sum_c U3_{tc} S_c) U2'`, the same within k1 by k2 coordinates of the layer.
//! - **TT**, a tensor train: `W_t = G1 (sum_c G3_{ct} G2_c)`, coordinates on the side of the inputs alone.
//!
//! Shared: every factor but that of the tasks (`S`, `U3`, `G3`), of which each has a row of its own.
//! Private: that row, the biases and the heads. Ranks are those for a start without single-task
//! solutions: half of everything. Factors begin as scaled normal numbers, or as what the initial weights
//! of plain layers decompose into; either way the weights are as large as a plain layer's. The picture shows
//! the tasks' factors, and of every layer the ranks along its axes and the factors' Frobenius norms.
//!
//! The paper's third start is not here: to train the tasks alone, choose the ranks by the singular values of
//! their stacked weights, and begin with what these decompose into. The members of a population have one
//! shape, so that ranks that depend on what was trained are ranks of a new lesson; and the members that
//! wait would need optimiser states and steps of their own.

use super::Architecture;
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry};

const PAPERS: &[Paper] = &[
    Paper::new(
        "Yang & Hospedales",
        2017,
        "Deep Multi-task Representation Learning: A Tensor Factorisation Approach",
        "https://arxiv.org/abs/1605.06391",
    ),
    Paper::new(
        "Vannieuwenhoven, Vandebril & Meerbergen",
        2012,
        "A New Truncation Strategy for the Higher-Order Singular Value Decomposition",
        "https://doi.org/10.1137/110836067",
    ),
];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "factorised",
            label: "tensor factorisation",
            help: "All tasks' weights of a layer are made of shared factors and a few numbers of each task.",
        },
        &[FORM, MIXED, SHARE, START],
    )
    .by(PAPERS)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::Factorised>,
};

const FORM: OptionSpec = OptionSpec {
    key: "form",
    label: "form",
    help: "Which factors a layer's weights are made of.",
    kind: Kind::Choice(forms),
    default: 1.0,
    live: false,
};

fn forms() -> Vec<Choice> {
    vec![
        Choice { key: "laf", label: "LAF", help: "Tasks mix whole weight matrices." },
        Choice { key: "tucker", label: "Tucker", help: "Tasks mix small cores between two shared thin matrices." },
        Choice { key: "tt", label: "tensor train", help: "Tasks mix matrices behind one shared thin matrix." },
    ]
}

const MIXED: OptionSpec = OptionSpec {
    key: "mixed",
    label: "matrices to mix",
    help: "How many matrices the tasks mix: the rank along the tasks, never more than there are tasks.",
    kind: Kind::Integer { min: 1, max: 6, word: Some("half the tasks") },
    default: 0.0,
    live: false,
};

const SHARE: OptionSpec = OptionSpec {
    key: "share",
    label: "rank of a layer",
    help: "Rank along a layer's inputs and units, as a share of their number but at least 2; LAF has none.",
    kind: Kind::Number { min: 0.05, max: 1.0, log: false, inherits: false },
    default: 0.5,
    live: false,
};

const START: OptionSpec = OptionSpec {
    key: "start",
    label: "initial factors",
    help: "How the factors begin.",
    kind: Kind::Choice(starts),
    default: 0.0,
    live: false,
};

fn starts() -> Vec<Choice> {
    vec![
        Choice { key: "normal", label: "normal", help: "Independent normal numbers." },
        Choice { key: "svd", label: "SVD", help: "What the initial weights of plain layers, stacked, decompose into." },
    ]
}

#[cfg(feature = "engine")]
mod engine {
    use crate::config::{Activation, LayerConfig};
    use crate::kernel::tape::{Dense, Operation, Term};
    use crate::model::init::weight_deviation;
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::on_tape::{Recorder, TapeFeatures};
    use crate::model::parts::{Features, ForwardContext, Layer, Trunk, column_names, repeat};
    use crate::model::shape::Shape;
    use crate::model::slots::{Init, LayerId, Layout, Owner, Product, SlotKind};
    use burn::tensor::Tensor;

    /// The slots of a layer's factors.
    struct Factors {
        /// What tasks mix: `[mixed, inner rows * inner columns]`.
        core: usize,
        /// `[in, inner rows]`, before the core.
        before: Option<usize>,
        /// `[inner columns, out]`, behind it.
        behind: Option<usize>,
        /// A task's shares of what is mixed, `[1, mixed]` each.
        tasks: usize,
        /// Rows and columns of a mixture.
        inner: (usize, usize),
    }

    /// See the module's description.
    pub struct Factorised {
        layers: Vec<(Factors, Layer)>,
        mixed: usize,
        columns: Vec<usize>,
    }

    /// The ranks of a layer.
    struct Ranks {
        mixed: usize,
        before: Option<usize>,
        behind: Option<usize>,
    }

    impl Ranks {
        fn of(options: &dyn Fn(&str) -> f64, tasks: usize, from: usize, to: usize) -> Self {
            // Two inputs must not become one.
            let rank =
                |size: usize| ((size as f64 * options("share")).round() as usize).clamp(size.clamp(1, 2), size.max(1));
            let (inputs, units) = (rank(from), rank(to));
            let half = tasks.div_ceil(2);
            let mixed = match options("mixed") as usize {
                0 => half,
                mixed => mixed,
            };
            let mixed = mixed.clamp(1, tasks.max(1));
            match options("form") as usize {
                0 => Self { mixed, before: None, behind: None },
                1 => Self { mixed, before: Some(inputs), behind: Some(units) },
                _ => Self { mixed, before: Some(inputs), behind: None },
            }
        }
    }

    impl Factors {
        /// The shared factors; `tasks` comes when all shared ones stand. Every factor but the core has
        /// the variance 1 / rank, so that the product has the core's.
        fn push(layout: &mut Layout, l: usize, (from, layer): (usize, &LayerConfig), ranks: &Ranks) -> Self {
            let mut factor = |what: &str, deviation: f32, rows, columns| {
                let name = format!("shared layer {}, {what}", l + 1);
                layout.push(
                    name,
                    LayerId::Trunk(l),
                    Owner::Shared,
                    SlotKind::Factor(Init::Normal(deviation)),
                    rows,
                    columns,
                )
            };
            let inner = (ranks.before.unwrap_or(from), ranks.behind.unwrap_or(layer.width));
            let deviation = weight_deviation(layer.activation, from, layer.width);
            let core = factor("core", deviation, ranks.mixed, inner.0 * inner.1);
            let scaled = |rank: usize| 1.0 / (rank.max(1) as f32).sqrt();
            let before = ranks.before.map(|rank| factor("factor of the inputs", scaled(rank), from, rank));
            let behind = ranks.behind.map(|rank| factor("factor of the units", scaled(rank), rank, layer.width));
            Self { core, before, behind, tasks: 0, inner }
        }

        /// The axes along which the weights are factorised: the axis, its rank, the factor's slot.
        fn axes(&self, mixed: usize) -> Vec<(&'static str, usize, usize)> {
            let inputs = self.before.map(|slot| ("inputs", self.inner.0, slot));
            let units = self.behind.map(|slot| ("units", self.inner.1, slot));
            inputs.into_iter().chain(units).chain([("tasks", mixed, self.tasks)]).collect()
        }

        /// What the layout has to know for them to begin together.
        fn product(&self, layer: LayerId, activation: Activation, sizes: (usize, usize)) -> Product {
            let Self { core, before, behind, tasks, .. } = *self;
            Product { layer, activation, sizes, core, before, behind, tasks }
        }

        /// The weights of all tasks, `[R * T, in, out]`.
        fn weights(&self, params: &Params, tasks: usize) -> Tensor<3> {
            let core = params.slot(self.core);
            let [rows, mixed, _] = core.dims();
            let shares = params.slot(self.tasks).reshape([rows, tasks, mixed]);
            let mixture = shares.matmul(core).reshape([rows * tasks, self.inner.0, self.inner.1]);
            let mixture = match self.before {
                Some(before) => repeat(params.slot(before), tasks).matmul(mixture),
                None => mixture,
            };
            match self.behind {
                Some(behind) => mixture.matmul(repeat(params.slot(behind), tasks)),
                None => mixture,
            }
        }
    }

    impl Trunk for Factorised {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let columns = shape.columns();
            let mut from = shape.inputs;
            let shared = |(l, layer): (usize, &LayerConfig)| {
                let ranks = Ranks::of(options, shape.tasks, from, layer.width);
                let factors = Factors::push(layout, l, (from, layer), &ranks);
                from = layer.width;
                factors
            };
            let factors: Vec<Factors> = shape.trunk.iter().enumerate().map(shared).collect();
            let mixed = Ranks::of(options, shape.tasks, 1, 1).mixed;
            let owner = Owner::Stacked(columns.clone());
            let private = |(l, (factors, layer)): (usize, (Factors, &LayerConfig))| {
                let name = format!("layer {} of the tasks", l + 1);
                let kind = SlotKind::Factor(Init::Normal(1.0 / (mixed as f32).sqrt()));
                let tasks = layout.push(format!("{name}, shares"), LayerId::Trunk(l), owner.clone(), kind, 1, mixed);
                let rest = Layer::push_rest(layout, &name, LayerId::Trunk(l), &owner, factors.core, layer);
                (Factors { tasks, ..factors }, rest)
            };
            let layers: Vec<_> = factors.into_iter().zip(&shape.trunk).enumerate().map(private).collect();
            if options("start") != 0.0 {
                let layers = layers.iter().zip(shape.maps()).enumerate();
                layout.products = layers
                    .map(|(l, ((factors, rest), sizes))| factors.product(LayerId::Trunk(l), rest.activation, sizes))
                    .collect();
            }
            Self { layers, mixed, columns }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            let weights = |((from, to), (factors, _)): ((usize, usize), &(Factors, Layer))| {
                let (rows, columns) = factors.inner;
                // The mixture, then behind each factor, with the copies of the factors.
                rows * columns + from * rows + from * columns + columns * to + from * to
            };
            let weights: usize = shape.maps().zip(&self.layers).map(weights).sum();
            shape.tasks * (weights + batch * (shape.inputs + shape.units()))
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let tasks = self.columns.len();
            let layers = self.layers.iter().enumerate();
            let x = layers.fold(repeat(inputs, tasks), |x, (l, (factors, rest))| {
                let weights = factors.weights(params, tasks);
                context.layer(l, rest.apply_weights(params, x, weights), tasks)
            });
            Features::own(x, tasks)
        }

        fn on_tape(&self, tape: &mut Recorder) -> Option<TapeFeatures> {
            let mut x = vec![tape.tape.inputs(); self.columns.len()];
            for (l, (factors, rest)) in self.layers.iter().enumerate() {
                let (core, _) = tape.matrix(factors.core, 0);
                let (rows, columns) = factors.inner;
                for (t, x) in x.iter_mut().enumerate() {
                    let bias = Some(tape.matrix(rest.bias(), t).0);
                    let (shares, _) = tape.matrix(factors.tasks, t);
                    let read = factors.before.map_or(*x, |before| tape.product(*x, before, 0, None));
                    let mixed = |m: usize| {
                        let weight = core + m * rows * columns;
                        let dense = Dense::new(read, columns, weight, None, Activation::Identity);
                        Term::by(tape.tape.push(Operation::Dense(dense), columns), shares + m)
                    };
                    let terms = (0..self.mixed).map(mixed).collect();
                    let y = match factors.behind {
                        None => tape.combine(terms, bias),
                        Some(behind) => {
                            let mixture = tape.combine(terms, None);
                            tape.product(mixture, behind, 0, bias)
                        }
                    };
                    let y = tape.finish(rest, y, t, 1);
                    *x = tape.drop_trunk(y, l);
                }
            }
            Some(TapeFeatures::PerTask(x))
        }

        fn learned_matrices(&self, params: &Params, _: Tensor<3>) -> Vec<LearnedMatrix> {
            let of_layer = |(l, (factors, _)): (usize, &(Factors, Layer))| LearnedMatrix {
                title: format!("task factor of layer {}", l + 1),
                rows: column_names(&self.columns),
                columns: (1..=self.mixed).map(|c| format!("matrix {c}")).collect(),
                values: params.slot(factors.tasks).reshape([self.columns.len(), self.mixed]),
            };
            self.sizes(params).into_iter().chain(self.layers.iter().enumerate().map(of_layer)).collect()
        }
    }

    impl Factorised {
        /// Of every layer the ranks along the axes, and the Frobenius norms of the core and of the factors.
        fn sizes(&self, params: &Params) -> Option<LearnedMatrix> {
            let axes: Vec<_> = self.layers.iter().map(|(factors, _)| factors.axes(self.mixed)).collect();
            let names = || axes.first().into_iter().flatten().map(|(axis, ..)| *axis);
            let (layers, count) = (axes.len(), names().count());
            let slots = self.layers.iter().zip(&axes).flat_map(|((factors, _), axes)| {
                std::iter::once(factors.core).chain(axes.iter().map(|(.., slot)| *slot))
            });
            let squares: Vec<Tensor<1>> = slots.map(|slot| params.slot(slot).powi_scalar(2).sum()).collect();
            let device = squares.first()?.device();
            let norms = Tensor::cat(squares, 0).sqrt().reshape([layers, 1 + count]);
            let ranks: Vec<f32> = axes.iter().flatten().map(|(_, rank, _)| *rank as f32).collect();
            let ranks = Tensor::<1>::from_floats(ranks.as_slice(), &device).reshape([layers, count]);
            let columns = names().map(|axis| format!("{axis} rank"));
            Some(LearnedMatrix {
                title: "factor sizes: ranks and norms".into(),
                rows: (1..=layers).map(|l| format!("layer {l}")).collect(),
                columns: columns.chain(std::iter::once("core").chain(names()).map(|of| format!("{of} norm"))).collect(),
                values: Tensor::cat(vec![ranks, norms], 1),
            })
        }
    }
}
