//! Progressive layered extraction (Tang et al. 2020): levels of shared and private experts, one for each
//! layer of the trunk.
//!
//! In every level but the last a shared gate mixes all experts, shared and private, into what the next
//! level's shared experts read; each task's gate mixes the shared experts and its own into what its next
//! experts read, or in the last level its head. A level's gates read what its experts read. Shared: the
//! shared experts and the shared gates. Private: the tasks' experts and gates, and the heads.

use super::Architecture;
use super::cgc::{COMMON, OWN};
use super::experts::{GATE, GATE_LAYERS};
use crate::config::{Choice, Paper, PickEntry};

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
            key: "ple",
            label: "PLE",
            help: "CGC level upon level, one for each shared layer, with a shared gate between them.",
        },
        &[COMMON, OWN, GATE, GATE_LAYERS],
    )
    .by(PAPERS)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::Ple>,
};

#[cfg(feature = "engine")]
mod engine {
    use crate::kernel::tape::Columns;
    use crate::model::experts::{Gate, mean_shares, mix, mixing, push_gates, shares};
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::on_tape::{Recorder, TapeFeatures};
    use crate::model::parts::{Features, ForwardContext, Layer, Trunk, column_names, push_trunk, repeat};
    use crate::model::shape::Shape;
    use crate::model::slots::{Layout, Owner};
    use burn::tensor::Tensor;

    struct Level {
        common: Layer,
        own: Layer,
        /// Of the shared experts' next inputs; none in the last level.
        common_gate: Option<Gate>,
        gates: Gate,
    }

    /// See the module's description.
    pub struct Ple {
        levels: Vec<Level>,
        /// Shared experts, and a task's own.
        counts: (usize, usize),
        columns: Vec<usize>,
    }

    impl Trunk for Ple {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let columns = shape.columns();
            let (tasks, depth) = (columns.len(), shape.trunk.len());
            let (shared, each) = (options("common") as usize, options("own") as usize);
            let from: Vec<usize> =
                std::iter::once(shape.inputs).chain(shape.trunk.iter().map(|layer| layer.width)).collect();
            let input = |l: usize| from.get(l).copied().unwrap_or(shape.inputs);
            let common =
                push_trunk(layout, &shape.trunk, &Owner::Copies(shared), shape.inputs, "shared experts, level");
            let common_gates: Vec<_> = (1..depth)
                .map(|l| {
                    let sizes = (input(l - 1), shared + tasks * each);
                    push_gates(layout, options, (&format!("shared gate, level {l}"), 16 + l), &Owner::Shared, sizes)
                })
                .collect();
            let owners = Owner::Stacked(columns.iter().flat_map(|task| vec![*task; each]).collect());
            let own = push_trunk(layout, &shape.trunk, &owners, shape.inputs, "tasks' experts, level");
            let gates = (0..depth).map(|l| {
                let owner = Owner::Stacked(columns.clone());
                push_gates(layout, options, (&format!("gates, level {}", l + 1), l), &owner, (input(l), shared + each))
            });
            let gates: Vec<_> = gates.collect();
            let mut common_gates = common_gates.into_iter();
            let levels = common.into_iter().zip(own).zip(gates).map(|((common, own), gates)| Level {
                common,
                own,
                common_gate: common_gates.next(),
                gates,
            });
            Self { levels: levels.collect(), counts: (shared, each), columns }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            let (tasks, (shared, each)) = (shape.tasks, self.counts);
            let copies = shared + tasks * (each + 1);
            let of_level = |((from, to), level): ((usize, usize), &Level)| {
                let all = level.common_gate.as_ref().map_or(0, |_| mixing(1, shared + tasks * each, to));
                copies * from + mixing(tasks, shared + each, to) + all
            };
            batch * shape.maps().zip(&self.levels).map(of_level).sum::<usize>()
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            Features::PerTask(self.run(params, inputs, context, &mut |_, _| {}))
        }

        fn on_tape(&self, tape: &mut Recorder) -> Option<TapeFeatures> {
            let (tasks, (shared, each)) = (self.columns.len(), self.counts);
            let mut common = tape.tape.inputs();
            let mut own = vec![common; tasks];
            for (l, level) in self.levels.iter().enumerate() {
                let mut expert = |layer: &Layer, x: Columns, place: usize| {
                    let y = tape.layer(layer, x, place, 1);
                    tape.drop_trunk(y, l)
                };
                let shared_out: Vec<_> = (0..shared).map(|e| expert(&level.common, common, e)).collect();
                let own_out: Vec<_> = (0..tasks * each).map(|e| expert(&level.own, own[e / each], e)).collect();
                let next = level.common_gate.as_ref().map(|gate| {
                    let shares = gate.on_tape(tape, common, 0);
                    tape.mix(shares, [shared_out.clone(), own_out.clone()].concat())
                });
                for (t, own) in own.iter_mut().enumerate() {
                    let shares = level.gates.on_tape(tape, *own, t);
                    let experts = own_out[t * each..(t + 1) * each].iter();
                    *own = tape.mix(shares, shared_out.iter().chain(experts).copied().collect());
                }
                common = next.unwrap_or(common);
            }
            Some(TapeFeatures::PerTask(own))
        }

        fn learned_matrices(&self, params: &Params, inputs: Tensor<3>) -> Vec<LearnedMatrix> {
            let tasks = column_names(&self.columns);
            let (shared, each) = self.counts;
            let common: Vec<String> = (1..=shared).map(|e| format!("shared {e}")).collect();
            let own = |name: &String| (1..=each).map(|e| format!("{name}, {e}")).collect::<Vec<_>>();
            let mut matrices = Vec::new();
            let mut keep = |title: String, shares: Tensor<4>| {
                let values = mean_shares(shares);
                let all = values.dims()[0] == 1 && title.starts_with("shared");
                let (rows, columns) = if all {
                    (vec!["shared".into()], [common.clone(), tasks.iter().flat_map(own).collect()].concat())
                } else {
                    (tasks.clone(), [common.clone(), own(&"own".into())].concat())
                };
                matrices.push(LearnedMatrix { title, rows, columns, values });
            };
            let mut context = ForwardContext::without();
            self.run(params, inputs, &mut context, &mut keep);
            matrices
        }
    }

    impl Ple {
        /// What the heads read, `[R, T, B, w]`; `keep` is told every gate's shares, `[R, G, B, E]`.
        fn run(
            &self,
            params: &Params,
            inputs: Tensor<3>,
            context: &mut ForwardContext,
            keep: &mut dyn FnMut(String, Tensor<4>),
        ) -> Tensor<4> {
            let tasks = self.columns.len();
            let (shared, each) = self.counts;
            let [rows, batch, from] = inputs.dims();
            let mut own = repeat(inputs.clone(), tasks).reshape([rows, tasks, batch, from]);
            let mut common = inputs;
            for (l, level) in self.levels.iter().enumerate() {
                let width = own.dims()[3];
                let each_input = own.clone().reshape([rows * tasks, batch, width]);
                let shared_out =
                    context.layer(l, level.common.apply(params, repeat(common.clone(), shared), 1), shared);
                let own_out = level.own.apply(params, repeat(each_input.clone(), each), 1);
                let own_out = context.drop(l, own_out, tasks * each);
                let to = own_out.dims()[2];
                let shared_out = shared_out.reshape([rows, shared, batch, to]);
                if let Some(gate) = &level.common_gate {
                    let shares = shares(params, gate, common, 1);
                    keep(format!("shared gate, level {}", l + 1), shares.clone());
                    let all = Tensor::cat(
                        vec![shared_out.clone(), own_out.clone().reshape([rows, tasks * each, batch, to])],
                        1,
                    );
                    common = mix(shares, all).reshape([rows, batch, to]);
                } else {
                    common = Tensor::zeros([rows, batch, to], &own_out.device());
                }
                let shares = shares(params, &level.gates, each_input, tasks);
                keep(format!("gates, level {}", l + 1), shares.clone());
                let part = |range: std::ops::Range<usize>| shares.clone().slice([0..rows, 0..tasks, 0..batch, range]);
                let gate = part(shared..shared + each).reshape([rows * tasks, 1, batch, each]);
                let mixed = mix(gate, own_out.reshape([rows * tasks, each, batch, to]));
                own = mix(part(0..shared), shared_out) + mixed.reshape([rows, tasks, batch, to]);
            }
            own
        }
    }
}
