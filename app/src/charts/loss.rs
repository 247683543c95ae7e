//! Losses over epochs: per task a solid training line and a lighter, dashed validation line.

#[cfg(test)]
mod tests;

use super::lines::{EndLabel, Stroke, curve, end_labels, extent, label_room, last};
use super::palette::{self, Dash};
use super::pen::{Ink, Pen, Side, Type};
use super::plot::{Axes, EDGE, Plot, layout, say};
use super::scale::Scale;
use super::theme::Theme;
use super::{Area, Drawn, EMPTY, Point};
use plotters_backend::DrawingBackend;

/// The recorded losses of one task, each point an epoch and a loss, in the order of epochs.
#[derive(Clone, Debug, PartialEq)]
pub struct LossSeries<'a> {
    /// The task's index, for its colour, marker and dash.
    pub task: usize,
    /// The task's name as the reader knows it.
    pub label: String,
    /// Training losses.
    pub train: &'a [(f64, f64)],
    /// Validation losses.
    pub valid: &'a [(f64, f64)],
}

/// The loss chart.
///
/// Values that are not finite are gaps. On the log axis a loss that isn't positive lies on the
/// lower edge.
#[derive(Clone, Debug, PartialEq)]
pub struct LossChart<'a> {
    /// One series a task.
    pub series: Vec<LossSeries<'a>>,
    /// Whether the loss axis is logarithmic.
    pub log: bool,
    /// How much of the past a smoothed line keeps, 0 (raw) to 0.99. The raw line stays visible.
    pub smoothing: f64,
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
    /// The epoch of the training point (of the validation point where there is no other).
    pub epoch: f64,
    /// The training loss at that epoch; may be not finite.
    pub train: Option<f64>,
    /// The nearest recorded validation loss; may be not finite.
    pub valid: Option<f64>,
    /// The epoch of the validation point.
    pub valid_epoch: Option<f64>,
}

impl LossChart<'_> {
    /// Where values lie on a chart of that size in device pixels.
    pub fn plot(&self, size: (u32, u32)) -> Plot {
        let inside = |p: &&Point| self.window.is_none_or(|(first, last)| first <= p.0 && p.0 <= last);
        let points = || self.series.iter().flat_map(|s| s.train.iter().chain(s.valid)).filter(inside);
        let epochs = self.window.unwrap_or_else(|| {
            let epochs = extent(points().map(|p| p.0)).unwrap_or((0.0, 10.0));
            (epochs.0.min(0.0), epochs.1)
        });
        let epochs = (epochs.0, if epochs.1 > epochs.0 { epochs.1 } else { epochs.0 + 1.0 });
        let usable = |v: &f64| !self.log || *v > 0.0;
        let losses = extent(points().filter(|p| p.0.is_finite()).map(|p| p.1).filter(usable));
        let right = label_room(self.series.iter().map(|s| s.label.as_str()), size.0, self.theme);
        layout(size, self.theme, right, |frame| {
            let rows = (frame.bottom, frame.top);
            let y = match (losses, self.log) {
                (None, true) => Scale::log((0.01, 1.0), rows),
                (None, false) => Scale::linear((0.0, 1.0), rows),
                (Some((low, high)), true) => Scale::log((low * 0.93, high * 1.07), rows),
                (Some((low, high)), false) => {
                    // From zero, unless that would hide the curve's shape.
                    let low = if low > 0.0 && low < high * 0.6 { 0.0 } else { low };
                    Scale::linear((low, high + (high - low) * 0.04), rows)
                }
            };
            (Scale::linear(epochs, (frame.left, frame.right)), y)
        })
    }

    /// The exact recorded values nearest to an epoch, one reading a task that has any.
    pub fn nearest(&self, epoch: f64) -> Vec<Reading> {
        let reading = |series: &LossSeries| {
            let (train, valid) = (nearest(series.train, epoch), nearest(series.valid, epoch));
            Some(Reading {
                task: series.task,
                label: series.label.clone(),
                epoch: train.or(valid)?.0,
                train: train.map(|p| p.1),
                valid: valid.map(|p| p.1),
                valid_epoch: valid.map(|p| p.0),
            })
        };
        self.series.iter().filter_map(reading).collect()
    }

    /// Draws the chart over the whole area.
    pub fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let pen = Pen::on(area, self.theme)?;
        let plot = self.plot(area.dim_in_pixel());
        let name = if self.log { "loss, log scale" } else { "loss" };
        Axes { plot: &plot, x_name: "epoch", y_name: name, upright: false }.draw(&pen)?;
        self.key(&pen)?;
        if self.series.iter().all(|s| last(s.train).is_none() && last(s.valid).is_none()) {
            return say(&pen, &plot, EMPTY);
        }
        if let Some((from, to)) = self.band {
            let faint = Ink(self.theme.ground().foreground, 0.12);
            pen.rect((plot.x_of(from.min(to)), plot.top), (plot.x_of(from.max(to)), plot.bottom), faint)?;
        }
        if self.factor() > 0.0 {
            for series in &self.series {
                let colour = palette::task_colour(series.task, self.theme.dark);
                for points in [series.valid, series.train] {
                    let ghost = Stroke {
                        ink: Ink(colour, if self.theme.dark { 0.45 } else { 0.28 }),
                        width: 1.0,
                        dash: Dash::Solid,
                    };
                    curve(&pen, &plot, points, ghost)?;
                }
            }
        }
        let mut labels = Vec::new();
        for series in &self.series {
            let style = palette::task(series.task);
            let colour = style.colour(self.theme.dark);
            let (train, valid) = (smooth(series.train, self.factor()), smooth(series.valid, self.factor()));
            let dashed = Stroke { ink: Ink(colour, 0.8), width: 1.5, dash: Dash::Broken(style.valid_dash) };
            curve(&pen, &plot, &valid, dashed)?;
            curve(&pen, &plot, &train, Stroke { ink: colour.into(), width: 2.0, dash: Dash::Solid })?;
            let shown = |points: &[Point]| last(points.get(..self.until(points)).unwrap_or_default());
            if let Some(end) = shown(&train).or(shown(&valid)) {
                let end = plot.frame().clamp(plot.point(end));
                labels.push(EndLabel { task: series.task, text: series.label.clone(), end });
            }
        }
        end_labels(&pen, &plot, &labels)?;
        self.mark_cursor(&pen, &plot)
    }

    /// How many points of a line there are until the last epoch that is shown.
    fn until(&self, points: &[Point]) -> usize {
        self.window.map_or(points.len(), |(_, last)| points.partition_point(|p| p.0 <= last))
    }

    fn factor(&self) -> f64 {
        if self.smoothing.is_finite() { self.smoothing.clamp(0.0, 0.99) } else { 0.0 }
    }

    /// What solid and dashed mean, at the top right.
    fn key<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Drawn<DB> {
        let theme = pen.theme;
        let quiet = Type::new(theme.ground().muted, Side::End);
        let (y, line) = (theme.px(11.0), theme.px(20.0));
        let mut x = pen.size().0 - theme.px(EDGE);
        for (word, dashed) in [("validation", true), ("training", false)] {
            if x - pen.width(word) - line < pen.size().0 * 0.3 {
                break;
            }
            pen.text(word, (x, y), quiet)?;
            x -= pen.width(word) + theme.px(4.0);
            let stroke = [(x - line, y), (x, y)];
            if dashed {
                pen.dashed(&stroke, Ink(quiet.ink.0, 0.8), 1.5, &[4.0, 3.0])?;
            } else {
                pen.line(&stroke, quiet.ink, 2.0)?;
            }
            x -= line + theme.px(12.0);
        }
        Ok(())
    }

    /// The line under the pointer, at a recorded epoch, and the recorded points on it.
    fn mark_cursor<DB: DrawingBackend>(&self, pen: &Pen<DB>, plot: &Plot) -> Drawn<DB> {
        let Some(epoch) = self.cursor.filter(|epoch| epoch.is_finite()) else {
            return Ok(());
        };
        let readings = self.nearest(epoch);
        let ground = self.theme.ground();
        let distance = |reading: &&Reading| (reading.epoch - epoch).abs();
        let Some(first) = readings.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))) else {
            return Ok(());
        };
        pen.upright(plot.x_of(first.epoch), (plot.top, plot.bottom), Ink(ground.foreground, 0.55))?;
        for reading in &readings {
            let colour = palette::task_colour(reading.task, self.theme.dark);
            let train = reading.train.map(|loss| (reading.epoch, loss));
            let valid = reading.valid_epoch.zip(reading.valid);
            for (point, filled) in [(valid, false), (train, true)] {
                let Some(at) = point.map(|p| plot.point(p)) else {
                    continue;
                };
                if !plot.frame().grown(1.0).contains(at) {
                    continue;
                }
                pen.disc(at, self.theme.px(4.0), ground.background)?;
                if filled {
                    pen.disc(at, self.theme.px(3.2), colour)?;
                } else {
                    pen.ring(at, self.theme.px(3.0), colour, 1.5)?;
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
