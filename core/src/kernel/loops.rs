//! Loops for tiny matrices, a few SIMD registers of sums at a time.
//!
//! The right factor is read in *panels*: lines of N = 4 V numbers, V registers. Where it has exactly
//! as many columns it is its own panel; else it is packed, with zeros beyond its last column, so that
//! three heads side by side cost one register and not three numbers. Every tile keeps eight registers
//! of sums: the loads of one line of the panel are shared by all rows of the tile.

use super::activations::{activated, slope_of};
use crate::config::Activation;
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

/// Where a product goes.
pub struct Product<'a> {
    /// From the first number that is written on.
    pub values: &'a mut [f32],
    /// From one row to the next.
    pub stride: usize,
    /// Numbers of a row that may be written: the product's columns, and a padding behind them that is its own.
    pub room: usize,
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
    /// Numbers that stand as the product's do and are looked at in place of these.
    fn beside(&self) -> Option<&[f32]> {
        None
    }

    /// What is written for a sum where these numbers stand, or stand beside it.
    fn finish(self, sum: f32x4, there: f32x4) -> f32x4;
}

/// An activation that is known when a product is compiled: to look for it at every four sums took a tenth of a step.
trait Known: Copy {
    fn activation(self) -> Activation;
}

#[derive(Clone, Copy)]
struct Tanh;

impl Known for Tanh {
    #[inline(always)]
    fn activation(self) -> Activation {
        Activation::Tanh
    }
}

#[derive(Clone, Copy)]
struct Relu;

impl Known for Relu {
    #[inline(always)]
    fn activation(self) -> Activation {
        Activation::Relu
    }
}

#[derive(Clone, Copy)]
struct Identity;

impl Known for Identity {
    #[inline(always)]
    fn activation(self) -> Activation {
        Activation::Identity
    }
}

/// The rarer ones are looked for.
impl Known for Activation {
    #[inline(always)]
    fn activation(self) -> Activation {
        self
    }
}

#[derive(Clone, Copy)]
struct Activated<K>(K);

impl<K: Known> Finisher for Activated<K> {
    #[inline(always)]
    fn finish(self, sum: f32x4, _: f32x4) -> f32x4 {
        activated(sum, self.0.activation())
    }
}

#[derive(Clone, Copy)]
struct Sloped<'a, K>(K, &'a [f32]);

impl<K: Known> Finisher for Sloped<'_, K> {
    #[inline(always)]
    fn beside(&self) -> Option<&[f32]> {
        Some(self.1)
    }

    #[inline(always)]
    fn finish(self, sum: f32x4, there: f32x4) -> f32x4 {
        sum * slope_of(there, self.0.activation())
    }
}

#[derive(Clone, Copy)]
struct Summed;

impl Finisher for Summed {
    #[inline(always)]
    fn finish(self, sum: f32x4, there: f32x4) -> f32x4 {
        sum + there
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

    /// How many numbers of a line of the product are written: a whole one is faster than its parts, and behind the
    /// last column may stand a padding.
    fn room<const N: usize>(self, c: &Product) -> usize {
        let last = self.from + self.width == self.of;
        if last { N.min(c.room - self.from) } else { self.width }
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
        Finish::Activation(Activation::Tanh) => product(sizes, a, b, start, c, Activated(Tanh), panel),
        Finish::Activation(Activation::Relu) => product(sizes, a, b, start, c, Activated(Relu), panel),
        Finish::Activation(Activation::Identity) => product(sizes, a, b, start, c, Activated(Identity), panel),
        Finish::Activation(other) => product(sizes, a, b, start, c, Activated(other), panel),
        Finish::Slope(Activation::Tanh, values) => product(sizes, a, b, start, c, Sloped(Tanh, values), panel),
        Finish::Slope(Activation::Relu, values) => product(sizes, a, b, start, c, Sloped(Relu, values), panel),
        Finish::Slope(Activation::Identity, values) => product(sizes, a, b, start, c, Sloped(Identity, values), panel),
        Finish::Slope(other, values) => product(sizes, a, b, start, c, Sloped(other, values), panel),
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

/// All rows of some columns, R at a time; gives the number of columns. A function of its own for every tile: browsers
/// keep registers badly in very large ones.
#[expect(clippy::too_many_arguments, reason = "what a product consists of")]
#[inline(never)]
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
    let width = columns.room::<N>(c);
    let mut row = 0;
    if width == N {
        while row + R <= m {
            let sums = sums_of_rows::<N, V, R>(a, row, k, panel, first);
            store::<N, V, R, true>(sums, row, c, (columns, width), finish);
            row += R;
        }
    } else {
        while row + R <= m {
            let sums = sums_of_rows::<N, V, R>(a, row, k, panel, first);
            store::<N, V, R, false>(sums, row, c, (columns, width), finish);
            row += R;
        }
    }
    for row in row..m {
        let sums = sums_of_rows::<N, V, 1>(a, row, k, panel, first);
        store::<N, V, 1, false>(sums, row, c, (columns, width), finish);
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
    let panel = &panel[..k];
    for i in 0..k {
        add(&mut sums, std::array::from_fn(|r| rows[r][i]), load(&panel[i]));
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

#[inline(never)]
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
    let width = columns.room::<N>(c);
    let mut row = 0;
    if width == N {
        while row + R <= k {
            let sums = sums_of_columns::<N, V, R>(a, m, row, panel);
            store::<N, V, R, true>(sums, row, c, (columns, width), Summed);
            row += R;
        }
    } else {
        while row + R <= k {
            let sums = sums_of_columns::<N, V, R>(a, m, row, panel);
            store::<N, V, R, false>(sums, row, c, (columns, width), Summed);
            row += R;
        }
    }
    for row in row..k {
        let sums = sums_of_columns::<N, V, 1>(a, m, row, panel);
        store::<N, V, 1, false>(sums, row, c, (columns, width), Summed);
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
    let rows = a.values[column..].chunks(a.stride);
    for (row, line) in rows.zip(&panel[..m]) {
        let Some(factors) = row.first_chunk::<R>() else { break };
        add(&mut sums, *factors, load(line));
    }
    sums
}

#[inline(always)]
fn add<const V: usize, const R: usize>(sums: &mut [[f32x4; V]; R], factors: [f32; R], line: [f32x4; V]) {
    for r in 0..R {
        let factor = f32x4::splat(factors[r]);
        for v in 0..V {
            sums[r][v] += factor * line[v];
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

/// The first four numbers, zeros for those that are not there.
#[inline(always)]
pub(super) fn four(values: &[f32]) -> f32x4 {
    match values {
        [a, b, c, d, ..] => f32x4::new([*a, *b, *c, *d]),
        [a, b, c] => f32x4::new([*a, *b, *c, 0.0]),
        [a, b] => f32x4::new([*a, *b, 0.0, 0.0]),
        [a] => f32x4::new([*a, 0.0, 0.0, 0.0]),
        [] => f32x4::ZERO,
    }
}

/// Writes as many of four numbers as there is room for.
#[inline(always)]
pub(super) fn put(numbers: f32x4, to: &mut [f32]) {
    let [first, second, third, fourth] = numbers.to_array();
    match to {
        [a, b, c, d, ..] => (*a, *b, *c, *d) = (first, second, third, fourth),
        [a, b, c] => (*a, *b, *c) = (first, second, third),
        [a, b] => (*a, *b) = (first, second),
        [a] => *a = first,
        [] => {}
    }
}

/// As many numbers as there are, zeros behind them.
#[inline(always)]
fn load_some<const N: usize, const V: usize>(values: &[f32]) -> [f32x4; V] {
    match values.first_chunk::<N>() {
        Some(line) => load(line),
        None if V == 1 => [four(values); V],
        None => {
            let mut line = [0.0; N];
            line.iter_mut().zip(values).for_each(|(line, value)| *line = *value);
            load(&line)
        }
    }
}

/// Writes the sums of R rows from one on. `WHOLE` lines have room for all N numbers, which is known per product: what
/// shorter ones need would otherwise stand in the way of keeping the sums in registers.
#[inline(always)]
fn store<const N: usize, const V: usize, const R: usize, const WHOLE: bool>(
    sums: [[f32x4; V]; R],
    row: usize,
    c: &mut Product,
    (columns, width): (Columns, usize),
    finish: impl Finisher,
) {
    // By index: an iterator over the sums would have them in memory.
    #[expect(clippy::needless_range_loop, reason = "the sums stay in registers")]
    for r in 0..R {
        let at = (row + r) * c.stride + columns.from;
        let line = &mut c.values[at..at + width];
        let beside = match finish.beside() {
            Some(values) => values.get(at..at + width).unwrap_or_default(),
            None => &[],
        };
        let reads = finish.beside().is_some();
        if WHOLE {
            let Some(line) = line.first_chunk_mut::<N>() else { return };
            let there = if reads { beside.first_chunk::<N>().copied().unwrap_or([0.0; N]) } else { *line };
            let there = load::<N, V>(&there);
            for v in 0..V {
                let sum = finish.finish(sums[r][v], there[v]).to_array();
                line[4 * v..4 * v + 4].copy_from_slice(&sum);
            }
        } else {
            for v in 0..V {
                let Some(line) = line.get_mut(4 * v..) else { break };
                let there = if reads { beside.get(4 * v..).unwrap_or_default() } else { &*line };
                put(finish.finish(sums[r][v], four(there)), line);
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

/// Writes numbers times a factor, or adds them to what stands there.
#[inline]
pub fn scale_into(to: &mut [f32], numbers: &[f32], factor: f32, adds: bool) {
    let by = f32x4::splat(factor);
    let (fours, rest) = to[..numbers.len()].as_chunks_mut::<4>();
    let (whole, last) = numbers.as_chunks::<4>();
    for (to, numbers) in fours.iter_mut().zip(whole) {
        let scaled = by * f32x4::new(*numbers);
        *to = if adds { f32x4::new(*to) + scaled } else { scaled }.to_array();
    }
    for (to, number) in rest.iter_mut().zip(last) {
        *to = if adds { *to + factor * number } else { factor * number };
    }
}

/// The sum of products, four sums side by side.
#[inline]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<4>(), b[..a.len()].as_chunks::<4>());
    let sums = a.iter().zip(b).fold(f32x4::ZERO, |sums, (a, b)| sums + f32x4::new(*a) * f32x4::new(*b));
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.reduce_add() + rest
}

/// The sum of all sizes: not finite where one of the numbers isn't. Four sums side by side: one after the other each
/// would wait for the one before.
pub fn sum_of_sizes(values: &[f32]) -> f32 {
    let (sixteens, rest) = values.as_chunks::<16>();
    let mut sums = [f32x4::ZERO; 4];
    for line in sixteens {
        let line = load::<16, 4>(line);
        for v in 0..4 {
            sums[v] += line[v].abs();
        }
    }
    let [a, b, c, d] = sums;
    (a + b + (c + d)).to_array().into_iter().chain(rest.iter().map(|value| value.abs())).sum()
}

/// Writes the transpose of `[rows, columns]`.
pub fn transpose(values: &[f32], columns: usize, out: &mut Vec<f32>) {
    let rows = values.len() / columns.max(1);
    out.resize(values.len(), 0.0);
    for (column, out) in out.chunks_exact_mut(rows.max(1)).enumerate() {
        let own = values.iter().skip(column).step_by(columns);
        out.iter_mut().zip(own).for_each(|(out, value)| *out = *value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(length: usize, pace: f32) -> Vec<f32> {
        (0..length).map(|i| (i as f32 * pace).sin()).collect()
    }

    const SIZES: [(usize, usize, usize); 7] =
        [(1, 1, 1), (4, 3, 8), (5, 7, 9), (3, 16, 16), (9, 2, 1), (8, 5, 17), (17, 12, 35)];

    /// A product, in rows that are padded or of which it is a part: what stands beside a part is left alone.
    fn give_the_product((m, k, n): (usize, usize, usize), padding: usize, start: &[f32], owns: bool) {
        let (a, b) = (wave(m * (k + padding), 0.37), wave(k * n, 0.73));
        let stride = n + padding;
        // A part may be the last columns of the last row.
        let length = m * stride - if owns { 0 } else { padding };
        let mut c = vec![7.0; length];
        let mut out = Product { values: &mut c, stride, room: if owns { stride } else { n } };
        let factor = Factor { values: &a, stride: k + padding };
        let finish = Finish::Activation(Activation::LeakyRelu);
        multiply(Sizes { m, k, n }, factor, &b, start, &mut out, finish, &mut Panel::new());
        for (i, found) in c.iter().enumerate() {
            let (row, column) = (i / stride, i % stride);
            if column >= n {
                assert!(owns || *found == 7.0, "{m} x {k} x {n} + {padding}: written beyond its columns");
                continue;
            }
            let sum: f32 = (0..k).map(|i| a[row * (k + padding) + i] * b[i * n + column]).sum();
            let want = start.get(column).copied().unwrap_or(0.0) + sum;
            let want = if want < 0.0 { 0.01 * want } else { want };
            assert!((found - want).abs() < 1e-5, "{m} x {k} x {n} + {padding} at {row}, {column}");
        }
    }

    #[test]
    fn tiles_and_their_remainders_give_the_product_in_tight_and_in_padded_rows_and_in_part_of_them() {
        for size in SIZES {
            for padding in [0, 1, 2, 5] {
                let start = wave(size.2, 0.11);
                for start in [&start[..], &[]] {
                    give_the_product(size, padding, start, true);
                    give_the_product(size, padding, start, false);
                }
            }
        }
    }

    #[test]
    fn a_transpose_has_rows_for_columns() {
        for (rows, columns) in [(1, 1), (3, 5), (4, 4), (8, 12), (4, 3)] {
            let values = wave(rows * columns, 0.7);
            let mut turned = vec![f32::NAN; 7];
            transpose(&values, columns, &mut turned);
            assert_eq!(turned.len(), values.len());
            assert!((0..rows * columns).all(|i| turned[(i % columns) * rows + i / columns] == values[i]));
        }
    }

    #[test]
    fn tiles_and_their_remainders_give_the_transposed_product() {
        for (m, k, n) in SIZES {
            for padding in [0, 1, 5] {
                let (a, b) = (wave(m * (k + padding), 0.37), wave(m * (n + padding), 0.73));
                let mut c = vec![1.0; k * n];
                let mut out = Product { values: &mut c, stride: n, room: n };
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
    fn sizes_add_up_whatever_their_number_and_one_that_is_not_finite_shows() {
        for length in [0, 1, 15, 16, 17, 100] {
            let values = wave(length, 1.3);
            let want: f64 = values.iter().map(|value| f64::from(value.abs())).sum();
            assert!((f64::from(sum_of_sizes(&values)) - want).abs() < 1e-4);
        }
        for place in [0, 15, 16, 30] {
            for broken in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                let mut values = wave(31, 1.3);
                values[place] = broken;
                assert!(!sum_of_sizes(&values).is_finite());
            }
        }
    }

    #[test]
    fn numbers_of_any_length_are_scaled_added_and_multiplied() {
        for length in [0, 1, 3, 4, 7, 12] {
            let (a, b) = (wave(length, 0.7), wave(length + 2, 0.4));
            let mut to = wave(length + 2, 0.9);
            let before = to.clone();
            scale_into(&mut to, &a, 3.0, true);
            for i in 0..length {
                assert!((to[i] - (before[i] + 3.0 * a[i])).abs() < 1e-6);
            }
            assert_eq!(to[length..], before[length..], "nothing behind them");
            scale_into(&mut to, &a, -2.0, false);
            assert!(to.iter().zip(&a).all(|(to, a)| *to == -2.0 * a));
            let want: f32 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
            assert!((dot(&a, &b) - want).abs() < 1e-5);
        }
    }
}
