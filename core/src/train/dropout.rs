//! Dropout masks: drawn on the host, shared by all members of a model seed.
//!
//! Every shared layer and every private layer of every task has a random stream of its own, so
//! that a task's masks are the same whatever other tasks there are.

use super::tensors::upload;
use crate::config::{LayerConfig, Lesson};
use crate::model::{Masks, Shape};
use crate::random::{Purpose, stream};
use burn::tensor::{Device, Tensor};
use rand::RngExt;

/// Chances of dropping, per layer; a private layer's are per task of its group.
pub struct Rates {
    trunk: Vec<f32>,
    heads: Vec<Vec<Vec<f32>>>,
    tasks: Vec<Vec<usize>>,
    widths: Vec<usize>,
    head_widths: Vec<Vec<usize>>,
}

impl Rates {
    /// The rates of a lesson; a layer inherits its task's, a task the lesson's.
    pub fn of(lesson: &Lesson, shape: &Shape) -> Self {
        let own = |layer: &LayerConfig, inherited: f64| layer.dropout.unwrap_or(inherited) as f32;
        let global = lesson.training.dropout;
        let heads = shape.groups.iter().map(|group| {
            (0..group.head.len())
                .map(|l| {
                    group
                        .tasks
                        .iter()
                        .map(|k| {
                            let Some(task) = lesson.tasks.get(*k) else { return 0.0 };
                            task.head.get(l).map_or(0.0, |layer| own(layer, task.dropout.unwrap_or(global)))
                        })
                        .collect()
                })
                .collect()
        });
        Self {
            trunk: shape.trunk.iter().map(|layer| own(layer, global)).collect(),
            heads: heads.collect(),
            tasks: shape.groups.iter().map(|g| g.tasks.clone()).collect(),
            widths: shape.trunk.iter().map(|layer| layer.width).collect(),
            head_widths: shape.groups.iter().map(|g| g.head.iter().map(|l| l.width).collect()).collect(),
        }
    }

    /// Whether anything drops.
    pub fn any(&self) -> bool {
        self.trunk.iter().chain(self.heads.iter().flatten().flatten()).any(|rate| *rate > 0.0)
    }
}

/// Who draws which masks: the model seed of every member.
pub struct Dropout<'a> {
    /// The rates.
    pub rates: &'a Rates,
    /// Model seed of each member.
    pub member_seeds: &'a [u64],
    /// Rows in a batch.
    pub batch: usize,
    /// The lesson's seed.
    pub seed: u32,
    /// Where the masks go.
    pub device: &'a Device,
}

impl Dropout<'_> {
    /// The masks of a step.
    pub fn masks(&self, step: u32) -> Masks {
        let trunk = self.rates.trunk.iter().zip(&self.rates.widths).enumerate();
        let trunk = trunk.map(|(l, (rate, width))| self.mask(step, &[(l as u64, *rate)], *width));
        let groups = self.rates.heads.iter().zip(&self.rates.tasks).zip(&self.rates.head_widths);
        let heads = groups.map(|((layers, tasks), widths)| {
            layers
                .iter()
                .zip(widths)
                .enumerate()
                .map(|(l, (rates, width))| {
                    let stream = |task: usize| (1 + task as u64) * 256 + l as u64;
                    let columns: Vec<_> = tasks.iter().map(|task| stream(*task)).zip(rates.iter().copied()).collect();
                    self.mask(step, &columns, *width)
                })
                .collect()
        });
        Masks { trunk: trunk.collect(), heads: heads.collect(), draws: None }
    }

    /// One layer's mask, `[M, B, tasks * width]`, divided by the chance of staying. `columns`: the
    /// random stream and the rate of every task.
    fn mask(&self, step: u32, columns: &[(u64, f32)], width: usize) -> Option<Tensor<3>> {
        if columns.iter().all(|(_, rate)| *rate == 0.0) {
            return None;
        }
        let across = columns.len() * width;
        let mut drawn: Option<(u64, Vec<f32>)> = None;
        let mut values = Vec::with_capacity(self.member_seeds.len() * self.batch * across);
        for seed in self.member_seeds {
            if drawn.as_ref().is_none_or(|(s, _)| s != seed) {
                drawn = Some((*seed, self.draw(*seed, step, columns, width)));
            }
            values.extend(drawn.iter().flat_map(|(_, mask)| mask.iter().copied()));
        }
        Some(upload(values, [self.member_seeds.len(), self.batch, across], self.device))
    }

    fn draw(&self, seed: u64, step: u32, columns: &[(u64, f32)], width: usize) -> Vec<f32> {
        let across = columns.len() * width;
        let mut values = vec![1.0; self.batch * across];
        for (i, (layer, rate)) in columns.iter().enumerate().filter(|(_, (_, rate))| *rate > 0.0) {
            let mut random = stream(self.seed, Purpose::Dropout, seed, u64::from(step) << 16 | layer);
            let stays = 1.0 / (1.0 - rate);
            for row in values.chunks_exact_mut(across) {
                row[i * width..(i + 1) * width].fill_with(|| if random.random::<f32>() < *rate { 0.0 } else { stays });
            }
        }
        values
    }
}
