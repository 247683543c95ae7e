//! DSelect-k: a mixture of experts with gates that are sparse and yet smooth (Hazimeh et al. 2021).
//!
//! A task has k selectors. Each chooses an expert by the binary digits of its number: with m logits z and
//! the smooth step `S`, the weight of expert e is `prod_i S(z_i)^b_i (1 - S(z_i))^(1 - b_i)`, b the digits
//! of e, the first logit being the highest digit. `S(t) = -2 t^3 / g^3 + 3 t / (2 g) + 1/2` between
//! -g/2 and g/2, 0 below and 1 above, so that weights become exactly zero (and their gradient with
//! them, by design). The gate is `sum_j softmax(w)_j selector_j`. Logits are a task's own numbers, or
//! linear in the inputs, or in what hidden layers of its gate make of these. Two penalties: the selectors'
//! entropy, and where the experts are no power of two `1 / (sum of the weights of those that there are)`.
//!
//! Shared: the experts. Private: the gates and the heads. It has no tape and trains through its
//! forward pass alone: its selectors are products of smooth steps, for which a tape has no operation.

use super::Architecture;
use super::experts::GATE_LAYERS;
use crate::config::{Choice, Config, Kind, OptionSpec, Paper, PickEntry};

const PAPERS: &[Paper] = &[Paper::new(
    "Hazimeh et al.",
    2021,
    "DSelect-k: Differentiable Selection in the Mixture of Experts with Applications to Multi-Task Learning",
    "https://arxiv.org/abs/2106.03760",
)];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "dselect-k",
            label: "DSelect-k",
            help: "Shared experts; every task learns which few of them it uses, the others get exactly nothing.",
        },
        &[EXPERTS, CHOSEN, READS, GATE_LAYERS, WIDTH, ENTROPY],
    )
    .by(PAPERS)
    .showing(shows)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::DSelect>,
};

/// Gates that read nothing have no hidden layers.
fn shows(config: &Config, key: &str) -> bool {
    key != GATE_LAYERS.key || config.architecture.option(&READS) != 0.0
}

const EXPERTS: OptionSpec = OptionSpec {
    key: "experts",
    label: "experts",
    help: "How many experts there are, each as deep and wide as the shared layers.",
    kind: Kind::Integer { min: 2, max: 8, word: None },
    default: 4.0,
    live: false,
};

const CHOSEN: OptionSpec = OptionSpec {
    key: "chosen",
    label: "experts of a task",
    help: "How many experts a task may use at most.",
    kind: Kind::Integer { min: 1, max: 8, word: None },
    default: 2.0,
    live: false,
};

const READS: OptionSpec = OptionSpec {
    key: "reads",
    label: "gates read the inputs",
    help: "Whether a task chooses anew for every row, or once for all.",
    kind: Kind::Switch,
    default: 1.0,
    live: false,
};

const WIDTH: OptionSpec = OptionSpec {
    key: "width",
    label: "width of the step",
    help: "Over which range of a logit a choice goes from no to yes.",
    kind: Kind::Number { min: 0.1, max: 10.0, log: true, inherits: false },
    default: 1.0,
    live: false,
};

const ENTROPY: OptionSpec = OptionSpec {
    key: "entropy",
    label: "weight of the entropy",
    help: "How much a gate is made to decide; the published value is next to nothing.",
    kind: Kind::Number { min: 1e-6, max: 1.0, log: true, inherits: false },
    default: 1e-6,
    live: false,
};

#[cfg(feature = "engine")]
mod engine {
    use crate::config::Activation;
    use crate::model::experts::{Bank, Hidden, mean_shares, mix, mix_alike, mixing};
    use crate::model::layers::layer;
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::parts::{Features, ForwardContext, Trunk, column_names, repeat};
    use crate::model::shape::Shape;
    use crate::model::slots::{Init, LayerId, Layout, Owner, SlotKind};
    use burn::tensor::{Tensor, activation};

    /// Half the range of the initial logits that weigh the selectors.
    const WEIGHTS: f32 = 0.05;
    /// Keeps logarithms and quotients by a weight that is exactly zero finite.
    const SMALL: f32 = 1e-3;

    /// Logits of a task: its own numbers, or a linear map of what its gate reads.
    struct Logits {
        weights: Option<usize>,
        bias: usize,
    }

    impl Logits {
        fn push(
            layout: &mut Layout,
            (name, id, owner): (&str, LayerId, &Owner),
            (from, count): (Option<usize>, usize),
            bound: f32,
        ) -> Self {
            let kind = SlotKind::Free(Init::Uniform(bound), 1.0);
            let mut slot =
                |what: &str, rows| layout.push(format!("{name}, {what}"), id, owner.clone(), kind, rows, count);
            Self { weights: from.map(|from| slot("weights", from)), bias: slot("bias", 1) }
        }

        /// `[R * T, B, count]` of what the gates read, `[R * T, B, in]`, or `[R * T, 1, count]` where they
        /// read nothing.
        fn of(&self, params: &Params, read: Option<&Tensor<3>>) -> Tensor<3> {
            match self.weights.zip(read) {
                Some((weights, read)) => layer(params, read.clone(), weights, self.bias, Activation::Identity),
                None => params.slot(self.bias),
            }
        }
    }

    /// See the module's description.
    pub struct DSelect {
        bank: Bank,
        experts: usize,
        /// Selectors of a task, and the digits of an expert's number.
        selectors: (usize, usize),
        /// Of gates that read the inputs, for both kinds of logits.
        hidden: Option<Hidden>,
        digits: Logits,
        weights: Logits,
        width: f32,
        entropy: f32,
        columns: Vec<usize>,
    }

    impl Trunk for DSelect {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let columns = shape.columns();
            let experts = (options("experts") as usize).max(2);
            let bank = Bank::push(layout, shape, &Owner::Copies(experts), "experts, layer");
            let selectors = (options("chosen") as usize).clamp(1, experts);
            let digits = experts.next_power_of_two().ilog2() as usize;
            let (owner, width) = (Owner::Stacked(columns.clone()), options("width") as f32);
            let sizes = (shape.inputs, experts);
            let hidden = (options("reads") != 0.0).then(|| Hidden::push(layout, options, ("gates", 2), &owner, sizes));
            let from = hidden.as_ref().map(|hidden| hidden.width);
            let counts = (from, selectors * digits);
            Self {
                bank,
                experts,
                selectors: (selectors, digits),
                hidden,
                digits: Logits::push(layout, ("selectors", LayerId::Mixing(0), &owner), counts, width / 100.0),
                weights: Logits::push(
                    layout,
                    ("selectors' shares", LayerId::Mixing(1), &owner),
                    (from, selectors),
                    WEIGHTS,
                ),
                width,
                entropy: options("entropy") as f32,
                columns,
            }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            let (selectors, digits) = self.selectors;
            let mixed = mixing(shape.tasks, self.experts, shape.representation());
            // A selector's weights are a product over the digits.
            let gates = shape.tasks * selectors * digits * self.experts;
            batch * ((self.experts + shape.tasks) * shape.inputs + gates + mixed)
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let outputs = self.bank.apply(params, inputs.clone(), context, true);
            let gates = self.gates(params, &inputs);
            if self.hidden.is_some() {
                return Features::PerTask(mix(gates, outputs));
            }
            let [rows, tasks, _, experts] = gates.dims();
            Features::own(mix_alike(gates.reshape([rows, tasks, experts]), outputs), tasks)
        }

        fn penalises(&self) -> bool {
            true
        }

        fn penalty(&self, params: &Params, inputs: &Tensor<3>) -> Option<Tensor<1>> {
            let weights = self.selections(params, self.read(params, inputs).as_ref());
            let batch = if self.hidden.is_some() { inputs.dims()[1] } else { 1 };
            let entropy = (weights.clone() * (weights.clone() + SMALL * SMALL).log()).sum() * -self.entropy;
            let reached = match self.experts.is_power_of_two() {
                true => entropy,
                false => entropy + (weights.sum_dim(2) + SMALL).recip().sum(),
            };
            Some(reached / batch as f32)
        }

        fn learned_matrices(&self, params: &Params, inputs: Tensor<3>) -> Vec<LearnedMatrix> {
            vec![LearnedMatrix {
                title: "gate mixture".into(),
                rows: column_names(&self.columns),
                columns: (1..=self.experts).map(|e| format!("expert {e}")).collect(),
                values: mean_shares(self.gates(params, &inputs)),
            }]
        }
    }

    impl DSelect {
        /// What the gates read, `[R * T, B, in]`; nothing where the inputs make no difference.
        fn read(&self, params: &Params, inputs: &Tensor<3>) -> Option<Tensor<3>> {
            let hidden = self.hidden.as_ref()?;
            Some(hidden.apply(params, repeat(inputs.clone(), self.columns.len())))
        }

        /// The weights that every selector gives to the experts, `[R * T * B, k, E]`.
        fn selections(&self, params: &Params, read: Option<&Tensor<3>>) -> Tensor<3> {
            let logits = self.digits.of(params, read);
            let [rows, batch, _] = logits.dims();
            let (count, digits) = self.selectors;
            let choosers = rows * batch;
            let yes = smooth_step(logits.reshape([choosers, count, digits]), self.width);
            // Digit by digit from the last: what comes later stands in the higher halves.
            let digit = |i: usize| yes.clone().slice([0..choosers, 0..count, i..i + 1]);
            let no = |yes: &Tensor<3>| yes.clone() * -1.0 + 1.0;
            let last = digit(digits - 1);
            let first = Tensor::cat(vec![no(&last), last], 2);
            let all = (0..digits - 1)
                .rev()
                .map(digit)
                .fold(first, |weights, yes| Tensor::cat(vec![weights.clone() * no(&yes), weights * yes], 2));
            all.slice([0..choosers, 0..count, 0..self.experts])
        }

        /// The tasks' gates, `[R, T, B, E]`, with a batch of one where the inputs make no difference.
        fn gates(&self, params: &Params, inputs: &Tensor<3>) -> Tensor<4> {
            let tasks = self.columns.len();
            let read = self.read(params, inputs);
            let selections = self.selections(params, read.as_ref());
            let weights = self.weights.of(params, read.as_ref());
            let [rows, batch, count] = weights.dims();
            let shares = activation::softmax(weights, 2).reshape([rows * batch, count, 1]);
            (selections * shares).sum_dim(1).reshape([rows / tasks, tasks, batch, self.experts])
        }
    }

    /// `S` of the module's description, elementwise.
    fn smooth_step(logits: Tensor<3>, width: f32) -> Tensor<3> {
        let t = (logits / width).clamp(-0.5, 0.5);
        (t.clone().powi_scalar(2) * -2.0 + 1.5) * t + 0.5
    }
}
