//! The part of a session that runs a race in place of a trainer: plain f64 on the host, whatever the
//! engine's device is.

use super::{Session, pace::slice};
use crate::landscape::Race;
use crate::protocol::{Engine, Event, Snapshot};
use crate::train::RaceRun;
use web_time::{Duration, Instant};

impl Session {
    /// Shows a race at its start, or where a snapshot of it stands.
    pub(super) fn load_race(&mut self, mut race: RaceRun, snapshot: Option<&Snapshot>, emit: &mut dyn FnMut(Event)) {
        emit(Event::Loaded { run: self.run, summary: Box::new(race.summary()) });
        if let Some(snapshot) = snapshot {
            race.load(snapshot);
        }
        self.race = Some(race);
        self.show_frame(emit);
    }

    /// Races for a slice, `most` steps at most.
    pub(super) fn race_on(&mut self, most: u32) {
        let Some(run) = &mut self.race else { return };
        let (started, slice) = (Instant::now(), slice(Engine::Cpu));
        let mut taken = 0;
        while taken < most && (taken == 0 || started.elapsed() < slice) {
            run.advance();
            taken += 1;
        }
        self.pace.took(taken);
    }

    /// Tells what is new.
    pub(super) fn show_race(&mut self, emit: &mut dyn FnMut(Event)) {
        if let Some(run) = &mut self.race {
            emit(Event::Race { run: self.run, news: Box::new(run.news()) });
        }
    }
}

/// Steps per second of a race like this one, over about `length`.
pub(super) fn steps_per_second(run: &RaceRun, length: Duration) -> f32 {
    let Some(mut race) = Race::new(run.race().config()) else { return 0.0 };
    let started = Instant::now();
    while race.step() == 0 || started.elapsed() < length {
        race.advance();
    }
    (f64::from(race.step()) / started.elapsed().as_secs_f64().max(1e-9)) as f32
}
