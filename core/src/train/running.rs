//! What trains in a session: a lesson's ensemble, or a race down a landscape.

use super::ensemble::Checkpoint;
use super::{Ensemble, RaceRun, TrainError};
use crate::config::Config;
use crate::data::Draws;
use crate::lesson::Lesson;
use crate::protocol::{Engine, Picture, Snapshot, Summary};
use burn::tensor::Device;

/// A lesson that stands ready to be trained.
#[expect(clippy::large_enum_variant, reason = "there is one of it, and it is trained in place")]
pub enum Running {
    /// Networks over data.
    Ensemble(Ensemble),
    /// Balancers down a landscape, without a network.
    Race(RaceRun),
}

/// A state of a run to go back to.
pub enum Moment {
    /// Of an ensemble, where its device is the host.
    Ensemble(Box<Checkpoint>),
    /// Of a race, or of an ensemble on another device, whose memory is not for what is only kept.
    Saved(Box<Snapshot>),
}

impl Moment {
    /// About as many bytes as it takes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Ensemble(checkpoint) => checkpoint.bytes(),
            Self::Saved(snapshot) => snapshot.bytes(),
        }
    }
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

    /// Whether settings are ones that it can take over as it runs.
    pub fn fits(&self, lesson: &Lesson) -> bool {
        match self {
            Self::Ensemble(ensemble) => ensemble.lesson().tasks.len() == lesson.tasks.len(),
            Self::Race(_) => true,
        }
    }

    /// Takes over live settings; whether it begins anew with them.
    pub fn change(&mut self, lesson: Lesson) -> bool {
        match self {
            Self::Ensemble(ensemble) => {
                ensemble.change(lesson);
                false
            }
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

    /// The state as it is now, to go back to.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back, or it could not be written down.
    pub async fn moment(&self, engine: Engine) -> Result<Moment, TrainError> {
        match self {
            Self::Ensemble(ensemble) if engine == Engine::Cpu => Ok(Moment::Ensemble(Box::new(ensemble.checkpoint()))),
            _ => Ok(Moment::Saved(Box::new(self.save().await?))),
        }
    }

    /// Goes back to a state of this run.
    pub fn return_to(&mut self, moment: &Moment) {
        match (self, moment) {
            (Self::Ensemble(ensemble), Moment::Ensemble(checkpoint)) => ensemble.return_to(checkpoint),
            (running, Moment::Saved(snapshot)) => {
                let fits = running.load(snapshot);
                debug_assert!(fits, "a run goes back to a state of its own");
            }
            _ => debug_assert!(false, "a run doesn't become another kind of run"),
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
