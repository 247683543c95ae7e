//! An optimiser's step in one pass over the host's memory.
//!
//! The same arithmetic as [`super::operations::step`], which as some thirty operations costs more
//! than the gradients of a small network.

use super::{BETA2, HUGE, OptimiserSettings, RMS_DECAY, Scales, State};
use crate::config::{Clip, Optimiser};
use crate::kernel::host::{self, HostTensor, numbers, tensor};
use crate::kernel::loops::sum_of_sizes;
use burn::backend::Flex;
use burn::tensor::{Bool, Tensor, TensorData};

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
    let factors = HostFactors::of(settings)?;
    let moves = optional(moves.map(numbers))?;
    let (gradient, losses) = (numbers(gradient)?, numbers(losses)?);
    let mut diverged = host::truths(&state.diverged)?;
    let [theta, last_finite, first, second] =
        [&state.theta, &state.last_finite, &state.first, &state.second].map(numbers);
    let [mut theta, mut last_finite, mut first, mut second] =
        [theta?, last_finite?, first?, second?].map(|of| slice(&of).to_vec());
    let tasks = slice(&losses).len() / diverged.len().max(1);
    let mut direction = vec![0.0; columns];
    let had_diverged = diverged.clone();
    for (member, diverged) in diverged.iter_mut().enumerate() {
        let own = member * columns..(member + 1) * columns;
        direction.copy_from_slice(&slice(&gradient)[own.clone()]);
        let of_member = MemberState {
            theta: &mut theta[own.clone()],
            last_finite: &mut last_finite[own.clone()],
            first: &mut first[own.clone()],
            second: &mut second[own.clone()],
            diverged,
        };
        let losses = &slice(&losses)[member * tasks..(member + 1) * tasks];
        let moves = moves.as_ref().map(|moves| &slice(moves)[own]);
        settings.step_member(&factors, of_member, &mut direction, losses, moves, scales);
    }
    state.last_finite = tensor(last_finite, shape);
    state.theta = tensor(theta, shape);
    state.first = tensor(first, shape);
    state.second = tensor(second, shape);
    if diverged != had_diverged {
        state.diverged = truths(&diverged);
    }
    Some(())
}

fn truths(values: &[bool]) -> Tensor<2, Bool> {
    let numbers = values.iter().map(|value| f32::from(*value)).collect();
    tensor(numbers, [values.len(), 1]).greater_elem(0.5)
}

/// What each parameter has of its own, as plain numbers.
pub struct HostFactors {
    rates: Option<HostTensor>,
    decay: Option<HostTensor>,
}

impl HostFactors {
    /// Those of some settings, or `None` where they are not on the host.
    pub fn of(settings: &OptimiserSettings) -> Option<Self> {
        let row = |tensor: &Option<Tensor<2>>| optional(tensor.as_ref().map(numbers));
        Some(Self { rates: row(&settings.rates)?, decay: row(&settings.decay)? })
    }
}

/// One member's numbers, `[N]` each.
pub struct MemberState<'a> {
    /// Parameters.
    pub theta: &'a mut [f32],
    /// Parameters at which the last finite step began: where it goes if it diverges.
    pub last_finite: &'a mut [f32],
    /// Momentum, or the running mean of gradients.
    pub first: &'a mut [f32],
    /// Running mean of squared gradients.
    pub second: &'a mut [f32],
    /// Whether it has diverged.
    pub diverged: &'a mut bool,
}

impl OptimiserSettings {
    /// Takes one member's step along a gradient, which becomes its update. One that is no longer finite goes where it
    /// last was and stays there.
    pub fn step_member(
        &self,
        factors: &HostFactors,
        member: MemberState,
        gradient: &mut [f32],
        losses: &[f32],
        moves: Option<&[f32]>,
        scales: Scales,
    ) {
        let MemberState { theta, last_finite, first, second, diverged } = member;
        let size = sum_of_sizes(gradient) + losses.iter().sum::<f32>();
        // A comparison with NaN is false, so this covers NaN and infinity alike.
        let finite = size < HUGE;
        *diverged |= !finite;
        if *diverged {
            theta.copy_from_slice(last_finite);
            return;
        }
        last_finite.copy_from_slice(theta);
        let (rates, decay) = (factors.rates.as_ref().map(slice), factors.decay.as_ref().map(slice));
        Row { direction: gradient, theta, first, second, rates, decay, moves }.step(self, scales);
    }
}

/// The numbers of a state on the host, to be changed in place.
pub struct HostState {
    theta: HostTensor,
    last_finite: HostTensor,
    first: HostTensor,
    second: HostTensor,
    diverged: Vec<bool>,
    had_diverged: Vec<bool>,
    columns: usize,
}

impl HostState {
    /// Takes a state's tensors out of it; `nothing` stands there until [`HostState::put_back`]. `None`, with the
    /// state as it was, where they are not on the host.
    pub fn take(state: &mut State, nothing: &Tensor<2>) -> Option<Self> {
        let columns = state.theta.dims()[1];
        let diverged = host::truths(&state.diverged)?;
        [&state.theta, &state.last_finite, &state.first, &state.second]
            .map(numbers)
            .into_iter()
            .collect::<Option<Vec<_>>>()?;
        let mut out = |of: &mut Tensor<2>| whole(numbers(&std::mem::replace(of, nothing.clone()))?);
        let [theta, last_finite, first, second] =
            [&mut state.theta, &mut state.last_finite, &mut state.first, &mut state.second].map(&mut out);
        Some(Self {
            theta: theta?,
            last_finite: last_finite?,
            first: first?,
            second: second?,
            had_diverged: diverged.clone(),
            diverged,
            columns,
        })
    }

    /// Gives the tensors back.
    pub fn put_back(self, state: &mut State) {
        let Self { theta, last_finite, first, second, diverged, had_diverged, .. } = self;
        [state.theta, state.last_finite, state.first, state.second] =
            [theta, last_finite, first, second].map(Tensor::from_primitive::<Flex>);
        if diverged != had_diverged {
            state.diverged = truths(&diverged);
        }
    }

    /// A member's parameters.
    pub fn theta(&self, member: usize) -> &[f32] {
        &slice(&self.theta)[member * self.columns..(member + 1) * self.columns]
    }

    /// Takes a member's step, see [`OptimiserSettings::step_member`].
    pub fn step(
        &mut self,
        member: usize,
        (settings, factors, scales): (&OptimiserSettings, &HostFactors, Scales),
        gradient: &mut [f32],
        losses: &[f32],
        moves: Option<&[f32]>,
    ) {
        let own = member * self.columns..(member + 1) * self.columns;
        let [theta, last_finite, first, second] =
            [&mut self.theta, &mut self.last_finite, &mut self.first, &mut self.second]
                .map(|of| &mut of.storage_mut::<f32>()[own.clone()]);
        let diverged = &mut self.diverged[member];
        let of_member = MemberState { theta, last_finite, first, second, diverged };
        settings.step_member(factors, of_member, gradient, losses, moves, scales);
    }
}

/// A tensor that owns all of its memory, in order.
fn whole(of: HostTensor) -> Option<HostTensor> {
    let values = of.as_slice::<f32>()?;
    if values.len() == of.storage::<f32>().len() {
        return Some(of);
    }
    Some(HostTensor::from_data(TensorData::new(values.to_vec(), of.layout().shape().to_vec())))
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
