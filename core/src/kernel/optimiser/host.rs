//! An optimiser's step in one pass over the host's memory.
//!
//! The same arithmetic as [`super::operations::step`], which as some thirty operations costs more
//! than the gradients of a small network.

use super::{BETA2, HUGE, OptimiserSettings, RMS_DECAY, Scales, State};
use crate::config::{Clip, Optimiser};
use crate::kernel::host::{HostTensor, numbers, tensor};
use burn::backend::Flex;
use burn::tensor::{Bool, Tensor};

/// Takes the step, or gives `None` where a tensor is not on the host.
pub fn step(
    settings: &OptimiserSettings,
    state: &mut State,
    gradient: &Tensor<2>,
    losses: &Tensor<2>,
    moves: Option<&Tensor<2>>,
    scales: Scales,
) -> Option<()> {
    let shape = gradient.dims();
    let [_, columns] = shape;
    let row = |tensor: &Option<Tensor<2>>| tensor.as_ref().map(numbers);
    let (rates, decay) = (optional(row(&settings.rates))?, optional(row(&settings.decay))?);
    let moves = optional(moves.map(numbers))?;
    let (gradient, losses) = (numbers(gradient)?, numbers(losses)?);
    let mut diverged = read(&state.diverged)?;
    let [theta, last_finite, first, second] =
        [&state.theta, &state.last_finite, &state.first, &state.second].map(numbers);
    let (before, last_finite) = (theta?, last_finite?);
    let (mut theta, mut first, mut second) =
        (slice(&before).to_vec(), slice(&first?).to_vec(), slice(&second?).to_vec());
    let tasks = slice(&losses).len() / diverged.len().max(1);
    let mut direction = vec![0.0; columns];
    let mut newly_diverged = false;
    for (member, is_diverged) in diverged.iter_mut().enumerate() {
        let own = member * columns..(member + 1) * columns;
        let gradient = &slice(&gradient)[own.clone()];
        let losses = &slice(&losses)[member * tasks..(member + 1) * tasks];
        let size = gradient.iter().map(|g| g.abs()).sum::<f32>() + losses.iter().sum::<f32>();
        // A comparison with NaN is false, so this covers NaN and infinity alike.
        let finite = size < HUGE;
        newly_diverged |= !*is_diverged && !finite;
        *is_diverged |= !finite;
        if *is_diverged {
            theta[own.clone()].copy_from_slice(&slice(&last_finite)[own]);
            continue;
        }
        direction.copy_from_slice(gradient);
        let row = Row {
            direction: &mut direction,
            theta: &mut theta[own.clone()],
            first: &mut first[own.clone()],
            second: &mut second[own.clone()],
            rates: rates.as_ref().map(slice),
            decay: decay.as_ref().map(slice),
            moves: moves.as_ref().map(|moves| &slice(moves)[own]),
        };
        row.step(settings, scales);
    }
    state.last_finite = where_each_began(&diverged, &before, &last_finite, shape);
    state.theta = tensor(theta, shape);
    state.first = tensor(first, shape);
    state.second = tensor(second, shape);
    if newly_diverged {
        let numbers = diverged.iter().map(|diverged| f32::from(*diverged)).collect();
        state.diverged = tensor(numbers, [diverged.len(), 1]).greater_elem(0.5);
    }
    Some(())
}

/// Where members go that diverge: to where they began; those that have diverged already stay.
fn where_each_began(diverged: &[bool], before: &HostTensor, last_finite: &HostTensor, shape: [usize; 2]) -> Tensor<2> {
    if !diverged.contains(&true) {
        return Tensor::from_primitive::<Flex>(before.clone());
    }
    let columns = shape[1];
    let rows = slice(before).chunks_exact(columns).zip(slice(last_finite).chunks_exact(columns)).zip(diverged);
    let values = rows.flat_map(|((before, last_finite), diverged)| if *diverged { last_finite } else { before });
    tensor(values.copied().collect(), shape)
}

/// `None` for a tensor that is there but not on the host.
fn optional(tensor: Option<Option<HostTensor>>) -> Option<Option<HostTensor>> {
    match tensor {
        Some(None) => None,
        Some(found) => Some(found),
        None => Some(None),
    }
}

fn slice(tensor: &HostTensor) -> &[f32] {
    let values = tensor.as_slice::<f32>();
    debug_assert!(values.is_some(), "what was put in order is a slice");
    values.unwrap_or_default()
}

fn read(diverged: &Tensor<2, Bool>) -> Option<Vec<bool>> {
    let diverged = diverged.clone().try_into_primitive::<Flex>().ok()?.to_contiguous();
    Some(diverged.bytes().iter().map(|diverged| *diverged != 0).collect())
}

/// One member's numbers.
struct Row<'a> {
    /// At first the gradient, at last the update.
    direction: &'a mut [f32],
    theta: &'a mut [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
    rates: Option<&'a [f32]>,
    decay: Option<&'a [f32]>,
    moves: Option<&'a [f32]>,
}

impl Row<'_> {
    fn step(mut self, settings: &OptimiserSettings, scales: Scales) {
        self.clip(settings);
        let decoupled = settings.optimiser == Optimiser::AdamW;
        if !decoupled {
            self.add_decay(1.0);
        }
        let held = self.moves.map(|_| (self.first.to_vec(), self.second.to_vec()));
        self.follow(settings, scales);
        if decoupled {
            self.add_decay(scales.rate);
        }
        if let Some(rates) = self.rates {
            self.direction.iter_mut().zip(rates).for_each(|(update, rate)| *update *= rate);
        }
        if let (Some(moves), Some((first, second))) = (self.moves, held) {
            self.direction.iter_mut().zip(moves).for_each(|(update, moves)| *update *= moves);
            mix(self.first, &first, moves);
            mix(self.second, &second, moves);
        }
        self.theta.iter_mut().zip(&*self.direction).for_each(|(theta, update)| *theta -= update);
    }

    fn clip(&mut self, settings: &OptimiserSettings) {
        let at = settings.clip_at;
        match settings.clip {
            Clip::None => {}
            Clip::Value => self.direction.iter_mut().for_each(|g| *g = g.clamp(-at, at)),
            Clip::Norm => {
                let norm = self.direction.iter().map(|g| g * g).sum::<f32>().sqrt();
                // c / max(norm, c) is 1 for short gradients.
                let factor = at / norm.max(at);
                self.direction.iter_mut().for_each(|g| *g *= factor);
            }
        }
    }

    fn add_decay(&mut self, factor: f32) {
        if let Some(decay) = self.decay {
            let each = self.direction.iter_mut().zip(&*self.theta).zip(decay);
            each.for_each(|((g, theta), decay)| *g += theta * decay * factor);
        }
    }

    /// Turns the gradient into the optimiser's update and moves its running means on.
    fn follow(&mut self, settings: &OptimiserSettings, scales: Scales) {
        let (mu, Scales { factor, epsilon, .. }) = (settings.momentum, scales);
        let each = self.direction.iter_mut().zip(self.first.iter_mut().zip(self.second.iter_mut()));
        match settings.optimiser {
            Optimiser::Sgd => each.for_each(|(g, (first, _))| {
                *first = *first * mu + *g;
                *g = *first * factor;
            }),
            Optimiser::Adam | Optimiser::AdamW => each.for_each(|(g, (first, second))| {
                *second = *second * BETA2 + *g * *g * (1.0 - BETA2);
                *first = *first * mu + *g * (1.0 - mu);
                *g = *first / (second.sqrt() + epsilon) * factor;
            }),
            Optimiser::RmsProp => each.for_each(|(g, (first, second))| {
                *second = *second * RMS_DECAY + *g * *g * (1.0 - RMS_DECAY);
                *first = *first * mu + *g / (second.sqrt() + epsilon);
                *g = *first * factor;
            }),
        }
    }
}

/// The new value where a parameter moves, however little, else the old one.
fn mix(new: &mut [f32], old: &[f32], moves: &[f32]) {
    for ((new, old), moves) in new.iter_mut().zip(old).zip(moves) {
        if *moves == 0.0 {
            *new = *old;
        }
    }
}
