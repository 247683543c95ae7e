//! An optimiser's step as one dispatch.
//!
//! The same arithmetic as [`super::operations::step`], in the place of what it replaces: one
//! workgroup per member first adds up what tells whether the member lives, then steps.

use super::{BETA2, HUGE, OptimiserSettings, RMS_DECAY, Scales, State};
use crate::config::{Clip, Optimiser};
use crate::kernel::device::{
    DeviceTensor, UNITS, argument, group, is_device, own, primitive, tensor, truth_tensor, truths,
};
use crate::kernel::shader::{is_below, total};
use burn::tensor::Tensor;
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;

/// Buffers of the step with factors, its own sizes among them. Without factors it is one less:
/// what every GPU has.
const BINDINGS: u32 = 9;

/// Takes the step, or gives `None` where the tensors are not on a GPU.
pub fn step(
    settings: &OptimiserSettings,
    state: &mut State,
    gradient: &Tensor<2>,
    losses: &Tensor<2>,
    moves: Option<&Tensor<2>>,
    scales: Scales,
) -> Option<()> {
    let has_factors = settings.factors.is_some() || moves.is_some();
    let numbers = [&state.theta, &state.last_finite, &state.first, &state.second, gradient, losses];
    if !numbers.into_iter().all(is_device) || state.diverged.dtype().size() != size_of::<u32>() {
        return None;
    }
    let shape = Shape { members: gradient.dims()[0], columns: gradient.dims()[1], tasks: losses.dims()[1] };
    let (gradient, losses) = (primitive(gradient.clone())?, primitive(losses.clone())?);
    if has_factors && gradient.client.properties().hardware.max_bindings < BINDINGS {
        return None;
    }
    let factors = match factors(settings, moves, shape) {
        Some(factors) => Some(primitive(factors)?),
        None => None,
    };
    let [theta, last_finite, first, second] =
        [&mut state.theta, &mut state.last_finite, &mut state.first, &mut state.second]
            .map(|field| take(field, &losses).map(own));
    let (theta, last_finite, first, second) = (theta?, last_finite?, first?, second?);
    let stand_in = DeviceTensor { dtype: state.diverged.dtype(), ..losses.clone() };
    let diverged = own(truths(std::mem::replace(&mut state.diverged, truth_tensor(stand_in)))?);
    let (client, members) = (&theta.client, CubeCount::Static(shape.members as u32, 1, 1));
    let [theta_to, last_finite_to, first_to, second_to, diverged_to] =
        [&theta, &last_finite, &first, &second, &diverged].map(argument);
    let (gradient, losses) = (argument(&gradient), argument(&losses));
    let places = PlacesLaunch::new(shape.columns, shape.tasks);
    let (momentum, fresh, Scales { rate, factor, epsilon }) = (settings.momentum, 1.0 - settings.momentum, scales);
    let numbers = NumbersLaunch::new(momentum, fresh, rate, factor, epsilon, settings.clip_at);
    let kind = Kind {
        optimiser: settings.optimiser,
        clip: settings.clip,
        has_factors: settings.factors.is_some(),
        has_moves: moves.is_some(),
    };
    match factors {
        None => step_alike::launch(
            client,
            members,
            group(),
            theta_to,
            last_finite_to,
            first_to,
            second_to,
            diverged_to,
            gradient,
            losses,
            places,
            numbers,
            kind,
        ),
        Some(factors) => step_by_factors::launch(
            client,
            members,
            group(),
            theta_to,
            last_finite_to,
            first_to,
            second_to,
            diverged_to,
            gradient,
            losses,
            argument(&factors),
            places,
            numbers,
            kind,
        ),
    }
    state.theta = tensor(theta);
    state.last_finite = tensor(last_finite);
    state.first = tensor(first);
    state.second = tensor(second);
    state.diverged = truth_tensor(diverged);
    Some(())
}

#[derive(Clone, Copy)]
struct Shape {
    members: usize,
    columns: usize,
    tasks: usize,
}

/// Takes a tensor out of the state, so that it is written to in place where this is its only handle.
fn take(field: &mut Tensor<2>, stand_in: &DeviceTensor) -> Option<DeviceTensor> {
    primitive(std::mem::replace(field, tensor(stand_in.clone())))
}

/// Rates and weight decay, then what moves.
fn factors(settings: &OptimiserSettings, moves: Option<&Tensor<2>>, shape: Shape) -> Option<Tensor<2>> {
    match (&settings.factors, moves) {
        (Some(factors), Some(moves)) => {
            let moves = moves.clone().reshape([1, shape.members * shape.columns]);
            Some(Tensor::cat(vec![factors.clone(), moves], 1))
        }
        (factors, moves) => factors.as_ref().or(moves).cloned(),
    }
}

#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Places {
    columns: usize,
    tasks: usize,
}

#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Numbers {
    momentum: f32,
    /// 1 minus the momentum, as the host rounds it.
    fresh: f32,
    rate: f32,
    factor: f32,
    epsilon: f32,
    clip_at: f32,
}

/// What a kernel is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Kind {
    optimiser: Optimiser,
    clip: Clip,
    has_factors: bool,
    has_moves: bool,
}

/// A step in which all parameters are alike.
#[cube(launch)]
fn step_alike(
    theta: &mut [f32],
    last_finite: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    diverged: &mut [u32],
    gradient: &[f32],
    losses: &[f32],
    places: Places,
    numbers: Numbers,
    #[comptime] kind: Kind,
) {
    move_member(theta, last_finite, first, second, diverged, gradient, losses, gradient, &places, &numbers, kind);
}

/// A step in which they are not.
#[cube(launch)]
fn step_by_factors(
    theta: &mut [f32],
    last_finite: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    diverged: &mut [u32],
    gradient: &[f32],
    losses: &[f32],
    factors: &[f32],
    places: Places,
    numbers: Numbers,
    #[comptime] kind: Kind,
) {
    move_member(theta, last_finite, first, second, diverged, gradient, losses, factors, &places, &numbers, kind);
}

/// Moves the parameters of the workgroup's member, if it lives.
#[cube]
fn move_member(
    theta: &mut [f32],
    last_finite: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    diverged: &mut [u32],
    gradient: &[f32],
    losses: &[f32],
    factors: &[f32],
    places: &Places,
    numbers: &Numbers,
    #[comptime] kind: Kind,
) {
    let member = CUBE_POS_X as usize;
    let start = member * places.columns;
    let mut shared = Shared::<[f32]>::new_slice(UNITS);
    let mut size = 0.0f32;
    let mut squares = 0.0f32;
    let mut i = UNIT_POS as usize;
    while i < places.columns {
        let g = gradient[start + i];
        size += g.abs();
        squares += g * g;
        i += UNITS;
    }
    let mut size = total(size, &mut shared);
    for task in 0..places.tasks {
        size += losses[member * places.tasks + task];
    }
    let mut scale = 1.0f32;
    if comptime!(kind.clip == Clip::Norm) {
        sync_cube();
        // c / max(norm, c) is 1 for short gradients.
        scale = numbers.clip_at / max(total(squares, &mut shared).sqrt(), numbers.clip_at);
    }
    let was_diverged = diverged[member] != 0;
    sync_cube();
    if was_diverged || !is_below(size, HUGE) {
        if UNIT_POS == 0 {
            diverged[member] = 1;
        }
        let mut i = UNIT_POS as usize;
        while i < places.columns {
            theta[start + i] = last_finite[start + i];
            i += UNITS;
        }
    } else {
        let mut i = UNIT_POS as usize;
        while i < places.columns {
            let mut g = gradient[start + i] * scale;
            if comptime!(kind.clip == Clip::Value) {
                g = clamp(g, -numbers.clip_at, numbers.clip_at);
            }
            move_one(theta, last_finite, first, second, factors, start + i, i, g, places, numbers, kind);
            i += UNITS;
        }
    }
}

/// Moves one parameter of a living member.
#[cube]
fn move_one(
    theta: &mut [f32],
    last_finite: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    factors: &[f32],
    at: usize,
    column: usize,
    gradient: f32,
    places: &Places,
    numbers: &Numbers,
    #[comptime] kind: Kind,
) {
    let before = theta[at];
    let (held_first, held_second) = (first[at], second[at]);
    let mut g = gradient;
    let mut decay = 0.0f32;
    if comptime!(kind.has_factors) {
        decay = before * factors[places.columns + column];
    }
    if comptime!(kind.optimiser != Optimiser::AdamW) {
        g += decay;
    }
    let mut new_second = held_second;
    if comptime!(kind.optimiser != Optimiser::Sgd) {
        let decay = comptime!(if kind.optimiser == Optimiser::RmsProp { RMS_DECAY } else { BETA2 });
        new_second = held_second * f32::new(decay) + g * g * f32::new(comptime!(1.0 - decay));
    }
    let root = new_second.sqrt() + numbers.epsilon;
    let fresh = match comptime!(kind.optimiser) {
        Optimiser::Sgd => g,
        Optimiser::Adam | Optimiser::AdamW => g * numbers.fresh,
        Optimiser::RmsProp => g / root,
    };
    let mut new_first = held_first * numbers.momentum + fresh;
    let mut update = match comptime!(kind.optimiser) {
        Optimiser::Sgd | Optimiser::RmsProp => new_first * numbers.factor,
        Optimiser::Adam | Optimiser::AdamW => new_first / root * numbers.factor,
    };
    if comptime!(kind.optimiser == Optimiser::AdamW) {
        update += decay * numbers.rate;
    }
    if comptime!(kind.has_factors) {
        update *= factors[column];
    }
    if comptime!(kind.has_moves) {
        let mut place = at;
        if comptime!(kind.has_factors) {
            place += 2 * places.columns;
        }
        let moves = factors[place];
        update *= moves;
        if moves == 0.0 {
            new_first = held_first;
            new_second = held_second;
        }
    }
    first[at] = new_first;
    second[at] = new_second;
    last_finite[at] = before;
    theta[at] = before - update;
}
