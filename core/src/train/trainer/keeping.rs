//! States to go back to, and states to go on from.

use super::{Seen, Trainer, UNHEALTHY};
use crate::kernel::optimiser::State;
use crate::protocol::Snapshot;
use crate::train::TrainError;
use crate::train::balancers::Memory;
use crate::train::record::Record;
use crate::train::snapshot;
use crate::train::weigh::Learned;

/// A state to go back to.
#[derive(Clone)]
pub(super) struct Kept {
    state: State,
    learned: Learned,
    memory: Memory,
    record: Record,
    seen: Option<Seen>,
    step: u32,
    beside: Vec<Kept>,
    front: Option<State>,
}

impl Kept {
    /// The state that training begins with.
    pub fn first(state: &State, learned: &Learned, memory: &Memory, record: &Record) -> Self {
        Self {
            state: state.clone(),
            learned: learned.clone(),
            memory: memory.clone(),
            record: record.clone(),
            seen: None,
            step: 0,
            beside: Vec::new(),
            front: None,
        }
    }
}

impl Trainer {
    pub(super) fn keep(&self) -> Kept {
        Kept {
            state: self.state.clone(),
            learned: self.learned.clone(),
            memory: self.memory.clone(),
            record: self.record.clone(),
            seen: self.seen.clone(),
            step: self.step,
            beside: self.beside.iter().map(Self::keep).collect(),
            front: self.front.as_ref().map(|front| front.state.clone()),
        }
    }

    pub(super) fn put_back(&mut self, kept: Kept) {
        self.state = kept.state;
        self.learned = kept.learned;
        // The balancer may be another one by now.
        self.memory = kept.memory.adapted(&self.balancers);
        self.record = kept.record;
        self.seen = kept.seen;
        self.step = kept.step;
        self.beside.iter_mut().zip(kept.beside).for_each(|(trainer, kept)| trainer.put_back(kept));
        if let Some((front, state)) = self.front.as_mut().zip(kept.front) {
            front.state = state;
        }
    }

    /// Goes back to the last recorded step, or loaded state, at which every composed model was
    /// finite and the first one's losses were healthy.
    pub fn rewind(&mut self) {
        self.put_back(self.healthy.clone());
    }

    /// Runs something and then forgets what it did to the state.
    ///
    /// # Errors
    ///
    /// Those of what is run.
    pub async fn forgetting<T>(
        &mut self,
        run: impl AsyncFnOnce(&mut Self) -> Result<T, TrainError>,
    ) -> Result<T, TrainError> {
        let (kept, healthy) = (self.keep(), self.healthy.clone());
        let result = run(self).await;
        self.put_back(kept);
        self.healthy = healthy;
        result
    }

    /// The whole state of training.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn save(&self) -> Result<Snapshot, TrainError> {
        let own = snapshot::save(&self.state, &self.learned, &self.memory, &self.record, self.step).await?;
        let mut beside = Vec::new();
        for trainer in &self.beside {
            beside.push(Box::pin(trainer.save()).await?);
        }
        if let Some(front) = &self.front {
            let learned = Learned::zeros([1, self.columns.len()], &self.device);
            let (memory, record) = (Memory::default(), Record::default());
            beside.push(snapshot::save(&front.state, &learned, &memory, &record, self.step).await?);
        }
        Ok(Snapshot { beside, ..own })
    }

    /// Goes on from a snapshot of the same lesson.
    ///
    /// # Errors
    ///
    /// The snapshot is of another lesson.
    pub fn load(&mut self, saved: &Snapshot) -> Result<(), TrainError> {
        let kept = self.unpacked(saved)?;
        self.put_back(kept);
        if snapshot::is_healthy(saved, self.plan.members.len(), self.composed(), UNHEALTHY) {
            self.healthy = self.keep();
        }
        Ok(())
    }

    /// What a snapshot holds, if all of it fits; nothing changes.
    fn unpacked(&self, saved: &Snapshot) -> Result<Kept, TrainError> {
        let (members, parameters) = (self.plan.members.len(), self.network.layout().len);
        let (state, learned, memory, record) =
            snapshot::load(saved, members, parameters, self.columns.len(), &self.device)?;
        if saved.beside.len() != self.beside.len() + usize::from(self.front.is_some()) {
            return Err(TrainError::Snapshot);
        }
        let beside = self.beside.iter().zip(&saved.beside).map(|(trainer, saved)| trainer.unpacked(saved));
        let beside = beside.collect::<Result<_, _>>()?;
        let front = match self.front.as_ref().zip(saved.beside.last()) {
            None => None,
            Some((front, saved)) => {
                let (members, parameters) = front.size();
                Some(snapshot::load(saved, members, parameters, self.columns.len(), &self.device)?.0)
            }
        };
        Ok(Kept { state, learned, memory, record, seen: None, step: saved.step, beside, front })
    }
}
