//! States to go back to, and states to go on from.

use super::Population;
use super::observe::StepObservation;
use crate::kernel::optimiser::State;
use crate::protocol::Snapshot;
use crate::train::TrainError;
use crate::train::balancers::Memory;
use crate::train::snapshot;
use crate::train::task_weights::LogVariances;

/// A population's state to go back to, where it stands on the device.
#[derive(Clone)]
pub struct Checkpoint {
    state: State,
    log_variances: LogVariances,
    memory: Memory,
    trained: Vec<[u32; 2]>,
    observation: Option<StepObservation>,
    step: u32,
}

impl Checkpoint {
    /// How many numbers it has.
    pub fn numbers(&self) -> usize {
        self.state.numbers() + self.memory.numbers()
    }
}

impl Population {
    /// The state as it is now.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            state: self.state.clone(),
            log_variances: self.log_variances.clone(),
            memory: self.memory.clone(),
            trained: self.trained.clone(),
            observation: self.observation.clone(),
            step: self.step,
        }
    }

    /// Goes back to a state.
    pub fn restore(&mut self, checkpoint: Checkpoint) {
        self.state = checkpoint.state;
        self.log_variances = checkpoint.log_variances;
        // The balancer may be another one by now.
        self.memory = checkpoint.memory.adapted(&self.balancers);
        self.trained = checkpoint.trained;
        self.observation = checkpoint.observation;
        self.step = checkpoint.step;
    }

    /// The whole state as plain numbers.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back, or the state could not be written down.
    pub async fn save(&self) -> Result<Snapshot, TrainError> {
        let balancers = snapshot::bytes(&(&self.memory, &self.trained))?;
        let arrays = snapshot::arrays(&self.state, &self.log_variances).await?;
        Ok(Snapshot { step: self.step, arrays, balancers, ..Snapshot::default() })
    }

    /// What a snapshot holds, if all of it fits; nothing changes.
    ///
    /// # Errors
    ///
    /// The snapshot is of another lesson.
    pub fn unpacked(&self, saved: &Snapshot) -> Result<Checkpoint, TrainError> {
        let sizes = (self.plan.members.len(), self.network.layout().len, self.order.tasks());
        let (state, log_variances) = snapshot::state(saved, sizes, &self.device)?;
        let (memory, trained) = snapshot::from_bytes(&saved.balancers)?;
        Ok(Checkpoint { state, log_variances, memory, trained, observation: None, step: saved.step })
    }

    /// Whether the composed models of a snapshot that fits are finite, with parameters no larger than `most`.
    pub fn is_sound(&self, saved: &Snapshot, most: f32) -> bool {
        snapshot::is_sound(saved, self.plan.members.len(), self.composed(), most)
    }
}
