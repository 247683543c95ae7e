//! Cross-entropies with exponentials and logarithms for the range that they need.

use crate::kernel::loops::four;
use crate::kernel::polynomial::polynomial;
use wide::{f32x4, i32x4};

/// The exponential of numbers that are not above zero, within two units in the last place: none of the care of a
/// general one. What is no number stays none.
#[inline(always)]
fn exp_below_zero(x: f32x4) -> f32x4 {
    let least = f32x4::splat(-87.0);
    let x = x.simd_lt(least).select(least, x);
    let power = (x * f32x4::splat(std::f32::consts::LOG2_E)).fast_round_int();
    let whole = f32x4::from_i32x4(power);
    // ln 2 in two parts (Cody & Waite 1980), then the series on what is left.
    let rest = whole * f32x4::splat(-0.693_359_4) + x;
    let rest = whole * f32x4::splat(2.121_944_4e-4) + rest;
    let series = polynomial(&EXP_SERIES, rest);
    let power = ((power + i32x4::splat(127)) << 23_i32).to_array().map(|bits| f32::from_bits(bits as u32));
    series * f32x4::from(power)
}

/// 1 / n!, from n = 6 down.
const EXP_SERIES: [f32; 7] = [1.388_888_9e-3, 8.333_334e-3, 4.166_666_6e-2, 0.166_666_67, 0.5, 1.0, 1.0];

/// 2 / n for odd n, from 13 down.
const LN_SERIES: [f32; 7] = [2.0 / 13.0, 2.0 / 11.0, 2.0 / 9.0, 2.0 / 7.0, 0.4, 2.0 / 3.0, 2.0];

/// ln(1 + x) for x from 0 to 1: 2 artanh(x / (2 + x)) by its series.
#[inline(always)]
fn ln_of_one_and(x: f32x4) -> f32x4 {
    let q = x / (f32x4::splat(2.0) + x);
    let square = q * q;
    polynomial(&LN_SERIES, square) * q
}

/// Slope and loss of logits against targets of 0 and 1. A logit that is no number gives such a loss.
#[inline(always)]
pub(super) fn logistic(logit: f32x4, target: f32x4) -> (f32x4, f32x4) {
    let (slope, most, small) = sloped(logit, target);
    (slope, most + ln_of_one_and(small))
}

/// The slope alone, with the loss without its logarithm, which lies between 0 and ln 2: finite where the loss is.
#[inline(always)]
pub(super) fn logistic_slope(logit: f32x4, target: f32x4) -> (f32x4, f32x4) {
    let (slope, most, _) = sloped(logit, target);
    (slope, most)
}

/// The slope, the loss without its logarithm, and what 1 and that is the logarithm of.
#[inline(always)]
fn sloped(logit: f32x4, target: f32x4) -> (f32x4, f32x4, f32x4) {
    let one = f32x4::ONE;
    let small = exp_below_zero(-logit.abs());
    let below = logit.simd_lt(f32x4::ZERO);
    let sigmoid = below.select(small, one) / (one + small);
    let above = below.select(f32x4::ZERO, logit);
    (sigmoid - target, above - logit * target, small)
}

/// The shares of some logits, their softmax; gives the logarithm of the sum that they were divided by.
pub fn shares_of(logits: &[f32], shares: &mut [f32]) -> f32 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for (logits, shares) in logits.chunks(4).zip(shares.chunks_mut(4)) {
        let powers = exp_below_zero(four(logits) - f32x4::splat(largest)).to_array();
        for (share, power) in shares.iter_mut().zip(powers) {
            *share = power;
            sum += power;
        }
    }
    shares.iter_mut().for_each(|share| *share /= sum);
    largest + sum.ln()
}

/// Cross-entropy of one row of the batch and a task, and its slope, times a weight.
pub(super) fn classify(logits: &[f32], targets: &[f32], weight: f32, slopes: &mut [f32], losses: &mut [f32]) {
    let whole = shares_of(logits, slopes);
    for ((logit, target), (slope, loss)) in logits.iter().zip(targets).zip(slopes.iter_mut().zip(losses)) {
        *slope = (*slope - target) * weight;
        *loss = target * (whole - logit) * weight;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logistic_loss_is_the_formula_near_zero_and_far_from_it() {
        for i in -4000..=4000 {
            let logit = i as f32 * 0.025;
            for target in [0.0, 1.0] {
                let (slope, loss) = logistic(f32x4::splat(logit), f32x4::splat(target));
                let l = f64::from(logit);
                let want = l.max(0.0) - l * f64::from(target) + (-l.abs()).exp().ln_1p();
                let sigmoid = 1.0 / (1.0 + (-l).exp());
                assert!((f64::from(loss.to_array()[0]) - want).abs() < 1e-6 + 1e-6 * want, "loss at {logit}");
                assert!(
                    (f64::from(slope.to_array()[0]) - (sigmoid - f64::from(target))).abs() < 2e-7,
                    "slope at {logit}"
                );
            }
        }
    }

    #[test]
    fn a_logit_that_is_no_number_has_such_a_loss() {
        for target in [0.0, 1.0] {
            let (_, loss) = logistic(f32x4::splat(f32::NAN), f32x4::splat(target));
            assert!(loss.to_array()[0].is_nan());
            let (_, loss) = logistic(f32x4::splat(f32::INFINITY), f32x4::splat(target));
            assert!(!loss.to_array()[0].is_finite());
        }
    }
}
