//! The optimisers, each on one flat vector per member.
//!
//! Everything is per member: clipping, rate, step. A member whose loss, gradient or update is not
//! finite goes back to the parameters at which they last were, by a select (0 times infinity is
//! not 0), and stays there; it never touches the others.

#[cfg(feature = "gpu")]
mod device;
mod host;

use super::tensors::upload;
use crate::config::{Clip, Lesson, Optimiser, Schedule};
use crate::model::host::is_host;
use crate::model::{Layout, SlotKind};
use burn::tensor::{Bool, Device, Tensor};

/// Second decay rate of Adam and AdamW.
const BETA2: f32 = 0.999;
/// Decay rate of RMSprop's mean square.
const RMS_DECAY: f32 = 0.99;
/// Keeps the denominators away from zero.
const EPSILON: f32 = 1e-8;
/// A gradient and losses that add up to more than this count as not finite: their squares, in a
/// norm or in a running mean, would be no numbers any more, and a member that divides by infinity
/// stands still without anyone being told.
const HUGE: f32 = 1e18;

/// What changes with every step, per population: `[M, N]` each, but `dead` `[M, 1]`.
#[derive(Clone)]
pub struct State {
    /// Parameters.
    pub theta: Tensor<2>,
    /// Parameters at which the last finite step began: where a dead member goes.
    pub safe: Tensor<2>,
    /// Momentum, or the running mean of gradients.
    pub first: Tensor<2>,
    /// Running mean of squared gradients.
    pub second: Tensor<2>,
    /// Members that are no longer finite.
    pub dead: Tensor<2, Bool>,
}

impl State {
    /// A fresh state at the given parameters, row-major `[M, N]`.
    pub fn new(theta: Vec<f32>, members: usize, device: &Device) -> Self {
        let columns = theta.len() / members.max(1);
        let theta = upload(theta, [members, columns], device);
        let zeros = theta.zeros_like();
        let dead = upload(vec![0.0; members], [members, 1], device).greater_elem(0.5);
        Self { safe: theta.clone(), first: zeros.clone(), second: zeros, dead, theta }
    }

    /// Takes parameters that come after a step; dead members keep theirs.
    pub fn settle(&mut self, after: Option<Tensor<2>>) {
        if let Some(after) = after {
            let dead = self.dead.clone().expand(after.dims());
            self.theta = after.mask_where(dead, self.theta.clone());
        }
    }
}

/// The settings of the optimiser as tensors and numbers; made again when they change.
pub struct Rules {
    optimiser: Optimiser,
    momentum: f32,
    learning_rate: f64,
    schedule: Schedule,
    horizon: u32,
    clip: Clip,
    clip_at: f32,
    /// Factors on the rate, `[1, N]`; `None` where all are 1.
    rates: Option<Tensor<2>>,
    /// Weight decay, `[1, N]`; `None` where all are 0.
    decay: Option<Tensor<2>>,
    /// Both in one row, `[1, 2 N]`, where there is one of them; for a GPU's kernel.
    #[cfg(feature = "gpu")]
    factors: Option<Tensor<2>>,
}

impl Rules {
    /// The rules of a lesson for a layout.
    pub fn of(lesson: &Lesson, layout: &Layout, device: &Device) -> Self {
        let training = &lesson.training;
        let mut rates = vec![1.0_f32; layout.len];
        let mut decay: Vec<f32> = vec![training.weight_decay as f32; layout.len];
        for (k, task) in lesson.tasks.iter().enumerate() {
            for slot in layout.slots.iter().filter(|slot| slot.tasks().contains(&k)) {
                for position in slot.positions(Some(k)) {
                    rates[position] = task.rate as f32;
                    decay[position] = task.weight_decay.unwrap_or(training.weight_decay) as f32;
                }
            }
        }
        for slot in &layout.slots {
            if let SlotKind::Free(_, factor) = slot.kind {
                rates[slot.offset..slot.offset + slot.len()].iter_mut().for_each(|rate| *rate *= factor);
            }
        }
        decay.iter_mut().zip(layout.decays()).for_each(|(d, mask)| *d *= mask);
        let differs = |values: &[f32], neutral: f32| values.iter().any(|v| *v != neutral);
        #[cfg(feature = "gpu")]
        let factors = (differs(&rates, 1.0) || differs(&decay, 0.0))
            .then(|| upload([rates.as_slice(), &decay].concat(), [1, 2 * layout.len], device));
        let row =
            |values: Vec<f32>, neutral: f32| differs(&values, neutral).then(|| upload(values, [1, layout.len], device));
        Self {
            optimiser: training.optimiser,
            momentum: training.momentum as f32,
            learning_rate: training.learning_rate,
            schedule: training.schedule,
            horizon: training.horizon.max(1) as u32,
            clip: training.clip,
            clip_at: training.clip_at as f32,
            rates: row(rates, 1.0),
            decay: row(decay, 0.0),
            #[cfg(feature = "gpu")]
            factors,
        }
    }

    /// The learning rate of a step, `steps_per_epoch` steps being an epoch.
    pub fn rate(&self, step: u32, steps_per_epoch: u32) -> f64 {
        let along = f64::from(step) / (f64::from(steps_per_epoch) * f64::from(self.horizon));
        let factor = match self.schedule {
            Schedule::Constant => 1.0,
            Schedule::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * along.min(1.0)).cos()),
            Schedule::Step if along >= 0.75 => 0.01,
            Schedule::Step if along >= 0.5 => 0.1,
            Schedule::Step => 1.0,
            // The first step of a warm-up moves, if little.
            Schedule::Warmup => {
                ((along + 1.0 / (f64::from(steps_per_epoch) * f64::from(self.horizon))) * 10.0).min(1.0)
            }
        };
        self.learning_rate * factor
    }

    /// What a parameter's rate is multiplied by in a step, `[M, N]` or `[1, N]`; `None` where all are 1. `moves`
    /// as in [`Rules::step`].
    pub fn factors_on_the_rate(&self, moves: Option<Tensor<2>>) -> Option<Tensor<2>> {
        match (moves, self.rates.clone()) {
            (Some(moves), Some(rates)) => Some(moves * rates),
            (moves, rates) => moves.or(rates),
        }
    }

    fn clipped(&self, gradient: Tensor<2>) -> Tensor<2> {
        match self.clip {
            Clip::None => gradient,
            Clip::Value => gradient.clamp(-self.clip_at, self.clip_at),
            Clip::Norm => {
                let norm = (gradient.clone() * gradient.clone()).sum_dim(1).sqrt();
                // c / max(norm, c) is 1 for short gradients.
                gradient * (norm.clamp_min(self.clip_at).recip() * self.clip_at)
            }
        }
    }

    /// Takes one step along aggregated gradients.
    ///
    /// # Shapes
    ///
    /// `gradient`: `[M, N]`; `losses` behind it: `[M, T]`; `moves`: `[M, N]`, 0 where a parameter
    /// must not move in this step.
    pub fn step(
        &self,
        state: &mut State,
        gradient: Tensor<2>,
        losses: Tensor<2>,
        moves: Option<Tensor<2>>,
        step: u32,
        rate: f64,
    ) {
        let scales = self.scales(step, rate as f32);
        if is_host(&gradient) && host::step(self, state, &gradient, &losses, moves.as_ref(), scales).is_some() {
            return;
        }
        #[cfg(feature = "gpu")]
        if device::step(self, state, &gradient, &losses, moves.as_ref(), scales).is_some() {
            return;
        }
        self.step_by_operations(state, gradient, losses, moves, scales);
    }

    /// What an update is multiplied by and what its denominator is kept away from zero by.
    fn scales(&self, step: u32, rate: f32) -> Scales {
        match self.optimiser {
            Optimiser::Sgd | Optimiser::RmsProp => Scales { rate, factor: rate, epsilon: EPSILON },
            Optimiser::Adam | Optimiser::AdamW => {
                // m̂ / (sqrt(v̂) + ε) with both corrections folded into one factor and ε.
                let t = step as f32 + 1.0;
                let root = (1.0 - BETA2.powf(t)).sqrt();
                Scales { rate, factor: rate * root / (1.0 - self.momentum.powf(t)), epsilon: EPSILON * root }
            }
        }
    }

    /// A step by burn's own operations, for any device.
    fn step_by_operations(
        &self,
        state: &mut State,
        gradient: Tensor<2>,
        losses: Tensor<2>,
        moves: Option<Tensor<2>>,
        scales: Scales,
    ) {
        let size = gradient.clone().abs().sum_dim(1) + losses.sum_dim(1);
        let gradient = self.clipped(gradient);
        let gradient = match (&self.decay, self.optimiser) {
            (Some(decay), Optimiser::Sgd | Optimiser::Adam | Optimiser::RmsProp) => {
                gradient + state.theta.clone() * decay.clone()
            }
            _ => gradient,
        };
        let (mut update, first, second) = self.direction(state, gradient, scales);
        if let (Some(decay), Optimiser::AdamW) = (&self.decay, self.optimiser) {
            update = update + state.theta.clone() * decay.clone() * scales.rate;
        }
        if let Some(rates) = &self.rates {
            update = update * rates.clone();
        }
        if let Some(moves) = moves {
            update = update * moves.clone();
            state.first = first * moves.clone() + state.first.clone() * (moves.clone() * -1.0 + 1.0);
            state.second = second * moves.clone() + state.second.clone() * (moves * -1.0 + 1.0);
        } else {
            state.first = first;
            state.second = second;
        }
        guard(state, update, size);
    }

    /// The update before per-parameter factors, and the new running means.
    fn direction(&self, state: &State, gradient: Tensor<2>, scales: Scales) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
        let (mu, Scales { factor, epsilon, .. }) = (self.momentum, scales);
        match self.optimiser {
            Optimiser::Sgd => {
                let first = state.first.clone() * mu + gradient;
                (first.clone() * factor, first, state.second.clone())
            }
            Optimiser::Adam | Optimiser::AdamW => {
                let second = state.second.clone() * BETA2 + gradient.clone() * gradient.clone() * (1.0 - BETA2);
                let first = state.first.clone() * mu + gradient * (1.0 - mu);
                let update = first.clone() / (second.clone().sqrt() + epsilon) * factor;
                (update, first, second)
            }
            Optimiser::RmsProp => {
                let second = state.second.clone() * RMS_DECAY + gradient.clone() * gradient.clone() * (1.0 - RMS_DECAY);
                let first = state.first.clone() * mu + gradient / (second.clone().sqrt() + epsilon);
                (first.clone() * factor, first, second)
            }
        }
    }
}

/// Factors that change from step to step.
#[derive(Clone, Copy, Debug)]
struct Scales {
    /// The learning rate.
    rate: f32,
    /// On the direction.
    factor: f32,
    /// Beside the root of the running mean of squares.
    epsilon: f32,
}

/// Applies an update where the `size` `[M, 1]` of what it follows from is finite; elsewhere the
/// member goes back and stops.
fn guard(state: &mut State, update: Tensor<2>, size: Tensor<2>) {
    let [members, columns] = update.dims();
    // A comparison with NaN is false, so this covers NaN and infinity alike.
    let finite = size.lower_elem(HUGE);
    state.dead = state.dead.clone().bool_or(finite.bool_not());
    let dead = state.dead.clone().expand([members, columns]);
    let safe = state.theta.clone().mask_where(dead.clone(), state.safe.clone());
    state.theta = (state.theta.clone() - update).mask_where(dead, safe.clone());
    state.safe = safe;
}
