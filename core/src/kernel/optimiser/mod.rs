//! The optimisers, each on one flat vector per member.
//!
//! Everything is per member: clipping, rate, step. A member with a loss, gradient or update that is not
//! finite goes back to the parameters at which they last were, by a select (0 times infinity is not 0),
//! and stays there: it has *diverged*. It never touches the others.

#[cfg(feature = "gpu")]
pub(super) mod device;
pub(super) mod host;
pub mod operations;

pub use host::{HostFactors, HostState};

use super::host::is_host;
use super::tensors::upload;
use crate::config::{Clip, Optimiser, Schedule, TrainingConfig};
use burn::tensor::{Bool, Device, Tensor};

/// Second decay rate of Adam and AdamW.
const BETA2: f32 = 0.999;
/// Decay rate of RMSprop's mean square.
const RMS_DECAY: f32 = 0.99;
/// Keeps the denominators away from zero.
const EPSILON: f32 = 1e-8;
/// A gradient and losses that add up to more than this count as not finite: their squares, in a
/// norm or in a running mean, would be no numbers any more, and a member that divides by infinity
/// stands still without a notice.
const HUGE: f32 = 1e18;

/// What changes with every step, per population: `[M, N]` each, but `diverged` `[M, 1]`.
#[derive(Clone)]
pub struct State {
    /// Parameters.
    pub theta: Tensor<2>,
    /// Parameters at which the last finite step began: where a diverged member goes.
    pub last_finite: Tensor<2>,
    /// Momentum, or the running mean of gradients.
    pub first: Tensor<2>,
    /// Running mean of squared gradients.
    pub second: Tensor<2>,
    /// Members that are no longer finite.
    pub diverged: Tensor<2, Bool>,
}

impl State {
    /// A fresh state at the given parameters, row-major `[M, N]`.
    pub fn new(theta: Vec<f32>, members: usize, device: &Device) -> Self {
        let columns = theta.len() / members.max(1);
        let theta = upload(theta, [members, columns], device);
        let zeros = theta.zeros_like();
        let diverged = upload(vec![0.0; members], [members, 1], device).greater_elem(0.5);
        Self { last_finite: theta.clone(), first: zeros.clone(), second: zeros, diverged, theta }
    }

    /// How many numbers it has.
    pub fn numbers(&self) -> usize {
        [&self.theta, &self.last_finite, &self.first, &self.second]
            .iter()
            .map(|of| of.dims().iter().product::<usize>())
            .sum()
    }

    /// Takes parameters that come after a step; diverged members keep theirs.
    pub fn set_params(&mut self, after: Option<Tensor<2>>) {
        if let Some(after) = after {
            let diverged = self.diverged.clone().expand(after.dims());
            self.theta = after.mask_where(diverged, self.theta.clone());
        }
    }
}

/// What each parameter has of its own, N numbers each.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterFactors {
    /// Factors on the learning rate.
    pub rates: Vec<f32>,
    /// Weight decay.
    pub decay: Vec<f32>,
}

/// The settings of the optimiser as tensors and numbers; made again when they change.
pub struct OptimiserSettings {
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

impl OptimiserSettings {
    /// The settings with what each parameter has of its own.
    pub fn new(training: &TrainingConfig, factors: ParameterFactors, device: &Device) -> Self {
        let ParameterFactors { rates, decay } = factors;
        debug_assert_eq!(rates.len(), decay.len());
        let columns = rates.len();
        let differs = |values: &[f32], neutral: f32| values.iter().any(|v| *v != neutral);
        #[cfg(feature = "gpu")]
        let factors = (differs(&rates, 1.0) || differs(&decay, 0.0))
            .then(|| upload([rates.as_slice(), &decay].concat(), [1, 2 * columns], device));
        let row =
            |values: Vec<f32>, neutral: f32| differs(&values, neutral).then(|| upload(values, [1, columns], device));
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
    /// as in [`OptimiserSettings::step`].
    pub fn factors_on_the_rate(&self, moves: Option<Tensor<2>>) -> Option<Tensor<2>> {
        match (moves, self.rates.clone()) {
            (Some(moves), Some(rates)) => Some(moves * rates),
            (moves, rates) => moves.or(rates),
        }
    }

    /// Takes one step along aggregated gradients.
    ///
    /// # Shapes
    ///
    /// `gradient`: `[M, N]`; `losses` behind it: `[M, T]`; `moves`: `[M, N]`, factors on what a parameter
    /// moves. Where it is 0, the running means stay as they are too; any other factor is one on the rate.
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
        operations::step(self, state, gradient, losses, moves, scales);
    }

    /// What an update is multiplied by and what its denominator is kept away from zero by.
    pub fn scales(&self, step: u32, rate: f32) -> Scales {
        match self.optimiser {
            Optimiser::Sgd | Optimiser::RmsProp => Scales { rate, factor: rate, epsilon: EPSILON },
            Optimiser::Adam | Optimiser::AdamW => {
                let (factor, epsilon) = adam_scales(rate, (self.momentum, BETA2), step + 1);
                Scales { rate, factor, epsilon }
            }
        }
    }
}

/// Adam's factor on the direction and its epsilon in the `t`th step, counted from 1: `m̂ / (sqrt(v̂) + ε)` with both
/// corrections folded in.
pub fn adam_scales(rate: f32, (beta1, beta2): (f32, f32), t: u32) -> (f32, f32) {
    let t = t as f32;
    let root = (1.0 - beta2.powf(t)).sqrt();
    (rate * root / (1.0 - beta1.powf(t)), EPSILON * root)
}

/// Factors that change from step to step.
#[derive(Clone, Copy, Debug)]
pub struct Scales {
    /// The learning rate.
    rate: f32,
    /// On the direction.
    factor: f32,
    /// Added to the root of the running mean of squares.
    epsilon: f32,
}
