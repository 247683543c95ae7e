//! The loops as one writes them down first.

use super::{BETA1, BETA2, BOTTOM, EPSILON, LIMIT, ROWS, TOP};

pub fn layer<const K: usize, const N: usize>(
    input: &[[f32; K]; ROWS],
    w: &[[f32; N]; K],
    b: &[f32; N],
    out: &mut [[f32; N]; ROWS],
) {
    for (input, out) in input.iter().zip(out) {
        *out = *b;
        for (a, w) in input.iter().zip(w) {
            for (out, w) in out.iter_mut().zip(w) {
                *out += a * w;
            }
        }
    }
}

pub fn tanh(values: &mut [f32]) {
    for value in values {
        let x = value.clamp(-LIMIT, LIMIT);
        let square = x * x;
        let top = TOP[1..].iter().fold(TOP[0], |sum, c| sum * square + c);
        let bottom = BOTTOM[1..].iter().fold(BOTTOM[0], |sum, c| sum * square + c);
        *value = x * top / bottom;
    }
}

/// The derivative by a hidden layer before its tanh.
pub fn back<const K: usize, const N: usize>(
    d: &[[f32; N]; ROWS],
    w: &[[f32; N]; K],
    h: &[[f32; K]; ROWS],
    out: &mut [[f32; K]; ROWS],
) {
    for ((d, h), out) in d.iter().zip(h).zip(out) {
        for ((w, h), out) in w.iter().zip(h).zip(out) {
            let sum: f32 = w.iter().zip(d).map(|(w, d)| w * d).sum();
            *out = sum * (1.0 - h * h);
        }
    }
}

pub fn outer<const K: usize, const N: usize>(
    input: &[[f32; K]; ROWS],
    d: &[[f32; N]; ROWS],
    w: &mut [[f32; N]; K],
    b: &mut [f32; N],
) {
    *w = [[0.0; N]; K];
    *b = [0.0; N];
    for (input, d) in input.iter().zip(d) {
        for (a, w) in input.iter().zip(&mut *w) {
            for (w, d) in w.iter_mut().zip(d) {
                *w += a * d;
            }
        }
        for (b, d) in b.iter_mut().zip(d) {
            *b += d;
        }
    }
}

pub fn adam(w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], rate: f32, scale2: f32) {
    for (((w, g), m), v) in w.iter_mut().zip(g).zip(m).zip(v) {
        *m = BETA1 * *m + (1.0 - BETA1) * g;
        *v = BETA2 * *v + (1.0 - BETA2) * g * g;
        *w -= rate * *m / ((scale2 * *v).sqrt() + EPSILON);
    }
}
