//! Problems of two losses over a few parameters, with best points that are known exactly.
//!
//! Here a balancer can be watched by itself: no network, no data, no noise. The parameters are a
//! point of a *landscape*, its two losses are formulas, and the Pareto set and front are known in
//! closed form. A [`Race`] lets the balancers of [`crate::balance`] walk down from the same starts, in
//! lockstep, in f64 on the host: all of them in the two valleys, on the fronts those that look for
//! points of a front.
//!
//! A landscape is a file with an `impl Landscape`; [`course`] has the lessons' data sources that
//! lead through one or more of them.

mod concave;
mod convex;
pub mod course;
mod descent;
mod race;
mod racer;
mod roster;
mod saved;
mod two_valleys;

pub use concave::Concave;
pub use convex::Convex;
pub use course::{is_landscape, shows, sources};
pub use descent::Descent;
pub use race::{Race, Scene, is_recorded};
pub use racer::Racer;
pub use roster::{Entrant, Place, published};
pub use two_valleys::TwoValleys;

use nalgebra::DMatrix;

/// Both losses at a point.
pub type Losses = [f64; 2];

/// Two losses over some parameters, with what is known of their best points.
pub trait Landscape {
    /// What it is called on the page.
    fn title(&self) -> &'static str;

    /// Number of parameters, P.
    fn parameters(&self) -> usize;

    /// Both losses at a point of P numbers.
    fn losses(&self, x: &[f64]) -> Losses;

    /// `[2, P]`: the gradient of a loss a row.
    fn gradients(&self, x: &[f64]) -> DMatrix<f64>;

    /// How far a point is from the Pareto set, in the unit of the parameters.
    fn distance(&self, x: &[f64]) -> f64;

    /// How near to the Pareto set counts as being there.
    fn tolerance(&self) -> f64;

    /// Whether a point is as good as on the Pareto set.
    fn is_at_set(&self, x: &[f64]) -> bool {
        self.distance(x) < self.tolerance()
    }

    /// Points of the exact Pareto set, in order, from the best for the first loss to the best for
    /// the second; P numbers each.
    fn set(&self) -> Vec<Vec<f64>>;

    /// A number that each loss stays above: the bound of FAMO, the ideal point of Tchebycheff.
    fn floor(&self) -> Losses;

    /// The hypervolume's reference point and the hypervolume of the whole front, where known.
    fn hypervolume(&self) -> Option<(Losses, f64)> {
        None
    }
}

/// The losses of the exact Pareto set, in its order.
pub fn front(landscape: &dyn Landscape) -> Vec<Losses> {
    landscape.set().iter().map(|x| landscape.losses(x)).collect()
}

/// Points of the Pareto set where it is a line.
const SET_POINTS: usize = 101;

/// Evenly spaced numbers from 1 down to -1, as many as a Pareto set has points.
fn along() -> impl Iterator<Item = f64> {
    (0..SET_POINTS).map(|k| 1.0 - 2.0 * k as f64 / (SET_POINTS - 1) as f64)
}
