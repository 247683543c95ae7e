//! Where a chart's values lie on its pixels, and the axes around them.

use super::clip::Frame;
use super::labels::text_width;
use super::pen::{Ink, Pen, Side, Type};
use super::scale::{Scale, Spread};
use super::theme::Theme;
use super::{Drawn, Point};
use plotters_backend::DrawingBackend;

/// The plotting area of a chart of one size: what its `draw` uses, and what turns a pointer
/// position (in device pixels) back into values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plot {
    /// The left edge of the plotting area.
    pub left: f64,
    /// The top edge.
    pub top: f64,
    /// The right edge.
    pub right: f64,
    /// The bottom edge.
    pub bottom: f64,
    /// Values along the bottom.
    pub x: Scale,
    /// Values along the left side.
    pub y: Scale,
}

impl Plot {
    /// The pixel column of an x value (an epoch, or the first task's loss).
    pub fn x_of(&self, value: f64) -> f64 {
        self.x.at(value)
    }

    /// The pixel row of a y value (a loss, a weight).
    pub fn y_of(&self, value: f64) -> f64 {
        self.y.at(value)
    }

    /// The epoch at a pixel column, kept within the axis.
    pub fn epoch_at(&self, pixel: f64) -> f64 {
        self.x.value(pixel)
    }

    /// The y value at a pixel row, kept within the axis.
    pub fn value_at(&self, pixel: f64) -> f64 {
        self.y.value(pixel)
    }

    /// Whether a pixel lies in the plotting area.
    pub fn contains(&self, at: Point) -> bool {
        self.frame().contains(at)
    }

    pub(crate) fn frame(&self) -> Frame {
        Frame { left: self.left, top: self.top, right: self.right, bottom: self.bottom }
    }

    pub(crate) fn point(&self, (x, y): Point) -> Point {
        (self.x_of(x), self.y_of(y))
    }

    /// At most so many ticks beside this plot: those of log time are closest where they are smallest.
    fn tick_room(&self, theme: Theme) -> (usize, usize) {
        let fit = |length: f64, css: f64| (length / theme.px(css)).floor().max(0.0) as usize;
        let (css, most) = if self.x.spread() == Spread::LogTime { (22.0, 18) } else { (64.0, 7) };
        (fit(self.right - self.left, css).clamp(2, most), fit(self.bottom - self.top, 25.0).clamp(2, 6))
    }
}

/// The space around a plotting area, in CSS pixels where it isn't computed.
pub(crate) const TOP: f64 = 26.0;
pub(crate) const BOTTOM: f64 = 22.0;
pub(crate) const EDGE: f64 = 8.0;

/// The plotting area of a chart: room for the widest number at the left, `right` device pixels at
/// the right.
pub(crate) fn layout(
    (width, height): (u32, u32),
    theme: Theme,
    right: f64,
    scales: impl Fn(Frame) -> (Scale, Scale),
) -> Plot {
    let (width, height) = (f64::from(width), f64::from(height));
    let (top, bottom) = (theme.px(TOP), height - theme.px(BOTTOM));
    let made = |left: f64| {
        let frame = Frame { left, top, right: (width - right).max(left + 2.0), bottom: bottom.max(top + 2.0) };
        let (x, y) = scales(frame);
        Plot { left: frame.left, top: frame.top, right: frame.right, bottom: frame.bottom, x, y }
    };
    let draft = made(theme.px(40.0));
    let widest = draft
        .y
        .ticks(draft.tick_room(theme).1)
        .iter()
        .map(|(_, text)| text_width(text))
        .fold(text_width("0.1"), f64::max);
    // In steps, so that the plot doesn't shift with every digit.
    let step = 4.0;
    let css = ((widest * Theme::TEXT + EDGE + 5.0) / step).ceil() * step;
    made(theme.px(css))
}

/// What is written around a plotting area.
pub(crate) struct Axes<'a> {
    pub plot: &'a Plot,
    /// At the right end of the bottom.
    pub x_name: &'a str,
    /// Above the left end of the grid.
    pub y_name: &'a str,
    /// Upright grid lines, too.
    pub upright: bool,
}

impl Axes<'_> {
    pub fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Drawn<DB> {
        let (plot, theme, ground) = (self.plot, pen.theme, pen.theme.ground());
        let quiet = |side| Type::new(ground.muted, side);
        let (x_room, y_room) = plot.tick_room(theme);
        let numbers_y = plot.bottom + theme.px(12.0);
        for (value, text) in plot.y.ticks(y_room) {
            let y = plot.y_of(value);
            pen.level((plot.left, plot.right), y, ground.grid)?;
            pen.text(&text, (plot.left - theme.px(6.0), y), quiet(Side::End))?;
        }
        let ticks = apart(pen, &plot.x, x_room);
        for (value, _) in &ticks {
            let x = plot.x_of(*value);
            if self.upright {
                pen.upright(x, (plot.top, plot.bottom), ground.grid)?;
            }
            pen.upright(x, (plot.bottom, plot.bottom + theme.px(4.0)), ground.axis)?;
        }
        // The name stands beyond the last number where there is room, else instead of it; where that
        // would leave a single number, above the axis.
        let (edge, name) = (pen.size().0 - theme.px(EDGE), pen.width(self.x_name));
        let end = if edge - name > plot.right + theme.px(18.0) { edge } else { plot.right + theme.px(EDGE) };
        let name_left = end - name.min(end - plot.left);
        let reach = |(value, text): &(f64, String)| plot.x_of(*value) + pen.width(text) / 2.0 + theme.px(6.0);
        let beside = ticks.iter().filter(|tick| reach(tick) < name_left).count();
        let inside = beside < ticks.len().min(2);
        for tick in &ticks {
            if self.x_name.is_empty() || inside || reach(tick) < name_left {
                pen.text(&tick.1, (plot.x_of(tick.0), numbers_y), quiet(Side::Middle))?;
            }
        }
        pen.level((plot.left, plot.right), plot.bottom, ground.axis)?;
        if self.upright {
            pen.upright(plot.left, (plot.top, plot.bottom), ground.axis)?;
        }
        if inside {
            let (right, y) = (plot.right - theme.px(2.0), plot.bottom - theme.px(8.0));
            pen.rect((right - name, y - theme.px(6.0)), (right, y + theme.px(6.0)), Ink(ground.background, 0.8))?;
            pen.text(self.x_name, (right, y), quiet(Side::End))?;
        } else {
            pen.text(self.x_name, (end, numbers_y), quiet(Side::End))?;
        }
        pen.text(self.y_name, (theme.px(EDGE), theme.px(11.0)), quiet(Side::Start))
    }
}

/// The most ticks of a level axis, at most `most`, with numbers that stand apart from each other.
pub(crate) fn apart<DB: DrawingBackend>(pen: &Pen<DB>, scale: &Scale, most: usize) -> Vec<(f64, String)> {
    let free = |pair: &[(f64, String)]| {
        let halves = (pen.width(&pair[0].1) + pen.width(&pair[1].1)) / 2.0;
        (scale.at(pair[1].0) - scale.at(pair[0].0)).abs() >= halves + pen.theme.px(4.0)
    };
    let sets = (2..=most.max(2)).rev().map(|most| scale.ticks(most));
    sets.into_iter().find(|ticks| ticks.windows(2).all(free)).unwrap_or_else(|| scale.ticks(2))
}

/// The words of an empty chart, in the middle of its plot.
pub(crate) fn say<DB: DrawingBackend>(pen: &Pen<DB>, plot: &Plot, words: &str) -> Drawn<DB> {
    let middle = ((plot.left + plot.right) / 2.0, (plot.top + plot.bottom) / 2.0);
    let half = (pen.width(words) / 2.0 + pen.theme.px(8.0), pen.theme.px(9.0));
    let ground = pen.theme.ground();
    pen.rect((middle.0 - half.0, middle.1 - half.1), (middle.0 + half.0, middle.1 + half.1), ground.background)?;
    pen.text(words, middle, Type::new(Ink(ground.muted, 1.0), Side::Middle))
}
