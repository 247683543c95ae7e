//! A population: models of one network in lockstep, on the same batches in the same order.
//!
//! It steps, evaluates and saves its state. What leaves it is in task order ([`TaskOrder`]); what its members are
//! there for says its [`Plan`].

mod balancing;
mod checkpoint;
mod evaluate;
mod observe;
mod recorded;
mod schedule;
mod step;
mod taped;

pub use checkpoint::Checkpoint;
pub use taped::TapedOutputs;

use super::balancers::{Balancers, Memory};
use super::dropout::{Drawn, Rates};
use super::evaluate::Evaluator;
use super::factors::optimiser_settings;
use super::minibatch::Batches;
use super::order::TaskOrder;
use super::plan::{Plan, Role};
use super::step::Replicas;
use super::task_weights::{LogVariances, TaskWeights};
use crate::data::Draws;
use crate::kernel::loss::LossGroup;
use crate::kernel::optimiser::{OptimiserSettings, State};
use crate::kernel::tensors::upload;
use crate::lesson::Lesson;
use crate::model::{self, Network, Shape};
use crate::strategy::StepSchedule;
use burn::tensor::{Device, Tensor};
use observe::StepObservation;
use taped::Taped;

/// Models of one network in training.
pub struct Population {
    lesson: Lesson,
    plan: Plan,
    shape: Shape,
    /// The losses of the shape's groups.
    groups: Vec<LossGroup>,
    network: Box<dyn Network>,
    device: Device,
    order: TaskOrder,
    batches: Batches,
    evaluator: Evaluator,
    member_seeds: Vec<u64>,
    rates: Rates,
    /// Masks that were drawn for the steps to come.
    drawn: Option<Drawn>,
    /// Loss scales in column order, `[1, T]`.
    scales: Tensor<2>,
    /// Those of the last step that had some.
    replicas: Option<Replicas>,
    balancers: Balancers,
    memory: Memory,
    task_weights: TaskWeights,
    optimiser: OptimiserSettings,
    state: State,
    log_variances: LogVariances,
    step: u32,
    /// By task: the steps that have trained it with the others, and alone.
    trained: Vec<[u32; 2]>,
    /// What the task gradients said of the last observed step.
    observation: Option<StepObservation>,
    /// 1 where a column's task alone owns a parameter, then where a shared layer does: `[T + L, N]`.
    owners: Option<Tensor<2>>,
    /// What the strategy made of the last step.
    last_schedule: Option<StepSchedule>,
    /// Training rows with a label, by task.
    labelled: Vec<usize>,
    /// How many layers the network shares.
    shared_layers: usize,
    /// The network's tape, where steps are taken by it.
    taped: Option<Taped>,
}

impl Population {
    /// The members of a plan at their initial values.
    pub fn new(lesson: Lesson, draws: &Draws, plan: Plan, device: &Device) -> Self {
        let shape = Shape::of(&lesson, draws.first().inputs);
        let network = model::build(&lesson.architecture, &shape);
        let order = TaskOrder::new(shape.columns());
        let theta: Vec<f32> =
            plan.members.iter().flat_map(|member| network.layout().init(lesson.seed, member.seed)).collect();
        let balancers = Balancers::of(&lesson, &plan, network.layout());
        let mut population = Self {
            taped: None,
            groups: shape.loss_groups(),
            batches: Batches::new(&lesson, draws, &shape, &plan, device),
            evaluator: Evaluator::new(draws, &shape, &plan, device),
            member_seeds: plan.members.iter().map(|member| member.seed).collect(),
            rates: Rates::of(&lesson, &shape),
            drawn: None,
            scales: scales(&lesson, &order, device),
            replicas: None,
            memory: Memory::default().adapted(&balancers),
            task_weights: TaskWeights::of(&balancers.device_weights, order.columns(), device),
            optimiser: optimiser_settings(&lesson, network.layout(), device),
            state: State::new(theta, plan.members.len(), device),
            log_variances: LogVariances::zeros([plan.members.len(), order.tasks()], device),
            step: 0,
            trained: Vec::new(),
            observation: None,
            owners: None,
            last_schedule: None,
            shared_layers: network.layout().shared_layers().len(),
            labelled: (0..order.tasks()).map(|task| draws.first().train.labelled(task)).collect(),
            device: device.clone(),
            balancers,
            order,
            network,
            shape,
            plan,
            lesson,
        };
        population.taped = Taped::of(&population, draws);
        population
    }

    /// The same without a tape: steps go through [`Network::forward`] and burn's autodiff, which a tape is held
    /// against.
    pub fn without_tape(mut self) -> Self {
        self.taped = None;
        self
    }

    /// Whether steps are taken by a tape.
    pub fn is_taped(&self) -> bool {
        self.taped.is_some()
    }

    /// The lesson as it is trained.
    pub fn lesson(&self) -> &Lesson {
        &self.lesson
    }

    /// What the members are there for.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The network.
    pub fn network(&self) -> &dyn Network {
        self.network.as_ref()
    }

    /// What its members have in common.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Parameters of the members, `[M, N]`.
    pub fn theta(&self) -> &Tensor<2> {
        &self.state.theta
    }

    /// All rows, ready to be evaluated.
    pub fn evaluator(&self) -> &Evaluator {
        &self.evaluator
    }

    /// Loss scales in column order, `[1, T]`.
    pub fn scales(&self) -> &Tensor<2> {
        &self.scales
    }

    /// Optimiser steps taken.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Optimiser steps in an epoch.
    pub fn steps_per_epoch(&self) -> u32 {
        self.batches.steps_per_epoch()
    }

    /// Members times rows of a batch: how heavy a step is to prepare.
    pub fn step_rows(&self) -> usize {
        self.plan.members.len() * self.batches.batch_rows()
    }

    /// By task: the steps that have trained it with the others, and alone.
    pub fn trained(&self) -> &[[u32; 2]] {
        &self.trained
    }

    /// What the strategy made of the last step.
    pub fn last_schedule(&self) -> Option<&StepSchedule> {
        self.last_schedule.as_ref()
    }

    /// The composed models among the members.
    pub fn composed(&self) -> impl Iterator<Item = usize> {
        let members = self.plan.members.iter().enumerate();
        members.filter(|(_, member)| member.role == Role::Composed).map(|(m, _)| m)
    }

    /// Takes over the live settings of the same lesson.
    pub fn change(&mut self, lesson: Lesson) {
        self.scales = scales(&lesson, &self.order, &self.device);
        self.balancers = Balancers::of(&lesson, &self.plan, self.network.layout());
        self.memory = std::mem::take(&mut self.memory).adapted(&self.balancers);
        self.task_weights = TaskWeights::of(&self.balancers.device_weights, self.order.columns(), &self.device);
        self.optimiser = optimiser_settings(&lesson, self.network.layout(), &self.device);
        self.rates = Rates::of(&lesson, &self.shape);
        self.drawn = None;
        self.lesson = lesson;
        if let Some(mut taped) = self.taped.take() {
            taped.change(self);
            self.taped = Some(taped);
        }
    }

    /// Takes over settings that change nothing of a step.
    pub fn rename(&mut self, lesson: Lesson) {
        self.lesson = lesson;
    }
}

fn scales(lesson: &Lesson, order: &TaskOrder, device: &Device) -> Tensor<2> {
    let scale = |task: usize| lesson.tasks.get(task).map_or(1.0, |task| task.scale as f32);
    upload(order.by_column(scale).collect(), [1, order.tasks()], device)
}
