//! Multi-gate mixture of experts (Ma et al. 2018), and the mixture with one gate for all tasks.
//!
//! `m_k(x) = sum_e softmax(W_k x)_e f_e(x)`: experts `f_e` as deep as the trunk, linear gates without a
//! bias; with hidden layers these stand between x and `W_k`. Shared: the experts, and in the one-gate form
//! the gate. Private: a gate for each task, and the heads.

use super::Architecture;
use super::experts::{GATE, GATE_LAYERS};
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry};

const MMOE_PAPERS: &[Paper] = &[Paper::new(
    "Ma et al.",
    2018,
    "Modeling Task Relationships in Multi-task Learning with Multi-gate Mixture-of-Experts",
    "https://doi.org/10.1145/3219819.3220007",
)];

/// The line of the form with a gate for each task.
pub const MMOE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "mmoe",
            label: "MMoE",
            help: "Several experts; a gate for each task mixes them, for each row anew.",
        },
        &[EXPERTS, GATE, GATE_LAYERS],
    )
    .by(MMOE_PAPERS)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::Mmoe>,
};

const OMOE_PAPERS: &[Paper] = &[
    Paper::new(
        "Ma et al.",
        2018,
        "Modeling Task Relationships in Multi-task Learning with Multi-gate Mixture-of-Experts",
        "https://doi.org/10.1145/3219819.3220007",
    ),
    Paper::new("Jacobs et al.", 1991, "Adaptive Mixtures of Local Experts", "https://doi.org/10.1162/neco.1991.3.1.79"),
];

/// The line of the form with one gate.
pub const OMOE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice { key: "omoe", label: "one-gate MoE", help: "Several experts, mixed by one gate for all tasks." },
        &[EXPERTS, GATE, GATE_LAYERS],
    )
    .by(OMOE_PAPERS)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::Omoe>,
};

pub(super) const EXPERTS: OptionSpec = OptionSpec {
    key: "experts",
    label: "experts",
    help: "How many experts there are, each with the shared layers' shape.",
    kind: Kind::Integer { min: 1, max: 8, word: None },
    default: 4.0,
    live: false,
};

#[cfg(feature = "engine")]
mod engine {
    use crate::model::experts::{Bank, Gate, mean_shares, mix, mixing, push_gates, shares};
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::on_tape::{Recorder, TapeFeatures};
    use crate::model::parts::{Features, ForwardContext, Trunk, column_names, repeat};
    use crate::model::shape::Shape;
    use crate::model::slots::{Layout, Owner};
    use burn::tensor::Tensor;

    /// A gate for each task.
    pub type Mmoe = Mixture<false>;
    /// One gate.
    pub type Omoe = Mixture<true>;

    /// See the module's description.
    pub struct Mixture<const ONE: bool> {
        bank: Bank,
        experts: usize,
        gates: Gate,
        columns: Vec<usize>,
    }

    impl<const ONE: bool> Mixture<ONE> {
        fn shares(&self, params: &Params, inputs: Tensor<3>) -> Tensor<4> {
            let count = if ONE { 1 } else { self.columns.len() };
            shares(params, &self.gates, repeat(inputs, count), count)
        }
    }

    impl<const ONE: bool> Trunk for Mixture<ONE> {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let experts = options("experts") as usize;
            let columns = shape.columns();
            let bank = Bank::push(layout, shape, &Owner::Copies(experts), "experts, layer");
            let owner = if ONE { Owner::Shared } else { Owner::Stacked(columns.clone()) };
            let gates = push_gates(layout, options, ("gates", 0), &owner, (shape.inputs, experts));
            Self { bank, experts, gates, columns }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), !ONE)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            let gates = if ONE { 1 } else { shape.tasks };
            batch * ((self.experts + gates) * shape.inputs + mixing(gates, self.experts, shape.representation()))
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let outputs = self.bank.apply(params, inputs.clone(), context, true);
            let mixed = mix(self.shares(params, inputs), outputs);
            if !ONE {
                return Features::PerTask(mixed);
            }
            let [rows, _, batch, width] = mixed.dims();
            Features::Shared(mixed.reshape([rows, batch, width]))
        }

        fn on_tape(&self, tape: &mut Recorder) -> Option<TapeFeatures> {
            let inputs = tape.tape.inputs();
            let experts = self.bank.on_tape(tape, inputs);
            let mut mixed = |place: usize| {
                let shares = self.gates.on_tape(tape, inputs, place);
                tape.mix(shares, experts.clone())
            };
            Some(match ONE {
                true => TapeFeatures::Shared(mixed(0)),
                false => TapeFeatures::PerTask((0..self.columns.len()).map(mixed).collect()),
            })
        }

        fn learned_matrices(&self, params: &Params, inputs: Tensor<3>) -> Vec<LearnedMatrix> {
            let all = || vec!["all tasks".to_string()];
            vec![LearnedMatrix {
                title: "gate mixture".into(),
                rows: if ONE { all() } else { column_names(&self.columns) },
                columns: (1..=self.experts).map(|e| format!("expert {e}")).collect(),
                values: mean_shares(self.shares(params, inputs)),
            }]
        }
    }
}
