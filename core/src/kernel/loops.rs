//! Loops for tiny matrices, a few SIMD registers of sums at a time.
//!
//! The right factor is read in *panels*: lines of N = 4 V numbers, V registers. Where it has exactly
//! as many columns it is its own panel; else it is packed, with zeros beyond its last column, so that
//! three heads side by side cost one register and not three numbers. Every tile keeps eight registers
//! of sums: the loads of one line of the panel are shared by all rows of the tile.

use crate::config::Activation;
use wide::f32x4;

/// Packed lines of the right factor; kept between calls, so that its memory is.
pub type Panel = Vec<f32>;

/// Some columns of a product.
#[derive(Clone, Copy)]
struct Columns {
    /// Columns of the whole product.
    of: usize,
    /// The first one.
    from: usize,
    /// How many.
    width: usize,
}

impl Columns {
    /// Columns from the first one on.
    fn of(n: usize) -> Self {
        Self { of: n, from: 0, width: 0 }
    }

    /// As many of the columns that are left as N numbers hold.
    fn at_most<const N: usize>(self) -> Self {
        Self { width: N.min(self.of - self.from), ..self }
    }

    fn in_line(self, line: &[f32]) -> &[f32] {
        line.get(self.from..self.from + self.width).unwrap_or_default()
    }
}

/// `c = start + a b`, with `a` `[m, k]`, `b` `[k, n]` and `c` `[m, n]`, all row-major; every row
/// starts at `start` `[n]`, or at zero where that is empty.
pub fn multiply(k: usize, n: usize, a: &[f32], b: &[f32], start: &[f32], c: &mut [f32], panel: &mut Panel) {
    let mut columns = Columns::of(n);
    while columns.from < n {
        columns.from += match n - columns.from {
            13.. => rows::<16, 4, 2>(columns, k, a, b, start, c, panel),
            5.. => rows::<8, 2, 4>(columns, k, a, b, start, c, panel),
            _ => rows::<4, 1, 8>(columns, k, a, b, start, c, panel),
        };
    }
}

/// All rows of some columns, R at a time; gives the number of columns.
#[inline]
fn rows<const N: usize, const V: usize, const R: usize>(
    columns: Columns,
    k: usize,
    a: &[f32],
    b: &[f32],
    start: &[f32],
    c: &mut [f32],
    panel: &mut Panel,
) -> usize {
    let columns = columns.at_most::<N>();
    let panel = lines::<N>(b, columns, panel);
    let mut first = [0.0; N];
    first.iter_mut().zip(columns.in_line(start)).for_each(|(first, start)| *first = *start);
    let first = load::<N, V>(&first);
    let mut blocks = a.chunks_exact(k * R);
    let mut out = c.chunks_exact_mut(columns.of * R);
    for (a, c) in blocks.by_ref().zip(out.by_ref()) {
        store::<N, V, R>(&sums_of_rows::<N, V, R>(a, k, panel, first), 0, c, columns);
    }
    let rest = out.into_remainder().chunks_exact_mut(columns.of);
    for (a, c) in blocks.remainder().chunks_exact(k).zip(rest) {
        store::<N, V, 1>(&sums_of_rows::<N, V, 1>(a, k, panel, first), 0, c, columns);
    }
    columns.width
}

#[inline]
fn sums_of_rows<const N: usize, const V: usize, const R: usize>(
    a: &[f32],
    k: usize,
    panel: &[[f32; N]],
    first: [f32x4; V],
) -> [[f32x4; V]; R] {
    let mut sums = [first; R];
    // Cut once: within the loop their ends need no checks.
    let rows: [&[f32]; R] = std::array::from_fn(|r| &a[r * k..][..k]);
    for (i, line) in panel[..k].iter().enumerate() {
        add(&mut sums, std::array::from_fn(|r| rows[r][i]), load(line));
    }
    sums
}

/// `c = a' b`, with `a` `[m, k]`, `b` `[m, n]` and `c` `[k, n]`, all row-major.
pub fn multiply_transposed(k: usize, n: usize, a: &[f32], b: &[f32], c: &mut [f32], panel: &mut Panel) {
    let mut columns = Columns::of(n);
    while columns.from < n {
        columns.from += match n - columns.from {
            13.. => rows_transposed::<16, 4, 2>(columns, k, a, b, c, panel),
            5.. => rows_transposed::<8, 2, 4>(columns, k, a, b, c, panel),
            _ => rows_transposed::<4, 1, 8>(columns, k, a, b, c, panel),
        };
    }
}

#[inline]
fn rows_transposed<const N: usize, const V: usize, const R: usize>(
    columns: Columns,
    k: usize,
    a: &[f32],
    b: &[f32],
    c: &mut [f32],
    panel: &mut Panel,
) -> usize {
    let columns = columns.at_most::<N>();
    let panel = lines::<N>(b, columns, panel);
    let mut row = 0;
    while row + R <= k {
        store::<N, V, R>(&sums_of_columns::<N, V, R>(a, k, row, panel), row, c, columns);
        row += R;
    }
    for row in row..k {
        store::<N, V, 1>(&sums_of_columns::<N, V, 1>(a, k, row, panel), row, c, columns);
    }
    columns.width
}

#[inline]
fn sums_of_columns<const N: usize, const V: usize, const R: usize>(
    a: &[f32],
    k: usize,
    column: usize,
    panel: &[[f32; N]],
) -> [[f32x4; V]; R] {
    let mut sums = [[f32x4::ZERO; V]; R];
    for (factors, line) in a.chunks_exact(k).zip(panel) {
        if let Some(factors) = factors[column..].first_chunk::<R>() {
            add(&mut sums, *factors, load(line));
        }
    }
    sums
}

#[inline]
fn add<const V: usize, const R: usize>(sums: &mut [[f32x4; V]; R], factors: [f32; R], line: [f32x4; V]) {
    for (sum, factor) in sums.iter_mut().zip(factors) {
        let factor = f32x4::splat(factor);
        for (s, value) in sum.iter_mut().zip(line) {
            *s += factor * value;
        }
    }
}

/// Some columns of all rows of `b`, as lines of N numbers.
#[inline]
fn lines<'a, const N: usize>(b: &'a [f32], columns: Columns, panel: &'a mut Panel) -> &'a [[f32; N]] {
    if columns.of == N {
        return b.as_chunks::<N>().0;
    }
    panel.clear();
    panel.resize(b.len() / columns.of * N, 0.0);
    for (to, row) in panel.as_chunks_mut::<N>().0.iter_mut().zip(b.chunks_exact(columns.of)) {
        let cut = columns.in_line(row);
        match cut.first_chunk::<N>() {
            Some(whole) => *to = *whole,
            None => to.iter_mut().zip(cut).for_each(|(to, value)| *to = *value),
        }
    }
    panel.as_chunks::<N>().0
}

#[inline]
fn load<const N: usize, const V: usize>(line: &[f32; N]) -> [f32x4; V] {
    const { assert!(N == 4 * V) };
    let fours = line.as_chunks::<4>().0;
    std::array::from_fn(|v| f32x4::from(fours[v]))
}

#[inline]
fn store<const N: usize, const V: usize, const R: usize>(
    sums: &[[f32x4; V]; R],
    row: usize,
    c: &mut [f32],
    columns: Columns,
) {
    for (r, sum) in sums.iter().enumerate() {
        let out = &mut c[(row + r) * columns.of + columns.from..][..columns.width];
        let sum = sum.map(f32x4::to_array);
        match out.first_chunk_mut::<N>() {
            Some(out) => out.as_chunks_mut::<4>().0.copy_from_slice(&sum),
            None => out.iter_mut().zip(sum.as_flattened()).for_each(|(out, s)| *out = *s),
        }
    }
}

/// Writes the transpose of `[rows, columns]`.
pub fn transpose(values: &[f32], columns: usize, out: &mut Vec<f32>) {
    out.clear();
    for column in 0..columns {
        out.extend(values.iter().skip(column).step_by(columns));
    }
}

/// Beyond it tanh is 1 to rounding.
pub const TANH_CLAMP: f32 = 7.905_311;
/// DeviceWeights of the odd powers in tanh's numerator, the highest first: the ones of the Eigen
/// library's `ptanh`.
pub const TANH_NUMERATOR: [f32; 7] =
    [-2.760_768_5e-16, 2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_4e-5, 6.372_619_3e-4, 4.893_524_6e-3];
/// DeviceWeights of the even powers in its denominator.
pub const TANH_DENOMINATOR: [f32; 4] = [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3];

/// tanh by a ratio of odd and even polynomials, within a few units in the last place of f32; no
/// branches and no library call, so that a row of units is one run of SIMD instructions.
#[inline]
pub fn tanh(x: f32) -> f32 {
    let x = x.clamp(-TANH_CLAMP, TANH_CLAMP);
    let s = x * x;
    let [odd, others @ ..] = TANH_NUMERATOR;
    let odd = others.iter().fold(odd, |sum, c| sum * s + c);
    let [even, others @ ..] = TANH_DENOMINATOR;
    let even = others.iter().fold(even, |sum, c| sum * s + c);
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

    fn wave(length: usize, pace: f32) -> Vec<f32> {
        (0..length).map(|i| (i as f32 * pace).sin()).collect()
    }

    const SIZES: [(usize, usize, usize); 7] =
        [(1, 1, 1), (4, 3, 8), (5, 7, 9), (3, 16, 16), (9, 2, 1), (8, 5, 17), (17, 12, 35)];

    #[test]
    fn tiles_and_their_remainders_give_the_product() {
        for (m, k, n) in SIZES {
            let (a, b, start) = (wave(m * k, 0.37), wave(k * n, 0.73), wave(n, 0.11));
            let mut panel = Panel::new();
            for start in [&start[..], &[]] {
                let mut c = vec![f32::NAN; m * n];
                multiply(k, n, &a, &b, start, &mut c, &mut panel);
                for (i, c) in c.iter().enumerate() {
                    let (row, column) = (i / n, i % n);
                    let sum: f32 = (0..k).map(|i| a[row * k + i] * b[i * n + column]).sum();
                    let want = start.get(column).copied().unwrap_or(0.0) + sum;
                    assert!((c - want).abs() < 1e-5, "{m} x {k} x {n} at {row}, {column}");
                }
            }
        }
    }

    #[test]
    fn tiles_and_their_remainders_give_the_transposed_product() {
        for (m, k, n) in SIZES {
            let (a, b) = (wave(m * k, 0.37), wave(m * n, 0.73));
            let mut c = vec![f32::NAN; k * n];
            multiply_transposed(k, n, &a, &b, &mut c, &mut Panel::new());
            for (i, c) in c.iter().enumerate() {
                let (row, column) = (i / n, i % n);
                let want: f32 = (0..m).map(|i| a[i * k + row] * b[i * n + column]).sum();
                assert!((c - want).abs() < 1e-5, "{m} x {k} x {n} at {row}, {column}");
            }
        }
    }
}
