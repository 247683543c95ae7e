//! A minibatch out of a table of rows.

#[cfg(feature = "gpu")]
pub(super) mod device;

use burn::tensor::{Int, Tensor};
use std::ops::Range;

/// Some columns each of the rows of a table that are picked.
///
/// # Shapes
///
/// `table`: `[rows, columns]`; `columns`: one after the other, all of them; `picked`: any number of rows, of
/// which those from `first` on count. Gives `[members, batch, columns]` per piece.
pub fn pieces(
    table: &Tensor<2>,
    picked: &Tensor<1, Int>,
    first: usize,
    shape: [usize; 2],
    columns: &[Range<usize>],
) -> Vec<Tensor<3>> {
    #[cfg(feature = "gpu")]
    if let Some(pieces) = device::pieces(table, picked, first, shape, columns) {
        return pieces;
    }
    operations(table, picked, first, shape, columns)
}

/// The same by burn's own operations.
pub(super) fn operations(
    table: &Tensor<2>,
    picked: &Tensor<1, Int>,
    first: usize,
    [members, batch]: [usize; 2],
    columns: &[Range<usize>],
) -> Vec<Tensor<3>> {
    let across = table.dims()[1];
    let rows = picked.clone().narrow(0, first, members * batch);
    let packed = table.clone().select(0, rows).reshape([members, batch, across]);
    columns.iter().map(|range| packed.clone().slice([0..members, 0..batch, range.clone()])).collect()
}
