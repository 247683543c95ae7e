//! Random numbers: one counter-based generator per purpose, drawn on the host.
//!
//! A stream is named by the lesson's seed, what it is for, and an index (a model seed, an epoch, a
//! step). Streams don't depend on each other: adding a task doesn't change another task's noise,
//! and any step can be drawn without drawing the ones before it.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What random numbers are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Inputs and generating weights.
    Data = 1,
    /// Label noise; index: the task.
    Noise = 2,
    /// Which labels are missing; index: the task.
    Missing = 3,
    /// Initial values; index: model seed and layer.
    Init = 4,
    /// Order of rows; index: model seed and epoch.
    Batches = 5,
    /// Dropout masks; index: model seed and step.
    Dropout = 6,
    /// A balancer's own draws; index: the step.
    Balancer = 7,
    /// What an architecture samples; index: model seed and step.
    Architecture = 8,
    /// Which task a strategy draws; index: the step.
    Strategy = 9,
    /// The seeds of further draws of the data; index: the paired seed.
    Draw = 10,
}

/// The stream of a seed, a purpose and two indices.
pub fn stream(seed: u32, purpose: Purpose, first: u64, second: u64) -> ChaCha8Rng {
    let mut key = [0_u8; 32];
    key[..4].copy_from_slice(&seed.to_le_bytes());
    key[4] = purpose as u8;
    key[8..16].copy_from_slice(&first.to_le_bytes());
    key[16..24].copy_from_slice(&second.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}
