//! Balancers: how the tasks are weighted against each other.
//!
//! A balancer is one file and one line in [`losses`] or [`aggregators`]: a [`balancer::Balancer`] written
//! for plain numbers on the host, as published, and its entry for the page, the link and the
//! documentation. The engine calls it on the host; one that has [`device_weights`] it applies on the
//! device.

pub mod aggregators;
pub mod balancer;
pub mod device_weights;
pub mod losses;
pub mod max_norm;
pub mod numbers;
pub mod preference;
pub mod tool;

use crate::config::{Config, Pick, PickEntry};
use crate::model;
use crate::strategy;
use balancer::Balancer;
use std::sync::LazyLock;

/// Makes the two tables of a directory from one list: the entries, which the page and the links read, and
/// the balancers, which the engine runs. Apart, so that a page without the engine carries the words and
/// not the solvers.
macro_rules! balancer_table {
    ($($module:ident::$balancer:ident,)*) => {
        /// The lines as the page and the links read them.
        pub const ENTRIES: &[crate::config::PickEntry] = &[$($module::ENTRY),*];
        /// The balancers of the lines.
        pub const BALANCERS: &[&dyn super::balancer::Balancer] = &[$(&$module::$balancer),*];
    };
}
pub(crate) use balancer_table;

/// Every balancer, in the order of the picker. What is not known is read as the first.
pub fn balancers() -> &'static [PickEntry] {
    static ENTRIES: LazyLock<Vec<PickEntry>> = LazyLock::new(|| {
        let grouped =
            |group| move |entry: &PickEntry| if entry.group.is_empty() { entry.in_group(group) } else { *entry };
        let losses = losses::ENTRIES.iter().map(grouped("from the losses"));
        let gradients = aggregators::ENTRIES.iter().map(grouped("from the gradients"));
        losses.chain(gradients.map(|entry| entry.unless(without_trunk))).collect()
    });
    &ENTRIES
}

/// The balancers that look for the point of the front which a preference names; the first is what the fan
/// falls back to.
pub fn preferences() -> &'static [PickEntry] {
    static ENTRIES: LazyLock<Vec<PickEntry>> = LazyLock::new(|| {
        let by_preference = |entry: &&PickEntry| entry.group == balancer::BY_PREFERENCE;
        balancers().iter().filter(by_preference).map(|entry| entry.in_group("")).collect()
    });
    &ENTRIES
}

/// Whether a method reads a setting of the tasks, such as their weight.
pub fn reads(method: &Pick, setting: &str) -> bool {
    method.entry(balancers()).is_some_and(|entry| entry.reads.contains(&setting))
}

pub(crate) fn without_trunk(config: &Config) -> Option<&'static str> {
    const NO_LAYER: &str = "Nothing is shared: add a shared layer whose gradients it can combine.";
    const ALL_PRIVATE: &str = "This way of sharing has no parameters of all tasks whose gradients it could combine.";
    const ONE_BY_ONE: &str = "The strategy teaches one task at a time, so that there are no gradients to combine.";
    match (config.trunk.is_empty(), model::shares(config)) {
        (true, _) => Some(NO_LAYER),
        (false, false) => Some(ALL_PRIVATE),
        (false, true) => strategy::line(&config.strategy).one_by_one.then_some(ONE_BY_ONE),
    }
}

/// The balancer of a pick; equal weights where it is not known.
///
/// ```
/// use mtl_core::{balance, config::Pick};
///
/// assert_eq!(balance::of(&Pick::new("pcgrad")).entry().choice.label, "PCGrad");
/// assert_eq!(balance::of(&Pick::new("magic")).entry().choice.key, "equal");
/// ```
pub fn of(pick: &Pick) -> &'static dyn Balancer {
    find(&pick.method).unwrap_or(losses::BALANCERS[0])
}

/// Every balancer: those that weight the losses, then the aggregators.
pub fn all() -> impl Iterator<Item = &'static dyn Balancer> {
    losses::BALANCERS.iter().chain(aggregators::BALANCERS).copied()
}

/// The balancer of a key.
///
/// ```
/// use mtl_core::balance;
///
/// assert_eq!(balance::find("gls").map(|balancer| balancer.entry().choice.key), Some("gls"));
/// assert!(balance::find("magic").is_none());
/// ```
pub fn find(key: &str) -> Option<&'static dyn Balancer> {
    all().find(|balancer| balancer.entry().choice.key == key)
}
