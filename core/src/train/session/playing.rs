//! The part of a session that plays: to where, how many steps at a time, and where it pauses by itself.

use super::{Mode, Session, TrainError, Turn, pacer::Pacer};
use crate::protocol::Event;
use web_time::Instant;

impl Session {
    /// The step that training stands at, or will stop at.
    pub(super) fn reached_or_promised(&self) -> u32 {
        match self.mode {
            Mode::Until(until) | Mode::Seeking(until) => until,
            Mode::Paused | Mode::Playing(_) => self.step().unwrap_or(0),
        }
    }

    /// The step at which play pauses by itself, and whether the lesson's story ends there. A story that
    /// is over, and one that is passed flat out, end nothing.
    pub(super) fn stop(&self) -> Option<(u32, bool)> {
        let Mode::Playing(to) = self.mode else { return None };
        let pacing = &self.config()?.pacing;
        let end = u32::try_from(pacing.story).unwrap_or(u32::MAX).saturating_mul(self.steps_per_epoch());
        let ahead = pacing.pace.factor().is_some() && self.step().is_some_and(|step| step < end);
        match to {
            Some(to) if !ahead || to <= end => Some((to, ahead && to == end)),
            _ => ahead.then_some((end, true)),
        }
    }

    /// Plays to the start of an epoch; one that is reached already is arrived at.
    pub(super) async fn play_to(&mut self, epoch: u32, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        self.plays += 1;
        let step = epoch.saturating_mul(self.steps_per_epoch());
        if self.step().is_some_and(|now| now < step) {
            self.set_mode(Mode::Playing(Some(step)));
            return Ok(());
        }
        self.pause(emit).await?;
        self.arrived(false, emit);
        Ok(())
    }

    /// Says that play has arrived where it was to pause.
    pub(super) fn arrived(&self, story: bool, emit: &mut dyn FnMut(Event)) {
        emit(Event::Arrived { run: self.run, play: self.plays, story });
    }

    pub(super) fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
        self.pace.window = None;
        self.pacer = Pacer::default();
    }

    /// Steps to take in this slice, or what to do instead; none beyond `stop`.
    pub(super) fn steps_now(&mut self, stop: Option<u32>) -> Result<u32, Turn> {
        let Some(step) = self.step() else { return Err(Turn::Rest) };
        let most = stop.map_or(u32::MAX, |stop| stop.saturating_sub(step).max(1));
        match self.mode {
            Mode::Paused => Err(Turn::Rest),
            Mode::Until(until) | Mode::Seeking(until) => Ok(until.saturating_sub(step).max(1).min(most)),
            Mode::Playing(_) => {
                let (pacing, per_epoch) = (self.config().map(|config| config.pacing.clone()), self.steps_per_epoch());
                let (pacing, limit) = (pacing.unwrap_or_default(), f64::from(self.speed));
                let due = self.pacer.due(Instant::now(), &pacing, limit, step, per_epoch);
                due.unwrap_or(Ok(u32::MAX)).map(|steps| steps.min(most)).map_err(Turn::Later)
            }
        }
    }
}
