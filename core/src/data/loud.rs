//! GradNorm's toy: regressions of one kind, some of them far louder than others.
//!
//! Chen et al., *GradNorm: Gradient Normalization for Adaptive Loss Balancing in Deep Multitask
//! Networks*, ICML 2018, the toy example in a small version:
//!
//! 1. inputs are uniform in `[-1, 1]^dims`, divided by their length;
//! 2. labels are `y_k = σ_k tanh((B + ε_k) x)`, the tanh taken entry by entry;
//! 3. `B` is the same for all tasks, `ε_k` the task's own. Their entries are normal with *variance*
//!    10 and 3.5: the paper writes `N(0, 10)` and `N(0, 3.5)` without saying which of the two it
//!    means, and published code has taken them for standard deviations too;
//! 4. task A has `σ = 1` and task B `σ = loud`, as in the paper's example with two tasks. A further
//!    task lies between them, at `loud` to the power of 1/2, 1/4, 3/4, 1/8 in their order, so that
//!    another task changes none of those before it.
//!
//! All tasks are equally hard: what differs is the unit of their labels, and with it the size of
//! their squared error and of its gradient, by `loud` squared. Two of them share the part
//! `10 / (10 + 3.5)` of their weights' variance. There is no noise but the task's own label noise.
//!
//! Classes are bins of the first output that are equally likely; nothing about them is loud.

use super::ridge::Ridge;
use super::stats::quantile_cuts;
use super::{Drawn, DrawnSplit, DrawnTask, Source, TaskShape, split_rows};
use crate::config::{Choice, Config, Kind, OptionSpec, Paper, PickEntry, TaskConfig};
use crate::random::{Purpose, stream};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

const PAPERS: &[Paper] = &[Paper::new(
    "Chen et al.",
    2018,
    "GradNorm: Gradient Normalization for Adaptive Loss Balancing in Deep Multitask Networks",
    "https://arxiv.org/abs/1711.02257",
)];

pub(super) const SOURCE: Source = Source::new(
    PickEntry::new(
        Choice {
            key: "loud",
            label: "GradNorm's toy",
            help: "Many inputs of length one; tasks that are alike, but for the unit of their labels.",
        },
        &[LOUD, DIMS],
    )
    .by(PAPERS),
);

const LOUD: OptionSpec = OptionSpec {
    key: "loud",
    label: "loudness of B",
    help: "How many times larger task B's labels are than task A's; further tasks lie between the two.",
    kind: Kind::Number { min: 1.0, max: 1000.0, log: true, inherits: false },
    default: 100.0,
    live: false,
};

const DIMS: OptionSpec = OptionSpec {
    key: "dims",
    label: "inputs",
    help: "Number of inputs; the paper has 250.",
    kind: Kind::Integer { min: 2, max: 250, word: None },
    default: 16.0,
    live: false,
};

/// Variance of the entries of the weights that all tasks share, and of a task's own.
const SHARED: f64 = 10.0;
const OWN: f64 = 3.5;

/// Half the side of the square that holds all inputs.
const EXTENT: f32 = 1.0;

/// Streams of [`Purpose::Data`]: inputs by split, shared weights by output, and from the last on each
/// task's own weights by output.
const INPUTS: u64 = 0;
const SHARED_WEIGHTS: u64 = 1;
const OWN_WEIGHTS: u64 = 2;

/// Rows that stand for all inputs when classes are cut, and their stream, after the splits'.
const SAMPLE: usize = 4096;
const SAMPLE_STREAM: u64 = 3;

pub(super) fn build(config: &Config) -> Drawn {
    let source = &config.data.source;
    let dims = (source.option(&DIMS) as usize).max(1);
    let loud = LOUD.clamp(source.option(&LOUD));
    let inputs = |rows: usize, index: u64| directions(rows, dims, stream(config.seed, Purpose::Data, INPUTS, index));
    let sample = inputs(SAMPLE, SAMPLE_STREAM);
    let task = |(k, settings)| Task::new(settings, k, config.seed, loud.powf(place(k)), dims).cut(settings, &sample);
    let tasks: Vec<Task> = config.tasks.iter().enumerate().map(task).collect();
    let rows = split_rows(&config.data);
    let splits = [0, 1, 2].map(|split| {
        let x = inputs(rows[split], split as u64);
        let tasks = tasks.iter().map(|task| task.draw(&x)).collect();
        DrawnSplit { rows: rows[split], x, tasks }
    });
    Drawn { inputs: dims, extent: EXTENT, splits }
}

/// Rows uniform in the cube and divided by their length, row-major `[rows, dims]`.
fn directions(rows: usize, dims: usize, mut rng: ChaCha8Rng) -> Vec<f32> {
    let mut row = || loop {
        let x: Vec<f64> = (0..dims).map(|_| rng.random_range(-1.0..1.0)).collect();
        let length = x.iter().map(|x| x * x).sum::<f64>().sqrt();
        // What is nearly zero has no direction to speak of.
        if length > 1e-6 {
            break x.into_iter().map(move |x| (x / length) as f32);
        }
    };
    (0..rows).flat_map(|_| row()).collect()
}

/// A task's weights, and how loud it is.
struct Task {
    ridge: Ridge,
    sigma: f64,
}

impl Task {
    /// The `k`-th task, of which classes are not cut yet.
    fn new(settings: &TaskConfig, k: usize, seed: u32, sigma: f64, dims: usize) -> Self {
        let normal = |first: u64, output: usize| {
            let mut rng = stream(seed, Purpose::Data, first, output as u64);
            (0..dims).map(move |_| rng.sample::<f64, _>(StandardNormal))
        };
        let weights = |output: usize| {
            let own = normal(OWN_WEIGHTS + k as u64, output);
            normal(SHARED_WEIGHTS, output).zip(own).map(|(b, e)| SHARED.sqrt() * b + OWN.sqrt() * e).collect()
        };
        let weights = (0..TaskShape::of(settings).columns).map(weights).collect();
        Self { ridge: Ridge { weights, cuts: None }, sigma }
    }

    /// The same with classes that are equally likely over a sample of inputs, `[n, dims]`.
    fn cut(mut self, settings: &TaskConfig, sample: &[f32]) -> Self {
        let cuts = |classes| quantile_cuts(self.draw(sample).field, classes);
        self.ridge.cuts = TaskShape::of(settings).classes().map(cuts);
        self
    }

    /// Labels over rows of inputs, `[rows, dims]`.
    fn draw(&self, x: &[f32]) -> DrawnTask {
        self.ridge.draw(x, |s| self.sigma * s.tanh(), || 0.0)
    }
}

/// Where a task lies between A at 0 and B at 1. Further ones halve the widest gap that is left
/// (van der Corput's sequence: the binary digits of 1, 2, 3, ... mirrored behind the point).
fn place(k: usize) -> f64 {
    match k {
        0 => 0.0,
        1 => 1.0,
        _ => f64::from((k as u32 - 1).reverse_bits()) / 2.0_f64.powi(32),
    }
}
