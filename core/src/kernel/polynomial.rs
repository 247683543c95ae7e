//! Polynomials of four numbers at a time.

use wide::f32x4;

/// A polynomial by its weights, that of the highest power first (Horner).
///
/// A loop over references: one over the weights as vectors would keep these in memory.
#[inline(always)]
pub(super) fn polynomial<const N: usize>(weights: &[f32; N], x: f32x4) -> f32x4 {
    let mut sum = f32x4::ZERO;
    for (k, weight) in weights.iter().enumerate() {
        let weight = f32x4::splat(*weight);
        sum = if k == 0 { weight } else { sum * x + weight };
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_power_comes_first() {
        let x = f32x4::new([0.0, 1.0, 2.0, -3.0]);
        assert_eq!(polynomial(&[2.0, 0.0, 5.0], x).to_array(), [5.0, 7.0, 13.0, 23.0]);
    }
}
