//! The losses of every split of the data as one dispatch for each group of tasks.

use super::Rows;
use crate::config::LossKind;
use crate::kernel::device::{DeviceTensor, UNITS, argument, empty, group, primitive};
use crate::kernel::loss::LossGroup;
use crate::kernel::loss::row::loss_and_slope;
use crate::kernel::shader::total;
use burn::tensor::Tensor;
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;
use std::ops::Range;

/// Adds the rows' part to the losses of all members, `[M, splits * T]`, per split all tasks in
/// column order; `None` where the tensors are not on a GPU.
///
/// # Shapes
///
/// `outputs`, per group: `[M, n, tasks * outputs]`.
pub fn add_losses(
    groups: &[LossGroup],
    outputs: &[Tensor<3>],
    rows: &Rows,
    sum: &mut Option<DeviceTensor>,
) -> Option<()> {
    let all = groups.iter().map(|group| group.tasks).sum();
    let mut first = 0;
    let mut before = sum.clone();
    for (g, (group, outputs)) in groups.iter().zip(outputs).enumerate() {
        let [members, count, width] = outputs.dims();
        let tasks = group.tasks;
        let outputs = primitive(outputs.clone())?;
        let (targets, shares) = (primitive(rows.targets.get(g)?.clone())?, primitive(rows.shares.get(g)?.clone())?);
        let into = before.get_or_insert_with(|| empty(&outputs, [members, rows.splits.len() * all]));
        let places = Places { rows: count, tasks, each: width / tasks.max(1), all, first };
        let own_rows = targets.meta.shape()[0] > 1;
        let kind = Kind { loss: group.loss, add: sum.is_some(), own_rows };
        launch(&outputs, &targets, &shares, into, places, rows.splits, kind);
        first += tasks;
    }
    *sum = before;
    Some(())
}

fn launch(
    outputs: &DeviceTensor,
    targets: &DeviceTensor,
    shares: &DeviceTensor,
    into: &DeviceTensor,
    places: Places,
    splits: &[Range<usize>],
    kind: Kind,
) {
    let mut spans = SequenceArg::<Span>::new();
    splits.iter().for_each(|range| spans.push(SpanLaunch::new(range.start, range.end)));
    let Places { rows, tasks, each, all, first } = places;
    let members = outputs.meta.shape()[0];
    evaluate::launch(
        &outputs.client,
        CubeCount::Static(tasks as u32, splits.len() as u32, members as u32),
        group(),
        argument(outputs),
        argument(targets),
        argument(shares),
        argument(into),
        PlacesLaunch::new(rows, tasks, each, all, first),
        spans,
        kind,
    );
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Kind {
    loss: LossKind,
    /// Whether there are losses of other rows already.
    add: bool,
    /// Whether every member has rows of its own.
    own_rows: bool,
}

#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Places {
    rows: usize,
    /// Of the group.
    tasks: usize,
    /// Outputs of a task.
    each: usize,
    /// Tasks of all groups.
    all: usize,
    /// The group's first column among them.
    first: usize,
}

#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Span {
    from: usize,
    to: usize,
}

/// One workgroup per task, split and member.
#[cube(launch)]
fn evaluate(
    outputs: &[f32],
    targets: &[f32],
    shares: &[f32],
    losses: &mut [f32],
    places: Places,
    spans: Sequence<Span>,
    #[comptime] kind: Kind,
) {
    let (task, split, member) = (CUBE_POS_X as usize, CUBE_POS_Y as usize, CUBE_POS_Z as usize);
    let mut shared = Shared::<[f32]>::new_slice(UNITS);
    let mut row = 0;
    let mut end = 0;
    #[unroll]
    for i in 0..spans.len() {
        if split == i {
            row = spans.index(i).from;
            end = spans.index(i).to;
        }
    }
    row += UNIT_POS as usize;
    let width = places.tasks * places.each;
    let mut own_first = 0;
    if comptime!(kind.own_rows) {
        own_first = member * places.rows;
    }
    let mut own = 0.0f32;
    while row < end {
        let output_at = (member * places.rows + row) * width + task * places.each;
        let at = (own_first + row) * width + task * places.each;
        let share = shares[(own_first + row) * places.tasks + task];
        own += loss_and_slope(
            outputs,
            output_at,
            targets,
            at,
            places.each,
            share,
            1.0,
            losses,
            comptime!(kind.loss),
            false,
        );
        row += UNITS;
    }
    let sum = total(own, &mut shared);
    if UNIT_POS == 0 {
        let at = (member * spans.len() + split) * places.all + places.first + task;
        if comptime!(kind.add) {
            losses[at] += sum;
        } else {
            losses[at] = sum;
        }
    }
}
