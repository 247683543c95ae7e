//! Eigenvalues of a symmetric matrix that is no larger than the number of tasks.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// Iterations of the eigenvalue algorithm; a matrix of this size needs a few dozen.
const ITERATIONS: usize = 1000;

/// The eigenvalues that are no noise, from the least up, with their vectors as columns.
pub struct Spectrum {
    /// `[R]`, all positive.
    pub values: Vec<f64>,
    /// `[K, R]`.
    pub vectors: DMatrix<f64>,
}

impl Spectrum {
    /// Of a positive semidefinite `[K, K]`; what is below `cutoff` of the largest eigenvalue is noise.
    pub fn of(matrix: &DMatrix<f64>, cutoff: f64) -> Self {
        let rows = matrix.nrows();
        let Some(eigen) = SymmetricEigen::try_new(matrix.clone(), f64::EPSILON, ITERATIONS) else {
            return Self { values: Vec::new(), vectors: DMatrix::zeros(rows, 0) };
        };
        let largest = eigen.eigenvalues.max();
        let kept = |k: &usize| eigen.eigenvalues[*k] > (cutoff * largest).max(0.0);
        let mut order: Vec<usize> = (0..rows).filter(kept).collect();
        order.sort_by(|a, b| eigen.eigenvalues[*a].total_cmp(&eigen.eigenvalues[*b]));
        let vectors = DMatrix::from_fn(rows, order.len(), |i, j| eigen.eigenvectors[(i, order[j])]);
        Self { values: order.iter().map(|k| eigen.eigenvalues[*k]).collect(), vectors }
    }

    /// Number of eigenvalues that are no noise.
    pub fn rank(&self) -> usize {
        self.values.len()
    }

    /// `V f(values) V^T vector`, `[K]`: a function of the matrix, such as a power, times a vector.
    pub fn apply(&self, function: impl Fn(f64) -> f64, vector: &DVector<f64>) -> DVector<f64> {
        let mut parts = self.vectors.transpose() * vector;
        for (part, value) in parts.iter_mut().zip(&self.values) {
            *part *= function(*value);
        }
        &self.vectors * parts
    }
}
