//! Dropout masks: drawn on the host, shared by all members of a model seed.
//!
//! Every shared layer and every private layer of every task has a random stream of its own, so
//! that a task's masks are the same whatever other tasks there are.

use crate::config::LayerConfig;
use crate::kernel::tensors::{upload, upload_indices};
use crate::lesson::Lesson;
use crate::model::{Shape, StepNoise};
use crate::random::{Purpose, stream};
use burn::tensor::{Device, Int, Tensor};
use rand::RngExt;
use std::ops::Range;

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

/// What masks are drawn by: the model seed of every member.
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

/// The masks of some steps: drawn and uploaded together, since every upload makes a GPU wait.
pub struct Drawn {
    steps: Range<u32>,
    trunk: Vec<Option<Slab>>,
    heads: Vec<Vec<Option<Slab>>>,
}

impl Drawn {
    /// Whether those of a step are among them.
    pub fn has(&self, step: u32) -> bool {
        self.steps.contains(&step)
    }

    /// The masks of a step; `None` for one that is not among these.
    pub fn masks(&self, step: u32) -> Option<StepNoise> {
        let i = self.has(step).then(|| (step - self.steps.start) as usize)?;
        let of_step = |slab: &Option<Slab>| slab.as_ref().map(|slab| slab.of_step(i));
        Some(StepNoise {
            trunk: self.trunk.iter().map(of_step).collect(),
            heads: self.heads.iter().map(|layers| layers.iter().map(of_step).collect()).collect(),
            gumbel: None,
        })
    }
}

/// A layer's masks of some steps, `[steps, S, B, across]`, and the place of every member's model seed among
/// the S different ones.
struct Slab {
    masks: Tensor<4>,
    places: Tensor<1, Int>,
}

impl Slab {
    /// `[M, B, across]`.
    fn of_step(&self, i: usize) -> Tensor<3> {
        let [_, seeds, batch, across] = self.masks.dims();
        let masks = self.masks.clone().slice([i..i + 1, 0..seeds, 0..batch, 0..across]);
        masks.reshape([seeds, batch, across]).select(0, self.places.clone())
    }
}

/// Numbers that are drawn at once: 4 MB.
const MOST: usize = 1 << 20;

impl Dropout<'_> {
    /// The masks of a step and of as many after it as are wanted and fit.
    pub fn draw(&self, step: u32, wanted: u32) -> Drawn {
        let mut seeds = self.member_seeds.to_vec();
        seeds.sort_unstable();
        seeds.dedup();
        let units = |widths: &[usize], tasks: usize| widths.iter().sum::<usize>() * tasks;
        let heads = self.rates.head_widths.iter().zip(&self.rates.tasks);
        let across =
            units(&self.rates.widths, 1) + heads.map(|(widths, tasks)| units(widths, tasks.len())).sum::<usize>();
        let fit = MOST / (seeds.len() * self.batch * across).max(1);
        let steps = step..step.saturating_add(wanted.min(fit as u32).max(1));
        let slab = |columns: &[(u64, f32)], width: usize| self.slab(&steps, &seeds, columns, width);
        let trunk = self.rates.trunk.iter().zip(&self.rates.widths).enumerate();
        let trunk = trunk.map(|(l, (rate, width))| slab(&[(l as u64, *rate)], *width)).collect();
        let groups = self.rates.heads.iter().zip(&self.rates.tasks).zip(&self.rates.head_widths);
        let heads = groups.map(|((layers, tasks), widths)| {
            let layer = |(l, (rates, width)): (usize, (&Vec<f32>, &usize))| {
                let stream = |task: usize| (1 + task as u64) * 256 + l as u64;
                let columns: Vec<_> = tasks.iter().map(|task| stream(*task)).zip(rates.iter().copied()).collect();
                slab(&columns, *width)
            };
            layers.iter().zip(widths).enumerate().map(layer).collect()
        });
        let heads = heads.collect();
        Drawn { steps, trunk, heads }
    }

    /// One layer's masks, divided by the chance of staying; `None` where nothing drops. `columns`: the random
    /// stream and the rate of every task.
    fn slab(&self, steps: &Range<u32>, seeds: &[u64], columns: &[(u64, f32)], width: usize) -> Option<Slab> {
        if columns.iter().all(|(_, rate)| *rate == 0.0) {
            return None;
        }
        let drawn = steps.clone().flat_map(|step| seeds.iter().map(move |seed| (step, *seed)));
        let values = drawn.flat_map(|(step, seed)| self.mask(seed, step, columns, width)).collect();
        let place = |seed: &u64| seeds.binary_search(seed).map_or(0, |place| place as i32);
        let places = self.member_seeds.iter().map(place);
        Some(Slab {
            masks: upload(values, [steps.len(), seeds.len(), self.batch, columns.len() * width], self.device),
            places: upload_indices(places.collect(), self.device),
        })
    }

    fn mask(&self, seed: u64, step: u32, columns: &[(u64, f32)], width: usize) -> Vec<f32> {
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
