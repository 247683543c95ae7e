//! The losses of every member on the rows of several splits.

#[cfg(feature = "gpu")]
pub(super) mod device;

#[cfg(feature = "gpu")]
use super::device::DeviceTensor;
use super::loss::{LossGroup, per_row};
use burn::tensor::Tensor;
use std::ops::Range;

/// Some rows with everything to which their losses are numbers.
pub struct Rows<'a> {
    /// Per group: `[1, n, tasks * outputs]`, or `[M, n, ..]` where every member has rows of its own.
    pub targets: &'a [Tensor<3>],
    /// Per group: what a row counts in its split's mean, `[1, n, tasks]` or `[M, n, tasks]`.
    pub shares: &'a [Tensor<3>],
    /// Which rows are of which split; none is an empty range.
    pub splits: &'a [Range<usize>],
}

/// Losses that are added up piece by piece.
#[derive(Default)]
pub struct SplitLosses {
    /// Per split `[M, T]`; `None` while it has had no row.
    splits: Vec<Option<Tensor<2>>>,
    /// All of them, where a GPU adds them up by itself.
    #[cfg(feature = "gpu")]
    on_device: Option<DeviceTensor>,
}

impl SplitLosses {
    /// Adds the part of some rows.
    ///
    /// # Shapes
    ///
    /// `outputs`, per group: `[M, n, tasks * outputs]`.
    pub fn add(&mut self, groups: &[LossGroup], outputs: Vec<Tensor<3>>, rows: &Rows) {
        #[cfg(feature = "gpu")]
        if device::add_losses(groups, &outputs, rows, &mut self.on_device).is_some() {
            return;
        }
        self.add_by_operations(groups, outputs, rows);
    }

    /// The same by burn's own operations.
    pub(super) fn add_by_operations(&mut self, groups: &[LossGroup], outputs: Vec<Tensor<3>>, rows: &Rows) {
        self.splits.resize(rows.splits.len(), None);
        let tasks = groups.iter().map(|group| group.tasks).sum();
        let parts = groups.iter().zip(outputs).enumerate().map(|(g, (group, outputs))| {
            per_row(group.loss, outputs, rows.targets[g].clone(), group.tasks) * rows.shares[g].clone()
        });
        let parts = joined(parts.collect(), 2);
        let members = parts.dims()[0];
        for (split, range) in self.splits.iter_mut().zip(rows.splits).filter(|(_, range)| !range.is_empty()) {
            let sum = parts.clone().slice([0..members, range.clone()]).sum_dim(1).reshape([members, tasks]);
            *split = Some(match split.take() {
                Some(before) => before + sum,
                None => sum,
            });
        }
    }

    /// The losses, `[M, splits * T]`: per split all tasks, group by group.
    pub fn finish(self) -> Tensor<2> {
        #[cfg(feature = "gpu")]
        if let Some(losses) = self.on_device {
            return super::device::tensor(losses);
        }
        joined(self.splits.into_iter().flatten().collect(), 1)
    }
}

/// One after another along a dimension; what is alone is not copied.
pub fn joined<const D: usize>(mut tensors: Vec<Tensor<D>>, dim: usize) -> Tensor<D> {
    match tensors.len() {
        1 => tensors.remove(0),
        _ => Tensor::cat(tensors, dim),
    }
}
