//! A batch as one dispatch: rows of a table, cut into pieces.

use crate::kernel::device::{DeviceTensor, argument, group, groups, primitive, tensor};
use burn::backend::TensorMetadata;
use burn::tensor::{DType, Int, Shape, Tensor};
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;
use burn_wgpu::{CubeBackend, Wgpu};
use std::ops::Range;

/// Some columns each of the rows of a table that are picked; `None` where they are not on a GPU.
///
/// The pieces lie in one run of memory, each where the GPU lets a buffer begin.
///
/// # Shapes
///
/// `table`: `[rows, columns]`; `columns`: one after the other, all of them; `picked`: any number of
/// rows, of which those from `first` on count. Gives `[members, batch, columns]` per piece.
pub fn pieces(
    table: &Tensor<2>,
    picked: &Tensor<1, Int>,
    first: usize,
    [members, batch]: [usize; 2],
    columns: &[Range<usize>],
) -> Option<Vec<Tensor<3>>> {
    let across = table.dims()[1];
    let rows = picked.clone().try_into_primitive::<Wgpu>().ok()?;
    let rows = rows.client.clone().resolve_tensor_int::<CubeBackend>(rows);
    if rows.dtype() != DType::I32 || columns.last().map(|range| range.end) != Some(across) {
        return None;
    }
    let table = primitive(table.clone())?;
    let unit = (table.client.properties().memory.alignment as usize / size_of::<f32>()).max(1);
    let lengths: Vec<usize> = columns.iter().map(|range| members * batch * range.len()).collect();
    let starts: Vec<usize> = lengths
        .iter()
        .scan(0, |at, length| {
            let start = *at;
            *at += length.next_multiple_of(unit);
            Some(start)
        })
        .collect();
    let all: usize = lengths.iter().map(|length| length.next_multiple_of(unit)).sum();
    let whole = table.client.empty(all * size_of::<f32>());
    let part = |start: usize, length: usize, shape: Shape| {
        let bytes = |numbers: usize| (numbers * size_of::<f32>()) as u64;
        let handle = whole.clone().offset_start(bytes(start)).offset_end(bytes(all - start - length));
        DeviceTensor::new_contiguous(table.client.clone(), table.device.clone(), shape, handle, DType::F32)
    };
    let mut cuts = SequenceArg::<Cut>::new();
    for (range, start) in columns.iter().zip(&starts) {
        cuts.push(CutLaunch::new(range.start, range.len(), *start));
    }
    gather::launch(
        &table.client,
        groups(&table, members * batch * across),
        group(),
        argument(&table),
        argument(&rows),
        argument(&part(0, all, Shape::from([all]))),
        first,
        members * batch,
        across,
        cuts,
    );
    let cut = columns.iter().zip(&starts).zip(&lengths);
    let pieces = cut.map(|((range, start), length)| part(*start, *length, Shape::from([members, batch, range.len()])));
    Some(pieces.map(tensor).collect())
}

#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Cut {
    /// The piece's first column in the table.
    column: usize,
    width: usize,
    /// Where the piece begins in the result.
    start: usize,
}

#[cube(launch)]
fn gather(
    table: &[f32],
    rows: &[i32],
    out: &mut [f32],
    first: usize,
    lines: usize,
    across: usize,
    cuts: Sequence<Cut>,
) {
    let (line, column) = (ABSOLUTE_POS / across, ABSOLUTE_POS % across);
    if line < lines {
        let mut at = 0;
        #[unroll]
        for i in 0..cuts.len() {
            let cut = cuts.index(i);
            if column >= cut.column {
                at = cut.start + line * cut.width + column - cut.column;
            }
        }
        out[at] = table[rows[first + line] as usize * across + column];
    }
}
