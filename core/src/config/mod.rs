//! What a lesson is made of, unchecked: the ground that every other room stands on.
//!
//! [`Config`] and its parts are plain values; [`Kind`] and [`Value`] say what a setting admits and how it is
//! written; a [`Pick`] names a method of some table with its options. Nothing here knows which methods
//! there are: the tables stand in the rooms of the field, and `lesson` puts them together and checks.

pub(crate) mod bytes;
pub(crate) mod kind;
pub(crate) mod layer;
pub(crate) mod number;
mod paper;
mod pick;
pub(crate) mod relations;

pub(crate) use bytes::MARK;
pub use kind::{Choice, Kind, Notice, Value};
pub use layer::{
    ACTIVATIONS, Activation, LAYER_DROPOUT, LAYER_WIDTH, LayerConfig, MAX_DROPOUT, MAX_HEAD, MAX_TRUNK, MAX_WIDTH,
};
pub use paper::Paper;
pub use pick::{OptionSpec, Pick, PickEntry};
pub use relations::{Declared, RELATION_KEYS, RELATIONS, Relation};

use serde::{Deserialize, Serialize};

/// The most tasks that a lesson may have: as many as the palette has colours.
pub const MAX_TASKS: usize = 6;

/// A lesson as it was written down: nothing in it has been checked yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Key of the lesson that this configuration started from; a link names what differs from it.
    pub preset: String,
    /// Seed of everything random: data, initial values, batches, dropout.
    pub seed: u32,
    /// Where inputs and targets come from, and how many rows there are.
    pub data: DataConfig,
    /// One to six tasks over the same inputs.
    pub tasks: Vec<TaskConfig>,
    /// How layers are shared between tasks.
    pub architecture: Pick,
    /// The shared layers, first to last.
    pub trunk: Vec<LayerConfig>,
    /// How the tasks are weighted against each other.
    pub balancer: Pick,
    /// What is done with a balancer's answer, whichever it is.
    pub sharing: SharingConfig,
    /// Optimiser, rate, schedule, regularisation, batches.
    pub training: TrainingConfig,
    /// Which models train in addition to the composed one.
    pub population: PopulationConfig,
    /// How the fan's models look for the points of their preferences.
    pub preference: Pick,
    /// Which tasks are trained when.
    pub strategy: Pick,
    /// How fast it is shown, and until when.
    pub pacing: PaceConfig,
}

/// Where inputs and targets come from, and how many rows there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataConfig {
    /// The generator, with its options.
    pub source: Pick,
    /// Rows to train on.
    pub train_rows: usize,
    /// Held-out rows for curves, best steps and the Pareto plane.
    pub valid_rows: usize,
    /// Held-out rows for the final numbers.
    pub test_rows: usize,
}

/// What a task's loss is, and with it what kind of task it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LossKind {
    /// Regression, mean squared error.
    Mse,
    /// Regression, Huber loss with threshold 1: quadratic near zero, linear beyond.
    Huber,
    /// Two classes, binary cross-entropy on one logit.
    Bce,
    /// Several classes, cross-entropy on a logit per class.
    Ce,
}

impl LossKind {
    /// Whether the targets are numbers rather than classes.
    pub fn is_regression(self) -> bool {
        matches!(self, Self::Mse | Self::Huber)
    }
}

/// One task: its target over the shared inputs, its labels, its loss and its head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskConfig {
    /// Loss, and with it the kind of the task.
    pub loss: LossKind,
    /// Key of the target function (see `data::targets`).
    pub target: String,
    /// Numbers predicted per row: dimensions of a regression, classes of a multiclass task.
    /// Always one for a binary task.
    pub outputs: usize,
    /// Relatedness to task A in [-1, 1]: 0 keeps the task's own target, 1 is A's target,
    /// -1 is A's mirror image. Ignored for task A.
    pub related: f64,
    /// Label noise on training rows: standard deviation (regression) or flip probability (classes).
    pub noise: f64,
    /// Factor on the task's loss while training; curves show the loss without it.
    pub scale: f64,
    /// Training rows that carry this task's label; 0 means all of them.
    pub labelled: usize,
    /// Task weight under the manual balancer.
    pub weight: f64,
    /// Factor on the learning rate for the task's private layers.
    pub rate: f64,
    /// Weight decay of the private layers; `None` inherits the lesson's.
    pub weight_decay: Option<f64>,
    /// Dropout in the private layers; `None` inherits the lesson's.
    pub dropout: Option<f64>,
    /// Private hidden layers before the task's output.
    pub head: Vec<LayerConfig>,
    /// Epoch at which the task joins a curriculum.
    pub from: usize,
    /// Epoch at which it leaves; 0 for never.
    pub until: usize,
    /// Whether the trunk learns it before it is transferred.
    pub source: bool,
    /// The group that it shares a trunk with, where groups have trunks of their own.
    pub group: usize,
    /// What is declared of it and of each task before it, by their place; see [`Config::relation`].
    pub relations: [Relation; MAX_TASKS - 1],
}

/// What task weights do to the heads. Codebases differ here without saying so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Heads {
    /// As each balancer was published.
    Published,
    /// Every head's gradient is multiplied by its task's weight.
    Weighed,
    /// Every head takes its own task's gradient as it is.
    Plain,
}

/// How long the combined gradient of the shared layers is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Norm {
    /// As the balancer has it.
    Own,
    /// As long as the mean of the task gradients.
    Mean,
    /// As long as their sum.
    Sum,
}

/// What is done with a balancer's answer, whichever it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharingConfig {
    /// Steps between two questions to the balancer; in between, its last weights hold.
    pub refresh: usize,
    /// Share of the weights before in the weights now (the smoothing of CR-MOGM, Zhou et al. 2022).
    pub smoothing: f64,
    /// What the weights do to the heads.
    pub heads: Heads,
    /// How long the combined gradient is made.
    pub norm: Norm,
}

impl Default for SharingConfig {
    /// Everything as published.
    fn default() -> Self {
        Self { refresh: 1, smoothing: 0.0, heads: Heads::Published, norm: Norm::Own }
    }
}

/// Which rule turns gradients into steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Optimiser {
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// Adam; weight decay is added to the gradient.
    Adam,
    /// Adam with decoupled weight decay.
    AdamW,
    /// RMSprop.
    RmsProp,
}

/// How the learning rate changes over epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schedule {
    /// Stays as it is.
    Constant,
    /// Half a cosine from the rate to zero over the horizon.
    Cosine,
    /// Divided by ten at half and again at three quarters of the horizon.
    Step,
    /// Rises linearly over the first tenth of the horizon, then stays.
    Warmup,
}

/// How gradients are clipped, per member and once, after aggregation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Clip {
    /// Not at all.
    None,
    /// Each entry to [-c, c].
    Value,
    /// The member's whole gradient to norm c.
    Norm,
}

/// Optimiser, rate, schedule, regularisation and batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingConfig {
    /// The optimiser.
    pub optimiser: Optimiser,
    /// Momentum (SGD), first decay rate (Adam, AdamW) or none of both (RMSprop: 0 for off).
    pub momentum: f64,
    /// Learning rate.
    pub learning_rate: f64,
    /// How the rate changes.
    pub schedule: Schedule,
    /// Epochs over which the schedule runs.
    pub horizon: usize,
    /// Weight decay; not applied to biases and norms.
    pub weight_decay: f64,
    /// Dropout after every hidden layer that doesn't say otherwise.
    pub dropout: f64,
    /// Gradient clipping.
    pub clip: Clip,
    /// The clipping threshold.
    pub clip_at: f64,
    /// Rows per optimiser step; 0 means all of them.
    pub batch: usize,
}

/// How fast training is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pace {
    /// As fast as it can be followed: even at first, then each time span as long as the past.
    Story,
    /// Four times as fast.
    Four,
    /// Sixteen times as fast.
    Sixteen,
    /// As fast as the machine can, past the story's end.
    Flat,
}

impl Pace {
    /// How many times the story pace it is; none for as fast as the machine can.
    pub fn factor(self) -> Option<f64> {
        match self {
            Self::Story => Some(1.0),
            Self::Four => Some(4.0),
            Self::Sixteen => Some(16.0),
            Self::Flat => None,
        }
    }
}

/// How fast a lesson is shown, and until when. Nothing that is learned depends on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaceConfig {
    /// How fast.
    pub pace: Pace,
    /// Epochs a second at the start of the story pace.
    pub base: f64,
    /// The epoch at which the lesson's story ends: play pauses there; 0 for never.
    pub story: usize,
}

impl Default for PaceConfig {
    /// Eight epochs a second, for 200 epochs.
    fn default() -> Self {
        Self { pace: Pace::Story, base: 8.0, story: 200 }
    }
}

/// What the network is that learns a task alone: what a transfer gain is a gain over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Baseline {
    /// What makes the gain a question of company: of the same size where the architecture has over a tenth more
    /// parameters than a shared bottom of its layers, else of the same layers.
    #[default]
    Fair,
    /// The lesson's shared layers and one head.
    SameLayers,
    /// The same with all shared widths scaled, to as many parameters as the composed network has.
    SameSize,
    /// The composed network itself under the loss of one task.
    SameArchitecture,
}

/// What differs from seed to seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Varies {
    /// Initial values, batches and dropout; all seeds see the same rows.
    Training,
    /// The rows too: each paired seed has a draw of its own from the generator.
    #[default]
    Data,
}

/// Which models train in addition to the composed one, in lockstep with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PopulationConfig {
    /// Paired seeds of the composed model and its baselines.
    pub seeds: usize,
    /// Members with fixed preferences along the Pareto front. With two tasks that many points;
    /// with more the largest simplex lattice that needs no more members.
    pub fan: usize,
    /// Whether single-task baselines train: without them there is no transfer to show.
    pub baselines: bool,
    /// What the network is that learns a task alone.
    pub baseline: Baseline,
    /// What differs from seed to seed.
    pub varies: Varies,
    /// Whether one network that reads a preference trains for the whole front.
    pub conditioned: bool,
    /// Concentration of the preferences that it is shown: below 1 rather extreme ones, above rather even.
    pub concentration: f64,
    /// How strongly its answers to different preferences are kept apart.
    pub spread: f64,
    /// Whether a shared bottom of equal size trains in addition to another architecture.
    pub matched: bool,
    /// Whether look-ahead steps of every task measure which tasks help which.
    pub affinity: bool,
    /// Whether a model of every two tasks trains, on every seed: with the baselines it says which
    /// task gains from which.
    pub pairs: bool,
}

impl Default for DataConfig {
    /// Targets over the plane, 240 rows in every split.
    fn default() -> Self {
        Self { source: Pick::new("plane"), train_rows: 240, valid_rows: 240, test_rows: 240 }
    }
}

impl Default for TrainingConfig {
    /// AdamW in batches of 60. Weight decay bounds the logits, so that held-out losses settle and a gain
    /// means the same early and late.
    fn default() -> Self {
        Self {
            optimiser: Optimiser::AdamW,
            momentum: 0.9,
            learning_rate: 0.03,
            schedule: Schedule::Constant,
            horizon: 200,
            weight_decay: 0.05,
            dropout: 0.0,
            clip: Clip::None,
            clip_at: 1.0,
            batch: 60,
        }
    }
}

impl Default for PopulationConfig {
    /// Five paired seeds with their baselines, each on rows of its own, and a fan of eleven.
    fn default() -> Self {
        Self {
            seeds: 5,
            fan: 11,
            baselines: true,
            baseline: Baseline::Fair,
            varies: Varies::Data,
            conditioned: false,
            concentration: 1.0,
            spread: 0.01,
            matched: false,
            affinity: false,
            pairs: false,
        }
    }
}

impl Default for TaskConfig {
    fn default() -> Self {
        Self {
            loss: LossKind::Bce,
            target: "circle".into(),
            outputs: 1,
            related: 0.0,
            noise: 0.0,
            scale: 1.0,
            labelled: 0,
            weight: 1.0,
            rate: 1.0,
            weight_decay: None,
            dropout: None,
            head: Vec::new(),
            from: 0,
            until: 0,
            source: false,
            group: 1,
            relations: [Relation::Undeclared; MAX_TASKS - 1],
        }
    }
}

impl Config {
    /// The configuration without its pace: two that differ in nothing else learn the same.
    pub fn unpaced(&self) -> Self {
        Self { pacing: PaceConfig::default(), ..self.clone() }
    }
}

/// A task's letter, as the page calls it.
///
/// ```
/// assert_eq!(mtl_core::config::task_name(1), "B");
/// ```
pub fn task_name(task: usize) -> &'static str {
    ["A", "B", "C", "D", "E", "F"].get(task).copied().unwrap_or("?")
}
