//! What the workers said, taken in once per frame: what of it still counts, and which part of the page it
//! concerns.

use super::{Conductor, Effect, PageUpdate, Timer, When};
use mtl_core::protocol::{Command, Engine, Event, SettingsFrom, Summary};

/// A hidden page has no animation frames; a timer of so many milliseconds takes their place.
const HIDDEN: f64 = 200.0;

/// What a worker said.
#[derive(Debug)]
pub(super) struct Heard {
    engine: Engine,
    serial: u32,
    event: Event,
}

/// A frame that is on the page, and the engine and run that it is of.
#[derive(Debug)]
pub(super) struct Acknowledgement {
    engine: Engine,
    serial: u32,
    run: u32,
    number: u32,
}

impl Conductor {
    /// Takes a worker's message; it is looked at with the next frame.
    pub(super) fn hear(&mut self, engine: Engine, serial: u32, event: Event) {
        self.inbox.push(Heard { engine, serial, event });
        self.schedule();
    }

    /// Asks for a frame in which the page takes in what has happened; once is enough.
    pub(super) fn schedule(&mut self) {
        if !std::mem::replace(&mut self.scheduled, true) {
            self.request_frame();
        }
    }

    pub(super) fn request_frame(&mut self) {
        let when = if self.hidden { When::After(HIDDEN) } else { When::Next };
        self.emit(Effect::RequestFrame(when));
    }

    /// A frame: takes in what was said, shows it if it is time, sends what has changed.
    pub(super) fn flush(&mut self, still: bool, behind: bool) {
        self.scheduled = false;
        for Heard { engine, serial, event } in std::mem::take(&mut self.inbox) {
            // One that was replaced is heard no more.
            if self.link(engine).is_some_and(|link| link.serial == serial) {
                self.take_in(engine, event);
            }
        }
        self.show_in_time(still, behind);
        self.send_unsent(false);
        if self.hidden {
            self.acknowledge();
        } else if !self.drawn.is_empty() {
            // A task after this frame: by then the page has drawn. Another frame would cost another walk through
            // the page, in which nothing has changed.
            self.wait(Timer::Drawn, 0.0);
        }
    }

    /// Tells the engines which frames are on the page.
    pub(super) fn acknowledge(&mut self) {
        for Acknowledgement { engine, serial, run, number } in std::mem::take(&mut self.drawn) {
            // Another worker, or another load, counts its frames anew.
            if self.link(engine).is_some_and(|link| (link.serial, link.run) == (serial, run)) {
                self.post(engine, Command::Ack(number));
            }
        }
    }

    /// A frame of an engine is on the page, or is about to be; of several the last one counts.
    fn note_drawn(&mut self, engine: Engine, number: u32) {
        let Some((serial, run)) = self.link(engine).map(|link| (link.serial, link.run)) else { return };
        self.drawn.retain(|drawn| drawn.engine != engine);
        self.drawn.push(Acknowledgement { engine, serial, run, number });
    }

    fn take_in(&mut self, engine: Engine, event: Event) {
        match event {
            Event::Ready { .. } => self.ready(engine),
            Event::Unavailable { reason } => self.fault(engine, reason, String::new()),
            Event::Fault { sentence, remedy } => self.fault(engine, sentence, remedy),
            Event::Loaded { run, summary } => self.take_loaded(engine, run, summary),
            event if self.is_of_another_load(engine, &event) => {}
            Event::Frame { frame, .. } => {
                self.note_drawn(engine, frame.number);
                if engine == self.active {
                    self.batch.frame = Some(frame);
                }
            }
            Event::Timed { steps_per_second, .. } => self.timed(engine, steps_per_second),
            // What the engine that isn't in charge shows doesn't count.
            event if engine == self.active => self.take_news(event),
            _ => {}
        }
    }

    /// Whether an event belongs to a load before the one that counts.
    fn is_of_another_load(&self, engine: Engine, event: &Event) -> bool {
        self.link(engine).is_none_or(|link| run_of(event) != Some(link.run))
    }

    /// A lesson stands.
    fn take_loaded(&mut self, engine: Engine, run: u32, summary: Box<Summary>) {
        let Some(link) = self.slot(engine) else { return };
        link.loaded(run);
        if link.run != run {
            return;
        }
        if engine == self.active {
            self.show(PageUpdate::Summary(summary));
        }
        self.loaded(engine);
    }

    /// What the engine in charge has to tell of the run that is shown.
    fn take_news(&mut self, event: Event) {
        match event {
            Event::Snapshot { snapshot, .. } => self.saved(snapshot),
            Event::Curve { points, .. } => self.batch.points.extend(points),
            Event::Changed { settings, anew: true, .. } => self.settings = vec![*settings],
            Event::Changed { settings, .. } => SettingsFrom::follow(&mut self.settings, *settings),
            Event::Race { news, .. } => self.batch.race.push(*news),
            Event::Picture { picture, .. } => self.batch.picture = Some(picture),
            Event::Diverged { divergence, .. } => self.diverged(divergence),
            Event::Cost { shared_seconds, separate_seconds, .. } => {
                self.show(PageUpdate::Cost(Some((shared_seconds, separate_seconds))));
            }
            Event::Compared { row, .. } => self.take_row(*row),
            Event::CompareDone { .. } => self.end_comparison(),
            // Where another play has begun since then, it comes too late.
            Event::Arrived { play, story, .. } if self.link(self.active).is_some_and(|link| link.plays == play) => {
                self.batch.arrived = Some(story);
            }
            _ => {}
        }
    }
}

/// The load that an event belongs to.
fn run_of(event: &Event) -> Option<u32> {
    match event {
        Event::Ready { .. } | Event::Unavailable { .. } | Event::Fault { .. } => None,
        Event::Loaded { run, .. }
        | Event::Frame { run, .. }
        | Event::Curve { run, .. }
        | Event::Race { run, .. }
        | Event::Picture { run, .. }
        | Event::Snapshot { run, .. }
        | Event::Diverged { run, .. }
        | Event::Timed { run, .. }
        | Event::Cost { run, .. }
        | Event::Compared { run, .. }
        | Event::Changed { run, .. }
        | Event::Thinned { run, .. }
        | Event::CompareDone { run }
        | Event::Arrived { run, .. } => Some(*run),
    }
}
