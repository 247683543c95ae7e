//! What the kernels have in common.
//!
//! A shader's compiler may take it that there are no infinities and no NaN: whether a number is
//! one is read from its bits.

use super::activations::{TANH_CLAMP, TANH_DENOMINATOR, TANH_NUMERATOR};
use super::device::UNITS;
use crate::config::Activation;
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;

/// All bits but the sign.
const MAGNITUDE: u32 = 0x7fff_ffff;
/// The bits of infinity; those of NaN are above them.
const INFINITY: u32 = 0x7f80_0000;

/// Copies 32-bit numbers of any kind.
#[cube(launch)]
pub fn copy(from: &[u32], to: &mut [u32]) {
    if ABSOLUTE_POS < to.len() {
        to[ABSOLUTE_POS] = from[ABSOLUTE_POS];
    }
}

/// Whether a number's magnitude is below a bound, which neither infinities nor NaN are.
#[cube]
pub fn is_below(x: f32, bound: f32) -> bool {
    (u32::reinterpret(x) & MAGNITUDE) < u32::reinterpret(bound)
}

#[cube]
fn is_nan(x: f32) -> bool {
    (u32::reinterpret(x) & MAGNITUDE) > INFINITY
}

/// A polynomial with these coefficients, the highest power first.
#[cube]
fn along(s: f32, #[comptime] coefficients: Vec<f32>) -> f32 {
    let others = comptime!(coefficients.len() - 1);
    let mut sum = f32::new(comptime!(coefficients[0]));
    #[unroll]
    for i in 0..others {
        sum = sum * s + f32::new(comptime!(coefficients[i + 1]));
    }
    sum
}

/// The host's polynomial. The built-in function overflows on some drivers, and NaN stays NaN here.
#[cube]
fn tanh(x: f32) -> f32 {
    let c = clamp(x, -TANH_CLAMP, TANH_CLAMP);
    let s = c * c;
    let odd = along(s, comptime!(TANH_NUMERATOR.to_vec()));
    let even = along(s, comptime!(TANH_DENOMINATOR.to_vec()));
    select(is_nan(x), x, c * odd / even)
}

/// The activation of a number.
#[cube]
pub fn activate(x: f32, #[comptime] activation: Activation) -> f32 {
    match comptime!(activation) {
        Activation::Tanh => tanh(x),
        Activation::Sigmoid => tanh(x * 0.5) * 0.5 + 0.5,
        Activation::Relu => select(x < 0.0, 0.0, x),
        Activation::LeakyRelu => select(x < 0.0, x * 0.01, x),
        Activation::Identity | Activation::Gelu | Activation::Silu => x,
    }
}

/// A gradient times the activation's slope, which follows from the activation's value.
#[cube]
pub fn slope(gradient: f32, y: f32, #[comptime] activation: Activation) -> f32 {
    match comptime!(activation) {
        Activation::Tanh => gradient * (1.0 - y * y),
        Activation::Sigmoid => gradient * (y * (1.0 - y)),
        Activation::Relu => select(y > 0.0, gradient, 0.0),
        Activation::LeakyRelu => select(y > 0.0, gradient, gradient * 0.01),
        Activation::Identity | Activation::Gelu | Activation::Silu => gradient,
    }
}

/// The sum over a workgroup, for each of its threads. Before `shared` is written to again, the threads have
/// to wait for each other.
///
/// One thread adds up: a tree's barriers cost more than as few numbers.
#[cube]
pub fn total(own: f32, shared: &mut Shared<[f32]>) -> f32 {
    shared[UNIT_POS as usize] = own;
    sync_cube();
    if UNIT_POS == 0 {
        let mut sum = shared[0];
        for i in 1..UNITS {
            sum += shared[i];
        }
        shared[0] = sum;
    }
    sync_cube();
    shared[0]
}
