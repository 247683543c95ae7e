//! How the tasks' gradients at the shared layers get on, from their Gram matrix.
//!
//! `G[i][j]` is the inner product of the gradients of tasks i and j; the matrix comes row-major
//! from the engine, as in [`crate::protocol::CurvePoint::gram`]. Section 2.7.3 of the methods'
//! reference.

/// The gradient norm of every task, `n_i = sqrt(G[i][i])`. Empty if the matrix is not square.
pub fn norms(gram: &[f32]) -> Vec<f64> {
    let tasks = side(gram).unwrap_or(0);
    // Rounding on a device may leave the square of nothing below zero.
    (0..tasks).filter_map(|i| entry(gram, i, i)).map(|square| square.max(0.0).sqrt()).collect()
}

/// The cosine of the angle between two tasks' gradients, `G[i][j] / (n_i n_j)`: below zero they
/// conflict. `None` where a gradient is zero or not finite.
///
/// ```
/// let cosine = mtl_core::measure::conflict::cosine(&[1.0, -1.0, -1.0, 2.0], 0, 1);
/// assert!((cosine.unwrap() + 0.5_f64.sqrt()).abs() < 1e-12);
/// ```
pub fn cosine(gram: &[f32], i: usize, j: usize) -> Option<f64> {
    let (a, b) = squares(gram, i, j)?;
    let cosine = entry(gram, i, j)? / (a * b).sqrt();
    cosine.is_finite().then(|| cosine.clamp(-1.0, 1.0))
}

/// Gradient magnitude similarity, `2 n_i n_j / (n_i² + n_j²)`: 1 for gradients of equal length,
/// towards 0 where one drowns the other. `None` where a gradient is zero or not finite.
pub fn magnitude_similarity(gram: &[f32], i: usize, j: usize) -> Option<f64> {
    let (a, b) = squares(gram, i, j)?;
    Some(2.0 * (a * b).sqrt() / (a + b))
}

/// The squared norms of two gradients, if both are there. No product of two overflows: they were
/// f32.
fn squares(gram: &[f32], i: usize, j: usize) -> Option<(f64, f64)> {
    let square = |k| entry(gram, k, k).filter(|square| square.is_finite() && *square > 0.0);
    Some((square(i)?, square(j)?))
}

fn side(gram: &[f32]) -> Option<usize> {
    let side = gram.len().isqrt();
    (side * side == gram.len()).then_some(side)
}

fn entry(gram: &[f32], i: usize, j: usize) -> Option<f64> {
    let side = side(gram).filter(|side| i < *side && j < *side)?;
    gram.get(i * side + j).map(|entry| f64::from(*entry))
}
