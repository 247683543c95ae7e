//! Tasks in two families: within a family they share what there is to find, between them nothing.
//!
//! 1. `u_{f,1} … u_{f,4}` are the directions of family f in `R^dims`, orthonormal within the family;
//!    those of the second are turned towards the first's: `u_{2,m} = c u_{1,m} + sqrt(1 - c²) v_m`
//!    with `v` orthonormal to all of them. `c` is the dial `near`;
//! 2. inputs are `x ~ N(0, I)`;
//! 3. task k belongs to family `k mod 2` and is its member number `j = k div 2`. It reads the
//!    family's features with signs of its own:
//!    `y_k = Σ_m s_{j,m} sin(1.5 u_{f,m}·x) / sqrt(4 v)`, where `v = (1 - e^{-4.5}) / 2` is the
//!    variance of a feature, so that y has mean 0 and variance 1;
//! 4. `s_j` is row `j mod 4` of the Hadamard matrix of order 4: every task reads all four features
//!    of its family, and yet the labels of any two tasks are uncorrelated. Who belongs to whom
//!    can't be seen in the labels; it shows when tasks are trained together.
//!
//! Label noise is a setting of every task. Output `i` of a vector takes the signs of the member
//! `j + i`. Classes are bins of the noiseless label that are equally likely; its distribution is the
//! same for all tasks, as a feature's is symmetric.

use super::directions::{EXTENT, along, directions, inputs};
use super::stats::{bin, quantile_cuts};
use super::{Drawn, DrawnSplit, DrawnTask, Source, TaskShape, any_outputs, split_rows};
use crate::config::{Choice, Kind, Lesson, LossKind, OptionSpec, PickEntry, TaskConfig};
use crate::random::{Purpose, stream};
use rand::RngExt;
use rand_distr::StandardNormal;

pub(super) const SOURCE: Source = Source {
    // Beyond four outputs the signs come again.
    outputs: |loss| match loss {
        LossKind::Mse | LossKind::Huber => 1..=FEATURES,
        _ => any_outputs(loss),
    },
    parts: &["first family", "second family"],
    ..Source::new(PickEntry::new(
        Choice {
            key: "groups",
            label: "two families",
            help: "Many inputs; every other task reads the same four hidden features of them, the rest reads four others.",
        },
        &[NEAR, DIMS],
    ))
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
/// How fast a feature swings along its direction.
const PITCH: f64 = 1.5;
/// Labels from which the cuts between classes are taken, and their stream of [`Purpose::Data`].
const SAMPLE: usize = 8192;
const CUTS: u64 = 2;

pub(super) fn build(lesson: &Lesson) -> Drawn {
    let source = &lesson.data.source;
    let dims = source.option(&DIMS) as usize;
    let families = families(lesson.seed, dims, source.option(&NEAR));
    let tasks: Vec<Task> = lesson.tasks.iter().enumerate().map(|(k, config)| Task::new(config, k)).collect();
    let rows = split_rows(&lesson.data);
    let splits = [0, 1, 2].map(|split| {
        let x = inputs(lesson.seed, split, dims * rows[split]);
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

/// Feature values, of variance 1 / [`FEATURES`].
type Features = [f64; FEATURES];

fn feature(s: f64) -> f64 {
    let variance = (1.0 - (-2.0 * PITCH * PITCH).exp()) / 2.0;
    (PITCH * s).sin() / (FEATURES as f64 * variance).sqrt()
}

fn features(family: &[Vec<f64>], row: &[f32]) -> Features {
    std::array::from_fn(|m| family.get(m).map_or(0.0, |direction| feature(along(direction, row))))
}

/// A label by the signs of a family's member.
fn label(member: usize, features: &Features) -> f64 {
    // Entry (j, m) of a Hadamard matrix is the parity of the bits that j and m share.
    let sign = |m: usize| if (member % FEATURES & m).count_ones() % 2 == 0 { 1.0 } else { -1.0 };
    features.iter().enumerate().map(|(m, value)| sign(m) * value).sum()
}

/// The cuts between classes that are equally likely, from labels of a stream of their own.
fn cuts(classes: usize) -> Vec<f64> {
    let mut rng = stream(0, Purpose::Data, CUTS, 0);
    let mut draw = || label(0, &std::array::from_fn(|_| feature(rng.sample(StandardNormal))));
    quantile_cuts((0..SAMPLE).map(|_| draw()).collect(), classes)
}

struct Task {
    family: usize,
    member: usize,
    columns: usize,
    /// Cuts between classes; `None` for a regression.
    cuts: Option<Vec<f64>>,
}

impl Task {
    fn new(config: &TaskConfig, k: usize) -> Self {
        let shape = TaskShape::of(config);
        Self { family: k % 2, member: k / 2, columns: shape.columns, cuts: shape.classes().map(cuts) }
    }

    fn draw(&self, features: &[Vec<Features>; 2]) -> DrawnTask {
        let (mut field, mut labels) = (Vec::new(), Vec::new());
        for row in features.get(self.family).into_iter().flatten() {
            let value = label(self.member, row);
            field.push(value);
            match &self.cuts {
                Some(cuts) => labels.push(bin(cuts, value) as f32),
                None => labels.extend((0..self.columns).map(|i| label(self.member + i, row) as f32)),
            }
        }
        DrawnTask { field, labels }
    }
}
