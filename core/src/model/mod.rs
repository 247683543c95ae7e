//! Architectures over the population axis.
//!
//! Every parameter tensor carries a leading member axis, and all members go through one graph of
//! batched matmuls. An architecture is one file and one line in [`ARCHITECTURES`]: it says which
//! parameters it has ([`slots`]), which of them are shared, and how inputs become predictions.

use crate::config::PickEntry;
use std::sync::LazyLock;

#[cfg(feature = "gpu")]
pub(crate) mod device;
#[cfg(feature = "engine")]
pub(crate) mod host;
#[cfg(feature = "engine")]
pub mod layers;
#[cfg(feature = "engine")]
pub mod loss;
pub mod shape;
pub mod shared_bottom;
pub mod slots;

#[cfg(feature = "engine")]
pub use network::{Masks, Network, Outputs, Params};
#[cfg(feature = "engine")]
mod network;

pub use shape::{Group, Shape};
pub use slots::{Layout, Owner, Slot, SlotKind};

/// A line of the table of architectures.
pub struct Architecture {
    /// Key, label, help and options.
    pub entry: PickEntry,
    /// Builds the network of a shape.
    #[cfg(feature = "engine")]
    pub build: fn(&Shape) -> Box<dyn Network>,
}

/// Every architecture. The first is what an unknown key falls back to.
pub const ARCHITECTURES: &[Architecture] = &[shared_bottom::ARCHITECTURE];

/// The table as the configuration sees it.
pub fn architectures() -> &'static [PickEntry] {
    static ENTRIES: LazyLock<Vec<PickEntry>> = LazyLock::new(|| ARCHITECTURES.iter().map(|a| a.entry).collect());
    &ENTRIES
}
