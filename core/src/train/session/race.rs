//! The part of a session that runs a race: plain f64 on the host, whatever the engine's device is.

use super::{Session, pace::slice};
use crate::landscape::Race;
use crate::protocol::{Engine, Event};
use crate::train::RaceRun;
use crate::train::running::Running;
use web_time::{Duration, Instant};

/// Races for a slice, `most` steps at most; the steps taken.
pub(super) fn advance(run: &mut RaceRun, most: u32) -> u32 {
    let (started, slice) = (Instant::now(), slice(Engine::Cpu));
    let mut taken = 0;
    while taken < most && (taken == 0 || started.elapsed() < slice) {
        run.advance();
        taken += 1;
    }
    taken
}

impl Session {
    /// Tells what is new.
    pub(super) fn show_race(&mut self, emit: &mut dyn FnMut(Event)) {
        if let Some(Running::Race(run)) = &mut self.running {
            let (mut news, known) = (run.news(), self.past.furthest());
            // What is known is not told again; of a race that begins nothing is.
            news.points.retain(|point| point.step > known || news.start.is_some() && point.step == 0);
            news.points.last().into_iter().for_each(|point| self.past.told(point.step));
            emit(Event::Race { run: self.run, news: Box::new(news) });
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
