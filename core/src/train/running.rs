//! What trains in a session: a lesson's ensemble, or a race down a landscape.

use super::{Ensemble, RaceRun, TrainError};
use crate::config::Config;
use crate::data::Draws;
use crate::lesson::Lesson;
use crate::protocol::{Picture, Snapshot, Summary};
use burn::tensor::Device;

/// A lesson that stands ready to be trained.
#[expect(clippy::large_enum_variant, reason = "there is one of it, and it is trained in place")]
pub enum Running {
    /// Networks over data.
    Ensemble(Ensemble),
    /// Balancers down a landscape, without a network.
    Race(RaceRun),
}

impl Running {
    /// Builds a lesson.
    pub fn new(lesson: Lesson, device: &Device) -> Self {
        match RaceRun::new(&lesson) {
            Some(race) => Self::Race(race),
            None => {
                let draws = Draws::of(&lesson);
                Self::Ensemble(Ensemble::new(lesson, draws, device))
            }
        }
    }

    /// Steps taken.
    pub fn step(&self) -> u32 {
        match self {
            Self::Ensemble(ensemble) => ensemble.step(),
            Self::Race(run) => run.race().step(),
        }
    }

    /// Steps in what the page calls an epoch.
    pub fn steps_per_epoch(&self) -> u32 {
        match self {
            Self::Ensemble(ensemble) => ensemble.steps_per_epoch(),
            Self::Race(run) => run.steps_per_epoch(),
        }
    }

    /// The settings as they are now.
    pub fn config(&self) -> &Config {
        match self {
            Self::Ensemble(ensemble) => ensemble.lesson(),
            Self::Race(run) => run.race().config(),
        }
    }

    /// Takes over live settings.
    pub fn change(&mut self, lesson: Lesson) {
        match self {
            Self::Ensemble(ensemble) => ensemble.change(lesson),
            Self::Race(run) => run.change(lesson),
        }
    }

    /// Goes on from a snapshot; whether it was one of this lesson.
    pub fn load(&mut self, snapshot: &Snapshot) -> bool {
        match self {
            Self::Ensemble(ensemble) => ensemble.load(snapshot).is_ok(),
            Self::Race(run) => run.load(snapshot),
        }
    }

    /// The whole state.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back, or the state could not be written down.
    pub async fn save(&self) -> Result<Snapshot, TrainError> {
        match self {
            Self::Ensemble(ensemble) => ensemble.save().await,
            Self::Race(run) => run.save(),
        }
    }

    /// What doesn't change while it trains.
    pub fn summary(&self) -> Summary {
        match self {
            Self::Ensemble(ensemble) => ensemble.summary(),
            Self::Race(run) => run.summary(),
        }
    }

    /// A picture of the composed network; a race has none.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn picture(&self) -> Result<Option<Picture>, TrainError> {
        match self {
            Self::Ensemble(ensemble) => ensemble.picture().await.map(Some),
            Self::Race(_) => Ok(None),
        }
    }

    /// Goes back to the last state in which everything was finite; a race has no other.
    pub fn rewind(&mut self) {
        match self {
            Self::Ensemble(ensemble) => ensemble.rewind(),
            Self::Race(_) => {}
        }
    }

    /// The ensemble, where it is one.
    pub fn ensemble(&self) -> Option<&Ensemble> {
        match self {
            Self::Ensemble(ensemble) => Some(ensemble),
            Self::Race(_) => None,
        }
    }
}
