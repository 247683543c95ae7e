//! What the measures are given of a recorded step.

use super::plan::Plan;
use super::record::RecordedValues;
use super::stages::Stages;
use crate::data::Dataset;
use crate::measure::observation::{Observation, TaskObservation};
use crate::measure::scores::Scores;
use crate::measure::steps_to_baseline::StepsToBaseline;
use crate::measure::transfer::{self, TransferGain};

/// What is remembered of earlier steps.
pub struct Past<'a> {
    /// The Gram matrices of the last recorded steps.
    pub window: Vec<&'a [f32]>,
    /// A strategy's stages, and the losses at their ends.
    pub stages: &'a Stages,
    /// By task: its way to the single-task loss.
    pub steps_to_baseline: &'a [StepsToBaseline],
}

/// The observation of a step; `front` are the validation losses of the fan and of the composed model.
pub fn of<'a>(
    plan: &Plan,
    data: &Dataset,
    values: &'a RecordedValues,
    front: Vec<Vec<f64>>,
    transfer: Vec<TransferGain>,
    past: Past<'a>,
) -> Observation<'a> {
    Observation {
        tasks: (0..plan.tasks).map(|task| task_observation(plan, data, values, &past, task)).collect(),
        gram: &values.gram,
        window: past.window,
        combined: values.combined.clone(),
        weights: values.weights.iter().map(|weight| f64::from(*weight)).collect(),
        front,
        transfer,
        pairs: pairs(plan, values),
    }
}

fn task_observation(plan: &Plan, data: &Dataset, values: &RecordedValues, past: &Past, task: usize) -> TaskObservation {
    let baseline = plan.baseline(0, task);
    let diverged = baseline.is_none_or(|member| values.diverged.get(member).copied().unwrap_or(false));
    let alone = values.alone.iter().find(|(of, _)| *of == task && !diverged).map(|(_, outputs)| outputs.as_slice());
    let scores = |outputs: Option<&[f32]>| {
        outputs.and_then(|outputs| labelled(data, task, outputs)).map(|rows| rows.scores()).unwrap_or_default()
    };
    TaskObservation {
        scores: scores(values.predictions.get(task).map(Vec::as_slice)),
        alone: scores(alone),
        // As the page shows it: where the composed model diverges, that at the parameters that were restored.
        loss: values.valid_where_it_stands(plan, 0, task),
        loss_alone: baseline.map_or(f64::NAN, |member| values.valid(plan, member, task)),
        guess: data.reference.get(task).map_or(f64::NAN, |guess| f64::from(*guess)),
        importance: values.importance.get(task).copied().unwrap_or(1.0),
        stages: past.stages.of(task),
        steps_to_baseline: past.steps_to_baseline.get(task).cloned().unwrap_or_default(),
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

/// Every task's gain from every other one, over the paired seeds on which the pairs train.
fn pairs(plan: &Plan, values: &RecordedValues) -> Vec<Vec<Option<TransferGain>>> {
    let (tasks, seeds) = (plan.tasks, plan.pair_seeds());
    if seeds == 0 {
        return Vec::new();
    }
    let loss = |member: Option<usize>, task: usize| member.map_or(f64::NAN, |m| values.valid(plan, m, task));
    let alone: Vec<Vec<f64>> =
        (0..tasks).map(|j| (0..seeds).map(|seed| loss(plan.baseline(seed, j), j)).collect()).collect();
    let paired = |i: usize, j: usize| (0..seeds).map(|seed| loss(plan.pair(seed, i, j), j)).collect();
    let paired: Vec<Vec<Vec<f64>>> = (0..tasks).map(|i| (0..tasks).map(|j| paired(i, j)).collect()).collect();
    transfer::matrix(&alone, &paired)
}
