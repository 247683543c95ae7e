//! Transfer: how much better or worse than alone each task is, with a 95 % interval over seeds and a dot for each of
//! them; where one trains, also in a model that it is held against.

#[cfg(test)]
mod tests;
mod words;

use super::hold::Ends;
use super::labels::{fitted, whole_words};
use super::palette::{self, Rgb};
use super::pen::{Ink, Pen, Side, Type};
use super::plot::EDGE;
use super::scale::Scale;
use super::theme::Theme;
use super::{Area, Drawn, EMPTY, Point};
use mtl_core::measure::transfer::Verdict;
use plotters_backend::DrawingBackend;
use words::Words;

/// One task's transfer gain; 0.1 is 10 % better than its single-task baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferRow {
    /// The task's index, for its colour and marker.
    pub task: usize,
    /// The task's name.
    pub label: String,
    /// The mean gain over seeds.
    pub mean: f64,
    /// It as it is written; empty where none may be named.
    pub number: String,
    /// The lower end of the interval; not finite where there is none.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The gain on every paired seed.
    pub seeds: Vec<f64>,
    /// What can be said.
    pub verdict: Verdict,
    /// Whether this is the gain in another model, which stands below the task's own: a hollow bar
    /// without a marker.
    pub beside: bool,
}

impl TransferRow {
    fn measured(&self) -> bool {
        !self.number.is_empty() && self.mean.is_finite()
    }
}

/// The chart of transfer gains, one row a task, or two.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferChart {
    /// The tasks from top to bottom.
    pub rows: Vec<TransferRow>,
    /// The ends of the axis where it is held, as gains; else they fit what is shown.
    pub ends: Option<(f64, f64)>,
    /// Light or dark, scale, font.
    pub theme: Theme,
}

/// What stands beside the bars: as many words as there is room for, each of them whole.
struct Columns {
    left: f64,
    right: f64,
    /// Whether tasks are written with more than their letter.
    titles: bool,
    words: Words,
}

/// The least that bars take, in CSS pixels.
const BARS: f64 = 88.0;

/// From the edge to a task's name, behind its marker, in CSS pixels.
const NAME: f64 = EDGE + 14.0;

/// The longest task name, in units of the font size.
const LONGEST: f64 = 12.0;

impl TransferChart {
    /// The range of gains that the axis has to hold. A gain has no lower end: what is worse than twice the loss goes
    /// on beyond the axis.
    pub fn extent(&self) -> (f64, f64) {
        let measured = || self.rows.iter().filter(|row| row.measured());
        let largest = measured().map(|row| row.mean.abs()).fold(0.125, f64::max);
        // An interval over three seeds can be immense; it may take as much room again as the bars.
        let limit = largest * 2.0;
        let ends = measured().flat_map(|row| {
            let within = [row.low, row.high].into_iter().filter(|v| v.is_finite()).map(move |v| v.clamp(-limit, limit));
            within.chain([row.mean]).map(|v| v.clamp(-1.0, 1.0))
        });
        ends.fold((0.0, 0.0), |(low, high), v| (f64::min(low, v), f64::max(high, v)))
    }

    /// The gains in percent on a level axis.
    fn scale(&self, pixels: (f64, f64)) -> Scale {
        let (low, high) = self.ends.unwrap_or_else(|| Ends::Gain.around(self.extent()));
        Scale::linear((low * 100.0, high * 100.0), pixels)
    }

    /// What of a row's name is written.
    fn name(row: &TransferRow, titles: bool) -> String {
        if titles { fitted(&row.label, LONGEST) } else { whole_words(&row.label, 0.0) }
    }

    /// The fewest words less that leave the bars their room. What may be written counts, not what is: the
    /// columns stand still.
    fn columns<DB: DrawingBackend>(&self, pen: &Pen<DB>, pitch: f64) -> Columns {
        let theme = self.theme;
        let columns = |titles: bool, words: Words| {
            let names = self.rows.iter().map(|row| pen.width(&Self::name(row, titles))).fold(theme.px(12.0), f64::max);
            let right = pen.size().0 - words.width(pen, &self.rows) - theme.px(EDGE * 2.0);
            Columns { left: theme.px(NAME + 8.0) + names, right, titles, words }
        };
        // In one line there is room for the number alone.
        let one_line = pitch < theme.px(27.0);
        let choices = [
            (true, Words::Long),
            (true, Words::Short),
            (false, Words::Long),
            (false, Words::Short),
            (true, Words::None),
        ];
        let choices = choices.into_iter().filter(|(_, words)| !one_line || *words == Words::None);
        let mut choices = choices.map(|(titles, words)| columns(titles, words));
        choices.find(|c| c.right - c.left >= theme.px(BARS)).unwrap_or_else(|| columns(false, Words::None))
    }

    /// Draws the chart over the whole area.
    pub fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let pen = Pen::on(area, self.theme)?;
        let (theme, ground) = (self.theme, self.theme.ground());
        let (width, height) = pen.size();
        let (top, bottom) = (theme.px(24.0), height - theme.px(20.0));
        let pitch = ((bottom - top) / self.rows.len().max(1) as f64).min(theme.px(44.0));
        let columns = self.columns(&pen, pitch);
        let (left, right) = (columns.left, columns.right);
        if right - left < theme.px(20.0) || bottom - top < theme.px(10.0) {
            return Ok(());
        }
        if self.rows.is_empty() {
            let middle = (width / 2.0, height / 2.0);
            return pen.text(EMPTY, middle, Type::new(ground.muted, Side::Middle));
        }
        let scale = self.scale((left, right));
        self.axis(&pen, &scale, (left, right), (top, bottom))?;
        // Few rows stand in the middle of a tall chart.
        let start = top + ((bottom - top) - pitch * self.rows.len() as f64) / 2.0;
        for (k, row) in self.rows.iter().enumerate() {
            let y = start + pitch * (k as f64 + 0.5);
            if !row.beside {
                let style = palette::task(row.task);
                let marker = (theme.px(EDGE + 5.0), y);
                pen.marker(style.shape, marker, theme.px(4.0), style.colour(theme.dark))?;
            }
            let ink = if row.beside { ground.muted } else { ground.foreground };
            pen.text(&Self::name(row, columns.titles), (theme.px(NAME), y), Type::new(ink, Side::Start))?;
            self.bar(&pen, &scale, (left, right), y, pitch, row)?;
            self.verdict(&pen, (right + theme.px(EDGE), y), width, columns.words, row)?;
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
        let most = (((right - left) / theme.px(52.0)) as usize).clamp(2, 7);
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
            (
                ["\u{2190} higher loss than alone", "\u{2190} higher loss", "\u{2190} worse"],
                zero - theme.px(7.0),
                Side::End,
            ),
            (
                ["lower loss than alone \u{2192}", "lower loss \u{2192}", "better \u{2192}"],
                zero + theme.px(7.0),
                Side::Start,
            ),
        ];
        for (words, x, side) in words {
            let room = if side == Side::End { x } else { pen.size().0 - x } - theme.px(2.0);
            if let Some(word) = words.into_iter().find(|word| pen.width(word) <= room) {
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
        let strength = if row.verdict.is_clear() { 1.0 } else { 0.4 };
        if row.beside {
            let (top, bottom) = (y - half, y + half);
            let frame = [(zero, top), (mean, top), (mean, bottom), (zero, bottom), (zero, top)];
            pen.line(&frame, colour, 1.5)?;
        } else {
            pen.rect((zero.min(mean), y - half), (zero.max(mean), y + half), Ink(colour, strength))?;
        }
        // To which side a gain lies beyond the axis.
        let beyond = |gain: f64| match scale.at(gain * 100.0) {
            x if x < left - 1.0 => Some(-1.0),
            x if x > right + 1.0 => Some(1.0),
            _ => None,
        };
        let (ink, cap) = (ground.foreground, half * 0.7);
        let arrow = |end: f64, outward: f64, ink: Rgb| {
            let back = end - outward * cap;
            pen.line(&[(back, y - cap), (end, y), (back, y + cap)], ink, 1.5)
        };
        if let Some(outward) = beyond(row.mean) {
            // The bar goes on: a notch in its end.
            let notch = if row.beside { colour } else { ground.background };
            arrow(mean - outward * cap, outward, notch)?;
        }
        if row.low.is_finite() && row.high.is_finite() {
            let (from, to) = (at(row.low), at(row.high));
            pen.line(&[(from, y), (to, y)], ink, 1.5)?;
            for (gain, end) in [(row.low, from), (row.high, to)] {
                match beyond(gain) {
                    None => pen.line(&[(end, y - cap), (end, y + cap)], ink, 1.5)?,
                    // The interval goes on: an arrow instead of a cap.
                    Some(outward) => arrow(end, outward, ink)?,
                }
            }
        }
        for gain in row.seeds.iter().copied().filter(|gain| gain.is_finite() && beyond(*gain).is_none()) {
            pen.disc((at(gain), y), theme.px(2.5), ground.background)?;
            pen.disc((at(gain), y), theme.px(1.5), ink)?;
        }
        Ok(())
    }

    fn verdict<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        (x, y): Point,
        width: f64,
        words: Words,
        row: &TransferRow,
    ) -> Drawn<DB> {
        let (theme, ground) = (self.theme, self.theme.ground());
        let clear = row.verdict.is_clear();
        let plain = Type::new(if clear { ground.foreground } else { ground.muted }, Side::Start);
        let kind = if clear && row.measured() { plain.bold() } else { plain };
        match words.lines(pen, row, width - theme.px(EDGE) - x) {
            (first, None) => pen.text(&first, (x, y), kind),
            (first, Some(second)) => {
                pen.text(&first, (x, y - theme.px(7.0)), kind)?;
                pen.text(second, (x, y + theme.px(7.0)), plain)
            }
        }
    }
}
