//! Whether numbers over paired seeds differ: interval, paired test, several tests at once.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Mean of a sample and half the width of its 95 % t-interval; infinite below two values.
pub fn t_interval(sample: &[f64]) -> (f64, f64) {
    let n = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / n;
    if sample.len() < 2 {
        return (mean, f64::INFINITY);
    }
    (mean, t_quantile(n - 1.0) * (variance(sample, mean) / n).sqrt())
}

fn variance(sample: &[f64], mean: f64) -> f64 {
    sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (sample.len() as f64 - 1.0)
}

/// What half a 95 % interval is of a standard error, by degrees of freedom.
pub(super) fn t_quantile(freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975))
}

/// Geometric mean of losses and the ends of its 95 % t-interval over seeds, taken of their logarithms. `None`
/// where a loss is not above zero or not finite; the ends are 0 and infinity for one value.
///
/// ```
/// let (mean, low, high) = mtl_core::measure::distinct::geometric(&[0.1, 0.4]).unwrap();
/// assert!((mean - 0.2).abs() < 1e-12 && low < 0.1 && high > 0.4);
/// ```
pub fn geometric(losses: &[f64]) -> Option<(f64, f64, f64)> {
    let logs: Option<Vec<f64>> = losses.iter().map(|loss| Some(loss.ln()).filter(|log| log.is_finite())).collect();
    let logs = logs.filter(|logs| !logs.is_empty())?;
    let (mean, half) = t_interval(&logs);
    Some((mean.exp(), (mean - half).exp(), (mean + half).exp()))
}

/// The two-sided p-value of a t-test on paired differences (Student 1908): how often differences at least this
/// far from zero would come about where there is none. `None` below two pairs and where one is not finite.
///
/// ```
/// use mtl_core::measure::distinct::paired_t_test;
///
/// assert!(paired_t_test(&[1.0, 1.1, 0.9]).unwrap() < 0.01);
/// assert!(paired_t_test(&[1.0, -1.1, 0.2]).unwrap() > 0.5);
/// assert_eq!(paired_t_test(&[1.0]), None);
/// ```
pub fn paired_t_test(differences: &[f64]) -> Option<f64> {
    if differences.len() < 2 || differences.iter().any(|difference| !difference.is_finite()) {
        return None;
    }
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let error = (variance(differences, mean) / n).sqrt();
    if error == 0.0 {
        // All alike: no difference at all, or one that never fails.
        return Some(if mean == 0.0 { 1.0 } else { 0.0 });
    }
    let law = StudentsT::new(0.0, 1.0, n - 1.0).ok()?;
    Some(2.0 * law.cdf(-(mean / error).abs()))
}

/// Which of several tests stand at a level when all are made at once (Holm 1979): the smallest p-value counts as
/// many times as there are tests, the next one once less, until one fails. A test without a p-value fails.
///
/// ```
/// use mtl_core::measure::distinct::holm;
///
/// assert_eq!(holm(&[Some(0.02), Some(0.001), Some(0.04)], 0.05), [true, true, true]);
/// assert_eq!(holm(&[Some(0.03), Some(0.001), Some(0.04)], 0.05), [false, true, false]);
/// ```
pub fn holm(p_values: &[Option<f64>], level: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    let p = |i: usize| p_values[i].filter(|p| !p.is_nan()).unwrap_or(f64::INFINITY);
    order.sort_by(|i, j| p(*i).total_cmp(&p(*j)));
    let mut stands = vec![false; p_values.len()];
    for (rank, i) in order.into_iter().enumerate() {
        if p(i) * (p_values.len() - rank) as f64 > level {
            break;
        }
        stands[i] = true;
    }
    stands
}

/// The row with the lowest geometric mean, where it is lower than every other one beyond chance: paired t-tests
/// on logarithms over the same seeds, all rows against it, corrected by Holm at 5 %. `None` where the lowest is not
/// distinct from some other, has a loss that is not finite, or is alone. Rows with losses that are not finite are
/// no rivals.
///
/// ```
/// use mtl_core::measure::distinct::lowest;
///
/// let rows = [vec![0.20, 0.22, 0.25], vec![0.10, 0.11, 0.12], vec![0.30, 0.31, 0.39]];
/// assert_eq!(lowest(&rows), Some(1));
/// assert_eq!(lowest(&[vec![0.2, 0.1, 0.4], vec![0.1, 0.2, 0.3]]), None);
/// ```
pub fn lowest(rows: &[Vec<f64>]) -> Option<usize> {
    let logs: Vec<Option<Vec<f64>>> =
        rows.iter().map(|row| row.iter().map(|loss| Some(loss.ln()).filter(|log| log.is_finite())).collect()).collect();
    let sound = || logs.iter().enumerate().filter_map(|(i, logs)| Some((i, logs.as_ref().filter(|l| !l.is_empty())?)));
    let mean = |logs: &[f64]| logs.iter().sum::<f64>() / logs.len() as f64;
    let (best, own) = sound().min_by(|(_, a), (_, b)| mean(a).total_cmp(&mean(b)))?;
    let rivals: Vec<Option<f64>> = sound()
        .filter(|(i, _)| *i != best)
        .map(|(_, other)| {
            let differences: Vec<f64> = other.iter().zip(own).map(|(a, b)| a - b).collect();
            paired_t_test(&differences).filter(|_| other.len() == own.len())
        })
        .collect();
    (!rivals.is_empty() && holm(&rivals, 0.05).into_iter().all(|stands| stands)).then_some(best)
}
