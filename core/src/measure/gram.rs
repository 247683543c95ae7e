//! The Gram matrix of the tasks' gradients at the shared layers, and what it says of all tasks at
//! once. `G[i][j]` is the product of the gradients of tasks i and j, row-major.

use super::real::{Real, finite};
use crate::math::{gram::Gram, hull::min_norm, spectrum::Spectrum};
use nalgebra::DMatrix;

/// The number of tasks; `None` if the matrix is not square.
pub(super) fn side<T>(gram: &[T]) -> Option<usize> {
    let side = gram.len().isqrt();
    (side * side == gram.len()).then_some(side)
}

/// One product of gradients.
pub(super) fn entry<T: Real>(gram: &[T], i: usize, j: usize) -> Option<f64> {
    let side = side(gram).filter(|side| i < *side && j < *side)?;
    gram.get(i * side + j).map(|entry| (*entry).into())
}

/// The gradient norm of every task, `n_i = sqrt(G[i][i])`; NaN where that is not a number. Empty if
/// the matrix is not square.
pub fn norms<T: Real>(gram: &[T]) -> Vec<f64> {
    let tasks = side(gram).unwrap_or(0);
    // Rounding on a device may leave the square of nothing below zero.
    let root = |square: f64| if square < 0.0 { 0.0 } else { square.sqrt() };
    (0..tasks).filter_map(|i| entry(gram, i, i)).map(root).collect()
}

/// The matrix as the solvers want it, known to the precision of T. `None` of nothing, and of what
/// no gradients have.
fn solvable<T: Real>(gram: &[T]) -> Option<Gram> {
    let tasks = side(gram)?;
    let products = DMatrix::from_row_iterator(tasks, tasks, gram.iter().map(|entry| (*entry).into()));
    let solvable = Gram::new(&products)?;
    // No square is negative and no product is larger than the largest square, but for rounding.
    let slack = tasks as f64 * T::PRECISION.sqrt() * solvable.scale;
    let largest = products.diagonal().max();
    let sound = products.diagonal().min() >= -slack && products.amax() <= largest + slack;
    // A matrix of zeros is sound; one with products but no squares is not.
    (sound && (largest > 0.0 || products.amax() == 0.0)).then_some(Gram { precision: T::PRECISION, ..solvable })
}

/// The condition number of the gradients, `sigma_max / sigma_min` of the Jacobian, which is
/// `sqrt(lambda_max / lambda_min)` of G (Senushkin et al. 2023): 1 for gradients of one length at
/// right angles, large where one of them hardly adds a direction.
///
/// `None` where the smallest eigenvalue is lost in the rounding of T: the gradients depend on each
/// other, or one is zero.
///
/// ```
/// let condition = mtl_core::measure::gram::condition_number(&[1.0, -1.0, -1.0, 2.0]);
/// assert!((condition.unwrap() - 2.618034).abs() < 1e-6);
/// ```
pub fn condition_number<T: Real>(gram: &[T]) -> Option<f64> {
    let gram = solvable(gram)?;
    let values = Spectrum::of(&gram.matrix, gram.cutoff()).values;
    let (least, most) = (values.first()?, values.last()?);
    finite((most / least).sqrt()).filter(|_| values.len() == gram.tasks())
}

/// Every task's share of the gradient norms, `w_i n_i / sum_k w_k n_k`, with the size of the task's
/// weight in the update, or all weights 1. `None` where no task moves anything or something is not
/// finite.
pub fn dominance<T: Real>(gram: &[T], weights: Option<&[f64]>) -> Option<Vec<f64>> {
    let norms = norms(gram);
    let weights = weights.map_or_else(|| vec![1.0; norms.len()], <[f64]>::to_vec);
    if weights.len() != norms.len() {
        return None;
    }
    let sizes: Vec<f64> = norms.iter().zip(&weights).map(|(norm, weight)| norm * weight.abs()).collect();
    let total = finite(sizes.iter().sum()).filter(|total| *total > 0.0)?;
    Some(sizes.iter().map(|size| size / total).collect())
}

/// How far the tasks are from a point where no direction helps all of them: the length of the
/// shortest vector in the convex hull of the gradients over the longest gradient, from 0 (Pareto
/// stationary) to 1 (Désidéri 2012).
///
/// It is relative to the loudest task, so a task that is almost done brings it near zero; see
/// [`unit_stationarity`]. What is lost in the rounding of T is 0.
///
/// ```
/// let gauge = mtl_core::measure::gram::stationarity(&[1.0, -1.0, -1.0, 2.0]);
/// assert!((gauge.unwrap() - 0.1_f64.sqrt()).abs() < 1e-12);
/// ```
pub fn stationarity<T: Real>(gram: &[T]) -> Option<f64> {
    solvable(gram).and_then(|gram| gauge(&gram))
}

/// The same gauge for gradients of length 1, which no task's scale changes: 1e-6 and 1 at right
/// angles are far from stationary. 0 where a gradient is zero.
pub fn unit_stationarity<T: Real>(gram: &[T]) -> Option<f64> {
    solvable(gram).and_then(|gram| gauge(&gram.normalised()))
}

/// The length of the shortest vector of the hull; 0 below what the products are known to.
fn gauge(gram: &Gram) -> Option<f64> {
    let length = gram.norm(&min_norm(gram));
    finite(if length * length <= gram.cutoff() { 0.0 } else { length.min(1.0) })
}
