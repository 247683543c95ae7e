//! Where settings were changed in the middle of a run: thin broken lines from top to bottom, with their numbers.

use super::Drawn;
use super::pen::{Ink, Pen, Side, Type};
use super::plot::Plot;
use super::theme::Theme;
use plotters_backend::DrawingBackend;

/// Lines nearer than this are one, in CSS pixels.
const NEAREST: f64 = 2.0;

/// Strokes and gaps of a line, in CSS pixels.
const PATTERN: [f64; 2] = [3.0, 3.0];

/// The height of a number's field at the top of the plot, and what it is wider than the number, in CSS pixels.
const FIELD: (f64, f64) = (13.0, 6.0);

/// Between the fields of two numbers at the least, in CSS pixels.
const GAP: f64 = 2.0;

/// The number of a change, or of several that lie side by side.
#[derive(Clone, Debug, PartialEq)]
struct Flag {
    /// Counted from 1, the first and the last.
    numbers: (usize, usize),
    /// The columns of their lines, from the first to the last.
    columns: (f64, f64),
}

impl Flag {
    fn text(&self) -> String {
        match self.numbers {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}\u{2013}{last}"),
        }
    }

    /// From one side of its field to the other, within the plot.
    fn field(&self, plot: &Plot, width: impl Fn(&str) -> f64, theme: Theme) -> (f64, f64) {
        let half = (width(&self.text()) + theme.px(FIELD.1)) / 2.0;
        let middle = (self.columns.0 + self.columns.1) / 2.0;
        let middle = middle.min(plot.right - half).max(plot.left + half);
        (middle - half, middle + half)
    }
}

/// The columns of the changes that a plot shows, each with its number.
fn columns(plot: &Plot, epochs: &[f64]) -> Vec<(usize, f64)> {
    let column = |(k, epoch): (usize, &f64)| (k + 1, plot.x_of(*epoch));
    let shown = |(_, x): &(usize, f64)| (plot.left - 0.5..=plot.right + 0.5).contains(x);
    epochs.iter().enumerate().map(column).filter(shown).collect()
}

/// The numbers of the changes; those that would stand over one another are one.
fn flags(plot: &Plot, epochs: &[f64], width: impl Fn(&str) -> f64, theme: Theme) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    for (number, x) in columns(plot, epochs) {
        let mut flag = Flag { numbers: (number, number), columns: (x, x) };
        // A wider field may reach the one before it.
        while let Some(before) = flags.last() {
            let (_, end) = before.field(plot, &width, theme);
            let (begin, _) = flag.field(plot, &width, theme);
            if end + theme.px(GAP) <= begin {
                break;
            }
            flag.numbers.0 = before.numbers.0;
            flag.columns.0 = before.columns.0;
            flags.pop();
        }
        flags.push(flag);
    }
    flags
}

/// Draws a line at every change, so that curves can lie over it. `epochs` in order.
pub(crate) fn change_lines<DB: DrawingBackend>(pen: &Pen<DB>, plot: &Plot, epochs: &[f64]) -> Drawn<DB> {
    let theme = pen.theme;
    let mut last = f64::NEG_INFINITY;
    for (_, x) in columns(plot, epochs) {
        if x - last < theme.px(NEAREST) {
            continue;
        }
        last = x;
        let line = [(x, plot.top + theme.px(FIELD.0)), (x, plot.bottom)];
        pen.dashed(&line, Ink(theme.ground().foreground, 0.6), 1.0, &PATTERN)?;
    }
    Ok(())
}

/// Writes the numbers at the top of these lines, over the curves.
pub(crate) fn change_numbers<DB: DrawingBackend>(pen: &Pen<DB>, plot: &Plot, epochs: &[f64]) -> Drawn<DB> {
    let (theme, ground) = (pen.theme, pen.theme.ground());
    let (top, bottom) = (plot.top, plot.top + theme.px(FIELD.0));
    for flag in flags(plot, epochs, |text| pen.width(text), theme) {
        let (left, right) = flag.field(plot, |text| pen.width(text), theme);
        pen.rect((left, top), (right, bottom), Ink(ground.background, 0.85))?;
        let kind = Type::new(Ink(ground.foreground, 1.0), Side::Middle);
        pen.text(&flag.text(), ((left + right) / 2.0, (top + bottom) / 2.0), kind)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::scale::Scale;

    const THEME: Theme = Theme { dark: false, scale: 1.0, font: Theme::FONT };

    /// Epochs from 0 to 400 at as many columns, from column 40 on.
    fn plot() -> Plot {
        let (x, y) = (Scale::linear((0.0, 400.0), (40.0, 440.0)), Scale::linear((0.0, 1.0), (200.0, 26.0)));
        Plot { left: 40.0, top: 26.0, right: 440.0, bottom: 200.0, x, y }
    }

    fn width(text: &str) -> f64 {
        6.0 * text.chars().count() as f64
    }

    fn texts(epochs: &[f64]) -> Vec<String> {
        flags(&plot(), epochs, width, THEME).iter().map(Flag::text).collect()
    }

    #[test]
    fn changes_are_numbered_and_numbers_without_room_are_one() {
        assert!(texts(&[]).is_empty());
        assert_eq!(texts(&[10.0, 100.0, 300.0]), ["1", "2", "3"]);
        assert_eq!(texts(&[10.0, 100.0, 104.0, 300.0]), ["1", "2\u{2013}3", "4"]);
    }

    #[test]
    fn what_a_stretch_does_not_show_keeps_its_number() {
        assert_eq!(texts(&[-5.0, 100.0, 900.0]), ["2"]);
        assert_eq!(texts(&[f64::NAN, 100.0]), ["2"]);
    }

    #[test]
    fn numbers_never_stand_over_each_other_and_stay_within_the_plot() {
        for count in [1, 7, 40, 300] {
            let epochs: Vec<f64> = (0..count).map(|k| 400.0 * (f64::from(k) / f64::from(count)).powi(2)).collect();
            let plot = plot();
            let all = flags(&plot, &epochs, width, THEME);
            let fields: Vec<_> = all.iter().map(|flag| flag.field(&plot, width, THEME)).collect();
            assert!(fields.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{count}: {fields:?}");
            assert!(fields.iter().all(|(left, right)| plot.left <= *left && *right <= plot.right), "{fields:?}");
            let told: usize = all.iter().map(|flag| flag.numbers.1 + 1 - flag.numbers.0).sum();
            assert_eq!(told, epochs.len());
        }
    }
}
