//! Groups of tasks, each with a trunk of its own: what a task grouping is trained as (Standley et al. 2020;
//! Fifty et al. 2021).
//!
//! Tasks with the same group number share a trunk; between groups nothing is shared. A trunk counts as
//! shared, so that gradient methods act on it: tasks of other groups have no gradient there.

use super::Architecture;
use crate::config::{Choice, Paper, PickEntry};

const PAPERS: &[Paper] = &[
    Paper::new(
        "Standley et al.",
        2020,
        "Which Tasks Should Be Learned Together in Multi-task Learning?",
        "https://arxiv.org/abs/1905.07553",
    ),
    Paper::new(
        "Fifty et al.",
        2021,
        "Efficiently Identifying Task Groupings for Multi-Task Learning",
        "https://arxiv.org/abs/2109.04617",
    ),
];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "grouped",
            label: "a trunk for each group",
            help: "Tasks of the same group share a trunk, see each task's group; groups share nothing.",
        },
        &[],
    )
    .by(PAPERS)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::Grouped>,
};

#[cfg(feature = "engine")]
mod engine {
    use crate::config::task_name;
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::on_tape::{Recorder, TapeFeatures};
    use crate::model::parts::{Features, ForwardContext, Layer, Trunk, push_trunk, repeat};
    use crate::model::shape::Shape;
    use crate::model::slots::{Layout, Owner};
    use burn::tensor::{Int, Tensor};

    /// See the module's description.
    pub struct Grouped {
        layers: Vec<Layer>,
        count: usize,
        /// By task in column order: its trunk.
        trunks: Vec<usize>,
        columns: Vec<usize>,
    }

    impl Trunk for Grouped {
        fn new(shape: &Shape, _: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let columns = shape.columns();
            let trunks: Vec<usize> = columns.iter().map(|task| shape.trunks.get(*task).copied().unwrap_or(0)).collect();
            let count = trunks.iter().max().map_or(1, |last| last + 1);
            let layers = push_trunk(layout, &shape.trunk, &Owner::Copies(count), shape.inputs, "groups' trunks, layer");
            Self { layers, count, trunks, columns }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            batch * (self.count * shape.inputs + shape.tasks * shape.representation())
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let layers = self.layers.iter().enumerate();
            let x = layers.fold(repeat(inputs, self.count), |x, (l, layer)| {
                context.layer(l, layer.apply(params, x, 1), self.count)
            });
            let [rows, batch, width] = x.dims();
            let trunks: Vec<i32> = self.trunks.iter().map(|trunk| *trunk as i32).collect();
            let trunks = Tensor::<1, Int>::from_ints(trunks.as_slice(), &x.device());
            Features::PerTask(x.reshape([rows / self.count, self.count, batch, width]).select(1, trunks))
        }

        fn on_tape(&self, tape: &mut Recorder) -> Option<TapeFeatures> {
            let inputs = tape.tape.inputs();
            let trunks: Vec<_> = (0..self.count).map(|group| tape.trunk(&self.layers, inputs, group)).collect();
            Some(TapeFeatures::PerTask(self.trunks.iter().map(|group| trunks[*group]).collect()))
        }

        fn learned_matrices(&self, _: &Params, inputs: Tensor<3>) -> Vec<LearnedMatrix> {
            let member = |group: usize| self.trunks.iter().map(move |trunk| f32::from(*trunk == group));
            let values: Vec<f32> = (0..self.count).flat_map(member).collect();
            vec![LearnedMatrix {
                title: "who shares a trunk".into(),
                rows: (1..=self.count).map(|group| format!("trunk {group}")).collect(),
                columns: self.columns.iter().map(|task| format!("task {}", task_name(*task))).collect(),
                values: Tensor::<1>::from_floats(values.as_slice(), &inputs.device())
                    .reshape([self.count, self.columns.len()]),
            }]
        }
    }
}
