//! Losses over epochs: per task a solid validation line, a thin training line, and dotted what the task
//! reaches alone.

#[cfg(test)]
mod tests;

use super::changes::{change_lines, change_numbers};
use super::hold::Ends;
use super::lines::{EndLabel, Stroke, curve, end_labels, end_of, extent, ghost, label_room, last};
use super::palette::{self, Dash, Rgb};
use super::pen::{Ink, Pen, Side, Type};
use super::plot::{Axes, EDGE, Plot, layout, say};
use super::scale::Scale;
use super::theme::Theme;
use super::time::Time;
use super::{Area, Drawn, EMPTY, Point};
use plotters_backend::DrawingBackend;

/// The recorded losses of one task, each point an epoch and a loss, in the order of epochs.
#[derive(Clone, Debug, PartialEq)]
pub struct LossSeries<'a> {
    /// The task's index, for its colour and marker.
    pub task: usize,
    /// The task's name as the reader knows it, its letter first.
    pub label: String,
    /// Training losses.
    pub train: &'a [(f64, f64)],
    /// Validation losses.
    pub valid: &'a [(f64, f64)],
    /// Validation losses of the task's single-task baseline; none where none trains.
    pub single: &'a [(f64, f64)],
}

impl LossSeries<'_> {
    fn lines(&self) -> [&[Point]; 3] {
        [self.train, self.valid, self.single]
    }
}

/// The loss chart.
///
/// Values that are not finite are gaps. On the log axis a loss that isn't positive lies on the
/// lower edge.
#[derive(Clone, Debug, PartialEq)]
pub struct LossChart<'a> {
    /// One series a task.
    pub series: Vec<LossSeries<'a>>,
    /// The axis of epochs.
    pub time: Time,
    /// Whether the loss axis is logarithmic.
    pub log: bool,
    /// The ends of the loss axis where it is held; else, and in a window, it fits what is shown.
    pub ends: Option<(f64, f64)>,
    /// How much of the past a smoothed line keeps, 0 (raw) to 0.99. The raw line stays visible.
    pub smoothing: f64,
    /// The epochs after which settings were changed in the middle of the run, in order.
    pub changes: &'a [f64],
    /// The epoch that the reader points at.
    pub cursor: Option<f64>,
    /// The epochs that are shown, from the first to the last; all where there are none.
    pub window: Option<(f64, f64)>,
    /// The epochs that the reader is choosing, from one end to the other.
    pub band: Option<(f64, f64)>,
    /// Light or dark, scale, font.
    pub theme: Theme,
}

/// What was recorded for one task nearest to an epoch: never interpolated, never smoothed.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The task's index.
    pub task: usize,
    /// The task's name.
    pub label: String,
    /// The training loss with its epoch; may be not finite.
    pub train: Option<(f64, f64)>,
    /// The nearest recorded validation loss.
    pub valid: Option<(f64, f64)>,
    /// That of the single-task baseline.
    pub single: Option<(f64, f64)>,
}

/// What a line of the chart stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Validation,
    Training,
    Alone,
}

impl Line {
    fn stroke(self, colour: Rgb) -> Stroke {
        match self {
            Self::Validation => Stroke { ink: colour.into(), width: 2.0, dash: Dash::Solid },
            Self::Training => Stroke { ink: Ink(colour, 0.85), width: 1.0, dash: Dash::Solid },
            Self::Alone => Stroke { ink: colour.into(), width: 2.0, dash: Dash::Broken(&[2.0, 3.0]) },
        }
    }
}

impl LossChart<'_> {
    /// How such a loss axis is rounded.
    pub fn rounding(&self) -> Ends {
        if self.log { Ends::Ratio } else { Ends::Even }
    }

    /// The least and the greatest loss that the axis has to hold.
    pub fn extent(&self) -> Option<(f64, f64)> {
        let inside = |p: &&Point| self.window.is_none_or(|(first, last)| first <= p.0 && p.0 <= last);
        let points = self.series.iter().flat_map(LossSeries::lines).flatten().filter(inside);
        let losses = points.filter(|p| p.0.is_finite()).map(|p| p.1).filter(|loss| !self.log || *loss > 0.0);
        let (low, high) = extent(losses)?;
        // From zero, unless that would hide the curve's shape.
        Some((if !self.log && low > 0.0 && low < high * 0.6 { 0.0 } else { low }, high))
    }

    /// The ends of a loss axis that fits what is shown: round ones, but for a window.
    fn fitted(&self) -> (f64, f64) {
        match (self.extent(), self.window) {
            (None, _) => (if self.log { 0.01 } else { 0.0 }, 1.0),
            (Some(losses), None) => self.rounding().around(losses),
            (Some((low, high)), Some(_)) if self.log => (low * 0.93, high * 1.07),
            (Some((low, high)), Some(_)) => (low, high + (high - low) * 0.04),
        }
    }

    /// Where values lie on a chart of that size in device pixels.
    pub fn plot(&self, size: (u32, u32)) -> Plot {
        let held = self.ends.filter(|_| self.window.is_none());
        let ends = held.unwrap_or_else(|| self.fitted());
        let right = label_room(self.series.iter().map(|s| s.label.as_str()), size.0, self.theme);
        layout(size, self.theme, right, |frame| {
            let rows = (frame.bottom, frame.top);
            let y = if self.log { Scale::log(ends, rows) } else { Scale::linear(ends, rows) };
            (self.time.scale(self.window, (frame.left, frame.right)), y)
        })
    }

    /// The exact recorded values nearest to an epoch, one reading a task that has any.
    pub fn nearest(&self, epoch: f64) -> Vec<Reading> {
        let reading = |series: &LossSeries| {
            let [train, valid, single] = series.lines().map(|line| nearest(line, epoch));
            train.or(valid)?;
            Some(Reading { task: series.task, label: series.label.clone(), train, valid, single })
        };
        self.series.iter().filter_map(reading).collect()
    }

    /// Draws the chart over the whole area.
    pub fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let pen = Pen::on(area, self.theme)?;
        let plot = self.plot(area.dim_in_pixel());
        let name = self.key(&pen)?;
        Axes { plot: &plot, x_name: "epoch", y_name: name, upright: false }.draw(&pen)?;
        if self.series.iter().all(|s| last(s.train).is_none() && last(s.valid).is_none()) {
            return say(&pen, &plot, EMPTY);
        }
        if let Some((from, to)) = self.band {
            let faint = Ink(self.theme.ground().foreground, 0.12);
            pen.rect((plot.x_of(from.min(to)), plot.top), (plot.x_of(from.max(to)), plot.bottom), faint)?;
        }
        change_lines(&pen, &plot, self.changes)?;
        let colour = |series: &LossSeries| palette::task_colour(series.task, self.theme.dark);
        for series in &self.series {
            let strength = if self.theme.dark { 0.38 } else { 0.24 };
            ghost(&pen, &plot, series.train, Ink(colour(series), strength / 2.0))?;
            ghost(&pen, &plot, series.valid, Ink(colour(series), strength))?;
        }
        // All lines of a kind before the next: what matters most lies on top.
        for line in [Line::Training, Line::Alone, Line::Validation] {
            for series in &self.series {
                let points = match line {
                    Line::Training => series.train,
                    Line::Alone => series.single,
                    Line::Validation => series.valid,
                };
                curve(&pen, &plot, &smooth(points, self.factor()), line.stroke(colour(series)))?;
            }
        }
        let labels: Vec<EndLabel> = self.series.iter().filter_map(|series| self.label(series, &plot)).collect();
        end_labels(&pen, &plot, &labels)?;
        change_numbers(&pen, &plot, self.changes)?;
        self.mark_cursor(&pen, &plot)
    }

    /// The task's name at the end of its validation line, or of its training line where it has no other.
    fn label(&self, series: &LossSeries, plot: &Plot) -> Option<EndLabel> {
        let points = if last(series.valid).is_some() { series.valid } else { series.train };
        let smooth = smooth(points, self.factor());
        let end = end_of(smooth.get(..self.shown(points))?, plot)?;
        Some(EndLabel { task: series.task, name: series.label.clone(), value: String::new(), end })
    }

    /// How many points of a line there are until the last epoch that is shown.
    fn shown(&self, points: &[Point]) -> usize {
        self.window.map_or(points.len(), |(_, last)| points.partition_point(|p| p.0 <= last))
    }

    fn factor(&self) -> f64 {
        if self.smoothing.is_finite() { self.smoothing.clamp(0.0, 0.99) } else { 0.0 }
    }

    /// What the lines mean, at the top right; gives the name of the loss axis for which there is room
    /// beside it.
    fn key<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<&'static str, super::DrawError<DB>> {
        let theme = pen.theme;
        let alone = self.series.iter().any(|series| last(series.single).is_some());
        let long = if self.log { "loss, log scale" } else { "loss" };
        let (gap, line) = (theme.px(12.0), theme.px(22.0));
        let width = |words: &[(&str, Line)]| words.iter().map(|(word, _)| pen.width(word) + line + gap).sum::<f64>();
        let fits =
            |name: &str, words: &[(&str, Line)]| pen.width(name) + width(words) + theme.px(EDGE * 2.0) <= pen.size().0;
        let (mut name, mut words) = (long, vec![("validation", Line::Validation), ("training", Line::Training)]);
        if alone {
            words.push(("alone (single task)", Line::Alone));
            if !fits(name, &words) {
                words[2].0 = "alone";
            }
        }
        if !fits(name, &words) {
            name = "loss";
        }
        while !words.is_empty() && !fits(name, &words) {
            words.pop();
        }
        let y = theme.px(11.0);
        let mut x = pen.size().0 - theme.px(EDGE) - width(&words) + gap;
        for (word, kind) in words {
            let stroke = kind.stroke(theme.ground().muted);
            let sample = [(x, y), (x + line - theme.px(4.0), y)];
            match stroke.dash {
                Dash::Broken(pattern) => pen.dashed(&sample, stroke.ink, stroke.width, pattern)?,
                _ => pen.line(&sample, stroke.ink, stroke.width)?,
            }
            pen.text(word, (x + line, y), Type::new(theme.ground().muted, Side::Start))?;
            x += line + pen.width(word) + gap;
        }
        Ok(name)
    }

    /// The line under the pointer, at a recorded epoch, and the recorded points on it.
    fn mark_cursor<DB: DrawingBackend>(&self, pen: &Pen<DB>, plot: &Plot) -> Drawn<DB> {
        let Some(epoch) = self.cursor.filter(|epoch| epoch.is_finite()) else {
            return Ok(());
        };
        let readings = self.nearest(epoch);
        let ground = self.theme.ground();
        let found = readings.iter().filter_map(|reading| Some(reading.train.or(reading.valid)?.0));
        let Some(nearest) = found.min_by(|a, b| (a - epoch).abs().total_cmp(&(b - epoch).abs())) else {
            return Ok(());
        };
        pen.upright(plot.x_of(nearest), (plot.top, plot.bottom), Ink(ground.foreground, 0.55))?;
        for reading in &readings {
            let colour = palette::task_colour(reading.task, self.theme.dark);
            for (point, radius, filled) in
                [(reading.single, 2.2, true), (reading.train, 2.6, false), (reading.valid, 3.4, true)]
            {
                let Some(at) = point.map(|p| plot.point(p)).filter(|at| plot.frame().grown(1.0).contains(*at)) else {
                    continue;
                };
                pen.disc(at, self.theme.px(radius + 1.0), ground.background)?;
                if filled {
                    pen.disc(at, self.theme.px(radius), colour)?;
                } else {
                    pen.ring(at, self.theme.px(radius), colour, 1.5)?;
                }
            }
        }
        Ok(())
    }
}

/// An exponential moving average without the bias of its start; what isn't finite stays as it is
/// and is not averaged.
pub fn smooth(points: &[Point], factor: f64) -> Vec<Point> {
    if factor <= 0.0 {
        return points.to_vec();
    }
    let (mut mean, mut weight) = (0.0, 0.0);
    let next = |&(x, y): &Point| {
        if !y.is_finite() {
            return (x, y);
        }
        mean = factor * mean + (1.0 - factor) * y;
        weight = factor * weight + (1.0 - factor);
        (x, mean / weight)
    };
    points.iter().map(next).collect()
}

/// The recorded point nearest to an epoch.
fn nearest(points: &[Point], epoch: f64) -> Option<Point> {
    let after = points.partition_point(|p| p.0 < epoch);
    let around = [after.checked_sub(1), Some(after)];
    let found = around.into_iter().flatten().filter_map(|k| points.get(k));
    found.min_by(|a, b| (a.0 - epoch).abs().total_cmp(&(b.0 - epoch).abs())).copied()
}
