//! The pace at which training is shown: where a run should be, as a function of where it was and of
//! the time that has passed. What is learned doesn't depend on it.
//!
//! What networks learn is spread over decades of epochs, so that the story pace goes evenly at first
//! and then as the logarithm of the epoch: `rate(epoch) = max(base, epoch / 8)` epochs a second. With
//! a base of 8 that is 200 epochs in 17 seconds, 1 000 in 30 and 10 000 in 48.

use crate::config::PaceConfig;
use web_time::{Duration, Instant};

/// Seconds in which an epoch late in the story becomes e times as large.
const SPAN: f64 = 8.0;

/// The longest time between two looks that counts, in seconds: after a hidden tab or a slow frame
/// training goes on where it was, and doesn't jump.
const LONGEST: f64 = 0.25;

/// A run that makes less than this share of its way is behind.
const KEPT: f64 = 0.8;

/// How long the pace is watched before it is judged.
const WINDOW: Duration = Duration::from_millis(700);

/// Epochs a second of the story pace at an epoch.
fn rate(pacing: &PaceConfig, epoch: f64) -> f64 {
    pacing.base.max(epoch / SPAN)
}

/// The epoch that a run reaches some seconds after it was at `epoch`; `None` where there is no pace to
/// keep.
///
/// ```
/// use mtl_core::config::PaceConfig;
/// use mtl_core::train::reached;
///
/// let pacing = PaceConfig::default();
/// assert_eq!(reached(&pacing, 0.0, 8.0), Some(64.0));
/// assert!(reached(&pacing, 0.0, 17.2).is_some_and(|epoch| epoch > 200.0));
/// ```
#[must_use]
pub fn reached(pacing: &PaceConfig, epoch: f64, seconds: f64) -> Option<f64> {
    let seconds = seconds.max(0.0) * pacing.pace.factor()?;
    let bend = SPAN * pacing.base;
    let even = ((bend - epoch).max(0.0) / pacing.base).min(seconds);
    Some((epoch + even * pacing.base) * ((seconds - even) / SPAN).exp())
}

/// Keeps a run to its pace, and knows whether it can.
#[derive(Clone, Debug, Default)]
pub(super) struct Pacer {
    /// Where the run should be, in epochs, and since when.
    due: Option<(f64, Instant)>,
    /// Since when the pace is watched, and the epochs that were due and taken since.
    watch: Option<(Instant, f64, f64)>,
    behind: bool,
}

impl Pacer {
    /// Whether the run falls behind its pace.
    pub fn is_behind(&self) -> bool {
        self.behind
    }

    /// How many steps are due now of a run that has taken `step`, or in how many milliseconds the next
    /// one is. `limit` is the most steps a second, 0 for no limit; `None` where as many as can be are due.
    /// The first step is due at once.
    pub fn due(&mut self, pacing: &PaceConfig, limit: f64, step: u32, per_epoch: u32) -> Option<Result<u32, u32>> {
        if pacing.pace.factor().is_none() && limit <= 0.0 {
            *self = Self::default();
            return None;
        }
        let (now, per_epoch) = (Instant::now(), f64::from(per_epoch.max(1)));
        let at = f64::from(step) / per_epoch;
        let after = |epoch: f64, seconds: f64| {
            let limited = if limit > 0.0 { epoch + seconds * limit / per_epoch } else { f64::INFINITY };
            reached(pacing, epoch, seconds).unwrap_or(f64::INFINITY).min(limited)
        };
        let due = match self.due {
            None => at + 1.0 / per_epoch,
            Some((due, last)) => {
                let next = after(due, (now - last).as_secs_f64().min(LONGEST));
                self.watched(now, next - due);
                // What can't be kept is not made up for.
                next.clamp(at, after(at, LONGEST).max(at + 1.0 / per_epoch))
            }
        };
        self.due = Some((due, now));
        let steps = due * per_epoch - f64::from(step) + 1e-9;
        if steps >= 1.0 {
            return Some(Ok(steps.min(1e9) as u32));
        }
        let own = pacing.pace.factor().map_or(f64::INFINITY, |factor| rate(pacing, due) * factor * per_epoch);
        let a_second = if limit > 0.0 { own.min(limit) } else { own };
        let wait = (1.0 - steps) / a_second.max(1e-6) * 1000.0;
        Some(Err((wait.ceil() as u32).clamp(1, 250)))
    }

    /// Takes note of steps that were taken.
    pub fn took(&mut self, steps: u32, per_epoch: u32) {
        if let Some((.., taken)) = &mut self.watch {
            *taken += f64::from(steps) / f64::from(per_epoch.max(1));
        }
    }

    fn watched(&mut self, now: Instant, wanted: f64) {
        let (since, due, taken) = self.watch.get_or_insert((now, 0.0, 0.0));
        *due += wanted;
        if now - *since >= WINDOW {
            self.behind = *taken < KEPT * *due;
            self.watch = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Pace;

    fn story() -> PaceConfig {
        PaceConfig::default()
    }

    #[test]
    fn the_story_pace_is_even_at_first_and_then_an_eighth_of_the_epoch() {
        for (epoch, expected) in [(0.0, 8.0), (64.0, 8.0), (200.0, 25.0), (10_000.0, 1250.0)] {
            assert_eq!(rate(&story(), epoch), expected);
        }
    }

    #[test]
    fn two_hundred_epochs_take_some_seventeen_seconds_and_ten_thousand_less_than_a_minute() {
        let takes = |epoch: f64| (0..).map(|k| f64::from(k) * 0.01).find(|s| reached(&story(), 0.0, *s) >= Some(epoch));
        assert!(takes(200.0).is_some_and(|seconds| (16.0..18.0).contains(&seconds)), "{:?}", takes(200.0));
        assert!(takes(1000.0).is_some_and(|seconds| (29.0..31.0).contains(&seconds)));
        assert!(takes(10_000.0).is_some_and(|seconds| seconds < 60.0));
    }

    #[test]
    fn many_short_looks_reach_what_one_long_one_does() {
        for pace in [Pace::Story, Pace::Four, Pace::Sixteen] {
            let pacing = PaceConfig { pace, ..story() };
            let short = (0..2000).fold(3.0, |epoch, _| reached(&pacing, epoch, 0.01).unwrap_or(f64::NAN));
            let long = reached(&pacing, 3.0, 20.0).unwrap_or(f64::NAN);
            assert!((short / long - 1.0).abs() < 1e-9, "{pace:?}: {short} and {long}");
        }
    }

    #[test]
    fn a_faster_pace_is_the_same_way_in_less_time() {
        for (pace, factor) in [(Pace::Four, 4.0), (Pace::Sixteen, 16.0)] {
            let fast = PaceConfig { pace, ..story() };
            assert_eq!(reached(&fast, 10.0, 1.0), reached(&story(), 10.0, factor));
        }
        assert_eq!(reached(&PaceConfig { pace: Pace::Flat, ..story() }, 10.0, 1.0), None);
    }

    #[test]
    fn the_first_step_is_due_at_once_and_the_second_is_not() {
        let mut pacer = Pacer::default();
        assert_eq!(pacer.due(&story(), 0.0, 7, 4), Some(Ok(1)));
        assert!(matches!(pacer.due(&story(), 0.0, 8, 4), Some(Err(1..=250))));
        assert_eq!(Pacer::default().due(&PaceConfig { pace: Pace::Flat, ..story() }, 0.0, 7, 4), None);
    }

    #[test]
    fn after_a_long_look_away_no_more_than_a_quarter_of_a_second_is_due() {
        let long_ago = Instant::now().checked_sub(Duration::from_secs(3600));
        let mut pacer = Pacer { due: long_ago.map(|then| (1.0, then)), ..Pacer::default() };
        let Some(Ok(steps)) = pacer.due(&story(), 0.0, 4, 4) else { panic!("nothing is due") };
        assert_eq!(steps, 8, "a quarter of a second at 8 epochs of 4 steps a second");
    }

    #[test]
    fn a_machine_that_takes_a_tenth_of_the_steps_is_behind_and_one_that_takes_all_is_not() {
        for (taken, behind) in [(6, true), (60, false)] {
            let then = Instant::now().checked_sub(WINDOW).unwrap_or_else(Instant::now);
            let mut pacer = Pacer { watch: Some((then, 15.0, 0.0)), ..Pacer::default() };
            pacer.took(taken, 4);
            pacer.watched(Instant::now(), 0.0);
            assert_eq!(pacer.is_behind(), behind);
        }
    }

    #[test]
    fn a_limit_in_steps_a_second_holds_under_every_pace() {
        for pace in [Pace::Story, Pace::Flat] {
            let pacing = PaceConfig { pace, ..story() };
            let then = Instant::now().checked_sub(Duration::from_millis(200));
            let mut pacer = Pacer { due: then.map(|then| (100.0, then)), ..Pacer::default() };
            let Some(Ok(steps)) = pacer.due(&pacing, 20.0, 400, 4) else { panic!("nothing is due") };
            assert!((4..=5).contains(&steps), "{steps} steps in a fifth of a second");
        }
    }
}
