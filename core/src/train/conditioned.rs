//! One network for the whole front: it reads a preference along with the inputs (COSMOS; Ruchte & Grabocka
//! 2021).
//!
//! In every step preferences are drawn from a Dirichlet distribution; a row of the batch for each reads its
//! preference p as further inputs and minimises `T sum_k p_k L_k - T lambda cos(p, L)`. The second term, as
//! published, pulls the losses towards the preference's own direction and so keeps the answers apart; where it
//! is strong it works against the first, and a preferred task has the larger loss. The rows' gradients are
//! averaged, so that it is one model; afterwards it can be evaluated at any preference. It is a shared
//! bottom of its own.

use super::evaluate::{Evaluator, SPLITS};
use super::factors::optimiser_settings;
use super::minibatch::{Batch, Batches};
use super::order::TaskOrder;
use super::plan::Plan;
use crate::data::Draws;
use crate::kernel::loss::{batch_losses, weighted_losses};
use crate::kernel::optimiser::{OptimiserSettings, State};
use crate::kernel::tensors::upload;
use crate::lesson::Lesson;
use crate::math::pareto;
use crate::model::{Network, Params, Shape, shared_bottom};
use crate::random::{Purpose, stream};
use burn::tensor::{Device, Tensor};
use rand::RngExt;
use rand_distr::Gamma;

/// Preferences that a step sees.
const DRAWN: usize = 8;
/// Points at which the front is evaluated where the lesson has no fan.
const POINTS: usize = 11;
/// Keeps lengths away from zero.
const TINY: f32 = 1e-12;

/// A network that reads a preference, in training.
pub struct Conditioned {
    shape: Shape,
    network: Box<dyn Network>,
    pub(super) state: State,
    optimiser: OptimiserSettings,
    batches: Batches,
    evaluator: Evaluator,
    /// Loss scales in column order, `[1, T]`.
    scales: Tensor<2>,
    order: TaskOrder,
    /// How many preferences the front is evaluated at.
    points: usize,
    settings: Settings,
    device: Device,
}

/// What the lesson says of it.
struct Settings {
    seed: u32,
    concentration: f64,
    spread: f32,
}

impl Settings {
    fn of(lesson: &Lesson) -> Self {
        let population = &lesson.population;
        Self { seed: lesson.seed, concentration: population.concentration, spread: population.spread as f32 }
    }
}

impl Conditioned {
    /// The network of a lesson, if it wants one.
    pub fn new(lesson: &Lesson, draws: &Draws, scales: Tensor<2>, device: &Device) -> Option<Self> {
        let tasks = lesson.tasks.len();
        if !lesson.population.conditioned || tasks < 2 {
            return None;
        }
        // Its one member is on the first seed.
        let draws = &draws.only_first();
        let inputs = draws.first().inputs;
        let (plain, shape) = (Shape::of(lesson, inputs), Shape::of(lesson, inputs + tasks));
        let network = shared_bottom::plain(&shape);
        let (plan, order) = (Plan::single(tasks), TaskOrder::new(shape.columns()));
        let points = pareto::fan(tasks, lesson.population.fan.max(POINTS));
        let preferences = upload(in_columns(&points, &order), [points.len(), 1, tasks], device);
        Some(Self {
            state: State::new(network.layout().init(lesson.seed, 0), 1, device),
            optimiser: optimiser_settings(lesson, network.layout(), device),
            batches: Batches::new(lesson, draws, &plain, &plan, device),
            evaluator: Evaluator::new(draws, &plain, &plan, device).with_preferences(preferences),
            settings: Settings::of(lesson),
            points: points.len(),
            device: device.clone(),
            shape,
            network,
            scales,
            order,
        })
    }

    /// Takes over live settings.
    pub fn change(&mut self, lesson: &Lesson, scales: Tensor<2>) {
        self.optimiser = optimiser_settings(lesson, self.network.layout(), &self.device);
        self.settings = Settings::of(lesson);
        self.scales = scales;
    }

    /// Members and parameters of its state.
    pub fn size(&self) -> (usize, usize) {
        (1, self.network.layout().len)
    }

    /// Takes steps from `first` on.
    pub fn run(&mut self, draws: &Draws, first: u32, steps: u32) {
        let slice = self.batches.slice(draws, first, steps);
        for i in 0..steps {
            let batch = self.batches.batch(&slice, i as usize);
            self.step(&batch, first + i);
        }
    }

    fn step(&mut self, batch: &Batch, step: u32) {
        let preferences = self.draw(step);
        let parameters = self.network.layout().len;
        let theta = self.state.theta.clone().expand([DRAWN, parameters]);
        let params = Params::from_flat(&theta, self.network.layout()).tracked();
        let rows = batch.map(|tensor| {
            let [_, batch, width] = tensor.dims();
            tensor.clone().expand([DRAWN, batch, width])
        });
        let inputs = with_preferences(rows.inputs.clone(), &preferences);
        let groups = self.network.forward(&params, inputs, None, false).groups;
        let seen = groups.iter().map(|outputs| outputs.clone().inner()).collect();
        let losses = batch_losses(&self.shape.loss_groups(), seen, rows.targets()) * self.scales.clone();
        let weights = self.weights(preferences.reshape([DRAWN, self.order.tasks()]), losses);
        let (total, losses) = weighted_losses(&self.shape.loss_groups(), groups, rows.targets(), weights, &self.scales);
        let gradient = params.gradients(&mut total.backward()).sum_dim(0);
        let rate = self.optimiser.rate(step, self.batches.steps_per_epoch());
        self.optimiser.step(&mut self.state, gradient, losses.mean_dim(0), None, step, rate);
    }

    /// The objective's slope along every row's losses, `[DRAWN, T]`, as a mean over rows.
    fn weights(&self, preferences: Tensor<2>, losses: Tensor<2>) -> Tensor<2> {
        let tasks = self.order.tasks() as f32;
        let length = |of: &Tensor<2>| (of.clone() * of.clone()).sum_dim(1).sqrt() + TINY;
        let (long, preferred) = (length(&losses), length(&preferences));
        let along = (preferences.clone() * losses.clone()).sum_dim(1);
        // d cos(p, L) / dL = p / (|p| |L|) - (p . L) L / (|p| |L|^3).
        let slope = (preferences.clone() - losses * (along / (long.clone() * long.clone()))) / (preferred * long);
        (preferences - slope * self.settings.spread) * (tasks / DRAWN as f32)
    }

    /// Preferences of a step in column order, `[DRAWN, 1, T]`: Dirichlet, as shares of gamma numbers.
    fn draw(&self, step: u32) -> Tensor<3> {
        let tasks = self.order.tasks();
        let mut random = stream(self.settings.seed, Purpose::Architecture, u64::MAX, u64::from(step));
        let preference = |_| -> Vec<f32> {
            let law = Gamma::new(self.settings.concentration, 1.0);
            debug_assert!(law.is_ok(), "a lesson's concentration is above zero");
            let parts: Vec<f64> = (0..tasks).map(|_| law.map_or(1.0, |law| random.sample(law)) + 1e-9).collect();
            let sum: f64 = parts.iter().sum();
            parts.iter().map(|part| (part / sum) as f32).collect()
        };
        let preferences: Vec<Vec<f32>> = (0..DRAWN).map(preference).collect();
        upload(in_columns(&preferences, &self.order), [DRAWN, 1, tasks], &self.device)
    }

    /// Its losses at the fan's preferences, or at as many where there is no fan: `[points, 3 * T]` in column
    /// order, as [`Evaluator::evaluate`] gives them.
    pub fn losses(&self) -> Tensor<2> {
        let theta = self.state.theta.clone().expand([self.points, self.network.layout().len]);
        self.evaluator.evaluate(self.network.as_ref(), &self.shape, &theta).losses
    }

    /// The validation losses among those, row-major `[points, T]` in task order.
    pub fn valid(&self, losses: &[f32]) -> Vec<f32> {
        let tasks = self.order.tasks();
        let valid = losses.chunks_exact(SPLITS * tasks).filter_map(|row| row.get(tasks..2 * tasks));
        valid.flat_map(|row| self.order.row(row)).collect()
    }
}

/// Preferences in task order as rows in column order.
fn in_columns(preferences: &[Vec<f32>], order: &TaskOrder) -> Vec<f32> {
    let part = |preference: &Vec<f32>, task: usize| preference.get(task).copied().unwrap_or(0.0);
    preferences.iter().flat_map(|preference| order.by_column(move |task| part(preference, task))).collect()
}

/// Inputs `[R, B, inputs]` with each row's preference `[R, 1, T]` behind them.
pub fn with_preferences(inputs: Tensor<3>, preferences: &Tensor<3>) -> Tensor<3> {
    let [rows, batch, _] = inputs.dims();
    let tasks = preferences.dims()[2];
    Tensor::cat(vec![inputs, preferences.clone().expand([rows, batch, tasks])], 2)
}
