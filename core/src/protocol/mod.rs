//! What the page and the engine say to each other, and nothing else.
//!
//! [`Command`]s go into the worker, [`Event`]s come out, both as postcard bytes. Every event that
//! belongs to a lesson carries the `run` it was loaded under, so that the page can drop those of
//! an earlier one. Curves arrive in order and complete; pictures are latest-wins.

mod compare;
mod picture;
mod race;

pub use compare::ComparedRow;
pub use picture::{ExhibitPicture, LayerPicture, Picture};
pub use race::{RaceNews, RacePoint, RaceStart, RacerStart, SceneStart};

use crate::config::Config;
use crate::measure::relations::Held;
use crate::measure::terms::Given;
use crate::measure::transfer::TransferGain;
use serde::{Deserialize, Serialize};

/// Where the engine computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Engine {
    /// On the processor, in wasm with SIMD.
    Cpu,
    /// On the graphics processor, through WebGPU.
    Gpu,
}

impl Engine {
    /// `CPU` or `GPU`, as the page shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Gpu => "GPU",
        }
    }
}

/// What the page asks of the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Builds a lesson and waits, paused; from a snapshot, where one is given.
    Load {
        /// Number of this load; events answer with it.
        run: u32,
        /// The lesson. The engine checks it again.
        config: Config,
        /// State to go on from, of the same lesson.
        snapshot: Option<Box<Snapshot>>,
    },
    /// Trains until told otherwise.
    Play,
    /// Stops after the current step.
    Pause,
    /// Takes that many optimiser steps and pauses.
    Step(u32),
    /// Trains to the end of the current epoch and pauses.
    StepEpoch,
    /// Limits the speed, in optimiser steps per second; 0 is flat out.
    Speed(f32),
    /// Takes over the live settings of a configuration without a reset.
    Change(Config),
    /// Goes back to the last state in which every composed model was finite, and pauses.
    Rewind,
    /// Asks for a snapshot.
    Save,
    /// Trains for about that many milliseconds, forgets it, and answers with [`Event::Timed`].
    Time(u32),
    /// Measures one shared model against separate ones and answers with [`Event::Cost`].
    Cost,
    /// Trains the lesson under every architecture that fits it, one after another, and answers with
    /// [`Event::Compared`]. The lesson's own training pauses; while it goes on again, this waits.
    Compare {
        /// Epochs that each of them is trained.
        epochs: u32,
    },
    /// Ends a comparison; nothing more is told of it.
    CompareStop,
    /// The page has drawn this frame; the engine sends no more than two ahead.
    Ack(u32),
}

/// What the engine tells the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The first event: commands are understood from now on.
    Ready {
        /// Where this worker computes.
        engine: Engine,
        /// The device, in words.
        device: String,
    },
    /// The worker can't compute on its device; nothing else will come.
    Unavailable {
        /// Why, in one sentence.
        reason: String,
    },
    /// A lesson stands ready, paused.
    Loaded {
        /// Of this load.
        run: u32,
        /// What doesn't change while it trains.
        summary: Box<Summary>,
    },
    /// Where training stands.
    Frame {
        /// Of this load.
        run: u32,
        /// The frame.
        frame: Frame,
    },
    /// New points of the curves, in order.
    Curve {
        /// Of this load.
        run: u32,
        /// One or more recorded points.
        points: Vec<CurvePoint>,
    },
    /// What is new in a race, of a lesson that is one; nothing of a network is told then.
    Race {
        /// Of this load.
        run: u32,
        /// The news.
        news: Box<RaceNews>,
    },
    /// The newest pictures of the composed model.
    Picture {
        /// Of this load.
        run: u32,
        /// The picture.
        picture: Box<Picture>,
    },
    /// The state of training.
    Snapshot {
        /// Of this load.
        run: u32,
        /// The state.
        snapshot: Box<Snapshot>,
    },
    /// The composed model is no longer finite: it was reverted and training is paused.
    Diverged {
        /// Of this load.
        run: u32,
        /// What happened and where.
        divergence: Divergence,
    },
    /// Answer to [`Command::Time`].
    Timed {
        /// Of this load.
        run: u32,
        /// Optimiser steps per second.
        steps_per_second: f32,
    },
    /// Answer to [`Command::Cost`].
    Cost {
        /// Of this load.
        run: u32,
        /// Seconds per epoch of one composed model.
        shared_seconds: f32,
        /// Seconds per epoch of the single-task models, one after another.
        separate_seconds: f32,
    },
    /// How far one architecture of a comparison has come; again while it trains.
    Compared {
        /// Of this load.
        run: u32,
        /// Its numbers so far.
        row: Box<ComparedRow>,
    },
    /// A comparison is over: everyone is done.
    CompareDone {
        /// Of this load.
        run: u32,
    },
    /// Something broke; the worker should be replaced.
    Fault {
        /// What happened, in one sentence.
        sentence: String,
        /// What can be done.
        remedy: String,
    },
}

/// Rows of one split on the plane or beyond it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// Inputs, row-major `[rows, inputs]`. Only the first two inputs where there are more.
    pub inputs: Vec<f32>,
    /// Per task: targets, row-major `[rows, outputs]`; a class index for classes (one column).
    pub targets: Vec<Vec<f32>>,
    /// Per task: whether the row is labelled.
    pub labelled: Vec<Vec<bool>>,
}

/// What a lesson is made of, as built: doesn't change while it trains.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Number of inputs.
    pub inputs: usize,
    /// Whether the inputs are a plane, so that maps can be drawn over [-extent, extent]².
    pub plane: bool,
    /// Where the inputs are the pixels of a square picture, row by row: its side; otherwise 0.
    pub side: usize,
    /// The pictures of the first validation rows, `[rows, side, side]`; empty where inputs are none.
    pub pictures: Vec<f32>,
    /// Half the side of the drawn square.
    pub extent: f32,
    /// Training rows with labels as they are (noise included).
    pub train: Rows,
    /// Validation rows.
    pub valid: Rows,
    /// Optimiser steps in an epoch.
    pub steps_per_epoch: u32,
    /// Parameters of the composed model.
    pub shared_parameters: usize,
    /// Parameters of the single-task models together.
    pub separate_parameters: usize,
    /// Parameters of the shared bottom of equal size; 0 where none trains.
    pub matched_parameters: usize,
    /// Paired seeds that train.
    pub seeds: usize,
    /// Preference vectors of the fan, `[points][tasks]`, each summing to 1.
    pub fan: Vec<Vec<f32>>,
    /// Whether single-task baselines train.
    pub baselines: bool,
    /// Paired seeds on which every two tasks are trained together; 0 without such models.
    pub pairs: usize,
    /// The hypervolume's reference point: each task's validation loss under the best constant.
    pub reference: Vec<f32>,
    /// Pearson correlation of the noiseless targets, `[tasks][tasks]`; of the first outputs.
    pub correlation: Vec<Vec<f32>>,
    /// What had to be left out to stay within the memory budget, in one sentence.
    pub reduced: Option<String>,
    /// Name of the metric per task, such as `accuracy`.
    pub metrics: Vec<String>,
}

impl Summary {
    /// What there is to measure at a point of the curves.
    pub fn given(&self, point: &CurvePoint) -> Given {
        Given {
            tasks: self.reference.len(),
            baselines: self.baselines,
            pairs: self.pairs,
            fan: self.fan.len(),
            gradients: !point.gram.is_empty() && point.gram.iter().all(|product| product.is_finite()),
        }
    }
}

/// Where training stands; at most about thirty a second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Number of this frame, for [`Command::Ack`].
    pub number: u32,
    /// Optimiser steps taken.
    pub step: u32,
    /// Whole epochs trained.
    pub epoch: u32,
    /// Whether training goes on.
    pub running: bool,
    /// Optimiser steps per second, lately; 0 while paused.
    pub steps_per_second: f32,
}

/// Numbers recorded at a fixed step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Optimiser steps taken.
    pub step: u32,
    /// Whole epochs trained.
    pub epoch: u32,
    /// Per task: training loss of the composed model on the first seed, over all labelled rows,
    /// without dropout, scale and weight.
    pub train: Vec<f32>,
    /// Per task: its validation loss.
    pub valid: Vec<f32>,
    /// Per task: its validation metric (accuracy, or root mean squared error).
    pub metric: Vec<f32>,
    /// Per task: validation loss of its single-task baseline on the first seed.
    pub single: Vec<f32>,
    /// Per task: the task weight of the composed model; NaN where the balancer has none.
    pub weights: Vec<f32>,
    /// Gram matrix of the composed model's task gradients at the trunk, row-major `[T, T]`.
    /// Empty until a step was taken; NaN where a task had no label in that step's batch.
    pub gram: Vec<f32>,
    /// Per task: by how much this point's step lowers its loss, to first order: the task's gradient
    /// times the step that the optimiser took. Empty until a step was taken.
    pub decrease: Vec<f32>,
    /// How far that step moved the composed model's shared layers, as a Euclidean length; NaN until a
    /// step was taken.
    pub step_length: f32,
    /// Per task: transfer gain on validation rows.
    pub transfer: Vec<TransferGain>,
    /// Per task: validation loss of the shared bottom of equal size on the first seed; empty where none
    /// trains.
    pub matched: Vec<f32>,
    /// Per task: that model's transfer gain on validation rows.
    pub matched_transfer: Vec<TransferGain>,
    /// Validation losses of the fan, row-major `[points, T]`; NaN for dead members.
    pub fan: Vec<f32>,
    /// Validation losses of the network for the whole front at its preferences, row-major `[points, T]`;
    /// empty where none trains.
    pub conditioned: Vec<f32>,
    /// Hypervolume of the fan and the composed model.
    pub hypervolume: f64,
    /// Every measure of the composed model in the order of [`crate::measure::table::MEASURES`], as
    /// [`crate::measure::table::each`] takes them apart; NaN where there is no number.
    pub measures: Vec<f32>,
    /// Test numbers at the step of the best mean validation loss so far.
    pub best: Option<Best>,
    /// Mean affinities over the recorded steps so far, row-major `[T, T]`, a row for each task that
    /// receives; NaN where none is known, empty where they are not measured.
    pub affinity: Vec<f32>,
    /// The groups that follow from it, and those that follow from the gradients' cosines.
    pub groupings: Vec<Groups>,
    /// The declared relations with what the affinities say of them; empty where these are not measured.
    pub relations: Vec<Held>,
}

/// What a choice of groups goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupedBy {
    /// Look-ahead affinities (TAG).
    Affinity,
    /// Cosines of the task gradients.
    Cosine,
}

/// Tasks to train together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Groups {
    /// What they go by.
    pub by: GroupedBy,
    /// How many there may be.
    pub budget: usize,
    /// The tasks of each group; every task is in one.
    pub groups: Vec<Vec<usize>>,
    /// The mean over tasks of what they have from their group.
    pub score: f64,
}

/// Numbers on test rows, each model at the step of its own best mean validation loss.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// The step of the composed model's best mean validation loss, first seed.
    pub step: u32,
    /// Per task: its test loss there.
    pub test: Vec<f32>,
    /// Per task: transfer gain on test rows.
    pub transfer: Vec<TransferGain>,
}

/// The composed model has left the finite numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Divergence {
    /// The step at which it was noticed.
    pub step: u32,
    /// The task with the largest or a non-finite loss.
    pub task: usize,
    /// The layer with the largest or non-finite weights, in words.
    pub layer: String,
}

/// The whole state of training: it goes on from here on any engine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Optimiser steps taken.
    pub step: u32,
    /// Arrays of the population, by name, in the engine's own order.
    pub arrays: Vec<(String, Vec<f32>)>,
    /// What the balancers remember, as the engine keeps it.
    pub balancers: Vec<u8>,
    /// The recorder's best values so far, as the engine keeps them; of a race, all there is.
    pub best: Vec<u8>,
    /// The other populations of the lesson.
    pub beside: Vec<Snapshot>,
}
