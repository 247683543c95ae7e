//! What a session shows, and how often: frames, curves, pictures and snapshots.

use super::{Mode, Session};
use crate::protocol::{Event, Frame, Picture, SavedState};
use crate::train::TrainError;
use web_time::{Duration, Instant};

/// Least time between two frames of a run at a pace that can be followed: some fifteen pictures a
/// second, as frames come between two steps.
const FRAME: Duration = Duration::from_millis(55);
/// The same where training goes as fast as it can: more could not be read, and each repaints the page.
pub(super) const FLAT: Duration = Duration::from_millis(350);
/// Share of the time that pictures may take: on a slow device they come less often.
const PICTURES: u32 = 8;
/// Least time between two snapshots.
const SNAPSHOT: Duration = Duration::from_secs(2);
/// Frames that the page may be behind before pictures wait for it.
const AHEAD: u32 = 2;
/// A page that has acknowledged nothing for so long gets a frame all the same.
const IMPATIENT: Duration = Duration::from_millis(700);

impl Session {
    /// Frames, pictures and snapshots as far as they are due.
    pub(super) async fn show(&mut self, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        let since = |last: Option<Instant>| last.map_or(Duration::MAX, |last| last.elapsed());
        let behind = self.number.saturating_sub(self.acknowledged);
        let frame_age = since(self.last_frame);
        let flat = self.config().is_none_or(|config| config.pacing.pace.factor().is_none());
        let gap = if flat { FLAT } else { FRAME };
        if frame_age >= gap && (behind < AHEAD || frame_age >= IMPATIENT) {
            // What belongs together is shown together: first all is computed.
            let picture = match since(self.last_picture) >= self.picture_gap {
                true => self.picture().await?,
                false => None,
            };
            self.show_frame(emit);
            self.show_picture(picture, emit);
        }
        if since(self.last_snapshot) >= SNAPSHOT {
            self.snapshot(emit).await?;
        }
        Ok(())
    }

    /// Frame, curves and picture, whatever the page has acknowledged.
    pub(super) async fn show_all(&mut self, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        let picture = self.picture().await?;
        self.show_frame(emit);
        self.show_picture(picture, emit);
        Ok(())
    }

    pub(super) fn show_frame(&mut self, emit: &mut dyn FnMut(Event)) {
        let Some(step) = self.step() else { return };
        let running = self.mode != Mode::Paused;
        self.number += 1;
        let frame = Frame {
            number: self.number,
            step,
            epoch: step / self.steps_per_epoch(),
            running,
            steps_per_second: if running { self.pace.shown } else { 0.0 },
            behind: running && self.pacer.is_behind(),
        };
        if !self.points.is_empty() {
            emit(Event::Curve { run: self.run, points: std::mem::take(&mut self.points) });
        }
        self.show_race(emit);
        emit(Event::Frame { run: self.run, frame });
        self.last_frame = Some(Instant::now());
    }

    /// A picture of the network; none of a race.
    async fn picture(&mut self) -> Result<Option<Picture>, TrainError> {
        let Some(running) = &self.running else { return Ok(None) };
        let began = Instant::now();
        let picture = running.picture().await?;
        if picture.is_some() {
            self.picture_gap = began.elapsed() * PICTURES;
            self.last_picture = Some(Instant::now());
        }
        Ok(picture)
    }

    fn show_picture(&self, picture: Option<Picture>, emit: &mut dyn FnMut(Event)) {
        if let Some(picture) = picture {
            emit(Event::Picture { run: self.run, picture: Box::new(picture) });
        }
    }

    pub(super) async fn snapshot(&mut self, emit: &mut dyn FnMut(Event)) -> Result<(), TrainError> {
        let Some(running) = &self.running else { return Ok(()) };
        let snapshot = running.save().await?;
        let snapshot = SavedState::of(&snapshot).map_err(|error| TrainError::Save(error.to_string()))?;
        emit(Event::Snapshot { run: self.run, snapshot });
        self.last_snapshot = Some(Instant::now());
        self.saved = self.step();
        Ok(())
    }
}
