//! What the measures are given of a recorded step.

use super::gains::Seen;
use super::stages::Stages;
use crate::data::Dataset;
use crate::measure::observation::{Observation, SeedScores, TaskObservation};
use crate::measure::scores::Scores;
use crate::measure::steps_to_baseline::StepsToBaseline;
use crate::measure::transfer::TransferGain;

/// What is remembered of earlier steps.
pub struct Past<'a> {
    /// The Gram matrices of the last recorded steps.
    pub window: Vec<&'a [f32]>,
    /// A strategy's stages, and the losses at their ends.
    pub stages: &'a Stages,
    /// By task: its way to the single-task loss.
    pub steps_to_baseline: &'a [StepsToBaseline],
}

/// The gains of every task, and of each from each other one.
type GainsOf = (Vec<TransferGain>, Vec<Vec<Option<TransferGain>>>);

/// The observation of a step; `front` are the validation losses of the fan and of the composed model, the gains, of all
/// tasks together and of pairs, have their words.
pub fn of<'a>(seen: Seen<'a>, front: Vec<Vec<f64>>, (transfer, pairs): GainsOf, past: Past<'a>) -> Observation<'a> {
    let values = seen.values;
    Observation {
        tasks: (0..seen.plan.tasks).map(|task| task_observation(seen, &past, task)).collect(),
        gram: &values.gram,
        window: past.window,
        combined: values.combined.clone(),
        weights: values.weights.iter().map(|weight| f64::from(*weight)).collect(),
        front,
        transfer,
        pairs,
    }
}

fn task_observation(seen: Seen, past: &Past, task: usize) -> TaskObservation {
    let Seen { plan, values, .. } = seen;
    let baseline = plan.baseline(0, task);
    TaskObservation {
        seeds: (0..plan.seeds).map(|seed| seed_scores(seen, seed, task)).collect(),
        // As the page shows it: where the composed model diverges, that at the parameters that were restored.
        loss: values.valid_where_it_stands(plan, 0, task),
        loss_alone: baseline.map_or(f64::NAN, |member| values.valid(plan, member, task)),
        guess: seen.draws.first().reference.get(task).map_or(f64::NAN, |guess| f64::from(*guess)),
        importance: values.importance.get(task).copied().unwrap_or(1.0),
        stages: past.stages.of(task),
        steps_to_baseline: past.steps_to_baseline.get(task).cloned().unwrap_or_default(),
    }
}

/// How both sides' predictions of a task do on a paired seed; those of a diverged baseline count for nothing.
fn seed_scores(seen: Seen, seed: usize, task: usize) -> SeedScores {
    let Seen { plan, values, .. } = seen;
    let data = seen.draws.of_seed(seed as u64);
    let scores = |outputs: Option<&[f32]>| {
        outputs.and_then(|outputs| labelled(data, task, outputs)).map(|rows| rows.scores()).unwrap_or_default()
    };
    let diverged = |member: usize| values.diverged.get(member).copied().unwrap_or(false);
    let is_sound = plan.baseline(seed, task).is_some_and(|member| !diverged(member));
    let of_seed = |all: &Vec<f32>| {
        let length = all.len() / plan.seeds.max(1);
        all.get(seed * length..(seed + 1) * length).map(<[f32]>::to_vec)
    };
    let alone = values.alone.get(task).filter(|_| is_sound).and_then(of_seed);
    SeedScores {
        together: scores(values.predictions.get(seed).and_then(|tasks| tasks.get(task)).map(Vec::as_slice)),
        alone: scores(alone.as_deref()),
    }
}

/// Outputs and labels of the validation rows that carry a task's label.
struct Labelled {
    shape: crate::data::TaskShape,
    outputs: Vec<f32>,
    labels: Vec<f32>,
}

impl Labelled {
    fn scores(&self) -> Scores {
        Scores::of(self.shape.loss, self.shape.outputs, &self.outputs, &self.labels)
    }
}

fn labelled(data: &Dataset, task: usize, outputs: &[f32]) -> Option<Labelled> {
    let (shape, labels, mask) = (*data.tasks.get(task)?, data.valid.y.get(task)?, data.valid.mask.get(task)?);
    let kept = |values: &[f32], width: usize| -> Vec<f32> {
        let rows = values.chunks_exact(width.max(1)).zip(mask).filter(|(_, labelled)| **labelled);
        rows.flat_map(|(row, _)| row).copied().collect()
    };
    Some(Labelled { shape, outputs: kept(outputs, shape.outputs), labels: kept(labels, shape.columns) })
}
