//! Optimiser steps by the network's tape, on the host: member after member, each with its forward pass, its losses,
//! what its balancer answers, its backward pass and its update, so that all of it stays in the nearest cache.
//!
//! What it computes is what `take_step` (see [`super::step`]) computes by the network's forward pass and burn's
//! autodiff, up to rounding.

mod batch;
mod evaluate;
mod member;

use self::batch::{OutputTasks, SeedBatches};
use self::evaluate::{Evaluation, Wanted};
use self::member::{MemberPass, Workspace};
use super::Population;
use super::evaluate::{Evaluated, WantsTest};
use super::observe::StepObservation;
use super::schedule::{Absent, Attendance};
use crate::data::Draws;
use crate::kernel::host::{HostTensor, numbers, tensor, truths};
use crate::kernel::loss::Of;
use crate::kernel::optimiser::{HostFactors, HostState, Scales, State};
use crate::kernel::tape::{Arena, Idle, Masks, Tape, padded};
use crate::kernel::tensors::upload;
use crate::model::StepNoise;
use crate::train::balancers::{DeferredUpdate, Memory};
use crate::train::plan::Role;
use burn::tensor::Tensor;

/// What a member makes of what it is shown.
pub struct TapedOutputs {
    /// Per task in task order, `[n, outputs]`.
    pub tasks: Vec<Vec<f32>>,
    /// Per hidden layer that pictures show, `[n, units]`.
    pub hidden: Vec<Vec<f32>>,
}

/// A tape and the memory that it runs in.
pub(super) struct Taped {
    tape: Tape,
    workspace: Workspace,
    evaluation: Evaluation,
    batches: SeedBatches,
    /// By member: the place of its seed among the batches.
    seeds: Vec<usize>,
    /// By member: its place among the balancers on the host.
    hosts: Vec<Option<usize>>,
    /// Stands in a state while its numbers are changed.
    nothing: Tensor<2>,
    /// The state's numbers between two steps, where nothing else looks at them.
    held: Option<HostState>,
    constants: Constants,
}

/// What stays the same from step to step until settings change.
struct Constants {
    /// Task weights `[M, T]`; `None` where they are learned.
    base: Option<HostTensor>,
    optimiser: HostFactors,
    /// Whether the network changes its parameters besides the optimiser, or wants to see them.
    looks: bool,
    /// By member: what it never learns; empty where weights are learned or asked for.
    idle: Vec<Idle>,
}

impl Constants {
    fn of(population: &Population, (tape, outputs): (&Tape, &[OutputTasks])) -> Option<Self> {
        let weights = &population.task_weights;
        let fixed = (!weights.learns()).then(|| weights.weights(&population.log_variances));
        let base = fixed.as_ref().and_then(numbers);
        Some(Self {
            idle: base.as_ref().map_or_else(Vec::new, |base| idle(tape, outputs, base)),
            base,
            optimiser: HostFactors::of(&population.optimiser)?,
            looks: population.network.penalises() || population.network.is_proximal(),
        })
    }
}

/// By member: what a pass may leave out for weights `[M, T]` that stay as they are.
fn idle(tape: &Tape, outputs: &[OutputTasks], weights: &HostTensor) -> Vec<Idle> {
    let tasks: usize = outputs.iter().map(|output| output.columns.len()).sum();
    let of_member = |weights: &[f32]| {
        tape.without(outputs.iter().map(|own| weights[own.columns.clone()].iter().all(|w| *w == 0.0)).collect())
    };
    weights.as_slice::<f32>().unwrap_or_default().chunks_exact(tasks.max(1)).map(of_member).collect()
}

/// What is the same for all members of a step.
struct Step {
    absent: Option<Absent>,
    /// Where task weights are learned, `[M, T]`.
    learned: Option<HostTensor>,
    factors: Option<HostTensor>,
    /// `[M, N]`
    moves: Option<HostTensor>,
    /// The gradient of the network's own term, `[M, N]`.
    penalty: Option<HostTensor>,
    /// Whether the first member's task gradients are looked at.
    observed: bool,
    scales: Scales,
}

impl Taped {
    /// The tape of a population's network; `None` where it has none, or where its numbers aren't on the host.
    pub fn of(population: &Population, draws: &Draws) -> Option<Self> {
        numbers(&population.state.theta)?;
        let tape = population.network.tape(population.rates.any())?;
        let outputs = OutputTasks::of(&tape, &population.shape);
        let batches = SeedBatches::new(draws, outputs.clone(), &population.member_seeds);
        let arena = Arena::of(&tape, population.batches.batch_rows());
        let constants = Constants::of(population, (&tape, &outputs))?;
        Some(Self {
            evaluation: Evaluation::new(draws, &tape, &outputs),
            workspace: Workspace::new(arena, outputs, population.network.layout()),
            seeds: population.member_seeds.iter().map(|seed| batches.place(*seed)).collect(),
            hosts: hosts(population),
            nothing: upload(vec![0.0], [1, 1], &population.device),
            held: None,
            constants,
            batches,
            tape,
        })
    }

    /// What every member reads, `[M, B, inputs]`.
    fn inputs(&self, population: &Population) -> Tensor<3> {
        let inputs = population.shape.inputs;
        let of_member = |seed: &usize| {
            let batch = self.batches.batch(*seed).inputs();
            let rows = batch.values.chunks(padded(inputs).max(1)).take(batch.batch);
            rows.flat_map(|row| &row[..inputs]).copied().collect::<Vec<f32>>()
        };
        let values: Vec<f32> = self.seeds.iter().flat_map(of_member).collect();
        let members = self.seeds.len();
        let batch = values.len() / (members * inputs).max(1);
        tensor(values, [members, batch, inputs])
    }

    /// Takes over what a change of live settings left of the population.
    pub fn change(&mut self, population: &Population) {
        if let Some(tape) = population.network.tape(population.rates.any()) {
            self.workspace.arena = Arena::of(&tape, population.batches.batch_rows());
            self.evaluation.follow(&tape);
            self.tape = tape;
        }
        self.hosts = hosts(population);
        debug_assert!(self.held.is_none(), "between runs the population has its state");
        // What was on the host still is.
        if let Some(constants) = Constants::of(population, (&self.tape, &self.workspace.outputs)) {
            self.constants = constants;
        }
    }

    /// Gives a state that is held back.
    pub fn release(&mut self, state: &mut State) {
        if let Some(held) = self.held.take() {
            held.put_back(state);
        }
    }
}

/// By member: its place among the balancers on the host.
fn hosts(population: &Population) -> Vec<Option<usize>> {
    let place = |m: usize| population.balancers.on_host.iter().position(|host| host.member == m);
    (0..population.plan.members.len()).map(place).collect()
}

impl Population {
    /// Evaluates every member by the tape, and gives the outputs of the composed models on validation rows, per task
    /// in task order `[rows, outputs]`; `None` without a tape.
    pub(super) fn evaluate_taped(&mut self, wants_test: WantsTest) -> Option<(Evaluated, Vec<Vec<Vec<f32>>>)> {
        let mut taped = self.taped.take()?;
        let found = self.evaluate_members(&mut taped, wants_test);
        self.taped = Some(taped);
        found
    }

    /// What the first member makes of some rows `[n, inputs]` by the tape, and its hidden units at other rows; `None`
    /// without a tape.
    pub fn first_shown(&self, rows: &[f32], of_units: &[f32]) -> Option<TapedOutputs> {
        let (taped, theta) = (self.taped.as_ref()?, numbers(&self.state.theta)?);
        let theta = theta.as_slice::<f32>()?.get(..self.network.layout().len)?;
        let tape = &taped.tape;
        let outputs = evaluate::outputs((tape, &taped.workspace.outputs), theta, rows);
        Some(TapedOutputs { tasks: self.order.of_tasks(outputs), hidden: evaluate::units(tape, theta, of_units) })
    }

    fn evaluate_members(&self, taped: &mut Taped, wants_test: WantsTest) -> Option<(Evaluated, Vec<Vec<Vec<f32>>>)> {
        let (theta, tasks) = (numbers(&self.state.theta)?, self.order.tasks());
        let theta = theta.as_slice::<f32>()?;
        let columns = self.network.layout().len.max(1);
        let baselines = self.plan.range(|role| matches!(role, Role::Baseline(_)));
        let alone = baselines.len() == self.plan.seeds * tasks;
        let mut evaluated = Evaluated { diverged: truths(&self.state.diverged)?, ..Evaluated::default() };
        evaluated.alone = vec![Vec::new(); if alone { tasks } else { 0 }];
        let mut predictions = Vec::new();
        for (m, (member, theta)) in self.plan.members.iter().zip(theta.chunks_exact(columns)).enumerate() {
            let (composed, baseline) = match member.role {
                Role::Composed => (true, None),
                Role::Baseline(task) if alone => (false, Some(task)),
                _ => (false, None),
            };
            let mut outputs = vec![Vec::new(); tasks];
            let wanted = Wanted {
                // Balancers compare with the losses at the start.
                train: m == 0 || self.step == 0,
                test: &|valid| wants_test(m, &self.order.row(valid)),
                outputs: (composed || baseline.is_some()).then_some(&mut outputs),
            };
            let draw = taped.batches.draw(taped.seeds[m]);
            let losses = taped.evaluation.losses((&taped.tape, &taped.workspace.outputs), theta, draw, wanted);
            evaluated.losses.extend(self.order.rows(&losses));
            let mut by_task = self.order.of_tasks(outputs);
            if let Some(task) = baseline {
                let own = by_task.get_mut(task).map(std::mem::take).unwrap_or_default();
                evaluated.alone[task].extend(own);
            } else if composed {
                predictions.push(by_task);
            }
        }
        Some((evaluated, predictions))
    }

    /// Takes a step; `None`, with the parameters as they were, where the state's numbers aren't on the host. They may
    /// stay with the tape after it, until [`Taped::release`].
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
        let learned = self.task_weights.learns().then(|| self.task_weights.weights(&self.log_variances));
        let rate = self.optimiser.rate(self.step, self.batches.steps_per_epoch());
        let step = Step {
            learned: learned.as_ref().and_then(numbers),
            factors: factors.as_ref().and_then(numbers),
            moves: moves.as_ref().and_then(numbers),
            penalty: self.taped_penalty(taped),
            absent,
            observed: observed && self.plan.replicated > 0,
            scales: self.optimiser.scales(self.step, rate as f32),
        };
        let factors_on_the_rate = self.optimiser.factors_on_the_rate(moves);
        let mut state = match taped.held.take() {
            Some(held) => held,
            None => HostState::take(&mut self.state, &taped.nothing)?,
        };
        let (mut losses, mut deferred, mut seen) = (Vec::new(), Vec::new(), None);
        for m in 0..self.plan.members.len() {
            let batch = taped.batches.batch(taped.seeds[m]);
            let masks = noise.masks(m, self.plan.members.len());
            let pass = MemberPass { population: self, tape: &taped.tape, batch, masks: &masks, member: m };
            let step = (&step, &taped.constants);
            let own = pass.run(&mut taped.workspace, &mut state, step, taped.hosts[m], memory, &mut seen);
            if self.task_weights.learns() {
                losses.extend_from_slice(taped.workspace.losses());
            }
            deferred.extend(own);
        }
        let looks = taped.constants.looks || seen.is_some() || !deferred.is_empty();
        taped.held = Some(state);
        if looks {
            taped.release(&mut self.state);
            self.state.set_params(self.network.proximal(&self.state.theta, rate, factors_on_the_rate.as_ref()));
            self.learn_after_taped(taped, &noise, &deferred, memory);
        }
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

    /// The gradient of the network's own term, `[M, N]`; `None` where it has none.
    fn taped_penalty(&self, taped: &Taped) -> Option<HostTensor> {
        let penalises = self.network.penalises();
        penalises.then(|| self.penalty_gradient(&taped.inputs(self)))?.as_ref().and_then(numbers)
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
        pass.forward(&mut taped.workspace, theta, (Of::Losses, &Idle::default()));
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
