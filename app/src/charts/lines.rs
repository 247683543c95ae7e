//! What line charts share: decimated curves, direct labels at the ends of lines.

use super::labels::{fitted, spread, text_width};
use super::palette::{self, Dash};
use super::pen::{Ink, Pen, Side, Type};
use super::plot::{EDGE, Plot};
use super::theme::Theme;
use super::{Drawn, Point, clip};
use plotters_backend::DrawingBackend;

/// A line's stroke.
#[derive(Clone, Copy)]
pub(crate) struct Stroke {
    pub ink: Ink,
    /// In CSS pixels.
    pub width: f64,
    pub dash: Dash,
}

/// The points of a curve in pixels, at most two per pixel column, the lowest and the highest, in
/// their order; a point that isn't finite ends a piece. A gap narrower than a column can't be seen
/// and is left out.
pub(crate) fn decimate(points: &[Point], plot: &Plot) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let mut piece: Vec<Point> = Vec::new();
    let mut column: Option<Column> = None;
    let mut broken = false;
    for &(x, y) in points {
        if !x.is_finite() {
            continue;
        }
        if !y.is_finite() {
            broken = true;
            continue;
        }
        let at = plot.point((x, y));
        match &mut column {
            Some(column) if column.index == at.0.floor() => column.add(at),
            _ => {
                if let Some(full) = column.take() {
                    full.end(&mut piece);
                }
                if broken && !piece.is_empty() {
                    pieces.push(std::mem::take(&mut piece));
                }
                column = Some(Column::new(at));
            }
        }
        broken = false;
    }
    if let Some(full) = column {
        full.end(&mut piece);
    }
    pieces.push(piece);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// One pixel column: its highest and lowest point, in the order in which they came.
struct Column {
    index: f64,
    first: Point,
    second: Point,
}

impl Column {
    fn new(at: Point) -> Self {
        Column { index: at.0.floor(), first: at, second: at }
    }

    fn add(&mut self, at: Point) {
        let (low, high) = (self.first.1.min(self.second.1), self.first.1.max(self.second.1));
        if (low..=high).contains(&at.1) {
            return;
        }
        // The new extreme came last; of the two before it the opposite one stays.
        let stays = if (self.first.1 < self.second.1) == (at.1 < low) { self.second } else { self.first };
        self.first = stays;
        self.second = at;
    }

    fn end(self, piece: &mut Vec<Point>) {
        piece.push(self.first);
        if self.second != self.first {
            piece.push(self.second);
        }
    }
}

/// Draws a curve within its plot.
pub(crate) fn curve<DB: DrawingBackend>(pen: &Pen<DB>, plot: &Plot, points: &[Point], stroke: Stroke) -> Drawn<DB> {
    let frame = plot.frame().grown(1.0);
    for piece in decimate(points, plot) {
        if let [lonely] = piece[..] {
            if frame.contains(lonely) {
                pen.disc(lonely, pen.theme.px(stroke.width), stroke.ink)?;
            }
            continue;
        }
        for part in clip::polyline(&frame, &piece) {
            match stroke.dash {
                Dash::Solid => pen.line(&part, stroke.ink, stroke.width)?,
                Dash::Broken(pattern) => pen.dashed_curve(&part, stroke.ink, stroke.width, pattern)?,
                Dash::Double => {
                    // Side by side, so that what lies below shows through.
                    for offset in [-1.75, 1.75] {
                        let moved: Vec<Point> = part.iter().map(|p| (p.0, p.1 + pen.theme.px(offset))).collect();
                        pen.line(&moved, stroke.ink, stroke.width * 0.6)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// The last point of a curve that is a number.
pub(crate) fn last(points: &[Point]) -> Option<Point> {
    points.iter().rev().find(|(x, y)| x.is_finite() && y.is_finite()).copied()
}

/// The least and the greatest number, if any is finite.
pub(crate) fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|v| v.is_finite()).fold(None, |range, v| match range {
        None => Some((v, v)),
        Some((low, high)) => Some((low.min(v), high.max(v))),
    })
}

/// A label beside the end of a task's line.
pub(crate) struct EndLabel {
    pub task: usize,
    pub text: String,
    /// Where the line ends, in pixels.
    pub end: Point,
}

/// The space between a line's end and the text of its label, in CSS pixels.
const LEAD: f64 = 24.0;

/// The width that end labels take of a chart, in device pixels: as much as they need, at most a
/// third.
pub(crate) fn label_room<'a>(texts: impl Iterator<Item = &'a str>, width: u32, theme: Theme) -> f64 {
    let widest = texts.map(|text| text_width(&fitted(text, 30.0))).fold(0.0, f64::max);
    if widest == 0.0 {
        return theme.px(EDGE * 2.0);
    }
    let css = ((widest * Theme::TEXT + LEAD + EDGE) / 4.0).ceil() * 4.0;
    theme.px(css).min(f64::from(width) * 0.34)
}

/// Writes the labels of the lines at the right of the plot, apart from each other, each with its
/// task's marker and, where it had to move, a thin leader to its line.
pub(crate) fn end_labels<DB: DrawingBackend>(pen: &Pen<DB>, plot: &Plot, labels: &[EndLabel]) -> Drawn<DB> {
    let theme = pen.theme;
    let wanted: Vec<f64> = labels.iter().map(|label| label.end.1).collect();
    let places = spread(&wanted, theme.px(14.0), (plot.top, plot.bottom - theme.px(4.0)));
    let room = pen.size().0 - plot.right - theme.px(LEAD) - theme.px(2.0);
    for (label, y) in labels.iter().zip(places) {
        let colour = palette::task_colour(label.task, theme.dark);
        let marker = (plot.right + theme.px(15.0), y);
        if (y - label.end.1).abs() > theme.px(2.0) || plot.right - label.end.0 > theme.px(2.0) {
            let from = plot.frame().clamp(label.end);
            let line = [from, (plot.right + theme.px(3.0), from.1), (marker.0 - theme.px(6.0), y)];
            pen.line(&line, Ink(colour, 0.5), 1.0)?;
        }
        pen.marker(palette::task(label.task).shape, marker, theme.px(3.8), colour)?;
        let text = fitted(&label.text, room / theme.px(Theme::TEXT));
        let at = (plot.right + theme.px(LEAD), y);
        pen.text(&text, at, Type::new(theme.ground().foreground, Side::Start))?;
    }
    Ok(())
}
