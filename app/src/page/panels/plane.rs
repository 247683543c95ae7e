//! The numbers of the Pareto plane, gathered from what was recorded.

use crate::charts::{FanPoint, ParetoChart, Theme};
use crate::page::panels::text::task_title;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::math::pareto::non_dominated;
use mtl_core::protocol::CurvePoint;

/// The trail is of so many recorded points, the newest: what was long ago hides what is.
const TRAIL: usize = 30;

/// A member that diverged is looked for in that many recorded points.
const LOOK_BACK: usize = 2000;

/// The plane of two tasks.
pub struct Plane {
    axes: (usize, usize),
    labels: (String, String),
    fan: Vec<FanPoint>,
    answers: Vec<(f64, f64)>,
    ordered: bool,
    single: Option<(f64, f64)>,
    trail: Vec<(f64, f64)>,
    reference: (f64, f64),
}

impl Plane {
    /// The chart over these numbers.
    pub fn chart(&self, theme: Theme) -> ParetoChart<'_> {
        ParetoChart {
            x_task: self.axes.0,
            y_task: self.axes.1,
            x_label: &self.labels.0,
            y_label: &self.labels.1,
            fan: &self.fan,
            answers: &self.answers,
            ordered: self.ordered,
            single: self.single,
            trail: &self.trail,
            reference: self.reference,
            ends: None,
            theme,
        }
    }
}

/// The losses of every member of the fan, in the order of the summary's preferences.
pub fn fan_losses(point: &CurvePoint, tasks: usize) -> impl Iterator<Item = &[f32]> {
    point.fan.chunks_exact(tasks.max(1))
}

/// Gathers the plane of two tasks and lends it. Without a second task there is nothing on it.
pub fn gather<T>(page: Page, (x, y): (usize, usize), use_it: impl FnOnce(&Plane) -> T) -> T {
    let count = page.lesson.with_untracked(|lesson| lesson.tasks.len());
    let labels = page.lesson.with_untracked(|lesson| (task_title(lesson, x), task_title(lesson, y)));
    let summary = page.summary.get_untracked();
    let pair = |losses: &[f32]| Some((f64::from(*losses.get(x)?), f64::from(*losses.get(y)?)));
    let mut plane = Plane {
        axes: (x, y),
        labels,
        fan: Vec::new(),
        answers: Vec::new(),
        ordered: count == 2,
        single: None,
        trail: Vec::new(),
        reference: summary.as_ref().and_then(|summary| pair(&summary.reference)).unwrap_or((f64::NAN, f64::NAN)),
    };
    if x == y {
        return use_it(&plane);
    }
    page.curves.with_value(|curves| {
        let Some(last) = curves.last() else { return };
        let lately = curves.len().saturating_sub(TRAIL);
        plane.trail = curves.iter().skip(lately).filter_map(|point| pair(&point.valid)).collect();
        plane.single = pair(&last.single).filter(|single| single.0.is_finite() && single.1.is_finite());
        plane.answers = last.conditioned.chunks_exact(count.max(1)).filter_map(pair).collect();
        let fan: Vec<(f64, f64)> = fan_losses(last, count).filter_map(pair).collect();
        let losses: Vec<[f64; 2]> = fan.iter().map(|losses| [losses.0, losses.1]).collect();
        let front = non_dominated(&losses);
        for (index, (&losses, front)) in fan.iter().zip(front).enumerate() {
            let alive = losses.0.is_finite() && losses.1.is_finite();
            let losses = if alive { losses } else { last_finite(curves, count, index, pair).unwrap_or(losses) };
            let parts = summary.as_ref().and_then(|summary| pair(summary.fan.get(index)?));
            let preference = parts.map_or(0.5, |(a, b)| if a + b > 0.0 { a / (a + b) } else { 0.5 });
            plane.fan.push(FanPoint { losses, alive, dominated: !front, preference });
        }
    });
    use_it(&plane)
}

/// The last finite losses of a diverged member of the fan.
fn last_finite(
    curves: &[CurvePoint],
    tasks: usize,
    index: usize,
    pair: impl Fn(&[f32]) -> Option<(f64, f64)>,
) -> Option<(f64, f64)> {
    let seen = curves.iter().rev().take(LOOK_BACK).filter_map(|point| pair(fan_losses(point, tasks).nth(index)?));
    seen.into_iter().find(|losses| losses.0.is_finite() && losses.1.is_finite())
}
