//! What stands beside a bar: the number, the word for it, and the field's name for that.

use super::TransferRow;
use crate::charts::pen::Pen;
use mtl_core::measure::transfer::Verdict;
use plotters_backend::DrawingBackend;
use std::borrow::Cow;

/// How a verdict is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// With the field's name for it, where it has one.
    Long,
    /// In its one word.
    Short,
    /// The number alone: its sign says the rest.
    None,
}

/// Every verdict that a row may have.
pub(super) const VERDICTS: [Verdict; 7] = [
    Verdict::Undefined,
    Verdict::TooEarly,
    Verdict::NothingLearned,
    Verdict::NotClear,
    Verdict::AboutTheSame,
    Verdict::Gains,
    Verdict::Loses,
];

impl Words {
    /// The lines beside a row's bar, where the longest may take so many pixels.
    pub fn lines<'a, DB: DrawingBackend>(
        self,
        pen: &Pen<DB>,
        row: &'a TransferRow,
        room: f64,
    ) -> (Cow<'a, str>, Option<&'static str>) {
        let word = row.verdict.word();
        match (row.measured(), self) {
            (true, Self::None) => (row.number.as_str().into(), None),
            (true, _) => (self.first(row), Some(self.second(row.verdict))),
            (false, _) if pen.width(word) <= room => (word.into(), None),
            (false, Self::None) => ("\u{2014}".into(), None),
            (false, _) => {
                let (first, second) = in_two(word);
                (first.into(), Some(second))
            }
        }
    }

    /// The pixels of the longest line, of what may be written rather than of what is: it stays as wide as it is.
    pub fn width<DB: DrawingBackend>(self, pen: &Pen<DB>, rows: &[TransferRow]) -> f64 {
        let usual = pen.width(if self == Self::Long { "\u{2212}100.0 % gains" } else { "\u{2212}100.0 %" });
        let numbers = rows.iter().filter(|row| row.measured()).map(|row| pen.width(&self.first(row)));
        let words = VERDICTS.into_iter().filter(|_| self != Self::None).map(|verdict| match verdict {
            // No number takes the other line.
            Verdict::Undefined | Verdict::NothingLearned => {
                let (first, second) = in_two(verdict.word());
                pen.width(first).max(pen.width(second))
            }
            _ => pen.width(self.second(verdict)),
        });
        numbers.chain(words).fold(usual, f64::max)
    }

    /// The number, behind it the word where the second line has the field's name for that.
    fn first(self, row: &TransferRow) -> Cow<'_, str> {
        match row.verdict.term().filter(|_| self == Self::Long) {
            Some(_) => format!("{} {}", row.number, row.verdict.word()).into(),
            None => row.number.as_str().into(),
        }
    }

    fn second(self, verdict: Verdict) -> &'static str {
        verdict.term().filter(|_| self == Self::Long).unwrap_or(verdict.word())
    }
}

/// A word in two lines, as even as its spaces allow.
fn in_two(word: &str) -> (&str, &str) {
    let splits =
        word.match_indices(' ').filter_map(|(at, space)| Some((word.get(..at)?, word.get(at + space.len()..)?)));
    splits.min_by_key(|(first, second)| first.len().max(second.len())).unwrap_or((word, ""))
}
