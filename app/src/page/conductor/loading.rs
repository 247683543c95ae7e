//! The lesson on the page: from its start, with another setting, another one; and the address that names it.

use super::lesson::{Lesson, is_landmark, is_like, reset_by};
use super::{Batch, Conductor, Effect, EngineChoice, Opening, PageUpdate, Timer, Unsent};
use mtl_core::protocol::{Engine, Frame};

/// How long input must have settled before the address changes, in milliseconds.
const SETTLED: f64 = 300.0;

impl Conductor {
    /// Starts with the processor, at once.
    pub(super) fn begin(&mut self, choice: EngineChoice, hidden: bool) {
        self.hidden = hidden;
        self.set_engine(|state| state.choice = choice);
        self.start_worker(Engine::Cpu);
        self.restart(true);
    }

    /// The lesson has to be built anew: the page shows epoch 0 at once, the engine follows.
    pub(super) fn restart(&mut self, stop: bool) {
        self.enter_quiet();
        self.snapshot = None;
        self.batch = Batch::default();
        (self.unsent, self.rewinding, self.costed) = (Unsent::Load, false, false);
        self.touched = self.now;
        let run = self.next_run();
        if let Some(link) = self.slot(self.active) {
            // From now on nothing of the run before is let in.
            link.run = run;
        }
        if stop {
            self.set_playing(false, None);
        }
        self.show(PageUpdate::Ended(false));
        self.end_comparison();
        self.show(PageUpdate::Diverged(None));
        self.show(PageUpdate::Cost(None));
        self.show_frame(Frame::default());
        self.show(PageUpdate::NoCursor);
        self.forget_all();
        self.forget_changes();
        self.schedule();
    }

    /// Another setting of the lesson on the page: live where that is possible, else by a fresh run that goes
    /// on playing if it was.
    pub(super) fn edit(&mut self, lesson: Lesson) {
        if lesson == self.lesson {
            return;
        }
        let resets = reset_by(&self.lesson, &lesson);
        let landmark = is_landmark(&self.lesson, &lesson);
        if landmark {
            self.settle_link();
        }
        self.show_lesson(lesson);
        match resets {
            Some(what) => self.start_again(&what),
            None => self.change_live(),
        }
        if landmark { self.push_link() } else { self.link_changed() }
    }

    fn start_again(&mut self, what: &str) {
        let had_begun = self.frame.epoch > 0;
        self.restart(false);
        if had_begun {
            self.emit(Effect::Say(format!("Started again from epoch 0: {what} changed")));
        }
    }

    fn change_live(&mut self) {
        // A lesson that has yet to be sent has the setting.
        if self.unsent == Unsent::Nothing {
            self.unsent = Unsent::Change;
        }
        self.schedule();
    }

    /// Opens a lesson that was chosen or read from a file: a place of its own in the history.
    pub(super) fn open(&mut self, opening: Opening) {
        self.settle_link();
        self.show(PageUpdate::Opened);
        self.replace(opening);
        self.push_link();
    }

    /// Shows the lesson that the address names now.
    pub(super) fn follow(&mut self, opening: Opening) {
        self.forget_link();
        self.replace(opening);
        self.link_changed();
    }

    /// Shows another lesson from its start, paused.
    fn replace(&mut self, Opening { lesson, notices, unknown }: Opening) {
        self.show(PageUpdate::NoNotices);
        if !notices.is_empty() {
            self.emit(Effect::Notify(notices));
        }
        self.show(PageUpdate::Unknown(unknown));
        self.show_lesson(lesson);
        self.restart(true);
    }

    /// Puts a lesson on the page; what belongs to one of another structure is taken away.
    fn show_lesson(&mut self, lesson: Lesson) {
        if !is_like(&self.lesson, &lesson) {
            self.show(PageUpdate::Blank);
        }
        self.lesson = lesson.clone();
        self.show(PageUpdate::Lesson(Box::new(lesson)));
    }

    /// What the link names has changed: the address follows when input has settled.
    pub(super) fn link_changed(&mut self) {
        self.link_waits = true;
        self.wait(Timer::Address, SETTLED);
    }

    /// Writes what is waiting, now.
    pub(super) fn settle_link(&mut self) {
        if self.forget_link() {
            self.emit(Effect::WriteAddress { own_place: false });
        }
    }

    /// Gives the lesson a place of its own in the history.
    fn push_link(&mut self) {
        self.forget_link();
        self.emit(Effect::WriteAddress { own_place: true });
        self.schedule();
    }

    /// Drops what is waiting to be written; whether there was anything.
    fn forget_link(&mut self) -> bool {
        let waited = std::mem::take(&mut self.link_waits);
        if waited {
            self.emit(Effect::Cancel(Timer::Address));
        }
        waited
    }
}
