//! A front that bends inwards: no fixed weights lead into its middle.

use super::{Landscape, Losses, along};
use nalgebra::DMatrix;
use std::f64::consts::FRAC_PI_2;

/// Fonseca and Fleming's problem (1995; 'VLMOP2'): over 20 parameters,
/// `f_1, f_2 = 1 - exp(-sum_i (x_i -+ 1 / sqrt 20)²)`.
///
/// The Pareto set is `x = t / sqrt 20` in every parameter, t from -1 to 1; the front
/// `f_2 = 1 - exp(-(2 - sqrt(-ln(1 - f_1)))²)` is concave, so that a weighted sum of the losses is
/// least at one of its ends.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Concave;

/// Parameters of both fronts.
pub(super) const PARAMETERS: usize = 20;

/// Where the two losses have their least values: in every parameter, and its negative.
pub(super) fn centre() -> f64 {
    1.0 / (PARAMETERS as f64).sqrt()
}

/// `sum_i (x_i - c)²`.
pub(super) fn square(x: &[f64], c: f64) -> f64 {
    x.iter().map(|x| (x - c) * (x - c)).sum()
}

/// The distance to the segment between the two centres.
pub(super) fn from_segment(x: &[f64]) -> f64 {
    let mean = x.iter().sum::<f64>() / x.len().max(1) as f64;
    square(x, mean.clamp(-centre(), centre())).sqrt()
}

/// Points of the segment, from the first loss's centre to the second's.
pub(super) fn segment() -> Vec<Vec<f64>> {
    along().map(|t| vec![t * centre(); PARAMETERS]).collect()
}

impl Landscape for Concave {
    fn title(&self) -> &'static str {
        "Concave front"
    }

    fn parameters(&self) -> usize {
        PARAMETERS
    }

    fn losses(&self, x: &[f64]) -> Losses {
        [centre(), -centre()].map(|c| 1.0 - (-square(x, c)).exp())
    }

    fn gradients(&self, x: &[f64]) -> DMatrix<f64> {
        let centres = [centre(), -centre()];
        let left = centres.map(|c| (-square(x, c)).exp());
        DMatrix::from_fn(2, x.len(), |k, i| 2.0 * (x[i] - centres[k]) * left[k])
    }

    fn distance(&self, x: &[f64]) -> f64 {
        from_segment(x)
    }

    fn tolerance(&self) -> f64 {
        0.02
    }

    fn set(&self) -> Vec<Vec<f64>> {
        segment()
    }

    fn floor(&self) -> Losses {
        [0.0; 2]
    }

    /// With the reference point (1, 1) it is `2 e^-2 sqrt(pi / 2) erf(sqrt 2) + e^-4`.
    fn hypervolume(&self) -> Option<(Losses, f64)> {
        let erf = statrs::function::erf::erf(2.0_f64.sqrt());
        Some(([1.0; 2], 2.0 * (-2.0_f64).exp() * FRAC_PI_2.sqrt() * erf + (-4.0_f64).exp()))
    }
}
