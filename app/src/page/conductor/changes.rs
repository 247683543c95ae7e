//! What was changed in the middle of a run. A link has only the last settings and starts from the beginning: what
//! was seen here can't be had from it.
//!
//! A change is kept with the step after which it holds, the newest that the page knew of when it told the engine.
//! Where the run goes on from an earlier state the settings stay as they are now, so that what was changed after
//! that state holds from there on.

use super::lesson::Lesson;
use super::{Conductor, PageUpdate};
use mtl_core::config::{Config, Kind};
use mtl_core::lesson::{Entry, called, entries};
use mtl_core::protocol::{Frame, SettingsFrom};

/// Changes of the same settings that follow each other within so many milliseconds are one: a slider that is drawn.
const GESTURE: f64 = 1000.0;

/// A setting that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedSetting {
    /// Its key in links.
    pub key: String,
    /// What a sentence calls it.
    pub name: String,
    /// Its value before, as it is written.
    pub from: String,
    /// Its value since then.
    pub to: String,
}

/// Settings that were changed together in the middle of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveChange {
    /// The step after which they hold.
    pub step: u32,
    /// The settings, in the order of links.
    pub settings: Vec<ChangedSetting>,
}

/// A change with the lessons on both sides of it.
#[derive(Debug)]
struct Span {
    told: LiveChange,
    before: Lesson,
    after: Lesson,
}

impl Span {
    /// `None` where the two lessons learn the same.
    fn new(step: u32, before: Lesson, after: Lesson) -> Option<Self> {
        let settings = changed_settings(&before, &after);
        (!settings.is_empty()).then_some(Self { told: LiveChange { step, settings }, before, after })
    }

    fn has(&self, key: &str) -> bool {
        self.told.settings.iter().any(|setting| setting.key == key)
    }

    /// Whether it names all that the other one does.
    fn covers(&self, other: &Self) -> bool {
        other.told.settings.iter().all(|setting| self.has(&setting.key))
    }
}

/// What was changed in a run, in the order of steps.
#[derive(Debug, Default)]
pub(super) struct Changes {
    spans: Vec<Span>,
    /// When the last of them was added to, in milliseconds.
    touched: f64,
}

impl Changes {
    fn told(&self) -> Vec<LiveChange> {
        self.spans.iter().map(|span| span.told.clone()).collect()
    }

    /// Takes in a change after a step; `rests` where nothing has been trained since that step was reached.
    fn take(&mut self, step: u32, (before, after): (Lesson, Lesson), (now, rests): (f64, bool)) {
        let Some(new) = Span::new(step, before, after) else { return };
        let lately = now - std::mem::replace(&mut self.touched, now) < GESTURE;
        self.draw_together(step);
        let Some(last) = self.spans.pop() else { return self.spans.push(new) };
        let here = last.told.step == step;
        let goes_on = lately && last.covers(&new) && new.covers(&last);
        let joined = Span::new(last.told.step, last.before.clone(), new.after.clone());
        // What is back at its value before anything was trained has not been changed; else it has, twice.
        let whole = joined.as_ref().is_some_and(|joined| joined.covers(&last) && joined.covers(&new));
        if here && rests || (here || goes_on) && whole {
            self.spans.extend(joined);
        } else {
            self.spans.extend([last, new]);
        }
    }

    /// The run goes on from the state after a step: what was changed later holds from there on, and from the start
    /// on it is no change.
    fn go_back(&mut self, step: u32) {
        match step {
            0 => self.spans.clear(),
            _ => self.draw_together(step),
        }
    }

    /// Makes one change, after a step, of what was changed later and what was changed there: all of it holds from
    /// that state on.
    fn draw_together(&mut self, step: u32) {
        let first = self.spans.partition_point(|span| span.told.step < step);
        if self.spans.last().is_none_or(|last| last.told.step <= step) {
            return;
        }
        let mut later = self.spans.drain(first..);
        let Some(begun) = later.next() else { return };
        let after = later.next_back().map_or(begun.after, |last| last.after);
        drop(later);
        self.spans.extend(Span::new(step, begun.before, after));
    }
}

impl Conductor {
    /// The engine in charge is told of the settings on the page, after a step; `rests` as for [`Changes::take`].
    pub(super) fn note_changes(&mut self, step: u32, rests: bool) {
        let before = self.told_lesson();
        if step == 0 && !self.link(self.active).is_some_and(|link| link.trains) {
            return;
        }
        let (pair, now) = ((before, self.lesson.clone()), self.now);
        self.renew_changes(|changes| changes.take(step, pair, (now, rests)));
    }

    /// The engine in charge is given the state after a step, with the settings on the page.
    pub(super) fn go_on_from(&mut self, step: u32) {
        self.go_back_to(step);
        self.note_changes(step, true);
    }

    /// The run is back at the state after a step.
    pub(super) fn go_back_to(&mut self, step: u32) {
        self.renew_changes(|changes| changes.go_back(step));
    }

    /// The engine in charge is given the lesson on the page from its start.
    pub(super) fn begin_anew(&mut self) {
        self.told_lesson();
        self.forget_changes();
    }

    /// Nothing of the run before counts.
    pub(super) fn forget_changes(&mut self) {
        self.renew_changes(|changes| *changes = Changes::default());
    }

    /// The lesson on the page, as the one that the engine in charge was told of; the one before.
    fn told_lesson(&mut self) -> Lesson {
        std::mem::replace(&mut self.told, self.lesson.clone())
    }

    /// The settings of the run from its start to the state after a step, from where those on the page hold; of a run
    /// from its start, these alone.
    pub(super) fn settings_to(&self, step: Option<u32>) -> Vec<SettingsFrom> {
        let now = SettingsFrom { step: step.unwrap_or(0), config: Config::clone(&self.lesson) };
        let mut all = self.settings.clone();
        all.retain(|from| step.is_some() && from.step <= now.step);
        if all.last().is_none_or(|last| last.config.unpaced() != now.config.unpaced()) {
            SettingsFrom::follow(&mut all, now);
        }
        all
    }

    /// The newest frame of the run, shown or not.
    pub(super) fn newest_frame(&self) -> &Frame {
        self.batch.frame.as_ref().unwrap_or(&self.frame)
    }

    fn renew_changes(&mut self, renew: impl FnOnce(&mut Changes)) {
        let before = self.changes.told();
        renew(&mut self.changes);
        let now = self.changes.told();
        if now != before {
            self.show(PageUpdate::Changed(now));
        }
    }
}

/// The settings that differ and matter to what is learned. Options of a method that was just picked have no
/// counterpart: the pick itself stands for them.
fn changed_settings(old: &Config, new: &Config) -> Vec<ChangedSetting> {
    let (old, new) = (old.unpaced(), new.unpaced());
    if old == new {
        return Vec::new();
    }
    let before = entries(&old);
    let changed = |entry: Entry| {
        let other = before.iter().find(|other| other.key == entry.key && other.value != entry.value)?;
        let (name, from, to) = (called(&new, &entry.key)?, written(other), written(&entry));
        Some(ChangedSetting { key: entry.key, name, from, to })
    };
    entries(&new).into_iter().filter_map(changed).collect()
}

/// A value as its control shows it.
fn written(entry: &Entry) -> String {
    let text = entry.kind.text(&entry.value);
    match entry.kind {
        Kind::Choice(choices) => {
            choices().iter().find(|choice| choice.key == text).map_or(text, |choice| choice.label.into())
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::config::Value;
    use mtl_core::lesson::{apply, check};

    fn with(lesson: &Lesson, key: &str, value: Value) -> Lesson {
        let mut config = Config::clone(lesson);
        assert!(apply(&mut config, key, &value).is_ok(), "{key}");
        check(config).0
    }

    fn rate(rate: f64) -> Lesson {
        with(&check(Config::default()).0, "lr", Value::Number(rate))
    }

    fn told(changes: &Changes) -> Vec<String> {
        let setting = |setting: &ChangedSetting| format!("{} {} to {}", setting.key, setting.from, setting.to);
        let change = |change: LiveChange| {
            let all: Vec<_> = change.settings.iter().map(setting).collect();
            format!("{}: {}", change.step, all.join(", "))
        };
        changes.told().into_iter().map(change).collect()
    }

    #[test]
    fn a_change_is_called_by_its_controls_words_and_a_pace_is_none() {
        let old = rate(0.1);
        let new = with(&with(&old, "bal", Value::Choice("pcgrad".into())), "t1.scale", Value::Number(3.0));
        let all = changed_settings(&old, &new);
        let texts: Vec<_> = all.iter().map(|s| format!("{}: {} to {}", s.name, s.from, s.to)).collect();
        assert_eq!(texts, ["balancer: equal weights to PCGrad", "loss scale of task B: 1 to 3"]);
        let faster = with(&old, "pace", Value::Choice("x16".into()));
        assert!(old != faster && changed_settings(&old, &faster).is_empty());
    }

    #[test]
    fn a_slider_that_is_drawn_while_training_goes_on_is_one_change_from_where_it_began() {
        let mut changes = Changes::default();
        for (k, now) in [0.0, 100.0, 900.0, 1800.0].into_iter().enumerate() {
            let before = 0.1 * (k as f64 + 1.0);
            changes.take(40 + k as u32, (rate(before), rate(before + 0.1)), (5000.0 + now, false));
        }
        assert_eq!(told(&changes), ["40: lr 0.1 to 0.5"]);
        changes.take(80, (rate(0.5), rate(0.2)), (9000.0, false));
        assert_eq!(told(&changes), ["40: lr 0.1 to 0.5", "80: lr 0.5 to 0.2"]);
    }

    #[test]
    fn a_value_that_is_back_was_changed_only_where_something_was_trained_in_between() {
        let (there, back) = ((rate(0.1), rate(0.5)), (rate(0.5), rate(0.1)));
        let mut changes = Changes::default();
        changes.take(40, there.clone(), (0.0, true));
        changes.take(40, back.clone(), (9000.0, true));
        assert!(told(&changes).is_empty());
        changes.take(40, there, (20_000.0, false));
        changes.take(42, back, (20_100.0, false));
        assert_eq!(told(&changes), ["40: lr 0.1 to 0.5", "42: lr 0.5 to 0.1"]);
    }

    #[test]
    fn what_is_changed_after_one_and_the_same_step_is_one_change() {
        let mut changes = Changes::default();
        let (first, second) = (rate(0.1), rate(0.5));
        let third = with(&second, "bal", Value::Choice("pcgrad".into()));
        changes.take(40, (first, second.clone()), (0.0, true));
        changes.take(40, (second, third), (9000.0, true));
        assert_eq!(told(&changes), ["40: bal equal weights to PCGrad, lr 0.1 to 0.5"]);
    }

    #[test]
    fn an_earlier_state_moves_what_was_changed_later_to_it_and_the_start_forgets_it() {
        let mut changes = Changes::default();
        for (step, before, after) in [(10, 0.1, 0.2), (20, 0.2, 0.3), (30, 0.3, 0.4), (40, 0.4, 0.2)] {
            changes.take(step, (rate(before), rate(after)), (f64::from(step) * 1e4, true));
        }
        changes.go_back(25);
        assert_eq!(told(&changes), ["10: lr 0.1 to 0.2", "20: lr 0.2 to 0.3", "25: lr 0.3 to 0.2"]);
        changes.go_back(20);
        assert_eq!(told(&changes), ["10: lr 0.1 to 0.2"], "there and back from one state");
        changes.go_back(50);
        assert_eq!(changes.told().len(), 1);
        changes.go_back(0);
        assert!(changes.told().is_empty());
    }
}
