//! What is recorded, when, and what follows from it: curve points, transfer, Pareto numbers, measures.

use super::best_steps::{AtStep, BestSteps};
use super::evaluate::{SPLITS, TEST, TRAIN, VALID};
use super::gains::{self, GainWords};
use super::observe::{self, Past};
use super::plan::Plan;
use super::stages::Stages;
use super::task_affinity::TaskAffinity;
use crate::config::Declared;
use crate::data::{Dataset, Draws};
use crate::math::hypervolume::hypervolume;
use crate::measure::{conflict, steps_to_baseline::StepsToBaseline, update::Combined};
use crate::protocol::{Best, CurvePoint};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// What recording has to remember: the best of every member so far, and the last Gram matrices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Per member.
    best: Vec<BestSteps>,
    /// What was said of the gains.
    words: GainWords,
    /// Steps with the Gram matrices there, in task order, oldest first.
    grams: VecDeque<(u32, Vec<f32>)>,
    /// By task: the baseline's validation loss at the last recorded step, as a share of the best constant
    /// guess's.
    single: Vec<f64>,
    stages: Stages,
    /// By task: the losses by its steps with the others, and alone, means over the paired seeds.
    steps_to_baseline: Vec<StepsToBaseline>,
    task_affinity: TaskAffinity,
}

/// Numbers read from the device at a recorded step.
pub struct RecordedValues {
    /// Members that have diverged: the parameters that were restored still have losses, but no step
    /// trains them any more.
    pub diverged: Vec<bool>,
    /// Losses `[M, 3, T]` in task order.
    pub losses: Vec<f32>,
    /// Task weights of the first composed model.
    pub weights: Vec<f32>,
    /// Gram matrix in task order, or empty.
    pub gram: Vec<f32>,
    /// What the balancer made of the last step's task gradients, in task order; nothing before the first one
    /// and where nothing is shared.
    pub combined: Option<Combined>,
    /// The recorded numbers of the last step; empty before the first one.
    pub recorded: Vec<f32>,
    /// Of every composed model: outputs on validation rows, per task `[rows, outputs]`.
    pub predictions: Vec<Vec<Vec<f32>>>,
    /// Per task the outputs of its baselines, `[seeds, rows, outputs]`; empty without baselines.
    pub alone: Vec<Vec<f32>>,
    /// Per task: how much it counts in an average.
    pub importance: Vec<f64>,
    /// Which tasks were active in the last step; empty for a strategy without stages.
    pub active: Vec<bool>,
    /// By task: the steps that have trained it with the others, and alone.
    pub trained: Vec<[u32; 2]>,
    /// Losses of the last step's batch before it, then after a look-ahead step of each task: `[1 + T][T]`;
    /// empty where affinities are not measured.
    pub ahead: Vec<Vec<f64>>,
    /// Declared relations to be held against affinities; none where these are not measured.
    pub declared: Vec<Declared>,
    /// Validation losses of the network for the whole front, row-major `[points, T]`.
    pub conditioned: Vec<f32>,
}

impl RecordedValues {
    /// A task's validation loss; NaN for a diverged member.
    pub fn valid(&self, plan: &Plan, member: usize, task: usize) -> f64 {
        self.loss(plan, member, VALID, task)
    }

    /// NaN for a diverged member.
    fn loss(&self, plan: &Plan, member: usize, split: usize, task: usize) -> f64 {
        let diverged = self.diverged.get(member).copied().unwrap_or(false);
        if diverged { f64::NAN } else { self.loss_where_it_stands(plan, member, split, task) }
    }

    /// A task's validation loss, of a diverged member that at the parameters that were restored.
    pub fn valid_where_it_stands(&self, plan: &Plan, member: usize, task: usize) -> f64 {
        self.loss_where_it_stands(plan, member, VALID, task)
    }

    fn loss_where_it_stands(&self, plan: &Plan, member: usize, split: usize, task: usize) -> f64 {
        let index = (member * SPLITS + split) * plan.tasks + task;
        self.losses.get(index).map_or(f64::NAN, |loss| f64::from(*loss))
    }
}

impl Record {
    /// Takes in the values of a step and makes a point of the curves of them.
    pub fn point(&mut self, plan: &Plan, draws: &Draws, step: u32, epoch: u32, values: &RecordedValues) -> CurvePoint {
        let data = draws.first();
        self.update(plan, draws, step, values);
        self.remember(step, &values.gram);
        self.follow(plan, data, values);
        self.task_affinity.record(step, &values.ahead, &values.gram);
        let tasks = 0..plan.tasks;
        // Training pauses where the composed model diverges, and the page shows it with the parameters
        // that were restored.
        let composed =
            |split| tasks.clone().map(|k| values.loss_where_it_stands(plan, 0, split, k) as f32).collect::<Vec<f32>>();
        let fan_losses: Vec<Vec<f64>> =
            plan.fan_range().map(|m| tasks.clone().map(|k| values.valid(plan, m, k)).collect()).collect();
        let reference: Vec<f64> = data.reference.iter().map(|r| f64::from(*r)).collect();
        let mut front = fan_losses.clone();
        front.push(tasks.clone().map(|k| values.valid(plan, 0, k)).collect());
        let gains = gains::Seen { plan, draws, values, best: &self.best, epoch, step };
        let (transfer, matched_transfer) = self.words.say(gains);
        let pairs = self.words.say_of_pairs(gains);
        let window = self.grams.iter().map(|(_, gram)| gram.as_slice()).collect();
        let past = Past { window, stages: &self.stages, steps_to_baseline: &self.steps_to_baseline };
        let seen = observe::of(gains, front, (transfer.best.clone(), pairs), past);
        CurvePoint {
            step,
            epoch,
            train: composed(TRAIN),
            valid: composed(VALID),
            metric: seen
                .tasks
                .iter()
                .map(|task| task.scores().metric().map_or(f32::NAN, |metric| metric as f32))
                .collect(),
            single: tasks
                .clone()
                .filter_map(|k| plan.baseline(0, k).map(|m| values.valid(plan, m, k) as f32))
                .collect(),
            weights: values.weights.clone(),
            gram: values.gram.clone(),
            recorded: values.recorded.clone(),
            transfer,
            matched: match plan.matched(0) {
                None => Vec::new(),
                Some(first) => tasks.clone().map(|k| values.valid(plan, first, k) as f32).collect(),
            },
            matched_transfer,
            fan: fan_losses.iter().flatten().map(|loss| *loss as f32).collect(),
            conditioned: values.conditioned.clone(),
            hypervolume: hypervolume(&seen.front, &reference),
            measures: seen.measures(),
            best: self.best_point(),
            affinity: self.task_affinity.mean(),
            groupings: self.task_affinity.groupings(),
            relations: self.task_affinity.held(&values.declared),
        }
    }

    /// How a task's loss alone stands to the best constant guess's at the last recorded step.
    pub fn single(&self) -> &[f64] {
        &self.single
    }

    /// Keeps what strategies, forgetting and the steps to the single-task loss look back at.
    fn follow(&mut self, plan: &Plan, data: &Dataset, values: &RecordedValues) {
        let share = |task: usize| {
            let guess = data.reference.get(task).map_or(f64::NAN, |guess| f64::from(*guess));
            let share = plan.baseline(0, task).map_or(f64::NAN, |m| values.valid(plan, m, task)) / guess;
            if share.is_nan() { f64::INFINITY } else { share }
        };
        self.single = (0..plan.tasks).map(share).collect();
        let losses: Vec<f64> = (0..plan.tasks).map(|task| values.valid_where_it_stands(plan, 0, task)).collect();
        self.stages.record(&values.active, &losses);
        self.steps_to_baseline.resize(plan.tasks, StepsToBaseline::default());
        let compared =
            self.steps_to_baseline.iter_mut().enumerate().filter(|(task, _)| plan.baseline(0, *task).is_some());
        for (task, steps) in compared {
            let mean = |member: &dyn Fn(usize) -> Option<usize>| {
                let loss = |seed| member(seed).map_or(f64::NAN, |m| values.valid(plan, m, task));
                (0..plan.seeds).map(loss).sum::<f64>() / plan.seeds as f64
            };
            let [joint, alone] = values.trained.get(task).copied().unwrap_or_default();
            steps.record((joint, mean(&Some)), (alone, mean(&|seed| plan.baseline(seed, task))));
        }
    }

    /// Keeps the Gram matrix of a step, and as many before it as a conflict rate looks at.
    fn remember(&mut self, step: u32, gram: &[f32]) {
        // A step that is recorded again replaces its matrix, unless there is none: a loaded state has none.
        let known = !gram.is_empty();
        while self.grams.back().is_some_and(|(last, _)| *last > step || *last == step && known) {
            self.grams.pop_back();
        }
        if known {
            self.grams.push_back((step, gram.to_vec()));
        }
        while self.grams.len() > conflict::WINDOW {
            self.grams.pop_front();
        }
    }

    fn update(&mut self, plan: &Plan, draws: &Draws, step: u32, values: &RecordedValues) {
        self.best.resize_with(plan.members.len(), BestSteps::default);
        for (m, (member, best)) in plan.members.iter().zip(&mut self.best).enumerate() {
            let of = |split| (0..plan.tasks).map(|k| values.loss(plan, m, split, k)).collect::<Vec<f64>>();
            let guess = guesses(draws, member.seed);
            let losses = AtStep { valid: &of(VALID), test: &of(TEST), guess: &guess };
            best.record(step, &losses, |task| plan.learns(member.role, task));
        }
    }

    /// Whether a member with these validation losses is at a best step, so that its test losses are wanted.
    pub fn wants_test(&self, plan: &Plan, draws: &Draws, member: usize, valid: &[f32]) -> bool {
        let Some(own) = plan.members.get(member) else { return false };
        let valid: Vec<f64> = valid.iter().map(|loss| f64::from(*loss)).collect();
        let learns = |task| plan.learns(own.role, task);
        self.best.get(member).is_none_or(|best| best.is_beaten(&valid, &guesses(draws, own.seed), learns))
    }

    fn best_point(&self) -> Option<Best> {
        let (step, test) = self.best.first()?.one_step()?;
        Some(Best { step, test: test.to_vec() })
    }

    /// Per task and paired seed: the composed model's test loss at its best step for the task so far.
    pub fn test_losses(&self, plan: &Plan) -> Vec<Vec<f32>> {
        let loss = |task: usize, seed: usize| self.best.get(seed).map_or(f32::NAN, |best| best.of_task(task) as f32);
        (0..plan.tasks).map(|task| (0..plan.seeds).map(|seed| loss(task, seed)).collect()).collect()
    }
}

/// The losses of the best constant guesses on a seed's validation rows.
fn guesses(draws: &Draws, seed: u64) -> Vec<f64> {
    draws.of_seed(seed).reference.iter().map(|guess| f64::from(*guess)).collect()
}
