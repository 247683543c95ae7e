//! The page's talk with its workers as a pure machine: what happens goes in, what is to be done comes out.
//!
//! [`Conductor::on`] takes an [`Input`] (what the user wants, what a worker says, a timer, a frame) with the
//! time at which it happened and answers with [`Effect`]s, in order. Nothing in this room knows the browser,
//! signals or a clock, so native tests replay what would otherwise need two workers and luck: an engine that
//! breaks while a run is handed over, a tab that is hidden in the middle of a measurement.
//!
//! The shell outside turns happenings of the browser into inputs and carries effects out.
//!
//! * [`Input`], [`Intent`], [`Timer`]: what goes in; [`Effect`], [`PageUpdate`]: what comes out;
//! * `worker_link`: one worker as the page knows it;
//! * `inbox`, `batch`: what the workers said, and when it is shown;
//! * `playing`, `loading`: what the user does to the run and to the lesson; [`changes`](LiveChange): what was changed
//!   in the middle of a run;
//! * `engine_choice`, `handover`: which engine computes, and how a run moves to it; `reason`: why, in words;
//! * `faults`: engines that break;
//! * `comparison`: architectures side by side;
//! * `lesson`: what of a lesson matters to all this; [`curves`], `shown`: what the panels read.

mod batch;
mod changes;
mod comparison;
mod effect;
mod engine_choice;
mod faults;
mod handover;
mod inbox;
mod input;
mod lesson;
mod loading;
mod playing;
mod reason;
mod shown;
mod worker_link;

pub mod curves;

#[cfg(test)]
mod tests;

pub use changes::{ChangedSetting, LiveChange};
pub use comparison::Comparison;
pub use effect::{Effect, PageUpdate, When};
pub use handover::Handover;
pub use input::{Input, Intent, Opening, Timer};
pub use shown::{EngineChoice, EngineFault, EngineState, GpuState, RaceState};

use batch::Batch;
use changes::Changes;
use engine_choice::Measured;
use inbox::{Acknowledgement, Heard};
use lesson::Lesson;
use mtl_core::protocol::{Command, Engine, Frame, SavedState, SettingsFrom};
use worker_link::WorkerLink;

/// What of the lesson on the page the engine in charge has not been sent yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Unsent {
    /// Nothing.
    #[default]
    Nothing,
    /// Live settings.
    Change,
    /// The whole lesson: it has to be built anew.
    Load,
}

/// All that the page knows of its workers and of what the user wants of them.
#[derive(Debug)]
pub struct Conductor {
    /// When the input that is being answered happened, in milliseconds.
    now: f64,
    effects: Vec<Effect>,
    /// The lesson on the page.
    lesson: Lesson,
    /// The lesson as the engine in charge was last told of it.
    told: Lesson,
    /// What was changed in the middle of the run.
    changes: Changes,
    /// The settings of the run from its start on, as the engine in charge has taken them over.
    settings: Vec<SettingsFrom>,
    /// The same of the run that is on its way to the other engine.
    moving: Vec<SettingsFrom>,
    unsent: Unsent,
    /// The last state of training that arrived, of the lesson on the page.
    snapshot: Option<SavedState>,
    /// Whether the user wants training to go on.
    playing: bool,
    /// The epoch that is played to, where one was asked for.
    target: Option<u32>,
    speed: f32,
    /// The engine was asked to go back: points after its next frame at rest don't count.
    rewinding: bool,
    /// The seconds per epoch were asked for.
    costed: bool,
    cpu: Option<WorkerLink>,
    gpu: Option<WorkerLink>,
    /// The engine in charge.
    active: Engine,
    handover: Handover,
    /// The badge, as it is shown.
    engine: EngineState,
    measured: Option<Measured>,
    /// The engine was given up until the user restarts it.
    given_up: bool,
    /// When the CPU engine was last replaced by itself.
    replaced: f64,
    /// Since when the user has left the engine alone.
    touched: f64,
    /// A look at the engines is due.
    considering: bool,
    comparison: Comparison,
    /// What the workers have said and the page has not yet taken in.
    inbox: Vec<Heard>,
    /// A frame has been asked for.
    scheduled: bool,
    /// What was taken in and is not shown yet.
    batch: Batch,
    /// When something was last shown.
    shown: f64,
    /// Frames that are on the page and that their engines have not been told of.
    drawn: Vec<Acknowledgement>,
    /// The frame that is shown.
    frame: Frame,
    hidden: bool,
    /// The address waits until input has settled.
    link_waits: bool,
    runs: u32,
    serials: u32,
}

impl Conductor {
    /// A page that shows a lesson and has no worker yet.
    pub fn new(lesson: Lesson) -> Self {
        Self {
            now: 0.0,
            effects: Vec::new(),
            told: lesson.clone(),
            lesson,
            changes: Changes::default(),
            settings: Vec::new(),
            moving: Vec::new(),
            unsent: Unsent::Nothing,
            snapshot: None,
            playing: false,
            target: None,
            speed: 0.0,
            rewinding: false,
            costed: false,
            cpu: None,
            gpu: None,
            active: Engine::Cpu,
            handover: Handover::Quiet,
            engine: EngineState::default(),
            measured: None,
            given_up: false,
            replaced: f64::NEG_INFINITY,
            touched: 0.0,
            considering: false,
            comparison: Comparison::default(),
            inbox: Vec::new(),
            scheduled: false,
            batch: Batch::default(),
            shown: f64::NEG_INFINITY,
            drawn: Vec::new(),
            frame: Frame::default(),
            hidden: false,
            link_waits: false,
            runs: 0,
            serials: 0,
        }
    }

    /// Takes in what has happened at a time, in milliseconds, and says what is to be done, in order.
    pub fn on(&mut self, now: f64, input: Input) -> Vec<Effect> {
        self.now = now;
        match input {
            Input::Opened { choice, hidden } => self.begin(choice, hidden),
            Input::User(intent) => self.want(intent),
            Input::Heard { engine, serial, event } => self.hear(engine, serial, event),
            Input::NotStarted { engine, serial, sentence } => self.not_started(engine, serial, sentence),
            Input::Adapter(found) => self.adapter(found),
            Input::GpuPending => self.gpu_pending(),
            Input::GpuBuilt(built) => self.gpu_built(built),
            Input::AnimationFrame { still, behind } => self.flush(still, behind),
            Input::Visibility { hidden, background } => self.visibility(hidden, background),
            Input::Timer(timer) => self.timer(timer),
        }
        std::mem::take(&mut self.effects)
    }

    fn want(&mut self, intent: Intent) {
        match intent {
            Intent::Play => self.play(),
            Intent::Pause => self.pause(),
            Intent::PlayTo(epoch) => self.play_to(epoch),
            Intent::Step(steps) => self.send(Command::Step(steps)),
            Intent::StepEpoch => self.send(Command::StepEpoch),
            Intent::Rewind => self.send(Command::Rewind),
            Intent::Speed(speed) => self.set_speed(speed),
            Intent::Reset => self.restart(true),
            Intent::Edit(lesson) => self.edit(*lesson),
            Intent::Open(opening) => self.open(*opening),
            Intent::Follow(opening) => self.follow(*opening),
            Intent::ChooseEngine(choice) => self.choose(choice),
            Intent::RestartEngine => self.restart_engine(),
            Intent::Compare { epochs } => self.compare(epochs),
            Intent::StopCompare => self.stop_compare(),
            Intent::LinkChanged => self.link_changed(),
            Intent::SettleLink => self.settle_link(),
        }
    }

    fn timer(&mut self, timer: Timer) {
        match timer {
            Timer::Still => self.schedule(),
            Timer::Drawn => self.acknowledge(),
            Timer::Consider => {
                self.considering = false;
                self.consider();
            }
            Timer::Watchdog => self.too_late(),
            Timer::GpuStart => self.never_started(),
            Timer::GpuBuilt => self.emit(Effect::AskForGpuWorker),
            Timer::Address => {
                self.link_waits = false;
                self.emit(Effect::WriteAddress { own_place: false });
            }
        }
    }

    fn emit(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    fn show(&mut self, update: PageUpdate) {
        self.emit(Effect::Show(update));
    }

    fn wait(&mut self, timer: Timer, millis: f64) {
        self.emit(Effect::Wait { timer, millis });
    }

    fn slot(&mut self, engine: Engine) -> &mut Option<WorkerLink> {
        match engine {
            Engine::Cpu => &mut self.cpu,
            Engine::Gpu => &mut self.gpu,
        }
    }

    /// The worker of an engine, where it has one.
    fn link(&self, engine: Engine) -> Option<&WorkerLink> {
        match engine {
            Engine::Cpu => self.cpu.as_ref(),
            Engine::Gpu => self.gpu.as_ref(),
        }
    }

    /// Starts the worker of an engine that has none.
    fn start_worker(&mut self, engine: Engine) {
        if self.link(engine).is_some() {
            return;
        }
        self.serials += 1;
        let serial = self.serials;
        *self.slot(engine) = Some(WorkerLink::new(serial));
        self.emit(Effect::StartWorker { engine, serial });
    }

    /// Ends the worker of an engine.
    fn stop_worker(&mut self, engine: Engine) {
        if self.slot(engine).take().is_some() {
            self.emit(Effect::StopWorker(engine));
        }
    }

    /// Sends a command to an engine, if it has a worker.
    fn post(&mut self, engine: Engine, command: Command) {
        if let Some(command) = self.slot(engine).as_mut().and_then(|link| link.send(command)) {
            self.emit(Effect::Post { engine, command: Box::new(command) });
        }
    }

    /// Lets an engine play: to the epoch that was asked for, or on and on.
    fn post_play(&mut self, engine: Engine) {
        self.post(engine, self.target.map_or(Command::Play, Command::PlayTo));
    }

    /// A number for the next load; numbers never repeat, so nothing of an earlier load is mistaken for
    /// this one's.
    fn next_run(&mut self) -> u32 {
        self.runs += 1;
        self.runs
    }
}

/// The other one of the two.
fn other(engine: Engine) -> Engine {
    match engine {
        Engine::Cpu => Engine::Gpu,
        Engine::Gpu => Engine::Cpu,
    }
}
