//! What is read of a population: its losses, the composed model's outputs and weights, what became of it.

use super::Population;
use super::observe::StepObservation;
use crate::measure::recorded::{RECORDED, Recorded, Shape};
use crate::measure::update::Combined;
use crate::protocol::Divergence;
use crate::train::TrainError;
use crate::train::evaluate::{Evaluation, SPLITS};
use crate::train::pictures::task_outputs;
use crate::train::snapshot::diverged_as_numbers;
use crate::train::tensors::{Packed, Parts, download, download_truths};
use burn::tensor::Tensor;

/// Names of what is read.
const LOSSES: &str = "losses";
const DIVERGED: &str = "diverged";
const ALONE: &str = "alone";
const WEIGHTS: &str = "weights";
const GRAM: &str = "gram";
const COMBINED: &str = "combined";
const RECORDED_NUMBERS: &str = "recorded";
const AHEAD: &str = "ahead";
const FRONT: &str = "front";
const PREDICTIONS: &str = "predictions";
const THETA: &str = "theta";

/// What every member's evaluation gives, in task order.
#[derive(Default)]
pub struct Evaluated {
    /// Members that have diverged.
    pub diverged: Vec<bool>,
    /// `[M, 3, T]`: losses on the training, validation and test rows; NaN for those that nobody reads.
    pub losses: Vec<f32>,
    /// Per task the outputs of its baselines on validation rows, `[seeds, rows, outputs]`; empty without baselines.
    pub alone: Vec<Vec<f32>>,
}

impl Evaluated {
    /// Appends another population's.
    pub fn extend(&mut self, other: Self) {
        self.diverged.extend(other.diverged);
        self.losses.extend(other.losses);
        self.alone.extend(other.alone);
    }
}

/// What is read of the first composed model apart from its losses, in task order.
pub struct Observed {
    /// Its task weights, with the strategy's factors; NaN where its balancer has none.
    pub weights: Vec<f32>,
    /// Of every composed model: its outputs on validation rows, per task `[rows, outputs]`.
    pub predictions: Vec<Vec<Vec<f32>>>,
    /// Products of its task gradients at the shared layers, `[T, T]`; empty before the first step.
    pub gram: Vec<f32>,
    /// Products of what the balancer made of them.
    pub combined: Option<Combined>,
    /// The recorded numbers of the last step; empty before the first one.
    pub recorded: Vec<f32>,
    /// Losses before the last step and after look-ahead steps, `[1 + T][T]`; empty where affinities are not
    /// measured.
    pub ahead: Vec<Vec<f64>>,
    /// Numbers that were read along, as they are on the device.
    pub front: Vec<f32>,
}

/// Whether the test losses of a member are wanted, by its place and its validation losses in task order.
pub type WantsTest<'a> = &'a dyn Fn(usize, &[f32]) -> bool;

impl Population {
    /// Evaluates every member: its validation losses, and what else is wanted of it.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn evaluate(&mut self, wants_test: WantsTest<'_>) -> Result<Evaluated, TrainError> {
        if let Some((evaluated, _)) = self.evaluate_taped(wants_test) {
            return Ok(evaluated);
        }
        let mut packed = Packed::default();
        self.push(self.evaluation(), &mut packed);
        Ok(self.evaluated(&mut packed.read().await?))
    }

    /// The same with what there is to know of the first composed model; `front` is read along.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn evaluate_composed(
        &mut self,
        front: Option<Tensor<2>>,
        wants_test: WantsTest<'_>,
    ) -> Result<(Evaluated, Observed), TrainError> {
        let taped = self.evaluate_taped(wants_test);
        let mut packed = Packed::default();
        let predictions = if taped.is_none() { self.push(self.evaluation(), &mut packed) } else { Vec::new() };
        packed.push(WEIGHTS, self.task_weights.weights(&self.log_variances).slice([0..1, 0..self.order.tasks()]));
        if let Some(seen) = self.observation.clone() {
            let StepObservation { gram, combined, recorded, absent: _, ahead } = seen;
            packed.push_some(GRAM, gram);
            packed.push_some(COMBINED, combined);
            recorded.into_iter().for_each(|numbers| packed.push(RECORDED_NUMBERS, numbers));
            packed.push_some(AHEAD, ahead);
        }
        packed.push_some(FRONT, front);
        predictions.into_iter().for_each(|group| packed.push(PREDICTIONS, group));
        let mut parts = packed.read().await?;
        let (evaluated, predictions) = match taped {
            Some(found) => found,
            None => {
                let predictions = self.outputs(&parts.take_all(PREDICTIONS), self.plan.seeds);
                (self.evaluated(&mut parts), predictions)
            }
        };
        let observed = Observed {
            weights: self.weights(&parts.take(WEIGHTS)),
            predictions,
            gram: self.gram(&parts.take(GRAM)),
            combined: self.combined_products(&parts.take(COMBINED)),
            recorded: self.recorded(&parts.take_all(RECORDED_NUMBERS)),
            ahead: self.losses_ahead(&parts.take(AHEAD)),
            front: parts.take(FRONT),
        };
        Ok((evaluated, observed))
    }

    fn evaluation(&self) -> Evaluation {
        self.evaluator.evaluate(self.network.as_ref(), &self.shape, &self.state.theta)
    }

    /// Adds what every member is read for; gives the predictions that are left.
    fn push(&self, found: Evaluation, packed: &mut Packed) -> Vec<Tensor<3>> {
        packed.push(LOSSES, found.losses);
        packed.push(DIVERGED, diverged_as_numbers(&self.state));
        found.alone.into_iter().for_each(|outputs| packed.push(ALONE, outputs));
        found.predictions
    }

    fn evaluated(&self, parts: &mut Parts) -> Evaluated {
        Evaluated {
            diverged: parts.take(DIVERGED).iter().map(|diverged| *diverged > 0.5).collect(),
            losses: self.order.rows(&parts.take(LOSSES)),
            alone: parts.take_all(ALONE),
        }
    }

    /// The outputs of some members, one after another in every group, per member and task `[rows, outputs]`.
    fn outputs(&self, groups: &[Vec<f32>], members: usize) -> Vec<Vec<Vec<f32>>> {
        let of_member = |member: usize| {
            let own = |group: &Vec<f32>| {
                let length = group.len() / members.max(1);
                group.get(member * length..(member + 1) * length).unwrap_or_default().to_vec()
            };
            task_outputs(&self.shape, &groups.iter().map(own).collect::<Vec<_>>())
        };
        if groups.is_empty() { Vec::new() } else { (0..members).map(of_member).collect() }
    }

    /// The weights of the first composed model: those that its balancer answered last, else what the device has,
    /// in column order; times what the strategy makes of them.
    fn weights(&self, on_device: &[f32]) -> Vec<f32> {
        let weights = match self.memory.of_member(0) {
            Some([]) => vec![f32::NAN; self.order.tasks()],
            Some(weights) => weights.iter().map(|weight| *weight as f32).collect(),
            None => self.order.row(on_device),
        };
        let schedule = self.last_schedule.as_ref();
        let factor = |task| schedule.and_then(|schedule| schedule.tasks.get(task)).map_or(1.0, |f| *f as f32);
        weights.into_iter().enumerate().map(|(task, weight)| weight * factor(task)).collect()
    }

    /// The recorded numbers in task order, one after another; of losses as the curves show them, without scale.
    fn recorded(&self, numbers: &[Vec<f32>]) -> Vec<f32> {
        let ordered = |(line, own): (&Recorded, &Vec<f32>)| -> Vec<f32> {
            let ordered = match line.shape {
                Shape::One => own.clone(),
                Shape::Task => self.order.row(own),
                Shape::Pair => self.gram(own),
            };
            if !line.of_scaled_losses {
                return ordered;
            }
            ordered.iter().zip(&self.lesson.tasks).map(|(number, task)| number / task.scale as f32).collect()
        };
        RECORDED.iter().zip(numbers).flat_map(ordered).collect()
    }

    fn losses_ahead(&self, ahead: &[f32]) -> Vec<Vec<f64>> {
        let tasks = self.order.tasks();
        let mut rows = ahead.chunks_exact(tasks.max(1)).map(|row| self.order.wide_row(row));
        let Some(before) = rows.next() else { return Vec::new() };
        let mut ordered = vec![before; tasks + 1];
        for (row, task) in rows.zip(self.order.columns()) {
            ordered[task + 1] = row;
        }
        ordered
    }

    fn combined_products(&self, products: &[f32]) -> Option<Combined> {
        let (square, along) = products.split_last()?;
        let along = self.order.wide_row(along).into_iter().enumerate();
        let along = along.map(|(task, product)| if self.was_absent(task) { f64::NAN } else { product });
        Some(Combined { along: along.collect(), square: f64::from(*square) })
    }

    /// Whether a task had no label in the batch of the last observed step.
    fn was_absent(&self, task: usize) -> bool {
        self.observation.as_ref().and_then(|seen| seen.absent.get(task)).copied().unwrap_or(false)
    }

    /// The Gram matrix in task order, row-major; NaN for a task that was not there: zeros would say that it has no
    /// gradient to follow.
    fn gram(&self, gram: &[f32]) -> Vec<f32> {
        let tasks = self.order.tasks();
        let Some(ordered) = self.order.square(gram) else { return Vec::new() };
        let entry = |i: usize, j: usize| match self.was_absent(i) || self.was_absent(j) {
            true => f32::NAN,
            false => ordered[(i, j)] as f32,
        };
        (0..tasks * tasks).map(|cell| entry(cell / tasks, cell % tasks)).collect()
    }

    /// The Gram matrix of the last observed step, row-major; empty where nothing is shared.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn last_gram(&self) -> Result<Vec<f32>, TrainError> {
        let Some(gram) = self.observation.as_ref().and_then(|seen| seen.gram.clone()) else { return Ok(Vec::new()) };
        Ok(self.gram(&download(gram).await?))
    }

    /// Gives balancers that compare with the losses at the start those of all training rows, in task order as
    /// [`Evaluated::losses`]: a first batch is noisy.
    pub fn begin(&mut self, losses: &[f32]) {
        let tasks = self.order.tasks();
        let scaled = |member: usize| -> Vec<f64> {
            let row = losses.get(member * SPLITS * tasks..).and_then(|rest| rest.get(..tasks)).unwrap_or_default();
            row.iter().zip(&self.lesson.tasks).map(|(loss, task)| f64::from(*loss) * task.scale).collect()
        };
        self.memory.begin(&self.balancers, scaled);
    }

    /// Whether the first composed model has diverged; the smallest read there is.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn has_diverged(&self) -> Result<bool, TrainError> {
        let diverged = download_truths(self.state.diverged.clone()).await?;
        Ok(diverged.first().is_some_and(|first| *first))
    }

    /// Which task and layer stand out in the first composed model.
    ///
    /// # Errors
    ///
    /// The device gave no numbers back.
    pub async fn divergence(&self) -> Result<Divergence, TrainError> {
        let columns = self.state.theta.dims()[1];
        let mut packed = Packed::default();
        packed.push(THETA, self.state.theta.clone().slice([0..1, 0..columns]));
        packed.push(LOSSES, self.evaluation().losses);
        let mut parts = packed.read().await?;
        let largest = |values: &[f32]| {
            let rank = |value: f32| if value.is_nan() { f32::INFINITY } else { value.abs() };
            (0..values.len()).max_by(|a, b| rank(values[*a]).total_cmp(&rank(values[*b]))).unwrap_or(0)
        };
        let (theta, losses) = (parts.take(THETA), parts.take(LOSSES));
        let train = self.order.row(losses.get(..self.order.tasks()).unwrap_or_default());
        let layer = self.network.layout().slot_at(largest(&theta)).map_or_else(String::new, |slot| slot.name.clone());
        Ok(Divergence { step: self.step, task: largest(&train), layer })
    }
}
