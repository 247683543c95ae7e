//! The rows of a lesson as points on a map.

use super::surface::{target_columns, target_range};
use crate::charts::palette::{self, Rgb, class_colour, hex, sequential};
use crate::page::panels::draw::context;
use mtl_core::config::{LossKind, TaskConfig};
use mtl_core::protocol::{Rows, Summary};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

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
    painter.unlabelled(&summary.train);
    if look.valid {
        painter.rows(&summary.valid, 0.75, 0.55);
    }
    painter.rows(&summary.train, 1.0, 1.0);
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

    fn radius(&self, rows: &Rows) -> f64 {
        let crowd = (300.0 / self.count(rows).max(1) as f64).sqrt().clamp(0.5, 1.0);
        3.1 * crowd * self.look.scale
    }

    fn count(&self, rows: &Rows) -> usize {
        rows.labelled.get(self.task).map_or(0, Vec::len)
    }

    fn labelled(&self, rows: &Rows, row: usize) -> bool {
        rows.labelled.get(self.task).and_then(|labelled| labelled.get(row)).copied().unwrap_or(false)
    }

    /// Rows that don't carry this task's label.
    fn unlabelled(&self, rows: &Rows) {
        let context = &self.context;
        let ink = hex(palette::ground(self.look.dark).foreground);
        context.set_fill_style_str(&ink);
        context.set_global_alpha(0.45);
        let size = 1.6 * self.look.scale;
        for row in (0..self.count(rows)).filter(|row| !self.labelled(rows, *row)) {
            if let Some((x, y)) = self.place(rows, row) {
                context.fill_rect(x - size / 2.0, y - size / 2.0, size, size);
            }
        }
        context.set_global_alpha(1.0);
    }

    /// Labelled rows: filled or hollow by class, or in the colour of their value.
    fn rows(&self, rows: &Rows, size: f64, alpha: f64) {
        let context = &self.context;
        let ground = palette::ground(self.look.dark);
        let radius = self.radius(rows) * size;
        context.set_global_alpha(alpha);
        context.set_line_width(1.2 * self.look.scale * size);
        let mut drawn = (None, None);
        for row in (0..self.count(rows)).filter(|row| self.labelled(rows, *row)) {
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
            for (k, (x, y)) in palette::task(self.task).shape.outline(at, radius).into_iter().enumerate() {
                if k == 0 { context.move_to(x, y) } else { context.line_to(x, y) }
            }
            context.close_path();
            context.fill();
            context.stroke();
        }
        context.set_global_alpha(1.0);
    }

    /// Fill and outline of a row.
    fn colours(&self, rows: &Rows, row: usize, ground: &palette::Ground) -> Option<(Rgb, Rgb)> {
        let columns = target_columns(self.config);
        let output = self.look.output.min(columns - 1);
        let value = *rows.targets.get(self.task)?.get(row * columns + output)?;
        let (ink, paper) = (ground.foreground, ground.background);
        Some(match self.config.loss {
            LossKind::Bce if value >= 0.5 => (ink, paper),
            LossKind::Bce => (paper, ink),
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
