//! The rows of a lesson as points on a map.

use super::surface::{target_columns, target_range};
use crate::charts::marker::Shape;
use crate::charts::palette::{self, Rgb, class_colour, hex, sequential};
use crate::page::panels::draw::context;
use mtl_core::config::{LossKind, TaskConfig};
use mtl_core::data::evenly;
use mtl_core::protocol::{Rows, Summary};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// As many points are drawn on a map at most, labelled ones first.
pub const MOST: usize = 300;

/// The side of a map on which a point has its usual size, in CSS pixels.
const USUAL: f64 = 180.0;

/// Marks of class 1 and of class 0.
const DARK: Rgb = palette::LIGHT.foreground;
const LIGHT: Rgb = palette::LIGHT.background;

/// The cross and the plus are thinner than other marks, and larger for it.
const THIN: f64 = 1.25;

/// How many points a map has.
pub struct Shown {
    /// That are drawn.
    pub drawn: usize,
    /// Rows that there are.
    pub all: usize,
}

/// How many points are drawn of how many rows: on maps of training rows and, where `valid`, of validation
/// rows; where the inputs are no plane of validation rows alone.
pub fn shown(summary: &Summary, valid: bool) -> Shown {
    let rows = |rows: &Rows| rows.labelled.first().map_or(0, Vec::len);
    let (train, valid) = match (summary.plane, valid) {
        (true, true) => (rows(&summary.train), rows(&summary.valid)),
        (true, false) => (rows(&summary.train), 0),
        (false, _) => (0, rows(&summary.valid)),
    };
    Shown { drawn: (train + valid).min(MOST), all: train + valid }
}

/// The rows of a task that are drawn where there is room for `most`: evenly spread ones with a label, then
/// such without.
fn chosen(labelled: &[bool], most: usize) -> (Vec<usize>, Vec<usize>) {
    let of = |wanted: bool, most: usize| {
        let rows: Vec<usize> = (0..labelled.len()).filter(|row| labelled.get(*row) == Some(&wanted)).collect();
        evenly(rows.len(), most).filter_map(|k| rows.get(k).copied()).collect::<Vec<_>>()
    };
    let with = of(true, most);
    let without = of(false, most - with.len());
    (with, without)
}

/// What points are drawn with.
#[derive(Clone, Copy)]
pub struct Look {
    /// Whether the page is dark.
    pub dark: bool,
    /// Device pixels per CSS pixel.
    pub scale: f64,
    /// Whether validation rows are shown, too.
    pub valid: bool,
    /// The dimension of a regression that is shown.
    pub output: usize,
}

struct Painter<'a> {
    context: CanvasRenderingContext2d,
    size: (f64, f64),
    extent: f64,
    task: usize,
    config: &'a TaskConfig,
    range: (f32, f32),
    look: Look,
}

/// Draws the rows of a task onto a canvas that is otherwise transparent.
pub fn draw(canvas: &HtmlCanvasElement, summary: &Summary, task: usize, config: &TaskConfig, look: Look) {
    let Some(context) = context(canvas) else { return };
    let size = (f64::from(canvas.width()), f64::from(canvas.height()));
    context.clear_rect(0.0, 0.0, size.0, size.1);
    let outputs = target_columns(config);
    let range = target_range(summary, task, look.output.min(outputs - 1), outputs);
    let extent = f64::from(summary.extent.max(1e-6));
    let painter = Painter { context, size, extent, task, config, range, look };
    let labelled = |rows: &Rows| rows.labelled.get(task).cloned().unwrap_or_default();
    let (train, valid) = (labelled(&summary.train), if look.valid { labelled(&summary.valid) } else { Vec::new() });
    // Half of the points at least are left to training rows, if there are as many.
    let room = MOST - valid.len().min(MOST / 2);
    let (rows, dots) = chosen(&train, room);
    let (valid, _) = chosen(&valid, MOST - rows.len() - dots.len());
    painter.unlabelled(&summary.train, &dots);
    painter.rows(&summary.valid, &valid, 0.75, 0.55);
    painter.rows(&summary.train, &rows, 1.0, 1.0);
}

impl Painter<'_> {
    /// The pixel of a row, where it lies on the map.
    fn place(&self, rows: &Rows, row: usize) -> Option<(f64, f64)> {
        let columns = columns(rows);
        let input = |k: usize| rows.inputs.get(row * columns + k).map(|x| f64::from(*x) / self.extent);
        let (x, y) = (input(0)?, if columns > 1 { input(1)? } else { 0.0 });
        let inside = x.abs() <= 1.0 && y.abs() <= 1.0;
        inside.then(|| ((x + 1.0) / 2.0 * self.size.0, (1.0 - y) / 2.0 * self.size.1))
    }

    /// Device pixels per unit of a point's size: larger on a large map, smaller on a small one.
    fn unit(&self) -> f64 {
        self.look.scale * (self.size.0 / self.look.scale / USUAL).clamp(0.6, 1.8)
    }

    /// Rows that don't carry this task's label.
    fn unlabelled(&self, rows: &Rows, chosen: &[usize]) {
        let context = &self.context;
        let ink = hex(palette::ground(self.look.dark).foreground);
        context.set_fill_style_str(&ink);
        context.set_global_alpha(0.45);
        let size = 1.6 * self.unit();
        for row in chosen {
            if let Some((x, y)) = self.place(rows, *row) {
                context.fill_rect(x - size / 2.0, y - size / 2.0, size, size);
            }
        }
        context.set_global_alpha(1.0);
    }

    /// Labelled rows: dark or light by class, or in the colour of their value.
    fn rows(&self, rows: &Rows, chosen: &[usize], size: f64, alpha: f64) {
        let context = &self.context;
        let ground = palette::ground(self.look.dark);
        let shape = palette::task(self.task).shape;
        let radius = 3.1 * self.unit() * size * if matches!(shape, Shape::Cross | Shape::Plus) { THIN } else { 1.0 };
        context.set_global_alpha(alpha);
        context.set_line_width(2.0 * self.look.scale * size);
        let mut drawn = (None, None);
        for &row in chosen {
            let (Some(at), Some((fill, stroke))) = (self.place(rows, row), self.colours(rows, row, ground)) else {
                continue;
            };
            // Setting a style is what costs: once for each run of equal points.
            if drawn.0 != Some(fill) {
                context.set_fill_style_str(&hex(fill));
            }
            if drawn.1 != Some(stroke) {
                context.set_stroke_style_str(&hex(stroke));
            }
            drawn = (Some(fill), Some(stroke));
            context.begin_path();
            for (k, (x, y)) in shape.outline(at, radius).into_iter().enumerate() {
                if k == 0 { context.move_to(x, y) } else { context.line_to(x, y) }
            }
            context.close_path();
            // The outline lies around the mark, of which it hides nothing however thin that is.
            context.stroke();
            context.fill();
        }
        context.set_global_alpha(1.0);
    }

    /// Fill and outline of a row.
    fn colours(&self, rows: &Rows, row: usize, ground: &palette::Ground) -> Option<(Rgb, Rgb)> {
        let columns = target_columns(self.config);
        let output = self.look.output.min(columns - 1);
        let value = *rows.targets.get(self.task)?.get(row * columns + output)?;
        let ink = ground.foreground;
        Some(match self.config.loss {
            // The same on a light and on a dark page.
            LossKind::Bce if value >= 0.5 => (DARK, LIGHT),
            LossKind::Bce => (LIGHT, DARK),
            LossKind::Ce => (class_colour(value.max(0.0) as usize, self.config.outputs), ink),
            LossKind::Mse | LossKind::Huber => {
                (sequential((value - self.range.0) / (self.range.1 - self.range.0)), ink)
            }
        })
    }
}

/// Inputs in a row; the summary carries two at most.
pub fn columns(rows: &Rows) -> usize {
    let count = rows.labelled.first().map_or(0, Vec::len).max(1);
    (rows.inputs.len() / count).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize) -> Rows {
        Rows { labelled: vec![vec![true; count]], ..Rows::default() }
    }

    #[test]
    fn labelled_rows_come_first_and_all_are_spread_evenly() {
        let labelled: Vec<bool> = (0..1000).map(|row| row % 10 == 0).collect();
        let (with, without) = chosen(&labelled, 300);
        assert_eq!((with.len(), without.len()), (100, 200));
        assert!(with.iter().all(|row| row % 10 == 0) && without.iter().all(|row| row % 10 != 0));
        // No half of the rows has more of them than the other.
        assert_eq!(without.iter().filter(|row| **row < 500).count(), 100);
        let (with, without) = chosen(&[true; 5000], 300);
        assert_eq!((with.len(), without.len()), (300, 0));
        assert!(with.last().is_some_and(|last| *last > 4900));
        assert_eq!(chosen(&[true, false, true], 300), (vec![0, 2], vec![1]));
        assert_eq!(chosen(&[], 300), (vec![], vec![]));
    }

    #[test]
    fn no_map_has_more_points_than_are_told() {
        let summary = Summary { plane: true, train: rows(250), valid: rows(240), ..Summary::default() };
        let told = |valid| {
            let Shown { drawn, all } = shown(&summary, valid);
            (drawn, all)
        };
        assert_eq!((told(false), told(true)), ((250, 250), (300, 490)));
    }
}
