//! How the tasks' gradients at the shared layers get on, pair by pair, from their Gram matrix.
//!
//! `G[i][j]` is the inner product of the gradients of tasks i and j; the matrix comes row-major
//! from the engine, as in [`crate::protocol::CurvePoint::gram`]. Conflict, magnitude similarity and
//! curvature bound are those of Yu et al. 2020.

pub use super::gram::norms;
use super::gram::{entry, side};
use super::real::{Real, finite, mean};
use std::collections::VecDeque;

/// How many recorded steps a conflict rate looks back over: 41 means of ten where all have an angle.
pub const WINDOW: usize = 50;

/// The recorded steps over which a cosine is averaged before anything is said of it.
pub const AVERAGED: usize = 10;

/// Cosines no further from zero than this are called neutral: a conflict is one below `-NEUTRAL`.
///
/// By chance alone a cosine is not zero. Two random directions in n dimensions have one with mean 0 and
/// standard deviation `1 / sqrt(n)`, and the mean over ten independent pairs of them has `1 / sqrt(10 n)`: 0.05
/// for 40 shared parameters, 0.01 for a thousand. Networks here have from tens to thousands; gradients of one
/// batch wander besides, and those of neighbouring steps are alike, so that ten of them average out less than
/// that. What is nearer to zero than 0.05 is therefore not told from a right angle. Without a band two gradients
/// at right angles would be in conflict at every second step. It is one convention for all lessons and no test:
/// in a small network a cosine outside of it may still be chance.
pub const NEUTRAL: f64 = 0.05;

/// The cosine of the angle between two tasks' gradients, `G[i][j] / (n_i n_j)`. `None` where a gradient is
/// zero or not finite.
///
/// ```
/// let cosine = mtl_core::measure::conflict::cosine(&[1.0, -1.0, -1.0, 2.0], 0, 1);
/// assert!((cosine.unwrap() + 0.5_f64.sqrt()).abs() < 1e-12);
/// ```
pub fn cosine<T: Real>(gram: &[T], i: usize, j: usize) -> Option<f64> {
    let (a, b) = squares(gram, i, j)?;
    let cosine = entry(gram, i, j)? / geometric_mean(a, b);
    finite(cosine).map(|cosine| cosine.clamp(-1.0, 1.0))
}

/// The mean [`cosine`] over the last steps of a window (oldest first) at which two tasks have one, of
/// [`AVERAGED`] steps at most. `None` where they never have one.
///
/// ```
/// use mtl_core::measure::conflict::mean_cosine;
///
/// let window = [[1.0, 0.5, 0.5, 1.0], [0.0, 0.0, 0.0, 1.0], [1.0, -1.0, -1.0, 1.0]];
/// assert_eq!(mean_cosine(window.iter().map(|gram| gram.as_slice()), 0, 1), Some(-0.25));
/// ```
pub fn mean_cosine<'a, T: Real + 'a>(
    window: impl IntoIterator<Item = &'a [T], IntoIter: DoubleEndedIterator>,
    i: usize,
    j: usize,
) -> Option<f64> {
    mean(window.into_iter().rev().filter_map(|gram| cosine(gram, i, j)).take(AVERAGED))
}

/// Whether a cosine, or a mean of several, is a conflict: below zero by more than [`NEUTRAL`].
pub fn is_conflict(cosine: f64) -> bool {
    cosine < -NEUTRAL
}

/// Gradient magnitude similarity, `2 n_i n_j / (n_i² + n_j²)`: 1 for gradients of equal length,
/// towards 0 where one drowns the other. `None` where a gradient is zero or not finite.
pub fn magnitude_similarity<T: Real>(gram: &[T], i: usize, j: usize) -> Option<f64> {
    let (a, b) = squares(gram, i, j)?;
    let ratio = a.min(b) / a.max(b);
    Some(2.0 * ratio.sqrt() / (1.0 + ratio))
}

/// The multi-task curvature bounding measure of Yu et al. 2020, `(1 - c²) |g_i - g_j|² / |g_i + g_j|²` with the
/// cosine c: 0 for gradients along one line, 1 for equally long ones at right angles.
///
/// It is a threshold and no score. By their Theorem 2 a step of PCGrad leaves the sum of two losses no higher than
/// a plain step does if `c` is at most minus the magnitude similarity, the curvature between the step's two ends is
/// at least this number times L (the Lipschitz constant of the sum's gradient), and the step is long enough. Only
/// above that curvature does a conflict do harm that surgery is sure to mend, so a low bound says neither that
/// there is harm nor that there is none. Since no curvature exceeds L, a bound above 1 is never met.
///
/// `None` where a gradient is zero or not finite, and where the two cancel but for the rounding of T.
pub fn curvature_bound<T: Real>(gram: &[T], i: usize, j: usize) -> Option<f64> {
    let (cosine, similarity) = (cosine(gram, i, j)?, magnitude_similarity(gram, i, j)?);
    // |g_i ± g_j|² over n_i² + n_j².
    let (sum, difference) = (1.0 + cosine * similarity, 1.0 - cosine * similarity);
    let bound = (1.0 - cosine * cosine) * difference / sum;
    finite(bound).filter(|_| sum > 4.0 * T::PRECISION)
}

/// The share of steps at which two tasks are in conflict: a step is, if the mean of its [`cosine`] and of those of the
/// `AVERAGED - 1` steps before it is one ([`is_conflict`]). The first steps have no such mean and are left out.
///
/// ```
/// use mtl_core::measure::conflict::Tally;
///
/// let mut tally = Tally::default();
/// // Ten at right angles, then two against each other: means of 0, -0.1 and -0.2.
/// [0.0; 10].into_iter().chain([-1.0; 2]).for_each(|cosine| tally.count(cosine));
/// assert_eq!(tally.rate(), Some(2.0 / 3.0));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// The last cosines, oldest first.
    last: VecDeque<f64>,
    means: u32,
    conflicts: u32,
}

impl Tally {
    /// Takes the cosine of the next step at which the two tasks have one.
    pub fn count(&mut self, cosine: f64) {
        self.last.push_back(cosine);
        if self.last.len() > AVERAGED {
            self.last.pop_front();
        }
        if self.last.len() == AVERAGED {
            self.means += 1;
            self.conflicts += u32::from(mean(self.last.iter().copied()).is_some_and(is_conflict));
        }
    }

    /// The share; `None` while every step is left out.
    pub fn rate(&self) -> Option<f64> {
        finite(f64::from(self.conflicts) / f64::from(self.means))
    }

    /// After all steps of a window, oldest first.
    fn of<'a, T: Real + 'a>(window: impl IntoIterator<Item = &'a [T]>, i: usize, j: usize) -> Self {
        let mut tally = Self::default();
        window.into_iter().filter_map(|gram| cosine(gram, i, j)).for_each(|cosine| tally.count(cosine));
        tally
    }
}

/// The same over all pairs of tasks and a window of steps, oldest first. `None` where no pair has [`AVERAGED`] steps with an angle.
///
/// ```
/// use mtl_core::measure::conflict::conflict_rate;
///
/// let (against, along) = ([1.0, -1.0, -1.0, 2.0], [1.0, 0.5, 0.5, 1.0]);
/// let rate = |window: &[[f64; 4]]| conflict_rate(window.iter().map(|gram| gram.as_slice()));
/// assert_eq!((rate(&[against; 9]), rate(&[against; 10]), rate(&[along; 12])), (None, Some(1.0), Some(0.0)));
/// ```
pub fn conflict_rate<'a, T: Real + 'a>(window: impl IntoIterator<Item = &'a [T], IntoIter: Clone>) -> Option<f64> {
    let window = window.into_iter();
    let tasks = window.clone().filter_map(side).max().unwrap_or(0);
    let pairs = (0..tasks).flat_map(|i| (i + 1..tasks).map(move |j| (i, j)));
    let all = pairs.fold(Tally::default(), |all, (i, j)| {
        let pair = Tally::of(window.clone(), i, j);
        Tally { means: all.means + pair.means, conflicts: all.conflicts + pair.conflicts, ..all }
    });
    all.rate()
}

/// The squared norms of two gradients, if both are there.
fn squares<T: Real>(gram: &[T], i: usize, j: usize) -> Option<(f64, f64)> {
    let square = |k| entry(gram, k, k).filter(|square| square.is_finite() && *square > 0.0);
    Some((square(i)?, square(j)?))
}

/// `sqrt(a b)`, also where the product is beyond what a number can hold.
fn geometric_mean(a: f64, b: f64) -> f64 {
    let product = a * b;
    if product.is_normal() { product.sqrt() } else { a.sqrt() * b.sqrt() }
}
