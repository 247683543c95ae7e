//! A lesson in training: built once, then stepped.

mod advancing;
mod asking;
mod beside;
mod keeping;
mod measuring;
mod schedule;
mod seeing;
mod stepping;

pub use self::advancing::Advance;
use self::keeping::Kept;
use self::seeing::Seen;
use super::balancers::{Balancers, Memory};
use super::batch::Batches;
use super::conditioned::Conditioned;
use super::dropout::{Drawn, Rates};
use super::evaluate::Evaluator;
use super::factors::optimiser_settings;
use super::picture::Camera;
use super::plan::Plan;
use super::record::Record;
use super::step::Replicas;
use super::weigh::{Learned, Weigher};
use crate::data::{self, Dataset};
use crate::kernel::loss::LossGroup;
use crate::kernel::optimiser::{OptimiserSettings, State};
use crate::kernel::tensors::upload;
use crate::lesson::Lesson;
use crate::model::{self, Network, Shape};
use crate::strategy::Says;
use burn::tensor::{Device, Tensor};

/// A lesson in training.
pub struct Trainer {
    lesson: Lesson,
    data: Dataset,
    shape: Shape,
    /// Its tasks' losses.
    groups: Vec<LossGroup>,
    /// Of this population.
    plan: Plan,
    /// Of this population and those beside it.
    whole: Plan,
    /// The populations of other networks, which take their steps with this one.
    beside: Vec<Trainer>,
    /// One network for the whole front.
    front: Option<Conditioned>,
    network: Box<dyn Network>,
    device: Device,
    batches: Batches,
    evaluator: Evaluator,
    camera: Camera,
    member_seeds: Vec<u64>,
    rates: Rates,
    /// Masks that were drawn for the steps to come.
    drawn: Option<Drawn>,
    /// Tasks in column order.
    columns: Vec<usize>,
    /// Loss scales in column order, `[1, T]`.
    scales: Tensor<2>,
    /// Those of the last step that had some.
    replicas: Option<Replicas>,
    balancers: Balancers,
    memory: Memory,
    weigher: Weigher,
    optimiser: OptimiserSettings,
    state: State,
    learned: Learned,
    record: Record,
    step: u32,
    /// Of the last recorded step.
    seen: Option<Seen>,
    healthy: Kept,
    /// 1 where a column's task alone owns a parameter, then where a shared layer does: `[T + L, N]`.
    owners: Option<Tensor<2>>,
    /// What the strategy said of the last step.
    said: Option<Says>,
    /// Training rows with a label, by task.
    labelled: Vec<usize>,
    /// What the population with the baselines says of them, where they are not this one's to record.
    lent: Vec<f64>,
}

impl Trainer {
    /// Builds a lesson with its whole population.
    pub fn new(lesson: Lesson, device: &Device) -> Self {
        Self::planned(lesson, device, Plan::of)
    }

    /// Builds one composed model of a lesson and nothing beside it.
    pub fn single(lesson: Lesson, device: &Device) -> Self {
        Self::planned(lesson, device, |_, shape, _| Plan::single(shape.tasks))
    }

    /// Builds a lesson with a population of the caller's choice.
    pub fn planned(lesson: Lesson, device: &Device, plan: impl FnOnce(&Lesson, &Shape, &dyn Network) -> Plan) -> Self {
        let data = data::build(&lesson);
        let shape = Shape::of(&lesson, data.inputs);
        let network = model::build(&lesson.architecture, &shape);
        let whole = plan(&lesson, &shape, network.as_ref());
        let mut parts = beside::populations(&lesson, &whole, data.inputs).into_iter();
        let (lesson, plan) = parts.next().unwrap_or_else(|| (lesson, whole.clone()));
        let beside = parts.map(|(lesson, plan)| Self::with_plan(lesson, data.clone(), plan, device)).collect();
        let columns = shape.columns();
        let front = Conditioned::new(&lesson, &data, scales(&lesson, &columns, device), device);
        let mut all = Self { whole, beside, front, ..Self::with_plan(lesson, data, plan, device) };
        all.healthy = all.keep();
        all
    }

    /// One population.
    fn with_plan(lesson: Lesson, data: Dataset, plan: Plan, device: &Device) -> Self {
        let shape = Shape::of(&lesson, data.inputs);
        let network = model::build(&lesson.architecture, &shape);
        let columns = shape.columns();
        let theta: Vec<f32> =
            plan.members.iter().flat_map(|member| network.layout().init(lesson.seed, member.seed)).collect();
        let state = State::new(theta, plan.members.len(), device);
        let learned = Learned::zeros([plan.members.len(), columns.len()], device);
        let record = Record::default();
        let balancers = Balancers::of(&lesson, &plan, network.layout());
        let memory = Memory::default().adapted(&balancers);
        Self {
            batches: Batches::new(&lesson, &data, &shape, &plan, device),
            evaluator: Evaluator::new(&data, &shape, &plan, device),
            camera: Camera::new(&data, device),
            member_seeds: plan.members.iter().map(|member| member.seed).collect(),
            rates: Rates::of(&lesson, &shape),
            drawn: None,
            scales: scales(&lesson, &columns, device),
            weigher: Weigher::of(&balancers.coefficients, &columns, device),
            replicas: None,
            columns,
            optimiser: optimiser_settings(&lesson, network.layout(), device),
            healthy: Kept::first(&state, &learned, &memory, &record),
            front: None,
            whole: plan.clone(),
            beside: Vec::new(),
            step: 0,
            seen: None,
            balancers,
            memory,
            owners: None,
            said: None,
            lent: Vec::new(),
            labelled: data.train.mask.iter().map(|mask| mask.iter().filter(|labelled| **labelled).count()).collect(),
            device: device.clone(),
            lesson,
            data,
            groups: shape.loss_groups(),
            shape,
            plan,
            network,
            state,
            learned,
            record,
        }
    }

    /// The lesson as it is trained.
    pub fn lesson(&self) -> &Lesson {
        &self.lesson
    }

    /// Who trains in the composed model's population.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Who trains in all populations, the composed model's first.
    pub fn whole(&self) -> &Plan {
        &self.whole
    }

    /// The rows.
    pub fn data(&self) -> &Dataset {
        &self.data
    }

    /// The network.
    pub fn network(&self) -> &dyn Network {
        self.network.as_ref()
    }

    /// Optimiser steps taken.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Optimiser steps in an epoch.
    pub fn steps_per_epoch(&self) -> u32 {
        self.batches.steps_per_epoch()
    }

    /// Whole epochs trained.
    pub fn epoch(&self) -> u32 {
        self.step / self.steps_per_epoch()
    }

    /// Members times rows of a batch: how heavy a step is to prepare.
    pub fn step_rows(&self) -> usize {
        self.plan.members.len() * self.batches.batch_rows()
    }

    /// Takes over the live settings of another configuration of the same lesson.
    pub fn change(&mut self, lesson: Lesson) {
        if lesson.unpaced() == self.lesson.unpaced() {
            self.lesson = lesson;
            return;
        }
        let shape = Shape::of(&lesson, self.data.inputs);
        if shape.tasks != self.shape.tasks {
            return;
        }
        self.scales = scales(&lesson, &self.columns, &self.device);
        self.balancers = Balancers::of(&lesson, &self.plan, self.network.layout());
        self.memory = std::mem::take(&mut self.memory).adapted(&self.balancers);
        self.weigher = Weigher::of(&self.balancers.coefficients, &self.columns, &self.device);
        self.optimiser = optimiser_settings(&lesson, self.network.layout(), &self.device);
        self.rates = Rates::of(&lesson, &self.shape);
        self.drawn = None;
        let parts = beside::populations(&lesson, &self.whole, self.data.inputs).into_iter().skip(1);
        self.beside.iter_mut().zip(parts).for_each(|(trainer, (lesson, _))| trainer.change(lesson));
        if let Some(front) = &mut self.front {
            front.change(&lesson, self.scales.clone());
        }
        self.lesson = lesson;
    }
}

/// A loss or a parameter beyond this is no state to go back to, though it may still be finite.
const UNHEALTHY: f32 = 1e4;

fn scales(lesson: &Lesson, columns: &[usize], device: &Device) -> Tensor<2> {
    let scale = |task: &usize| lesson.tasks.get(*task).map_or(1.0, |task| task.scale as f32);
    upload(columns.iter().map(scale).collect(), [1, columns.len()], device)
}
