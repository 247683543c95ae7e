//! What line charts share: curves in pixel columns, direct labels at the ends of lines.

use super::labels::{fitted, spread, text_width, whole_words};
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

/// The pixel columns of a curve, in pieces; a point that isn't finite ends a piece. A gap narrower than a
/// column can't be seen and is left out.
fn columns(points: &[Point], plot: &Plot) -> Vec<Vec<Column>> {
    let mut pieces: Vec<Vec<Column>> = vec![Vec::new()];
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
        let Some(piece) = pieces.last_mut() else { break };
        match piece.last_mut() {
            Some(column) if column.index == at.0.floor() => column.add(at),
            Some(_) if broken => pieces.push(vec![Column::new(at)]),
            _ => piece.push(Column::new(at)),
        }
        broken = false;
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The points of a curve in pixels, at most two per pixel column, the lowest and the highest, in
/// their order: how far it spreads.
pub(crate) fn decimate(points: &[Point], plot: &Plot) -> Vec<Vec<Point>> {
    columns(points, plot).iter().map(|piece| piece.iter().flat_map(Column::spread).collect()).collect()
}

/// The points of a curve in pixels, one per pixel column, the mean of what lies in it, as it is drawn:
/// on a log axis that is the geometric mean. It moves little where another point is recorded.
pub(crate) fn means(points: &[Point], plot: &Plot) -> Vec<Vec<Point>> {
    columns(points, plot).iter().map(|piece| piece.iter().map(Column::mean).collect()).collect()
}

/// One pixel column: its highest and lowest point, in the order in which they came, and the sum of all.
struct Column {
    index: f64,
    first: Point,
    second: Point,
    sum: Point,
    count: f64,
}

impl Column {
    fn new(at: Point) -> Self {
        Column { index: at.0.floor(), first: at, second: at, sum: at, count: 1.0 }
    }

    fn add(&mut self, at: Point) {
        (self.sum, self.count) = ((self.sum.0 + at.0, self.sum.1 + at.1), self.count + 1.0);
        let (low, high) = (self.first.1.min(self.second.1), self.first.1.max(self.second.1));
        if (low..=high).contains(&at.1) {
            return;
        }
        // The new extreme came last; of the two before it the opposite one stays.
        let stays = if (self.first.1 < self.second.1) == (at.1 < low) { self.second } else { self.first };
        self.first = stays;
        self.second = at;
    }

    fn spread(&self) -> impl Iterator<Item = Point> + use<> {
        let second = Some(self.second).filter(|second| *second != self.first);
        std::iter::once(self.first).chain(second)
    }

    fn mean(&self) -> Point {
        (self.sum.0 / self.count, self.sum.1 / self.count)
    }
}

/// Draws the mean line of a curve within its plot.
pub(crate) fn curve<DB: DrawingBackend>(pen: &Pen<DB>, plot: &Plot, points: &[Point], stroke: Stroke) -> Drawn<DB> {
    trace(pen, plot, &means(points, plot), stroke)
}

/// Draws how far a curve spreads: a faint, thin line up and down through its pixel columns.
pub(crate) fn ghost<DB: DrawingBackend>(pen: &Pen<DB>, plot: &Plot, points: &[Point], ink: Ink) -> Drawn<DB> {
    trace(pen, plot, &decimate(points, plot), Stroke { ink, width: 1.0, dash: Dash::Solid })
}

fn trace<DB: DrawingBackend>(pen: &Pen<DB>, plot: &Plot, pieces: &[Vec<Point>], stroke: Stroke) -> Drawn<DB> {
    let frame = plot.frame().grown(1.0);
    for piece in pieces {
        if let [lonely] = piece[..] {
            if frame.contains(lonely) {
                pen.disc(lonely, pen.theme.px(stroke.width), stroke.ink)?;
            }
            continue;
        }
        for part in clip::polyline(&frame, piece) {
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

/// Where the mean line of a curve ends, in pixels, within the plot.
pub(crate) fn end_of(points: &[Point], plot: &Plot) -> Option<Point> {
    let pieces = means(points, plot);
    pieces.last().and_then(|piece| piece.last()).map(|end| plot.frame().clamp(*end))
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
    /// The task's name, its letter first; as many of its words are written as there is room for.
    pub name: String,
    /// A number that is written whole or not at all; may be empty.
    pub value: String,
    /// Where the line ends, in pixels.
    pub end: Point,
}

/// The space between a line's end and the text of its label, in CSS pixels.
const LEAD: f64 = 24.0;

/// From one label down to the next where there is room, and at the least, in CSS pixels.
const PITCH: (f64, f64) = (14.0, 12.0);

/// The least that a label takes of the width, its marker included, in CSS pixels.
const NARROW: f64 = 26.0;

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

/// Where a label stands and how wide it may be, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Slot {
    x: f64,
    y: f64,
    width: f64,
}

/// Places for labels that would stand at these heights, none over another: one below the other where the
/// height allows it, else in as many columns as it takes and the width holds, each a label's letter.
/// What doesn't fit even so has none. Order in, order out.
fn slots(wanted: &[f64], (left, width): (f64, f64), (top, bottom): (f64, f64), theme: Theme) -> Vec<Option<Slot>> {
    let least = theme.px(PITCH.1);
    let rows = ((bottom - top).max(0.0) / least).floor() as usize + 1;
    let most = ((width / theme.px(NARROW)).floor() as usize).max(1);
    let columns = wanted.len().div_ceil(rows).clamp(1, most);
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    order.truncate(rows * columns);
    let mut places = vec![None; wanted.len()];
    for column in 0..columns {
        // Neighbours in height stand in neighbouring columns.
        let own: Vec<usize> = order.iter().copied().skip(column).step_by(columns).collect();
        let heights: Vec<f64> = own.iter().map(|i| wanted[*i]).collect();
        let part = width / columns as f64;
        for (i, y) in own.into_iter().zip(spread(&heights, theme.px(PITCH.0), (top, bottom))) {
            places[i] = Some(Slot { x: left + column as f64 * part, y, width: part });
        }
    }
    places
}

/// Writes the labels of the lines at the right of the plot, apart from each other, each with its
/// task's marker and, where it had to move, a thin leader to its line.
pub(crate) fn end_labels<DB: DrawingBackend>(pen: &Pen<DB>, plot: &Plot, labels: &[EndLabel]) -> Drawn<DB> {
    let theme = pen.theme;
    let wanted: Vec<f64> = labels.iter().map(|label| label.end.1).collect();
    let left = plot.right + theme.px(9.0);
    let rows = (plot.top, plot.bottom - theme.px(4.0));
    let places = slots(&wanted, (left, pen.size().0 - left - theme.px(2.0)), rows, theme);
    for (label, place) in labels.iter().zip(places) {
        let Some(Slot { x, y, width }) = place else { continue };
        let colour = palette::task_colour(label.task, theme.dark);
        let marker = (x + theme.px(6.0), y);
        if (y - label.end.1).abs() > theme.px(2.0) || plot.right - label.end.0 > theme.px(2.0) {
            let from = plot.frame().clamp(label.end);
            let line = [from, (plot.right + theme.px(3.0), from.1), (left, y), (x, y)];
            pen.line(&line, Ink(colour, 0.5), 1.0)?;
        }
        pen.marker(palette::task(label.task).shape, marker, theme.px(3.8), colour)?;
        let lead = theme.px(LEAD - 9.0);
        let text = label.text((width - lead) / theme.px(Theme::TEXT));
        pen.text(&text, (x + lead, y), Type::new(theme.ground().foreground, Side::Start))?;
    }
    Ok(())
}

impl EndLabel {
    /// What of the label fits a width in units of the font size.
    fn text(&self, width: f64) -> String {
        if self.value.is_empty() {
            return fitted(&whole_words(&self.name, width), width.max(1.0));
        }
        let value = format!("\u{2002}{}", self.value);
        let name = whole_words(&self.name, width - text_width(&value));
        let both = name + &value;
        if text_width(&both) <= width { both } else { fitted(&whole_words(&self.name, 0.0), width.max(1.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEME: Theme = Theme { dark: false, scale: 1.0, font: Theme::FONT };

    #[test]
    fn labels_never_stand_over_each_other() {
        for height in [20.0, 56.0, 82.0, 400.0] {
            for (count, width) in [(1, 60.0), (2, 140.0), (6, 60.0), (6, 140.0), (9, 140.0)] {
                let wanted: Vec<f64> = (0..count).map(|k| 30.0 + f64::from(k * 7 % 3) * 2.0).collect();
                let all = slots(&wanted, (300.0, width), (26.0, 26.0 + height), THEME);
                let found: Vec<Slot> = all.iter().flatten().copied().collect();
                let fits = (height / PITCH.1).floor() as usize + 1;
                assert!(found.len() >= wanted.len().min(fits), "{count} in {width} x {height}: {all:?}");
                for (k, a) in found.iter().enumerate() {
                    assert!((26.0..=26.0 + height).contains(&a.y) && a.x + a.width <= 300.0 + width + 1e-9);
                    for b in &found[..k] {
                        let apart = (a.y - b.y).abs() >= PITCH.1 - 1e-9 || (a.x - b.x).abs() >= NARROW - 1e-9;
                        assert!(apart, "{count} in {width} x {height}: {a:?} {b:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_label_keeps_its_number_whole_and_its_words() {
        let label =
            |name: &str, value: &str| EndLabel { task: 0, name: name.into(), value: value.into(), end: (0.0, 0.0) };
        assert_eq!(label("A gaussians", "").text(12.0), "A gaussians");
        assert_eq!(label("A gaussians", "").text(4.0), "A");
        assert_eq!(label("A gaussians", "0.123").text(4.5), "A\u{2002}0.123");
        assert_eq!(label("A gaussians", "\u{2212}1.23e\u{2212}4").text(3.0), "A");
    }
}
