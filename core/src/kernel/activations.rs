//! Activations and their slopes, four numbers at a time.

use super::loops::four;
use super::polynomial::polynomial;
use crate::config::Activation;
use statrs::function::erf::erfc;
use wide::f32x4;

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
    let x = least(greatest(x, -most), most);
    let s = x * x;
    x * polynomial(&TANH_NUMERATOR, s) / polynomial(&TANH_DENOMINATOR, s)
}

/// The smaller one; of a number and what is none that which is none. On this the instructions differ by the order of
/// what they compare.
#[inline(always)]
fn least(x: f32x4, limit: f32x4) -> f32x4 {
    if cfg!(target_arch = "x86_64") { limit.fast_min(x) } else { x.fast_min(limit) }
}

/// The larger one, as [`least`].
#[inline(always)]
fn greatest(x: f32x4, limit: f32x4) -> f32x4 {
    if cfg!(target_arch = "x86_64") { limit.fast_max(x) } else { x.fast_max(limit) }
}

/// An activation of four numbers; the identity for those whose slope doesn't follow from their value.
#[inline(always)]
pub(super) fn activated(x: f32x4, activation: Activation) -> f32x4 {
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
pub(super) fn slope_of(y: f32x4, activation: Activation) -> f32x4 {
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
        let product = four(gradient) * slope_of(four(values), activation);
        gradient.copy_from_slice(&product.to_array());
    }
    let rest = fours.into_remainder();
    let product = four(rest) * slope_of(four(values.remainder()), activation);
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
