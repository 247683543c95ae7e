//! What the link and the file have in common: a lesson as keys and texts.
//!
//! Both carry the version, the preset, and settings by their key in the table of fields. Reading
//! starts from the preset, so that a link needs to name only what differs from it.

use super::place::{Place, SLOTS, place, places};
use super::{Lesson, check, lessons, link, older};
use crate::config::kind::{Notice, quoted};
use crate::config::number::{parse_integer, typed};
use crate::config::{Config, MAX_TASKS, TaskConfig};
use std::collections::HashSet;

/// The version that is written. What an older one means differently stands in `older`.
pub const VERSION: u32 = 2;

/// The most pairs that are read; a hostile link may have many more.
pub(super) const MAX_PAIRS: usize = 400;

/// The most notices that are given; the last one says how many more there would be.
const MAX_NOTICES: usize = 50;

/// The most unknown pairs that are kept, and the longest of them in bytes.
const MAX_UNKNOWN: usize = 20;
const MAX_UNKNOWN_LENGTH: usize = 200;

/// Keys that are no settings, and what they are called: the version, the preset, the number of tasks.
pub(super) const OWN: [(&str, &str); 3] = [("v", "version"), ("p", "lesson"), ("tasks", "number of tasks")];

/// What such a key is called.
pub(super) fn own_label(key: &str) -> Option<&'static str> {
    OWN.iter().find(|(own, _)| *own == key).map(|(_, label)| *label)
}

/// A lesson with what a reader should be told about how it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// A lesson that runs.
    pub lesson: Lesson,
    /// What was wrong, and what is used instead.
    pub notices: Vec<Notice>,
    /// Pairs with unknown keys: they survive a round trip.
    pub unknown: Vec<(String, String)>,
}

/// Reads a lesson from keys and texts. Every input gives a lesson that runs.
pub fn decode_pairs(pairs: Vec<(String, String)>) -> Decoded {
    let mut notices = Vec::new();
    let mut pairs = once_each(limited(pairs, &mut notices), &mut notices);
    let version = version(&mut pairs, &mut notices);
    let mut config = preset(&mut pairs, &mut notices);
    let mut then = older::settings(version, &config.preset);
    older::write(&mut config, &then);
    then.retain(|(key, _)| pairs.iter().all(|(said, _)| said != key));
    resize(&mut config, &mut pairs, &mut notices);
    // Methods first: their options exist only once the method is chosen.
    let (methods, rest): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(key, _)| SLOTS.iter().any(|slot| slot.key == key));
    let mut strange = Vec::new();
    for (key, text) in methods.into_iter().chain(rest) {
        match place(&config, &key) {
            Some(place) => notices.extend(read(&mut config, place, &text)),
            None => strange.push((key, text)),
        }
    }
    notices.extend(older::settle(&mut config, &then));
    let (lesson, more) = check(config);
    notices.extend(more);
    let unknown = keep(strange, &mut notices);
    shorten(&mut notices);
    Decoded { lesson, notices, unknown }
}

/// Reads the text of a known setting; says what is used instead where it is not as it should be.
fn read(config: &mut Config, place: Place, text: &str) -> Option<Notice> {
    match place.kind().parse(text) {
        Ok(value) => place.write_nearest(config, &value, text),
        Err(expected) => {
            let used = place.kind().text(&place.read(config));
            let sentence = format!("'{}' is not {expected}; {} is used.", quoted(text), quoted(&used));
            Some(Notice::new(place.key(), sentence))
        }
    }
}

/// Keeps unknown settings, as many as are bearable, and names them all.
fn keep(strange: Vec<(String, String)>, notices: &mut Vec<Notice>) -> Vec<(String, String)> {
    let mut unknown = Vec::new();
    for (key, text) in strange {
        let named = quoted(&key);
        let fits = unknown.len() < MAX_UNKNOWN && key.len() + text.len() <= MAX_UNKNOWN_LENGTH;
        let pair = Some((key, text)).filter(|pair| fits && link::is_read_as_written(pair));
        let fate = if pair.is_some() { "it is kept in the link and has no effect" } else { "it is dropped" };
        notices.push(Notice::new(named, format!("This setting is not known here; {fate}.")));
        unknown.extend(pair);
    }
    unknown
}

/// Leaves out what is too much to read.
fn shorten(notices: &mut Vec<Notice>) {
    let more = notices.len().saturating_sub(MAX_NOTICES);
    if more > 0 {
        notices.truncate(MAX_NOTICES);
        notices.push(Notice::new("link", format!("{more} more settings were not as they should be.")));
    }
}

/// As many pairs as are read, without those that say nothing.
fn limited(mut pairs: Vec<(String, String)>, notices: &mut Vec<Notice>) -> Vec<(String, String)> {
    if pairs.len() > MAX_PAIRS {
        notices.push(Notice::new("link", format!("Only the first {MAX_PAIRS} settings are read.")));
        pairs.truncate(MAX_PAIRS);
    }
    pairs.retain(|(key, text)| !(key.is_empty() && text.is_empty()));
    pairs
}

/// Of settings that are given more than once, the first counts.
fn once_each(pairs: Vec<(String, String)>, notices: &mut Vec<Notice>) -> Vec<(String, String)> {
    let mut seen = HashSet::new();
    let mut told = HashSet::new();
    let mut kept = Vec::with_capacity(pairs.len());
    for (key, text) in pairs {
        if seen.insert(key.clone()) {
            kept.push((key, text));
        } else if told.insert(key.clone()) {
            notices.push(Notice::new(quoted(&key), "This is given more than once; the first one is used."));
        }
    }
    kept
}

fn take(pairs: &mut Vec<(String, String)>, key: &str) -> Option<String> {
    let found = pairs.iter().position(|(k, _)| k == key)?;
    Some(pairs.remove(found).1)
}

/// The version that the pairs are of: the newest where they don't say, as in what is written by hand.
fn version(pairs: &mut Vec<(String, String)>, notices: &mut Vec<Notice>) -> u32 {
    let Some(text) = take(pairs, "v") else { return VERSION };
    let sentence = match typed(&text).parse::<u32>() {
        Ok(known @ 1..=VERSION) => return known,
        Ok(newer) if newer > VERSION => {
            "This was made by a newer version of the page; what this one knows is used.".to_string()
        }
        _ => format!("This is no version; it is read as version {VERSION}."),
    };
    notices.push(Notice::new("v", sentence));
    VERSION
}

fn preset(pairs: &mut Vec<(String, String)>, notices: &mut Vec<Notice>) -> Config {
    let Some(key) = take(pairs, "p") else {
        return Config::default();
    };
    match lessons::find(&typed(&key)) {
        Some(lesson) => lesson.config(),
        None => {
            let config = Config::default();
            notices
                .push(Notice::new("p", format!("There is no lesson '{}'; '{}' is used.", quoted(&key), config.preset)));
            config
        }
    }
}

fn resize(config: &mut Config, pairs: &mut Vec<(String, String)>, notices: &mut Vec<Notice>) {
    let Some(text) = take(pairs, "tasks") else {
        return;
    };
    let given = parse_integer(&text);
    let used = given.map_or(config.tasks.len(), |n| usize::try_from(n.max(1)).unwrap_or(MAX_TASKS).min(MAX_TASKS));
    if given != i64::try_from(used).ok() {
        let sentence = format!("'{}' is not a number of tasks from 1 to {MAX_TASKS}; {used} is used.", quoted(&text));
        notices.push(Notice::new("tasks", sentence));
    }
    config.tasks.resize_with(used, TaskConfig::default);
}

/// The pairs of a lesson: everything, or only what differs from its preset; then those of `unknown`
/// with keys that are still not known. (Adding a task makes its settings known: then they are the
/// page's, not those of an old link.)
pub fn encode_pairs(lesson: &Lesson, unknown: &[(String, String)], everything: bool) -> Vec<(String, String)> {
    let mut base = lessons::find(&lesson.preset).map_or_else(Config::default, |entry| entry.config());
    let mut pairs = vec![("v".to_string(), VERSION.to_string()), ("p".to_string(), lesson.preset.clone())];
    if everything || base.tasks.len() != lesson.tasks.len() {
        pairs.push(("tasks".into(), lesson.tasks.len().to_string()));
        base.tasks.resize_with(lesson.tasks.len(), TaskConfig::default);
    }
    // A reader meets the methods first, and with another method the defaults of its options.
    let mut picked = base.clone();
    for slot in SLOTS {
        slot.pick_same(&mut picked, lesson);
    }
    for place in places(lesson) {
        let value = place.read(lesson);
        let standard = place.read(if matches!(place, Place::Option(..)) { &picked } else { &base });
        if everything || value != standard {
            pairs.push((place.key(), place.kind().text(&value)));
        }
    }
    let is_unknown = |key: &str| own_label(key).is_none() && place(lesson, key).is_none();
    pairs.extend(unknown.iter().filter(|(key, _)| is_unknown(key)).cloned());
    pairs
}
