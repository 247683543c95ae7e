//! Transfer gain: how much better a task does beside the others than alone.

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
/// `TG = (single - multi) / single` on held-out rows, per seed; higher is better (section 2.7.2 of
/// the methods' reference; Standley et al. 2020 call it relative performance).
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
const NEARLY_ZERO: f64 = 1e-6;

impl TransferGain {
    /// The gain that nobody can state.
    pub fn undefined() -> Self {
        Self { verdict: Verdict::Undefined, ..Self::default() }
    }

    /// The gain over paired `(single, multi)` losses, one pair a seed. Pairs with a loss that is
    /// not finite (a model that died) don't count.
    pub fn over_seeds(pairs: &[(f64, f64)]) -> Self {
        let alive: Vec<_> = pairs.iter().filter(|(single, multi)| single.is_finite() && multi.is_finite()).collect();
        if alive.is_empty() || alive.iter().any(|(single, _)| *single < NEARLY_ZERO) {
            return Self::undefined();
        }
        let gains: Vec<f64> = alive.iter().map(|(single, multi)| (single - multi) / single).collect();
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
    let quantile = StudentsT::new(0.0, 1.0, n - 1.0).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975));
    (mean, quantile * (variance / n).sqrt())
}
