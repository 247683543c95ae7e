//! Everything that is seen at a recorded step, and all measures of it.

use super::scores::Scores;
use super::steps_to_baseline::StepsToBaseline;
use super::table::{MEASURES, TAKES};
use super::transfer::TransferGain;
use super::update::Combined;

/// How the predictions of a task do on one paired seed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeedScores {
    /// Those of the composed model.
    pub together: Scores,
    /// Those of the model that learns this task alone; nothing where there is none.
    pub alone: Scores,
}

/// What is seen of one task, on held-out rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskObservation {
    /// By paired seed, the first one's first.
    pub seeds: Vec<SeedScores>,
    /// The composed model's loss.
    pub loss: f64,
    /// The loss of the model that learns this task alone; NaN where there is none.
    pub loss_alone: f64,
    /// The loss of the best constant guess.
    pub guess: f64,
    /// How much the task counts in an average, 0 or more.
    pub importance: f64,
    /// Its losses after the stage that trained it and after every later one.
    pub stages: Vec<f64>,
    /// Its curves together with the others and alone, means over the paired seeds.
    pub steps_to_baseline: StepsToBaseline,
}

/// What is seen at a recorded step. The composed model is the one on the first seed, and so are its
/// baselines and its fan, except where seeds are named.
#[derive(Clone, Debug, Default)]
pub struct Observation<'a> {
    /// The tasks.
    pub tasks: Vec<TaskObservation>,
    /// The Gram matrix of the task gradients at the shared layers, row-major; empty where none.
    pub gram: &'a [f32],
    /// The matrices of the last recorded steps, oldest first.
    pub window: Vec<&'a [f32]>,
    /// What the balancer made of the task gradients; nothing where nothing is shared.
    pub combined: Option<Combined>,
    /// Per task: its weight in the update.
    pub weights: Vec<f64>,
    /// Losses of the fan, then those of the composed model, `[points][tasks]`; NaN for a diverged one.
    pub front: Vec<Vec<f64>>,
    /// Per task: the transfer gain over paired seeds.
    pub transfer: Vec<TransferGain>,
    /// In row i and column j: the gain of task j from task i alone, see
    /// [`super::transfer::matrix`]. Empty where no pairs train.
    pub pairs: Vec<Vec<Option<TransferGain>>>,
}

impl TaskObservation {
    /// How the composed model's predictions do on the first seed.
    pub fn scores(&self) -> Scores {
        self.seeds.first().map(|seed| seed.together.clone()).unwrap_or_default()
    }
}

impl Observation<'_> {
    /// Every measure in the order of the table, each with [`super::table::Per::count`] numbers; NaN
    /// where there is none.
    pub fn measures(&self) -> Vec<f32> {
        let taken = MEASURES.iter().zip(TAKES).flat_map(|(measure, take)| {
            let mut numbers = take(self);
            numbers.resize(measure.per.count(self.tasks.len()), None);
            numbers
        });
        taken.map(|number| number.map_or(f32::NAN, |number| number as f32)).collect()
    }

    /// The losses of the fan.
    pub(super) fn fan(&self) -> &[Vec<f64>] {
        self.front.split_last().map_or(&[], |(_, fan)| fan)
    }

    /// The losses of the composed model; of a diverged one those at the parameters that were restored.
    pub(super) fn losses(&self) -> Vec<f64> {
        self.tasks.iter().map(|task| task.loss).collect()
    }
}
