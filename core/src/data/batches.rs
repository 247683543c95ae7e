//! The order of training rows in an epoch.

use super::Dataset;
use crate::random::{Purpose, stream};
use rand::RngExt;
use rand::seq::SliceRandom;
use std::collections::BTreeMap;

/// Optimiser steps in an epoch: whole batches only; one for a full batch (`batch` 0).
///
/// ```
/// use mtl_core::data::batches::steps_per_epoch;
///
/// assert_eq!(steps_per_epoch(200, 50), 4);
/// assert_eq!(steps_per_epoch(200, 60), 3);
/// assert_eq!(steps_per_epoch(200, 0), 1);
/// ```
pub fn steps_per_epoch(rows: usize, batch: usize) -> u32 {
    match rows.checked_div(batch) {
        None | Some(0) => 1,
        Some(steps) => u32::try_from(steps).unwrap_or(u32::MAX),
    }
}

/// The training rows of an epoch in the order in which a model seed sees them:
/// [`steps_per_epoch`] batches of `batch` rows, one after another.
///
/// Batches are stratified by label presence: rows that carry the labels of the same tasks are
/// shuffled among themselves, then the groups are dealt out evenly, so that every batch holds its
/// share of each group, up to about one row. Rows that don't fill a batch are left out, other ones in
/// every epoch. A full batch (`batch` 0 or more than there are rows) has all rows as they stand.
pub fn epoch_order(dataset: &Dataset, seed: u32, model_seed: u64, epoch: u64, batch: usize) -> Vec<u32> {
    let rows = dataset.train.rows;
    if batch == 0 || batch > rows {
        return (0..rows as u32).collect();
    }
    let mut rng = stream(seed, Purpose::Batches, model_seed, epoch);
    let mut groups = by_labels(dataset);
    groups.iter_mut().for_each(|group| group.shuffle(&mut rng));
    // A phase of its own puts the row of a small group anywhere in the epoch.
    let mut order = interleaved(&groups, || rng.random());
    order.truncate(rows / batch * batch);
    order
}

/// The training rows that carry the labels of the same tasks, group by group.
fn by_labels(dataset: &Dataset) -> Vec<Vec<u32>> {
    let masks = &dataset.train.mask;
    let rows = 0..dataset.train.rows as u32;
    if masks.iter().all(|mask| mask.iter().all(|labelled| *labelled)) {
        return vec![rows.collect()];
    }
    let mut groups: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    for row in rows {
        // One bit a task.
        let labelled = |mask: &Vec<bool>| u64::from(mask.get(row as usize).copied().unwrap_or(false));
        let pattern = masks.iter().fold(0, |bits, mask| (bits << 1) | labelled(mask));
        groups.entry(pattern).or_default().push(row);
    }
    groups.into_values().collect()
}

/// Deals groups out evenly: row `j` of a group of `n` stands at `(j + phase) / n` of the way, with
/// one phase in [0, 1) per group.
pub(super) fn interleaved(groups: &[Vec<u32>], mut phase: impl FnMut() -> f64) -> Vec<u32> {
    if let [only] = groups {
        return only.clone();
    }
    let mut placed: Vec<(f64, u32)> = Vec::with_capacity(groups.iter().map(Vec::len).sum());
    for group in groups {
        let phase = phase();
        let at = |j: usize| (j as f64 + phase) / group.len() as f64;
        placed.extend(group.iter().enumerate().map(|(j, row)| (at(j), *row)));
    }
    placed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    placed.into_iter().map(|(_, row)| row).collect()
}
