//! Three and more tasks at once: one upright axis a task, one line a model, lower is better.

use super::hold::Ends;
use super::labels::fitted;
use super::lines::extent;
use super::palette;
use super::pen::{Ink, Pen, Side, Type};
use super::plot::EDGE;
use super::scale::format_short;
use super::theme::Theme;
use super::{Area, Drawn, EMPTY, Point};
use plotters_backend::DrawingBackend;

/// What a line of the parallel view stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParallelKind {
    /// A member of the fan of preferences.
    Fan {
        /// Whether another member is at least as good on all tasks, and better on one.
        dominated: bool,
    },
    /// The model that is being trained.
    Composed,
    /// The single-task models, each on its own task.
    Single,
}

/// One model's losses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParallelLine<'a> {
    /// Its loss on each task, in the order of the axes; what isn't finite is a gap.
    pub losses: &'a [f64],
    /// What it stands for.
    pub kind: ParallelKind,
}

/// Parallel coordinates over the tasks' held-out losses.
#[derive(Clone, Debug, PartialEq)]
pub struct ParallelChart<'a> {
    /// Index and name of each task, one an axis.
    pub tasks: Vec<(usize, String)>,
    /// The models.
    pub lines: &'a [ParallelLine<'a>],
    /// The ends of every axis where they are held; else they fit what is shown.
    pub ends: Vec<Option<(f64, f64)>>,
    /// Light or dark, scale, font.
    pub theme: Theme,
}

/// One axis on the picture.
struct Axis {
    x: f64,
    low: f64,
    high: f64,
}

impl ParallelChart<'_> {
    /// Draws the chart over the whole area.
    pub fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let pen = Pen::on(area, self.theme)?;
        let (theme, ground) = (self.theme, self.theme.ground());
        let (top, bottom) = (theme.px(44.0), pen.size().1 - theme.px(36.0));
        let quiet = |side| Type::new(ground.muted, side);
        pen.text("losses, lower is better", (theme.px(EDGE), theme.px(11.0)), quiet(Side::Start))?;
        if bottom - top < theme.px(10.0) || self.tasks.is_empty() {
            return Ok(());
        }
        let ranges: Vec<Option<(f64, f64)>> = (0..self.tasks.len()).map(|k| self.range(k)).collect();
        let axes: Vec<Axis> = self.axes(&pen, &ranges);
        let room = (pen.size().0 / self.tasks.len() as f64 - theme.px(22.0)).max(theme.px(10.0));
        for ((axis, range), (task, label)) in axes.iter().zip(&ranges).zip(&self.tasks) {
            pen.upright(axis.x, (top, bottom), ground.axis)?;
            if range.is_some() {
                let (above, below) = (format_short(axis.high), format_short(axis.low));
                pen.text(&above, (axis.x, top - theme.px(9.0)), quiet(Side::Middle))?;
                pen.text(&below, (axis.x, bottom + theme.px(10.0)), quiet(Side::Middle))?;
            }
            let name = fitted(label, room / theme.px(Theme::TEXT));
            let y = bottom + theme.px(26.0);
            let marker = theme.px(11.0);
            let left = axis.x - (pen.width(&name) + marker) / 2.0;
            let colour = palette::task_colour(*task, theme.dark);
            pen.marker(palette::task(*task).shape, (left + theme.px(3.0), y), theme.px(3.8), colour)?;
            pen.text(&name, (left + marker, y), Type::new(ground.foreground, Side::Start))?;
        }
        if ranges.iter().all(Option::is_none) {
            let middle = (pen.size().0 / 2.0, (top + bottom) / 2.0);
            return pen.text(EMPTY, middle, quiet(Side::Middle));
        }
        for kind in [
            ParallelKind::Fan { dominated: true },
            ParallelKind::Fan { dominated: false },
            ParallelKind::Single,
            ParallelKind::Composed,
        ] {
            for line in self.lines.iter().filter(|line| line.kind == kind) {
                self.trace(&pen, &axes, (top, bottom), line)?;
            }
        }
        Ok(())
    }

    /// What the axis of a task has to hold: dominated lines end at its edge where they go further.
    pub fn extent(&self, task: usize) -> Option<(f64, f64)> {
        let matters = |line: &&ParallelLine| line.kind != ParallelKind::Fan { dominated: true };
        extent(self.lines.iter().filter(matters).filter_map(|line| line.losses.get(task)).copied())
    }

    fn range(&self, task: usize) -> Option<(f64, f64)> {
        let held = self.ends.get(task).copied().flatten();
        held.or_else(|| self.extent(task).map(|range| Ends::Even.around(range)))
    }

    fn axes<DB: DrawingBackend>(&self, pen: &Pen<DB>, ranges: &[Option<(f64, f64)>]) -> Vec<Axis> {
        let slot = pen.size().0 / ranges.len() as f64;
        let axis = |(k, range): (usize, &Option<(f64, f64)>)| {
            let (low, high) = range.unwrap_or((0.0, 1.0));
            Axis { x: slot * (k as f64 + 0.5), low, high }
        };
        ranges.iter().enumerate().map(axis).collect()
    }

    fn trace<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        axes: &[Axis],
        (top, bottom): (f64, f64),
        line: &ParallelLine,
    ) -> Drawn<DB> {
        let ground = self.theme.ground();
        let place = |(axis, loss): (&Axis, &f64)| {
            let part = (loss - axis.low) / (axis.high - axis.low);
            part.is_finite().then(|| (axis.x, bottom - part.clamp(0.0, 1.0) * (bottom - top)))
        };
        let places: Vec<Option<Point>> = axes.iter().zip(line.losses).map(place).collect();
        for piece in places.split(Option::is_none) {
            let piece: Vec<Point> = piece.iter().copied().flatten().collect();
            match line.kind {
                ParallelKind::Fan { dominated: true } => {
                    pen.line(&piece, Ink(ground.foreground, if self.theme.dark { 0.25 } else { 0.16 }), 1.0)?
                }
                ParallelKind::Fan { dominated: false } => pen.line(&piece, Ink(ground.foreground, 0.42), 1.0)?,
                ParallelKind::Single => pen.dashed(&piece, ground.foreground, 1.5, &[5.0, 3.0])?,
                ParallelKind::Composed => pen.line(&piece, ground.foreground, 3.0)?,
            }
        }
        if matches!(line.kind, ParallelKind::Fan { .. }) {
            return Ok(());
        }
        for (place, (task, _)) in places.iter().zip(&self.tasks) {
            let Some(at) = *place else { continue };
            let colour = palette::task_colour(*task, self.theme.dark);
            if line.kind == ParallelKind::Composed {
                pen.disc(at, self.theme.px(6.5), ground.background)?;
                pen.marker(palette::task(*task).shape, at, self.theme.px(5.0), colour)?;
            } else {
                pen.disc(at, self.theme.px(4.0), ground.background)?;
                pen.ring(at, self.theme.px(3.5), ground.foreground, 1.5)?;
            }
        }
        Ok(())
    }
}
