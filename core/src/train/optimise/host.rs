//! An optimiser's step in one pass over the host's memory.
//!
//! The same arithmetic as [`Rules::step_by_operations`], which as some thirty operations costs more
//! than the gradients of a small network.

use super::{BETA2, HUGE, RMS_DECAY, Rules, Scales, State};
use crate::config::{Clip, Optimiser};
use crate::model::host::{HostTensor, numbers, tensor};
use burn::backend::Flex;
use burn::tensor::{Bool, Tensor};

/// Takes the step, or gives `None` where a tensor is not on the host.
pub fn step(
    rules: &Rules,
    state: &mut State,
    gradient: &Tensor<2>,
    losses: &Tensor<2>,
    moves: Option<&Tensor<2>>,
    scales: Scales,
) -> Option<()> {
    let shape = gradient.dims();
    let [_, columns] = shape;
    let row = |tensor: &Option<Tensor<2>>| tensor.as_ref().map(numbers);
    let (rates, decay) = (optional(row(&rules.rates))?, optional(row(&rules.decay))?);
    let moves = optional(moves.map(numbers))?;
    let (gradient, losses) = (numbers(gradient)?, numbers(losses)?);
    let mut dead = read(&state.dead)?;
    let [theta, safe, first, second] = [&state.theta, &state.safe, &state.first, &state.second].map(numbers);
    let (before, safe) = (theta?, safe?);
    let (mut theta, mut first, mut second) =
        (slice(&before).to_vec(), slice(&first?).to_vec(), slice(&second?).to_vec());
    let tasks = slice(&losses).len() / dead.len().max(1);
    let mut direction = vec![0.0; columns];
    let mut died = false;
    for (member, is_dead) in dead.iter_mut().enumerate() {
        let own = member * columns..(member + 1) * columns;
        let gradient = &slice(&gradient)[own.clone()];
        let losses = &slice(&losses)[member * tasks..(member + 1) * tasks];
        let size = gradient.iter().map(|g| g.abs()).sum::<f32>() + losses.iter().sum::<f32>();
        // A comparison with NaN is false, so this covers NaN and infinity alike.
        let finite = size < HUGE;
        died |= !*is_dead && !finite;
        *is_dead |= !finite;
        if *is_dead {
            theta[own.clone()].copy_from_slice(&slice(&safe)[own]);
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
        row.step(rules, scales);
    }
    state.safe = where_each_began(&dead, &before, &safe, shape);
    state.theta = tensor(theta, shape);
    state.first = tensor(first, shape);
    state.second = tensor(second, shape);
    if died {
        let numbers = dead.iter().map(|dead| f32::from(*dead)).collect();
        state.dead = tensor(numbers, [dead.len(), 1]).greater_elem(0.5);
    }
    Some(())
}

/// Where members go that die: where they began, those that are dead already where they stand.
fn where_each_began(dead: &[bool], before: &HostTensor, safe: &HostTensor, shape: [usize; 2]) -> Tensor<2> {
    if !dead.contains(&true) {
        return Tensor::from_primitive::<Flex>(before.clone());
    }
    let columns = shape[1];
    let rows = slice(before).chunks_exact(columns).zip(slice(safe).chunks_exact(columns)).zip(dead);
    let values = rows.flat_map(|((before, safe), dead)| if *dead { safe } else { before });
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
    tensor.as_slice::<f32>().unwrap_or_default()
}

fn read(dead: &Tensor<2, Bool>) -> Option<Vec<bool>> {
    let dead = dead.clone().try_into_primitive::<Flex>().ok()?.to_contiguous();
    Some(dead.bytes().iter().map(|dead| *dead != 0).collect())
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
    fn step(mut self, rules: &Rules, scales: Scales) {
        self.clip(rules);
        let decoupled = rules.optimiser == Optimiser::AdamW;
        if !decoupled {
            self.add_decay(1.0);
        }
        let held = self.moves.map(|_| (self.first.to_vec(), self.second.to_vec()));
        self.follow(rules, scales);
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

    fn clip(&mut self, rules: &Rules) {
        let at = rules.clip_at;
        match rules.clip {
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
    fn follow(&mut self, rules: &Rules, scales: Scales) {
        let (mu, Scales { factor, epsilon, .. }) = (rules.momentum, scales);
        let each = self.direction.iter_mut().zip(self.first.iter_mut().zip(self.second.iter_mut()));
        match rules.optimiser {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Schedule;
    use crate::train::tensors::{Device, upload};

    const MEMBERS: usize = 4;
    const COLUMNS: usize = 7;

    fn wave(length: usize, pace: f32) -> Vec<f32> {
        (0..length).map(|i| (1.0 + i as f32 * pace).sin()).collect()
    }

    fn row(pace: f32) -> Tensor<2> {
        upload(wave(COLUMNS, pace), [1, COLUMNS], &Device::flex())
    }

    fn rules(optimiser: Optimiser, clip: Clip, uneven: bool) -> Rules {
        Rules {
            optimiser,
            momentum: 0.8,
            learning_rate: 0.1,
            schedule: Schedule::Constant,
            horizon: 10,
            clip,
            clip_at: 0.4,
            rates: uneven.then(|| row(0.3)),
            decay: uneven.then(|| row(0.7)),
            #[cfg(feature = "gpu")]
            factors: None,
        }
    }

    /// The last member is dead.
    fn state() -> State {
        let device = Device::flex();
        let tensor = |pace| upload(wave(MEMBERS * COLUMNS, pace), [MEMBERS, COLUMNS], &device);
        let dead = upload(vec![0.0, 0.0, 0.0, 1.0], [MEMBERS, 1], &device).greater_elem(0.5);
        State { theta: tensor(0.9), safe: tensor(0.5), first: tensor(0.2), second: tensor(0.4).abs(), dead }
    }

    fn read(tensor: &Tensor<2>) -> Vec<f32> {
        slice(&numbers(tensor).unwrap()).to_vec()
    }

    /// The second member's gradient, or else the third one's loss, is not finite in the second step.
    fn walk(rules: &Rules, held: bool, by_operations: bool) -> State {
        let device = Device::flex();
        let mut state = state();
        for step in 0..3 {
            let mut gradient = wave(MEMBERS * COLUMNS, 0.6 + step as f32);
            let mut losses = vec![1.0; 2 * MEMBERS];
            if step == 1 {
                gradient[COLUMNS + 2] = f32::NAN;
                losses[4] = f32::INFINITY;
            }
            let gradient = upload(gradient, [MEMBERS, COLUMNS], &device);
            let losses = upload(losses, [MEMBERS, 2], &device);
            let moves = (0..MEMBERS * COLUMNS).map(|i| f32::from(i % 3 != step));
            let moves = held.then(|| upload(moves.collect(), [MEMBERS, COLUMNS], &device));
            let scales = rules.scales(step as u32, 0.05);
            if by_operations {
                rules.step_by_operations(&mut state, gradient, losses, moves, scales);
            } else {
                super::step(rules, &mut state, &gradient, &losses, moves.as_ref(), scales).unwrap();
            }
        }
        state
    }

    #[test]
    fn one_pass_takes_the_step_that_single_operations_take() {
        for optimiser in [Optimiser::Sgd, Optimiser::Adam, Optimiser::AdamW, Optimiser::RmsProp] {
            for clip in [Clip::None, Clip::Value, Clip::Norm] {
                for (uneven, held) in [(false, false), (true, false), (false, true), (true, true)] {
                    let rules = rules(optimiser, clip, uneven);
                    let (one, many) = (walk(&rules, held, false), walk(&rules, held, true));
                    assert_eq!(super::read(&one.dead), Some(vec![false, true, true, true]));
                    assert_eq!(super::read(&one.dead), super::read(&many.dead));
                    let same = |what: &str, one: Vec<f32>, many: Vec<f32>| {
                        for (one, many) in one.iter().zip(&many) {
                            let context = format!("{what} of {optimiser:?}, {clip:?}, {uneven}, {held}");
                            assert!((one - many).abs() < 1e-6, "{context}: {one} and {many}");
                        }
                    };
                    same("parameters", read(&one.theta), read(&many.theta));
                    same("safe parameters", read(&one.safe), read(&many.safe));
                    // What a dead member remembers is of no use to anyone.
                    let alive = |tensor: &Tensor<2>| read(tensor)[..COLUMNS].to_vec();
                    same("first means", alive(&one.first), alive(&many.first));
                    same("second means", alive(&one.second), alive(&many.second));
                }
            }
        }
    }
}
