//! How far off a task that predicts numbers is.
//!
//! `predicted` and `target` are of equal length; with several outputs they are `[rows, outputs]`,
//! row-major. Nothing is said of no rows, and where a number is not finite.

use super::real::{Real, finite, mean};

/// What is predicted less what is true.
fn errors<'a, T: Real>(predicted: &'a [T], target: &'a [T]) -> Option<impl Iterator<Item = f64> + 'a> {
    let error = |(predicted, target): (&T, &T)| (*predicted).into() - (*target).into();
    (predicted.len() == target.len()).then(|| predicted.iter().zip(target).map(error))
}

/// Mean squared error.
pub fn mse<T: Real>(predicted: &[T], target: &[T]) -> Option<f64> {
    mean(errors(predicted, target)?.map(|error| error * error))
}

/// Root of the mean squared error, in the target's own unit.
pub fn rmse<T: Real>(predicted: &[T], target: &[T]) -> Option<f64> {
    mse(predicted, target).map(f64::sqrt)
}

/// Mean absolute error, in the target's own unit.
pub fn mae<T: Real>(predicted: &[T], target: &[T]) -> Option<f64> {
    mean(errors(predicted, target)?.map(f64::abs))
}

/// The share of the target's variance that is explained,
/// `R² = 1 - sum (y - yhat)² / sum (y - mean y)²`: 1 is perfect, 0 as good as always saying the
/// mean, below zero worse. With several outputs it is the mean over those that vary; `None` where
/// none does.
///
/// ```
/// use mtl_core::measure::numbers::r2;
///
/// assert_eq!(r2(&[2.0, 2.0, 5.0], &[1.0, 2.0, 6.0], 1), Some(1.0 - 2.0 / 14.0));
/// ```
pub fn r2<T: Real>(predicted: &[T], target: &[T], outputs: usize) -> Option<f64> {
    let every = predicted.iter().chain(target).all(|number| (*number).into().is_finite());
    if outputs == 0 || predicted.len() != target.len() || !target.len().is_multiple_of(outputs) || !every {
        return None;
    }
    let column = |of: &[T], output: usize| -> Vec<f64> {
        of.iter().skip(output).step_by(outputs).map(|number| (*number).into()).collect()
    };
    let columns = (0..outputs).map(|output| (column(predicted, output), column(target, output)));
    let varying = columns.filter(|(_, target)| varies(target));
    mean(varying.map(|(predicted, target)| explained(&predicted, &target)))
}

/// Decided by the numbers themselves: around a rounded mean even a constant seems to vary.
fn varies(values: &[f64]) -> bool {
    values.iter().any(|value| Some(value) != values.first())
}

/// R² of one output; NaN where squares are beyond all bounds.
fn explained(predicted: &[f64], target: &[f64]) -> f64 {
    let middle = mean(target.iter().copied()).unwrap_or(f64::NAN);
    let constant = vec![middle; target.len()];
    let of = |said: &[f64]| mse(said, target).and_then(finite).unwrap_or(f64::NAN);
    1.0 - of(predicted) / of(&constant)
}
