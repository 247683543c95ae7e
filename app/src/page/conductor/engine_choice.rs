//! Which engine computes: the one that the user has pinned, or the one that is faster on this lesson.
//!
//! A measurement builds the lesson on the engine that isn't in charge and lets it take some steps that don't
//! count (its kernels are compiled then), while training goes on. Only then is training held: each engine is
//! timed alone. A command of the user ends a measurement at once; it is tried again when the user has left the
//! engine alone for a while.

use super::lesson::shape;
use super::reason::reason;
use super::worker_link::WorkerLink;
use super::{Conductor, Effect, EngineChoice, EngineState, GpuState, Handover, PageUpdate, Timer, Unsent, other};
use mtl_core::config::Config;
use mtl_core::protocol::{Command, Engine};

/// Milliseconds of a timing.
const TIMED: u32 = 400;
/// Milliseconds of the steps that don't count.
const WARM: u32 = 1;
/// How long the user must have left the engine alone before it is held for a measurement, in milliseconds.
const CALM: f64 = 1200.0;
/// The graphics processor has to be that much faster: a change of engine has its price.
const WORTH: f32 = 1.1;
/// The graphics processor's engine is a large download, and its compilation takes a while; in milliseconds.
const GPU_START: f64 = 180_000.0;
/// Between two questions whether the graphics processor's worker is built, in milliseconds.
const GPU_BUILT: f64 = 3000.0;

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

impl Conductor {
    /// The engine that the user wants.
    pub(super) fn choose(&mut self, choice: EngineChoice) {
        self.emit(Effect::Remember(choice));
        self.set_engine(|state| {
            state.choice = choice;
            // With a pin the user wants it tried once more.
            if choice == EngineChoice::Gpu && matches!(state.gpu, GpuState::Failed(_)) {
                state.gpu = GpuState::Unknown;
            }
        });
        self.refresh();
        self.consider_soon(0.0);
    }

    /// Looks at the engines after some milliseconds, or at once after none; several waits are one.
    pub(super) fn consider_soon(&mut self, after: f64) {
        if after <= 0.0 {
            self.consider();
        } else if !std::mem::replace(&mut self.considering, true) {
            self.wait(Timer::Consider, after);
        }
    }

    /// What is to be done about the engines now: nothing, look for a graphics processor, measure, or hand the
    /// run over.
    pub(super) fn consider(&mut self) {
        let active = self.active;
        let builds = self.link(active).is_none_or(|link| link.loading.is_some());
        if self.handover != Handover::Quiet || self.unsent == Unsent::Load || builds || self.given_up {
            return;
        }
        match (self.engine.choice, &self.engine.gpu) {
            (EngineChoice::Cpu, _) if active == Engine::Gpu => return self.hand_over(),
            (EngineChoice::Gpu, GpuState::Ready) if active == Engine::Cpu => return self.hand_over(),
            (EngineChoice::Auto | EngineChoice::Gpu, GpuState::Unknown) => self.look_for_gpu(),
            (EngineChoice::Auto, GpuState::Ready) => match self.faster() {
                Some(engine) if engine != active => return self.hand_over(),
                Some(_) => {}
                None => self.measure(),
            },
            _ => {}
        }
        self.cost();
    }

    /// The speeds on lessons like this one, if they were measured.
    fn speeds(&self) -> Option<&Measured> {
        let measured = self.measured.as_ref()?;
        (measured.shape == shape(&self.lesson)).then_some(measured)
    }

    /// The faster engine on lessons like this one, if that was measured.
    fn faster(&self) -> Option<Engine> {
        let Measured { cpu, gpu, .. } = self.speeds()?;
        Some(if *gpu > WORTH * cpu { Engine::Gpu } else { Engine::Cpu })
    }

    /// Whether the engine may be held: the user has left it alone, and neither a single step nor a comparison
    /// is under way.
    fn is_calm(&self) -> bool {
        let stepping = self.frame.running && !self.playing;
        !stepping && !self.comparison.running && !self.hidden && self.now - self.touched >= CALM
    }

    /// Asks once for the seconds per epoch, in a calm moment.
    fn cost(&mut self) {
        if self.costed || self.playing {
            return;
        }
        if !self.is_calm() {
            return self.consider_soon(CALM / 2.0);
        }
        self.costed = true;
        self.post(self.active, Command::Cost);
    }

    /// Builds the lesson on the other engine.
    fn measure(&mut self) {
        if !self.is_calm() {
            return self.consider_soon(CALM / 2.0);
        }
        let idle = other(self.active);
        self.start_worker(idle);
        self.enter(Handover::Warming);
        let (run, config) = (self.next_run(), Config::clone(&self.lesson));
        self.post(idle, Command::Load { run, config, snapshot: None, settings: Vec::new(), data: None });
        self.post(idle, Command::Time(WARM));
    }

    /// An engine was timed.
    pub(super) fn timed(&mut self, engine: Engine, speed: f32) {
        if !self.slot(engine).as_mut().is_some_and(WorkerLink::timed) {
            return;
        }
        let active = self.active;
        match self.handover {
            Handover::Warming if engine != active => self.time_active(),
            Handover::TimingActive if engine == active => {
                self.enter(Handover::TimingOther { mine: speed });
                self.post(other(active), Command::Time(TIMED));
            }
            Handover::TimingOther { mine } if engine != active => self.both_timed(mine, speed),
            _ => {}
        }
    }

    /// The other engine is warm: training is held for the timing, unless the user is busy.
    fn time_active(&mut self) {
        if !self.is_calm() {
            self.enter_quiet();
            return self.consider_soon(CALM);
        }
        self.enter(Handover::TimingActive);
        self.post(self.active, Command::Pause);
        self.post(self.active, Command::Time(TIMED));
    }

    /// Both speeds are known: that of the engine in charge and the other one's.
    fn both_timed(&mut self, mine: f32, its: f32) {
        let (cpu, gpu) = if self.active == Engine::Cpu { (mine, its) } else { (its, mine) };
        self.measured = Some(Measured { shape: shape(&self.lesson), cpu, gpu });
        self.refresh();
        if self.faster().is_some_and(|engine| engine != self.active) {
            self.hand_over();
        } else {
            self.resume();
            self.consider_soon(0.0);
        }
    }

    /// Asks for a graphics processor and, where there is one, starts its engine.
    fn look_for_gpu(&mut self) {
        self.set_engine(|state| state.gpu = GpuState::Starting);
        self.refresh();
        self.emit(Effect::LookForGpu);
    }

    /// Whether there is a graphics processor.
    pub(super) fn adapter(&mut self, found: Result<(), String>) {
        match found {
            Ok(()) => {
                self.start_worker(Engine::Gpu);
                self.wait(Timer::GpuStart, GPU_START);
            }
            Err(reason) => self.set_engine(|state| state.gpu = GpuState::Failed(reason)),
        }
        self.refresh();
    }

    /// There is a graphics processor, and its worker is still being built: that is asked about now and then.
    pub(super) fn gpu_pending(&mut self) {
        self.set_engine(|state| state.gpu = GpuState::Pending);
        self.refresh();
        self.wait(Timer::GpuBuilt, GPU_BUILT);
    }

    /// Whether the graphics processor's worker is built by now.
    pub(super) fn gpu_built(&mut self, built: bool) {
        if self.engine.gpu != GpuState::Pending {
            return;
        }
        if !built {
            return self.wait(Timer::GpuBuilt, GPU_BUILT);
        }
        self.emit(Effect::Say("The GPU engine is there now".into()));
        self.set_engine(|state| state.gpu = GpuState::Starting);
        self.adapter(Ok(()));
    }

    /// The graphics processor's engine was given its time.
    pub(super) fn never_started(&mut self) {
        if self.engine.gpu == GpuState::Starting {
            self.fault(Engine::Gpu, "The GPU engine did not start in time.".into(), String::new());
        }
    }

    /// A worker listens.
    pub(super) fn ready(&mut self, engine: Engine) {
        let kept = self.slot(engine).as_mut().map(WorkerLink::set_ready).unwrap_or_default();
        for command in kept {
            self.emit(Effect::Post { engine, command: Box::new(command) });
        }
        if engine == Engine::Gpu {
            self.emit(Effect::Cancel(Timer::GpuStart));
            self.set_engine(|state| state.gpu = GpuState::Ready);
            self.consider_soon(0.0);
        }
        self.refresh();
    }

    /// Says which engine computes and why.
    pub(super) fn refresh(&mut self) {
        let active = self.active;
        let started = self.link(active).is_some_and(WorkerLink::is_ready);
        let reason = reason(active, started, &self.engine, self.speeds());
        self.set_engine(|state| (state.shown, state.started, state.reason) = (active, started, reason));
    }

    /// Changes the badge, where that is a change.
    pub(super) fn set_engine(&mut self, change: impl FnOnce(&mut EngineState)) {
        let before = self.engine.clone();
        change(&mut self.engine);
        if self.engine != before {
            self.show(PageUpdate::Engine(self.engine.clone()));
        }
    }
}
