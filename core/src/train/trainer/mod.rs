//! A lesson in training: built once, then stepped.

mod measuring;

use super::TrainError;
use super::batch::Batches;
use super::dropout::{Dropout, Rates};
use super::evaluate::Evaluator;
use super::optimise::{Rules, State};
use super::picture::Camera;
use super::plan::Plan;
use super::record::{Record, is_recorded};
use super::snapshot;
use super::step::{Frame, Pass, gradients, gram};
use super::tensors::{download, download_truths, upload};
use super::weigh::{Learned, Weigher};
use crate::config::Lesson;
use crate::data::{self, Dataset};
use crate::model::{ARCHITECTURES, Layout, Network, Shape};
use crate::protocol::{CurvePoint, Divergence, Snapshot};
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

/// A state to go back to.
#[derive(Clone)]
struct Kept {
    state: State,
    learned: Learned,
    record: Record,
    gram: Option<Gram>,
    step: u32,
}

/// The Gram matrix of a step.
#[derive(Clone)]
struct Gram {
    /// `[T, T]` in column order.
    entries: Tensor<2>,
    /// Tasks without a label in the batch, in task order; empty where there are none.
    absent: Vec<bool>,
}

/// A lesson in training.
pub struct Trainer {
    lesson: Lesson,
    data: Dataset,
    shape: Shape,
    plan: Plan,
    network: Box<dyn Network>,
    device: Device,
    batches: Batches,
    evaluator: Evaluator,
    camera: Camera,
    member_seeds: Vec<u64>,
    rates: Rates,
    frame: Frame,
    weigher: Weigher,
    rules: Rules,
    state: State,
    learned: Learned,
    record: Record,
    step: u32,
    /// Of the last recorded step.
    gram: Option<Gram>,
    healthy: Kept,
    /// 1 where a column's task alone owns a parameter `[T, N]`, and where nobody alone does `[1, N]`.
    owners: Option<(Tensor<2>, Tensor<2>)>,
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
        let network = build_network(&lesson, &shape);
        let plan = plan(&lesson, &shape, network.layout());
        Self::with_plan(lesson, data, shape, network, plan, device)
    }

    fn with_plan(
        lesson: Lesson,
        data: Dataset,
        shape: Shape,
        network: Box<dyn Network>,
        plan: Plan,
        device: &Device,
    ) -> Self {
        let columns: Vec<usize> = shape.groups.iter().flat_map(|group| group.tasks.clone()).collect();
        let theta: Vec<f32> =
            plan.members.iter().flat_map(|member| network.layout().init(lesson.seed, member.seed)).collect();
        let state = State::new(theta, plan.members.len(), device);
        let learned = Learned::zeros([plan.members.len(), columns.len()], device);
        let record = Record::default();
        Self {
            batches: Batches::new(&lesson, &data, &shape, &plan, device),
            evaluator: Evaluator::new(&data, &shape, &plan, device),
            camera: Camera::new(&data, device),
            member_seeds: plan.members.iter().map(|member| member.seed).collect(),
            rates: Rates::of(&lesson, &shape),
            frame: Frame::new(&plan, columns.clone(), &scales(&lesson), device),
            weigher: Weigher::of(&lesson, &plan, &columns, device),
            rules: Rules::of(&lesson, network.layout(), device),
            healthy: Kept {
                state: state.clone(),
                learned: learned.clone(),
                record: record.clone(),
                gram: None,
                step: 0,
            },
            step: 0,
            gram: None,
            owners: None,
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

    /// Who trains.
    pub fn plan(&self) -> &Plan {
        &self.plan
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
        self.frame = Frame::new(&self.plan, self.frame.columns.clone(), &scales(&lesson), &self.device);
        self.weigher = Weigher::of(&lesson, &self.plan, &self.frame.columns, &self.device);
        self.rules = Rules::of(&lesson, self.network.layout(), &self.device);
        self.rates = Rates::of(&lesson, &self.shape);
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
        self.run(steps, steps == until);
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
        self.run(steps, false);
        self.is_dead().await.map(drop)
    }

    /// Takes one step, recording nothing, and reads its Gram matrix of the task gradients at the
    /// shared parameters: row-major in task order, empty where nothing is shared.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn step_gram(&mut self) -> Result<Vec<f32>, TrainError> {
        self.run(1, true);
        let Some(entries) = self.gram.as_ref().map(|gram| gram.entries.clone()) else { return Ok(Vec::new()) };
        Ok(self.gram_in_task_order(&download(entries).await?))
    }

    /// Whether the composed model was stopped; the smallest read there is.
    async fn is_dead(&self) -> Result<bool, TrainError> {
        let dead = download_truths(self.state.dead.clone()).await?;
        Ok(dead.first().is_some_and(|first| *first))
    }

    /// Takes steps without reading anything back; keeps the last step's Gram matrix if asked.
    fn run(&mut self, steps: u32, keep_gram: bool) {
        let slice = self.batches.slice(&self.data, self.step, steps);
        for i in 0..steps as usize {
            let batch = self.batches.batch(&slice, i);
            let masks = self.rates.any().then(|| {
                Dropout {
                    rates: &self.rates,
                    member_seeds: &self.member_seeds,
                    batch: self.batches.batch_rows(),
                    seed: self.lesson.seed,
                    device: &self.device,
                }
                .masks(self.step)
            });
            let absent = slice.absent.get(i).and_then(Option::as_ref);
            let present = absent.map(|absent| self.present(absent));
            let moves = present.clone().map(|present| self.moves(present));
            let weights = self.weigher.weights(&self.learned);
            let keeps = keep_gram && i + 1 == steps as usize;
            let pass = Pass {
                network: self.network.as_ref(),
                shape: &self.shape,
                frame: &self.frame,
                batch: &batch,
                masks: masks.as_ref(),
            };
            let found = gradients(&pass, &self.state.theta, &weights, keeps || self.weigher.needs_gram());
            let rate = self.rules.rate(self.step, self.batches.steps_per_epoch());
            self.rules.step(&mut self.state, found.combined, found.losses.clone(), moves, self.step, rate);
            self.weigher.learn(&mut self.learned, found.losses, present);
            if keeps {
                let entries = found.jacobian.and_then(|jacobian| gram(&jacobian, self.network.layout()));
                let seed = self.plan.members.first().map_or(0, |member| member.seed);
                let absent = absent.and_then(|absent| absent.get(&seed)).cloned().unwrap_or_default();
                self.gram = entries.map(|entries| Gram { entries, absent });
            }
            self.step += 1;
        }
    }

    /// 0 for tasks without a label in a member's batch, else 1, `[M, T]`.
    fn present(&self, absent: &std::collections::BTreeMap<u64, Vec<bool>>) -> Tensor<2> {
        let columns = &self.frame.columns;
        let present = self.plan.members.iter().flat_map(|member| {
            columns.iter().map(|task| {
                f32::from(!absent.get(&member.seed).and_then(|tasks| tasks.get(*task)).copied().unwrap_or(false))
            })
        });
        upload(present.collect(), [self.plan.members.len(), columns.len()], &self.device)
    }

    /// 0 for the heads of tasks that are not present in a member's batch, `[M, N]`.
    fn moves(&mut self, present: Tensor<2>) -> Tensor<2> {
        let layout = self.network.layout();
        let columns = &self.frame.columns;
        let (owned, common) = self.owners.get_or_insert_with(|| {
            let owned: Vec<Vec<f32>> = columns.iter().map(|task| layout.owned_by(*task)).collect();
            let common = (0..layout.len).map(|i| f32::from(owned.iter().all(|mask| mask[i] == 0.0))).collect();
            (
                upload(owned.concat(), [columns.len(), layout.len], &self.device),
                upload(common, [1, layout.len], &self.device),
            )
        });
        present.matmul(owned.clone()) + common.clone()
    }

    fn keep(&self) -> Kept {
        Kept {
            state: self.state.clone(),
            learned: self.learned.clone(),
            record: self.record.clone(),
            gram: self.gram.clone(),
            step: self.step,
        }
    }

    fn put_back(&mut self, kept: Kept) {
        self.state = kept.state;
        self.learned = kept.learned;
        self.record = kept.record;
        self.gram = kept.gram;
        self.step = kept.step;
    }

    /// Goes back to the last recorded step, or loaded state, at which every composed model was
    /// finite and the first one's losses were healthy.
    pub fn rewind(&mut self) {
        self.put_back(self.healthy.clone());
    }

    /// Runs something and then forgets what it did to the state.
    ///
    /// # Errors
    ///
    /// Those of what is run.
    pub async fn forgetting<T>(
        &mut self,
        run: impl AsyncFnOnce(&mut Self) -> Result<T, TrainError>,
    ) -> Result<T, TrainError> {
        let (kept, healthy) = (self.keep(), self.healthy.clone());
        let result = run(self).await;
        self.put_back(kept);
        self.healthy = healthy;
        result
    }

    /// The whole state of training.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn save(&self) -> Result<Snapshot, TrainError> {
        snapshot::save(&self.state, &self.learned, &self.record, self.step).await
    }

    /// Goes on from a snapshot of the same lesson.
    ///
    /// # Errors
    ///
    /// The snapshot is of another lesson.
    pub fn load(&mut self, saved: &Snapshot) -> Result<(), TrainError> {
        let (members, parameters) = (self.plan.members.len(), self.network.layout().len);
        let (state, learned, record) =
            snapshot::load(saved, members, parameters, self.frame.columns.len(), &self.device)?;
        self.put_back(Kept { state, learned, record, gram: None, step: saved.step });
        if snapshot::is_healthy(saved, members, self.composed(), UNHEALTHY) {
            self.healthy = self.keep();
        }
        Ok(())
    }
}

/// A loss or a parameter beyond this is no state to go back to, though it may still be finite.
const UNHEALTHY: f32 = 1e4;

fn scales(lesson: &Lesson) -> Vec<f32> {
    lesson.tasks.iter().map(|task| task.scale as f32).collect()
}

fn build_network(lesson: &Lesson, shape: &Shape) -> Box<dyn Network> {
    let architecture = ARCHITECTURES.iter().find(|a| a.entry.choice.key == lesson.architecture.method);
    let build = architecture.map_or(crate::model::shared_bottom::ARCHITECTURE.build, |a| a.build);
    build(shape)
}
