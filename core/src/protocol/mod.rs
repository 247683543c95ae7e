//! What the page and the engine say to each other, and nothing else.
//!
//! [`Command`]s go into the worker, [`Event`]s come out, both as postcard bytes. Every event that
//! belongs to a lesson carries the `run` it was loaded under, so that the page can drop those of
//! an earlier one. Curves arrive in order and complete; pictures are latest-wins.

mod compare;
mod picture;
mod point;
mod race;
mod saved;
mod summary;

pub use compare::ComparedRow;
pub use picture::{LayerPicture, LearnedMatrixPicture, Picture};
pub use point::{Best, CurvePoint, Gains, GroupedBy, Groups, MOST_OF_SEEDS, MOST_POINTS};
pub use race::{RaceNews, RacePoint, RaceStart, RacerStart, SceneStart};
pub use saved::{SavedState, Snapshot};
pub use summary::{Rows, Summary};

use crate::config::Config;
use crate::data::Table;
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

/// A command of the page to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Builds a lesson and waits, paused; from a snapshot, where one is given.
    Load {
        /// Number of this load; events answer with it.
        run: u32,
        /// The lesson. The engine checks it again.
        config: Config,
        /// State to go on from, of the same lesson.
        snapshot: Option<SavedState>,
        /// What was changed before that state: the settings from the start on, and those after each change. Empty
        /// where they always were the lesson's.
        settings: Vec<SettingsFrom>,
        /// Rows to train on in place of generated ones.
        data: Option<Table>,
    },
    /// Trains at the lesson's pace, until told otherwise or to the end of the lesson's story, and
    /// answers that with [`Event::Arrived`].
    Play,
    /// Trains at the lesson's pace to the start of this epoch, exactly, pauses there and answers with
    /// [`Event::Arrived`]; to the end of the story where that comes first.
    PlayTo(u32),
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
    /// Goes to the state after that many steps of the run and pauses there: back by a state that was kept and the steps
    /// since then, forward by training. On the CPU it is exactly the state that was, on a GPU up to rounding. What was
    /// learned later is still known, and play takes the same steps again, with the changes that were made there, until
    /// something is changed.
    GoTo {
        /// Optimiser steps from the start.
        step: u32,
        /// The settings of the run from its start on, where they are to be others than they were: the run is then
        /// the one that these would have given.
        settings: Option<Vec<SettingsFrom>>,
    },
    /// Requests a snapshot.
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
        snapshot: SavedState,
    },
    /// The composed model is no longer finite: it was reverted and training is paused.
    Diverged {
        /// Of this load.
        run: u32,
        /// What happened and where.
        divergence: Divergence,
    },
    /// After a [`Command::Change`] of what is learned, or a [`Command::Rewind`] that moves or forgets one: the settings
    /// that hold, and the step since when. What was known of later steps doesn't count any more.
    Changed {
        /// Of this load.
        run: u32,
        /// The settings, and since when.
        settings: Box<SettingsFrom>,
        /// Whether the run has begun anew with them, as a race does that another balancer joins: nothing of before
        /// counts.
        anew: bool,
    },
    /// States to go back to take more memory than there is for them: some were given up, and going back may take
    /// longer. Told once a load.
    Thinned {
        /// Of this load.
        run: u32,
        /// How many are kept.
        states: u32,
    },
    /// Answer to [`Command::Time`].
    Timed {
        /// Of this load.
        run: u32,
        /// Optimiser steps per second of training alone.
        steps_per_second: f32,
        /// Seconds by which a step lasts longer that is recorded; 0 of a race.
        record_seconds: f32,
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
    /// A comparison is over: every architecture is done.
    CompareDone {
        /// Of this load.
        run: u32,
    },
    /// Play has come to where it pauses by itself.
    Arrived {
        /// Of this load.
        run: u32,
        /// Which [`Command::Play`] or [`Command::PlayTo`] since the load that was, counted from 1.
        play: u32,
        /// Whether that is the end of the lesson's story.
        story: bool,
    },
    /// Something broke; the worker should be replaced.
    Fault {
        /// What happened, in one sentence.
        sentence: String,
        /// What can be done.
        remedy: String,
    },
}

/// Settings of a run, and the step after which they hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettingsFrom {
    /// Optimiser steps that were taken under the settings before; 0 of the first ones.
    pub step: u32,
    /// The settings.
    pub config: Config,
}

impl SettingsFrom {
    /// Takes in settings that were changed: those that held later don't any more.
    pub fn follow(all: &mut Vec<Self>, new: Self) {
        all.retain(|from| from.step <= new.step);
        match all.as_mut_slice() {
            [_, .., last] if last.step == new.step && Self::leaves_nothing(&last.config, &new.config) => *last = new,
            _ => all.push(new),
        }
    }

    /// Whether settings under which nothing was trained leave no trace when others take their place: what balancers
    /// remember goes where these change. The first settings of a run always leave one: its initial losses were taken
    /// under them.
    pub fn leaves_nothing(old: &Config, new: &Config) -> bool {
        (&old.balancer, &old.preference, &old.sharing) == (&new.balancer, &new.preference, &new.sharing)
    }
}

/// Where training stands; at most some fifteen a second.
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
    /// Whether the machine can't keep the lesson's pace.
    pub behind: bool,
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
