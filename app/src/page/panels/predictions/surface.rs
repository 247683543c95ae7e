//! A task's map as pixels, and what it says at a place.

use crate::charts::Theme;
use crate::charts::heatmap::{Surface, surface_rgba};
use crate::page::panels::text::short;
use mtl_core::config::{LossKind, TaskConfig};
use mtl_core::protocol::{Picture, Summary};

/// Pixels that a cell of a map becomes in each direction.
const FINER: usize = 3;

/// A task's map in the newest picture.
#[derive(Clone, Copy, Debug)]
pub struct Map<'a> {
    values: &'a [f32],
    side: usize,
    outputs: usize,
}

impl<'a> Map<'a> {
    /// The map of a task, where the picture has a whole one.
    pub fn of(picture: &'a Picture, task: usize) -> Option<Self> {
        let (side, values) = (picture.side, picture.maps.get(task)?);
        let cells = side.checked_mul(side).filter(|cells| *cells > 0)?;
        let outputs = values.len() / cells;
        (outputs > 0 && values.len() == cells * outputs).then_some(Self { values, side, outputs })
    }

    /// RGBA from the top row down. `output` is the dimension of a regression that is shown.
    pub fn pixels(
        &self,
        task: &TaskConfig,
        range: (f32, f32),
        output: usize,
        theme: Theme,
        discretise: bool,
    ) -> Vec<u8> {
        let one;
        let (values, kind) = match task.loss {
            LossKind::Bce => (self.values, Surface::Binary),
            LossKind::Ce => (self.values, Surface::Classes { n: self.outputs }),
            LossKind::Mse | LossKind::Huber => {
                let kind = Surface::Regression { low: range.0, high: range.1 };
                if self.outputs == 1 {
                    (self.values, kind)
                } else {
                    let output = output.min(self.outputs - 1);
                    one = self.values.iter().skip(output).step_by(self.outputs).copied().collect::<Vec<_>>();
                    (one.as_slice(), kind)
                }
            }
        };
        let channels = if task.loss == LossKind::Ce { self.outputs } else { 1 };
        let fine = refined(values, self.side, channels);
        let side = self.fine_side();
        upside_down(&surface_rgba(&fine, side, kind, theme, discretise), side)
    }

    /// Pixels on a side of [`Map::pixels`].
    pub fn fine_side(&self) -> usize {
        self.side * FINER
    }

    /// The prediction at a place of the plane of half side `extent`.
    pub fn at(&self, (x, y): (f32, f32), extent: f32) -> Option<&'a [f32]> {
        let (column, row) = cell((x, y), extent, self.side)?;
        let start = (row * self.side + column) * self.outputs;
        self.values.get(start..start + self.outputs)
    }
}

/// A map with [`FINER`] times as many cells on a side, straight between the middles of the old ones:
/// boundaries and contour lines become thin and smooth.
fn refined(values: &[f32], side: usize, channels: usize) -> Vec<f32> {
    let fine = side * FINER;
    // For every fine cell: the two old cells around its middle, and how far it is from the first.
    let places: Vec<(usize, usize, f32)> = (0..fine)
        .map(|k| {
            let at = ((k as f32 + 0.5) / FINER as f32 - 0.5).clamp(0.0, (side - 1) as f32);
            let first = (at as usize).min(side - 1);
            (first, (first + 1).min(side - 1), at - first as f32)
        })
        .collect();
    // First every old row across, then between the rows: each fine cell is one step between two.
    let mut rows = Vec::with_capacity(side * fine * channels);
    for row in values.chunks_exact(side * channels) {
        for &(left, right, across) in &places {
            let pair = row.iter().skip(left * channels).zip(row.iter().skip(right * channels)).take(channels);
            rows.extend(pair.map(|(a, b)| a + (b - a) * across));
        }
    }
    let mut out = Vec::with_capacity(fine * fine * channels);
    let row = |index: usize| rows.chunks_exact(fine * channels).nth(index).unwrap_or_default();
    for &(top, bottom, down) in &places {
        out.extend(row(top).iter().zip(row(bottom)).map(|(a, b)| a + (b - a) * down));
    }
    out
}

/// Column and row, from the top, of a place of the plane.
pub fn cell((x, y): (f32, f32), extent: f32, side: usize) -> Option<(usize, usize)> {
    let part = |v: f32| (v + extent) / (2.0 * extent);
    let index = |part: f32| ((part * side as f32) as usize).min(side.saturating_sub(1));
    let (across, down) = (part(x), 1.0 - part(y));
    let inside = |part: f32| (0.0..=1.0).contains(&part);
    (side > 0 && inside(across) && inside(down)).then(|| (index(across), index(down)))
}

/// The engine sends the top row first, the heat map expects the lowest one first.
pub fn upside_down(pixels: &[u8], side: usize) -> Vec<u8> {
    let mut turned = Vec::with_capacity(pixels.len());
    pixels.chunks_exact((side * 4).max(1)).rev().for_each(|row| turned.extend_from_slice(row));
    turned
}

/// The range of a regression's colours: that of its targets, which doesn't move while it trains.
pub fn target_range(summary: &Summary, task: usize, output: usize, outputs: usize) -> (f32, f32) {
    let of = |targets: &[Vec<f32>]| {
        let values = targets.get(task).map_or(&[][..], Vec::as_slice);
        values.iter().skip(output).step_by(outputs.max(1)).copied().filter(|v| v.is_finite()).collect::<Vec<_>>()
    };
    let all = of(&summary.train.targets).into_iter().chain(of(&summary.valid.targets));
    let (low, high) = all.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low < high { (low, high) } else { (-1.0, 1.0) }
}

/// The likeliest of several classes and its probability.
pub fn likeliest(chances: &[f32]) -> Option<(usize, f32)> {
    chances.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))
}

/// The class that a prediction comes down to; `None` of a regression.
pub fn guessed(loss: LossKind, prediction: &[f32]) -> Option<usize> {
    match loss {
        LossKind::Bce => prediction.first().map(|chance| usize::from(*chance >= 0.5)),
        LossKind::Ce => likeliest(prediction).map(|(class, _)| class),
        LossKind::Mse | LossKind::Huber => None,
    }
}

/// A prediction in words.
pub fn words(task: &TaskConfig, prediction: &[f32]) -> String {
    let number = |value: &f32| short(f64::from(*value));
    match (task.loss, prediction) {
        (LossKind::Bce, [chance, ..]) => format!("{} (class {})", number(chance), u8::from(*chance >= 0.5)),
        (LossKind::Ce, _) => match likeliest(prediction) {
            Some((class, chance)) => format!("class {class} ({})", number(&chance)),
            None => "not finite".into(),
        },
        _ => prediction.iter().map(number).collect::<Vec<_>>().join(", "),
    }
}

/// A row's label in words.
pub fn label_words(task: &TaskConfig, targets: &[f32]) -> String {
    match (task.loss.is_regression(), targets) {
        (false, [class, ..]) => format!("class {class}"),
        _ => targets.iter().map(|value| short(f64::from(*value))).collect::<Vec<_>>().join(", "),
    }
}

/// Columns that a task's targets take in the rows of a summary.
pub fn target_columns(task: &TaskConfig) -> usize {
    if task.loss.is_regression() { task.outputs.max(1) } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_from_the_top_left() {
        assert_eq!(cell((-1.0, 1.0), 1.0, 10), Some((0, 0)));
        assert_eq!(cell((1.0, -1.0), 1.0, 10), Some((9, 9)));
        assert_eq!(cell((0.05, 0.95), 1.0, 10), Some((5, 0)));
        assert_eq!(cell((2.0, 0.0), 1.0, 10), None);
        assert_eq!(cell((0.0, 0.0), 1.0, 0), None);
    }

    #[test]
    fn the_top_row_of_the_engine_is_the_top_row_of_pixels() {
        let picture = Picture { side: 2, maps: vec![vec![1.0, 1.0, 0.0, 0.0]], ..Picture::default() };
        let task = TaskConfig::default();
        let Some(map) = Map::of(&picture, 0) else { panic!("there is a map") };
        let pixels = map.pixels(&task, (0.0, 1.0), 0, Theme::new(false, 1.0), true);
        // Blue at the top, where the second class is certain.
        assert!(pixels[2] > pixels[0], "{pixels:?}");
        let end = pixels.len() - 4;
        assert_eq!(pixels.len(), 4 * map.fine_side() * map.fine_side());
        assert!(pixels[end] > pixels[end + 2], "{pixels:?}");
        assert_eq!(map.at((0.0, 0.9), 1.0), Some(&[1.0][..]));
    }

    #[test]
    fn a_finer_map_goes_straight_between_the_cells() {
        let fine = refined(&[0.0, 3.0, 0.0, 3.0], 2, 1);
        let wanted = [0.0f32, 0.0, 1.0, 2.0, 3.0, 3.0];
        assert!(fine.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-5), "{fine:?}");
        assert_eq!(fine.len(), 36);
        let chances = refined(&[0.5, 0.5], 1, 2);
        assert_eq!(chances, [0.5; 18]);
    }

    #[test]
    fn a_picture_of_another_lesson_is_no_map() {
        let picture = Picture { side: 3, maps: vec![vec![0.0; 8]], ..Picture::default() };
        assert!(Map::of(&picture, 0).is_none() && Map::of(&picture, 1).is_none());
        assert!(Map::of(&Picture::default(), 0).is_none());
    }
}
