//! How the lesson changes: a setting, its structure, another lesson. Every way goes through the
//! checker, tells what it had to change, and ends in the engine and the address.

use super::desk::with;
use super::state::Page;
use super::{address, engine, pump};
use leptos::prelude::*;
use mtl_core::config::{Config, Kind, Notice, Value};
use mtl_core::lesson::codec::Decoded;
use mtl_core::lesson::lessons::LESSONS;
use mtl_core::lesson::{Effect, Lesson, apply, called, check, entries, entry};

/// The most notices that are kept; the oldest go.
const MAX_NOTICES: usize = 40;

/// See [`Page::set`].
pub(super) fn set(page: Page, key: &str, value: Value) {
    let Some(mut config) = page.lesson.try_with_untracked(|lesson| Config::clone(lesson)) else { return };
    let told = apply(&mut config, key, &value).unwrap_or_else(Some);
    settled(page, key);
    adopt(page, config, told.into_iter().collect());
}

/// A setting that is fine again needs no notice any more.
fn settled(page: Page, key: &str) {
    page.notices.try_maybe_update(|notices| {
        let count = notices.len();
        notices.retain(|notice| notice.key != key);
        (notices.len() != count, ())
    });
}

/// See [`Page::admit`].
pub(super) fn admit(page: Page, key: &str, kind: Kind, given: &Value, now: Value) -> Value {
    settled(page, key);
    let used = kind.nearest(given).unwrap_or(now);
    if used != *given {
        notify(page, vec![kind.notice(key, &kind.text(given), &used)]);
    }
    used
}

/// See [`Page::edit`].
pub(super) fn edit(page: Page, change: impl FnOnce(&mut Config)) {
    let Some(mut config) = page.lesson.try_with_untracked(|lesson| Config::clone(lesson)) else { return };
    change(&mut config);
    adopt(page, config, Vec::new());
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
    if old == lesson {
        return;
    }
    let resets = reset_by(&old, &lesson);
    let landmark = is_landmark(&old, &lesson);
    if landmark {
        address::settle(page);
    }
    show(page, &old, lesson);
    if let Some(what) = resets {
        let had_begun = page.frame.try_with_untracked(|frame| frame.epoch > 0) == Some(true);
        engine::restart(page, false);
        if had_begun {
            page.say(format!("Started again from epoch 0: {what} changed"));
        }
    } else {
        with(page, |desk| desk.wants_change = true);
        pump::schedule(page);
    }
    if landmark { address::push(page) } else { address::changed(page) }
}

/// Puts a lesson on the page; what belongs to one of another structure is taken away.
fn show(page: Page, old: &Lesson, lesson: Lesson) {
    if old.tasks.len() != lesson.tasks.len() || old.data.source.method != lesson.data.source.method {
        page.summary.try_set(None);
        page.picture.try_set(None);
        page.probe.try_set(None);
    }
    page.lesson.try_set(lesson);
}

/// What differs that a running lesson can't take over, as a sentence calls it; `None` for nothing.
fn reset_by(old: &Config, new: &Config) -> Option<String> {
    if old.tasks.len() != new.tasks.len() {
        return called(new, "tasks");
    }
    let before = entries(old);
    // Options of a method that was just picked have no counterpart; the pick itself decides.
    let differs = |key: &str, value: &Value| before.iter().any(|other| other.key == key && other.value != *value);
    let changed =
        entries(new).into_iter().find(|entry| entry.effect == Effect::Reset && differs(&entry.key, &entry.value));
    called(new, &changed?.key)
}

/// Whether Back should lead to what was before: another data set or other tasks.
fn is_landmark(old: &Config, new: &Config) -> bool {
    let same_tasks = old.tasks.iter().zip(&new.tasks).all(|(a, b)| a.target == b.target && a.loss == b.loss);
    old.preset != new.preset
        || old.data.source.method != new.data.source.method
        || old.tasks.len() != new.tasks.len()
        || !same_tasks
}

/// Opens a lesson of the picker.
pub(super) fn open_lesson(page: Page, key: &str) {
    let Some(preset) = LESSONS.iter().find(|lesson| lesson.key == key) else { return };
    let mut config = preset.config();
    // Who watches keeps the pace, whatever there is to see.
    config.pacing.pace = page.lesson.with_untracked(|lesson| lesson.pacing.pace);
    let (lesson, notices) = check(config);
    open(page, Decoded { lesson, notices, unknown: page.unknown.get_value() });
}

/// Opens a lesson that was chosen or read from a file: a place of its own in the history.
pub(super) fn open(page: Page, decoded: Decoded) {
    address::settle(page);
    page.opened.try_update(|opened| *opened += 1);
    replace(page, decoded);
    address::push(page);
}

/// Shows another lesson from its start, paused.
pub(super) fn replace(page: Page, decoded: Decoded) {
    let Decoded { lesson, notices, unknown } = decoded;
    let Some(old) = page.lesson.try_get_untracked() else { return };
    page.notices.try_set(Vec::new());
    page.notify(notices);
    page.unknown.try_set_value(unknown);
    show(page, &old, lesson);
    engine::restart(page, true);
}

/// Whether the lesson differs from the one that it started from in more than its pace.
pub(super) fn differs_from_preset(lesson: &Lesson) -> bool {
    let preset = LESSONS.iter().find(|entry| entry.key == lesson.preset);
    preset.is_some_and(|entry| check(entry.config()).0.unpaced() != lesson.unpaced())
}

/// See [`Page::notify`].
pub(super) fn notify(page: Page, new: impl IntoIterator<Item = Notice>) {
    let new: Vec<_> = new.into_iter().collect();
    if !new.is_empty() {
        page.notices.try_update(|notices| *notices = renewed(std::mem::take(notices), new));
    }
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

    fn changed(key: &str, value: Value) -> (Config, Config) {
        let old = Config::default();
        let mut new = old.clone();
        let _ = apply(&mut new, key, &value);
        (old, new)
    }

    #[test]
    fn live_settings_need_no_reset_and_others_do() {
        for (key, value) in
            [("lr", Value::Number(0.5)), ("bal", Value::Choice("uncertainty".into())), ("t1.scale", Value::Number(3.0))]
        {
            let (old, new) = changed(key, value);
            assert!(old != new && reset_by(&old, &new).is_none(), "{key}");
        }
        for (key, value, what) in [
            ("s", Value::Integer(1), "seed"),
            ("trunk", Value::Layers(Vec::new()), "shared layers"),
            ("t1.noise", Value::Number(0.5), "label noise of task B"),
        ] {
            let (old, new) = changed(key, value);
            assert_eq!(reset_by(&old, &new).as_deref(), Some(what), "{key}");
        }
        let mut config = Config::default();
        config.remove_task(1);
        assert_eq!(reset_by(&Config::default(), &config).as_deref(), Some("number of tasks"));
    }

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

    #[test]
    fn sliders_make_no_landmarks_and_other_targets_do() {
        let (old, new) = changed("t1.rel", Value::Number(0.5));
        assert!(!is_landmark(&old, &new));
        let (old, new) = changed("t1.target", Value::Choice("xor".into()));
        assert!(is_landmark(&old, &new));
    }
}
