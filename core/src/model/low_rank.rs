//! Low-rank task adapters: shared layers, and every task adds to their weights a product of two thin
//! matrices (Hu et al. 2022, LoRA, with an adapter for every task).
//!
//! `W_t = W + s V_t U_t`, with `V_t` of inputs by rank and `U_t` of rank by units; s is what LoRA writes
//! as alpha / r. `U_t` begins at zero, so that all tasks begin alike. Shared: the layers. Private: the
//! adapters and the heads.
//!
//! Declared relations add terms for every layer, r being the option's strength: a positive pair
//! `r/2 |s V_i U_i - s V_j U_j|^2`, which draws the corrections together, a negative one `r/2 |V_i' V_j|^2 /
//! (|V_i|^2 |V_j|^2)`, which lets the corrections read different directions of the layer's input (at full
//! rank there is room for that where twice the rank is no more than the inputs). A neutral pair, and one of
//! which nothing is declared, is left alone.

use super::Architecture;
use crate::config::{Choice, Config, Kind, OptionSpec, Paper, PickEntry, RELATION_KEYS, Relation};

const PAPERS: &[Paper] = &[Paper::new(
    "Hu et al.",
    2022,
    "LoRA: Low-Rank Adaptation of Large Language Models",
    "https://arxiv.org/abs/2106.09685",
)];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "low-rank",
            label: "low-rank adapters",
            help: "Shared layers, to whose weights every task adds a thin correction of its own.",
        },
        &[RANK, SCALE, RELATIONS],
    )
    .by(PAPERS)
    .reading(&RELATION_KEYS)
    .showing(shows)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::LowRank>,
};

const RANK: OptionSpec = OptionSpec {
    key: "rank",
    label: "rank",
    help: "Rank of a task's correction to a layer's weights.",
    kind: Kind::Integer { min: 1, max: 8, word: None },
    default: 2.0,
    live: false,
};

const SCALE: OptionSpec = OptionSpec {
    key: "scale",
    label: "scale of the correction",
    help: "What a task's correction is multiplied by.",
    kind: Kind::Number { min: 0.01, max: 100.0, log: true, inherits: false },
    default: 1.0,
    live: false,
};

const RELATIONS: OptionSpec = OptionSpec {
    key: "relations",
    label: "force of the relations",
    help: "How strongly declared relations act: corrections of positive pairs are drawn together, those of negative pairs kept apart.",
    kind: Kind::Number { min: 0.0, max: 100.0, log: false, inherits: false },
    default: 0.1,
    live: false,
};

/// Relations have a force where one is declared that acts.
fn shows(config: &Config, option: &str) -> bool {
    let acts = |relation| matches!(relation, Relation::Positive | Relation::Negative);
    option != RELATIONS.key || config.declared().iter().any(|declared| acts(declared.relation))
}

#[cfg(feature = "engine")]
mod engine {
    use crate::config::{LayerConfig, Relation};
    use crate::kernel::tape::Term;
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::on_tape::{Recorder, TapeFeatures};
    use crate::model::parts::{Features, ForwardContext, Layer, Trunk, column_names, push_trunk, repeat};
    use crate::model::relations::{Pairs, total};
    use crate::model::shape::Shape;
    use crate::model::slots::{Init, LayerId, Layout, Owner, SlotKind};
    use burn::tensor::Tensor;

    /// See the module's description.
    pub struct LowRank {
        layers: Vec<Layer>,
        /// Per layer: `V` and `U`.
        adapters: Vec<(usize, usize)>,
        scale: f32,
        columns: Vec<usize>,
        /// The strength of the relations.
        force: f32,
        together: Pairs,
        apart: Pairs,
    }

    impl Trunk for LowRank {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let columns = shape.columns();
            let layers = push_trunk(layout, &shape.trunk, &Owner::Shared, shape.inputs, "shared layer");
            let owner = Owner::Stacked(columns.clone());
            let rank = options("rank").max(1.0) as usize;
            let mut from = shape.inputs;
            let push = |(l, layer): (usize, &LayerConfig)| {
                let mut factor = |what: &str, init, rows, columns| {
                    let name = format!("adapters of layer {}, {what}", l + 1);
                    layout.push(name, LayerId::Trunk(l), owner.clone(), SlotKind::Factor(init), rows, columns)
                };
                let down = factor("down", Init::Normal(1.0 / (from.max(1) as f32).sqrt()), from, rank);
                let up = factor("up", Init::Constant(0.0), rank, layer.width);
                from = layer.width;
                (down, up)
            };
            let adapters = shape.trunk.iter().enumerate().map(push).collect();
            Self {
                layers,
                adapters,
                scale: options("scale") as f32,
                columns,
                force: options("relations") as f32,
                together: Pairs::of(shape, |relation| relation == Relation::Positive),
                apart: Pairs::of(shape, |relation| relation == Relation::Negative),
            }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            let weights: usize = shape.maps().map(|(from, to)| from * to).sum();
            // The shared weights for every task, the corrections, and their sum.
            shape.tasks * (3 * weights + batch * (shape.inputs + shape.units()))
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let tasks = self.columns.len();
            let mut x = repeat(inputs, tasks);
            for (l, (layer, adapter)) in self.layers.iter().zip(&self.adapters).enumerate() {
                let weights = repeat(params.slot(layer.weight), tasks) + self.correction(params, *adapter);
                x = context.layer(l, layer.apply_weights(params, x, weights), tasks);
            }
            Features::own(x, tasks)
        }

        fn on_tape(&self, tape: &mut Recorder) -> Option<TapeFeatures> {
            let mut x = vec![tape.tape.inputs(); self.columns.len()];
            for (l, (layer, (down, up))) in self.layers.iter().zip(&self.adapters).enumerate() {
                let bias = tape.matrix(layer.bias(), 0).0;
                for (t, x) in x.iter_mut().enumerate() {
                    // x (W + s V U) as x W + s (x V) U: fewer products than the sum of the weights.
                    let own = tape.product(*x, layer.weight, 0, Some(bias));
                    let low = tape.product(*x, *down, t, None);
                    let high = tape.product(low, *up, t, None);
                    let sum = tape.combine(vec![Term::times(own, 1.0), Term::times(high, self.scale)], None);
                    let y = tape.finish(layer, sum, 0, 1);
                    *x = tape.drop_trunk(y, l);
                }
            }
            Some(TapeFeatures::PerTask(x))
        }

        fn penalises(&self) -> bool {
            self.force > 0.0 && !(self.together.is_empty() && self.apart.is_empty())
        }

        fn penalty(&self, params: &Params, _: &Tensor<3>) -> Option<Tensor<1>> {
            let corrections =
                self.adapters.iter().map(|adapter| self.together.distances(self.correction(params, *adapter)));
            total(corrections.chain(self.overlaps(params))).map(|sum| sum * (0.5 * self.force))
        }

        fn learned_matrices(&self, params: &Params, _: Tensor<3>) -> Vec<LearnedMatrix> {
            let norms = self.adapters.iter().map(|adapter| {
                let correction = self.correction(params, *adapter);
                let [tasks, from, to] = correction.dims();
                correction.powi_scalar(2).reshape([tasks, from * to]).sum_dim(1).sqrt()
            });
            let strength = LearnedMatrix {
                title: "strength of the tasks' corrections".into(),
                rows: column_names(&self.columns),
                columns: (1..=self.layers.len()).map(|l| format!("layer {l}")).collect(),
                values: Tensor::cat(norms.collect(), 1),
            };
            let overlap = self.apart.matrix("overlap of adapters that are kept apart", self.overlaps(params));
            std::iter::once(strength).chain(overlap).collect()
        }
    }

    impl LowRank {
        /// Of every layer's `V`, for the pairs that are kept apart.
        fn overlaps(&self, params: &Params) -> impl Iterator<Item = Option<Tensor<2>>> {
            self.adapters.iter().map(|(down, _)| self.apart.overlaps(params.slot(*down)))
        }

        /// What the tasks add to a layer's weights, `[R * T, in, out]`.
        fn correction(&self, params: &Params, (down, up): (usize, usize)) -> Tensor<3> {
            params.slot(down).matmul(params.slot(up)) * self.scale
        }
    }
}
