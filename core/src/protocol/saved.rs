//! The state of training, and as it passes through the page.

use serde::{Deserialize, Serialize};

/// The whole state of training: it goes on from here on any engine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Optimiser steps taken.
    pub step: u32,
    /// Arrays of the population, by name, in the engine's own order.
    pub arrays: Vec<(String, Vec<f32>)>,
    /// What the balancers remember, as the engine keeps it.
    pub balancers: Vec<u8>,
    /// The recorder's best values so far, as the engine keeps them; of a race, all there is.
    pub best: Vec<u8>,
    /// The other populations of the lesson.
    pub auxiliary: Vec<Snapshot>,
}

impl Snapshot {
    /// About as many bytes as it takes.
    pub fn bytes(&self) -> usize {
        let arrays: usize = self.arrays.iter().map(|(_, numbers)| size_of_val(numbers.as_slice())).sum();
        let others: usize = self.auxiliary.iter().map(Self::bytes).sum();
        arrays + self.balancers.len() + self.best.len() + others
    }
}

/// A [`Snapshot`] as bytes. The page only keeps and hands on what may be megabytes, and never takes them apart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SavedState {
    /// Optimiser steps taken.
    pub step: u32,
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
}

impl SavedState {
    /// A state without content, as of a step: for tests of what only hands it on.
    pub fn empty(step: u32) -> Self {
        Self { step, bytes: Vec::new() }
    }

    /// Packs a state.
    ///
    /// # Errors
    ///
    /// It could not be written down.
    pub fn of(snapshot: &Snapshot) -> Result<Self, postcard::Error> {
        Ok(Self { step: snapshot.step, bytes: postcard::to_allocvec(snapshot)? })
    }

    /// The state; nothing where the bytes are of another version, or damaged.
    pub fn opened(&self) -> Option<Snapshot> {
        postcard::from_bytes(&self.bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_from_its_bytes_and_damaged_ones_are_none() {
        let auxiliary = vec![Snapshot { step: 7, best: vec![1, 2], ..Snapshot::default() }];
        let arrays = vec![("theta".to_string(), vec![1.0, f32::MIN_POSITIVE, -0.0])];
        let snapshot = Snapshot { step: 7, arrays, auxiliary, ..Snapshot::default() };
        let saved = SavedState::of(&snapshot).expect("it can be written down");
        let bytes = postcard::to_allocvec(&saved).expect("it can be sent");
        let arrived: SavedState = postcard::from_bytes(&bytes).expect("it arrives");
        assert_eq!((arrived.step, arrived.opened().as_ref()), (7, Some(&snapshot)));
        let cut = SavedState { bytes: saved.bytes[..saved.bytes.len() / 2].to_vec(), ..saved };
        assert!(cut.opened().is_none() && SavedState::empty(7).opened().is_none());
    }
}
