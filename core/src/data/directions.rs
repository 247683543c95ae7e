//! The directions along which the tasks see their inputs.

use crate::random::{Purpose, stream};
use rand::RngExt;
use rand_distr::StandardNormal;

/// Stream of the directions, of [`Purpose::Data`].
const DIRECTIONS: u64 = 1;

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

/// A task's weights and the direction in which those of further outputs turn.
pub(super) fn weights(directions: &[Vec<f64>], k: usize, p: f64) -> (Vec<f64>, Vec<f64>) {
    let (own, p) = if k == 0 { (1, 1.0) } else { (k, p) };
    let q = (1.0 - p * p).sqrt();
    let mix = |a: f64, b: f64| directions[0].iter().zip(&directions[own]).map(|(x, y)| a * x + b * y).collect();
    (mix(p, q), mix(-q, p))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
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

    #[test]
    fn p_is_the_cosine_between_the_weights_of_every_output() {
        let u = directions(1, 3, 20);
        for p in [-1.0, -0.3, 0.0, 0.5, 1.0] {
            let (a, b, c) = (weights(&u, 0, p), weights(&u, 1, p), weights(&u, 2, p));
            assert!((dot(&a.0, &b.0) - p).abs() < 1e-12 && (dot(&a.0, &c.0) - p).abs() < 1e-12);
            assert!((dot(&b.0, &c.0) - p * p).abs() < 1e-12);
            assert!(dot(&b.0, &b.1).abs() < 1e-12 && (dot(&a.1, &b.1) - p).abs() < 1e-12);
        }
    }
}
