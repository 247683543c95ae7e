//! The loops with four outputs of a layer in a SIMD register.

use super::lanes::F4;
use super::{BETA1, BETA2, BOTTOM, EPSILON, LIMIT, TOP};

/// `out = input * w + b` for M rows: N outputs, 4 V of them in V registers at a time, R rows at a time.
pub fn layer<const M: usize, const K: usize, const N: usize, const V: usize, const R: usize>(
    input: &[[f32; K]; M],
    w: &[[f32; N]; K],
    b: &[f32; N],
    out: &mut [[f32; N]; M],
) {
    const { assert!(N.is_multiple_of(4 * V) && M.is_multiple_of(R)) };
    for from in (0..N).step_by(4 * V) {
        for row in (0..M).step_by(R) {
            let mut sums = [[F4::splat(0.0); V]; R];
            for sum in &mut sums {
                for (v, lane) in sum.iter_mut().enumerate() {
                    *lane = F4::load(b, from + 4 * v);
                }
            }
            for k in 0..K {
                for (r, sum) in sums.iter_mut().enumerate() {
                    let a = F4::splat(input[row + r][k]);
                    for (v, lane) in sum.iter_mut().enumerate() {
                        *lane = lane.add(a.mul(F4::load(&w[k], from + 4 * v)));
                    }
                }
            }
            for (r, sum) in sums.iter().enumerate() {
                for (v, lane) in sum.iter().enumerate() {
                    lane.store(&mut out[row + r], from + 4 * v);
                }
            }
        }
    }
}

/// The gradients of a layer over M rows: `w[k] = sum of input[row][k] * d[row]` and `b = sum of d[row]`, with R
/// of the K inputs and 4 V of the N outputs at a time.
pub fn outer<const M: usize, const K: usize, const N: usize, const V: usize, const R: usize>(
    input: &[[f32; K]; M],
    d: &[[f32; N]; M],
    w: &mut [[f32; N]; K],
    b: &mut [f32; N],
) {
    const { assert!(N.is_multiple_of(4 * V) && K.is_multiple_of(R)) };
    for from in (0..N).step_by(4 * V) {
        for k in (0..K).step_by(R) {
            let mut sums = [[F4::splat(0.0); V]; R];
            for (input, d) in input.iter().zip(d) {
                for (r, sum) in sums.iter_mut().enumerate() {
                    let a = F4::splat(input[k + r]);
                    for (v, lane) in sum.iter_mut().enumerate() {
                        *lane = lane.add(a.mul(F4::load(d, from + 4 * v)));
                    }
                }
            }
            for (r, sum) in sums.iter().enumerate() {
                for (v, lane) in sum.iter().enumerate() {
                    lane.store(&mut w[k + r], from + 4 * v);
                }
            }
        }
        let mut sums = [F4::splat(0.0); V];
        for d in d {
            for (v, lane) in sums.iter_mut().enumerate() {
                *lane = lane.add(F4::load(d, from + 4 * v));
            }
        }
        for (v, lane) in sums.iter().enumerate() {
            lane.store(b, from + 4 * v);
        }
    }
}

pub fn transposed<const K: usize, const N: usize>(w: &[[f32; N]; K]) -> [[f32; K]; N] {
    let mut out = [[0.0; K]; N];
    for (k, row) in w.iter().enumerate() {
        for (n, value) in row.iter().enumerate() {
            out[n][k] = *value;
        }
    }
    out
}

pub fn tanh(values: &mut [f32]) {
    for part in values.as_chunks_mut::<4>().0 {
        let x = F4::load(part, 0).clamp(-LIMIT, LIMIT);
        let square = x.mul(x);
        let polynomial = |coefficients: &[f32]| {
            coefficients[1..].iter().fold(F4::splat(coefficients[0]), |sum, c| sum.mul(square).add(F4::splat(*c)))
        };
        x.mul(polynomial(&TOP)).div(polynomial(&BOTTOM)).store(part, 0);
    }
}

/// `d *= 1 - h * h`
pub fn through_tanh(d: &mut [f32], h: &[f32]) {
    let one = F4::splat(1.0);
    for (d, h) in d.as_chunks_mut::<4>().0.iter_mut().zip(h.as_chunks::<4>().0) {
        let h = F4::load(h, 0);
        F4::load(d, 0).mul(one.sub(h.mul(h))).store(d, 0);
    }
}

pub fn adam(w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], rate: f32, scale2: f32) {
    let [beta1, beta2] = [F4::splat(BETA1), F4::splat(BETA2)];
    let [rest1, rest2] = [F4::splat(1.0 - BETA1), F4::splat(1.0 - BETA2)];
    let [rate, scale2, epsilon] = [F4::splat(rate), F4::splat(scale2), F4::splat(EPSILON)];
    let weights = w.as_chunks_mut::<4>().0.iter_mut().zip(g.as_chunks::<4>().0);
    let moments = m.as_chunks_mut::<4>().0.iter_mut();
    let moments = moments.zip(v.as_chunks_mut::<4>().0);
    for ((w, g), (m, v)) in weights.zip(moments) {
        let g = F4::load(g, 0);
        let first = F4::load(m, 0).mul(beta1).add(g.mul(rest1));
        let second = F4::load(v, 0).mul(beta2).add(g.mul(g).mul(rest2));
        first.store(m, 0);
        second.store(v, 0);
        let root = second.mul(scale2).sqrt().add(epsilon);
        F4::load(w, 0).sub(first.mul(rate).div(root)).store(w, 0);
    }
}
