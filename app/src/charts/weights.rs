//! The weight of each task over time, with its current value.

use super::labels::fitted;
use super::lines::{EndLabel, Stroke, curve, end_labels, extent, label_room, last};
use super::palette;
use super::pen::Pen;
use super::plot::{Axes, Plot, layout, say};
use super::scale::{Scale, format_value};
use super::theme::Theme;
use super::{Area, Drawn, EMPTY};
use plotters_backend::DrawingBackend;

/// The recorded weights of one task, each point an epoch and a weight, in the order of epochs.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightSeries<'a> {
    /// The task's index, for its colour, marker and dash.
    pub task: usize,
    /// The task's name as the reader knows it.
    pub label: String,
    /// The weights; the last is the current one.
    pub weights: &'a [(f64, f64)],
}

/// The chart of task weights.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightsChart<'a> {
    /// One series a task.
    pub series: Vec<WeightSeries<'a>>,
    /// Whether the weight axis is logarithmic.
    pub log: bool,
    /// Light or dark, scale, font.
    pub theme: Theme,
}

/// The longest task name that stands before a value, in units of the font size.
const NAME: f64 = 7.0;

impl WeightsChart<'_> {
    /// Where values lie on a chart of that size in device pixels.
    pub fn plot(&self, size: (u32, u32)) -> Plot {
        let points = || self.series.iter().flat_map(|s| s.weights);
        let epochs = extent(points().map(|p| p.0)).unwrap_or((0.0, 10.0));
        let epochs = (epochs.0.min(0.0), if epochs.1 > epochs.0 { epochs.1 } else { epochs.0 + 1.0 });
        let weights = extent(points().map(|p| p.1).filter(|w| !self.log || *w > 0.0));
        let labels: Vec<String> = self.series.iter().map(label).collect();
        let right = label_room(labels.iter().map(String::as_str), size.0, self.theme);
        layout(size, self.theme, right, |frame| {
            let rows = (frame.bottom, frame.top);
            let y = match (weights, self.log) {
                (None, true) => Scale::log((0.1, 10.0), rows),
                (None, false) => Scale::linear((0.0, 2.0), rows),
                (Some((low, high)), true) => Scale::log((low * 0.85, high * 1.15), rows),
                (Some((low, high)), false) => {
                    let room = (high.max(0.0) - low.min(0.0)).max(1e-9) * 0.08;
                    Scale::linear((low.min(0.0), high.max(0.0) + room), rows)
                }
            };
            (Scale::linear(epochs, (frame.left, frame.right)), y)
        })
    }

    /// Draws the chart over the whole area.
    pub fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let pen = Pen::on(area, self.theme)?;
        let plot = self.plot(area.dim_in_pixel());
        let name = if self.log { "task weight, log scale" } else { "task weight" };
        Axes { plot: &plot, x_name: "epoch", y_name: name, upright: false }.draw(&pen)?;
        let mut labels = Vec::new();
        for series in &self.series {
            let style = palette::task(series.task);
            let colour = style.colour(self.theme.dark);
            // Dashes differ, so that equal weights still show every line.
            curve(&pen, &plot, series.weights, Stroke { ink: colour.into(), width: 2.0, dash: style.dash })?;
            if let Some(end) = last(series.weights) {
                let end = plot.frame().clamp(plot.point(end));
                labels.push(EndLabel { task: series.task, text: label(series), end });
            }
        }
        if labels.is_empty() {
            return say(&pen, &plot, EMPTY);
        }
        end_labels(&pen, &plot, &labels)
    }
}

/// The name, shortened, and the current weight, never shortened.
fn label(series: &WeightSeries) -> String {
    let Some((_, now)) = last(series.weights) else {
        return fitted(&series.label, NAME);
    };
    let value = format_value(round_to(now, 3));
    let name = fitted(&series.label, NAME);
    format!("{name}\u{2002}{value}")
}

/// Rounded to so many significant digits.
fn round_to(value: f64, digits: i32) -> f64 {
    let unit = 10f64.powi(digits - 1 - value.abs().log10().floor() as i32);
    if unit.is_finite() && unit > 0.0 { (value * unit).round() / unit } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_keeps_its_value_whole_however_long_the_name() {
        let weights = [(0.0, 1.0), (1.0, 0.123_456)];
        let series = WeightSeries { task: 0, label: "an extremely long name of a task".into(), weights: &weights };
        assert!(label(&series).ends_with("\u{2026}\u{2002}0.123"), "{}", label(&series));
    }

    #[test]
    fn the_axis_starts_at_zero() {
        let weights = [(0.0, 0.9), (1.0, 1.1)];
        let series = vec![WeightSeries { task: 0, label: "A".into(), weights: &weights }];
        let plot = WeightsChart { series, log: false, theme: Theme::new(false, 1.0) }.plot((440, 150));
        assert_eq!(plot.y_of(0.0), plot.bottom);
    }
}
