//! One member's part of a step.

use super::batch::{OutputTasks, SeedBatch};
use super::{Constants, Population, Step};
use crate::kernel::host::{HostTensor, tensor};
use crate::kernel::loss::{BatchRows, Of};
use crate::kernel::optimiser::HostState;
use crate::kernel::tape::{Arena, Idle, Masks, Tape};
use crate::model::Layout;
use crate::train::balancers::{AppliedWeights, BalancerInput, DeferredUpdate, Memory, Stage};
use burn::tensor::Tensor;
use std::ops::Range;

/// The memory of one member's part; every member uses the same.
pub struct Workspace {
    pub arena: Arena,
    pub outputs: Vec<OutputTasks>,
    /// Per output: the derivatives of the losses by it, `[B, stride]`.
    slopes: Vec<Vec<f32>>,
    /// `[T]` in column order, scaled; or what else was wanted of them.
    losses: Vec<f32>,
    /// `[N]`
    gradient: Vec<f32>,
    /// `[T, N]`
    jacobian: Vec<f32>,
    memory: Vec<f32>,
}

impl Workspace {
    /// For members of a layout.
    pub fn new(arena: Arena, outputs: Vec<OutputTasks>, layout: &Layout) -> Self {
        let tasks = outputs.iter().map(|output| output.columns.len()).sum();
        let slopes = outputs.iter().map(|output| vec![0.0; arena.batch() * output.losses.stride]).collect();
        Self {
            arena,
            slopes,
            outputs,
            losses: vec![0.0; tasks],
            gradient: vec![0.0; layout.len],
            jacobian: vec![0.0; tasks * layout.len],
            memory: Vec::new(),
        }
    }

    /// The scaled losses of the last forward pass, `[T]` in column order; where only their finiteness was wanted, other
    /// numbers.
    pub fn losses(&self) -> &[f32] {
        &self.losses
    }
}

/// One member in a step.
pub struct MemberPass<'a> {
    pub population: &'a Population,
    pub tape: &'a Tape,
    pub batch: &'a SeedBatch,
    pub masks: &'a Masks<'a>,
    pub member: usize,
}

/// What the task gradients of the first member are looked at for.
pub struct Seen {
    /// `[1, T, N]`
    pub jacobian: Tensor<3>,
    /// What the balancer made of them, `[1, N]`.
    pub combined: Tensor<2>,
    /// The parameters before the step, `[1, N]`.
    pub before: Tensor<2>,
}

impl MemberPass<'_> {
    /// Takes the member's part of a step, after which `work` has its losses; `host` is its place among the balancers on
    /// the host. Fills `seen` where its task gradients are looked at; gives what its balancer learns after the update.
    pub fn run(
        &self,
        work: &mut Workspace,
        state: &mut HostState,
        (step, constants): (&Step, &Constants),
        host: Option<usize>,
        memory: &mut Memory,
        seen: &mut Option<Seen>,
    ) -> Option<DeferredUpdate> {
        let population = self.population;
        let m = self.member;
        let looks = step.observed && m < population.plan.replicated;
        let asked = host.is_some() || looks || population.task_weights.learns();
        let nothing = Idle::default();
        let wanted = match asked {
            true => (Of::Losses, &nothing),
            // What a member never learns needn't be computed: a strategy's factors multiply, and zero stays zero.
            false => (Of::Finiteness, constants.idle.get(m).unwrap_or(&nothing)),
        };
        self.forward(work, state.theta(m), wanted);
        let mut answer = host.map(|index| (population.balancers.held(index, memory), None));
        let stage = host.and_then(|index| population.balancers.on_host.get(index)).map(|host| host.stage);
        let due = |stage: Stage, memory: &Memory| {
            population.balancers.due(stage, population.step, memory).any(|(index, _)| Some(index) == host)
        };
        if let Some(index) = host.filter(|_| due(Stage::Losses, memory)) {
            answer = Some(population.balancers.ask(index, self.known(work, step), population.step, memory));
        }
        if stage == Some(Stage::Gradients) || looks {
            self.task_gradients(work, state.theta(m));
            if let Some(index) = host.filter(|_| due(Stage::Gradients, memory)) {
                let known = self.known_by_gradients(work, step, index);
                answer = Some(population.balancers.ask(index, known, population.step, memory));
            }
            let applied = answer.as_ref().map(|(applied, _)| applied);
            let weights = self.weights((step, constants), applied, |applied| &applied.weights);
            let heads = match stage {
                Some(Stage::Gradients) => self.weights((step, constants), applied, |applied| &applied.heads),
                _ => weights.clone(),
            };
            let direction = applied.and_then(|applied| applied.direction.as_deref());
            self.combine(work, &weights, &heads, direction);
        } else {
            let applied = answer.as_ref().map(|(applied, _)| applied);
            let weights = self.weights((step, constants), applied, |applied| &applied.weights);
            self.gradient(work, state.theta(m), &weights);
        }
        let (applied, deferred) = answer.unwrap_or_default();
        self.shorten(work, applied.max_norm);
        if looks && m == 0 {
            *seen = Some(self.seen(work, state.theta(m)));
        }
        let columns = work.gradient.len();
        if let Some(penalty) = step.penalty.as_ref().and_then(|penalty| row(penalty, m, columns)) {
            work.gradient.iter_mut().zip(penalty).for_each(|(slope, penalty)| *slope += penalty);
        }
        let moves = step.moves.as_ref().and_then(|moves| row(moves, m, columns));
        let how = (&population.optimiser, &constants.optimiser, step.scales);
        state.step(m, how, &mut work.gradient, &work.losses, moves);
        deferred
    }

    /// Runs the network, but for what is left out, and takes what is wanted of the losses, and their slopes.
    pub fn forward(&self, work: &mut Workspace, theta: &[f32], (of, idle): (Of, &Idle)) {
        let inputs = self.batch.inputs();
        work.arena.forward_without((self.tape, idle), theta, inputs, self.masks);
        let outputs = self.tape.outputs().iter().zip(&work.outputs).zip(&mut work.slopes);
        for (o, ((output, tasks), slopes)) in outputs.enumerate() {
            if idle.has_output(o) {
                work.losses[tasks.columns.clone()].fill(0.0);
                continue;
            }
            let rows = BatchRows {
                outputs: work.arena.output(*output, inputs.batch),
                targets: &self.batch.targets[o],
                weights: &self.batch.weights[o],
            };
            tasks.losses.measure((rows, of), slopes, &mut work.losses[tasks.columns.clone()], &mut work.memory);
        }
        if of == Of::Losses {
            work.losses.iter_mut().enumerate().for_each(|(column, loss)| *loss *= self.scale(column));
        }
    }

    fn scale(&self, column: usize) -> f32 {
        let task = self.population.order.columns().get(column).and_then(|task| self.population.lesson.tasks.get(*task));
        task.map_or(1.0, |task| task.scale as f32)
    }

    /// The gradient of the losses times some factors by column, `[N]`.
    fn backward(&self, work: &mut Workspace, theta: &[f32], factor: impl Fn(usize) -> f32, to: &mut [f32]) {
        work.arena.begin_backward();
        for ((output, tasks), slopes) in self.tape.outputs().iter().zip(&work.outputs).zip(&work.slopes) {
            let factors = &mut work.memory;
            factors.clear();
            for column in tasks.columns.clone() {
                factors.extend(std::iter::repeat_n(factor(column), tasks.losses.each));
            }
            if factors.iter().any(|factor| *factor != 0.0) {
                factors.resize(tasks.losses.stride, 0.0);
                work.arena.pull(*output, factors, slopes);
            }
        }
        to.fill(0.0);
        work.arena.backward(self.tape, theta, self.batch.inputs(), self.masks, to);
    }

    /// The gradient of the weighted losses.
    fn gradient(&self, work: &mut Workspace, theta: &[f32], weights: &[f32]) {
        let mut gradient = std::mem::take(&mut work.gradient);
        self.backward(work, theta, |column| weights[column] * self.scale(column), &mut gradient);
        work.gradient = gradient;
    }

    /// Every task's gradient.
    fn task_gradients(&self, work: &mut Workspace, theta: &[f32]) {
        let mut jacobian = std::mem::take(&mut work.jacobian);
        for (task, row) in jacobian.chunks_exact_mut(theta.len()).enumerate() {
            self.backward(work, theta, |column| if column == task { self.scale(column) } else { 0.0 }, row);
        }
        work.jacobian = jacobian;
    }

    /// One gradient of the tasks': weighted sums, or a direction of its own at the shared layers.
    fn combine(&self, work: &mut Workspace, weights: &[f32], heads: &[f32], direction: Option<&[f64]>) {
        let shared = self.population.network.layout().shared;
        let Workspace { gradient, jacobian, .. } = work;
        gradient.fill(0.0);
        let (trunk, private) = gradient.split_at_mut(shared);
        for (t, row) in jacobian.chunks_exact(trunk.len() + private.len()).enumerate() {
            let (of_trunk, of_private) = row.split_at(shared);
            trunk.iter_mut().zip(of_trunk).for_each(|(sum, slope)| *sum += weights[t] * slope);
            private.iter_mut().zip(of_private).for_each(|(sum, slope)| *sum += heads[t] * slope);
        }
        if let Some(direction) = direction.filter(|direction| direction.len() == shared) {
            trunk.iter_mut().zip(direction).for_each(|(slope, number)| *slope = *number as f32);
        }
    }

    /// Makes the gradient of the shared layers no longer than the balancer allows.
    fn shorten(&self, work: &mut Workspace, most: Option<f64>) {
        let shared = self.population.network.layout().shared;
        let Some(most) = most.filter(|_| shared > 0) else { return };
        let trunk = &mut work.gradient[..shared];
        let length = trunk.iter().map(|slope| slope * slope).sum::<f32>().sqrt();
        // c / max(length, c) is 1 for short gradients.
        let factor = most as f32 / length.max(most as f32);
        trunk.iter_mut().for_each(|slope| *slope *= factor);
    }

    /// A number of the member's balancer for every column: the device's, or the host's answer; with the strategy's
    /// factors.
    fn weights(
        &self,
        (step, constants): (&Step, &Constants),
        applied: Option<&AppliedWeights>,
        of: impl Fn(&AppliedWeights) -> &Vec<f64>,
    ) -> Vec<f32> {
        let tasks = self.population.order.tasks();
        let base = step.learned.as_ref().or(constants.base.as_ref()).and_then(|base| row(base, self.member, tasks));
        let factors = step.factors.as_ref().and_then(|factors| row(factors, self.member, tasks));
        let weight = |(column, task): (usize, &usize)| {
            let base = base.and_then(|base| base.get(column)).copied().unwrap_or(0.0);
            let own = applied.and_then(|applied| of(applied).get(*task)).copied().unwrap_or(0.0) as f32;
            (base + own) * factors.and_then(|factors| factors.get(column)).copied().unwrap_or(1.0)
        };
        self.population.order.columns().iter().enumerate().map(weight).collect()
    }

    /// What is known of the member by its losses.
    fn known(&self, work: &Workspace, step: &Step) -> BalancerInput {
        let seed = self.population.member_seeds.get(self.member);
        BalancerInput {
            losses: self.population.order.wide_row(&work.losses),
            absent: seed.and_then(|seed| step.absent.as_ref()?.get(seed)).cloned().unwrap_or_default(),
            ..BalancerInput::default()
        }
    }

    /// What is known of it by its task gradients too.
    fn known_by_gradients(&self, work: &Workspace, step: &Step, index: usize) -> BalancerInput {
        let (balancers, order) = (&self.population.balancers, &self.population.order);
        let known = self.known(work, step);
        let Some(host) = balancers.on_host.get(index) else { return known };
        let reads = balancers.required_reads(std::iter::once(host));
        let shared = self.population.network.layout().shared;
        let gram = |range: Range<usize>| reads.grams.contains(&range).then(|| self.gram(work, &range));
        let rows = || work.jacobian.chunks_exact(work.gradient.len()).flat_map(|row| &row[..shared]).copied();
        BalancerInput {
            full_gram: gram(0..shared),
            gram: gram(balancers.range(host)),
            jacobian: if reads.jacobian { order.stacked(&rows().collect::<Vec<f32>>(), shared) } else { None },
            ..known
        }
    }

    /// The products of the task gradients over some columns, in f64 and task order.
    fn gram(&self, work: &Workspace, range: &Range<usize>) -> nalgebra::DMatrix<f64> {
        let rows: Vec<&[f32]> =
            work.jacobian.chunks_exact(work.gradient.len()).map(|row| &row[range.clone()]).collect();
        let product = |i: usize, j: usize| -> f64 {
            rows[i].iter().zip(rows[j]).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        self.population.order.square_of(product)
    }

    fn seen(&self, work: &Workspace, theta: &[f32]) -> Seen {
        let (columns, tasks) = (theta.len(), work.losses.len());
        Seen {
            jacobian: tensor(work.jacobian.clone(), [1, tasks, columns]),
            combined: tensor(work.gradient.clone(), [1, columns]),
            before: tensor(theta.to_vec(), [1, columns]),
        }
    }
}

/// A member's row of `[M, width]`.
fn row(of: &HostTensor, member: usize, width: usize) -> Option<&[f32]> {
    of.as_slice::<f32>()?.get(member * width..(member + 1) * width)
}
