//! The state of training as plain arrays, and back.

use super::TrainError;
use super::balancers::Memory;
use super::record::Record;
use super::tensors::{Packed, upload};
use super::weigh::Learned;
use crate::kernel::optimiser::State;
use crate::protocol::Snapshot;
use burn::tensor::{Device, Tensor};

/// Name of the number of steps in which weights were learned.
const LEARNED_STEPS: &str = "s-steps";

/// Names of the other arrays, in their order.
const NAMES: [&str; 8] = ["theta", "safe", "first", "second", "dead", "s", "s-first", "s-second"];

/// Reads the whole state.
///
/// # Errors
///
/// The device gave no numbers back.
pub async fn save(
    state: &State,
    learned: &Learned,
    memory: &Memory,
    record: &Record,
    step: u32,
) -> Result<Snapshot, TrainError> {
    let mut packed = Packed::default();
    for tensor in [&state.theta, &state.last_finite, &state.first, &state.second] {
        packed.push(tensor.clone());
    }
    packed.push(dead_as_numbers(state));
    for tensor in [&learned.s, &learned.first, &learned.second] {
        packed.push(tensor.clone());
    }
    let parts = packed.read().await?;
    let mut arrays: Vec<_> = NAMES.iter().map(|name| name.to_string()).zip(parts).collect();
    arrays.push((LEARNED_STEPS.into(), vec![learned.steps as f32]));
    let balancers = postcard::to_allocvec(memory).unwrap_or_default();
    let best = postcard::to_allocvec(record).unwrap_or_default();
    Ok(Snapshot { step, arrays, balancers, best, beside: Vec::new() })
}

/// Whether some members of a snapshot that fits live, with parameters no larger than `most`.
pub fn is_healthy(snapshot: &Snapshot, members: usize, mut some: impl Iterator<Item = usize>, most: f32) -> bool {
    let row = |name: &str, member: usize| {
        let found = snapshot.arrays.iter().find(|(n, _)| n == name);
        found
            .and_then(|(_, values)| values.chunks_exact((values.len() / members.max(1)).max(1)).nth(member))
            .unwrap_or_default()
    };
    some.all(|m| row("dead", m) == [0.0] && row("theta", m).iter().all(|v| v.abs() <= most))
}

/// 1 for dead members, `[M, 1]`.
pub fn dead_as_numbers(state: &State) -> Tensor<2> {
    let [members, columns] = state.theta.dims();
    // Zeros that don't come from the parameters: those may not be finite.
    let zeros = state.theta.zeros_like().slice([0..members, 0..columns.min(1)]);
    zeros.mask_fill(state.diverged.clone(), 1.0)
}

/// Puts a snapshot back on a device.
///
/// # Errors
///
/// It is of another lesson: some array has another length.
pub fn load(
    snapshot: &Snapshot,
    members: usize,
    parameters: usize,
    tasks: usize,
    device: &Device,
) -> Result<(State, Learned, Memory, Record), TrainError> {
    let array = |name: &str, length: usize| {
        let found = snapshot.arrays.iter().find(|(n, _)| n == name).map(|(_, values)| values.clone());
        found.filter(|values| values.len() == length).ok_or(TrainError::Snapshot)
    };
    let flat = |name: &str| Ok(upload(array(name, members * parameters)?, [members, parameters], device));
    let dead = upload(array("dead", members)?, [members, 1], device).greater_elem(0.5);
    let state = State {
        theta: flat("theta")?,
        last_finite: flat("safe")?,
        first: flat("first")?,
        second: flat("second")?,
        diverged: dead,
    };
    let small = |name: &str| array(name, members * tasks);
    let steps = array(LEARNED_STEPS, 1)?.first().map_or(0, |steps| *steps as u32);
    let learned = Learned::new(small("s")?, small("s-first")?, small("s-second")?, steps, [members, tasks], device);
    let record = postcard::from_bytes(&snapshot.best).map_err(|_| TrainError::Snapshot)?;
    let memory = postcard::from_bytes(&snapshot.balancers).map_err(|_| TrainError::Snapshot)?;
    Ok((state, learned, memory, record))
}
