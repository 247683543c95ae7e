//! Transfer: how much better or worse than alone each task is, with a 95 % interval over seeds; where
//! one trains, also in a model that it is held against.

use super::labels::{fitted, text_width};
use super::palette;
use super::pen::{Ink, Pen, Side, Type};
use super::plot::EDGE;
use super::scale::{Scale, format_percent};
use super::theme::Theme;
use super::{Area, Drawn, EMPTY};
use plotters_backend::DrawingBackend;

/// What can be said about a task's transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval lies above zero.
    Positive,
    /// The whole interval lies below zero.
    Negative,
    /// The interval holds zero.
    NoDifference,
    /// There is no gain to speak of: nothing measured yet, or a baseline of nearly zero.
    Undefined,
}

impl Verdict {
    /// The verdict in the page's words.
    pub fn text(self) -> &'static str {
        match self {
            Verdict::Positive => "positive transfer",
            Verdict::Negative => "negative transfer",
            Verdict::NoDifference => "no difference seen",
            Verdict::Undefined => "\u{2014}",
        }
    }
}

/// One task's transfer gain; 0.1 is 10 % better than its single-task baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferRow {
    /// The task's index, for its colour and marker.
    pub task: usize,
    /// The task's name.
    pub label: String,
    /// The mean gain over seeds.
    pub mean: f64,
    /// The lower end of the interval; not finite where there is none.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// What can be said.
    pub verdict: Verdict,
    /// Whether this is the gain in another model, which stands below the task's own: a hollow bar
    /// without a marker.
    pub beside: bool,
}

impl TransferRow {
    fn measured(&self) -> bool {
        self.verdict != Verdict::Undefined && self.mean.is_finite()
    }
}

/// The chart of transfer gains, one row a task, or two.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferChart {
    /// The tasks from top to bottom.
    pub rows: Vec<TransferRow>,
    /// Light or dark, scale, font.
    pub theme: Theme,
}

impl TransferChart {
    /// The gains in percent on a level axis.
    fn scale(&self, pixels: (f64, f64)) -> Scale {
        let measured = || self.rows.iter().filter(|row| row.measured());
        let largest = measured().map(|row| row.mean.abs()).fold(0.05, f64::max);
        // An interval over two or three seeds can be immense; it may take as much room again as the bars.
        let limit = largest * 2.0;
        let ends = measured().flat_map(|row| [row.mean, row.low, row.high]).filter(|v| v.is_finite());
        let (low, high) =
            ends.fold((-0.02f64, 0.02f64), |(low, high), v| (low.min(v.max(-limit)), high.max(v.min(limit))));
        let room = (high - low) * 0.06;
        Scale::linear(((low - room) * 100.0, (high + room) * 100.0), pixels)
    }

    /// Draws the chart over the whole area.
    pub fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let pen = Pen::on(area, self.theme)?;
        let (theme, ground) = (self.theme, self.theme.ground());
        let (width, height) = pen.size();
        let em = theme.px(Theme::TEXT);
        let names = self.rows.iter().map(|row| text_width(&fitted(&row.label, 12.0))).fold(3.0, f64::max);
        let left = (theme.px(EDGE + 22.0) + names * em).min(width * 0.32);
        let words = Verdict::NoDifference.text();
        let right = width - (pen.width(words) + theme.px(EDGE * 2.0)).min(width * 0.34);
        let (top, bottom) = (theme.px(24.0), height - theme.px(20.0));
        if right - left < theme.px(20.0) || bottom - top < theme.px(10.0) {
            return Ok(());
        }
        if self.rows.is_empty() {
            let middle = (width / 2.0, height / 2.0);
            return pen.text(EMPTY, middle, Type::new(ground.muted, Side::Middle));
        }
        let scale = self.scale((left, right));
        self.axis(&pen, &scale, (left, right), (top, bottom))?;
        let pitch = ((bottom - top) / self.rows.len() as f64).min(theme.px(44.0));
        // Few rows stand in the middle of a tall chart.
        let start = top + ((bottom - top) - pitch * self.rows.len() as f64) / 2.0;
        for (k, row) in self.rows.iter().enumerate() {
            let y = start + pitch * (k as f64 + 0.5);
            if !row.beside {
                let style = palette::task(row.task);
                let marker = (theme.px(EDGE + 5.0), y);
                pen.marker(style.shape, marker, theme.px(4.0), style.colour(theme.dark))?;
            }
            let from = theme.px(EDGE + 14.0);
            let name = fitted(&row.label, (left - from - theme.px(6.0)) / em);
            let ink = if row.beside { ground.muted } else { ground.foreground };
            pen.text(&name, (from, y), Type::new(ink, Side::Start))?;
            self.bar(&pen, &scale, (left, right), y, pitch, row)?;
            self.verdict(&pen, right + theme.px(EDGE), y, pitch, row)?;
        }
        Ok(())
    }

    fn axis<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        scale: &Scale,
        (left, right): (f64, f64),
        (top, bottom): (f64, f64),
    ) -> Drawn<DB> {
        let (theme, ground) = (self.theme, self.theme.ground());
        let quiet = |side| Type::new(ground.muted, side);
        let most = (((right - left) / theme.px(56.0)) as usize).clamp(2, 7);
        for (value, text) in scale.ticks(most) {
            let x = scale.at(value);
            pen.upright(x, (top, bottom), ground.grid)?;
            let sign = if value > 0.0 { "+" } else { "" };
            pen.text(&format!("{sign}{text} %"), (x, bottom + theme.px(10.0)), quiet(Side::Middle))?;
        }
        let zero = scale.at(0.0);
        pen.upright(zero, (top - theme.px(4.0), bottom), ground.foreground)?;
        let y = theme.px(11.0);
        let words = [
            ("\u{2190} worse than alone", zero - theme.px(7.0), Side::End),
            ("better than alone \u{2192}", zero + theme.px(7.0), Side::Start),
        ];
        for (word, x, side) in words {
            let reach = if side == Side::End { x - pen.width(word) } else { x + pen.width(word) };
            if (theme.px(2.0)..=pen.size().0 - theme.px(2.0)).contains(&reach) {
                pen.text(word, (x, y), quiet(side))?;
            }
        }
        Ok(())
    }

    fn bar<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        scale: &Scale,
        (left, right): (f64, f64),
        y: f64,
        pitch: f64,
        row: &TransferRow,
    ) -> Drawn<DB> {
        if !row.measured() {
            return Ok(());
        }
        let (theme, ground) = (self.theme, self.theme.ground());
        let colour = palette::task_colour(row.task, theme.dark);
        let at = |gain: f64| scale.at(gain * 100.0).clamp(left, right);
        let (zero, mean) = (at(0.0), at(row.mean));
        let half = (pitch * 0.24).min(theme.px(7.0));
        let certain = matches!(row.verdict, Verdict::Positive | Verdict::Negative);
        let strength = if certain { 1.0 } else { 0.4 };
        if row.beside {
            let (top, bottom) = (y - half, y + half);
            let frame = [(zero, top), (mean, top), (mean, bottom), (zero, bottom), (zero, top)];
            pen.line(&frame, colour, 1.5)?;
        } else {
            pen.rect((zero.min(mean), y - half), (zero.max(mean), y + half), Ink(colour, strength))?;
        }
        if !(row.low.is_finite() && row.high.is_finite()) {
            return Ok(());
        }
        let ink = ground.foreground;
        let cap = half * 0.7;
        let (from, to) = (at(row.low), at(row.high));
        pen.line(&[(from, y), (to, y)], ink, 1.5)?;
        for (gain, end, outward) in [(row.low, from, -1.0), (row.high, to, 1.0)] {
            let outside = (scale.at(gain * 100.0) - end).abs() > 1.0;
            if outside {
                // The interval goes on: an arrow instead of a cap.
                let back = end - outward * cap;
                pen.line(&[(back, y - cap), (end, y), (back, y + cap)], ink, 1.5)?;
            } else {
                pen.line(&[(end, y - cap), (end, y + cap)], ink, 1.5)?;
            }
        }
        Ok(())
    }

    fn verdict<DB: DrawingBackend>(&self, pen: &Pen<DB>, x: f64, y: f64, pitch: f64, row: &TransferRow) -> Drawn<DB> {
        let (theme, ground) = (self.theme, self.theme.ground());
        let verdict = if row.measured() { row.verdict } else { Verdict::Undefined };
        let certain = matches!(verdict, Verdict::Positive | Verdict::Negative);
        let plain = Type::new(if certain { ground.foreground } else { ground.muted }, Side::Start);
        let kind = if certain { plain.bold() } else { plain };
        if verdict == Verdict::Undefined {
            return pen.text(verdict.text(), (x, y), plain);
        }
        let gain = format_percent(row.mean);
        if pitch < theme.px(27.0) {
            // One line: the sign of the number and its weight say the rest.
            return pen.text(&gain, (x, y), kind);
        }
        pen.text(&gain, (x, y - theme.px(7.0)), kind)?;
        pen.text(verdict.text(), (x, y + theme.px(7.0)), plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_immense_interval_does_not_squash_the_bars() {
        let row = TransferRow {
            task: 0,
            label: "A".into(),
            mean: 0.1,
            low: -50.0,
            high: 50.0,
            verdict: Verdict::NoDifference,
            beside: false,
        };
        let chart = TransferChart { rows: vec![row], theme: Theme::new(false, 1.0) };
        let (low, high) = chart.scale((0.0, 100.0)).range();
        assert!(low > -40.0 && high < 40.0, "{low}..{high}");
    }
}
