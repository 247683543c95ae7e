//! How much each task counts over time, with its current number.

use super::changes::{change_lines, change_numbers};
use super::hold::Ends;
use super::lines::{EndLabel, Stroke, curve, end_labels, end_of, extent, label_room, last};
use super::palette;
use super::pen::Pen;
use super::plot::{Axes, Plot, layout, say};
use super::scale::{Scale, format_short};
use super::theme::Theme;
use super::time::Time;
use super::{Area, Drawn, EMPTY};
use plotters_backend::DrawingBackend;

/// The recorded weights of one task, each point an epoch and a weight, in the order of epochs.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightSeries<'a> {
    /// The task's index, for its colour, marker and dash.
    pub task: usize,
    /// The task's name as the reader knows it, its letter first.
    pub label: String,
    /// Its effective weights: task weight times loss scale. The last is the current one.
    pub weights: &'a [(f64, f64)],
}

/// The chart of effective task weights.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightsChart<'a> {
    /// One series a task.
    pub series: Vec<WeightSeries<'a>>,
    /// The axis of epochs.
    pub time: Time,
    /// The ends of the weight axis where it is held; else they fit what is shown.
    pub ends: Option<(f64, f64)>,
    /// The epochs after which settings were changed in the middle of the run, in order.
    pub changes: &'a [f64],
    /// Light or dark, scale, font.
    pub theme: Theme,
}

impl WeightsChart<'_> {
    /// The least and the greatest weight, zero among them.
    pub fn extent(&self) -> Option<(f64, f64)> {
        let (low, high) = extent(self.series.iter().flat_map(|s| s.weights).map(|p| p.1))?;
        Some((low.min(0.0), high.max(0.0)))
    }

    /// Where values lie on a chart of that size in device pixels.
    pub fn plot(&self, size: (u32, u32)) -> Plot {
        let ends = self.ends.unwrap_or_else(|| self.extent().map_or((0.0, 2.0), |all| Ends::Even.around(all)));
        let labels: Vec<String> = self.series.iter().map(|s| format!("{}\u{2002}{}", s.label, value(s))).collect();
        let right = label_room(labels.iter().map(String::as_str), size.0, self.theme);
        layout(size, self.theme, right, |frame| {
            (self.time.scale(None, (frame.left, frame.right)), Scale::linear(ends, (frame.bottom, frame.top)))
        })
    }

    /// Draws the chart over the whole area.
    pub fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let pen = Pen::on(area, self.theme)?;
        let plot = self.plot(area.dim_in_pixel());
        Axes { plot: &plot, x_name: "epoch", y_name: "effective weight", upright: false }.draw(&pen)?;
        if self.series.iter().any(|series| last(series.weights).is_some()) {
            change_lines(&pen, &plot, self.changes)?;
        }
        let mut labels = Vec::new();
        for series in &self.series {
            let style = palette::task(series.task);
            let colour = style.colour(self.theme.dark);
            // Dashes differ, so that equal weights still show every line.
            curve(&pen, &plot, series.weights, Stroke { ink: colour.into(), width: 2.0, dash: style.dash })?;
            if let Some(end) = end_of(series.weights, &plot) {
                labels.push(EndLabel { task: series.task, name: series.label.clone(), value: value(series), end });
            }
        }
        if labels.is_empty() {
            return say(&pen, &plot, EMPTY);
        }
        end_labels(&pen, &plot, &labels)?;
        change_numbers(&pen, &plot, self.changes)
    }
}

/// The current weight, as it stands at the end of its line.
fn value(series: &WeightSeries) -> String {
    last(series.weights).map_or_else(String::new, |(_, now)| format_short(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_starts_at_zero_and_ends_at_a_round_number() {
        let weights = [(0.0, 1.0), (1.0, 9.3)];
        let series = vec![WeightSeries { task: 0, label: "A".into(), weights: &weights }];
        let time = Time::of(200.0, 1.0, true);
        let mut chart = WeightsChart { series, time, ends: None, changes: &[], theme: Theme::new(false, 1.0) };
        let plot = chart.plot((440, 150));
        assert_eq!((plot.y_of(0.0), plot.y.range().1), (plot.bottom, 12.0));
        chart.ends = Some((0.0, 50.0));
        assert_eq!(chart.plot((440, 150)).y.range(), (0.0, 50.0));
    }
}
