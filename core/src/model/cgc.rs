//! Customised gate control (Tang et al. 2020): shared experts, and experts of every task's own.
//!
//! A task's gate is a softmax over the shared experts and its own. Shared: the shared experts. Private:
//! the tasks' experts, the gates and the heads.

use super::Architecture;
use super::experts::{GATE, GATE_LAYERS};
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry};

const PAPERS: &[Paper] = &[Paper::new(
    "Tang et al.",
    2020,
    "Progressive Layered Extraction (PLE): A Novel Multi-Task Learning (MTL) Model for Personalized Recommendations",
    "https://doi.org/10.1145/3383313.3412236",
)];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "cgc",
            label: "CGC",
            help: "Shared experts and experts of every task's own; a task's gate mixes the shared ones and its own.",
        },
        &[COMMON, OWN, GATE, GATE_LAYERS],
    )
    .by(PAPERS)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::Cgc>,
};

pub(super) const COMMON: OptionSpec = OptionSpec {
    key: "common",
    label: "shared experts",
    help: "How many experts every task can use.",
    kind: Kind::Integer { min: 1, max: 6, word: None },
    default: 2.0,
    live: false,
};

pub(super) const OWN: OptionSpec = OptionSpec {
    key: "own",
    label: "experts of a task",
    help: "How many experts every task has to itself.",
    kind: Kind::Integer { min: 1, max: 4, word: None },
    default: 1.0,
    live: false,
};

#[cfg(feature = "engine")]
mod engine {
    use crate::kernel::tape::Columns;
    use crate::model::experts::{Bank, Gate, mean_shares, mix, mixing, push_gates, shares};
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::on_tape::{Recorder, TapeFeatures};
    use crate::model::parts::{Features, ForwardContext, Trunk, column_names, repeat};
    use crate::model::shape::Shape;
    use crate::model::slots::{Layout, Owner};
    use burn::tensor::Tensor;

    /// See the module's description.
    pub struct Cgc {
        common: Bank,
        own: Bank,
        /// Shared experts, and a task's own.
        counts: (usize, usize),
        gates: Gate,
        columns: Vec<usize>,
    }

    impl Cgc {
        fn shares(&self, params: &Params, inputs: Tensor<3>) -> Tensor<4> {
            let tasks = self.columns.len();
            shares(params, &self.gates, repeat(inputs, tasks), tasks)
        }
    }

    impl Trunk for Cgc {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let columns = shape.columns();
            let (common, own) = (options("common") as usize, options("own") as usize);
            let owners = columns.iter().flat_map(|task| vec![*task; own]).collect();
            Self {
                common: Bank::push(layout, shape, &Owner::Copies(common), "shared experts, layer"),
                own: Bank::push(layout, shape, &Owner::Stacked(owners), "tasks' experts, layer"),
                counts: (common, own),
                gates: push_gates(
                    layout,
                    options,
                    ("gates", 0),
                    &Owner::Stacked(columns.clone()),
                    (shape.inputs, common + own),
                ),
                columns,
            }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            let (tasks, (shared, each)) = (shape.tasks, self.counts);
            let copies = shared + tasks * (each + 1);
            batch * (copies * shape.inputs + mixing(tasks, shared + each, shape.representation()))
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let common = self.common.apply(params, inputs.clone(), context, true);
            let own = self.own.apply(params, inputs.clone(), context, false);
            let shares = self.shares(params, inputs);
            let [rows, tasks, batch, _] = shares.dims();
            let width = own.dims()[3];
            let (shared, each) = self.counts;
            let part = |range: std::ops::Range<usize>| shares.clone().slice([0..rows, 0..tasks, 0..batch, range]);
            // Every task's own experts stand in rows of their own: its gate is the only one there.
            let own = own.reshape([rows * tasks, each, batch, width]);
            let gate = part(shared..shared + each).reshape([rows * tasks, 1, batch, each]);
            let own = mix(gate, own).reshape([rows, tasks, batch, width]);
            Features::PerTask(mix(part(0..shared), common) + own)
        }

        fn on_tape(&self, tape: &mut Recorder) -> Option<TapeFeatures> {
            let inputs = tape.tape.inputs();
            let common = self.common.on_tape(tape, inputs);
            let own = self.own.on_tape(tape, inputs);
            let mixed = |(t, own): (usize, &[Columns])| {
                let shares = self.gates.on_tape(tape, inputs, t);
                tape.mix(shares, [common.as_slice(), own].concat())
            };
            Some(TapeFeatures::PerTask(own.chunks_exact(self.counts.1.max(1)).enumerate().map(mixed).collect()))
        }

        fn learned_matrices(&self, params: &Params, inputs: Tensor<3>) -> Vec<LearnedMatrix> {
            let (shared, own) = self.counts;
            let columns = (1..=shared).map(|e| format!("shared {e}")).chain((1..=own).map(|e| format!("own {e}")));
            vec![LearnedMatrix {
                title: "gate mixture".into(),
                rows: column_names(&self.columns),
                columns: columns.collect(),
                values: mean_shares(self.shares(params, inputs)),
            }]
        }
    }
}
