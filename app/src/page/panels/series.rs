//! Recorded numbers as lines over epochs, extended point by point as they arrive.

use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::protocol::CurvePoint;

/// One number a task that a curve point holds.
pub type Select = fn(&CurvePoint) -> &[f32];

/// Lines over epochs, one a task.
#[derive(Debug)]
pub struct Lines {
    select: Select,
    /// The last point that is in the lines, to notice that the curves began again.
    last: Option<(u32, Vec<u32>)>,
    seen: usize,
    steps_per_epoch: u32,
    lines: Vec<Vec<(f64, f64)>>,
}

impl Lines {
    /// Lines of one kind of number.
    pub fn new(select: Select) -> Self {
        Self { select, last: None, seen: 0, steps_per_epoch: 1, lines: Vec::new() }
    }

    /// The line of a task.
    pub fn of(&self, task: usize) -> &[(f64, f64)] {
        self.lines.get(task).map_or(&[], Vec::as_slice)
    }

    /// Takes in what was recorded since the last time.
    pub fn update(&mut self, curves: &[CurvePoint], steps_per_epoch: u32) {
        let fingerprint =
            |point: &CurvePoint| (point.step, (self.select)(point).iter().map(|x| x.to_bits()).collect::<Vec<_>>());
        let goes_on = match (self.seen.checked_sub(1), &self.last) {
            (None, _) => true,
            (Some(index), Some(last)) => curves.get(index).is_some_and(|point| fingerprint(point) == *last),
            (Some(_), None) => false,
        };
        if !goes_on || steps_per_epoch != self.steps_per_epoch {
            *self = Self { steps_per_epoch, ..Self::new(self.select) };
        }
        for point in curves.get(self.seen..).unwrap_or_default() {
            let epoch = f64::from(point.step) / f64::from(steps_per_epoch.max(1));
            for (task, value) in (self.select)(point).iter().enumerate() {
                if self.lines.len() <= task {
                    self.lines.push(Vec::new());
                }
                if let Some(line) = self.lines.get_mut(task) {
                    line.push((epoch, f64::from(*value)));
                }
            }
        }
        if curves.len() > self.seen {
            let select = self.select;
            let bits = |point: &CurvePoint| (point.step, select(point).iter().map(|x| x.to_bits()).collect());
            self.last = curves.last().map(bits);
            self.seen = curves.len();
        }
    }
}

/// Optimiser steps in an epoch, as far as known.
pub fn steps_per_epoch(page: Page) -> u32 {
    page.summary.with_untracked(|summary| summary.as_ref().map_or(1, |summary| summary.steps_per_epoch)).max(1)
}

/// The recorded point nearest to a step.
pub fn nearest(curves: &[CurvePoint], step: u32) -> Option<&CurvePoint> {
    let after = curves.partition_point(|point| point.step < step);
    let around = [after.checked_sub(1), Some(after)];
    let found = around.into_iter().flatten().filter_map(|index| curves.get(index));
    found.min_by_key(|point| point.step.abs_diff(step))
}

/// At most `most` of the curve's points, evenly spread, with the first and the last.
pub fn sampled(curves: &[CurvePoint], most: usize) -> Vec<&CurvePoint> {
    let stride = curves.len().div_ceil(most.max(2)).max(1);
    let mut points: Vec<_> = curves.iter().step_by(stride).collect();
    if let (Some(last), Some(shown)) = (curves.last(), points.last())
        && last.step != shown.step
    {
        points.push(last);
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(step: u32, loss: f32) -> CurvePoint {
        CurvePoint { step, train: vec![loss], ..CurvePoint::default() }
    }

    #[test]
    fn lines_grow_and_begin_again_with_the_curves() {
        let mut lines = Lines::new(|point| &point.train);
        lines.update(&[point(0, 1.0)], 4);
        lines.update(&[point(0, 1.0), point(4, 0.5)], 4);
        assert_eq!(lines.of(0), [(0.0, 1.0), (1.0, 0.5)]);
        lines.update(&[point(0, 2.0), point(4, 1.5), point(8, 1.0)], 4);
        assert_eq!(lines.of(0), [(0.0, 2.0), (1.0, 1.5), (2.0, 1.0)]);
        lines.update(&[], 4);
        assert!(lines.of(0).is_empty() && lines.of(9).is_empty());
    }

    #[test]
    fn the_nearest_point_and_a_sample_exist_where_any_point_does() {
        let curves: Vec<_> = (0..100).map(|k| point(k * 5, 1.0)).collect();
        assert_eq!(nearest(&curves, 13).map(|p| p.step), Some(15));
        assert_eq!(nearest(&curves, 9999).map(|p| p.step), Some(495));
        assert!(nearest(&[], 3).is_none());
        let sample = sampled(&curves, 10);
        assert_eq!((sample.first().map(|p| p.step), sample.last().map(|p| p.step)), (Some(0), Some(495)));
        assert!(sample.len() <= 11);
    }
}
