//! From what a source draws to what a lesson trains on: label noise and missing labels.

use super::batches::interleaved;
use super::stats::constant_loss;
use super::{Dataset, Drawn, DrawnSplit, Source, Split, TaskShape};
use crate::config::Config;
use crate::math::statistics::pearson;
use crate::random::{Purpose, stream};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::StandardNormal;

/// Adds noise to the training labels, removes the missing ones and measures the rest.
pub(super) fn finish(config: &Config, drawn: Drawn, source: &Source) -> Dataset {
    let Drawn { inputs, extent, splits } = drawn;
    let shapes: Vec<TaskShape> = config.tasks.iter().map(TaskShape::of).collect();
    let correlation = correlation(&splits, shapes.len());
    let [mut train, valid, test] = splits.map(complete);
    for (k, (settings, shape)) in config.tasks.iter().zip(&shapes).enumerate() {
        let (Some(y), Some(mask)) = (train.y.get_mut(k), train.mask.get_mut(k)) else {
            continue;
        };
        add_noise(config.seed, k, shape, settings.noise, y);
        if settings.labelled > 0 && settings.labelled < train.rows {
            *mask = labelled(config.seed, k, shape, settings.labelled, y);
            for (label, on) in y.chunks_exact_mut(shape.columns).zip(mask) {
                if !*on {
                    label.fill(0.0);
                }
            }
        }
    }
    let best_constant =
        |split: &Split| shapes.iter().zip(&split.y).map(|(shape, y)| constant_loss(shape, y) as f32).collect();
    let (reference, test_reference) = (best_constant(&valid), best_constant(&test));
    let (plane, side) = (source.plane, if source.picture { inputs.isqrt() } else { 0 });
    Dataset { inputs, plane, side, extent, tasks: shapes, train, valid, test, correlation, reference, test_reference }
}

fn complete(drawn: DrawnSplit) -> Split {
    let DrawnSplit { rows, x, tasks } = drawn;
    let mask = vec![vec![true; rows]; tasks.len()];
    Split { rows, x, y: tasks.into_iter().map(|task| task.labels).collect(), mask }
}

fn correlation(splits: &[DrawnSplit; 3], tasks: usize) -> Vec<Vec<f32>> {
    let field = |k: usize| -> Vec<f64> {
        let of = |split: &DrawnSplit| split.tasks.get(k).map_or(Vec::new(), |task| task.field.clone());
        splits.iter().flat_map(of).collect()
    };
    let fields: Vec<_> = (0..tasks).map(field).collect();
    let entry = |i: usize, j: usize| {
        if i == j { 1.0 } else { pearson(&fields[i], &fields[j]) }
    };
    (0..tasks).map(|i| (0..tasks).map(|j| entry(i, j) as f32).collect()).collect()
}

/// Adds `N(0, noise²)` to numbers; replaces a class by another one with probability `noise`. The
/// same draws are made whatever the noise, so that more noise is more of the same.
fn add_noise(seed: u32, task: usize, shape: &TaskShape, noise: f64, labels: &mut [f32]) {
    let mut rng = stream(seed, Purpose::Noise, task as u64, 0);
    let Some(classes) = shape.classes() else {
        for label in labels {
            *label += (noise * rng.sample::<f64, _>(StandardNormal)) as f32;
        }
        return;
    };
    let others = classes.saturating_sub(1).max(1) as u32;
    for label in labels {
        let flips = rng.random::<f64>() < noise;
        let away = 1 + rng.random_range(0..others);
        if flips {
            *label = ((*label as u32 + away) % classes.max(1) as u32) as f32;
        }
    }
}

/// Which rows carry the label: `count` at random. Of classes every one that occurs comes first
/// with one row (as far as `count` goes), the rest in proportion. A larger count keeps the rows of
/// a smaller one.
fn labelled(seed: u32, task: usize, shape: &TaskShape, count: usize, labels: &[f32]) -> Vec<bool> {
    let mut rng = stream(seed, Purpose::Missing, task as u64, 0);
    let rows = labels.len() / shape.columns.max(1);
    let mut order: Vec<u32> = (0..rows as u32).collect();
    order.shuffle(&mut rng);
    if let Some(classes) = shape.classes() {
        let mut groups = vec![Vec::new(); classes.max(1)];
        for row in order {
            if let Some(group) = groups.get_mut(labels[row as usize] as usize) {
                group.push(row);
            }
        }
        groups.shuffle(&mut rng);
        let firsts: Vec<u32> = groups.iter().filter_map(|group| group.first().copied()).collect();
        let rest: Vec<_> = groups.iter().map(|g| g.get(1..).unwrap_or_default().to_vec()).collect();
        order = firsts;
        order.extend(interleaved(&rest, || 0.5));
    }
    let mut mask = vec![false; rows];
    order.iter().take(count).for_each(|row| mask[*row as usize] = true);
    mask
}
