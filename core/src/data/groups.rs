//! Tasks in two families: within a family they share what there is to find, between them nothing.
//!
//! 1. `u_{f,1} … u_{f,4}` are the directions of family f in `R^dims`, orthonormal within the family;
//!    those of the second are turned towards the first's: `u_{2,m} = c u_{1,m} + sqrt(1 - c²) v_m`
//!    with `v` orthonormal to all of them. `c` is the dial `near`;
//! 2. inputs are `x ~ N(0, I)`;
//! 3. task k belongs to family `k mod 2` and is its member number `j = k div 2`. It reads the
//!    family's features with weights of its own:
//!    `y_k = Σ_m a_{j,m} sin(1.5 u_{f,m}·x) / sqrt(4 v)`, where `v = (1 - e^{-4.5}) / 2` is the
//!    variance of a feature, so that y has mean 0 and variance 1;
//! 4. `a_j = sqrt(r) h_0 + sqrt(1 - r) h_{1 + j mod 3}` with the rows `h` of the Hadamard matrix of
//!    order 4: every task reads all four features of its family, and the labels of two tasks of a
//!    family have the correlation `r`, the dial `like`; those of two families have none.
//!
//! At `r = 0` no two labels are correlated, and a family's tasks still help each other: once found,
//! a feature serves them all. But while it is being found they pull it in different directions, so
//! that look-aheads and cosines miss the families; from some 0.6 on they see them. (At 0.5 every
//! task has two weights of zero.)
//!
//! Label noise is a setting of every task. Output `i` of a vector has the weights of the member
//! `j + i`. Classes are bins of the noiseless label that are equally likely; its distribution is the
//! same for all tasks, as a feature's is symmetric and every `h` beyond the first has two signs of a
//! kind.

use super::directions::{EXTENT, along, directions, inputs};
use super::stats::{bin, quantile_cuts};
use super::{Drawn, DrawnSplit, DrawnTask, Source, TaskShape, any_outputs, split_rows};
use crate::config::{Choice, Config, Kind, LossKind, OptionSpec, PickEntry, TaskConfig};
use crate::random::{Purpose, stream};
use rand::RngExt;
use rand_distr::StandardNormal;

pub(super) const SOURCE: Source = Source {
    // Beyond that the weights come again.
    outputs: |loss| match loss {
        LossKind::Mse | LossKind::Huber => 1..=MEMBERS,
        _ => any_outputs(loss),
    },
    parts: &["family 1", "family 2"],
    ..Source::new(PickEntry::new(
        Choice {
            key: "groups",
            label: "two families",
            help: "Many inputs; every other task reads the same four hidden features of them, the rest reads four others.",
        },
        &[LIKE, NEAR, DIMS],
    ))
};

const LIKE: OptionSpec = OptionSpec {
    key: "like",
    label: "likeness within a family",
    help: "Correlation of two tasks of a family: they read the same features, at 1 with the same weights.",
    kind: Kind::Number { min: 0.0, max: 1.0, log: false, inherits: false },
    default: 0.8,
    live: false,
};

const NEAR: OptionSpec = OptionSpec {
    key: "near",
    label: "nearness of the families",
    help: "Cosine between the directions of the two families' features: 0 is nothing in common, 1 is one family.",
    kind: Kind::Number { min: 0.0, max: 1.0, log: false, inherits: false },
    default: 0.0,
    live: false,
};

const DIMS: OptionSpec = OptionSpec {
    key: "dims",
    label: "inputs",
    help: "Number of inputs; what the features don't depend on is noise.",
    kind: Kind::Integer { min: 2 * FEATURES as i64, max: 100, word: None },
    default: 10.0,
    live: false,
};

/// Features of a family.
const FEATURES: usize = 4;
/// Members of a family with weights of their own.
const MEMBERS: usize = FEATURES - 1;
/// How fast a feature swings along its direction.
const PITCH: f64 = 1.5;
/// Labels from which the cuts between classes are taken, and their stream of [`Purpose::Data`].
const SAMPLE: usize = 8192;
const CUTS: u64 = 2;

pub(super) fn build(config: &Config) -> Drawn {
    let source = &config.data.source;
    let dims = source.option(&DIMS) as usize;
    let families = families(config.seed, dims, source.option(&NEAR));
    let like = source.option(&LIKE);
    let tasks: Vec<Task> = config.tasks.iter().enumerate().map(|(k, settings)| Task::new(settings, k, like)).collect();
    let rows = split_rows(&config.data);
    let splits = [0, 1, 2].map(|split| {
        let x = inputs(config.seed, split, dims * rows[split]);
        let features =
            families.each_ref().map(|family| x.chunks_exact(dims).map(|row| features(family, row)).collect());
        let tasks = tasks.iter().map(|task| task.draw(&features)).collect();
        DrawnSplit { rows: rows[split], x, tasks }
    });
    Drawn { inputs: dims, extent: EXTENT, splits }
}

/// The directions of both families.
fn families(seed: u32, dims: usize, near: f64) -> [Vec<Vec<f64>>; 2] {
    let mut first = directions(seed, 2 * FEATURES, dims.max(2 * FEATURES));
    let own = first.split_off(FEATURES);
    let far = (1.0 - near * near).max(0.0).sqrt();
    let turned = |(u, v): (&Vec<f64>, &Vec<f64>)| u.iter().zip(v).map(|(u, v)| near * u + far * v).collect();
    let second = first.iter().zip(&own).map(turned).collect();
    [first, second]
}

/// A number per feature; feature values have the variance 1 / [`FEATURES`].
type Features = [f64; FEATURES];

fn feature(s: f64) -> f64 {
    let variance = (1.0 - (-2.0 * PITCH * PITCH).exp()) / 2.0;
    (PITCH * s).sin() / (FEATURES as f64 * variance).sqrt()
}

fn features(family: &[Vec<f64>], row: &[f32]) -> Features {
    std::array::from_fn(|m| family.get(m).map_or(0.0, |direction| feature(along(direction, row))))
}

/// The weights with which a family's member reads its features.
fn weights(member: usize, like: f64) -> Features {
    let row = 1 + member % MEMBERS;
    // Entry (j, m) of a Hadamard matrix is the parity of the bits that j and m share.
    let sign = |m: usize| if (row & m).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
    std::array::from_fn(|m| like.sqrt() + (1.0 - like).max(0.0).sqrt() * sign(m))
}

fn label(weights: &Features, features: &Features) -> f64 {
    weights.iter().zip(features).map(|(weight, feature)| weight * feature).sum()
}

/// The cuts between classes that are equally likely, from labels of a stream of their own.
fn cuts(classes: usize, like: f64) -> Vec<f64> {
    let mut rng = stream(0, Purpose::Data, CUTS, 0);
    let weights = weights(0, like);
    let mut draw = || label(&weights, &std::array::from_fn(|_| feature(rng.sample(StandardNormal))));
    quantile_cuts((0..SAMPLE).map(|_| draw()).collect(), classes)
}

struct Task {
    family: usize,
    /// Weights of each output.
    weights: Vec<Features>,
    /// Cuts between classes; `None` for a regression.
    cuts: Option<Vec<f64>>,
}

impl Task {
    fn new(settings: &TaskConfig, k: usize, like: f64) -> Self {
        let shape = TaskShape::of(settings);
        Self {
            family: k % 2,
            weights: (0..shape.columns).map(|i| weights(k / 2 + i, like)).collect(),
            cuts: shape.classes().map(|classes| cuts(classes, like)),
        }
    }

    fn draw(&self, features: &[Vec<Features>; 2]) -> DrawnTask {
        let (mut field, mut labels) = (Vec::new(), Vec::new());
        for row in features.get(self.family).into_iter().flatten() {
            for (i, weights) in self.weights.iter().enumerate() {
                let value = label(weights, row);
                if i == 0 {
                    field.push(value);
                }
                labels.push(self.cuts.as_ref().map_or(value as f32, |cuts| bin(cuts, value) as f32));
            }
        }
        DrawnTask { field, labels }
    }
}
