//! The state of training as plain arrays, and back.

use super::TrainError;
use super::task_weights::LogVariances;
use super::tensors::{Packed, upload};
use crate::kernel::optimiser::State;
use crate::protocol::Snapshot;
use burn::tensor::{Device, Tensor};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Name of the number of steps in which weights were learned.
const LEARNED_STEPS: &str = "s-steps";

/// Names of the other arrays, in their order.
const NAMES: [&str; 8] = ["theta", "safe", "first", "second", "dead", "s", "s-first", "s-second"];

/// Reads the whole state, by name.
///
/// # Errors
///
/// The device gave no numbers back.
pub async fn arrays(state: &State, learned: &LogVariances) -> Result<Vec<(String, Vec<f32>)>, TrainError> {
    let [theta, last_finite, first, second] =
        [&state.theta, &state.last_finite, &state.first, &state.second].map(Tensor::clone);
    let [s, s_first, s_second] = [&learned.s, &learned.first, &learned.second].map(Tensor::clone);
    let mut packed = Packed::default();
    let tensors = [theta, last_finite, first, second, diverged_as_numbers(state), s, s_first, s_second];
    NAMES.into_iter().zip(tensors).for_each(|(name, tensor)| packed.push(name, tensor));
    let mut parts = packed.read().await?;
    let mut arrays: Vec<_> = NAMES.iter().map(|name| (name.to_string(), parts.take(name))).collect();
    arrays.push((LEARNED_STEPS.into(), vec![learned.steps as f32]));
    Ok(arrays)
}

/// Whether some members of a snapshot that fits are finite, with parameters no larger than `most`.
pub fn is_sound(snapshot: &Snapshot, members: usize, mut some: impl Iterator<Item = usize>, most: f32) -> bool {
    let row = |name: &str, member: usize| {
        let found = snapshot.arrays.iter().find(|(n, _)| n == name);
        debug_assert!(found.is_some(), "a snapshot that fits has an array '{name}'");
        found
            .and_then(|(_, values)| values.chunks_exact((values.len() / members.max(1)).max(1)).nth(member))
            .unwrap_or_default()
    };
    some.all(|m| row("dead", m) == [0.0] && row("theta", m).iter().all(|v| v.abs() <= most))
}

/// 1 for members that have diverged, `[M, 1]`.
pub fn diverged_as_numbers(state: &State) -> Tensor<2> {
    let [members, columns] = state.theta.dims();
    // Zeros that don't come from the parameters: those may not be finite.
    let zeros = state.theta.zeros_like().slice([0..members, 0..columns.min(1)]);
    zeros.mask_fill(state.diverged.clone(), 1.0)
}

/// Puts the arrays of a snapshot back on a device; `sizes` are members, parameters and tasks.
///
/// # Errors
///
/// It is of another lesson: some array has another length.
pub fn state(
    snapshot: &Snapshot,
    (members, parameters, tasks): (usize, usize, usize),
    device: &Device,
) -> Result<(State, LogVariances), TrainError> {
    let array = |name: &str, length: usize| {
        let found = snapshot.arrays.iter().find(|(n, _)| n == name).map(|(_, values)| values.clone());
        found.filter(|values| values.len() == length).ok_or(TrainError::Snapshot)
    };
    let flat = |name: &str| Ok(upload(array(name, members * parameters)?, [members, parameters], device));
    let diverged = upload(array("dead", members)?, [members, 1], device).greater_elem(0.5);
    let state = State {
        theta: flat("theta")?,
        last_finite: flat("safe")?,
        first: flat("first")?,
        second: flat("second")?,
        diverged,
    };
    let small = |name: &str| array(name, members * tasks);
    let steps = array(LEARNED_STEPS, 1)?.first().map_or(0, |steps| *steps as u32);
    let learned =
        LogVariances::new(small("s")?, small("s-first")?, small("s-second")?, steps, [members, tasks], device);
    Ok((state, learned))
}

/// What is no tensor, as bytes.
///
/// # Errors
///
/// It could not be written down.
pub fn bytes(of: &impl Serialize) -> Result<Vec<u8>, TrainError> {
    postcard::to_allocvec(of).map_err(|error| TrainError::Save(error.to_string()))
}

/// What [`bytes`] wrote.
///
/// # Errors
///
/// It was written by another version, or damaged.
pub fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, TrainError> {
    postcard::from_bytes(bytes).map_err(|_| TrainError::Snapshot)
}
