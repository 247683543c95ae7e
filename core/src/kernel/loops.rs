//! Loops for tiny matrices, a few SIMD registers of sums at a time.
//!
//! The right factor is read in *panels*: lines of N = 4 V numbers, V registers. Where it has exactly
//! as many columns it is its own panel; else it is packed, with zeros beyond its last column, so that
//! three heads side by side cost one register and not three numbers. Every tile keeps eight registers
//! of sums: the loads of one line of the panel are shared by all rows of the tile.

use crate::config::Activation;
use statrs::function::erf::erfc;
use wide::f32x4;

/// Packed lines of the right factor; kept between calls, so that its memory is.
pub type Panel = Vec<f32>;

/// Rows of a factor, `stride` numbers apart, of which each has at least as many as the product reads.
#[derive(Clone, Copy)]
pub struct Factor<'a> {
    /// From the first number that is read on.
    pub values: &'a [f32],
    /// From one row to the next.
    pub stride: usize,
}

impl<'a> Factor<'a> {
    #[inline]
    fn row(self, row: usize, length: usize) -> &'a [f32] {
        &self.values[row * self.stride..][..length]
    }
}

/// Where a product goes: rows `stride` numbers apart. What lies between its columns and the next row may be
/// written too.
pub struct Product<'a> {
    /// From the first number that is written on.
    pub values: &'a mut [f32],
    /// From one row to the next.
    pub stride: usize,
}

/// What becomes of a product's sums before they are written.
#[derive(Clone, Copy)]
pub enum Finish<'a> {
    /// They are put through an activation.
    Activation(Activation),
    /// They are a gradient: times the slope of the activation that gave these values, which stand as the product's do.
    Slope(Activation, &'a [f32]),
    /// They are added to what stands there.
    Sum,
}

/// [`Finish`], known when a product is compiled.
trait Finisher: Copy {
    /// What is written for sums at a place of the product, where `before` stands.
    fn finish<const N: usize, const V: usize>(self, sums: [f32x4; V], at: usize, before: &[f32]) -> [f32x4; V];
}

#[derive(Clone, Copy)]
struct Activated(Activation);

impl Finisher for Activated {
    #[inline(always)]
    fn finish<const N: usize, const V: usize>(self, sums: [f32x4; V], _: usize, _: &[f32]) -> [f32x4; V] {
        sums.map(|sum| activated(sum, self.0))
    }
}

#[derive(Clone, Copy)]
struct Sloped<'a>(Activation, &'a [f32]);

impl Finisher for Sloped<'_> {
    #[inline(always)]
    fn finish<const N: usize, const V: usize>(self, sums: [f32x4; V], at: usize, before: &[f32]) -> [f32x4; V] {
        let values = load_some::<N, V>(self.1.get(at..at + before.len()).unwrap_or_default());
        std::array::from_fn(|v| sums[v] * slope_of(values[v], self.0))
    }
}

#[derive(Clone, Copy)]
struct Summed;

impl Finisher for Summed {
    #[inline(always)]
    fn finish<const N: usize, const V: usize>(self, sums: [f32x4; V], _: usize, before: &[f32]) -> [f32x4; V] {
        let before = load_some::<N, V>(before);
        std::array::from_fn(|v| sums[v] + before[v])
    }
}

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

/// A product's sizes: `m` rows, sums of `k` terms, `n` columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Rows.
    pub m: usize,
    /// Terms of every sum.
    pub k: usize,
    /// Columns.
    pub n: usize,
}

/// `c = finish(start + a b)`, with `a` `[m, k]`, `b` `[k, n]` row-major and `c` `[m, n]`; every row starts at `start`
/// `[n]`, or at zero where that is empty.
pub fn multiply(sizes: Sizes, a: Factor, b: &[f32], start: &[f32], c: &mut Product, finish: Finish, panel: &mut Panel) {
    match finish {
        Finish::Activation(activation) => product(sizes, a, b, start, c, Activated(activation), panel),
        Finish::Slope(activation, values) => product(sizes, a, b, start, c, Sloped(activation, values), panel),
        Finish::Sum => product(sizes, a, b, start, c, Summed, panel),
    }
}

fn product(
    sizes: Sizes,
    a: Factor,
    b: &[f32],
    start: &[f32],
    c: &mut Product,
    finish: impl Finisher,
    panel: &mut Panel,
) {
    let mut columns = Columns::of(sizes.n);
    while columns.from < sizes.n {
        columns.from += match sizes.n - columns.from {
            13.. => rows::<16, 4, 2>(columns, sizes, a, b, start, c, finish, panel),
            5.. => rows::<8, 2, 4>(columns, sizes, a, b, start, c, finish, panel),
            _ => rows::<4, 1, 8>(columns, sizes, a, b, start, c, finish, panel),
        };
    }
}

/// All rows of some columns, R at a time; gives the number of columns.
#[expect(clippy::too_many_arguments, reason = "what a product consists of")]
fn rows<const N: usize, const V: usize, const R: usize>(
    columns: Columns,
    Sizes { m, k, .. }: Sizes,
    a: Factor,
    b: &[f32],
    start: &[f32],
    c: &mut Product,
    finish: impl Finisher,
    panel: &mut Panel,
) -> usize {
    let columns = columns.at_most::<N>();
    let panel = lines::<N>(b, columns, panel);
    let mut first = [0.0; N];
    first.iter_mut().zip(columns.in_line(start)).for_each(|(first, start)| *first = *start);
    let first = load::<N, V>(&first);
    let mut row = 0;
    while row + R <= m {
        store::<N, V, R>(sums_of_rows::<N, V, R>(a, row, k, panel, first), row, c, columns, finish);
        row += R;
    }
    for row in row..m {
        store::<N, V, 1>(sums_of_rows::<N, V, 1>(a, row, k, panel, first), row, c, columns, finish);
    }
    columns.width
}

#[inline(always)]
fn sums_of_rows<const N: usize, const V: usize, const R: usize>(
    a: Factor,
    row: usize,
    k: usize,
    panel: &[[f32; N]],
    first: [f32x4; V],
) -> [[f32x4; V]; R] {
    let mut sums = [first; R];
    // Cut once: within the loop their ends need no checks.
    let rows: [&[f32]; R] = std::array::from_fn(|r| a.row(row + r, k));
    for (i, line) in panel[..k].iter().enumerate() {
        add(&mut sums, std::array::from_fn(|r| rows[r][i]), load(line));
    }
    sums
}

/// `c += a' b`, with `a` `[m, k]`, `b` `[m, n]` and `c` `[k, n]`: the sums have `m` terms here.
pub fn multiply_transposed(sizes: Sizes, a: Factor, b: Factor, c: &mut Product, panel: &mut Panel) {
    let mut columns = Columns::of(sizes.n);
    while columns.from < sizes.n {
        columns.from += match sizes.n - columns.from {
            13.. => rows_transposed::<16, 4, 2>(columns, sizes, a, b, c, panel),
            5.. => rows_transposed::<8, 2, 4>(columns, sizes, a, b, c, panel),
            _ => rows_transposed::<4, 1, 8>(columns, sizes, a, b, c, panel),
        };
    }
}

fn rows_transposed<const N: usize, const V: usize, const R: usize>(
    columns: Columns,
    Sizes { m, k, .. }: Sizes,
    a: Factor,
    b: Factor,
    c: &mut Product,
    panel: &mut Panel,
) -> usize {
    let columns = columns.at_most::<N>();
    let panel = strided_lines::<N>(b, m, columns, panel);
    let mut row = 0;
    while row + R <= k {
        store::<N, V, R>(sums_of_columns::<N, V, R>(a, m, row, panel), row, c, columns, Summed);
        row += R;
    }
    for row in row..k {
        store::<N, V, 1>(sums_of_columns::<N, V, 1>(a, m, row, panel), row, c, columns, Summed);
    }
    columns.width
}

#[inline(always)]
fn sums_of_columns<const N: usize, const V: usize, const R: usize>(
    a: Factor,
    m: usize,
    column: usize,
    panel: &[[f32; N]],
) -> [[f32x4; V]; R] {
    let mut sums = [[f32x4::ZERO; V]; R];
    let rows = a.values.get(column..).unwrap_or_default().chunks(a.stride.max(1));
    for (factors, line) in rows.zip(&panel[..m]) {
        if let Some(factors) = factors.first_chunk::<R>() {
            add(&mut sums, *factors, load(line));
        }
    }
    sums
}

#[inline(always)]
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
    let rows = b.len() / columns.of.max(1);
    strided_lines(Factor { values: b, stride: columns.of }, rows, columns, panel)
}

/// The same of rows that stand further apart than they are wide.
#[inline]
fn strided_lines<'a, const N: usize>(
    b: Factor<'a>,
    rows: usize,
    columns: Columns,
    panel: &'a mut Panel,
) -> &'a [[f32; N]] {
    if b.stride == N && b.values.len() >= rows * N {
        // What is beyond the last column gives sums that nobody reads.
        return b.values.as_chunks::<N>().0;
    }
    panel.clear();
    panel.resize(rows * N, 0.0);
    for (to, row) in panel.as_chunks_mut::<N>().0.iter_mut().zip(b.values.chunks(b.stride.max(1))) {
        let cut = columns.in_line(row);
        match cut.first_chunk::<N>() {
            Some(whole) => *to = *whole,
            None => to.iter_mut().zip(cut).for_each(|(to, value)| *to = *value),
        }
    }
    panel.as_chunks::<N>().0
}

#[inline(always)]
fn load<const N: usize, const V: usize>(line: &[f32; N]) -> [f32x4; V] {
    const { assert!(N == 4 * V) };
    let fours = line.as_chunks::<4>().0;
    std::array::from_fn(|v| f32x4::from(fours[v]))
}

/// As many numbers as there are, zeros behind them.
#[inline(always)]
fn load_some<const N: usize, const V: usize>(values: &[f32]) -> [f32x4; V] {
    match values.first_chunk::<N>() {
        Some(line) => load(line),
        None => {
            let mut line = [0.0; N];
            line.iter_mut().zip(values).for_each(|(line, value)| *line = *value);
            load(&line)
        }
    }
}

#[inline(always)]
fn store<const N: usize, const V: usize, const R: usize>(
    sums: [[f32x4; V]; R],
    row: usize,
    c: &mut Product,
    columns: Columns,
    finish: impl Finisher,
) {
    // Where rows are padded, their padding may be overwritten: a whole line is faster than its parts.
    let last = columns.from + columns.width == columns.of;
    let width = if last { N.min(c.stride - columns.from) } else { columns.width };
    for (r, sums) in sums.into_iter().enumerate() {
        let at = (row + r) * c.stride + columns.from;
        let Some(rest) = c.values.get_mut(at..) else { return };
        match rest.first_chunk_mut::<N>().filter(|_| width == N) {
            Some(out) => {
                let sums = finish.finish::<N, V>(sums, at, out.as_slice());
                out.as_chunks_mut::<4>().0.copy_from_slice(&sums.map(f32x4::to_array));
            }
            None => {
                let length = width.min(rest.len());
                let out = &mut rest[..length];
                let sums = finish.finish::<N, V>(sums, at, out).map(f32x4::to_array);
                out.iter_mut().zip(sums.as_flattened()).for_each(|(out, sum)| *out = *sum);
            }
        }
    }
}

/// Adds up the rows of `[m, n]`, where n is the length of what the sums are added to.
pub fn add_columns(a: Factor, m: usize, to: &mut [f32]) {
    let n = to.len();
    let mut from = 0;
    while from < n {
        from += match n - from {
            13.. => add_some_columns::<16, 4>(a, m, from, to),
            5.. => add_some_columns::<8, 2>(a, m, from, to),
            _ => add_some_columns::<4, 1>(a, m, from, to),
        };
    }
}

fn add_some_columns<const N: usize, const V: usize>(a: Factor, m: usize, from: usize, to: &mut [f32]) -> usize {
    let mut sums = [f32x4::ZERO; V];
    for row in a.values[from..].chunks(a.stride).take(m) {
        sums.iter_mut().zip(load_some::<N, V>(row)).for_each(|(sum, line)| *sum += line);
    }
    let sums = sums.map(f32x4::to_array);
    to[from..].iter_mut().zip(sums.as_flattened()).for_each(|(to, sum)| *to += *sum);
    N
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
/// Weights of the odd powers in tanh's numerator, the highest first: the ones of the Eigen
/// library's `ptanh`.
pub const TANH_NUMERATOR: [f32; 7] =
    [-2.760_768_5e-16, 2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_4e-5, 6.372_619_3e-4, 4.893_524_6e-3];
/// Weights of the even powers in its denominator.
pub const TANH_DENOMINATOR: [f32; 4] = [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3];

/// tanh by a ratio of odd and even polynomials, within a few units in the last place of f32; no branches and no
/// library call. What is no number stays none.
#[inline(always)]
fn tanh(x: f32x4) -> f32x4 {
    let most = f32x4::splat(TANH_CLAMP);
    let x = x.simd_gt(most).select(most, x);
    let x = x.simd_lt(-most).select(-most, x);
    let s = x * x;
    let [odd, others @ ..] = TANH_NUMERATOR.map(f32x4::splat);
    let odd = others.into_iter().fold(odd, |sum, c| sum * s + c);
    let [even, others @ ..] = TANH_DENOMINATOR.map(f32x4::splat);
    let even = others.into_iter().fold(even, |sum, c| sum * s + c);
    x * odd / even
}

/// An activation of four numbers; the identity for those whose slope doesn't follow from their value.
#[inline(always)]
fn activated(x: f32x4, activation: Activation) -> f32x4 {
    let half = f32x4::splat(0.5);
    match activation {
        Activation::Tanh => tanh(x),
        Activation::Sigmoid => half * tanh(half * x) + half,
        Activation::Relu => x.simd_lt(f32x4::ZERO).select(f32x4::ZERO, x),
        Activation::LeakyRelu => x.simd_lt(f32x4::ZERO).select(f32x4::splat(0.01) * x, x),
        Activation::Identity | Activation::Gelu | Activation::Silu => x,
    }
}

/// The slope of an activation where it has these values.
#[inline(always)]
fn slope_of(y: f32x4, activation: Activation) -> f32x4 {
    let one = f32x4::ONE;
    match activation {
        Activation::Tanh => one - y * y,
        Activation::Sigmoid => y * (one - y),
        Activation::Relu => y.simd_gt(f32x4::ZERO).select(one, f32x4::ZERO),
        Activation::LeakyRelu => y.simd_gt(f32x4::ZERO).select(one, f32x4::splat(0.01)),
        Activation::Identity | Activation::Gelu | Activation::Silu => one,
    }
}

/// An activation and its slope, where the slope does not follow from the value.
pub fn activation_and_slope(x: f32, activation: Activation) -> (f32, f32) {
    match activation {
        Activation::Gelu => {
            // x P(X <= x), X standard normal (Hendrycks & Gimpel 2016).
            let wide = f64::from(x);
            let below = 0.5 * erfc(-wide * std::f64::consts::FRAC_1_SQRT_2);
            let density = (-0.5 * wide * wide).exp() / (2.0 * std::f64::consts::PI).sqrt();
            ((wide * below) as f32, (below + wide * density) as f32)
        }
        Activation::Silu => {
            let [sigmoid, ..] = activated(f32x4::splat(x), Activation::Sigmoid).to_array();
            (x * sigmoid, sigmoid * (1.0 + x * (1.0 - sigmoid)))
        }
        other => {
            let value = activated(f32x4::splat(x), other);
            (value.to_array()[0], slope_of(value, other).to_array()[0])
        }
    }
}

/// Multiplies a gradient by the activation's slope, which follows from the activation's value.
pub fn slope(gradient: &mut [f32], values: &[f32], activation: Activation) {
    if activation == Activation::Identity {
        return;
    }
    let mut fours = gradient.chunks_exact_mut(4);
    let mut values = values.chunks_exact(4);
    for (gradient, values) in fours.by_ref().zip(values.by_ref()) {
        let product = load_some::<4, 1>(gradient)[0] * slope_of(load_some::<4, 1>(values)[0], activation);
        gradient.copy_from_slice(&product.to_array());
    }
    let rest = fours.into_remainder();
    let product = load_some::<4, 1>(rest)[0] * slope_of(load_some::<4, 1>(values.remainder())[0], activation);
    rest.iter_mut().zip(product.to_array()).for_each(|(gradient, product)| *gradient = product);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_polynomial_tanh_is_the_library_one_to_rounding() {
        for i in -200_000..=200_000 {
            let x = i as f32 * 1e-4;
            let found = tanh(f32x4::splat(x)).to_array()[0];
            assert!((found - x.tanh()).abs() < 5e-7, "at {x}: {found} against {}", x.tanh());
        }
        assert!(tanh(f32x4::splat(f32::NAN)).to_array()[0].is_nan());
    }

    fn wave(length: usize, pace: f32) -> Vec<f32> {
        (0..length).map(|i| (i as f32 * pace).sin()).collect()
    }

    const SIZES: [(usize, usize, usize); 7] =
        [(1, 1, 1), (4, 3, 8), (5, 7, 9), (3, 16, 16), (9, 2, 1), (8, 5, 17), (17, 12, 35)];

    #[test]
    fn tiles_and_their_remainders_give_the_product_in_tight_and_in_padded_rows() {
        for (m, k, n) in SIZES {
            for padding in [0, 1, 5] {
                let (a, b, start) = (wave(m * (k + padding), 0.37), wave(k * n, 0.73), wave(n, 0.11));
                let stride = n + padding;
                for start in [&start[..], &[]] {
                    let mut c = vec![f32::NAN; m * stride];
                    let mut out = Product { values: &mut c, stride };
                    let factor = Factor { values: &a, stride: k + padding };
                    let finish = Finish::Activation(Activation::LeakyRelu);
                    multiply(Sizes { m, k, n }, factor, &b, start, &mut out, finish, &mut Panel::new());
                    for (row, column) in (0..m * n).map(|i| (i / n, i % n)) {
                        let sum: f32 = (0..k).map(|i| a[row * (k + padding) + i] * b[i * n + column]).sum();
                        let want = start.get(column).copied().unwrap_or(0.0) + sum;
                        let want = if want < 0.0 { 0.01 * want } else { want };
                        let found = c[row * stride + column];
                        assert!((found - want).abs() < 1e-5, "{m} x {k} x {n} + {padding} at {row}, {column}");
                    }
                }
            }
        }
    }

    #[test]
    fn tiles_and_their_remainders_give_the_transposed_product() {
        for (m, k, n) in SIZES {
            for padding in [0, 1, 5] {
                let (a, b) = (wave(m * (k + padding), 0.37), wave(m * (n + padding), 0.73));
                let mut c = vec![1.0; k * n];
                let mut out = Product { values: &mut c, stride: n };
                let [left, right] = [(&a, k), (&b, n)].map(|(values, n)| Factor { values, stride: n + padding });
                multiply_transposed(Sizes { m, k, n }, left, right, &mut out, &mut Panel::new());
                for (i, c) in c.iter().enumerate() {
                    let (row, column) = (i / n, i % n);
                    let term = |i: usize| a[i * (k + padding) + row] * b[i * (n + padding) + column];
                    let want: f32 = 1.0 + (0..m).map(term).sum::<f32>();
                    assert!((c - want).abs() < 1e-5, "{m} x {k} x {n} + {padding} at {row}, {column}");
                }
            }
        }
    }

    #[test]
    fn a_gradient_is_multiplied_by_the_slope_of_the_activation() {
        let step = 1e-3;
        for activation in [Activation::Tanh, Activation::Sigmoid, Activation::Relu, Activation::LeakyRelu] {
            for length in 1..12 {
                // Not where an activation has a corner.
                let x: Vec<f32> = wave(length, 0.9).iter().map(|x| x + 0.05).collect();
                let at = |shift: f32| -> Vec<f32> {
                    x.iter().map(|x| activated(f32x4::splat(x + shift), activation).to_array()[0]).collect()
                };
                let (before, after) = (at(-step), at(step));
                let mut found = vec![2.0; length];
                slope(&mut found, &at(0.0), activation);
                for (i, found) in found.iter().enumerate() {
                    let want = (after[i] - before[i]) / step;
                    assert!((found - want).abs() < 2e-3, "{activation:?} at {}: {found} and {want}", x[i]);
                }
            }
        }
    }
}
