//! Warming up: a browser runs wasm slowly at first and compiles well what has run for a while, so that a worker
//! that waits for play trains meanwhile, and forgets it.

use super::{Mode, Session, Turn};
use crate::train::TrainError;
use crate::train::running::Running;
use web_time::{Duration, Instant};

/// How long the first lesson is trained for it; by then all that it runs has been compiled well.
const FIRST: Duration = Duration::from_millis(700);
/// The same of every later one: of an engine that is warm only what another architecture needs is new.
const LATER: Duration = Duration::from_millis(120);

/// How much warming up is left to do.
#[derive(Debug, Default)]
pub(super) struct Warming {
    /// Whether it is wanted at all.
    wanted: bool,
    left: Duration,
    /// Whether a lesson was trained for it.
    begun: bool,
}

impl Warming {
    /// A lesson was loaded, whose evaluation took so long: one that takes longer than warming up should is left as it
    /// is, so that what comes next needn't wait for it.
    pub fn loaded(&mut self, evaluation: Duration) {
        let left = if self.begun { LATER } else { FIRST };
        self.left = if self.wanted && evaluation * 4 < left { left } else { Duration::ZERO };
    }

    /// There is no need for it any more.
    pub fn end(&mut self) {
        self.left = Duration::ZERO;
    }
}

impl Session {
    /// The same session, that trains while it waits for the first play of a lesson, and forgets it.
    #[must_use]
    pub fn warming_up(mut self) -> Self {
        self.warming.wanted = true;
        self
    }

    /// Trains for a slice and forgets it, where a lesson waits at its start and warming up is left to do.
    pub(super) async fn warm_up(&mut self) -> Result<Option<Turn>, TrainError> {
        let waits = self.mode == Mode::Paused && self.step() == Some(0) && !self.warming.left.is_zero();
        let Some(Running::Ensemble(ensemble)) = self.running.as_mut().filter(|_| waits) else { return Ok(None) };
        self.warming.begun = true;
        let began = Instant::now();
        let steps = self.pace.fitting(began, 0, ensemble.step_rows());
        let mut lasted = Duration::ZERO;
        ensemble
            .with_rollback(async |ensemble| {
                ensemble.run_unrecorded(steps).await?;
                lasted = began.elapsed();
                ensemble.run_recorded().await
            })
            .await?;
        self.pace.lasted(steps, lasted);
        ensemble.picture().await.map(drop)?;
        self.warming.left = self.warming.left.saturating_sub(began.elapsed());
        Ok(Some(Turn::Again))
    }
}
