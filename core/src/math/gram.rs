//! The Gram matrix as the solvers want it: of a size near one, with the tasks' scales apart.

use nalgebra::{DMatrix, DVector};

/// The Gram matrix of K gradients.
///
/// Everything is relative to the largest gradient, so that no threshold depends on the scale of the
/// losses: gradients of 1e-6 count like those of 1.
#[derive(Clone, Debug)]
pub struct Gram {
    /// The largest squared norm, which [`Gram::matrix`] is divided by; 1 where all gradients are zero.
    pub scale: f64,
    /// `[K, K]`: the products, divided by [`Gram::scale`].
    pub matrix: DMatrix<f64>,
    /// `[K]`: the norms, the largest being 1.
    pub norms: DVector<f64>,
    /// `[K, K]`: the cosines; zero in the row and column of a zero gradient.
    pub unit: DMatrix<f64>,
    /// The relative error that the products are known with.
    pub precision: f64,
}

impl Gram {
    /// From the products `[K, K]`; `None` where they are not a finite square.
    pub fn new(products: &DMatrix<f64>) -> Option<Self> {
        let tasks = products.nrows();
        if tasks == 0 || !products.is_square() || products.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let largest = products.diagonal().max();
        let scale = if largest > 0.0 { largest } else { 1.0 };
        let matrix = DMatrix::from_fn(tasks, tasks, |i, j| {
            let mean = 0.5 * (products[(i, j)] / scale) + 0.5 * (products[(j, i)] / scale);
            // Rounding on a device may leave the square of nothing below zero.
            if i == j { mean.max(0.0) } else { mean }
        });
        let norms = matrix.diagonal().map(f64::sqrt);
        let unit = DMatrix::from_fn(tasks, tasks, |i, j| cosine(&matrix, &norms, i, j));
        Some(Self { scale, matrix, norms, unit, precision: precision(products) })
    }

    /// Number of gradients.
    pub fn tasks(&self) -> usize {
        self.norms.len()
    }

    /// The gradients at unit length; zero ones stay zero.
    pub fn normalised(&self) -> Self {
        let norms = self.norms.map(|norm| f64::from(norm > 0.0));
        Self { scale: 1.0, matrix: self.unit.clone(), norms, unit: self.unit.clone(), precision: self.precision }
    }

    /// The share of the largest eigenvalue below which an eigenvalue is noise.
    pub fn cutoff(&self) -> f64 {
        self.tasks() as f64 * self.precision
    }

    /// The norm of the combination with these weights, relative to the largest gradient.
    pub fn norm(&self, weights: &DVector<f64>) -> f64 {
        weights.dot(&(&self.matrix * weights)).max(0.0).sqrt()
    }

    /// Shortens a combination that is longer than `limit`; 0 is no limit.
    pub fn clipped(&self, weights: DVector<f64>, limit: f64) -> DVector<f64> {
        let norm = self.norm(&weights) * self.scale.sqrt();
        if limit > 0.0 && norm > limit { weights * (limit / norm) } else { weights }
    }

    /// The same share of every task.
    pub fn mean(&self) -> DVector<f64> {
        DVector::from_element(self.tasks(), 1.0 / self.tasks() as f64)
    }
}

fn cosine(matrix: &DMatrix<f64>, norms: &DVector<f64>, i: usize, j: usize) -> f64 {
    if norms[i] == 0.0 || norms[j] == 0.0 {
        0.0
    } else if i == j {
        1.0
    } else {
        (matrix[(i, j)] / norms[i] / norms[j]).clamp(-1.0, 1.0)
    }
}

/// Products that are all f32 numbers were computed in f32, on a device; others in f64. The rank
/// must be judged by the precision that the products were *computed* in, or noise is kept.
fn precision(products: &DMatrix<f64>) -> f64 {
    // An f64 product of K numbers and an f64 eigenvalue leave some units in the last place each.
    let host = 16.0 * f64::EPSILON;
    let single = products.iter().all(|x| f64::from(*x as f32) == *x);
    if single { f64::from(f32::EPSILON) } else { host }
}
