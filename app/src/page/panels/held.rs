//! The held axes of a panel's picture: they begin anew with the curves.

use super::series::run_number;
use crate::charts::{Ends, Hold};
use crate::page::state::Page;
use leptos::prelude::*;

/// From one end of an axis to the other; none before anything was shown.
pub type Axis = Option<(f64, f64)>;

/// The held axes of a picture.
#[derive(Clone, Copy)]
pub struct Held {
    page: Page,
    run: Memo<u32>,
    axes: StoredValue<Axes>,
}

#[derive(Default)]
struct Axes {
    /// The run and the view that they are of.
    of: (u32, usize),
    holds: Vec<Hold>,
}

impl Axes {
    /// The ends of every axis after the `now`-th recorded point.
    fn over(&mut self, of: (u32, usize), now: usize, ends: Ends, matters: &[Axis]) -> Vec<Axis> {
        if self.of != of || self.holds.len() != matters.len() {
            *self = Self { of, holds: vec![Hold::default(); matters.len()] };
        }
        let all = self.holds.iter_mut().zip(matters);
        all.map(|(hold, matters)| matters.map(|range| hold.over(ends, now, range)).or(hold.ends())).collect()
    }
}

impl Held {
    /// Axes of which nothing is known yet.
    pub fn new(page: Page) -> Self {
        Self { page, run: run_number(page), axes: StoredValue::default() }
    }

    /// The number of the run that they are of: another one has other curves. Tracks it.
    pub fn run(&self) -> u32 {
        self.run.get()
    }

    /// The ends of every axis of a view, for what matters on it now; the caller chooses the view's number.
    /// Another view, as another run, begins anew.
    pub fn over(&self, view: usize, ends: Ends, matters: &[Axis]) -> Vec<Axis> {
        let now = self.page.curves.with_value(Vec::len);
        let of = (self.run.get_untracked(), view);
        self.axes.try_update_value(|axes| axes.over(of, now, ends, matters)).unwrap_or_default()
    }

    /// The ends of an axis as it was drawn.
    pub fn axis(&self, index: usize) -> Axis {
        self.axes.with_value(|axes| axes.holds.get(index)?.ends())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_hold_within_a_run_and_begin_anew_with_the_next_and_with_another_view() {
        let mut axes = Axes::default();
        let mut over = |of, now, high| axes.over(of, now, Ends::Even, &[Some((0.0, high)), None]);
        assert_eq!(over((0, 0), 1, 0.9), [Some((0.0, 1.0)), None]);
        assert_eq!(over((0, 0), 2, 0.4), [Some((0.0, 1.0)), None]);
        assert_eq!(over((1, 0), 0, 0.4), [Some((0.0, 0.5)), None]);
        assert_eq!(over((1, 7), 1, 0.09), [Some((0.0, 0.1)), None]);
    }
}
