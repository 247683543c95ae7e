//! The axis of epochs that all curves share.

use super::Point;
use super::hold::rung_above;
use super::scale::Scale;

/// The axis of epochs: it begins at 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time {
    /// The epoch at its right end.
    pub end: f64,
    /// Whether it goes by ratios: log time.
    pub log: bool,
}

/// The end of an axis without a story, at least.
const SHORTEST: f64 = 10.0;

impl Time {
    /// The axis of a run that has come to epoch `last`: until the end of the lesson's story (0 for
    /// none) while the run is within it, then until the next 1, 2 or 5 times a power of ten, so that
    /// it seldom changes.
    pub fn of(story: f64, last: f64, log: bool) -> Self {
        let within = story > 0.0 && last <= story;
        let end = if within { story } else { rung_above(last.max(story).max(SHORTEST)) };
        Self { end, log }
    }

    /// The epochs from one end to the other, or those of a window.
    pub(crate) fn scale(&self, window: Option<(f64, f64)>, pixels: Point) -> Scale {
        let (first, last) = window.unwrap_or((0.0, self.end));
        let epochs = (first, if last > first { last } else { first + 1.0 });
        if self.log { Scale::log_time(epochs, pixels) } else { Scale::linear(epochs, pixels) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_end_with_the_story_and_then_at_the_next_round_number() {
        let end = |story, last| Time::of(story, last, true).end;
        assert_eq!([end(200.0, 0.0), end(200.0, 199.75), end(200.0, 200.0)], [200.0; 3]);
        assert_eq!([end(200.0, 200.25), end(200.0, 500.0), end(200.0, 501.0)], [500.0, 500.0, 1000.0]);
        assert_eq!([end(0.0, 0.0), end(0.0, 11.0), end(0.0, 1e5)], [10.0, 20.0, 1e5]);
        assert_eq!(end(7.0, 8.0), 10.0);
    }

    #[test]
    fn a_window_shows_its_epochs_alone() {
        let time = Time::of(200.0, 50.0, true);
        assert_eq!(time.scale(None, (0.0, 100.0)).range(), (0.0, 200.0));
        assert_eq!(time.scale(Some((40.0, 60.0)), (0.0, 100.0)).range(), (40.0, 60.0));
        assert_eq!(time.scale(Some((40.0, 40.0)), (0.0, 100.0)).range(), (40.0, 41.0));
    }
}
