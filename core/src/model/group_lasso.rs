//! Group lasso: a shared bottom in which inputs or units are switched off as a whole, for all tasks alike
//! (Obozinski et al. 2010; Argyriou et al. 2008).
//!
//! The penalty `lambda sum_j ||W_j||` over the rows of a weight matrix (what leaves input or unit j) is
//! minimised by a proximal step after each step of the optimiser: with its rate eta,
//! `W_j <- max(0, 1 - eta lambda / ||W_j||) W_j`. A subgradient would never reach the exact zeros.
//! Under Adam the step is scaled by the rate alone, which is an approximation; what is frozen or has a rate
//! of its own is shortened at its own rate. Shared: the trunk.
//! Private: the heads; their first layers count as one matrix where the representation is to be sparse.

use super::Architecture;
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry};

const PAPERS: &[Paper] = &[
    Paper::new(
        "Obozinski, Taskar & Jordan",
        2010,
        "Joint covariate selection and joint subspace selection for multiple classification problems",
        "https://doi.org/10.1007/s11222-008-9111-x",
    ),
    Paper::new(
        "Argyriou, Evgeniou & Pontil",
        2008,
        "Convex multi-task feature learning",
        "https://doi.org/10.1007/s10994-007-5040-8",
    ),
];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "group-lasso",
            label: "group lasso",
            help: "A shared bottom that switches inputs or units off for all tasks at once.",
        },
        &[STRENGTH, WHERE],
    )
    .by(PAPERS)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::GroupLasso>,
};

const STRENGTH: OptionSpec = OptionSpec {
    key: "strength",
    label: "strength",
    help: "The factor on the rows' lengths in the penalty: the larger it is, the more rows go to zero.",
    kind: Kind::Number { min: 1e-5, max: 10.0, log: true, inherits: false },
    default: 0.01,
    live: false,
};

const WHERE: OptionSpec = OptionSpec {
    key: "where",
    label: "what is switched off",
    help: "Whose outgoing weights are the groups.",
    kind: Kind::Choice(places),
    default: 0.0,
    live: false,
};

fn places() -> Vec<Choice> {
    vec![
        Choice { key: "inputs", label: "inputs", help: "Rows of the first shared layer." },
        Choice { key: "layers", label: "inputs and units", help: "Rows of every shared layer." },
        Choice {
            key: "heads",
            label: "units that the heads read",
            help: "Rows of the heads' first layers, all tasks' together: the multi-task lasso on the last shared layer.",
        },
    ]
}

#[cfg(feature = "engine")]
mod engine {
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::on_tape::{Recorder, TapeFeatures};
    use crate::model::parts::{Features, ForwardContext, Layer, Trunk, push_trunk};
    use crate::model::shape::Shape;
    use crate::model::slots::{LayerId, Layout, Owner, Slot, SlotKind};
    use burn::tensor::Tensor;

    /// Keeps the quotient by a row of zeros finite; such a row stays one of zeros.
    const TINY: f32 = 1e-30;

    /// See the module's description.
    pub struct GroupLasso {
        layers: Vec<Layer>,
        strength: f64,
        place: Place,
        /// The slots that make up every matrix with rows that are groups, side by side.
        matrices: Vec<Vec<usize>>,
    }

    #[derive(Clone, Copy, PartialEq)]
    enum Place {
        Inputs,
        Layers,
        Heads,
    }

    impl Trunk for GroupLasso {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let layers = push_trunk(layout, &shape.trunk, &Owner::Shared, shape.inputs, "shared layer");
            let place = match options("where") as usize {
                0 => Place::Inputs,
                1 => Place::Layers,
                _ => Place::Heads,
            };
            Self { layers, strength: options("strength"), place, matrices: Vec::new() }
        }

        fn complete(&mut self, layout: &Layout) {
            let own = self.layers.iter().map(|layer| vec![layer.weight]);
            self.matrices = match self.place {
                Place::Inputs => own.take(1).collect(),
                Place::Layers => own.collect(),
                Place::Heads => {
                    let is_first =
                        |slot: &Slot| slot.layer == LayerId::Head(0) && matches!(slot.kind, SlotKind::Weight(_));
                    let slots = layout.slots.iter().enumerate();
                    vec![slots.filter(|(_, slot)| is_first(slot)).map(|(at, _)| at).collect()]
                }
            };
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), false)
        }

        fn activation_count(&self, _: &Shape, _: usize) -> usize {
            0
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let layers = self.layers.iter().enumerate();
            Features::Shared(layers.fold(inputs, |x, (l, layer)| context.layer(l, layer.apply(params, x, 1), 1)))
        }

        fn on_tape(&self, tape: &mut Recorder) -> Option<TapeFeatures> {
            let inputs = tape.tape.inputs();
            Some(TapeFeatures::Shared(tape.trunk(&self.layers, inputs, 0)))
        }

        fn is_proximal(&self) -> bool {
            true
        }

        fn proximal(
            &self,
            layout: &Layout,
            theta: &Tensor<2>,
            rate: f64,
            factors: Option<&Tensor<2>>,
        ) -> Option<Tensor<2>> {
            let members = theta.dims()[0];
            let range = |from: usize, to: usize| theta.clone().slice([0..members, from..to]);
            let factors = |slot: &Slot| {
                let all = factors?;
                let rows = all.dims()[0];
                Some(all.clone().slice([0..rows, slot.offset..slot.offset + slot.len()]).reshape(shape(rows, slot)))
            };
            let mut pieces = Vec::new();
            let mut done = 0;
            for matrix in &self.matrices {
                let blocks: Vec<(&Slot, Tensor<3>)> = matrix
                    .iter()
                    .filter_map(|slot| layout.slots.get(*slot))
                    .map(|slot| (slot, range(slot.offset, slot.offset + slot.len()).reshape(shape(members, slot))))
                    .collect();
                let Some(length) = lengths(blocks.iter().map(|(_, values)| values.clone())) else { continue };
                let lost = length.clamp_min(TINY).recip() * (self.strength * rate);
                for (slot, values) in blocks {
                    if done < slot.offset {
                        pieces.push(range(done, slot.offset));
                    }
                    let lost = match factors(slot) {
                        Some(factors) => factors * lost.clone(),
                        None => lost.clone(),
                    };
                    let kept = (lost * -1.0 + 1.0).clamp_min(0.0);
                    pieces.push((values * kept).reshape([members, slot.len()]));
                    done = slot.offset + slot.len();
                }
            }
            if done < layout.len {
                pieces.push(range(done, layout.len));
            }
            Some(Tensor::cat(pieces, 1))
        }

        fn learned_matrices(&self, params: &Params, _: Tensor<3>) -> Vec<LearnedMatrix> {
            let of_matrix = |(at, matrix): (usize, &Vec<usize>)| {
                let rows = lengths(matrix.iter().map(|slot| params.slot(*slot)))?;
                let count = rows.dims()[1];
                let last = self.layers.len();
                let (layer, what) = match self.place {
                    Place::Heads => (last, "unit"),
                    _ if at == 0 => (0, "input"),
                    _ => (at, "unit"),
                };
                let of = if layer == 0 { "the inputs".into() } else { format!("the units of layer {layer}") };
                Some(LearnedMatrix {
                    title: format!("size of the weights that leave {of}"),
                    rows: vec!["length".into()],
                    columns: (1..=count).map(|i| format!("{what} {i}")).collect(),
                    values: rows.reshape([1, count]),
                })
            };
            self.matrices.iter().enumerate().filter_map(of_matrix).collect()
        }
    }

    /// As [`Params::slot`] has it.
    fn shape(members: usize, slot: &Slot) -> [usize; 3] {
        [members, slot.rows, slot.len() / slot.rows.max(1)]
    }

    /// The lengths of the rows of some matrices side by side, `[R, rows, 1]`.
    fn lengths(blocks: impl Iterator<Item = Tensor<3>>) -> Option<Tensor<3>> {
        blocks.map(|block| block.powi_scalar(2).sum_dim(2)).reduce(|a, b| a + b).map(Tensor::sqrt)
    }
}
