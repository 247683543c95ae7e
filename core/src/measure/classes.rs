//! How well a task that tells classes apart does, on rows with their true class.
//!
//! `truth` and `predicted` are class numbers, one a row. Nothing is said of no rows or of lists of
//! different lengths.

use super::real::{Real, finite, mean};

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

/// What happened to every class: counted once for all that is said of it.
#[derive(Clone, Debug)]
pub struct Tallies {
    rows: usize,
    /// Of the classes that occur, in the truth or among the predictions, in their order.
    of: Vec<(usize, Tally)>,
}

/// A class's tally, of few classes.
fn own(of: &mut Vec<(usize, Tally)>, class: usize) -> &mut Tally {
    let place = of.iter().position(|(other, _)| *other == class).unwrap_or(of.len());
    if place == of.len() {
        of.push((class, Tally::default()));
    }
    &mut of[place].1
}

impl Tallies {
    /// Counts; nothing of no rows and of lists of different lengths.
    pub fn of(truth: &[usize], predicted: &[usize]) -> Option<Self> {
        if truth.is_empty() || truth.len() != predicted.len() {
            return None;
        }
        let mut of: Vec<(usize, Tally)> = Vec::new();
        for (actual, said) in truth.iter().zip(predicted) {
            let own = own(&mut of, *actual);
            own.actual += 1;
            own.right += usize::from(actual == said);
            self::own(&mut of, *said).predicted += 1;
        }
        of.sort_by_key(|(class, _)| *class);
        Some(Self { rows: truth.len(), of })
    }

    /// See [`accuracy`].
    pub fn accuracy(&self) -> f64 {
        self.of.iter().map(|(_, tally)| tally.right).sum::<usize>() as f64 / self.rows as f64
    }

    /// The classes of the truth, if these are two or more: a mean over classes of one class says nothing.
    fn several(&self) -> Option<impl Iterator<Item = &Tally>> {
        let occurring = || self.of.iter().map(|(_, tally)| tally).filter(|tally| tally.actual > 0);
        (occurring().count() > 1).then(occurring)
    }

    /// See [`balanced_accuracy`].
    pub fn balanced_accuracy(&self) -> Option<f64> {
        mean(self.several()?.map(|tally| tally.right as f64 / tally.actual as f64))
    }

    /// See [`macro_f1`].
    pub fn macro_f1(&self) -> Option<f64> {
        let _ = self.several()?;
        // 2 TP + FP + FN is all that is of the class and all that is said to be.
        mean(self.of.iter().map(|(_, tally)| 2.0 * tally.right as f64 / (tally.actual + tally.predicted) as f64))
    }
}

/// The share of rows with the right class.
pub fn accuracy(truth: &[usize], predicted: &[usize]) -> Option<f64> {
    Tallies::of(truth, predicted).map(|tallies| tallies.accuracy())
}

/// The mean over true classes of the share of their rows that are right; guessing scores one over
/// the number of classes, however uneven these are. `None` if the truth has only one class.
pub fn balanced_accuracy(truth: &[usize], predicted: &[usize]) -> Option<f64> {
    Tallies::of(truth, predicted)?.balanced_accuracy()
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
    Tallies::of(truth, predicted)?.macro_f1()
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
    if scores.len() != positive.len() || scores.iter().any(|score| (*score).into().is_nan()) {
        return None;
    }
    let sorted = |wanted: bool| {
        let own = scores.iter().zip(positive).filter(|(_, positive)| **positive == wanted);
        let mut keys: Vec<i64> = own.map(|(score, _)| in_order((*score).into())).collect();
        keys.sort_unstable();
        keys
    };
    let [above, below] = [true, false].map(sorted);
    let (mut lower, mut equal_too, mut sum) = (0, 0, 0.0);
    for key in &above {
        lower += below[lower..].iter().take_while(|other| *other < key).count();
        equal_too = equal_too.max(lower);
        equal_too += below[equal_too..].iter().take_while(|other| *other == key).count();
        sum += (lower + equal_too) as f64 / 2.0;
    }
    // None of a kind is 0 / 0.
    finite(sum / (above.len() as f64 * below.len() as f64))
}

/// A whole number that stands to others as the number to others; the two zeros are one.
fn in_order(number: f64) -> i64 {
    let bits = (number + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
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
