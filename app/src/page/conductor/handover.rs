//! Handing a run over from one engine to the other.
//!
//! The engine in charge is paused and asked for its state; the other one builds the lesson from it and is in
//! charge once it has. What the user does meanwhile waits for it. Training is held in between, and while the
//! engines are timed, so an engine that doesn't answer is given up after a while.

use super::{Conductor, Effect, Timer, Unsent, other};
use mtl_core::config::Config;
use mtl_core::protocol::{Command, Engine, SavedState};

/// How long an engine may take to answer a timing or a hand-over, in milliseconds.
const PATIENCE: f64 = 15_000.0;

/// How long after a lesson stands the engines are looked at, in milliseconds.
pub(super) const AFTER_LOAD: f64 = 300.0;

/// What is going on between the two engines.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Handover {
    /// Nothing: the engine in charge trains or waits.
    #[default]
    Quiet,
    /// The other engine builds the lesson and takes its first steps, which don't count.
    Warming,
    /// The engine in charge is timed, training is held.
    TimingActive,
    /// The other engine is timed, training is held.
    TimingOther {
        /// Steps per second of the engine in charge.
        mine: f32,
    },
    /// The engine in charge was asked for its state.
    Saving {
        /// Commands of the user, for the engine to come.
        waiting: Vec<Command>,
    },
    /// The other engine was given that state.
    Moving {
        /// The step at which the state was taken.
        step: u32,
        /// Commands of the user, for the engine to come.
        waiting: Vec<Command>,
    },
}

impl Handover {
    /// Whether training is held while this lasts.
    pub fn holds(&self) -> bool {
        !matches!(self, Self::Quiet | Self::Warming)
    }

    /// Whether a run is being handed over.
    pub fn hands_over(&self) -> bool {
        matches!(self, Self::Saving { .. } | Self::Moving { .. })
    }

    /// Where commands wait while a run is being handed over.
    pub(super) fn waiting(&mut self) -> Option<&mut Vec<Command>> {
        match self {
            Self::Saving { waiting } | Self::Moving { waiting, .. } => Some(waiting),
            _ => None,
        }
    }

    /// The commands that have waited so far, where the state was asked for.
    fn saving(&mut self) -> Option<Vec<Command>> {
        match self {
            Self::Saving { waiting } => Some(std::mem::take(waiting)),
            _ => None,
        }
    }

    /// The commands that have waited.
    fn into_waiting(self) -> Vec<Command> {
        match self {
            Self::Saving { waiting } | Self::Moving { waiting, .. } => waiting,
            _ => Vec::new(),
        }
    }
}

impl Conductor {
    /// Something else goes on between the engines; what went on before. As long as training is held a timer
    /// watches over it.
    pub(super) fn enter(&mut self, next: Handover) -> Handover {
        let before = std::mem::replace(&mut self.handover, next);
        if self.handover.holds() {
            self.wait(Timer::Watchdog, PATIENCE);
        } else if before.holds() {
            self.emit(Effect::Cancel(Timer::Watchdog));
        }
        before
    }

    /// Nothing goes on between the engines any more; the commands that have waited.
    pub(super) fn enter_quiet(&mut self) -> Vec<Command> {
        self.enter(Handover::Quiet).into_waiting()
    }

    /// Training that was held goes on, on the engine in charge.
    pub(super) fn resume(&mut self) {
        let waiting = self.enter_quiet();
        self.go_on(waiting);
    }

    /// Lets the engine in charge do what the user wants, and what has waited for it.
    pub(super) fn go_on(&mut self, waiting: Vec<Command>) {
        if self.playing {
            self.post_play(self.active);
        }
        for command in waiting {
            self.post(self.active, command);
        }
    }

    /// Asks the engine in charge for its state, to be given to the other one.
    pub(super) fn hand_over(&mut self) {
        self.start_worker(other(self.active));
        self.send_unsent(true);
        self.enter(Handover::Saving { waiting: Vec::new() });
        self.post(self.active, Command::Pause);
        self.post(self.active, Command::Save);
    }

    /// The state of training has arrived.
    ///
    /// The engine sends some by itself. Only the one that was requested is surely the newest, and a state from
    /// between is as good: the curves are cut to it.
    pub(super) fn saved(&mut self, snapshot: SavedState) {
        let step = snapshot.step;
        self.snapshot = Some(snapshot);
        let Some(waiting) = self.handover.saving() else { return };
        self.enter(Handover::Moving { step, waiting });
        let (config, snapshot) = (Config::clone(&self.lesson), self.snapshot.clone());
        let settings = self.settings_to(Some(step));
        self.moving.clone_from(&settings);
        let run = self.next_run();
        self.post(other(self.active), Command::Load { run, config, snapshot, settings, data: None });
    }

    /// An engine has built its lesson.
    pub(super) fn loaded(&mut self, engine: Engine) {
        self.refresh();
        if engine == self.active {
            self.consider_soon(AFTER_LOAD);
        } else if let Handover::Moving { step, .. } = self.handover {
            self.arrive(engine, step);
        }
    }

    /// The other engine has built the run that was handed over: it is in charge now.
    fn arrive(&mut self, engine: Engine, step: u32) {
        self.active = engine;
        self.settings = std::mem::take(&mut self.moving);
        // Live settings may have changed while the run was on its way.
        self.unsent = Unsent::Change;
        self.post(engine, Command::Speed(self.speed));
        self.forget_after(step);
        self.go_on_from(step);
        let waiting = self.enter_quiet();
        // What the other engine compares is its own business.
        self.pass_comparison_on(&waiting);
        self.post(other(engine), Command::CompareStop);
        self.go_on(waiting);
        self.send_unsent(true);
        self.refresh();
        self.consider_soon(AFTER_LOAD);
    }

    /// An engine that doesn't answer must not hold training for ever.
    pub(super) fn too_late(&mut self) {
        if !self.handover.holds() {
            return;
        }
        let idle = other(self.active);
        self.fault(idle, format!("The {} engine did not answer in time.", idle.name()), String::new());
    }
}
