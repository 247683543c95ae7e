//! What the page knows of its workers and shows nobody: no signals, only the state of the talk.

use super::bridge::Bridge;
use super::pump::Batch;
use super::state::Page;
use leptos::prelude::*;
use mtl_core::config::Config;
use mtl_core::protocol::{Command, Engine, Event, Snapshot};
use std::rc::Rc;

/// What is going on between the two engines. Between measurements and moves nothing is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Phase {
    /// Nothing: the engine in charge trains or waits.
    #[default]
    Quiet,
    /// The other engine builds the lesson and takes its first steps, which don't count.
    Warming,
    /// The engine in charge is timed, training is held.
    Timing,
    /// The other engine is timed, training is held.
    TimingOther {
        /// Steps per second of the engine in charge.
        mine: f32,
    },
    /// The engine in charge was asked for its state.
    Saving,
    /// The other engine was given that state.
    Moving,
}

impl Phase {
    /// Whether training is held while this lasts.
    pub fn holds(self) -> bool {
        !matches!(self, Self::Quiet | Self::Warming)
    }

    /// Whether a run is being handed over.
    pub fn hands_over(self) -> bool {
        matches!(self, Self::Saving | Self::Moving)
    }
}

/// Both engines' speeds on a lesson of some shape.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measured {
    /// The lesson without what doesn't change its cost.
    pub shape: Config,
    /// Steps per second on the processor.
    pub cpu: f32,
    /// Steps per second on the graphics processor.
    pub gpu: f32,
}

/// The state of the talk with the workers.
pub(super) struct Desk {
    cpu: Option<Bridge>,
    gpu: Option<Bridge>,
    /// The engine in charge.
    pub active: Engine,
    /// What is going on between the two.
    pub phase: Phase,
    /// Counts phases, so that a watchdog knows its own.
    pub phases: u32,
    /// Commands that wait until the run is handed over.
    pub deferred: Vec<Command>,
    /// The last state of training that arrived, of the lesson that is shown.
    pub snapshot: Option<Box<Snapshot>>,
    /// Speeds, once measured.
    pub measured: Option<Measured>,
    /// The lesson on the page has to be built anew.
    pub wants_load: bool,
    /// Live settings have changed.
    pub wants_change: bool,
    /// What the workers have said and the page has not yet taken in.
    pub inbox: Vec<(Engine, u32, Event)>,
    /// A frame has been asked for.
    pub scheduled: bool,
    /// A look at the engines has been asked for.
    pub considering: bool,
    /// Since when the user has left the engine alone, in milliseconds.
    pub touched: f64,
    /// When an engine was last replaced by itself.
    pub replaced: f64,
    /// What waits to be shown because little motion is wanted.
    pub held: Option<Batch>,
    /// When something was last shown.
    pub shown: f64,
    /// The epoch that is played to, where one was asked for.
    pub target: Option<u32>,
    /// The engine was asked to go back: points after its next frame don't count.
    pub rewinding: bool,
    /// The seconds per epoch were asked for.
    pub costed: bool,
    runs: u32,
    serials: u32,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            cpu: None,
            gpu: None,
            active: Engine::Cpu,
            phase: Phase::Quiet,
            phases: 0,
            deferred: Vec::new(),
            snapshot: None,
            measured: None,
            wants_load: false,
            wants_change: false,
            inbox: Vec::new(),
            scheduled: false,
            considering: false,
            touched: 0.0,
            replaced: f64::NEG_INFINITY,
            held: None,
            shown: f64::NEG_INFINITY,
            target: None,
            rewinding: false,
            costed: false,
            runs: 0,
            serials: 0,
        }
    }
}

/// The other one of the two.
pub(super) fn other(engine: Engine) -> Engine {
    match engine {
        Engine::Cpu => Engine::Gpu,
        Engine::Gpu => Engine::Cpu,
    }
}

impl Desk {
    fn slot(&mut self, engine: Engine) -> &mut Option<Bridge> {
        match engine {
            Engine::Cpu => &mut self.cpu,
            Engine::Gpu => &mut self.gpu,
        }
    }

    /// The worker of an engine.
    pub fn bridge(&mut self, engine: Engine) -> Option<&mut Bridge> {
        self.slot(engine).as_mut()
    }

    /// Whether an engine's worker listens.
    pub fn is_ready(&mut self, engine: Engine) -> bool {
        self.bridge(engine).is_some_and(|bridge| bridge.is_ready())
    }

    /// Starts the worker of an engine, in place of one that it may have had.
    pub fn start(&mut self, engine: Engine, inbox: impl Fn(u32, Event) + 'static) -> Result<(), String> {
        self.serials += 1;
        let serial = self.serials;
        let bridge = Bridge::start(engine, serial, Rc::new(move |event| inbox(serial, event)))?;
        *self.slot(engine) = Some(bridge);
        Ok(())
    }

    /// Ends the worker of an engine.
    pub fn stop(&mut self, engine: Engine) {
        *self.slot(engine) = None;
    }

    /// Sends a command to an engine, if it has a worker.
    pub fn post(&mut self, engine: Engine, command: Command) {
        if let Some(bridge) = self.bridge(engine) {
            bridge.send(command);
        }
    }

    /// Sends a command to the engine in charge.
    pub fn post_active(&mut self, command: Command) {
        self.post(self.active, command);
    }

    /// Lets an engine play: to the epoch that was asked for, or on and on.
    pub fn post_play(&mut self, engine: Engine) {
        let command = self.target.map_or(Command::Play, Command::PlayTo);
        self.post(engine, command);
    }

    /// Another phase; returns its number.
    pub fn enter(&mut self, phase: Phase) -> u32 {
        self.phase = phase;
        self.phases += 1;
        self.phases
    }

    /// A number for the next load; numbers never repeat, so nothing of an earlier load is mistaken
    /// for this one's.
    pub fn next_run(&mut self) -> u32 {
        self.runs += 1;
        self.runs
    }
}

/// Uses the desk. Nothing in `f` may use it again.
pub(super) fn with<R: Default>(page: Page, f: impl FnOnce(&mut Desk) -> R) -> R {
    page.desk.try_update_value(f).unwrap_or_default()
}

/// Milliseconds since the page was opened.
pub(super) fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// A lesson without what doesn't change how long a step takes: two lessons of one shape need to be
/// measured once.
pub(super) fn shape(config: &Config) -> Config {
    let mut shape = config.unpaced();
    (shape.preset, shape.seed) = (String::new(), 0);
    let training = &mut shape.training;
    (training.learning_rate, training.momentum, training.weight_decay) = (0.0, 0.0, 0.0);
    for task in &mut shape.tasks {
        task.target = String::new();
        (task.related, task.noise, task.scale, task.weight, task.rate) = (0.0, 0.0, 0.0, 0.0, 0.0);
        (task.labelled, task.weight_decay) = (0, None);
    }
    shape
}
