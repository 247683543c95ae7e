//! Soft sharing: a trunk for every task, all tied together by how far they are apart (Evgeniou &
//! Pontil 2004; Duong et al. 2015).
//!
//! The term `(tie / 2) sum_t |theta_t - mean|^2` is added to the objective; its gradient is
//! `tie (theta_t - mean)`. At 0 every task has a model of its own, and the larger the tie the nearer
//! to one shared trunk. Shared: nothing that a gradient method could act on. Private: everything. All
//! trunks begin alike.
//!
//! The term is the same as `tie / (2 T) sum_{i<j} |theta_i - theta_j|^2`, so that it can follow declared
//! relations, pair by pair. A pair that is declared positive, or of which nothing is declared, is tied
//! like every pair before anything was declared: a declaration elsewhere takes nothing from it. A neutral
//! pair is not tied, though both may be to a third. A negative one is not tied either and adds `tie / (2 T)
//! |W_i' W_j|^2 / (|W_i|^2 |W_j|^2)` for every layer's weights, which keeps the two looking at different
//! directions of their input.

use super::Architecture;
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry, RELATION_KEYS};

const PAPERS: &[Paper] = &[
    Paper::new("Evgeniou & Pontil", 2004, "Regularized Multi-Task Learning", "https://doi.org/10.1145/1014052.1014067"),
    Paper::new(
        "Duong et al.",
        2015,
        "Low Resource Dependency Parsing: Cross-lingual Parameter Sharing in a Neural Network Parser",
        "https://doi.org/10.3115/v1/P15-2139",
    ),
];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "soft-sharing",
            label: "soft sharing",
            help: "A trunk for every task, pulled towards the others' by a tie: from separate models to one.",
        },
        &[TIE],
    )
    .by(PAPERS)
    .reading(&RELATION_KEYS)
    .unless(super::without_trunk),
    shares: false,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::SoftSharing>,
};

const TIE: OptionSpec = OptionSpec {
    key: "tie",
    label: "tie",
    help: "How strongly the trunks are pulled together: 0 leaves them separate, a large one makes them one.",
    kind: Kind::Number { min: 0.0, max: 100.0, log: false, inherits: false },
    default: 0.1,
    live: false,
};

#[cfg(feature = "engine")]
mod engine {
    use crate::config::Relation;
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::on_tape::{Recorder, TapeFeatures};
    use crate::model::parts::{Features, ForwardContext, Layer, Trunk, column_names, push_trunk, repeat};
    use crate::model::relations::{Pairs, total};
    use crate::model::shape::Shape;
    use crate::model::slots::{LayerId, Layout, Owner};
    use burn::tensor::Tensor;
    use std::ops::Range;

    /// See the module's description.
    pub struct SoftSharing {
        layers: Vec<Layer>,
        /// The slots of every layer.
        slots: Vec<Range<usize>>,
        columns: Vec<usize>,
        tie: f32,
        /// The pairs that are tied, where those are not all.
        tied: Option<Pairs>,
        /// The pairs that are kept apart.
        apart: Pairs,
    }

    impl Trunk for SoftSharing {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let columns = shape.columns();
            let owner = Owner::Stacked(columns.clone());
            let layers = push_trunk(layout, &shape.trunk, &owner, shape.inputs, "trunks, layer");
            layout
                .slots
                .iter_mut()
                .filter(|slot| matches!(slot.layer, LayerId::Trunk(_)))
                .for_each(|slot| slot.alike = true);
            let of_layer = |l: usize| {
                let first = layout.slots.iter().position(|slot| slot.layer == LayerId::Trunk(l)).unwrap_or(0);
                first..first + layout.slots.iter().filter(|slot| slot.layer == LayerId::Trunk(l)).count()
            };
            let slots = (0..layers.len()).map(of_layer).collect();
            let loose = Pairs::of(shape, |relation| matches!(relation, Relation::Neutral | Relation::Negative));
            let tied = || Pairs::of(shape, |relation| matches!(relation, Relation::Positive | Relation::Undeclared));
            Self {
                layers,
                slots,
                columns,
                tie: options("tie") as f32,
                tied: (!loose.is_empty()).then(tied),
                apart: Pairs::of(shape, |relation| relation == Relation::Negative),
            }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            batch * shape.tasks * shape.inputs
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let tasks = self.columns.len();
            let layers = self.layers.iter().enumerate();
            let x =
                layers.fold(repeat(inputs, tasks), |x, (l, layer)| context.layer(l, layer.apply(params, x, 1), tasks));
            Features::own(x, tasks)
        }

        fn on_tape(&self, tape: &mut Recorder) -> Option<TapeFeatures> {
            let inputs = tape.tape.inputs();
            let own = |t: usize| tape.trunk(&self.layers, inputs, t);
            Some(TapeFeatures::PerTask((0..self.columns.len()).map(own).collect()))
        }

        fn penalises(&self) -> bool {
            let ties = self.tied.as_ref().is_none_or(|tied| !tied.is_empty());
            self.tie > 0.0 && (ties || !self.apart.is_empty())
        }

        fn penalty(&self, params: &Params, _: &Tensor<3>) -> Option<Tensor<1>> {
            let half = 0.5 * self.tie;
            let Some(tied) = &self.tied else {
                let squares = self.slots.iter().flat_map(|slots| self.distances(params, slots.clone()));
                return total(squares.map(Some)).map(|sum| sum * half);
            };
            let slots = self.slots.iter().flat_map(Clone::clone);
            let terms = slots.map(|slot| tied.distances(params.slot(slot))).chain(self.overlaps(params));
            total(terms).map(|sum| sum * (half / self.columns.len() as f32))
        }

        fn learned_matrices(&self, params: &Params, _: Tensor<3>) -> Vec<LearnedMatrix> {
            let of_layer = |slots: &Range<usize>| {
                self.distances(params, slots.clone()).into_iter().reduce(|a, b| a + b).map(Tensor::sqrt)
            };
            let layers: Vec<Tensor<2>> = self.slots.iter().filter_map(of_layer).collect();
            let columns = (1..=layers.len()).map(|l| format!("layer {l}")).collect();
            let distance = LearnedMatrix {
                title: "distance from the mean trunk".into(),
                rows: column_names(&self.columns),
                columns,
                values: Tensor::cat(layers, 0).transpose(),
            };
            let overlap = self.apart.matrix("overlap of trunks that are kept apart", self.overlaps(params));
            std::iter::once(distance).chain(overlap).collect()
        }
    }

    impl SoftSharing {
        /// Of every layer's weights, for the pairs that are kept apart.
        fn overlaps(&self, params: &Params) -> impl Iterator<Item = Option<Tensor<2>>> {
            self.layers.iter().map(|layer| self.apart.overlaps(params.slot(layer.weight)))
        }

        /// Per slot the squared distance of every task's parameters from the tasks' mean, `[R, T]`.
        fn distances(&self, params: &Params, slots: Range<usize>) -> Vec<Tensor<2>> {
            let tasks = self.columns.len();
            let of_slot = |slot: usize| {
                let values = params.slot(slot);
                let [rows, from, to] = values.dims();
                let values = values.reshape([rows / tasks, tasks, from * to]);
                let apart = values.clone() - values.mean_dim(1);
                apart.powi_scalar(2).sum_dim(2).reshape([rows / tasks, tasks])
            };
            slots.map(of_slot).collect()
        }
    }
}
