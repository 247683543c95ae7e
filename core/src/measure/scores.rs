//! All measures of one task's predictions, taken once.

use super::{classes, numbers, tasks::Score};
use crate::config::LossKind;

/// How well predictions of a task do, by the measures of its kind; `None` for those of the other
/// kind, and where a measure says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// See [`classes::accuracy`].
    pub accuracy: Option<f64>,
    /// See [`classes::balanced_accuracy`].
    pub balanced_accuracy: Option<f64>,
    /// See [`classes::macro_f1`].
    pub macro_f1: Option<f64>,
    /// See [`classes::auc`], of several classes [`classes::auc_one_vs_rest`] over probabilities.
    pub auc: Option<f64>,
    /// See [`numbers::mse`].
    pub mse: Option<f64>,
    /// See [`numbers::rmse`].
    pub rmse: Option<f64>,
    /// See [`numbers::mae`].
    pub mae: Option<f64>,
    /// See [`numbers::r2`].
    pub r2: Option<f64>,
}

impl Scores {
    /// The scores of a model's raw outputs (logits of classes), row-major `[rows, outputs]`, on rows
    /// with these labels: `[rows, outputs]` of a regression, else a class number a row. Nothing if
    /// the two don't fit, or there are no rows.
    ///
    /// ```
    /// use mtl_core::{config::LossKind, measure::scores::Scores};
    ///
    /// let scores = Scores::of(LossKind::Bce, 1, &[2.0, -1.0, 0.5], &[1.0, 0.0, 0.0]);
    /// assert_eq!((scores.accuracy, scores.auc, scores.mse), (Some(2.0 / 3.0), Some(1.0), None));
    /// ```
    pub fn of(loss: LossKind, outputs: usize, predicted: &[f32], labels: &[f32]) -> Self {
        let (width, rows) = (outputs.max(1), predicted.len() / outputs.max(1));
        if loss.is_regression() {
            Self::of_numbers(width, predicted, labels)
        } else if labels.len() != rows || predicted.iter().any(|logit| !logit.is_finite()) {
            Self::default()
        } else if loss == LossKind::Bce {
            Self::of_two(predicted, labels)
        } else {
            Self::of_several(width, predicted, labels)
        }
    }

    fn of_numbers(outputs: usize, predicted: &[f32], labels: &[f32]) -> Self {
        Self {
            mse: numbers::mse(predicted, labels),
            rmse: numbers::rmse(predicted, labels),
            mae: numbers::mae(predicted, labels),
            r2: numbers::r2(predicted, labels, outputs),
            ..Self::default()
        }
    }

    fn of_two(logits: &[f32], labels: &[f32]) -> Self {
        let positive: Vec<bool> = labels.iter().map(|label| *label > 0.5).collect();
        let truth: Vec<usize> = positive.iter().map(|positive| usize::from(*positive)).collect();
        let said: Vec<usize> = logits.iter().map(|logit| usize::from(*logit > 0.0)).collect();
        // Probabilities rank as their logits do, and don't run into one another near 0 and 1.
        Self { auc: classes::auc(logits, &positive), ..Self::of_classes(&truth, &said) }
    }

    fn of_several(count: usize, logits: &[f32], labels: &[f32]) -> Self {
        let truth: Vec<usize> = labels.iter().map(|label| *label as usize).collect();
        if truth.iter().any(|class| *class >= count) {
            return Self::default();
        }
        let said: Vec<usize> = logits.chunks_exact(count).map(largest).collect();
        // Against the rest a class's logit says nothing before the others are taken into account.
        let chances: Vec<f64> = logits.chunks_exact(count).flat_map(softmax).collect();
        Self { auc: classes::auc_one_vs_rest(&chances, &truth, count), ..Self::of_classes(&truth, &said) }
    }

    fn of_classes(truth: &[usize], said: &[usize]) -> Self {
        let Some(tallies) = classes::Tallies::of(truth, said) else { return Self::default() };
        Self {
            accuracy: Some(tallies.accuracy()),
            balanced_accuracy: tallies.balanced_accuracy(),
            macro_f1: tallies.macro_f1(),
            ..Self::default()
        }
    }

    /// The metrics that delta-m compares, with those of a baseline: accuracy, balanced accuracy, macro
    /// F1 and AUC of classes, root mean squared and mean absolute error of numbers. R² may be zero or
    /// below and the mean squared error says again what its root says. What the baseline has none of
    /// is left out; what only the model has none of is NaN.
    pub fn against(&self, baseline: &Self) -> Vec<Score> {
        let all = [
            (self.accuracy, baseline.accuracy, true),
            (self.balanced_accuracy, baseline.balanced_accuracy, true),
            (self.macro_f1, baseline.macro_f1, true),
            (self.auc, baseline.auc, true),
            (self.rmse, baseline.rmse, false),
            (self.mae, baseline.mae, false),
        ];
        let score = |(value, baseline, higher_is_better): (Option<f64>, Option<f64>, bool)| {
            Some(Score { value: value.unwrap_or(f64::NAN), baseline: baseline?, higher_is_better })
        };
        all.into_iter().filter_map(score).collect()
    }

    /// What is said of a task apart from its loss: the accuracy of classes, the root mean squared error
    /// of numbers.
    pub fn metric(&self) -> Option<f64> {
        self.accuracy.or(self.rmse)
    }

    /// One number that is 1 where all is right: the accuracy of classes, the R² of numbers.
    pub fn share(&self) -> Option<f64> {
        self.accuracy.or(self.r2)
    }
}

/// Index of the largest logit, the first of equal ones.
fn largest(logits: &[f32]) -> usize {
    let best = logits.iter().enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map_or(0, |(class, _)| class)
}

fn softmax(logits: &[f32]) -> Vec<f64> {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let parts: Vec<f64> = logits.iter().map(|logit| f64::from(logit - most).exp()).collect();
    let sum: f64 = parts.iter().sum();
    parts.into_iter().map(|part| part / sum).collect()
}
