//! What the squares of units show: maps over the plane, weights as a picture, or how closely a unit
//! follows each task.

use super::layout::{Block, Part};
use crate::charts::Theme;
use crate::charts::heatmap::unit_rgba;
use crate::page::panels::predictions::upside_down;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::LossKind;
use mtl_core::protocol::{LayerPicture, Picture};

/// A picture of the engine, with what it takes to read it.
pub struct Seen<'a> {
    /// The engine's picture.
    pub picture: &'a Picture,
    /// Where the inputs are the pixels of a square picture: its side; otherwise 0.
    pub side: usize,
    /// Per task: whether its outputs are probabilities.
    pub chances: Vec<bool>,
}

/// Looks at the newest picture; nothing where there is none. Untracked.
pub fn see<T>(page: Page, look: impl FnOnce(&Seen) -> T) -> Option<T> {
    let side = page.summary.with_untracked(|summary| summary.as_ref().map_or(0, |summary| summary.side));
    let chances = page.lesson.with_untracked(|lesson| {
        lesson.tasks.iter().map(|task| matches!(task.loss, LossKind::Bce | LossKind::Ce)).collect()
    });
    page.picture.with_untracked(|picture| picture.as_deref().map(|picture| look(&Seen { picture, side, chances })))
}

impl Seen<'_> {
    fn layer(&self, index: usize, block: &Block) -> Option<&LayerPicture> {
        self.picture.layers.get(index).filter(|layer| layer.width == block.count)
    }

    /// The first shared layer, where it reads a picture with weights of its own.
    pub fn reader(&self) -> Option<&LayerPicture> {
        let layer = self.picture.layers.first().filter(|layer| layer.task.is_none() && self.side > 0)?;
        let whole = layer.weights.len() == self.side * self.side * layer.width;
        (whole && layer.weights.iter().any(|weight| *weight != 0.0)).then_some(layer)
    }

    /// A unit's values from the top row down, and how many are on a side: over the plane, or with what
    /// weights it reads a picture.
    pub fn values(&self, block: &Block, unit: usize) -> Option<(Vec<f32>, usize)> {
        let Picture { side, unit_side, .. } = *self.picture;
        if side == 0 {
            return Some((self.weights(block, unit)?, self.side));
        }
        match block.part {
            Part::Input => {
                if unit > 1 {
                    return None;
                }
                let part = |index: usize| (index as f32 + 0.5) / unit_side.max(1) as f32 * 2.0 - 1.0;
                let value = |place: usize| if unit == 0 { part(place % unit_side) } else { -part(place / unit_side) };
                Some(((0..unit_side * unit_side).map(value).collect(), unit_side))
            }
            Part::Layer { picture, .. } => {
                let cells = unit_side * unit_side;
                let maps = &self.layer(picture, block)?.maps;
                let map = maps.get(unit * cells..(unit + 1) * cells).filter(|map| !map.is_empty())?;
                Some((map.to_vec(), unit_side))
            }
            Part::Output => {
                let map = self.picture.maps.get(block.task?)?;
                if map.len() != side * side * block.count {
                    return None;
                }
                Some((map.iter().skip(unit).step_by(block.count).copied().collect(), side))
            }
        }
    }

    /// The weights with which a unit reads a picture: of the first shared layer its own; an input is one
    /// of the pixels.
    fn weights(&self, block: &Block, unit: usize) -> Option<Vec<f32>> {
        let cells = self.side * self.side;
        match block.part {
            Part::Input if block.count == cells && cells > 0 => {
                Some((0..cells).map(|cell| f32::from(u8::from(cell == unit))).collect())
            }
            Part::Layer { index: 0, .. } if block.task.is_none() => {
                let reader = self.reader().filter(|reader| reader.width == block.count)?;
                Some(reader.weights.iter().skip(unit).step_by(reader.width).copied().collect())
            }
            _ => None,
        }
    }

    /// What a block's values are divided by, so that its units can be compared.
    fn largest(&self, block: &Block) -> f32 {
        let (values, least): (&[f32], f32) = match block.part {
            Part::Input => return 1.0,
            Part::Layer { .. } if self.picture.side == 0 => (self.reader().map_or(&[], |reader| &reader.weights), 1e-6),
            Part::Layer { picture, .. } => (self.layer(picture, block).map_or(&[], |layer| &layer.maps), 0.25),
            Part::Output => (block.task.and_then(|task| self.picture.maps.get(task)).map_or(&[], Vec::as_slice), 0.25),
        };
        values.iter().filter(|value| value.is_finite()).fold(least, |most, value| most.max(value.abs()))
    }

    /// A unit's values as RGBA from the top row down, and how many are on a side. Probabilities are spread
    /// from 0..1 to -1..1.
    pub fn pixels(&self, block: &Block, unit: usize, theme: Theme) -> Option<(Vec<u8>, usize)> {
        let (mut values, side) = self.values(block, unit)?;
        let chance = block.task.and_then(|task| self.chances.get(task)).copied().unwrap_or(false);
        if chance && block.part == Part::Output {
            values.iter_mut().for_each(|value| *value = *value * 2.0 - 1.0);
        } else {
            let most = self.largest(block);
            values.iter_mut().for_each(|value| *value /= most);
        }
        Some((upside_down(&unit_rgba(&values, side, theme), side), side))
    }

    /// How closely a unit follows each task, where the inputs are no plane.
    pub fn correlations(&self, block: &Block, unit: usize) -> Option<&[f32]> {
        let all = match block.part {
            Part::Input => &self.picture.input_correlations,
            Part::Layer { picture, .. } => &self.layer(picture, block)?.correlations,
            Part::Output => self.picture.output_correlations.get(block.task?)?,
        };
        let tasks = self.chances.len();
        let whole = !all.is_empty() && all.len() == block.count * tasks;
        whole.then(|| all.get(unit * tasks..(unit + 1) * tasks)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::{Layout, Shape};
    use super::*;

    fn layout(inputs: usize, trunk: usize, tasks: usize) -> Layout {
        let shape = Shape { inputs, trunk: vec![trunk], heads: vec![vec![]; tasks], outputs: vec![1; tasks] };
        Layout::new(&shape, (640.0, 204.0))
    }

    fn seen(picture: &Picture, side: usize) -> Seen<'_> {
        Seen { picture, side, chances: vec![true, false] }
    }

    #[test]
    fn a_picture_of_another_network_gives_nothing() {
        let layout = layout(2, 4, 1);
        let layer = LayerPicture {
            width: 3,
            from: 2,
            weights: vec![0.0; 6],
            maps: vec![0.0; 3 * 64],
            ..LayerPicture::default()
        };
        let picture =
            Picture { side: 8, unit_side: 8, layers: vec![layer], maps: vec![vec![0.0; 3]], ..Picture::default() };
        let seen = seen(&picture, 0);
        assert!(seen.values(&layout.blocks[0], 1).is_some());
        assert!(seen.values(&layout.blocks[1], 0).is_none() && seen.correlations(&layout.blocks[1], 0).is_none());
        assert!(seen.values(&layout.blocks[2], 0).is_none());
    }

    #[test]
    fn the_maps_of_the_inputs_rise_to_the_right_and_upwards() {
        let layout = layout(2, 1, 1);
        let picture = Picture { side: 8, unit_side: 2, ..Picture::default() };
        let values = |unit| seen(&picture, 0).values(&layout.blocks[0], unit).map(|(values, _)| values);
        assert_eq!(values(0), Some(vec![-0.5, 0.5, -0.5, 0.5]));
        assert_eq!(values(1), Some(vec![0.5, 0.5, -0.5, -0.5]));
    }

    #[test]
    fn a_unit_that_reads_a_picture_shows_its_weights_from_the_top_row_down() {
        let layout = layout(4, 2, 2);
        // Four pixels, two units: the second reads the last pixel alone.
        let weights = vec![1.0, 0.0, 2.0, 0.0, 3.0, 0.0, 4.0, -8.0];
        let layer = LayerPicture { width: 2, from: 4, weights, ..LayerPicture::default() };
        let mut picture = Picture { layers: vec![layer], ..Picture::default() };
        let (pixel, unit) = (&layout.blocks[0], &layout.blocks[1]);
        assert_eq!(seen(&picture, 2).values(unit, 0), Some((vec![1.0, 2.0, 3.0, 4.0], 2)));
        assert_eq!(seen(&picture, 2).values(pixel, 2), Some((vec![0.0, 0.0, 1.0, 0.0], 2)));
        let theme = Theme::new(false, 1.0);
        let (pixels, side) = seen(&picture, 2).pixels(unit, 1, theme).unwrap_or_default();
        assert_eq!((pixels.len(), side), (16, 2));
        assert!(pixels[12] > pixels[14], "the last pixel is orange: {pixels:?}");
        // Inputs that are no picture have none, nor have weights that are stored otherwise.
        assert_eq!(seen(&picture, 0).values(unit, 0), None);
        picture.layers[0].weights = vec![0.0; 8];
        assert_eq!(seen(&picture, 2).values(unit, 0), None);
    }

    #[test]
    fn every_unit_has_a_correlation_with_every_task() {
        let layout = layout(3, 2, 2);
        let layer =
            LayerPicture { width: 2, from: 3, correlations: vec![0.1, 0.2, 0.3, 0.4], ..LayerPicture::default() };
        let picture = Picture {
            layers: vec![layer],
            input_correlations: vec![0.0; 6],
            output_correlations: vec![vec![0.9, 0.0], vec![0.5]],
            ..Picture::default()
        };
        let seen = seen(&picture, 0);
        let of = |block: usize, unit| seen.correlations(&layout.blocks[block], unit);
        assert_eq!(of(0, 2), Some(&[0.0, 0.0][..]));
        assert_eq!(of(1, 1), Some(&[0.3, 0.4][..]));
        assert_eq!(of(2, 0), Some(&[0.9, 0.0][..]));
        assert_eq!(of(3, 0), None, "a task's numbers are missing");
    }
}
