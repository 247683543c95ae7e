//! Soft sharing: a trunk for every task, all tied together by how far they are apart (Evgeniou &
//! Pontil 2004; Duong et al. 2015).
//!
//! The term `(tie / 2) sum_t |theta_t - mean|^2` is added to the objective; its gradient is
//! `tie (theta_t - mean)`. At 0 every task has a model of its own, and the larger the tie the nearer
//! to one shared trunk. Shared: nothing that a gradient method could act on. Private: everything. All
//! trunks begin alike.

use super::Architecture;
use crate::config::{Choice, Kind, OptionSpec, PickEntry};

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
    use crate::model::network::{Exhibit, Params};
    use crate::model::parts::{Features, Layer, Look, Trunk, column_names, push_trunk, repeat};
    use crate::model::shape::Shape;
    use crate::model::slots::{HEADS, Layout, Owner};
    use burn::tensor::Tensor;
    use std::ops::Range;

    /// See the module's description.
    pub struct SoftSharing {
        layers: Vec<Layer>,
        /// The slots of every layer.
        slots: Vec<Range<usize>>,
        columns: Vec<usize>,
        tie: f32,
    }

    impl Trunk for SoftSharing {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let columns = shape.columns();
            let owner = Owner::Stacked(columns.clone());
            let layers = push_trunk(layout, &shape.trunk, &owner, shape.inputs, "trunks, layer");
            layout.slots.iter_mut().filter(|slot| slot.layer < HEADS).for_each(|slot| slot.alike = true);
            let of_layer = |l: usize| {
                let first = layout.slots.iter().position(|slot| slot.layer == l).unwrap_or(0);
                first..first + layout.slots.iter().filter(|slot| slot.layer == l).count()
            };
            let slots = (0..layers.len()).map(of_layer).collect();
            Self { layers, slots, columns, tie: options("tie") as f32 }
        }

        fn gives(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn made(&self, shape: &Shape, batch: usize) -> usize {
            batch * shape.tasks * shape.inputs
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, look: &mut Look) -> Features {
            let tasks = self.columns.len();
            let layers = self.layers.iter().enumerate();
            let x = layers.fold(repeat(inputs, tasks), |x, (l, layer)| look.layer(l, layer.apply(params, x, 1), tasks));
            Features::own(x, tasks)
        }

        fn penalises(&self) -> bool {
            self.tie > 0.0
        }

        fn penalty(&self, params: &Params, _: &Tensor<3>) -> Option<Tensor<1>> {
            let squares = self.slots.iter().flat_map(|slots| self.distances(params, slots.clone()));
            let sum = squares.map(|squares| squares.sum()).reduce(|a, b| a + b)?;
            Some(sum * (0.5 * self.tie))
        }

        fn exhibits(&self, params: &Params, _: Tensor<3>) -> Vec<Exhibit> {
            let of_layer = |slots: &Range<usize>| {
                self.distances(params, slots.clone()).into_iter().reduce(|a, b| a + b).map(Tensor::sqrt)
            };
            let layers: Vec<Tensor<2>> = self.slots.iter().filter_map(of_layer).collect();
            let columns = (1..=layers.len()).map(|l| format!("layer {l}")).collect();
            vec![Exhibit {
                title: "distance from the mean trunk".into(),
                rows: column_names(&self.columns),
                columns,
                values: Tensor::cat(layers, 0).transpose(),
            }]
        }
    }

    impl SoftSharing {
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
