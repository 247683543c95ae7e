//! How many steps a task takes, trained with the others, to the loss that it gets to alone.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A point of a curve: the steps that have trained the task, and its held-out loss there.
type At = (u32, f64);

/// The steps to the single-task loss, from a task's two curves as they grow.
///
/// The loss to reach is the *lowest* that the model of the task alone has had so far, not its newest one:
/// alone on few labels a task overfits, and the risen loss would be reached for nothing. Steps count where
/// they train the task, so that a task which comes later starts from zero on both sides.
///
/// ```
/// use mtl_core::measure::steps_to_baseline::StepsToBaseline;
///
/// let mut run = StepsToBaseline::default();
/// for (steps, joint, alone) in [(0, 0.9, 0.9), (10, 0.6, 0.7), (20, 0.4, 0.5), (30, 0.3, 0.8)] {
///     run.record((steps, joint), (steps, alone));
/// }
/// // 0.5 after 20 steps alone; 0.6 with the others is too much yet, 0.4 is low enough.
/// assert_eq!(run.steps(), [Some(20), Some(20)]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepsToBaseline {
    /// The lowest point alone, the first of several.
    alone: Option<At>,
    /// Lower and lower points of the joint curve, from the first that is as low as the one alone.
    joint: VecDeque<At>,
}

impl StepsToBaseline {
    /// Takes in a point of both curves: trained with the others, and alone. A loss that is not finite (a
    /// model has diverged) tells nothing; the same point twice tells nothing new.
    pub fn record(&mut self, joint: At, alone: At) {
        if alone.1.is_finite() && self.alone.is_none_or(|(_, least)| alone.1 < least) {
            self.alone = Some(alone);
        }
        if joint.1.is_finite() && self.joint.back().is_none_or(|(_, least)| joint.1 < *least) {
            self.joint.push_back(joint);
        }
        // The level only falls: what lies above it will never count.
        let level = self.alone.map_or(f64::INFINITY, |(_, loss)| loss);
        while self.joint.front().is_some_and(|(_, loss)| *loss > level) {
            self.joint.pop_front();
        }
    }

    /// The steps with the others after which the loss was first at or below the lowest alone, and the
    /// steps that this took alone. The first is `None` where it is not reached, both are where nothing
    /// was learned alone.
    pub fn steps(&self) -> [Option<u32>; 2] {
        let alone = self.alone.map(|(steps, _)| steps).filter(|steps| *steps > 0);
        let joint = self.joint.front().map(|(steps, _)| *steps).filter(|_| alone.is_some());
        [joint, alone]
    }
}
