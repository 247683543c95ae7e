//! Recorded numbers as lines over epochs, extended point by point as they arrive.

use crate::charts::Time;
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

    /// A task's number at a recorded step.
    pub fn at(&self, task: usize, step: u32) -> Option<f64> {
        let (line, epoch) = (self.of(task), self.epoch(step));
        let place = line.partition_point(|point| point.0 < epoch);
        line.get(place).filter(|point| point.0 == epoch).map(|point| point.1)
    }

    fn epoch(&self, step: u32) -> f64 {
        f64::from(step) / f64::from(self.steps_per_epoch.max(1))
    }

    /// Takes in what was recorded since the last time.
    pub fn update(&mut self, curves: &[CurvePoint], steps_per_epoch: u32) {
        self.update_times(curves, steps_per_epoch, &[]);
    }

    /// The same, each task's number times a factor as it is now; where there is none, times 1.
    pub fn update_times(&mut self, curves: &[CurvePoint], steps_per_epoch: u32, factors: &[f64]) {
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
            let epoch = self.epoch(point.step);
            for (task, value) in (self.select)(point).iter().enumerate() {
                if self.lines.len() <= task {
                    self.lines.push(Vec::new());
                }
                if let Some(line) = self.lines.get_mut(task) {
                    line.push((epoch, f64::from(*value) * factors.get(task).copied().unwrap_or(1.0)));
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

/// Which run the curves are of, as far as they tell: its number grows whenever they begin again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    number: u32,
    /// Its first point, as bits: some of its numbers are none.
    first: Option<Vec<u32>>,
}

impl Run {
    /// The run after another look at the curves.
    fn seen(&self, curves: &[CurvePoint]) -> Self {
        let bits = |point: &CurvePoint| point.train.iter().chain(&point.valid).map(|x| x.to_bits()).collect();
        let first = curves.first().map(bits);
        let begun = self.first.is_some() && first != self.first;
        Self { number: self.number + u32::from(begun), first }
    }
}

/// The number of the run that the curves are of; see [`Run`].
pub fn run_number(page: Page) -> Memo<u32> {
    let run = Memo::new(move |before: Option<&Run>| {
        page.curves_version.track();
        page.curves.with_value(|curves| before.map_or_else(Run::default, Run::clone).seen(curves))
    });
    Memo::new(move |_| run.with(|run| run.number))
}

/// The axis of epochs of every curve: log time, or even where the reader wants that.
pub fn time(page: Page) -> Time {
    let last = page.curves.with_value(|curves| curves.last().map_or(0, |point| point.step));
    let story = page.lesson.with_untracked(|lesson| lesson.pacing.story);
    let epoch = f64::from(last) / f64::from(steps_per_epoch(page));
    Time::of(story as f64, epoch, page.prefs.log_time.get_untracked())
}

/// Optimiser steps in an epoch, as far as known.
pub fn steps_per_epoch(page: Page) -> u32 {
    page.summary.with_untracked(|summary| summary.as_ref().map_or(1, |summary| summary.steps_per_epoch)).max(1)
}

/// The epochs after which settings were changed in the middle of the run, for the marks on the curves.
pub fn change_epochs(page: Page) -> Vec<f64> {
    let per_epoch = f64::from(steps_per_epoch(page));
    page.changes.with_untracked(|changes| changes.iter().map(|change| f64::from(change.step) / per_epoch).collect())
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
    fn a_product_keeps_the_factor_that_it_was_recorded_with() {
        let mut lines = Lines::new(|point| &point.train);
        lines.update_times(&[point(0, 1.0)], 4, &[10.0]);
        lines.update_times(&[point(0, 1.0), point(4, 0.5)], 4, &[2.0]);
        assert_eq!(lines.of(0), [(0.0, 10.0), (1.0, 1.0)]);
        assert_eq!((lines.at(0, 4), lines.at(0, 3), lines.at(1, 4)), (Some(1.0), None, None));
    }

    #[test]
    fn a_run_ends_when_its_curves_do_and_not_when_one_steps_back() {
        let all = [point(0, 1.0), point(4, 0.5), point(8, 0.4)];
        let mut run = Run::default();
        let mut numbers = Vec::new();
        for curves in [&all[..0], &all[..1], &all, &all[..2], &[], &all[..1], &[point(0, 2.0)]] {
            run = run.seen(curves);
            numbers.push(run.number);
        }
        assert_eq!(numbers, [0, 0, 0, 0, 1, 1, 2]);
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
