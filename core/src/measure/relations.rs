//! Declared relations of tasks held against measured affinities.
//!
//! What two tasks do for each other is the mean of their affinities both ways (see
//! [`super::grouping::affinity`]) over the recorded steps, with a 95 % t-interval. Recorded steps follow
//! one another on one run: their numbers resemble each other, and as many say less than that many
//! independent ones would. [`Tally::interval`] therefore counts n numbers as `n (1 - r) / (1 + r)`, r being
//! the correlation of neighbours, which is right for a process that remembers its last value alone. A trend
//! over the run looks like memory to it and widens the interval too; memory that reaches further is not
//! seen. One run says nothing of other seeds.

use super::distinct::t_quantile;
use super::real::finite;
use crate::config::{Declared, Relation};
use serde::{Deserialize, Serialize};

/// Below so many recorded steps nothing is said.
pub const ENOUGH: u32 = 10;

/// A mean affinity smaller than this share of what the two tasks' steps do for themselves is none to
/// speak of. A share, as affinities grow with the learning rate.
pub const NEGLIGIBLE: f64 = 0.05;

/// What a mean over recorded steps and its interval need: sums of numbers, squares and products of
/// neighbours, and the two ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    count: u32,
    sum: f64,
    squares: f64,
    neighbours: f64,
    first: f64,
    last: f64,
}

impl Tally {
    /// Takes in the next number; one that is not finite doesn't count.
    pub fn add(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        match self.count {
            0 => self.first = value,
            _ => self.neighbours += self.last * value,
        }
        self.last = value;
        self.count += 1;
        self.sum += value;
        self.squares += value * value;
    }

    /// How many numbers there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Their mean; `None` without any.
    pub fn mean(&self) -> Option<f64> {
        finite(self.sum / f64::from(self.count))
    }

    /// The correlation of neighbours, from 0; 0 where all numbers are the same.
    fn memory(&self, mean: f64, spread: f64) -> f64 {
        let n = f64::from(self.count);
        let all = self.sum - self.first + self.sum - self.last;
        let shared = self.neighbours - mean * all + (n - 1.0) * mean * mean;
        if spread > 0.0 { (shared / spread).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The mean and half the width of its 95 % interval, infinite where the numbers say too little for
    /// one; `None` without any. See the module for what correlation in time does to it.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let (mean, n) = (self.mean()?, f64::from(self.count));
        let spread = (self.squares - n * mean * mean).max(0.0);
        let memory = self.memory(mean, spread);
        let worth = n * (1.0 - memory) / (1.0 + memory);
        let half = match worth > 1.0 {
            true => t_quantile(worth - 1.0) * (spread / (n - 1.0) / worth).sqrt(),
            false => f64::INFINITY,
        };
        Some((mean, half))
    }
}

/// What measured affinities say of a declared relation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// They are as declared.
    Agrees,
    /// They are otherwise.
    Differs,
    /// They don't decide it, or there are too few.
    #[default]
    Open,
}

/// A declared relation with what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// What was declared, and of which tasks.
    pub declared: Declared,
    /// The mean affinity both ways; NaN where none is known.
    pub mean: f64,
    /// Half the width of its 95 % interval; infinite where there is none.
    pub half: f64,
    /// The recorded steps that know it.
    pub steps: u32,
    /// What that says.
    pub verdict: Verdict,
}

impl Held {
    /// Holds a declaration against what was measured. `own` is what the two tasks' steps do for
    /// themselves, on average.
    pub fn against(declared: Declared, measured: &Tally, own: f64) -> Self {
        let (mean, half) = measured.interval().unwrap_or((f64::NAN, f64::INFINITY));
        let steps = measured.count();
        let known = steps >= ENOUGH && half.is_finite();
        let verdict = if known { verdict(declared.relation, mean, half, own) } else { Verdict::Open };
        Self { declared, mean, half, steps, verdict }
    }
}

/// What an interval `mean ± half` says of a relation; see [`NEGLIGIBLE`] for `own`.
///
/// Positive and negative agree where the whole interval is on their side of zero, differ where it is on the
/// other, and are open where it holds zero. Neutral agrees where the interval holds zero or the mean is
/// negligible, and differs otherwise: an interval that holds zero says that nothing was seen, not that
/// nothing is there.
///
/// ```
/// use mtl_core::config::Relation;
/// use mtl_core::measure::relations::{Verdict, verdict};
///
/// assert_eq!(verdict(Relation::Positive, 0.03, 0.01, 0.1), Verdict::Agrees);
/// assert_eq!(verdict(Relation::Neutral, 0.03, 0.01, 0.1), Verdict::Differs);
/// assert_eq!(verdict(Relation::Neutral, 0.03, 0.01, 1.0), Verdict::Agrees, "3 % of what a step does for itself");
/// ```
pub fn verdict(relation: Relation, mean: f64, half: f64, own: f64) -> Verdict {
    let (above, below) = (mean - half > 0.0, mean + half < 0.0);
    match relation {
        Relation::Positive if above => Verdict::Agrees,
        Relation::Positive if below => Verdict::Differs,
        Relation::Negative if below => Verdict::Agrees,
        Relation::Negative if above => Verdict::Differs,
        Relation::Neutral if !(above || below) || mean.abs() < NEGLIGIBLE * own.abs() => Verdict::Agrees,
        Relation::Neutral => Verdict::Differs,
        Relation::Positive | Relation::Negative | Relation::Undeclared => Verdict::Open,
    }
}
