//! Numbers about labels: correlation, quantile cuts, the loss of the best constant predictor.

use super::TaskShape;
use crate::config::LossKind;

/// The `classes - 1` cuts that divide a sample into classes of equal size.
pub(super) fn quantile_cuts(mut sample: Vec<f64>, classes: usize) -> Vec<f64> {
    sample.sort_by(f64::total_cmp);
    let at = |i: usize| sample.get(i).copied().unwrap_or(0.0);
    (1..classes).map(|i| sample.len() * i / classes).map(|i| 0.5 * (at(i.saturating_sub(1)) + at(i))).collect()
}

/// The class of a value: how many of the cuts it exceeds.
pub(super) fn bin(cuts: &[f64], value: f64) -> usize {
    cuts.iter().filter(|cut| value > **cut).count()
}

/// The loss of the constant prediction that does best on these labels, row-major
/// `[rows, columns]`; see [`super::Dataset::reference`] for the losses' conventions.
pub(super) fn constant_loss(shape: &TaskShape, labels: &[f32]) -> f64 {
    match shape.loss {
        LossKind::Mse => mean_over_columns(shape.columns, labels, variance),
        LossKind::Huber => mean_over_columns(shape.columns, labels, huber_spread),
        LossKind::Bce | LossKind::Ce => entropy(labels, shape.classes().unwrap_or(2)),
    }
}

fn mean_over_columns(columns: usize, labels: &[f32], spread: fn(&[f64]) -> f64) -> f64 {
    let columns = columns.max(1);
    let of = |column| labels.iter().skip(column).step_by(columns).map(|y| f64::from(*y)).collect();
    (0..columns).map(|column| spread(&Vec::from_iter::<Vec<f64>>(of(column)))).sum::<f64>() / columns as f64
}

/// Mean squared distance from the mean.
fn variance(sample: &[f64]) -> f64 {
    let n = sample.len().max(1) as f64;
    let mean = sample.iter().sum::<f64>() / n;
    sample.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n
}

/// Mean Huber distance (threshold 1) from the point that makes it smallest: the root of the sum of
/// clipped errors, which falls as the point rises, by bisection.
fn huber_spread(sample: &[f64]) -> f64 {
    let (mut low, mut high) = sample.iter().fold((f64::MAX, f64::MIN), |(low, high), y| (y.min(low), y.max(high)));
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        let pull: f64 = sample.iter().map(|y| (y - middle).clamp(-1.0, 1.0)).sum();
        *(if pull > 0.0 { &mut low } else { &mut high }) = middle;
    }
    let point = 0.5 * (low + high);
    sample.iter().map(|y| huber(y - point)).sum::<f64>() / sample.len().max(1) as f64
}

/// Huber loss with threshold 1.
fn huber(error: f64) -> f64 {
    let size = error.abs();
    if size <= 1.0 { 0.5 * size * size } else { size - 0.5 }
}

/// Entropy of the class frequencies, in nats; 0 for a single class.
fn entropy(labels: &[f32], classes: usize) -> f64 {
    let mut counts = vec![0_usize; classes.max(1)];
    for label in labels {
        if let Some(count) = counts.get_mut(*label as usize) {
            *count += 1;
        }
    }
    let n = labels.len().max(1) as f64;
    let shares = counts.iter().filter(|count| **count > 0).map(|count| *count as f64 / n);
    // The zero keeps a single class from printing as -0.
    0.0 - shares.map(|share| share * share.ln()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(loss: LossKind, outputs: usize, columns: usize) -> TaskShape {
        TaskShape { loss, outputs, columns }
    }

    /// The smallest mean loss over a fine grid of constants.
    fn searched(labels: &[f32], loss: fn(f64) -> f64) -> f64 {
        let mean = |c: f64| labels.iter().map(|y| loss(f64::from(*y) - c)).sum::<f64>() / labels.len() as f64;
        (-40_000..=40_000).map(|i| mean(f64::from(i) * 1e-4)).fold(f64::MAX, f64::min)
    }

    #[test]
    fn the_best_constant_is_the_one_that_a_search_finds() {
        let labels = [0.1, -0.4, 3.5, 0.0, 0.7, -2.9, 0.2];
        let mse = constant_loss(&shape(LossKind::Mse, 1, 1), &labels);
        let robust = constant_loss(&shape(LossKind::Huber, 1, 1), &labels);
        assert!((mse - searched(&labels, |e| e * e)).abs() < 1e-6);
        assert!((robust - searched(&labels, huber)).abs() < 1e-6);
    }

    #[test]
    fn a_vector_regression_averages_over_its_outputs() {
        // Columns (0, 2) and (1, 5): variances 1 and 4.
        let labels = [0.0, 1.0, 2.0, 5.0];
        assert!((constant_loss(&shape(LossKind::Mse, 2, 2), &labels) - 2.5).abs() < 1e-12);
    }

    #[test]
    fn nothing_breaks_without_rows() {
        for loss in [LossKind::Mse, LossKind::Huber, LossKind::Bce, LossKind::Ce] {
            assert_eq!(constant_loss(&shape(loss, 1, 1), &[]), 0.0);
        }
        assert_eq!(quantile_cuts(Vec::new(), 2), [0.0]);
    }

    #[test]
    fn classes_have_the_entropy_of_their_frequencies() {
        let quarter = constant_loss(&shape(LossKind::Bce, 1, 1), &[1.0, 0.0, 0.0, 0.0]);
        assert!((quarter - 0.562_335_144_618_808_4).abs() < 1e-12);
        let even = constant_loss(&shape(LossKind::Ce, 4, 1), &[0.0, 1.0, 2.0, 3.0]);
        assert!((even - 4_f64.ln()).abs() < 1e-12);
        assert_eq!(constant_loss(&shape(LossKind::Ce, 3, 1), &[2.0, 2.0]), 0.0);
    }

    #[test]
    fn cuts_make_classes_of_equal_size() {
        let sample: Vec<f64> = (0..30).map(f64::from).collect();
        let cuts = quantile_cuts(sample.clone(), 3);
        for class in 0..3 {
            assert_eq!(sample.iter().filter(|v| bin(&cuts, **v) == class).count(), 10);
        }
    }
}
