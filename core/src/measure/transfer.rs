//! Transfer gain: how much better a task does with the others than alone.

use super::real::finite;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// What the seeds say about a transfer gain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// The interval lies above zero.
    Positive,
    /// The interval lies below zero.
    Negative,
    /// The interval contains zero, or there are too few seeds for one.
    #[default]
    NoDifference,
    /// There is no baseline, or it is so close to zero that a ratio means nothing.
    Undefined,
}

/// A task's transfer gain over paired seeds.
///
/// `TG = (single - multi) / single` on held-out rows, per seed; higher is better (Standley et al.
/// 2020 call it relative performance).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TransferGain {
    /// Mean over seeds, a fraction (0.15 is +15 %).
    pub mean: f64,
    /// Lower end of the 95 % t-interval over paired seeds.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Seeds that count.
    pub seeds: usize,
    /// What the interval says.
    pub verdict: Verdict,
}

/// A baseline loss below this is nearly zero: its ratio to another loss means nothing.
pub(super) const NEARLY_ZERO: f64 = 1e-6;

/// The transfer gain of one run, `(single - multi) / single`. `None` where the baseline is nearly
/// zero or a loss is not finite.
pub fn gain(single: f64, multi: f64) -> Option<f64> {
    finite((single - multi) / single).filter(|_| single >= NEARLY_ZERO)
}

/// The gain of every task from every other: in row i and column j the gain on task j when it is
/// trained with task i only. Nothing on the diagonal.
///
/// `alone[j]` are the losses of task j alone, one a seed; `paired[i][j]` those of task j trained
/// with i. Where they are missing or not as many as alone, the gain is undefined.
pub fn matrix(alone: &[Vec<f64>], paired: &[Vec<Vec<f64>>]) -> Vec<Vec<Option<TransferGain>>> {
    let gain = |i: usize, j: usize| {
        let losses = paired.get(i).and_then(|row| row.get(j));
        let known = alone.get(j).zip(losses).filter(|(single, multi)| single.len() == multi.len());
        known.map_or_else(TransferGain::undefined, |(single, multi)| {
            let pairs: Vec<_> = single.iter().copied().zip(multi.iter().copied()).collect();
            TransferGain::over_seeds(&pairs)
        })
    };
    let tasks = alone.len();
    (0..tasks).map(|i| (0..tasks).map(|j| (i != j).then(|| gain(i, j))).collect()).collect()
}

impl TransferGain {
    /// The gain where none can be stated.
    pub fn undefined() -> Self {
        Self { verdict: Verdict::Undefined, ..Self::default() }
    }

    /// The gain over paired `(single, multi)` losses, one pair a seed. Pairs with a loss that is
    /// not finite (a model that diverged) don't count.
    pub fn over_seeds(pairs: &[(f64, f64)]) -> Self {
        let sound: Vec<_> = pairs.iter().filter(|(single, multi)| single.is_finite() && multi.is_finite()).collect();
        let gains: Option<Vec<f64>> = sound.iter().map(|(single, multi)| gain(*single, *multi)).collect();
        let Some(gains) = gains.filter(|gains| !gains.is_empty()) else {
            return Self::undefined();
        };
        let (mean, half) = t_interval(&gains);
        let (low, high) = (mean - half, mean + half);
        let verdict = match half.is_finite() {
            true if low > 0.0 => Verdict::Positive,
            true if high < 0.0 => Verdict::Negative,
            _ => Verdict::NoDifference,
        };
        Self { mean, low, high, seeds: gains.len(), verdict }
    }
}

/// Mean of a sample and half the width of its 95 % t-interval; infinite below two values.
pub fn t_interval(sample: &[f64]) -> (f64, f64) {
    let n = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / n;
    if sample.len() < 2 {
        return (mean, f64::INFINITY);
    }
    let variance = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, t_quantile(n - 1.0) * (variance / n).sqrt())
}

/// What half a 95 % interval is of a standard error, by degrees of freedom.
pub(super) fn t_quantile(freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975))
}
