//! How the lesson changes: a setting, its structure, another lesson. Every way goes through the
//! checker, tells what it had to change, and leaves the rest to the conductor.

use super::conductor::{Intent, Opening};
use super::state::Page;
use leptos::prelude::*;
use mtl_core::config::{Config, Kind, Notice, Value};
use mtl_core::lesson::codec::Decoded;
use mtl_core::lesson::lessons::LESSONS;
use mtl_core::lesson::{Lesson, apply, check, entry};

/// The most notices that are kept; the oldest go.
const MAX_NOTICES: usize = 40;

impl Page {
    /// Sets one setting, as every control does: within its limits, live where that is possible,
    /// else by a fresh run that goes on playing if it was. What had to be changed becomes a notice.
    pub fn set(&self, key: &str, value: Value) {
        let Some(mut config) = self.lesson.try_with_untracked(|lesson| Config::clone(lesson)) else { return };
        let told = apply(&mut config, key, &value).unwrap_or_else(Some);
        settled(*self, key);
        adopt(*self, config, told.into_iter().collect());
    }

    /// What a field takes that is no setting of the lesson: the value nearest to what was given, or
    /// the one it has. Where that is not what was given, a notice about `key` says so.
    pub fn admit(&self, key: &str, kind: Kind, given: &Value, now: Value) -> Value {
        settled(*self, key);
        let used = kind.nearest(given).unwrap_or(now);
        if used != *given {
            self.notify([kind.notice(key, &kind.text(given), &used)]);
        }
        used
    }

    /// Changes the structure of the lesson (layers, tasks) and starts it again. Does nothing where
    /// the change changes nothing.
    pub fn edit(&self, change: impl FnOnce(&mut Config)) {
        let Some(mut config) = self.lesson.try_with_untracked(|lesson| Config::clone(lesson)) else { return };
        change(&mut config);
        adopt(*self, config, Vec::new());
    }

    /// Tells the user sentences, each about its key; what was told of the same keys before goes away.
    pub fn notify(&self, notices: impl IntoIterator<Item = Notice>) {
        let new: Vec<_> = notices.into_iter().collect();
        if !new.is_empty() {
            self.notices.try_update(|notices| *notices = renewed(std::mem::take(notices), new));
        }
    }
}

/// A setting that is fine again needs no notice any more.
fn settled(page: Page, key: &str) {
    page.notices.try_maybe_update(|notices| {
        let count = notices.len();
        notices.retain(|notice| notice.key != key);
        (notices.len() != count, ())
    });
}

/// Notices about what came or went with a change are about nothing any more.
fn outdated(page: Page, old: &Config, new: &Config) {
    let there = |config: &Config, key: &str| match key {
        "tasks" => config.tasks.len() == old.tasks.len(),
        key => entry(config, key).is_some(),
    };
    page.notices.try_maybe_update(|notices| {
        let count = notices.len();
        notices.retain(|notice| there(old, &notice.key) == there(new, &notice.key));
        (notices.len() != count, ())
    });
}

fn adopt(page: Page, config: Config, mut notices: Vec<Notice>) {
    let (lesson, more) = check(config);
    notices.extend(more);
    let Some(old) = page.lesson.try_get_untracked() else { return };
    outdated(page, &old, &lesson);
    page.notify(notices);
    page.tell(Intent::Edit(Box::new(lesson)));
}

impl From<Decoded> for Opening {
    fn from(Decoded { lesson, notices, unknown }: Decoded) -> Self {
        Self { lesson, notices, unknown }
    }
}

/// Opens a lesson of the picker.
pub(super) fn open_lesson(page: Page, key: &str) {
    let Some(preset) = LESSONS.iter().find(|lesson| lesson.key == key) else { return };
    let mut config = preset.config();
    // The user keeps the pace, whatever there is to see.
    config.pacing.pace = page.lesson.with_untracked(|lesson| lesson.pacing.pace);
    let (lesson, notices) = check(config);
    page.tell(Intent::Open(Box::new(Opening { lesson, notices, unknown: page.unknown.get_value() })));
}

/// Whether the lesson differs from the one that it started from in more than its pace.
pub(super) fn differs_from_preset(lesson: &Lesson) -> bool {
    let preset = LESSONS.iter().find(|entry| entry.key == lesson.preset);
    preset.is_some_and(|entry| check(entry.config()).0.unpaced() != lesson.unpaced())
}

/// Goes back to the last finite state and on with a third of the learning rate.
pub(super) fn lower_the_rate(page: Page) {
    let rate = page.lesson.with_untracked(|lesson| lesson.training.learning_rate);
    // Two digits are enough for a rate, and read better in a link.
    let lower = format!("{:.1e}", rate / 3.0).parse().unwrap_or(rate / 3.0);
    page.set("lr", Value::Number(lower));
    page.tell(Intent::Rewind);
}

/// The notices when more have come, the newest first: one about each key, which says all that was said
/// of it at once and nothing that was said before.
fn renewed(old: Vec<Notice>, new: Vec<Notice>) -> Vec<Notice> {
    let mut all: Vec<Notice> = Vec::new();
    for Notice { key, sentence } in new {
        match all.iter_mut().find(|notice| notice.key == key) {
            Some(told) => told.sentence = format!("{} {sentence}", told.sentence),
            None => all.push(Notice { key, sentence }),
        }
    }
    let left: Vec<_> = old.into_iter().filter(|old| all.iter().all(|new| new.key != old.key)).collect();
    all.extend(left);
    all.truncate(MAX_NOTICES);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_notice_takes_the_place_of_an_older_one_about_the_same() {
        let told = |key: &str, sentence: &str| Notice::new(key, sentence);
        let old = vec![told("lr", "Old."), told("s", "Old.")];
        let new = vec![told("rows", "New."), told("lr", "New."), told("lr", "Newer.")];
        let all = renewed(old, new);
        assert_eq!(all, [told("rows", "New."), told("lr", "New. Newer."), told("s", "Old.")]);
        let many = |from: usize| (from..from + 30).map(|k| told(&k.to_string(), "x")).collect::<Vec<_>>();
        let all = renewed(many(0), many(30));
        assert_eq!((all.len(), all[0].key.as_str()), (MAX_NOTICES, "30"));
    }
}
