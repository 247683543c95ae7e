//! A front that bends outwards: fixed weights reach all of it.

use super::concave::{PARAMETERS, centre, from_segment, segment, square};
use super::{Landscape, Losses};
use nalgebra::DMatrix;

/// VLMOP1 (Van Veldhuizen & Lamont 1999) over 20 parameters:
/// `f_1, f_2 = sum_i (x_i -+ 1 / sqrt 20)² / 4`. The Pareto set is that of [`super::Concave`], the
/// front `sqrt f_1 + sqrt f_2 = 1` is convex, and the weighted sum of the losses has its least value
/// at `t = w_1 - w_2` for weights that sum to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Convex;

impl Landscape for Convex {
    fn title(&self) -> &'static str {
        "Convex front"
    }

    fn parameters(&self) -> usize {
        PARAMETERS
    }

    fn losses(&self, x: &[f64]) -> Losses {
        [centre(), -centre()].map(|c| square(x, c) / 4.0)
    }

    fn gradients(&self, x: &[f64]) -> DMatrix<f64> {
        let centres = [centre(), -centre()];
        DMatrix::from_fn(2, x.len(), |k, i| 0.5 * (x[i] - centres[k]))
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

    /// With the reference point (1, 1) it is `1 - integral of (1 - sqrt u)² = 5 / 6`.
    fn hypervolume(&self) -> Option<(Losses, f64)> {
        Some(([1.0; 2], 5.0 / 6.0))
    }
}
