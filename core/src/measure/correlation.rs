//! How closely a number follows a task's labels over some rows: what a unit of a network has to do with
//! the task.
//!
//! * Of a regression (its first output) and of two classes, told as 0 and 1: Pearson's correlation, from
//!   -1 to 1.
//! * Of several classes, which have no order and so no sign: the correlation ratio, the root of the share
//!   of the number's variance that lies between the classes, from 0 to 1. A share of its own falls to
//!   every class by chance, ten classes over 256 rows of noise would have a ratio of 0.19; it is taken off
//!   (Kelley 1935, epsilon squared: `1 - (1 - share) (n - 1) / (n - k)`, not below 0).
//!
//! The ratio rather than the largest correlation with a single class: a unit that tells five classes from
//! the five others follows the task as far as one unit can, yet correlates with none of them by more than
//! a third.

use crate::data::TaskShape;
use crate::math::statistics::pearson;

/// A task's labels over some rows, ready to be held against numbers over the same rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// The rows that carry a label.
    rows: Vec<usize>,
    labels: Vec<f64>,
    /// Where there are several.
    classes: Option<usize>,
}

impl Followed {
    /// `labels`: row-major `[rows, columns]`; `labelled`: whether a row carries the task's label.
    pub fn new(shape: &TaskShape, labels: &[f32], labelled: &[bool]) -> Self {
        let first = labels.iter().step_by(shape.columns.max(1)).zip(labelled).enumerate();
        let (rows, labels) =
            first.filter(|(_, (_, on))| **on).map(|(row, (label, _))| (row, f64::from(*label))).unzip();
        Self { rows, labels, classes: shape.classes().filter(|classes| *classes > 2) }
    }

    /// How closely a number follows the task, one value a row; 0 where it is the same everywhere, isn't
    /// finite or the labels don't differ.
    pub fn correlation(&self, values: &[f32]) -> f32 {
        let values: Vec<f64> = self.rows.iter().filter_map(|row| values.get(*row)).map(|v| f64::from(*v)).collect();
        if values.len() != self.rows.len() || values.iter().any(|value| !value.is_finite()) {
            return 0.0;
        }
        match self.classes {
            None => pearson(&values, &self.labels) as f32,
            Some(classes) => self.ratio(&values, classes) as f32,
        }
    }

    /// The correlation ratio.
    fn ratio(&self, values: &[f64], classes: usize) -> f64 {
        let mut sums = vec![(0.0, 0.0); classes];
        for (value, label) in values.iter().zip(&self.labels) {
            if let Some((sum, count)) = sums.get_mut(*label as usize) {
                *sum += value;
                *count += 1.0;
            }
        }
        sums.retain(|(_, count)| *count > 0.0);
        let (rows, groups) = (values.len() as f64, sums.len() as f64);
        let mean = values.iter().sum::<f64>() / rows;
        let whole: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let between: f64 = sums.iter().map(|(sum, count)| count * (sum / count - mean).powi(2)).sum();
        if whole <= 0.0 || rows <= groups || groups < 2.0 {
            return 0.0;
        }
        let share = 1.0 - (1.0 - between / whole) * (rows - 1.0) / (rows - groups);
        share.clamp(0.0, 1.0).sqrt()
    }
}

/// How closely every unit follows every task, `[units, tasks]`; `units`: `[units, rows]`.
pub fn correlations(units: &[f32], rows: usize, tasks: &[Followed]) -> Vec<f32> {
    units.chunks_exact(rows.max(1)).flat_map(|unit| tasks.iter().map(|task| task.correlation(unit))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LossKind;

    fn of(loss: LossKind, outputs: usize, labels: &[f32]) -> Followed {
        let columns = if loss.is_regression() { outputs } else { 1 };
        let rows = labels.len() / columns;
        Followed::new(&TaskShape { loss, outputs, columns }, labels, &vec![true; rows])
    }

    #[test]
    fn a_number_follows_a_regression_by_its_first_output() {
        // Deviations -1.5 -0.5 0.5 1.5 and -1 1 -1 1: 2 / sqrt(5 * 4). The second outputs say otherwise.
        let task = of(LossKind::Mse, 2, &[0.0, 9.0, 2.0, 8.0, 0.0, 7.0, 2.0, 6.0]);
        assert!((task.correlation(&[1.0, 2.0, 3.0, 4.0]) - 0.447_213_6).abs() < 1e-6);
        assert!((task.correlation(&[4.0, 3.0, 2.0, 1.0]) + 0.447_213_6).abs() < 1e-6);
    }

    #[test]
    fn a_number_follows_two_classes_with_a_sign() {
        let task = of(LossKind::Bce, 1, &[0.0, 0.0, 1.0, 1.0]);
        assert_eq!(task.correlation(&[-3.0, -3.0, 5.0, 5.0]), 1.0);
        assert_eq!(task.correlation(&[2.0, 2.0, 1.0, 1.0]), -1.0);
        // Deviations -2 0 0 2 and -1/2 -1/2 1/2 1/2: 2 / sqrt(8).
        assert!((task.correlation(&[0.0, 2.0, 2.0, 4.0]) - std::f32::consts::FRAC_1_SQRT_2).abs() < 1e-6);
    }

    #[test]
    fn a_number_follows_several_classes_by_the_variance_between_them() {
        let task = of(LossKind::Ce, 3, &[0.0, 0.0, 1.0, 1.0, 2.0, 2.0]);
        assert_eq!(task.correlation(&[5.0, 5.0, -1.0, -1.0, 5.0, 5.0]), 1.0);
        // Class means 1 3 5, between 16 of 22 in all: 1 - 6/22 * 5/3 = 6/11.
        assert!((task.correlation(&[0.0, 2.0, 2.0, 4.0, 4.0, 6.0]) - (6.0f32 / 11.0).sqrt()).abs() < 1e-6);
        // Between the classes lies less than chance would put there.
        assert_eq!(task.correlation(&[0.0, 1.0, 1.0, 0.0, 0.0, 1.0]), 0.0);
    }

    #[test]
    fn rows_without_a_label_do_not_count() {
        let shape = TaskShape { loss: LossKind::Mse, outputs: 1, columns: 1 };
        let task = Followed::new(&shape, &[1.0, 0.0, 2.0, 3.0], &[true, false, true, true]);
        assert_eq!(task.correlation(&[1.0, 99.0, 2.0, 3.0]), 1.0);
    }

    #[test]
    fn what_says_nothing_is_zero_and_never_nan() {
        let tasks = [of(LossKind::Mse, 1, &[1.0, 2.0, 4.0]), of(LossKind::Ce, 3, &[0.0, 1.0, 1.0])];
        for silent in [[0.1f32; 3], [f32::NAN, 0.0, 1.0], [f32::INFINITY, 0.0, 1.0]] {
            assert_eq!(correlations(&silent, 3, &tasks), [0.0, 0.0]);
        }
        let dull = [of(LossKind::Bce, 1, &[1.0; 3]), of(LossKind::Ce, 3, &[2.0; 3]), of(LossKind::Ce, 3, &[])];
        assert_eq!(correlations(&[1.0, 2.0, 3.0], 3, &dull), [0.0; 3]);
        assert!(correlations(&[], 0, &tasks).is_empty());
        // Too few values for the rows.
        assert_eq!(tasks[0].correlation(&[1.0]), 0.0);
    }

    #[test]
    fn units_stand_row_by_row_and_tasks_within() {
        let tasks = [of(LossKind::Mse, 1, &[0.0, 1.0]), of(LossKind::Mse, 1, &[1.0, 0.0])];
        assert_eq!(correlations(&[3.0, 4.0, 9.0, 2.0], 2, &tasks), [1.0, -1.0, -1.0, 1.0]);
    }
}
