//! The losses of one row of a batch and their slopes; see [`super::per_row`].

use crate::config::LossKind;
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;

/// The share of a row of the batch in a task's mean; if `sloping`, writes the slopes, times a weight.
#[cube]
pub fn loss_and_slope(
    outputs: &[f32],
    at: usize,
    targets: &[f32],
    target_at: usize,
    each: usize,
    share: f32,
    weight: f32,
    slopes: &mut [f32],
    #[comptime] kind: LossKind,
    #[comptime] sloping: bool,
) -> f32 {
    let mut sum = 0.0f32;
    match comptime!(kind) {
        LossKind::Mse => {
            let part = share / f32::cast_from(each as u32);
            for o in 0..each {
                let error = outputs[at + o] - targets[target_at + o];
                if comptime!(sloping) {
                    slopes[at + o] = 2.0f32 * error * part * weight;
                }
                sum += error * error * part;
            }
        }
        LossKind::Huber => {
            let part = share / f32::cast_from(each as u32);
            for o in 0..each {
                let error = outputs[at + o] - targets[target_at + o];
                let above = select(error > 1.0f32, 1.0f32, error);
                let near = select(above < -1.0f32, -1.0f32, above);
                if comptime!(sloping) {
                    slopes[at + o] = near * part * weight;
                }
                sum += near * (error - 0.5f32 * near) * part;
            }
        }
        LossKind::Bce => {
            let part = share / f32::cast_from(each as u32);
            for o in 0..each {
                let logit = outputs[at + o];
                let target = targets[target_at + o];
                let small = (-(logit.abs())).exp();
                let sigmoid = select(logit < 0.0f32, small, 1.0f32) / (1.0f32 + small);
                if comptime!(sloping) {
                    slopes[at + o] = (sigmoid - target) * part * weight;
                }
                sum += (select(logit < 0.0f32, 0.0f32, logit) - logit * target + (1.0f32 + small).ln()) * part;
            }
        }
        LossKind::Ce => {
            let mut largest = outputs[at];
            for o in 1..each {
                largest = max(largest, outputs[at + o]);
            }
            let mut powers = 0.0f32;
            for o in 0..each {
                powers += (outputs[at + o] - largest).exp();
            }
            let whole = largest + powers.ln();
            for o in 0..each {
                let logit = outputs[at + o];
                let target = targets[target_at + o];
                if comptime!(sloping) {
                    slopes[at + o] = ((logit - largest).exp() / powers - target) * share * weight;
                }
                sum += target * (whole - logit) * share;
            }
        }
    }
    sum
}
