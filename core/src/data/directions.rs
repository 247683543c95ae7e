//! Normal inputs, and directions along which tasks see them.

use crate::random::{Purpose, stream};
use rand::RngExt;
use rand_distr::StandardNormal;

/// Stream of the inputs, of [`Purpose::Data`].
const INPUTS: u64 = 0;
/// Stream of the directions, of [`Purpose::Data`].
const DIRECTIONS: u64 = 1;
/// Half the side of the square that holds nearly all pairs of inputs.
pub(super) const EXTENT: f32 = 3.0;

/// So many numbers from N(0, 1), the inputs of a split.
pub(super) fn inputs(seed: u32, split: usize, count: usize) -> Vec<f32> {
    let mut rng = stream(seed, Purpose::Data, INPUTS, split as u64);
    (0..count).map(|_| rng.sample(StandardNormal)).collect()
}

/// `count` orthonormal directions. Each comes from a stream of its own and is made orthogonal to
/// those before it, so that one more direction changes none of the others.
pub(super) fn directions(seed: u32, count: usize, dims: usize) -> Vec<Vec<f64>> {
    let mut found: Vec<Vec<f64>> = Vec::with_capacity(count);
    for j in 0..count {
        let mut rng = stream(seed, Purpose::Data, DIRECTIONS, j as u64);
        let direction = loop {
            let mut v: Vec<f64> = (0..dims).map(|_| rng.sample(StandardNormal)).collect();
            // Twice, since once leaves rounding errors behind where little is left.
            for other in found.iter().chain(&found) {
                let along = dot(other, &v);
                v.iter_mut().zip(other).for_each(|(a, b)| *a -= along * b);
            }
            let norm = dot(&v, &v).sqrt();
            if norm > 1e-3 {
                v.iter_mut().for_each(|a| *a /= norm);
                break v;
            }
        };
        found.push(direction);
    }
    found
}

/// How far a row of inputs lies along a direction.
pub(super) fn along(direction: &[f64], row: &[f32]) -> f64 {
    direction.iter().zip(row).map(|(u, x)| u * f64::from(*x)).sum()
}

/// The product of two vectors.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_orthonormal_even_where_they_fill_the_space() {
        for dims in [2, 6, 100] {
            let count = dims.min(6);
            let u = directions(7, count, dims);
            for (i, a) in u.iter().enumerate() {
                for (j, b) in u.iter().enumerate() {
                    let want = if i == j { 1.0 } else { 0.0 };
                    assert!((dot(a, b) - want).abs() < 1e-12);
                }
            }
        }
    }
}
