//! What a session keeps of its run so that time can be turned back: the settings since the start, and states to go
//! on from. Between two states the steps are taken again: on the CPU every one of them as it was, bit for bit, since
//! batches, noise and what is recorded depend on the step alone; on a GPU up to rounding.

use crate::config::Config;
use crate::lesson::{Lesson, check};
use crate::protocol::SettingsFrom;

/// Memory for states, in bytes.
const MOST: usize = 64 << 20;

/// How many states there are at most, so that a run that goes on and on takes no more memory.
const MOST_STATES: usize = 64;

/// States stand so densely that this share of an epoch's number lies between two: from one to the next it is never
/// far, however long the run.
const GAP: f64 = 1.0 / 12.0;

/// A state that is kept.
struct Kept<T> {
    step: u32,
    epoch: u32,
    /// How many of the settings had been taken over when it was kept.
    applied: usize,
    bytes: usize,
    state: T,
}

/// The past of a run; its states are of type `T`.
pub(super) struct Past<T> {
    settings: Vec<(u32, Lesson)>,
    /// How many of the settings hold, or did.
    applied: usize,
    /// By step.
    kept: Vec<Kept<T>>,
    most: usize,
    thinned: bool,
    /// The last step of which something was told.
    furthest: u32,
}

impl<T> Past<T> {
    /// That of a run that stands at a step, under the last of these settings.
    pub fn new(settings: Vec<(u32, Lesson)>, step: u32) -> Self {
        Self { applied: settings.len(), settings, kept: Vec::new(), most: MOST, thinned: false, furthest: step }
    }

    /// The last step of which something was told; what comes again up to there is known.
    pub fn furthest(&self) -> u32 {
        self.furthest
    }

    /// Something was told of a step.
    pub fn told(&mut self, step: u32) {
        self.furthest = self.furthest.max(step);
    }

    /// The settings from the start on.
    pub fn first(&self) -> Option<&Lesson> {
        self.settings.first().map(|(_, lesson)| lesson)
    }

    /// The step after which the next settings hold, of a run that is back before it.
    pub fn next_change(&self) -> Option<u32> {
        self.settings.get(self.applied).map(|(step, _)| *step)
    }

    /// The next settings, if they hold after this step: they are taken over with it.
    pub fn take_due(&mut self, step: u32) -> Option<Lesson> {
        let (from, lesson) = self.settings.get(self.applied)?;
        (*from <= step).then(|| {
            self.applied += 1;
            lesson.clone()
        })
    }

    /// Other settings hold after a step, and what was known of later steps is forgotten.
    pub fn change(&mut self, step: u32, lesson: Lesson) {
        self.cut(step);
        match self.settings.as_mut_slice() {
            [_, .., (from, old)] if *from == step && SettingsFrom::leaves_nothing(old, &lesson) => *old = lesson,
            _ => self.settings.push((step, lesson)),
        }
        self.applied = self.settings.len();
    }

    /// Forgets what was known of later steps.
    pub fn cut(&mut self, step: u32) {
        self.settings.truncate(self.applied);
        self.kept.retain(|kept| kept.step <= step && kept.applied <= self.applied);
        self.furthest = self.furthest.min(step);
    }

    /// Forgets states of later steps.
    pub fn forget_states(&mut self, step: u32) {
        self.kept.retain(|kept| kept.step <= step);
    }

    /// The run is back at a step, but its settings stay: what was changed later holds from there on. What is to be told
    /// of it: the settings that hold, where others were forgotten or moved.
    pub fn rewind(&mut self, step: u32) -> Option<SettingsFrom> {
        let now = self.settings.get(self.applied.checked_sub(1)?)?.clone();
        let moved = now.0 > step;
        let forgets = self.applied < self.settings.len();
        self.applied = self.settings.partition_point(|(from, _)| *from <= step).min(self.applied).max(1);
        self.cut(step);
        if moved {
            self.change(step, now.1.clone());
        }
        (moved || forgets).then(|| SettingsFrom { step: now.0.min(step), config: now.1.into_config() })
    }

    /// The run is to be the one that other settings would have given: states from before they differ stay.
    pub fn replace_settings(&mut self, settings: Vec<(u32, Lesson)>) {
        let alike =
            |(old, new): &(&(u32, Lesson), &(u32, Lesson))| old.0 == new.0 && old.1.unpaced() == new.1.unpaced();
        let common = self.settings.iter().zip(&settings).take_while(alike).count();
        let step = |of: &[(u32, Lesson)]| of.get(common).map(|(step, _)| *step);
        let differs = step(&self.settings).into_iter().chain(step(&settings)).min();
        if let Some(step) = differs {
            self.kept.retain(|kept| kept.step <= step && kept.applied <= common);
            self.furthest = self.furthest.min(step);
        }
        self.settings = settings;
    }

    /// Whether a state of this epoch is one to keep: none is near.
    pub fn is_due(&self, epoch: u32) -> bool {
        let near = |kept: &Kept<T>| {
            let apart = epoch.abs_diff(kept.epoch);
            apart == 0 || f64::from(apart) < f64::from(epoch) * GAP
        };
        let after = self.kept.partition_point(|kept| kept.epoch <= epoch);
        let around = [after.checked_sub(1), Some(after)].into_iter().flatten();
        !around.filter_map(|place| self.kept.get(place)).any(near)
    }

    /// Keeps a state. Whether states had to be given up for it, for the first time.
    pub fn keep(&mut self, (step, epoch): (u32, u32), bytes: usize, state: T) -> bool {
        let applied = self.applied;
        let place = self.kept.partition_point(|kept| kept.step <= step);
        self.kept.insert(place, Kept { step, epoch, applied, bytes, state });
        let mut short = false;
        loop {
            let large = self.kept.iter().map(|kept| kept.bytes).sum::<usize>() > self.most;
            if self.kept.len() <= 2 || !large && self.kept.len() <= MOST_STATES {
                return short && !std::mem::replace(&mut self.thinned, true);
            }
            let place = self.least_missed();
            self.kept.remove(place);
            short |= large;
        }
    }

    /// The state that is missed least: the one whose neighbours are closest by the ratio of their epochs.
    fn least_missed(&self) -> usize {
        let ratio = |three: &[Kept<T>]| match three {
            [before, _, after] => f64::from(after.epoch + 1) / f64::from(before.epoch + 1),
            _ => f64::INFINITY,
        };
        let all = self.kept.windows(3).map(ratio).enumerate();
        all.min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(1, |(place, _)| place + 1)
    }

    /// How many states are kept.
    pub fn states(&self) -> u32 {
        self.kept.len() as u32
    }

    /// The last state at or before a step, with its step.
    pub fn before(&self, step: u32) -> Option<(u32, &T)> {
        self.kept.iter().rfind(|kept| kept.step <= step).map(|kept| (kept.step, &kept.state))
    }

    /// The run is at the last state at or before a step: the settings that held there.
    pub fn returned(&mut self, step: u32) -> Option<Lesson> {
        self.applied = self.kept.iter().rfind(|kept| kept.step <= step)?.applied.clamp(1, self.settings.len());
        self.settings.get(self.applied - 1).map(|(_, lesson)| lesson.clone())
    }

    /// The run is at its start.
    pub fn begin_again(&mut self) {
        self.applied = 1.min(self.settings.len());
    }
}

/// The settings of a load: those of the past that it brings, or those that it loads.
pub(super) fn settings_of(lesson: &Lesson, brought: Vec<SettingsFrom>) -> Vec<(u32, Lesson)> {
    let mut all: Vec<_> = brought.into_iter().map(|from| (from.step, check(from.config).0)).collect();
    all.sort_by_key(|(step, _)| *step);
    match all.first_mut() {
        None => all.push((0, lesson.clone())),
        Some((first, _)) => *first = 0,
    }
    all
}

/// Settings at another pace.
pub(super) fn paced(lesson: Lesson, like: &Config) -> Lesson {
    check(Config { pacing: like.pacing.clone(), ..lesson.into_config() }).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(rate: f64) -> Lesson {
        let mut config = Config::default();
        config.training.learning_rate = rate;
        check(config).0
    }

    /// A run under changing rates, with a state of one byte at every epoch of its steps that is due.
    fn run(changes: &[(u32, f64)], steps: u32) -> Past<u32> {
        let mut past = Past::new(vec![(0, rate(1.0))], 0);
        past.keep((0, 0), 1, 0);
        for step in 1..=steps {
            past.told(step);
            if past.is_due(step) {
                past.keep((step, step), 1, step);
            }
            for (_, to) in changes.iter().filter(|(at, _)| *at == step) {
                past.change(step, rate(*to));
            }
        }
        past
    }

    fn rates(past: &Past<u32>) -> Vec<(u32, f64)> {
        past.settings.iter().map(|(step, lesson)| (*step, lesson.training.learning_rate)).collect()
    }

    fn kept(past: &Past<u32>) -> Vec<u32> {
        past.kept.iter().map(|kept| kept.step).collect()
    }

    #[test]
    fn states_thin_out_with_the_logarithm_of_the_epoch() {
        let early = kept(&run(&[], 600));
        assert_eq!(&early[..13], (0..13).collect::<Vec<_>>());
        assert!(early.windows(2).all(|pair| pair[1] - pair[0] <= 1 + pair[1] / 10), "{early:?}");
        let late = kept(&run(&[], 1_000_000));
        assert_eq!(late.len(), MOST_STATES);
        assert!(late.windows(2).skip(1).all(|pair| pair[1] - pair[0] <= 2 + pair[1] / 2), "{late:?}");
    }

    #[test]
    fn where_memory_is_short_states_go_evenly_and_the_first_and_the_newest_stay() {
        let mut past = Past::new(vec![(0, rate(1.0))], 0);
        past.most = 12;
        let thinned: Vec<u32> =
            (0..1000).filter(|epoch| past.is_due(*epoch) && past.keep((*epoch, *epoch), 1, *epoch)).collect();
        assert_eq!((thinned, past.states()), (vec![12], 12), "told once");
        let kept = kept(&past);
        let ratios: Vec<f64> = kept.windows(2).map(|pair| f64::from(pair[1] + 1) / f64::from(pair[0] + 1)).collect();
        assert!(kept[0] == 0 && kept[11] > 900 && ratios.iter().all(|ratio| *ratio < 4.0), "{kept:?}");
    }

    #[test]
    fn a_state_too_large_for_the_memory_leaves_the_first_and_itself() {
        let mut past = Past::new(vec![(0, rate(1.0))], 0);
        for epoch in 0..5 {
            past.keep((epoch, epoch), MOST, epoch);
        }
        assert_eq!(kept(&past), [0, 4]);
    }

    #[test]
    fn back_at_a_step_the_settings_of_then_hold_and_the_later_ones_come_again_in_their_time() {
        let mut past = run(&[(20, 2.0), (40, 3.0)], 100);
        let (step, _) = past.before(30).expect("a state");
        assert!((20..=30).contains(&step));
        let then = past.returned(30).expect("settings");
        let expected = if step == 20 { 1.0 } else { 2.0 };
        assert_eq!(then.training.learning_rate, expected, "at {step} as it was kept");
        while past.take_due(step).is_some() {}
        assert_eq!(past.next_change(), Some(40));
        assert!(past.take_due(39).is_none());
        assert_eq!(past.take_due(40).map(|lesson| lesson.training.learning_rate), Some(3.0));
        assert_eq!(past.next_change(), None);
    }

    #[test]
    fn a_change_in_the_past_forgets_what_came_after() {
        let mut past = run(&[(20, 2.0), (40, 3.0)], 100);
        past.returned(30);
        while past.take_due(30).is_some() {}
        past.change(30, rate(9.0));
        assert_eq!(rates(&past), [(0, 1.0), (20, 2.0), (30, 9.0)]);
        assert_eq!((past.furthest(), past.next_change()), (30, None));
        assert!(kept(&past).iter().all(|step| *step <= 30));
    }

    #[test]
    fn changes_at_one_step_are_one_and_another_balancer_is_another() {
        let mut past = run(&[(20, 2.0), (20, 3.0)], 20);
        assert_eq!(rates(&past), [(0, 1.0), (20, 3.0)]);
        let mut config = rate(3.0).into_config();
        config.balancer = crate::config::Pick::new("gradnorm");
        past.change(20, check(config).0);
        assert_eq!(past.settings.len(), 3);
    }

    #[test]
    fn other_settings_keep_the_states_from_before_they_differ() {
        let mut past = run(&[(20, 2.0), (40, 3.0)], 100);
        let before = kept(&past);
        past.replace_settings(vec![(0, rate(1.0)), (20, rate(2.0))]);
        assert_eq!(kept(&past), before.into_iter().filter(|step| *step <= 40).collect::<Vec<_>>());
        assert_eq!(past.furthest(), 40);
        past.replace_settings(vec![(0, rate(5.0))]);
        assert!(kept(&past).is_empty(), "other from the start on");
    }

    #[test]
    fn a_run_that_diverged_goes_on_earlier_with_the_settings_as_they_are() {
        let mut past = run(&[(20, 2.0), (40, 3.0)], 100);
        let moved = past.rewind(35).expect("a change moves");
        assert_eq!((moved.step, moved.config.training.learning_rate), (35, 3.0));
        assert_eq!(rates(&past), [(0, 1.0), (20, 2.0), (35, 3.0)]);
        assert!(past.rewind(35).is_none());
    }
}
