//! Loops for tiny matrices, in a form that compiles to SIMD.

use crate::config::Activation;

/// Rows of a tile: with up to eight columns its sums stay in registers.
const TILE_ROWS: usize = 4;

/// A matrix by its strides, so that a transposed one needs no copy.
#[derive(Clone, Copy)]
pub struct Left<'a> {
    /// Entries.
    pub values: &'a [f32],
    /// Distance between rows.
    pub row: usize,
    /// Distance between columns.
    pub column: usize,
}

/// `c += a b`, with `a` `[m, k]`, `b` `[k, n]` and `c` `[m, n]`, both row-major.
pub fn multiply(m: usize, k: usize, n: usize, a: Left, b: &[f32], c: &mut [f32]) {
    let mut row = 0;
    while row < m {
        if m - row >= TILE_ROWS {
            strip::<TILE_ROWS>(row, k, n, a, b, c);
            row += TILE_ROWS;
        } else {
            strip::<1>(row, k, n, a, b, c);
            row += 1;
        }
    }
}

/// Some rows of the product, in tiles of 8, 4, 2 and 1 columns: the compiler knows every size.
fn strip<const R: usize>(row: usize, k: usize, n: usize, a: Left, b: &[f32], c: &mut [f32]) {
    let mut column = 0;
    while column < n {
        column += match n - column {
            8.. => tile::<R, 8>(row, column, k, n, a, b, c),
            4.. => tile::<R, 4>(row, column, k, n, a, b, c),
            2.. => tile::<R, 2>(row, column, k, n, a, b, c),
            _ => tile::<R, 1>(row, column, k, n, a, b, c),
        };
    }
}

/// One tile; gives its width.
#[inline]
fn tile<const R: usize, const N: usize>(
    row: usize,
    column: usize,
    k: usize,
    n: usize,
    a: Left,
    b: &[f32],
    c: &mut [f32],
) -> usize {
    let sums = if a.column == 1 {
        // Rows of `a` lie side by side: cut once, their ends need no checks within the loop.
        let rows: [&[f32]; R] = std::array::from_fn(|r| &a.values[(row + r) * a.row..][..k]);
        sums::<R, N>(column, k, n, b, |i| std::array::from_fn(|r| rows[r][i]))
    } else {
        sums::<R, N>(column, k, n, b, |i| {
            let start = row * a.row + i * a.column;
            let line = &a.values[start..start + (R - 1) * a.row + 1];
            std::array::from_fn(|r| line[r * a.row])
        })
    };
    for (r, sum) in sums.iter().enumerate() {
        let start = (row + r) * n + column;
        for (c, s) in c[start..start + N].iter_mut().zip(sum) {
            *c += s;
        }
    }
    N
}

/// The sums of one tile, kept in registers; `factors` gives a column of `a`.
#[inline]
fn sums<const R: usize, const N: usize>(
    column: usize,
    k: usize,
    n: usize,
    b: &[f32],
    factors: impl Fn(usize) -> [f32; R],
) -> [[f32; N]; R] {
    let mut sums = [[0.0_f32; N]; R];
    for i in 0..k {
        let line = &b[i * n + column..][..N];
        let factors = factors(i);
        for (sum, factor) in sums.iter_mut().zip(factors) {
            for (s, value) in sum.iter_mut().zip(line) {
                *s += factor * value;
            }
        }
    }
    sums
}

/// Writes the transpose of `[rows, columns]`.
pub fn transpose(values: &[f32], columns: usize, out: &mut Vec<f32>) {
    out.clear();
    for column in 0..columns {
        out.extend(values.iter().skip(column).step_by(columns));
    }
}

/// tanh by a ratio of odd and even polynomials, within a few units in the last place of f32; no
/// branches and no library call, so that a row of units is one run of SIMD instructions. The
/// coefficients are the ones of the Eigen library's `ptanh`.
#[inline]
pub fn tanh(x: f32) -> f32 {
    let x = x.clamp(-7.905_311, 7.905_311);
    let s = x * x;
    let odd = -2.760_768_5e-16_f32;
    let odd = odd * s + 2.000_188e-13;
    let odd = odd * s - 8.604_672e-11;
    let odd = odd * s + 5.122_297e-8;
    let odd = odd * s + 1.485_722_4e-5;
    let odd = odd * s + 6.372_619_3e-4;
    let odd = odd * s + 4.893_524_6e-3;
    let even = 1.198_258_4e-6_f32;
    let even = even * s + 1.185_347_1e-4;
    let even = even * s + 2.268_434_6e-3;
    let even = even * s + 4.893_525e-3;
    x * odd / even
}

/// The activation, in place.
pub fn activate(values: &mut [f32], activation: Activation) {
    match activation {
        Activation::Tanh => values.iter_mut().for_each(|v| *v = tanh(*v)),
        Activation::Sigmoid => values.iter_mut().for_each(|v| *v = 0.5 * tanh(0.5 * *v) + 0.5),
        Activation::Relu => values.iter_mut().for_each(|v| *v = if *v < 0.0 { 0.0 } else { *v }),
        Activation::LeakyRelu => values.iter_mut().for_each(|v| *v = if *v < 0.0 { 0.01 * *v } else { *v }),
        Activation::Identity | Activation::Gelu | Activation::Silu => {}
    }
}

/// Multiplies a gradient by the activation's slope, which follows from the activation's value.
pub fn slope(gradient: &mut [f32], values: &[f32], activation: Activation) {
    let each = gradient.iter_mut().zip(values);
    match activation {
        Activation::Tanh => each.for_each(|(g, y)| *g *= 1.0 - y * y),
        Activation::Sigmoid => each.for_each(|(g, y)| *g *= y * (1.0 - y)),
        Activation::Relu => each.for_each(|(g, y)| *g = if *y > 0.0 { *g } else { 0.0 }),
        Activation::LeakyRelu => each.for_each(|(g, y)| *g = if *y > 0.0 { *g } else { 0.01 * *g }),
        Activation::Identity | Activation::Gelu | Activation::Silu => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_polynomial_tanh_is_the_library_one_to_rounding() {
        for i in -200_000..=200_000 {
            let x = i as f32 * 1e-4;
            assert!((tanh(x) - x.tanh()).abs() < 5e-7, "at {x}: {} against {}", tanh(x), x.tanh());
        }
        assert!(tanh(f32::NAN).is_nan());
    }

    #[test]
    fn tiles_and_their_remainders_give_the_product() {
        for (m, k, n) in [(1, 1, 1), (4, 3, 8), (5, 7, 9), (3, 16, 16), (9, 2, 1), (8, 5, 17)] {
            let a: Vec<f32> = (0..m * k).map(|i| (i as f32 * 0.37).sin()).collect();
            let b: Vec<f32> = (0..k * n).map(|i| (i as f32 * 0.73).cos()).collect();
            let mut c = vec![1.0; m * n];
            multiply(m, k, n, Left { values: &a, row: k, column: 1 }, &b, &mut c);
            for row in 0..m {
                for column in 0..n {
                    let want = 1.0 + (0..k).map(|i| a[row * k + i] * b[i * n + column]).sum::<f32>();
                    assert!((c[row * n + column] - want).abs() < 1e-5);
                }
            }
        }
    }
}
