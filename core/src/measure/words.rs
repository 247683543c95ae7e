//! Words that wait: what is said of a gain follows its interval only once that has lasted.

use super::transfer::{TransferGain, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Nothing is said before this epoch, or where an epoch has many steps …
pub const EARLY_EPOCHS: u32 = 20;
/// … before this step, whichever comes first …
pub const EARLY_STEPS: u32 = 400;
/// … and not before this many recorded points.
pub const EARLY_POINTS: usize = 10;
/// The least number of epochs that a word is taken over.
pub const WINDOW: u32 = 20;
/// The least number of recorded points that a word is taken over: late in a run they are far apart.
pub const LEAST_POINTS: usize = 8;
/// A word is said where this share of the window's points allow it …
const SAID_AT: f64 = 0.8;
/// … and kept while this share of them do.
const KEPT_AT: f64 = 0.5;

/// What was said of one gain so far, and what its interval allowed lately.
///
/// The word is taken over the last `max(20, epoch / 10)` epochs, and over eight points at least: said where four fifths of the points recorded there
/// allow it, kept as long as half of them do. In between nothing is clear yet.
///
/// ```
/// use mtl_core::measure::transfer::{TransferGain, Verdict};
/// use mtl_core::measure::words::Words;
///
/// let seen = |verdict| TransferGain { verdict, ..TransferGain::default() };
/// let mut words = Words::default();
/// for epoch in 0..20 {
///     assert_eq!(words.say(epoch, 4 * epoch, &seen(Verdict::Gains)), Verdict::TooEarly);
/// }
/// assert_eq!(words.say(20, 80, &seen(Verdict::Gains)), Verdict::Gains);
/// // A few points with another answer take nothing back.
/// assert_eq!(words.say(21, 84, &seen(Verdict::NotClear)), Verdict::Gains);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Words {
    /// Epochs of the last recorded points with what their intervals alone allow, oldest first.
    seen: VecDeque<(u32, Verdict)>,
    /// Points recorded so far.
    points: usize,
    said: Verdict,
}

impl Words {
    /// What is said of a gain at a recorded point; `step` counts optimiser steps. Points come in order; one that
    /// comes again replaces what came at it or after it.
    pub fn say(&mut self, epoch: u32, step: u32, gain: &TransferGain) -> Verdict {
        while self.seen.back().is_some_and(|(last, _)| *last >= epoch) {
            self.seen.pop_back();
            self.points = self.points.saturating_sub(1);
        }
        self.seen.push_back((epoch, gain.verdict));
        self.points += 1;
        let window = WINDOW.max(epoch / 10);
        let is_old = |first: u32| first + window < epoch;
        while self.seen.len() > LEAST_POINTS && self.seen.front().is_some_and(|(first, _)| is_old(*first)) {
            self.seen.pop_front();
        }
        let early = epoch < EARLY_EPOCHS && step < EARLY_STEPS || self.points < EARLY_POINTS;
        self.said = match gain.verdict {
            // No matter of evidence.
            Verdict::Undefined | Verdict::TooEarly => gain.verdict,
            _ if early => Verdict::TooEarly,
            now => self.over_the_window(now),
        };
        self.said
    }

    fn over_the_window(&self, now: Verdict) -> Verdict {
        let share = |word: Verdict| {
            let agree = self.seen.iter().filter(|(_, seen)| *seen == word).count();
            agree as f64 / self.seen.len().max(1) as f64
        };
        let stays = matches!(self.said, Verdict::NothingLearned) || self.said.is_clear();
        match () {
            () if share(now) >= SAID_AT => now,
            () if stays && share(self.said) >= KEPT_AT => self.said,
            () => Verdict::NotClear,
        }
    }
}
