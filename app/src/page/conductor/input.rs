//! What can happen to the page.

use super::EngineChoice;
use super::lesson::{Lesson, Notice};
use mtl_core::protocol::{Engine, Event};

/// Something that has happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The page stands: its engine can be started. To be told once, before anything else but the address.
    Opened {
        /// The engine that was pinned on an earlier visit.
        choice: EngineChoice,
        /// Whether the page was opened in a hidden tab.
        hidden: bool,
    },
    /// The user wants something.
    User(Intent),
    /// A worker has said something, or the browser about it.
    Heard {
        /// Which engine's.
        engine: Engine,
        /// The number that the worker was started under: one that was replaced may still be heard.
        serial: u32,
        /// What it said.
        event: Event,
    },
    /// The browser has refused to start a worker.
    NotStarted {
        /// Which engine's.
        engine: Engine,
        /// The number that it was to be started under.
        serial: u32,
        /// What happened, in one sentence.
        sentence: String,
    },
    /// The answer to [`LookForGpu`](super::Effect::LookForGpu): whether there is a graphics processor, or why
    /// there is none.
    Adapter(Result<(), String>),
    /// Another answer to it: there is one, and its worker is still being built.
    GpuPending,
    /// The answer to [`AskForGpuWorker`](super::Effect::AskForGpuWorker).
    GpuBuilt(bool),
    /// The frame that was asked for has come.
    AnimationFrame {
        /// Whether little motion is wanted.
        still: bool,
        /// Whether the pictures show less than the page knows.
        behind: bool,
    },
    /// The tab was hidden or shown.
    Visibility {
        /// Whether it is hidden now.
        hidden: bool,
        /// Whether training goes on there.
        background: bool,
    },
    /// A timer has come to its end.
    Timer(Timer),
}

/// What the user wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Training goes on, to the end of the story.
    Play,
    /// Training stops.
    Pause,
    /// Training goes on to an epoch and pauses there.
    PlayTo(u32),
    /// So many optimiser steps.
    Step(u32),
    /// To the end of the epoch.
    StepEpoch,
    /// Back to the last finite state.
    Rewind,
    /// Optimiser steps per second, at most; 0 is flat out.
    Speed(f32),
    /// The same lesson from its start, paused.
    Reset,
    /// Another setting of the lesson on the page, checked.
    Edit(Box<Lesson>),
    /// A lesson that was chosen or read from a file: a place of its own in the history.
    Open(Box<Opening>),
    /// The lesson that the address names now: Back, Forward, or a link that was pasted.
    Follow(Box<Opening>),
    /// Which engine computes.
    ChooseEngine(EngineChoice),
    /// The engine that was given up is started again.
    RestartEngine,
    /// A comparison of architectures.
    Compare {
        /// Epochs that each of them is trained.
        epochs: u32,
    },
    /// The comparison ends.
    StopCompare,
    /// Something else than the lesson has changed that its link names.
    LinkChanged,
    /// The address is wanted now, as it will be.
    SettleLink,
}

impl From<Intent> for Input {
    fn from(intent: Intent) -> Self {
        Self::User(intent)
    }
}

/// Another lesson, with what a reader should be told about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// The lesson.
    pub lesson: Lesson,
    /// What was wrong with it, and what is used instead.
    pub notices: Vec<Notice>,
    /// Pairs of its link that are not known here: they survive a round trip.
    pub unknown: Vec<(String, String)>,
}

/// A timer. There is one of each: to start it again puts it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Timer {
    /// Where little motion is wanted: what is new may be shown.
    Still,
    /// The browser has had time to draw.
    Drawn,
    /// A look at the engines is due.
    Consider,
    /// An engine has had its time for an answer that training waits for.
    Watchdog,
    /// The graphics processor's engine has had its time to start.
    GpuStart,
    /// It is time to ask again whether the graphics processor's worker is built.
    GpuBuilt,
    /// Input has settled: the address follows.
    Address,
}
