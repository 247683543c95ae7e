//! What the page does.

use super::lesson::{Lesson, Notice};
use super::{Comparison, EngineChoice, EngineFault, EngineState, LiveChange, Timer};
use mtl_core::protocol::{Command, CurvePoint, Divergence, Engine, Frame, Picture, RaceNews, Summary};

/// Something to do, for the shell.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Start a worker; what it says is to be tagged with its number.
    StartWorker {
        /// Which engine's.
        engine: Engine,
        /// Tells this worker from those before it.
        serial: u32,
    },
    /// End the worker of an engine.
    StopWorker(Engine),
    /// Send a command to the worker of an engine, which listens.
    Post {
        /// Which engine.
        engine: Engine,
        /// The command.
        command: Box<Command>,
    },
    /// Ask the browser for a graphics processor; the answer is [`Input::Adapter`](super::Input::Adapter).
    LookForGpu,
    /// Ask whether the graphics processor's worker is built by now; the answer is
    /// [`Input::GpuBuilt`](super::Input::GpuBuilt).
    AskForGpuWorker,
    /// Start a timer, in place of one of the same name.
    Wait {
        /// Which one.
        timer: Timer,
        /// How long, in milliseconds.
        millis: f64,
    },
    /// Stop a timer.
    Cancel(Timer),
    /// Ask for an [`Input::AnimationFrame`](super::Input::AnimationFrame).
    RequestFrame(When),
    /// Draw the pictures that have changed, once it is known which ones have.
    Draw,
    /// Change what the panels read.
    Show(PageUpdate),
    /// Tell the user sentences, each about its key.
    Notify(Vec<Notice>),
    /// Confirm something for a moment.
    Say(String),
    /// Write the lesson on the page to the address.
    WriteAddress {
        /// Whether Back should lead to what was there before.
        own_place: bool,
    },
    /// Keep the engine that was chosen for the next visit.
    Remember(EngineChoice),
}

/// When a frame is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// With the browser's next one.
    Next,
    /// In so many milliseconds: a hidden page has no animation frames.
    After(f64),
}

/// A change of what the panels read.
#[derive(Clone, Debug, PartialEq)]
pub enum PageUpdate {
    /// Another lesson, or the same one with another setting.
    Lesson(Box<Lesson>),
    /// What is known of the lesson before belongs to one of another structure: take it away.
    Blank,
    /// One more lesson was opened.
    Opened,
    /// Pairs of the lesson's link that are not known here.
    Unknown(Vec<(String, String)>),
    /// Nothing of what was told is left.
    NoNotices,
    /// Whether the user wants training to go on.
    Playing(bool),
    /// Whether the lesson's story has come to its end.
    Ended(bool),
    /// The speed limit in optimiser steps per second.
    Speed(f32),
    /// What the lesson is made of.
    Summary(Box<Summary>),
    /// Where training stands.
    Frame(Frame),
    /// The step under the pointer is one of another run.
    NoCursor,
    /// New points of the curves; those that they overtake are forgotten.
    Points(Vec<CurvePoint>),
    /// What is new in a race, in order.
    Race(Vec<RaceNews>),
    /// The points after a step don't count.
    ForgetAfter(u32),
    /// No point counts.
    ForgetAll,
    /// All that was changed in the middle of the run, in the order of steps.
    Changed(Vec<LiveChange>),
    /// The newest pictures.
    Picture(Box<Picture>),
    /// Seconds per epoch of the shared model and of the separate ones, once measured.
    Cost(Option<(f32, f32)>),
    /// How far a comparison of architectures has come.
    Comparison(Box<Comparison>),
    /// Which engine computes, and why.
    Engine(EngineState),
    /// Whether, and where, the numbers have exploded.
    Diverged(Option<Divergence>),
    /// Whether, and why, the engine was given up.
    Fault(Option<EngineFault>),
}
