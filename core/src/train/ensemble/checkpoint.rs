//! States to go back to, and states to go on from.

use super::{Ensemble, UNSOUND};
use crate::kernel::optimiser::State;
use crate::protocol::Snapshot;
use crate::train::TrainError;
use crate::train::conditioned::Conditioned;
use crate::train::population::{self, Population};
use crate::train::record::Record;
use crate::train::snapshot;
use crate::train::task_weights::LogVariances;

/// A state to go back to.
#[derive(Clone)]
pub struct Checkpoint {
    composed: population::Checkpoint,
    auxiliary: Vec<population::Checkpoint>,
    front: Option<State>,
    record: Record,
}

impl Checkpoint {
    /// The state of populations as it is now.
    pub fn of(composed: &Population, auxiliary: &[Population], front: Option<&Conditioned>, record: &Record) -> Self {
        Self {
            composed: composed.checkpoint(),
            auxiliary: auxiliary.iter().map(Population::checkpoint).collect(),
            front: front.map(|front| front.state.clone()),
            record: record.clone(),
        }
    }

    /// About as many bytes as it takes: the numbers of every member, and what is remembered besides.
    pub fn bytes(&self) -> usize {
        let populations = std::iter::once(&self.composed).chain(&self.auxiliary);
        let numbers: usize = populations.map(population::Checkpoint::numbers).sum();
        let front = self.front.as_ref().map_or(0, State::numbers);
        size_of::<f32>() * (numbers + front) + snapshot::bytes(&self.record).map_or(0, |bytes| bytes.len())
    }
}

impl Ensemble {
    /// The state as it is now.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::of(&self.composed, &self.auxiliary, self.front.as_ref(), &self.record)
    }

    /// Goes back to a state of this run; it is also the last good one.
    pub fn return_to(&mut self, checkpoint: &Checkpoint) {
        self.restore(checkpoint.clone());
        self.last_good = checkpoint.clone();
    }

    fn restore(&mut self, checkpoint: Checkpoint) {
        self.composed.restore(checkpoint.composed);
        self.auxiliary.iter_mut().zip(checkpoint.auxiliary).for_each(|(population, own)| population.restore(own));
        if let Some((front, state)) = self.front.as_mut().zip(checkpoint.front) {
            front.state = state;
        }
        self.record = checkpoint.record;
    }

    /// Goes back to the last recorded step, or loaded state, at which every composed model was
    /// finite and the first one's losses were sound.
    pub fn rewind(&mut self) {
        self.restore(self.last_good.clone());
    }

    /// Runs something and then takes back what it did to the state.
    ///
    /// # Errors
    ///
    /// Those of what is run.
    pub async fn with_rollback<T>(
        &mut self,
        run: impl AsyncFnOnce(&mut Self) -> Result<T, TrainError>,
    ) -> Result<T, TrainError> {
        let (before, last_good) = (self.checkpoint(), self.last_good.clone());
        let result = run(self).await;
        self.restore(before);
        self.last_good = last_good;
        result
    }

    /// The whole state of training.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back, or the state could not be written down.
    pub async fn save(&self) -> Result<Snapshot, TrainError> {
        let own = self.composed.save().await?;
        let mut auxiliary = Vec::new();
        for population in &self.auxiliary {
            auxiliary.push(population.save().await?);
        }
        if let Some(front) = &self.front {
            let learned = LogVariances::zeros([1, self.lesson().tasks.len()], &self.device);
            let arrays = snapshot::arrays(&front.state, &learned).await?;
            auxiliary.push(Snapshot { step: self.step(), arrays, ..Snapshot::default() });
        }
        Ok(Snapshot { auxiliary, best: snapshot::bytes(&self.record)?, ..own })
    }

    /// Goes on from a snapshot of the same lesson.
    ///
    /// # Errors
    ///
    /// The snapshot is of another lesson.
    pub fn load(&mut self, saved: &Snapshot) -> Result<(), TrainError> {
        let checkpoint = self.unpacked(saved)?;
        self.restore(checkpoint);
        if self.composed.is_sound(saved, UNSOUND) {
            self.last_good = self.checkpoint();
        }
        Ok(())
    }

    /// What a snapshot holds, if all of it fits; nothing changes.
    fn unpacked(&self, saved: &Snapshot) -> Result<Checkpoint, TrainError> {
        if saved.auxiliary.len() != self.auxiliary.len() + usize::from(self.front.is_some()) {
            return Err(TrainError::Snapshot);
        }
        let auxiliary = self.auxiliary.iter().zip(&saved.auxiliary).map(|(own, saved)| own.unpacked(saved));
        let front = match self.front.as_ref().zip(saved.auxiliary.last()) {
            None => None,
            Some((front, saved)) => {
                let (members, parameters) = front.size();
                let sizes = (members, parameters, self.lesson().tasks.len());
                Some(snapshot::state(saved, sizes, &self.device)?.0)
            }
        };
        Ok(Checkpoint {
            composed: self.composed.unpacked(saved)?,
            auxiliary: auxiliary.collect::<Result<_, _>>()?,
            front,
            record: snapshot::from_bytes(&saved.best)?,
        })
    }
}
