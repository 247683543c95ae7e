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

/// The same where the time went into steps, for judging whether the pace is kept.
const LONGEST_WORK: f64 = 10.0;

/// The longest wait for the next look, in milliseconds: what is said meanwhile is heard after it.
const LONGEST_WAIT: u32 = 50;

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
    /// Whether the time since then went into steps, so that all of it counts against the machine.
    worked: bool,
    watch: Option<Watch>,
    behind: bool,
}

/// The epochs that were due over some time, and where the run stood before it took the first of them.
#[derive(Clone, Debug)]
struct Watch {
    since: Instant,
    until: Instant,
    due: f64,
    from: f64,
}

impl Pacer {
    /// Whether the run falls behind its pace.
    pub fn is_behind(&self) -> bool {
        self.behind
    }

    /// Another pace holds from now on: the run goes on from where it is due, and is judged by that pace
    /// alone.
    pub fn changed(&mut self) {
        self.watch = None;
    }

    /// How many steps are due `now` of a run that has taken `step`, or in how many milliseconds the next
    /// one is. `limit` is the most steps a second, 0 for no limit; `None` where as many as can be are due.
    /// The first step is due at once.
    pub fn due(
        &mut self,
        now: Instant,
        pacing: &PaceConfig,
        limit: f64,
        step: u32,
        per_epoch: u32,
    ) -> Option<Result<u32, u32>> {
        if pacing.pace.factor().is_none() && limit <= 0.0 {
            *self = Self::default();
            return None;
        }
        let per_epoch = f64::from(per_epoch.max(1));
        let at = f64::from(step) / per_epoch;
        let after = |epoch: f64, seconds: f64| {
            let limited = if limit > 0.0 { epoch + seconds * limit / per_epoch } else { f64::INFINITY };
            reached(pacing, epoch, seconds).unwrap_or(f64::INFINITY).min(limited)
        };
        let due = match self.due {
            None => at + 1.0 / per_epoch,
            Some((due, last)) => {
                let passed = (now - last).as_secs_f64();
                let counts = passed.min(if self.worked { LONGEST_WORK } else { LONGEST });
                self.watched((last, now), after(due, counts) - due, at, per_epoch);
                // What can't be kept is not made up for.
                after(due, passed.min(LONGEST)).clamp(at, after(at, LONGEST).max(at + 1.0 / per_epoch))
            }
        };
        self.due = Some((due, now));
        let steps = due * per_epoch - f64::from(step) + 1e-9;
        self.worked = steps >= 1.0;
        if self.worked {
            return Some(Ok(steps.min(1e9) as u32));
        }
        let own = pacing.pace.factor().map_or(f64::INFINITY, |factor| rate(pacing, due) * factor * per_epoch);
        let a_second = if limit > 0.0 { own.min(limit) } else { own };
        let wait = (1.0 - steps) / a_second.max(1e-6) * 1000.0;
        Some(Err((wait.ceil() as u32).clamp(1, LONGEST_WAIT)))
    }

    /// Judges the pace by what was due until the look before this one, and adds what has become due since.
    /// A run that keeps its pace is never a whole step short of that.
    fn watched(&mut self, (last, now): (Instant, Instant), due: f64, at: f64, per_epoch: f64) {
        if let Some(watch) = self.watch.take_if(|watch| watch.until - watch.since >= WINDOW) {
            let taken = at - watch.from;
            self.behind = taken < KEPT * watch.due && (watch.due - taken) * per_epoch >= 1.0;
        }
        let watch = self.watch.get_or_insert(Watch { since: last, until: now, due: 0.0, from: at });
        watch.due += due;
        watch.until = now;
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

    /// A second after another one, and so on.
    fn later(start: Instant, seconds: f64) -> Instant {
        start + Duration::from_secs_f64(seconds)
    }

    #[test]
    fn the_first_step_is_due_at_once_and_the_second_is_not() {
        let (mut pacer, now) = (Pacer::default(), Instant::now());
        assert_eq!(pacer.due(now, &story(), 0.0, 7, 4), Some(Ok(1)));
        assert!(matches!(pacer.due(now, &story(), 0.0, 8, 4), Some(Err(1..=50))));
        assert_eq!(Pacer::default().due(now, &PaceConfig { pace: Pace::Flat, ..story() }, 0.0, 7, 4), None);
    }

    #[test]
    fn after_a_long_look_away_no_more_than_a_quarter_of_a_second_is_due() {
        let (mut pacer, start) = (Pacer::default(), Instant::now());
        assert_eq!(pacer.due(start, &story(), 0.0, 3, 4), Some(Ok(1)));
        assert_eq!(pacer.due(later(start, 3600.0), &story(), 0.0, 4, 4), Some(Ok(8)), "8 epochs of 4 steps a second");
    }

    #[test]
    fn a_change_of_pace_owes_no_step() {
        let (mut pacer, start) = (Pacer::default(), Instant::now());
        let slow = PaceConfig { base: 1.0, ..story() };
        assert_eq!(pacer.due(start, &slow, 0.0, 0, 1), Some(Ok(1)));
        for tick in 1..60 {
            pacer.changed();
            let due = pacer.due(later(start, f64::from(tick) * 0.016), &slow, 0.0, 1, 1);
            assert!(matches!(due, Some(Err(_))), "a step after {tick} ticks of 16 ms");
        }
    }

    /// Whether the run is called behind, judgement by judgement, on a machine that takes so many seconds
    /// for a step.
    fn judged(pacing: &PaceConfig, per_epoch: u32, takes: f64) -> Vec<bool> {
        let (mut pacer, start) = (Pacer::default(), Instant::now());
        let (mut seconds, mut step, mut told) = (0.0, 0, Vec::new());
        while seconds < 30.0 {
            let watched = pacer.watch.as_ref().map(|watch| watch.since);
            match pacer.due(later(start, seconds), pacing, 0.0, step, per_epoch) {
                // A slice of work is a step at least, and is over after 8 ms.
                Some(Ok(steps)) => {
                    let fitting = steps.min(1 + (0.008 / takes) as u32);
                    step += fitting;
                    seconds += f64::from(fitting) * takes;
                }
                Some(Err(wait)) => seconds += f64::from(wait) / 1000.0,
                None => panic!("no pace"),
            }
            if watched.is_some() && watched != pacer.watch.as_ref().map(|watch| watch.since) {
                told.push(pacer.is_behind());
            }
        }
        told
    }

    #[test]
    fn a_machine_that_takes_every_step_in_time_is_never_behind() {
        for (base, per_epoch) in [(8.0, 4), (6.0, 1), (5.0, 1), (2.0, 2), (1.0, 4), (0.5, 1), (0.5, 79), (0.05, 4)] {
            let told = judged(&PaceConfig { base, ..story() }, per_epoch, 0.0002);
            assert!(told.len() > 5 && !told.contains(&true), "{base} epochs of {per_epoch} steps: {told:?}");
        }
    }

    #[test]
    fn a_machine_that_steps_more_slowly_than_the_pace_is_behind_all_the_time() {
        for (base, per_epoch, takes) in [(8.0, 4, 0.1), (2.0, 1, 1.0), (8.0, 1, 0.4), (100.0, 10, 0.002)] {
            let told = judged(&PaceConfig { base, ..story() }, per_epoch, takes);
            assert!(told.len() > 5 && !told.contains(&false), "{base} epochs of {per_epoch} steps: {told:?}");
        }
    }

    #[test]
    fn a_limit_in_steps_a_second_holds_under_every_pace() {
        for pace in [Pace::Story, Pace::Flat] {
            let pacing = PaceConfig { pace, ..story() };
            let (mut pacer, start) = (Pacer::default(), Instant::now());
            assert_eq!(pacer.due(start, &pacing, 20.0, 399, 4), Some(Ok(1)));
            assert_eq!(pacer.due(later(start, 0.2), &pacing, 20.0, 400, 4), Some(Ok(4)), "in a fifth of a second");
        }
    }
}
