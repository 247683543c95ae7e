//! How the lesson changes: a setting, its structure, another lesson. Every way goes through the
//! checker, tells what it had to change, and ends in the engine and the address.

use super::desk::with;
use super::state::Page;
use super::{address, engine, pump};
use leptos::prelude::*;
use mtl_core::config::codec::Decoded;
use mtl_core::config::lessons::LESSONS;
use mtl_core::config::{Config, Effect, Kind, Lesson, Notice, Value, apply, check, entries};

/// The most notices that are kept; the oldest go first.
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

fn adopt(page: Page, config: Config, mut notices: Vec<Notice>) {
    let (lesson, more) = check(config);
    notices.extend(more);
    page.notify(notices);
    let Some(old) = page.lesson.try_get_untracked() else { return };
    if old == lesson {
        return;
    }
    let resets = needs_reset(&old, &lesson);
    let landmark = is_landmark(&old, &lesson);
    if landmark {
        address::settle(page);
    }
    show(page, &old, lesson);
    if resets {
        engine::restart(page, false);
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

/// Whether anything differs that a running lesson can't take over.
fn needs_reset(old: &Config, new: &Config) -> bool {
    if old.tasks.len() != new.tasks.len() {
        return true;
    }
    let before = entries(old);
    // Options of a method that was just picked have no counterpart; the pick itself decides.
    entries(new).iter().any(|entry| {
        let same = before.iter().find(|other| other.key == entry.key).is_none_or(|other| other.value == entry.value);
        !same && entry.effect == Effect::Reset
    })
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
    if new.is_empty() {
        return;
    }
    page.notices.try_update(|notices| {
        for notice in new {
            notices.retain(|old| *old != notice);
            notices.push(notice);
        }
        let excess = notices.len().saturating_sub(MAX_NOTICES);
        notices.drain(..excess);
    });
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
            assert!(old != new && !needs_reset(&old, &new), "{key}");
        }
        for (key, value) in
            [("s", Value::Integer(1)), ("trunk", Value::Layers(Vec::new())), ("t0.noise", Value::Number(0.5))]
        {
            let (old, new) = changed(key, value);
            assert!(needs_reset(&old, &new), "{key}");
        }
    }

    #[test]
    fn sliders_make_no_landmarks_and_other_targets_do() {
        let (old, new) = changed("t1.rel", Value::Number(0.5));
        assert!(!is_landmark(&old, &new));
        let (old, new) = changed("t1.target", Value::Choice("xor".into()));
        assert!(is_landmark(&old, &new));
    }
}
