//! Architectures over the population axis.
//!
//! Every parameter tensor carries a leading member axis. On a GPU all members go through one graph of batched
//! matmuls; on the host most architectures are a tape (`on_tape`), run member by member. An architecture is one file and one line in [`ARCHITECTURES`]: it says which
//! parameters its trunk has ([`slots`]), which of them are shared, and how inputs become features;
//! the heads on them are the same in all. `parts`, `heads`, `experts`, `hosvd`, `sample` and
//! `relations` are what architectures are put together from.

#[cfg(feature = "engine")]
use crate::config::Pick;
use crate::config::{Config, PickEntry};
use std::sync::LazyLock;

mod branch;
mod cgc;
mod cross_stitch;
mod dselect_k;
mod experts;
mod factorised;
mod group_lasso;
mod grouped;
#[cfg(feature = "engine")]
mod heads;
mod hosvd;
mod init;
#[cfg(feature = "engine")]
pub mod layers;
mod low_rank;
mod mmoe;
mod mtan;
#[cfg(feature = "engine")]
mod on_tape;
#[cfg(feature = "engine")]
mod parts;
mod ple;
mod progressive;
#[cfg(feature = "engine")]
mod relations;
mod routing;
#[cfg(feature = "engine")]
mod sample;
pub mod shape;
pub mod shared_bottom;
pub mod slots;
mod sluice;
mod soft_sharing;
mod task_attention;

#[cfg(feature = "engine")]
pub use network::{GumbelNoise, LearnedMatrix, Network, Outputs, Params, StepNoise};
#[cfg(feature = "engine")]
mod network;

pub use shape::{Group, Shape};
pub use slots::{Layout, Owner, Slot, SlotKind};

/// A line of the table of architectures.
pub struct Architecture {
    /// Key, label, help and options.
    pub entry: PickEntry,
    /// Whether it has parameters that all tasks share, for gradient methods to act on.
    pub shares: bool,
    /// Builds the network of a shape, with the options of its line by key.
    #[cfg(feature = "engine")]
    pub build: fn(&Shape, Options) -> Box<dyn Network>,
}

/// The options of a line of the table, by key.
#[cfg(feature = "engine")]
pub type Options<'a> = &'a dyn Fn(&str) -> f64;

/// Builds the network that a pick names; a shared bottom where it is not known.
#[cfg(feature = "engine")]
pub fn build(pick: &Pick, shape: &Shape) -> Box<dyn Network> {
    let known = ARCHITECTURES.iter().find(|a| a.entry.choice.key == pick.method);
    let build = known.map_or(shared_bottom::ARCHITECTURE.build, |a| a.build);
    build(shape, &|key| pick.get(architectures(), key, 0.0))
}

/// Every architecture. The first is what an unknown key falls back to.
pub const ARCHITECTURES: &[Architecture] = &[
    shared_bottom::ARCHITECTURE,
    cross_stitch::ARCHITECTURE,
    sluice::ARCHITECTURE,
    soft_sharing::ARCHITECTURE,
    grouped::ARCHITECTURE,
    mmoe::MMOE,
    mmoe::OMOE,
    cgc::ARCHITECTURE,
    ple::ARCHITECTURE,
    task_attention::ARCHITECTURE,
    mtan::ARCHITECTURE,
    low_rank::ARCHITECTURE,
    factorised::ARCHITECTURE,
    group_lasso::ARCHITECTURE,
    dselect_k::ARCHITECTURE,
    routing::ARCHITECTURE,
    branch::ARCHITECTURE,
    progressive::ARCHITECTURE,
];

/// Whether a lesson's network has parameters that all its tasks share.
pub fn shares(config: &Config) -> bool {
    let known = ARCHITECTURES.iter().find(|a| a.entry.choice.key == config.architecture.method);
    !config.trunk.is_empty() && known.is_none_or(|architecture| architecture.shares)
}

/// Whether a lesson's architecture reads a setting of the tasks, such as a declared relation.
pub fn reads(config: &Config, setting: &str) -> bool {
    config.architecture.entry(architectures()).is_some_and(|entry| entry.reads.contains(&setting))
}

/// Why an architecture that shares layers in its own way makes no sense without any.
fn without_trunk(config: &Config) -> Option<&'static str> {
    config.trunk.is_empty().then_some("Nothing is shared: add a shared layer.")
}

/// The table as the configuration sees it.
pub fn architectures() -> &'static [PickEntry] {
    static ENTRIES: LazyLock<Vec<PickEntry>> = LazyLock::new(|| ARCHITECTURES.iter().map(|a| a.entry).collect());
    &ENTRIES
}
