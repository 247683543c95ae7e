//! A lesson in training: built once, then stepped.

use super::TrainError;
use super::batch::Batches;
use super::dropout::{Dropout, Rates};
use super::evaluate::Evaluator;
use super::optimise::{Rules, State};
use super::picture::{Camera, task_outputs};
use super::plan::{Plan, Role};
use super::record::{Reading, Record, is_recorded};
use super::snapshot;
use super::step::{Frame, Pass, gradients, gram};
use super::tensors::{Packed, download, upload};
use super::weigh::{Learned, Weigher};
use crate::config::Lesson;
use crate::data::{self, Dataset};
use crate::model::{ARCHITECTURES, Layout, Network, Shape};
use crate::protocol::{CurvePoint, Divergence, Picture, Snapshot, Summary};
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
        let first = snapshot::dead_as_numbers(&self.state).slice([0..1, 0..1]);
        Ok(download(first).await?.first().is_some_and(|d| *d > 0.5))
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

    /// Evaluates every member and records the numbers of this step.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn record(&mut self) -> Result<CurvePoint, TrainError> {
        Ok(self.measure().await?.0)
    }

    async fn measure(&mut self) -> Result<(CurvePoint, bool), TrainError> {
        let tasks = self.frame.columns.len();
        let mut packed = Packed::default();
        let found = self.evaluator.evaluate(self.network.as_ref(), &self.shape, &self.state.theta);
        packed.push(found.losses);
        packed.push(self.weigher.weights(&self.learned).slice([0..1, 0..tasks]));
        packed.push(snapshot::dead_as_numbers(&self.state));
        let has_gram = self.gram.is_some();
        if let Some(gram) = &self.gram {
            packed.push(gram.entries.clone());
        }
        found.predictions.into_iter().for_each(|group| packed.push(group));
        let mut parts = packed.read().await?.into_iter();
        let mut next = || parts.next().unwrap_or_default();
        let (losses, weights, dead) = (next(), next(), next());
        let gram = if has_gram { next() } else { Vec::new() };
        let groups: Vec<_> = parts.collect();
        let dead: Vec<bool> = dead.iter().map(|d| *d > 0.5).collect();
        let reading = Reading {
            dead: dead.clone(),
            losses: losses.chunks_exact(tasks).flat_map(|row| self.in_task_order(row)).collect(),
            weights: self.in_task_order(&weights),
            gram: self.gram_in_task_order(&gram),
            predictions: task_outputs(&self.shape, &groups),
        };
        let (step, epoch) = (self.step, self.epoch());
        let point = self.record.point(&self.plan, &self.data, step, epoch, &reading);
        let alive = self.composed().all(|m| !dead.get(m).copied().unwrap_or(true));
        if alive && point.train.iter().chain(&point.valid).all(|loss| loss.is_finite() && *loss < UNHEALTHY) {
            self.healthy = self.keep();
        }
        Ok((point, dead.first().copied().unwrap_or(false)))
    }

    /// The composed models among the members.
    fn composed(&self) -> impl Iterator<Item = usize> {
        let members = self.plan.members.iter().enumerate();
        members.filter(|(_, member)| member.role == Role::Composed).map(|(m, _)| m)
    }

    /// Values in column order as values in task order.
    fn in_task_order(&self, row: &[f32]) -> Vec<f32> {
        let mut ordered = vec![f32::NAN; row.len()];
        for (value, task) in row.iter().zip(&self.frame.columns) {
            if let Some(slot) = ordered.get_mut(*task) {
                *slot = *value;
            }
        }
        ordered
    }

    fn gram_in_task_order(&self, gram: &[f32]) -> Vec<f32> {
        let tasks = self.frame.columns.len();
        let rows: Vec<Vec<f32>> = gram.chunks_exact(tasks).map(|row| self.in_task_order(row)).collect();
        let mut ordered = vec![Vec::new(); rows.len()];
        for (row, task) in rows.into_iter().zip(&self.frame.columns) {
            ordered[*task] = row;
        }
        // A task that was not there has no gradient; zeros would say that it has none to follow.
        let absent = self.gram.as_ref().map_or(&[][..], |gram| &gram.absent);
        let is_absent = |task: usize| absent.get(task).copied().unwrap_or(false);
        for (i, row) in ordered.iter_mut().enumerate() {
            row.iter_mut()
                .enumerate()
                .filter(|(j, _)| is_absent(i) || is_absent(*j))
                .for_each(|(_, entry)| *entry = f32::NAN);
        }
        ordered.concat()
    }

    /// Which task and layer stand out in the composed model.
    async fn divergence(&self) -> Result<Divergence, TrainError> {
        let columns = self.state.theta.dims()[1];
        let mut packed = Packed::default();
        packed.push(self.state.theta.clone().slice([0..1, 0..columns]));
        packed.push(self.evaluator.evaluate(self.network.as_ref(), &self.shape, &self.state.theta).losses);
        let parts = packed.read().await?;
        let largest = |values: &[f32]| {
            let rank = |value: f32| if value.is_nan() { f32::INFINITY } else { value.abs() };
            (0..values.len()).max_by(|a, b| rank(values[*a]).total_cmp(&rank(values[*b]))).unwrap_or(0)
        };
        let (theta, losses) = match parts.as_slice() {
            [theta, losses, ..] => (theta.as_slice(), losses.as_slice()),
            _ => (&[][..], &[][..]),
        };
        let train = self.in_task_order(losses.get(..self.frame.columns.len()).unwrap_or_default());
        let layer = self.network.layout().slot_at(largest(theta)).map_or_else(String::new, |slot| slot.name.clone());
        Ok(Divergence { step: self.step, task: largest(&train), layer })
    }

    /// A picture of the composed model.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn picture(&self) -> Result<Picture, TrainError> {
        let predictions = if self.data.plane {
            Vec::new()
        } else {
            self.evaluator.predictions(self.network.as_ref(), &self.state.theta)
        };
        self.camera.take(self.network.as_ref(), &self.shape, &self.state.theta, predictions, self.step).await
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

    /// What doesn't change while the lesson trains.
    pub fn summary(&self) -> Summary {
        let layout = self.network.layout();
        let separate: usize = (0..self.shape.tasks)
            .map(|k| layout.shared + layout.slots.iter().map(|slot| slot.positions(Some(k)).len()).sum::<usize>())
            .sum();
        Summary {
            inputs: self.data.inputs,
            plane: self.data.plane,
            extent: self.data.extent,
            train: self.data.train.to_rows(),
            valid: self.data.valid.to_rows(),
            steps_per_epoch: self.steps_per_epoch(),
            shared_parameters: layout.len,
            separate_parameters: separate,
            seeds: self.plan.seeds,
            fan: self.plan.fan.clone(),
            baselines: self.plan.baselines,
            reference: self.data.reference.clone(),
            correlation: self.data.correlation.clone(),
            reduced: self.plan.reduced.clone(),
            metrics: self
                .lesson
                .tasks
                .iter()
                .map(|task| crate::measure::metric::metric_name(task.loss).to_string())
                .collect(),
        }
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
