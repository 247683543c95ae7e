//! Cross-stitch networks: a trunk for every task, and activations that are mixed after each layer
//! (Misra et al. 2016).
//!
//! After layer l every task's units become `sum_s A^l_{ts} a_s`, with a learned matrix `A^l` of tasks
//! by tasks. Shared: the trunks and the matrices, since every task reads all of them. Private: the
//! heads. A matrix begins near the identity; ones everywhere would add the activations up. It need not
//! stand after every layer: two options say after which ones.

use super::Architecture;
use crate::config::{Choice, Kind, OptionSpec, Paper, PickEntry};

const PAPERS: &[Paper] = &[Paper::new(
    "Misra et al.",
    2016,
    "Cross-stitch Networks for Multi-task Learning",
    "https://arxiv.org/abs/1604.03539",
)];

/// The table's line.
pub const ARCHITECTURE: Architecture = Architecture {
    entry: PickEntry::new(
        Choice {
            key: "cross-stitch",
            label: "cross-stitch",
            help: "A trunk for every task; after each layer learned matrices mix the tasks' activations.",
        },
        &[OWN, RATE, FROM, UNTIL],
    )
    .by(PAPERS)
    .unless(super::without_trunk),
    shares: true,
    #[cfg(feature = "engine")]
    build: super::parts::build::<engine::CrossStitch>,
};

pub(super) const OWN: OptionSpec = OptionSpec {
    key: "own",
    label: "own share at the start",
    help: "What a task takes of its own activations before anything is learned; the others share the rest.",
    kind: Kind::Number { min: 0.0, max: 1.0, log: false, inherits: false },
    default: 0.9,
    live: false,
};

/// Of 1, 3, 10 and 30, ten has the lowest test loss where validation rows are best on the lessons twins, rivals
/// and groups (0.183, 0.144 and 0.043, means of three seeds; at 1 it is 0.196, 0.156 and 0.045), though on
/// rivals the matrices' entries grow to about ten.
pub(super) const RATE: OptionSpec = OptionSpec {
    key: "rate",
    label: "rate of the mixing",
    help: "A factor on the learning rate of what mixes the tasks.",
    kind: Kind::Number { min: 0.1, max: 100.0, log: true, inherits: false },
    default: 10.0,
    live: false,
};

pub(super) const FROM: OptionSpec = OptionSpec {
    key: "from",
    label: "first layer to mix",
    help: "The first shared layer after which tasks are mixed; beyond the last layer, the last.",
    kind: Kind::Integer { min: 1, max: 6, word: None },
    default: 1.0,
    live: false,
};

pub(super) const UNTIL: OptionSpec = OptionSpec {
    key: "until",
    label: "last layer to mix",
    help: "The last shared layer after which tasks are mixed, at least the first.",
    kind: Kind::Integer { min: 1, max: 6, word: None },
    default: 6.0,
    live: false,
};

/// The layers of a trunk that are followed by a mixing, counted from 0: at least one. Both ends are cut to the
/// trunk's depth; where the first comes after the last, it is the only one.
#[cfg(feature = "engine")]
pub(super) fn mixed(options: super::Options, depth: usize) -> std::ops::Range<usize> {
    let layer = |end: &OptionSpec| (options(end.key) as usize).clamp(1, depth.max(1));
    let (from, until) = (layer(&FROM), layer(&UNTIL));
    from - 1..until.max(from)
}

#[cfg(feature = "engine")]
mod engine {
    use super::mixed;
    use crate::config::LayerConfig;
    use crate::kernel::tape::Term;
    use crate::model::network::{LearnedMatrix, Params};
    use crate::model::on_tape::{Recorder, TapeFeatures};
    use crate::model::parts::{Features, ForwardContext, Layer, Trunk, column_names, push_trunk, repeat};
    use crate::model::shape::Shape;
    use crate::model::slots::{Init, LayerId, Layout, Owner, SlotKind};
    use burn::tensor::Tensor;

    /// See the module's description.
    pub struct CrossStitch {
        layers: Vec<Layer>,
        /// Per layer: its matrix, where tasks are mixed.
        stitches: Vec<Option<usize>>,
        columns: Vec<usize>,
    }

    impl Trunk for CrossStitch {
        fn new(shape: &Shape, options: &dyn Fn(&str) -> f64, layout: &mut Layout) -> Self {
            let tasks = shape.tasks;
            let layers = push_trunk(layout, &shape.trunk, &Owner::Copies(tasks), shape.inputs, "trunks, layer");
            let own = if tasks == 1 { 1.0 } else { options("own") as f32 };
            let init = Init::Diagonal(own, (1.0 - own) / (tasks.max(2) - 1) as f32);
            let mixed = mixed(options, layers.len());
            let mut stitch = |l: usize| {
                let kind = SlotKind::Free(init, options("rate") as f32);
                let name = format!("stitches after layer {}", l + 1);
                mixed.contains(&l).then(|| layout.push(name, LayerId::Mixing(l), Owner::Shared, kind, tasks, tasks))
            };
            let stitches = (0..layers.len()).map(&mut stitch).collect();
            Self { layers, stitches, columns: shape.columns() }
        }

        fn feature_shape(&self, shape: &Shape) -> (usize, bool) {
            (shape.representation(), true)
        }

        fn activation_count(&self, shape: &Shape, batch: usize) -> usize {
            let mixed = |(layer, stitch): (&LayerConfig, &Option<usize>)| stitch.map_or(0, |_| layer.width);
            let mixed: usize = shape.trunk.iter().zip(&self.stitches).map(mixed).sum();
            batch * shape.tasks * (shape.inputs + mixed)
        }

        fn features(&self, params: &Params, inputs: Tensor<3>, context: &mut ForwardContext) -> Features {
            let tasks = self.columns.len();
            let mut x = repeat(inputs, tasks);
            for (l, (layer, stitch)) in self.layers.iter().zip(&self.stitches).enumerate() {
                x = context.layer(l, layer.apply(params, x, 1), tasks);
                if let Some(stitch) = stitch {
                    let [rows, batch, width] = x.dims();
                    let all = x.reshape([rows / tasks, tasks, batch * width]);
                    x = params.slot(*stitch).matmul(all).reshape([rows, batch, width]);
                }
            }
            Features::own(x, tasks)
        }

        fn on_tape(&self, tape: &mut Recorder) -> Option<TapeFeatures> {
            let tasks = self.columns.len();
            let mut x = vec![tape.tape.inputs(); tasks];
            for (l, (layer, stitch)) in self.layers.iter().zip(&self.stitches).enumerate() {
                for (t, x) in x.iter_mut().enumerate() {
                    let y = tape.layer(layer, *x, t, 1);
                    *x = tape.drop_trunk(y, l);
                }
                if let Some(stitch) = stitch {
                    let (first, _) = tape.matrix(*stitch, 0);
                    let row = |t: usize| -> Vec<Term> {
                        x.iter().enumerate().map(|(other, x)| Term::by(*x, first + t * tasks + other)).collect()
                    };
                    x = (0..tasks).map(|t| tape.combine(row(t), None)).collect();
                }
            }
            Some(TapeFeatures::PerTask(x))
        }

        fn learned_matrices(&self, params: &Params, _: Tensor<3>) -> Vec<LearnedMatrix> {
            let names = column_names(&self.columns);
            let of_layer = |(l, stitch): (usize, &Option<usize>)| {
                let values = params.slot((*stitch)?).reshape([self.columns.len(); 2]);
                let title = format!("stitches after layer {}", l + 1);
                Some(LearnedMatrix { title, rows: names.clone(), columns: names.clone(), values })
            };
            self.stitches.iter().enumerate().filter_map(of_layer).collect()
        }
    }
}
