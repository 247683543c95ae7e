//! Sluice networks: cross-stitch over halves of a layer, and a mixture of all layers for the head
//! (Ruder et al. 2019).
//!
//! Every task's layer is cut into two subspaces, one to share and one to keep. A matrix `alpha` of
//! (tasks times 2) by (tasks times 2) mixes them, after every layer or after some; `beta` mixes a task's
//! layers for its head; a term `lambda |W_1^T W_2|_F^2` keeps the weights of the two subspaces apart.
//! Neither alpha nor beta is bounded. Shared: the trunks, alpha and beta. Private: the heads.

use super::Architecture;
use super::cross_stitch::{FROM, OWN, RATE, UNTIL};
use crate::config::{Choice, Config, Kind, OptionSpec, Paper, PickEntry};

const PAPERS: &[Paper] =
    &[Paper::new("Ruder et al.", 2019, "Latent Multi-task Architecture Learning", "https://arxiv.org/abs/1705.08142")];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "sluice",
            label: "sluice",
            help: "Cross-stitch between halves of every layer; each head reads a learned mixture of all layers.",
        },
        &[OWN, RATE, APART, FROM, UNTIL],
    )
    .by(PAPERS)
    .unless(unfit),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::Sluice>,
};

const APART: OptionSpec = OptionSpec {
    key: "apart",
    label: "keeping halves apart",
    help: "Weight of the term that makes the two halves of a layer look at different inputs.",
    kind: Kind::Number { min: 0.0, max: 10.0, log: false, inherits: false },
    default: 0.01,
    live: false,
};

fn unfit(config: &Config) -> Option<&'static str> {
    let mut widths = config.trunk.iter().map(|layer| layer.width);
    let first = widths.next();
    match first {
        None => super::without_trunk(config),
        Some(width) if width % 2 == 1 => Some("It cuts every layer into halves: make the shared layers' width even."),
        Some(width) if widths.any(|other| other != width) => {
            Some("Its heads mix all layers: make the shared layers equally wide.")
        }
        Some(_) => None,
    }
}

#[cfg(feature = "engine")]
mod engine {
    use crate::config::LayerConfig;
    use crate::kernel::tape::{Columns, Term};
    use crate::model::cross_stitch::mixed;
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::on_tape::{Recorder, TapeFeatures};
    use crate::model::parts::{Features, ForwardContext, Layer, Trunk, column_names, push_trunk, repeat};
    use crate::model::shape::Shape;
    use crate::model::slots::{Init, LayerId, Layout, Owner, SlotKind};
    use burn::tensor::Tensor;

    /// Subspaces of a layer.
    const PARTS: usize = 2;

    /// See the module's description.
    pub struct Sluice {
        layers: Vec<Layer>,
        /// Per layer: its matrix, where subspaces are mixed.
        alphas: Vec<Option<usize>>,
        /// Last layer, and the layers before it.
        beta: usize,
        columns: Vec<usize>,
        apart: f32,
    }

    impl Trunk for Sluice {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let (tasks, depth) = (shape.tasks, shape.trunk.len());
            let layers = push_trunk(layout, &shape.trunk, &Owner::Copies(tasks), shape.inputs, "trunks, layer");
            let (own, rate) = (options("own") as f32, options("rate") as f32);
            let side = tasks * PARTS;
            let init = Init::Diagonal(own, (1.0 - own) / (side.max(2) - 1) as f32);
            let mixed = mixed(options, depth);
            let mut alpha = |l: usize| {
                let name = format!("subspaces after layer {}", l + 1);
                let kind = SlotKind::Free(init, rate);
                mixed.contains(&l).then(|| layout.push(name, LayerId::Mixing(l), Owner::Shared, kind, side, side))
            };
            let alphas = (0..depth).map(&mut alpha).collect();
            // As a difference from where the mixture begins, which a slot cannot say: see `mixture`.
            let zero = SlotKind::Free(Init::Constant(0.0), rate);
            let beta =
                layout.push("layers for the heads".into(), LayerId::Mixing(16), Owner::Shared, zero, tasks, depth);
            Self { layers, alphas, beta, columns: shape.columns(), apart: options("apart") as f32 }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            // Halves side by side, mixed, turned back, and every layer once more in the heads' mixture.
            let of_layer = |(layer, alpha): (&LayerConfig, &Option<usize>)| alpha.map_or(1, |_| 4) * layer.width;
            let layers: usize = shape.trunk.iter().zip(&self.alphas).map(of_layer).sum();
            batch * shape.tasks * (shape.inputs + layers + shape.representation())
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let tasks = self.columns.len();
            let mut x = repeat(inputs, tasks);
            let mut all = Vec::new();
            for (l, (layer, alpha)) in self.layers.iter().zip(&self.alphas).enumerate() {
                x = context.layer(l, layer.apply(params, x, 1), tasks);
                if let Some(alpha) = alpha {
                    x = mix_parts(x, params.slot(*alpha), tasks);
                }
                all.push(x.clone());
            }
            let Some([rows, batch, width]) = all.first().map(Tensor::dims) else { return Features::Shared(x) };
            let depth = all.len();
            let layers: Tensor<4> = Tensor::stack(all, 1);
            let shares = self.mixture(params).reshape([rows, depth, 1]);
            let mixed = (layers.reshape([rows, depth, batch * width]) * shares).sum_dim(1);
            Features::own(mixed.reshape([rows, batch, width]), tasks)
        }

        fn on_tape(&self, tape: &mut Recorder) -> Option<TapeFeatures> {
            let tasks = self.columns.len();
            let mut x = vec![tape.tape.inputs(); tasks];
            let mut all = Vec::new();
            for (l, (layer, alpha)) in self.layers.iter().zip(&self.alphas).enumerate() {
                for (t, x) in x.iter_mut().enumerate() {
                    let y = tape.layer(layer, *x, t, 1);
                    *x = tape.drop_trunk(y, l);
                }
                if let Some(alpha) = alpha {
                    let (first, side) = tape.matrix(*alpha, 0);
                    let half = |x: &Columns, part: usize| x.part(part * x.width / PARTS, x.width / PARTS);
                    let parts: Vec<_> = x.iter().flat_map(|x| [half(x, 0), half(x, 1)]).collect();
                    let mixed = |place: usize| {
                        let terms = parts.iter().enumerate();
                        let terms = terms.map(|(other, part)| Term::by(*part, first + place * side + other));
                        tape.combine(terms.collect(), None)
                    };
                    let mixed: Vec<_> = (0..side).map(mixed).collect();
                    x = mixed.chunks_exact(PARTS).map(|parts| tape.concat(parts.to_vec())).collect();
                }
                all.push(x.clone());
            }
            let (beta, depth) = tape.matrix(self.beta, 0);
            let mixture = |t: usize| {
                let term = |l: usize| Term { x: all[l][t], factor: Some(beta + t * depth + l), plus: self.start(l) };
                tape.combine((0..depth).map(term).collect(), None)
            };
            Some(TapeFeatures::PerTask((0..tasks).map(mixture).collect()))
        }

        fn penalises(&self) -> bool {
            self.apart > 0.0
        }

        fn penalty(&self, params: &Params, _: &Tensor<3>) -> Option<Tensor<1>> {
            let of_layer = |layer: &Layer| {
                let weights = params.slot(layer.weight);
                let [rows, from, width] = weights.dims();
                let half = |part: usize| {
                    weights.clone().slice([0..rows, 0..from, part * width / PARTS..(part + 1) * width / PARTS])
                };
                half(0).transpose().matmul(half(1)).powi_scalar(2).sum()
            };
            let sum = self.layers.iter().map(of_layer).reduce(|a, b| a + b)?;
            Some(sum * self.apart)
        }

        fn learned_matrices(&self, params: &Params, _: Tensor<3>) -> Vec<LearnedMatrix> {
            let tasks = column_names(&self.columns);
            let parts: Vec<String> =
                tasks.iter().flat_map(|task| ["a", "b"].map(|part| format!("{task} {part}"))).collect();
            let of_layer = |(l, alpha): (usize, &Option<usize>)| {
                let values = params.slot((*alpha)?).reshape([parts.len(); 2]);
                let title = format!("subspaces after layer {l}");
                Some(LearnedMatrix { title, rows: parts.clone(), columns: parts.clone(), values })
            };
            let mut matrices: Vec<_> = (1..).zip(&self.alphas).filter_map(of_layer).collect();
            let shape = [tasks.len(), self.alphas.len()];
            matrices.push(LearnedMatrix {
                title: "layers for the heads".into(),
                rows: tasks,
                columns: (1..=self.alphas.len()).map(|l| format!("layer {l}")).collect(),
                values: self.mixture(params).reshape(shape),
            });
            matrices
        }
    }

    /// The tasks' units `[R * T, B, w]`, their subspaces mixed by `alpha`, `[R, T * 2, T * 2]`.
    fn mix_parts(x: Tensor<3>, alpha: Tensor<3>, tasks: usize) -> Tensor<3> {
        let [rows, batch, width] = x.dims();
        let half = width / PARTS;
        let parts = x.reshape([rows, batch, PARTS, half]).swap_dims(1, 2);
        let parts = parts.reshape([rows / tasks, tasks * PARTS, batch * half]);
        let mixed = alpha.matmul(parts).reshape([rows, PARTS, batch, half]);
        mixed.swap_dims(1, 2).reshape([rows, batch, width])
    }

    impl Sluice {
        /// What the learned number of a layer's share in the heads' mixture is a difference from.
        fn start(&self, l: usize) -> f32 {
            let depth = self.alphas.len();
            match (depth, l + 1 == depth) {
                (1, _) => 1.0,
                (_, true) => 0.9,
                (_, false) => 0.1 / (depth - 1) as f32,
            }
        }

        /// `[R, T, L]`: 0.9 of the last layer at the start, the rest of the others.
        fn mixture(&self, params: &Params) -> Tensor<3> {
            let learned = params.slot(self.beta);
            let depth = self.alphas.len();
            let start: Vec<f32> = (0..depth).map(|l| self.start(l)).collect();
            let start = Tensor::<1>::from_floats(start.as_slice(), &learned.device()).reshape([1, 1, depth]);
            learned + start
        }
    }
}
