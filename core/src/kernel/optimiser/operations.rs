//! An optimiser's step by burn's own operations: what the other paths are tested against.

use super::{BETA2, HUGE, OptimiserSettings, RMS_DECAY, Scales, State};
use crate::config::{Clip, Optimiser};
use burn::tensor::Tensor;

/// Takes the step, on any device.
pub(in crate::kernel) fn step(
    settings: &OptimiserSettings,
    state: &mut State,
    gradient: Tensor<2>,
    losses: Tensor<2>,
    moves: Option<Tensor<2>>,
    scales: Scales,
) {
    let size = gradient.clone().abs().sum_dim(1) + losses.sum_dim(1);
    let gradient = clipped(settings, gradient);
    let gradient = match (&settings.decay, settings.optimiser) {
        (Some(decay), Optimiser::Sgd | Optimiser::Adam | Optimiser::RmsProp) => {
            gradient + state.theta.clone() * decay.clone()
        }
        _ => gradient,
    };
    let (mut update, first, second) = direction(settings, state, gradient, scales);
    if let (Some(decay), Optimiser::AdamW) = (&settings.decay, settings.optimiser) {
        update = update + state.theta.clone() * decay.clone() * scales.rate;
    }
    if let Some(rates) = &settings.rates {
        update = update * rates.clone();
    }
    (state.first, state.second) = match moves {
        None => (first, second),
        Some(moves) => {
            update = update * moves.clone();
            // What doesn't move at all remembers nothing new; what moves a little remembers all of it.
            let held = moves.equal_elem(0.0);
            (first.mask_where(held.clone(), state.first.clone()), second.mask_where(held, state.second.clone()))
        }
    };
    guard(state, update, size);
}

fn clipped(settings: &OptimiserSettings, gradient: Tensor<2>) -> Tensor<2> {
    let at = settings.clip_at;
    match settings.clip {
        Clip::None => gradient,
        Clip::Value => gradient.clamp(-at, at),
        Clip::Norm => {
            let norm = (gradient.clone() * gradient.clone()).sum_dim(1).sqrt();
            // c / max(norm, c) is 1 for short gradients.
            gradient * (norm.clamp_min(at).recip() * at)
        }
    }
}

/// The update before per-parameter factors, and the new running means.
fn direction(
    settings: &OptimiserSettings,
    state: &State,
    gradient: Tensor<2>,
    scales: Scales,
) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
    let (mu, Scales { factor, epsilon, .. }) = (settings.momentum, scales);
    match settings.optimiser {
        Optimiser::Sgd => {
            let first = state.first.clone() * mu + gradient;
            (first.clone() * factor, first, state.second.clone())
        }
        Optimiser::Adam | Optimiser::AdamW => {
            let means = (state.first.clone(), state.second.clone());
            adam(means, gradient, (mu, BETA2), factor, epsilon)
        }
        Optimiser::RmsProp => {
            let second = state.second.clone() * RMS_DECAY + gradient.clone() * gradient.clone() * (1.0 - RMS_DECAY);
            let first = state.first.clone() * mu + gradient / (second.clone().sqrt() + epsilon);
            (first.clone() * factor, first, second)
        }
    }
}

/// Adam's update and its running means after it (Kingma & Ba 2015), with both corrections folded into `factor`
/// and `epsilon`; see [`adam_scales`](super::adam_scales).
pub fn adam(
    (first, second): (Tensor<2>, Tensor<2>),
    gradient: Tensor<2>,
    (beta1, beta2): (f32, f32),
    factor: f32,
    epsilon: f32,
) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
    let second = second * beta2 + gradient.clone() * gradient.clone() * (1.0 - beta2);
    let first = first * beta1 + gradient * (1.0 - beta1);
    (first.clone() / (second.clone().sqrt() + epsilon) * factor, first, second)
}

/// Applies an update where the `size` `[M, 1]` of what it follows from is finite; elsewhere the
/// member goes back and stops.
fn guard(state: &mut State, update: Tensor<2>, size: Tensor<2>) {
    let [members, columns] = update.dims();
    // A comparison with NaN is false, so this covers NaN and infinity alike.
    let finite = size.lower_elem(HUGE);
    state.diverged = state.diverged.clone().bool_or(finite.bool_not());
    let diverged = state.diverged.clone().expand([members, columns]);
    let last_finite = state.theta.clone().mask_where(diverged.clone(), state.last_finite.clone());
    state.theta = (state.theta.clone() - update).mask_where(diverged, last_finite.clone());
    state.last_finite = last_finite;
}
