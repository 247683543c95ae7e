//! Effective weights: task weight times loss scale, by which a task really counts.

use super::series::run_number;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::protocol::CurvePoint;

/// The loss scale of every task. Tracks the lesson.
pub fn scales(page: Page) -> Vec<f64> {
    page.lesson.with(|lesson| lesson.tasks.iter().map(|task| task.scale).collect())
}

/// By how much a share of the largest weight two have to differ: less can't be read in three digits.
const ALIKE: f64 = 1e-3;

/// Whether a point's effective weights differ; not where the balancer has none.
fn differ(point: &CurvePoint, scales: &[f64]) -> bool {
    let all = || point.weights.iter().zip(scales).map(|(weight, scale)| f64::from(*weight) * scale);
    let (low, high) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), w| (low.min(w), high.max(w)));
    all().all(f64::is_finite) && high - low > ALIKE * high.abs().max(low.abs())
}

/// What was seen of a run's weights.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    run: u32,
    points: usize,
    differ: bool,
}

impl Seen {
    /// After another look: what has differed once stays so until another run has begun to be recorded.
    fn after(&self, run: u32, curves: &[CurvePoint], scales: &[f64]) -> Self {
        if curves.is_empty() {
            return self.clone();
        }
        let before = if run == self.run { self.clone() } else { Self { run, ..Self::default() } };
        // The newest point once more: the scales may have changed.
        let from = before.points.min(curves.len()).saturating_sub(1);
        let differ = before.differ || curves.iter().skip(from).any(|point| self::differ(point, scales));
        Self { run, points: curves.len(), differ }
    }
}

/// Watches whether effective weights have differed in this run, so that there is something to show. To be
/// called once.
pub fn watch_weights(page: Page) {
    let run = run_number(page);
    let seen = Memo::new(move |before: Option<&Seen>| {
        page.curves_version.track();
        let (run, scales) = (run.get(), scales(page));
        page.curves.with_value(|curves| before.map_or_else(Seen::default, Seen::clone).after(run, curves, &scales))
    });
    let differ = Memo::new(move |_| seen.with(|seen| seen.differ));
    Effect::new(move |_| page.weighs.set(differ.get()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(weights: &[f32]) -> CurvePoint {
        CurvePoint { weights: weights.to_vec(), ..CurvePoint::default() }
    }

    #[test]
    fn a_loud_task_differs_and_equal_or_missing_weights_do_not() {
        assert!(differ(&point(&[1.0, 1.0]), &[1.0, 10.0]));
        assert!(differ(&point(&[0.7, 1.3]), &[1.0, 1.0]));
        assert!(!differ(&point(&[10.0, 1.0]), &[1.0, 10.0]));
        assert!(!differ(&point(&[1.0, 1.000_001]), &[1.0, 1.0]));
        assert!(!differ(&point(&[f32::NAN, f32::NAN]), &[1.0, 10.0]));
        assert!(!differ(&point(&[1.0]), &[1.0]) && !differ(&point(&[]), &[]));
    }

    #[test]
    fn what_has_differed_stays_until_the_next_run_is_recorded() {
        let (same, other) = (point(&[1.0, 1.0]), point(&[0.5, 1.5]));
        let scales = [1.0, 1.0];
        let seen = Seen::default().after(0, std::slice::from_ref(&same), &scales);
        assert!(!seen.differ);
        let seen = seen.after(0, &[same.clone(), other, same.clone()], &scales);
        assert!(seen.differ);
        let seen = seen.after(0, &[same.clone(), same.clone()], &scales).after(1, &[], &scales);
        assert!(seen.differ);
        let seen = seen.after(1, std::slice::from_ref(&same), &scales);
        assert!(!seen.differ);
        // A scale that is changed counts from the newest point on.
        assert!(seen.after(1, &[same], &[1.0, 10.0]).differ);
    }
}
