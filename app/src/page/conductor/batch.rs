//! When what the engine in charge has said is shown: all of it at once, so that all panels are of one epoch.

use super::{Conductor, Effect, PageUpdate, Timer};
use mtl_core::protocol::{CurvePoint, Frame, Picture, RaceNews};

/// Milliseconds between two changes of the page where little motion is wanted: four a second. Nothing waits
/// longer for pictures either.
const STILL: f64 = 250.0;

/// What the engine in charge has said and the page doesn't show yet.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub frame: Option<Frame>,
    pub points: Vec<CurvePoint>,
    pub race: Vec<RaceNews>,
    pub picture: Option<Box<Picture>>,
    /// Play has come to where it pauses by itself, and whether that is the end of the story.
    pub arrived: Option<bool>,
}

impl Batch {
    /// Whether training stands still after it: there is nothing that it could wait for.
    fn rests(&self) -> bool {
        self.arrived.is_some() || self.frame.as_ref().is_none_or(|frame| !frame.running)
    }
}

impl Conductor {
    /// Shows what is new now. While training goes on it waits until the pictures show what was new before, so
    /// that numbers and pictures are of one epoch, and where little motion is wanted, until it is time.
    pub(super) fn show_in_time(&mut self, still: bool, behind: bool) {
        let wait = STILL - (self.now - self.shown);
        if self.batch.rests() || wait <= 0.0 || !(still || behind) {
            self.shown = self.now;
            let batch = std::mem::take(&mut self.batch);
            self.show_batch(batch);
            // Numbers and pictures change in the same frame.
            self.emit(Effect::Draw);
        } else if still {
            self.wait(Timer::Still, wait.ceil());
        } else {
            self.schedule();
        }
    }

    fn show_batch(&mut self, mut batch: Batch) {
        if let Some(frame) = batch.frame {
            if !frame.running && std::mem::take(&mut self.rewinding) {
                batch.points.retain(|point| point.step <= frame.step);
                self.show(PageUpdate::ForgetAfter(frame.step));
                self.go_back_to(frame.step);
            }
            if self.frame != frame {
                self.show_frame(frame);
            }
        }
        if !batch.points.is_empty() {
            self.show(PageUpdate::Points(batch.points));
        }
        if !batch.race.is_empty() {
            self.show(PageUpdate::Race(batch.race));
        }
        if let Some(picture) = batch.picture {
            self.show(PageUpdate::Picture(picture));
        }
        if let Some(story) = batch.arrived {
            self.arrived(story);
        }
    }

    /// Shows where training stands.
    pub(super) fn show_frame(&mut self, frame: Frame) {
        self.frame = frame.clone();
        self.show(PageUpdate::Frame(frame));
    }

    /// The points after a step don't count, nor do those that are about to be shown.
    pub(super) fn forget_after(&mut self, step: u32) {
        self.batch.points.retain(|point| point.step <= step);
        self.show(PageUpdate::ForgetAfter(step));
    }

    /// No point counts.
    pub(super) fn forget_all(&mut self) {
        self.show(PageUpdate::ForgetAll);
    }
}
