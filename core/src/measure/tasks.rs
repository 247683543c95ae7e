//! One number for several tasks, or for several methods over several tasks.

use super::real::{finite, mean, ranks};
use super::transfer::NEARLY_ZERO;

/// A baseline below this is nearly zero, or has no sign to be relative to: a ratio means nothing.
const LEAST_BASELINE: f64 = 1e-12;

/// A metric of a task, with the same metric of the baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// What the model reaches.
    pub value: f64,
    /// What the model that learns this task alone reaches.
    pub baseline: f64,
    /// Whether more is better.
    pub higher_is_better: bool,
}

impl Score {
    /// How much better than the baseline, as a share of it. `None` where the baseline is nearly
    /// zero or below: use errors and losses here, not R².
    pub fn gain(&self) -> Option<f64> {
        let change = (self.value - self.baseline) / self.baseline;
        let gain = if self.higher_is_better { change } else { -change };
        finite(gain).filter(|_| self.baseline >= LEAST_BASELINE)
    }
}

/// Delta-m, higher is better (Maninis et al. 2019): the mean over tasks of the mean over a task's
/// metrics of their gain over the baseline. A fraction; papers print it times 100.
///
/// `None` without a task, for a task without a metric, and where a gain can't be stated.
///
/// ```
/// use mtl_core::measure::tasks::{Score, delta_m, delta_m_drop};
///
/// let error = |value, baseline| Score { value, baseline, higher_is_better: false };
/// assert_eq!(delta_m(&[[error(0.5, 1.0)], [error(1.5, 2.0)]]), Some(0.375));
/// assert_eq!(delta_m_drop(&[[error(0.5, 1.0)], [error(1.5, 2.0)]]), Some(-0.375));
/// ```
pub fn delta_m<S: AsRef<[Score]>>(tasks: &[S]) -> Option<f64> {
    let per_task: Option<Vec<f64>> = tasks.iter().map(|scores| mean_gain(scores.as_ref())).collect();
    mean(per_task?)
}

/// Delta-m as Nash-MTL, FAMO and FairGrad print it, lower is better (Navon et al. 2022): the other
/// sign, and the mean over all metrics at once, so that a task with more metrics counts more.
///
/// `None` as for [`delta_m`].
pub fn delta_m_drop<S: AsRef<[Score]>>(tasks: &[S]) -> Option<f64> {
    if tasks.iter().any(|scores| scores.as_ref().is_empty()) {
        return None;
    }
    let all: Vec<Score> = tasks.iter().flat_map(|scores| scores.as_ref()).copied().collect();
    mean_gain(&all).map(|gain| -gain)
}

fn mean_gain(scores: &[Score]) -> Option<f64> {
    let gains: Option<Vec<f64>> = scores.iter().map(Score::gain).collect();
    mean(gains?)
}

/// The mean rank of every method over the columns of a table `[methods, columns]`: 1 is best, equal
/// scores share the mean of their ranks. `higher_is_better` has one entry a column.
///
/// A method with a score that is not finite, or with a row of another length, is left out of the
/// ranking and has none.
///
/// ```
/// let ranks = mtl_core::measure::tasks::mean_ranks(&[[0.9, 3.0], [0.8, 1.0]], &[true, false]);
/// assert_eq!(ranks, [Some(1.5), Some(1.5)]);
/// ```
pub fn mean_ranks<M: AsRef<[f64]>>(methods: &[M], higher_is_better: &[bool]) -> Vec<Option<f64>> {
    let whole =
        |row: &&[f64]| row.len() == higher_is_better.len() && !row.is_empty() && row.iter().all(|x| x.is_finite());
    let ranked: Vec<&[f64]> = methods.iter().map(AsRef::as_ref).filter(whole).collect();
    let mut sums = vec![0.0; ranked.len()];
    for (column, higher) in higher_is_better.iter().enumerate() {
        let sign = if *higher { -1.0 } else { 1.0 };
        let scores: Vec<f64> = ranked.iter().map(|row| sign * row[column]).collect();
        sums.iter_mut().zip(ranks(&scores)).for_each(|(sum, rank)| *sum += rank);
    }
    let mut sums = sums.into_iter();
    let mean = |sum: f64| sum / higher_is_better.len() as f64;
    methods.iter().map(|row| if whole(&row.as_ref()) { sums.next().map(mean) } else { None }).collect()
}

/// The weighted mean of the tasks' numbers, `sum_k w_k x_k / sum_k w_k`. A task of weight 0 doesn't
/// count, whatever its number. `None` where no weight is above zero, one is below, or a number that
/// counts is not finite.
pub fn average(values: &[f64], weights: &[f64]) -> Option<f64> {
    if values.len() != weights.len() || !weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0) {
        return None;
    }
    // By the largest weight: sums of huge ones stay finite.
    let most = weights.iter().copied().fold(0.0, f64::max);
    let counting = values.iter().zip(weights).map(|(value, weight)| (value, weight / most)).filter(|(_, w)| *w > 0.0);
    let (sum, total) = counting.fold((0.0, 0.0), |(sum, total), (value, w)| (sum + w * value, total + w));
    finite(sum / total)
}

/// Validation across tasks: the mean over tasks of the validation loss relative to that of the best
/// constant guess, `1/K sum_k L_k / L_k^guess`. 1 is no better than guessing, 0 is perfect; tasks of
/// any scale count alike. `None` where a guess has nearly no loss.
pub fn validation(losses: &[f64], guesses: &[f64]) -> Option<f64> {
    if losses.len() != guesses.len() || !guesses.iter().all(|guess| *guess >= NEARLY_ZERO) {
        return None;
    }
    mean(losses.iter().zip(guesses).map(|(loss, guess)| loss / guess))
}
