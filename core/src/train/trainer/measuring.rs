//! What a lesson in training is asked: its numbers, its picture, what became of it.

use super::{Trainer, UNHEALTHY};
use crate::measure::update::Combined;
use crate::model;
use crate::protocol::{CurvePoint, Divergence, Picture, Summary};
use crate::strategy;
use crate::train::TrainError;
use crate::train::conditioned::Conditioned;
use crate::train::evaluate::SPLITS;
use crate::train::picture::task_outputs;
use crate::train::plan::Role;
use crate::train::record::Reading;
use crate::train::snapshot;
use crate::train::tensors::Packed;
use burn::tensor::Tensor;

impl Trainer {
    /// Evaluates every member and records the numbers of this step.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn record(&mut self) -> Result<CurvePoint, TrainError> {
        Ok(self.measure().await?.0)
    }

    pub(super) async fn measure(&mut self) -> Result<(CurvePoint, bool), TrainError> {
        let tasks = self.columns.len();
        let mut packed = Packed::default();
        let found = self.evaluator.evaluate(self.network.as_ref(), &self.shape, &self.state.theta);
        packed.push(found.losses);
        packed.push(self.weigher.weights(&self.learned).slice([0..1, 0..tasks]));
        packed.push(snapshot::dead_as_numbers(&self.state));
        // Empty parts for what there is nothing of: their places stay.
        let seen = self.seen.as_ref();
        let nothing = || Tensor::<2>::zeros([0, 1], &self.device);
        packed.push(seen.and_then(|seen| seen.gram.clone()).unwrap_or_else(nothing));
        packed.push(seen.and_then(|seen| seen.combined.clone()).unwrap_or_else(nothing));
        packed.push(seen.map_or_else(nothing, |seen| seen.decrease.clone()));
        packed.push(seen.map_or_else(nothing, |seen| seen.update.clone()));
        packed.push(seen.and_then(|seen| seen.ahead.clone()).unwrap_or_else(nothing));
        packed.push(self.front.as_ref().map_or_else(nothing, Conditioned::losses));
        let groups = found.predictions.len();
        found.predictions.into_iter().for_each(|group| packed.push(group));
        let (owners, alone): (Vec<usize>, Vec<_>) = found.alone.into_iter().unzip();
        alone.into_iter().for_each(|outputs| packed.push(outputs));
        let mut parts = packed.read().await?.into_iter();
        let mut next = || parts.next().unwrap_or_default();
        let (losses, weights, dead) = (next(), next(), next());
        let (gram, combined, decrease, update) = (next(), next(), next(), next());
        let (ahead, front) = (next(), next());
        let groups: Vec<_> = parts.by_ref().take(groups).collect();
        let alone: Vec<_> = owners.into_iter().zip(parts).collect();
        let dead: Vec<bool> = dead.iter().map(|d| *d > 0.5).collect();
        let others = self.others().await?;
        if self.step == 0 {
            let mut memory = std::mem::take(&mut self.memory);
            memory.begin(&self.balancers, |member| self.scaled(losses.get(member * SPLITS * tasks..)));
            self.memory = memory;
        }
        let own = losses.chunks_exact(tasks).flat_map(|row| self.in_task_order(row));
        let reading = Reading {
            dead: dead.iter().copied().chain(others.dead).collect(),
            losses: own.chain(others.losses).collect(),
            weights: self.weights(&weights),
            gram: self.gram_in_task_order(&gram),
            combined: self.combined_in_task_order(&combined),
            decrease: self.decrease(&decrease),
            step_length: update.first().copied().unwrap_or(f32::NAN),
            predictions: task_outputs(&self.shape, &groups),
            alone: alone.into_iter().chain(others.alone).collect(),
            importance: self.lesson.tasks.iter().map(|task| task.weight).collect(),
            taught: self.taught(),
            ahead: self.ahead_in_task_order(&ahead),
            declared: if self.lesson.population.affinity { self.lesson.declared() } else { Vec::new() },
            conditioned: self.conditioned(&front),
        };
        let (step, epoch) = (self.step, self.epoch());
        let point = self.record.point(&self.whole, &self.data, step, epoch, &reading);
        let alive = self.composed().all(|m| !dead.get(m).copied().unwrap_or(true));
        if alive && point.train.iter().chain(&point.valid).all(|loss| loss.is_finite() && *loss < UNHEALTHY) {
            self.healthy = self.keep();
        }
        Ok((point, dead.first().copied().unwrap_or(false)))
    }

    /// The weights of the first composed model in task order: those that its rule said last, else
    /// what the device has, in column order; times what the strategy makes of them.
    fn weights(&self, on_device: &[f32]) -> Vec<f32> {
        let weights = match self.memory.of_member(0) {
            Some([]) => vec![f32::NAN; self.columns.len()],
            Some(weights) => weights.iter().map(|weight| *weight as f32).collect(),
            None => self.in_task_order(on_device),
        };
        let factor = |task| self.said.as_ref().and_then(|says| says.tasks.get(task)).map_or(1.0, |f| *f as f32);
        weights.into_iter().enumerate().map(|(task, weight)| weight * factor(task)).collect()
    }

    /// The losses of the first tasks of a row in column order as balancers see them: with their scale, in task
    /// order.
    fn scaled(&self, row: Option<&[f32]>) -> Vec<f64> {
        let ordered = self.in_task_order(row.and_then(|row| row.get(..self.columns.len())).unwrap_or_default());
        ordered.iter().zip(&self.lesson.tasks).map(|(loss, task)| f64::from(*loss) * task.scale).collect()
    }

    /// What the network for the whole front loses at its preferences, row-major `[points, T]`.
    fn conditioned(&self, losses: &[f32]) -> Vec<f32> {
        let valid = self.front.as_ref().map_or_else(Vec::new, |front| front.valid(losses));
        valid.chunks_exact(self.columns.len().max(1)).flat_map(|row| self.in_task_order(row)).collect()
    }

    /// The losses before and after look-ahead steps, `[1 + T][T]` in task order; empty where there are
    /// none.
    fn ahead_in_task_order(&self, ahead: &[f32]) -> Vec<Vec<f64>> {
        let tasks = self.columns.len();
        let mut rows = ahead.chunks_exact(tasks.max(1)).map(|row| self.in_task_order(row));
        let Some(before) = rows.next() else { return Vec::new() };
        let mut ordered = vec![before; tasks + 1];
        for (row, task) in rows.zip(&self.columns) {
            ordered[task + 1] = row;
        }
        ordered.into_iter().map(|row| row.into_iter().map(f64::from).collect()).collect()
    }

    fn combined_in_task_order(&self, products: &[f32]) -> Option<Combined> {
        let (square, along) = products.split_last()?;
        let along = self.in_task_order(along).into_iter().enumerate();
        let along = along.map(|(task, product)| if self.was_absent(task) { f64::NAN } else { f64::from(product) });
        Some(Combined { along: along.collect(), square: f64::from(*square) })
    }

    /// Which tasks the last step taught; empty for a strategy without stages.
    fn taught(&self) -> Vec<bool> {
        let staged = strategy::line(&self.lesson.strategy).staged;
        let says = self.said.as_ref().filter(|_| staged);
        says.map_or_else(Vec::new, |says| says.tasks.iter().map(|factor| *factor > 0.0).collect())
    }

    /// The decrease of every task's loss as the curves show it: without its scale.
    fn decrease(&self, scaled: &[f32]) -> Vec<f32> {
        let ordered = self.in_task_order(scaled);
        ordered.iter().zip(&self.lesson.tasks).map(|(decrease, task)| decrease / task.scale as f32).collect()
    }

    /// The composed models among the members.
    pub(super) fn composed(&self) -> impl Iterator<Item = usize> {
        let members = self.plan.members.iter().enumerate();
        members.filter(|(_, member)| member.role == Role::Composed).map(|(m, _)| m)
    }

    /// Values in column order as values in task order.
    pub(super) fn in_task_order(&self, row: &[f32]) -> Vec<f32> {
        let mut ordered = vec![f32::NAN; row.len()];
        for (value, task) in row.iter().zip(&self.columns) {
            if let Some(slot) = ordered.get_mut(*task) {
                *slot = *value;
            }
        }
        ordered
    }

    /// Whether a task had no label in the batch that was last looked at.
    fn was_absent(&self, task: usize) -> bool {
        self.seen.as_ref().and_then(|seen| seen.absent.get(task)).copied().unwrap_or(false)
    }

    pub(super) fn gram_in_task_order(&self, gram: &[f32]) -> Vec<f32> {
        let tasks = self.columns.len();
        let rows: Vec<Vec<f32>> = gram.chunks_exact(tasks).map(|row| self.in_task_order(row)).collect();
        let mut ordered = vec![Vec::new(); rows.len()];
        for (row, task) in rows.into_iter().zip(&self.columns) {
            ordered[*task] = row;
        }
        // A task that was not there has no gradient; zeros would say that it has none to follow.
        for (i, row) in ordered.iter_mut().enumerate() {
            row.iter_mut()
                .enumerate()
                .filter(|(j, _)| self.was_absent(i) || self.was_absent(*j))
                .for_each(|(_, entry)| *entry = f32::NAN);
        }
        ordered.concat()
    }

    /// Which task and layer stand out in the composed model.
    pub(super) async fn divergence(&self) -> Result<Divergence, TrainError> {
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
        let train = self.in_task_order(losses.get(..self.columns.len()).unwrap_or_default());
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
        let rows = self.evaluator.rows();
        self.camera.take(self.network.as_ref(), &self.shape, &self.state.theta, (predictions, rows), self.step).await
    }

    /// What doesn't change while the lesson trains.
    pub fn summary(&self) -> Summary {
        let plain = model::shared_bottom::plain(&self.shape);
        let layout = plain.layout();
        let separate: usize = (0..self.shape.tasks)
            .map(|k| layout.shared + layout.slots.iter().map(|slot| slot.positions(Some(k)).len()).sum::<usize>())
            .sum();
        Summary {
            inputs: self.data.inputs,
            plane: self.data.plane,
            side: self.data.side,
            pictures: self.data.pictures(),
            extent: self.data.extent,
            train: (&self.data.train).into(),
            valid: (&self.data.valid).into(),
            steps_per_epoch: self.steps_per_epoch(),
            shared_parameters: self.network.layout().len,
            matched_parameters: self.matched_parameters(),
            separate_parameters: separate,
            seeds: self.plan.seeds,
            fan: self.plan.fan.clone(),
            baselines: self.whole.baselines,
            pairs: self.plan.pair_seeds(),
            reference: self.data.reference.clone(),
            correlation: self.data.correlation.clone(),
            reduced: self.whole.reduced.clone(),
            metrics: self
                .lesson
                .tasks
                .iter()
                .map(|task| crate::measure::metric::metric_name(task.loss).to_string())
                .collect(),
        }
    }
}
