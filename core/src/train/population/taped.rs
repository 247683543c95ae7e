//! Optimiser steps by the network's tape, on the host: member after member, each with its forward pass, its losses,
//! what its balancer answers, its backward pass and its update, so that all of it stays in the nearest cache.
//!
//! What it computes is what [`Population::take_step`](super::step) computes by burn's operations, up to rounding.

mod batch;
mod member;

use self::batch::{OutputTasks, SeedBatches};
use self::member::{MemberPass, Workspace};
use super::Population;
use super::observe::StepObservation;
use super::schedule::{Absent, Attendance};
use crate::data::Draws;
use crate::kernel::host::{HostTensor, numbers, tensor};
use crate::kernel::optimiser::{HostFactors, HostState};
use crate::kernel::tape::{Arena, Masks, Tape};
use crate::kernel::tensors::upload;
use crate::model::StepNoise;
use crate::train::balancers::{DeferredUpdate, Memory};
use burn::tensor::Tensor;

/// A tape and the memory that it runs in.
pub(super) struct Taped {
    tape: Tape,
    workspace: Workspace,
    batches: SeedBatches,
    /// By member: the place of its seed among the batches.
    seeds: Vec<usize>,
    /// By member: its place among the balancers on the host.
    hosts: Vec<Option<usize>>,
    /// Stands in a state while its numbers are changed.
    nothing: Tensor<2>,
}

/// What is the same for all members of a step.
struct Step {
    absent: Option<Absent>,
    /// `[M, T]`
    base: Option<HostTensor>,
    factors: Option<HostTensor>,
    /// `[M, N]`
    moves: Option<HostTensor>,
    optimiser: HostFactors,
    /// Whether the first member's task gradients are looked at.
    observed: bool,
}

impl Taped {
    /// The tape of a population's network; `None` where it has none, or where its numbers aren't on the host.
    pub fn of(population: &Population, draws: &Draws) -> Option<Self> {
        numbers(&population.state.theta)?;
        let tape = population.network.tape(population.rates.any())?;
        let outputs = OutputTasks::of(&tape, &population.shape);
        let batches = SeedBatches::new(draws, outputs.clone(), &population.member_seeds);
        let arena = Arena::of(&tape, population.batches.batch_rows());
        let place = |m: usize| population.balancers.on_host.iter().position(|host| host.member == m);
        Some(Self {
            workspace: Workspace::new(arena, outputs, population.network.layout()),
            seeds: population.member_seeds.iter().map(|seed| batches.place(*seed)).collect(),
            hosts: (0..population.plan.members.len()).map(place).collect(),
            nothing: upload(vec![0.0], [1, 1], &population.device),
            batches,
            tape,
        })
    }

    /// Takes over what a change of live settings left of the population.
    pub fn change(&mut self, population: &Population) {
        if let Some(tape) = population.network.tape(population.rates.any()) {
            self.workspace.arena = Arena::of(&tape, population.batches.batch_rows());
            self.tape = tape;
        }
        let place = |m: usize| population.balancers.on_host.iter().position(|host| host.member == m);
        self.hosts = (0..population.plan.members.len()).map(place).collect();
    }
}

impl Population {
    /// Takes a step; `None`, with everything as it was, where the state's numbers aren't on the host.
    pub(super) fn take_taped_step(
        &mut self,
        taped: &mut Taped,
        draws: &Draws,
        (observed, singles): (bool, &[f64]),
        memory: &mut Memory,
    ) -> Option<()> {
        let rows = self.batches.rows_by_seed(draws, self.step);
        let unlabelled = rows.as_ref().and_then(|rows| self.batches.absent(draws, rows));
        taped.batches.cut(rows.as_ref(), self.batches.batch_rows());
        let schedule = self.schedule(singles);
        let absent = self.absent(unlabelled.as_ref(), schedule.as_ref());
        let Attendance { present, moves } = self.attendance(absent.as_ref(), schedule.as_ref());
        let factors = self.factors(schedule.as_ref());
        self.count_trained(schedule.as_ref());
        self.last_schedule = schedule;
        let noise = self.noise().unwrap_or_default();
        let noise = HostNoise::of(&noise);
        let step = Step {
            base: numbers(&self.task_weights.weights(&self.log_variances)),
            factors: factors.as_ref().and_then(numbers),
            moves: moves.as_ref().and_then(numbers),
            optimiser: HostFactors::of(&self.optimiser)?,
            absent,
            observed: observed && self.plan.replicated > 0,
        };
        let rate = self.optimiser.rate(self.step, self.batches.steps_per_epoch());
        let factors_on_the_rate = self.optimiser.factors_on_the_rate(moves);
        let mut state = HostState::take(&mut self.state, &taped.nothing)?;
        let (mut losses, mut deferred, mut seen) = (Vec::new(), Vec::new(), None);
        for m in 0..self.plan.members.len() {
            let batch = taped.batches.batch(taped.seeds[m]);
            let masks = noise.masks(m, self.plan.members.len());
            let pass = MemberPass { population: self, tape: &taped.tape, batch, masks: &masks, member: m };
            let own = pass.run(&mut taped.workspace, &mut state, &step, (taped.hosts[m], rate), memory, &mut seen);
            losses.extend(own.losses);
            deferred.extend(own.deferred);
        }
        state.put_back(&mut self.state);
        self.state.set_params(self.network.proximal(&self.state.theta, rate, factors_on_the_rate.as_ref()));
        self.learn_after_taped(taped, &noise, &deferred, memory);
        let shape = [self.plan.members.len(), self.order.tasks()];
        if self.task_weights.learns() {
            self.task_weights.learn(&mut self.log_variances, tensor(losses, shape), present);
        }
        if let Some(seen) = seen {
            let ahead = self.look_ahead_taped(taped, &noise, &seen, rate);
            self.observation = Some(StepObservation {
                ahead,
                ..self.observe(&seen.jacobian, &seen.combined, &seen.before, step.absent.as_ref())
            });
        }
        Some(())
    }

    /// Lets balancers learn from the losses of the batch after the update.
    fn learn_after_taped(
        &self,
        taped: &mut Taped,
        noise: &HostNoise,
        deferred: &[DeferredUpdate],
        memory: &mut Memory,
    ) {
        let Some(theta) = numbers(&self.state.theta).filter(|_| !deferred.is_empty()) else { return };
        let columns = self.network.layout().len;
        for deferred in deferred {
            let own = theta.as_slice::<f32>().and_then(|theta| theta.chunks_exact(columns).nth(deferred.member));
            let Some(own) = own else { continue };
            let losses = self.losses_taped(taped, noise, deferred.member, own);
            self.balancers.learn(deferred, &self.order.wide_row(&losses), memory);
        }
    }

    /// The losses of a member's batch at some parameters, `[T]` in column order, scaled.
    fn losses_taped(&self, taped: &mut Taped, noise: &HostNoise, member: usize, theta: &[f32]) -> Vec<f32> {
        let batch = taped.batches.batch(taped.seeds[member]);
        let masks = noise.masks(member, self.plan.members.len());
        let pass = MemberPass { population: self, tape: &taped.tape, batch, masks: &masks, member };
        pass.forward(&mut taped.workspace, theta);
        taped.workspace.losses().to_vec()
    }

    /// See [`StepObservation::ahead`].
    fn look_ahead_taped(
        &self,
        taped: &mut Taped,
        noise: &HostNoise,
        seen: &member::Seen,
        rate: f64,
    ) -> Option<Tensor<2>> {
        let shared = self.network.layout().shared;
        if !self.lesson.population.affinity || shared == 0 {
            return None;
        }
        let (before, jacobian) = (numbers(&seen.before)?, numbers(&seen.jacobian)?);
        let (before, jacobian) = (before.as_slice::<f32>()?, jacobian.as_slice::<f32>()?);
        let mut ahead = self.losses_taped(taped, noise, 0, before);
        for gradient in jacobian.chunks_exact(before.len()) {
            let mut theta = before.to_vec();
            let each = theta.iter_mut().zip(gradient).take(shared);
            each.for_each(|(theta, slope)| *theta -= rate as f32 * slope);
            ahead.extend(self.losses_taped(taped, noise, 0, &theta));
        }
        let tasks = self.order.tasks();
        Some(tensor(ahead, [1 + tasks, tasks]))
    }
}

/// A step's dropout masks, `[M, B, width]` each.
struct HostNoise {
    trunk: Vec<Option<HostTensor>>,
    heads: Vec<Vec<Option<HostTensor>>>,
}

impl HostNoise {
    fn of(noise: &StepNoise) -> Self {
        let one = |mask: &Option<Tensor<3>>| mask.as_ref().and_then(numbers);
        Self {
            trunk: noise.trunk.iter().map(one).collect(),
            heads: noise.heads.iter().map(|layers| layers.iter().map(one).collect()).collect(),
        }
    }

    /// Those of a member.
    fn masks(&self, member: usize, members: usize) -> Masks<'_> {
        fn own(mask: Option<&HostTensor>, member: usize, members: usize) -> Option<&[f32]> {
            let all = mask?.as_slice::<f32>()?;
            let each = all.len() / members.max(1);
            all.get(member * each..(member + 1) * each)
        }
        fn each(masks: &[Option<HostTensor>], member: usize, members: usize) -> Vec<Option<&[f32]>> {
            masks.iter().map(|mask| own(mask.as_ref(), member, members)).collect()
        }
        let heads = self.heads.iter().map(|layers| each(layers, member, members)).collect();
        Masks { trunk: each(&self.trunk, member, members), heads }
    }
}
