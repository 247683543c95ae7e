//! Transfer gain: how much lower a task's loss is with the others than alone.
//!
//! Per paired seed and task `r = ln(L_alone / L_together)`; shown is `1 - exp(-mean r)` with a 95 % t-interval
//! on r, taken back the same way. A ratio of losses can rise without end and can't fall below zero, so that the mean
//! of plain ratios is drawn off by a single bad seed and an interval around it reaches where no loss can be; in
//! logarithms twice as good and twice as bad lie equally far from no difference.

use super::distinct::t_interval;
use super::real::finite;
use serde::{Deserialize, Serialize};

/// What the seeds say about a transfer gain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verdict {
    /// There is no baseline, or it is so close to zero that a ratio means nothing.
    Undefined,
    /// There are not enough recorded points or seeds yet to say anything.
    #[default]
    TooEarly,
    /// Neither side's loss is clearly lower than that of the best constant guess.
    NothingLearned,
    /// The interval allows more than one of the words below.
    NotClear,
    /// The interval lies within ±5 %.
    AboutTheSame,
    /// The interval lies above zero: positive transfer.
    Gains,
    /// The interval lies below zero: negative transfer.
    Loses,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Undefined => "not known",
            Self::TooEarly => "too early",
            Self::NothingLearned => "nothing learned yet",
            Self::NotClear => "not clear yet",
            Self::AboutTheSame => "about the same",
            Self::Gains => "gains",
            Self::Loses => "loses",
        }
    }

    /// The field's name for it; `None` where it has none.
    pub fn term(self) -> Option<&'static str> {
        match self {
            Self::Gains => Some("positive transfer"),
            Self::Loses => Some("negative transfer"),
            _ => None,
        }
    }

    /// Whether the seeds agree on an answer.
    pub fn is_clear(self) -> bool {
        matches!(self, Self::AboutTheSame | Self::Gains | Self::Loses)
    }
}

/// The losses of a task on one paired seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SeedLosses {
    /// Of the model that learns this task alone.
    pub alone: f64,
    /// Of the model that learns it with the others.
    pub together: f64,
    /// Of the best constant guess, on the same rows.
    pub guess: f64,
}

/// A task's transfer gain over paired seeds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TransferGain {
    /// `1 - exp(-mean r)`, a fraction (0.15 is a loss lower by 15 %). The geometric mean over seeds.
    pub mean: f64,
    /// Lower end of the 95 % t-interval on r over the paired seeds, taken back the same way; minus infinity below
    /// two seeds.
    pub low: f64,
    /// Upper end; 1 below two seeds.
    pub high: f64,
    /// Seeds that count.
    pub seeds: usize,
    /// What may be said of it.
    pub verdict: Verdict,
    /// `r` of every paired seed, first to last; NaN for one that has none: a loss is not finite, or the one alone nearly
    /// zero.
    pub log_ratios: Vec<f64>,
}

/// A baseline loss below this is nearly zero: its ratio to another loss means nothing.
pub const NEARLY_ZERO: f64 = 1e-6;

/// An interval within this much of zero is about the same.
pub const ABOUT_THE_SAME: f64 = 0.05;

/// The fewest paired seeds for a word: with two the 95 % interval is 12.7 standard errors to each side.
pub const LEAST_SEEDS: usize = 3;

/// Nothing is learned where both losses are, in the geometric mean over seeds, above this share of the best constant
/// guess's.
pub const LEARNED: f64 = 0.98;

/// The gain that a logarithm of a ratio of losses stands for.
///
/// ```
/// use mtl_core::measure::transfer::gain_of;
///
/// // The loss with the others is half the loss alone.
/// assert!((gain_of(2.0_f64.ln()) - 0.5).abs() < 1e-12);
/// assert!((gain_of(-2.0_f64.ln()) + 1.0).abs() < 1e-12);
/// ```
pub fn gain_of(log_ratio: f64) -> f64 {
    // -0 would print as -0 %.
    -(-log_ratio).exp_m1() + 0.0
}

/// `ln(alone / together)`. `None` where the baseline is nearly zero or a loss is not finite; a loss of zero together
/// counts as nearly zero.
pub fn log_ratio(alone: f64, together: f64) -> Option<f64> {
    finite((alone / together.max(NEARLY_ZERO)).ln()).filter(|_| alone >= NEARLY_ZERO && together.is_finite())
}

impl TransferGain {
    /// The gain where none can be stated.
    pub fn undefined() -> Self {
        Self { verdict: Verdict::Undefined, ..Self::default() }
    }

    /// The gain over paired seeds and the word that its interval alone allows. Seeds with a loss that is not finite
    /// (a model that diverged before it had any), or with one alone that is nearly zero, don't count.
    ///
    /// ```
    /// use mtl_core::measure::transfer::{SeedLosses, TransferGain, Verdict};
    ///
    /// let seed = |together| SeedLosses { alone: 0.4, together, guess: 0.7 };
    /// let gain = TransferGain::over_seeds(&[seed(0.2), seed(0.21), seed(0.19)]);
    /// assert_eq!(gain.verdict, Verdict::Gains);
    /// assert!((gain.mean - 0.5).abs() < 0.01);
    /// ```
    pub fn over_seeds(seeds: &[SeedLosses]) -> Self {
        let ratio = |seed: &SeedLosses| log_ratio(seed.alone, seed.together);
        let sound: Vec<_> = seeds.iter().filter(|seed| ratio(seed).is_some()).collect();
        let ratios: Vec<f64> = sound.iter().filter_map(|seed| ratio(seed)).collect();
        if ratios.is_empty() {
            return Self::undefined();
        }
        let (mean, half) = t_interval(&ratios);
        let (low, high) = (gain_of(mean - half), gain_of(mean + half));
        let verdict = match ratios.len() {
            0..LEAST_SEEDS => Verdict::TooEarly,
            _ if !has_learned(&sound) => Verdict::NothingLearned,
            _ if low >= -ABOUT_THE_SAME && high <= ABOUT_THE_SAME => Verdict::AboutTheSame,
            _ if low > 0.0 => Verdict::Gains,
            _ if high < 0.0 => Verdict::Loses,
            _ => Verdict::NotClear,
        };
        let log_ratios = seeds.iter().map(|seed| ratio(seed).unwrap_or(f64::NAN)).collect();
        Self { mean: gain_of(mean), low, high, seeds: ratios.len(), verdict, log_ratios }
    }

    /// Whether its number may be named: there is one, and something was learned.
    pub fn is_named(&self) -> bool {
        let silent = matches!(self.verdict, Verdict::Undefined | Verdict::NothingLearned);
        !silent && self.seeds > 0 && self.mean.is_finite()
    }

    /// The same with another word.
    pub fn said(self, verdict: Verdict) -> Self {
        Self { verdict, ..self }
    }

    /// The gain on every seed that counts, first to last.
    pub fn of_seeds(&self) -> impl Iterator<Item = f64> {
        self.log_ratios.iter().filter(|ratio| ratio.is_finite()).map(|ratio| gain_of(*ratio))
    }
}

/// Whether either side does better than a constant guess, in the geometric mean. Without a guess nothing is known
/// against it.
fn has_learned(seeds: &[&SeedLosses]) -> bool {
    let shares = |of: fn(&SeedLosses) -> f64| {
        let logs = seeds.iter().filter(|seed| seed.guess >= NEARLY_ZERO).map(|seed| (of(seed) / seed.guess).ln());
        let (sum, count) = logs.fold((0.0, 0.0), |(sum, count), log| (sum + log, count + 1.0));
        if count == 0.0 { 0.0 } else { (sum / count).exp() }
    };
    shares(|seed| seed.alone) < LEARNED || shares(|seed| seed.together) < LEARNED
}

/// The gain of every task from every other: in row i and column j the gain on task j when it is
/// trained with task i only. Nothing on the diagonal.
///
/// `alone[j]` are the losses of task j alone and `guesses[j]` those of its best constant guess, one a seed;
/// `paired[i][j]` those of task j trained with i. Where they are missing or not as many as alone, the gain is
/// undefined.
pub fn matrix(alone: &[Vec<f64>], guesses: &[Vec<f64>], paired: &[Vec<Vec<f64>>]) -> Vec<Vec<Option<TransferGain>>> {
    let gain = |i: usize, j: usize| {
        let losses = paired.get(i).and_then(|row| row.get(j));
        let known = alone.get(j).zip(losses).filter(|(alone, together)| alone.len() == together.len());
        known.map_or_else(TransferGain::undefined, |(alone, together)| {
            let guess = |seed: usize| guesses.get(j).and_then(|of| of.get(seed)).copied().unwrap_or(f64::NAN);
            let pairs = alone.iter().zip(together).enumerate();
            let seeds: Vec<_> = pairs
                .map(|(seed, (alone, together))| SeedLosses { alone: *alone, together: *together, guess: guess(seed) })
                .collect();
            TransferGain::over_seeds(&seeds)
        })
    };
    let tasks = alone.len();
    (0..tasks).map(|i| (0..tasks).map(|j| (i != j).then(|| gain(i, j))).collect()).collect()
}
