//! The part of a session that turns time back: to a state that was kept, and from there over the same steps.

use super::past::{Past, paced, settings_of};
use super::{Mode, Session, Turn};
use crate::lesson::{Lesson, check};
use crate::protocol::{Command, Engine, Event, SettingsFrom};
use crate::train::TrainError;
use crate::train::running::Running;

impl Session {
    /// Whether a command has to wait until the run is where it goes: what it does depends on where that is.
    pub(super) fn waits(&self, command: &Command) -> bool {
        let Mode::Seeking(until) = self.mode else { return false };
        match command {
            // Over what is known it is a moment; what is trained ahead may take long, and ends there.
            Command::Pause => until <= self.past.furthest(),
            Command::Load { .. } | Command::Ack(_) | Command::Speed(_) | Command::CompareStop => false,
            // Another place to go to, before anything was to be done at this one.
            Command::GoTo { .. } => !self.waiting.is_empty(),
            _ => true,
        }
    }

    /// Goes to a step.
    pub(super) async fn go_to(
        &mut self,
        step: u32,
        settings: Option<Vec<SettingsFrom>>,
        emit: &mut dyn FnMut(Event),
    ) -> Result<(), TrainError> {
        let (Some(now), Some(config)) = (self.step(), self.config().cloned()) else { return Ok(()) };
        // A race forgets what it has not told when it goes back.
        self.show_race(emit);
        self.saved = None;
        let other = settings.filter(|settings| !settings.is_empty());
        let replaced = other.is_some();
        if let Some(settings) = other {
            let (lesson, _) = check(config);
            self.past.replace_settings(settings_of(&lesson, settings));
            self.points.retain(|point| point.step <= self.past.furthest());
        }
        let nearer = self.past.before(step).is_some_and(|(kept, _)| kept > now);
        if replaced || step < now || nearer {
            self.return_before(step).await?;
        }
        self.set_mode(Mode::Seeking(step));
        self.take_due_settings();
        if self.step() == Some(step) { self.arrive(emit).await } else { Ok(()) }
    }

    /// Back to the last state that was kept before a step; where there is none, to the start.
    async fn return_before(&mut self, step: u32) -> Result<(), TrainError> {
        let Some(config) = self.config().cloned() else { return Ok(()) };
        if self.engine == Engine::Gpu {
            // Steps that are taken again may end with other bits there: states of later ones are another run's.
            self.past.forget_states(step);
        }
        let lesson = self.past.returned(step).map(|lesson| paced(lesson, &config));
        if let (Some(lesson), Some((_, moment)), Some(running)) = (lesson, self.past.before(step), &mut self.running) {
            running.change(lesson);
            running.return_to(moment);
            return Ok(());
        }
        let Some(first) = self.past.first().cloned() else { return Ok(()) };
        self.past.begin_again();
        // The tensors of the one go before those of the other come.
        self.running = None;
        let running = self.running.insert(Running::new(paced(first, &config), &self.device));
        match running {
            Running::Ensemble(ensemble) => drop(ensemble.record().await?),
            Running::Race(run) => run.forget_start(),
        }
        self.keep_state(None).await
    }

    /// Takes over the settings that hold from where the run is.
    pub(super) fn take_due_settings(&mut self) {
        while let Some(lesson) = self.step().and_then(|step| self.past.take_due(step)) {
            let Some(config) = self.config() else { return };
            let lesson = paced(lesson, config);
            if let Some(running) = &mut self.running {
                running.change(lesson);
            }
        }
    }

    /// Takes over settings: live, from this step on.
    pub(super) async fn change(&mut self, lesson: Lesson, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        self.pacer.changed();
        self.take_due_settings();
        let Some(running) = self.running.as_mut().filter(|running| running.fits(&lesson)) else { return Ok(()) };
        let (step, same) = (running.step(), running.config().unpaced() == lesson.unpaced());
        let anew = running.change(lesson.clone());
        if same {
            return Ok(());
        }
        let step = if anew { 0 } else { step };
        match anew {
            true => self.past = Past::new(vec![(0, lesson.clone())], 0),
            false => self.past.change(step, lesson.clone()),
        }
        self.saved = None;
        let settings = Box::new(SettingsFrom { step, config: lesson.into_config() });
        emit(Event::Changed { run: self.run, settings, anew });
        // Of a run that goes on its recorded steps are kept.
        if anew { self.keep_state(None).await } else { Ok(()) }
    }

    /// Keeps the state, where one of this epoch is due; tells it when memory was too short for the first time.
    pub(super) async fn keep_state(&mut self, emit: Option<&mut dyn FnMut(Event)>) -> Result<(), TrainError> {
        let Some(running) = &self.running else { return Ok(()) };
        let (step, epoch) = (running.step(), running.step() / running.steps_per_epoch().max(1));
        if !self.past.is_due(epoch) {
            return Ok(());
        }
        let moment = running.moment(self.engine).await?;
        let thinned = self.past.keep((step, epoch), moment.bytes(), moment);
        if let Some(emit) = emit.filter(|_| thinned) {
            emit(Event::Thinned { run: self.run, states: self.past.states() });
        }
        Ok(())
    }

    /// What comes after a slice on the way to a step.
    pub(super) async fn seek_on(&mut self, until: u32, emit: &mut dyn FnMut(Event)) -> Result<Turn, TrainError> {
        if self.step().is_some_and(|step| step >= until) {
            self.arrive(emit).await?;
        } else if !self.points.is_empty() || self.step().is_some_and(|step| step > self.past.furthest()) {
            // What is new is shown as it comes.
            self.show(emit).await?;
        }
        Ok(Turn::Again)
    }

    /// The run is where it was to go: shows it, and does what has waited for that.
    pub(super) async fn arrive(&mut self, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        self.take_due_settings();
        self.set_mode(Mode::Paused);
        self.show_all(emit).await?;
        self.do_what_waits(emit).await
    }

    /// Does what has waited until the run is where it was to go.
    pub(super) async fn do_what_waits(&mut self, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        while let Some(command) = self.waiting.pop_front() {
            Box::pin(self.obey(command, emit)).await?;
            if matches!(self.mode, Mode::Seeking(_)) {
                break;
            }
        }
        Ok(())
    }
}
