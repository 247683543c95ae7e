//! How well a task that tells classes apart does, on rows with their true class.
//!
//! `truth` and `predicted` are class numbers, one a row. Nothing is said of no rows or of lists of
//! different lengths.

use super::real::{Real, finite, mean, ranks};
use std::collections::BTreeMap;

/// What happened to one class.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Rows that are of the class.
    actual: usize,
    /// Rows that are said to be.
    predicted: usize,
    /// Rows that are both.
    right: usize,
}

/// The tallies of all classes that occur, in the truth or among the predictions.
fn tallies(truth: &[usize], predicted: &[usize]) -> Option<Vec<Tally>> {
    if truth.is_empty() || truth.len() != predicted.len() {
        return None;
    }
    let mut tallies: BTreeMap<usize, Tally> = BTreeMap::new();
    for (actual, said) in truth.iter().zip(predicted) {
        tallies.entry(*actual).or_default().actual += 1;
        tallies.entry(*said).or_default().predicted += 1;
        if actual == said {
            tallies.entry(*actual).or_default().right += 1;
        }
    }
    Some(tallies.into_values().collect())
}

/// The same, if the truth has two classes or more: a mean over classes of one class says nothing.
fn several(truth: &[usize], predicted: &[usize]) -> Option<Vec<Tally>> {
    tallies(truth, predicted).filter(|tallies| tallies.iter().filter(|tally| tally.actual > 0).count() > 1)
}

/// The share of rows with the right class.
pub fn accuracy(truth: &[usize], predicted: &[usize]) -> Option<f64> {
    let right: usize = tallies(truth, predicted)?.iter().map(|tally| tally.right).sum();
    Some(right as f64 / truth.len() as f64)
}

/// The mean over true classes of the share of their rows that are right; guessing scores one over
/// the number of classes, however uneven these are. `None` if the truth has only one class.
pub fn balanced_accuracy(truth: &[usize], predicted: &[usize]) -> Option<f64> {
    let tallies = several(truth, predicted)?;
    let occurring = tallies.iter().filter(|tally| tally.actual > 0);
    mean(occurring.map(|tally| tally.right as f64 / tally.actual as f64))
}

/// The mean over classes of `F1 = 2 TP / (2 TP + FP + FN)`, over all classes that occur in the truth
/// or among the predictions. `None` if the truth has only one class.
///
/// ```
/// use mtl_core::measure::classes::macro_f1;
///
/// assert_eq!(macro_f1(&[0, 0, 1, 1], &[0, 1, 1, 1]), Some((2.0 / 3.0 + 0.8) / 2.0));
/// ```
pub fn macro_f1(truth: &[usize], predicted: &[usize]) -> Option<f64> {
    let tallies = several(truth, predicted)?;
    // 2 TP + FP + FN is all that is of the class and all that is said to be.
    mean(tallies.iter().map(|tally| 2.0 * tally.right as f64 / (tally.actual + tally.predicted) as f64))
}

/// The area under the ROC curve: how often a positive row scores above a negative one, where ties
/// count half (Mann and Whitney 1947). `None` where one of the two is missing or a score is NaN.
///
/// ```
/// use mtl_core::measure::classes::auc;
///
/// assert_eq!(auc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]), Some(0.75));
/// ```
pub fn auc<T: Real>(scores: &[T], positive: &[bool]) -> Option<f64> {
    let scores: Vec<f64> = scores.iter().map(|score| (*score).into()).collect();
    let positives = positive.iter().filter(|positive| **positive).count();
    if scores.len() != positive.len() || scores.iter().any(|score| score.is_nan()) {
        return None;
    }
    let ranks = ranks(&scores);
    let sum: f64 = ranks.iter().zip(positive).filter(|(_, positive)| **positive).map(|(rank, _)| rank).sum();
    let (positives, negatives) = (positives as f64, (positive.len() - positives) as f64);
    // None of a kind is 0 / 0.
    finite((sum - positives * (positives + 1.0) / 2.0) / (positives * negatives))
}

/// The mean over classes of the area under the ROC curve of one class against the rest. `scores` is
/// `[rows, classes]`, row-major. Classes without a row don't count; `None` if fewer than two have
/// one, if a class is beyond the scores, and if a score is NaN.
pub fn auc_one_vs_rest<T: Real>(scores: &[T], truth: &[usize], classes: usize) -> Option<f64> {
    let bad = |score: &T| (*score).into().is_nan();
    if truth.len().checked_mul(classes) != Some(scores.len()) || truth.iter().any(|class| *class >= classes) {
        return None;
    }
    if scores.iter().any(bad) {
        return None;
    }
    let against_rest = |class: usize| {
        let column: Vec<T> = scores.iter().skip(class).step_by(classes).copied().collect();
        let positive: Vec<bool> = truth.iter().map(|of| *of == class).collect();
        auc(&column, &positive)
    };
    mean((0..classes).filter_map(against_rest))
}
