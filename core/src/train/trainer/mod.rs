//! A lesson in training: built once, then stepped.

mod beside;
mod keeping;
mod measuring;
mod schedule;
mod stepping;

use self::keeping::Kept;
use super::TrainError;
use super::balancers::{Balancers, Memory};
use super::batch::Batches;
use super::conditioned::Conditioned;
use super::dropout::Rates;
use super::evaluate::Evaluator;
use super::optimise::{Rules, State};
use super::picture::Camera;
use super::plan::Plan;
use super::record::{Record, is_recorded};
use super::step::Replicas;
use super::tensors::{download, download_truths, upload};
use super::weigh::{Learned, Weigher};
use crate::config::Lesson;
use crate::data::{self, Dataset};
use crate::model::{self, Layout, Network, Shape};
use crate::protocol::{CurvePoint, Divergence};
use crate::strategy::Says;
use burn::tensor::{Device, Tensor};

/// What a call of [`Trainer::advance`] did.
#[derive(Debug, Default)]
pub struct Advance {
    /// Optimiser steps taken.
    pub steps: u32,
    /// The point of the curves, if the last step is a recorded one.
    pub point: Option<CurvePoint>,
    /// The composed model is no longer finite; it was reverted.
    pub divergence: Option<Divergence>,
}

/// What the task gradients of the first composed model said of a step. In column order.
#[derive(Clone)]
struct Seen {
    /// Their products at the shared layers, `[T, T]`; `None` where nothing is shared.
    gram: Option<Tensor<2>>,
    /// By how much the step lowers every task's scaled loss, to first order, `[T, 1]`: the task
    /// gradient times the step that was taken.
    decrease: Tensor<2>,
    /// The length of the step in the shared layers, `[1, 1]`.
    update: Tensor<2>,
    /// Tasks without a label in the batch, in task order; empty where there are none.
    absent: Vec<bool>,
    /// The losses of the batch before the step, and in a row for each task after a step of the trunk along
    /// its gradient alone, `[1 + T, T]`; `None` where nobody asks.
    ahead: Option<Tensor<2>>,
}

/// A lesson in training.
pub struct Trainer {
    lesson: Lesson,
    data: Dataset,
    shape: Shape,
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
    /// Tasks in column order.
    columns: Vec<usize>,
    /// Loss scales in column order, `[1, T]`.
    scales: Tensor<2>,
    /// Those of the last step that had some.
    replicas: Option<Replicas>,
    balancers: Balancers,
    memory: Memory,
    weigher: Weigher,
    rules: Rules,
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
    pub fn planned(lesson: Lesson, device: &Device, plan: impl FnOnce(&Lesson, &Shape, &Layout) -> Plan) -> Self {
        let data = data::build(&lesson);
        let shape = Shape::of(&lesson, data.inputs);
        let network = model::build(&lesson.architecture, &shape);
        let whole = plan(&lesson, &shape, network.layout());
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
            scales: scales(&lesson, &columns, device),
            weigher: Weigher::of(&balancers.coefficients, &columns, device),
            replicas: None,
            columns,
            rules: Rules::of(&lesson, network.layout(), device),
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
        let shape = Shape::of(&lesson, self.data.inputs);
        if shape.tasks != self.shape.tasks {
            return;
        }
        self.scales = scales(&lesson, &self.columns, &self.device);
        self.balancers = Balancers::of(&lesson, &self.plan, self.network.layout());
        self.memory = std::mem::take(&mut self.memory).adapted(&self.balancers);
        self.weigher = Weigher::of(&self.balancers.coefficients, &self.columns, &self.device);
        self.rules = Rules::of(&lesson, self.network.layout(), &self.device);
        self.rates = Rates::of(&lesson, &self.shape);
        let parts = beside::populations(&lesson, &self.whole, self.data.inputs).into_iter().skip(1);
        self.beside.iter_mut().zip(parts).for_each(|(trainer, (lesson, _))| trainer.change(lesson));
        if let Some(front) = &mut self.front {
            front.change(&lesson, self.scales.clone());
        }
        self.lesson = lesson;
    }

    /// Steps until the next recorded one.
    pub fn until_recorded(&self) -> u32 {
        let per_epoch = self.steps_per_epoch();
        let mut epoch = self.epoch() + 1;
        while !is_recorded(epoch, per_epoch) {
            epoch += 1;
        }
        epoch * per_epoch - self.step
    }

    /// Takes at most `most` steps, and stops early at a recorded one.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn advance(&mut self, most: u32) -> Result<Advance, TrainError> {
        let until = self.until_recorded();
        let steps = most.min(until);
        self.run(steps, steps == until).await?;
        let recorded = steps > 0 && steps == until;
        let (point, dead) = if recorded {
            let (point, dead) = self.measure().await?;
            (Some(point), dead)
        } else {
            (None, self.is_dead().await?)
        };
        let divergence = if dead { Some(self.divergence().await?) } else { None };
        Ok(Advance { steps, point, divergence })
    }

    /// Takes steps and waits for them, recording nothing: for measuring speed.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn exercise(&mut self, steps: u32) -> Result<(), TrainError> {
        self.run(steps, false).await?;
        self.is_dead().await.map(drop)
    }

    /// Takes one step, recording nothing, and reads its Gram matrix of the task gradients at the
    /// shared parameters: row-major in task order, empty where nothing is shared.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn step_gram(&mut self) -> Result<Vec<f32>, TrainError> {
        self.run(1, true).await?;
        let Some(entries) = self.seen.as_ref().and_then(|seen| seen.gram.clone()) else { return Ok(Vec::new()) };
        Ok(self.gram_in_task_order(&download(entries).await?))
    }

    /// Whether the composed model was stopped; the smallest read there is.
    async fn is_dead(&self) -> Result<bool, TrainError> {
        let dead = download_truths(self.state.dead.clone()).await?;
        Ok(dead.first().is_some_and(|first| *first))
    }
}

/// A loss or a parameter beyond this is no state to go back to, though it may still be finite.
const UNHEALTHY: f32 = 1e4;

fn scales(lesson: &Lesson, columns: &[usize], device: &Device) -> Tensor<2> {
    let scale = |task: &usize| lesson.tasks.get(*task).map_or(1.0, |task| task.scale as f32);
    upload(columns.iter().map(scale).collect(), [1, columns.len()], device)
}
