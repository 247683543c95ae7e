//! What links and files of older versions mean.
//!
//! A link names only what differs from its lesson: where a default or a lesson changes, what older links leave
//! unsaid is read as it was then, and written from then on as settings of their own.

use super::fields::{Entry, entry};
use super::lessons;
use super::place::place;
use crate::config::Config;
use crate::config::kind::{Kind, Notice};

/// Settings as links write them: the key, and the text of the value.
pub(super) type Texts = Vec<(&'static str, &'static str)>;

/// What was true of every lesson before version 2, when there was no choice.
const BEFORE_VERSION_2: &[(&str, &str)] = &[("alone", "layers"), ("vary", "training")];

/// What a lesson had in a version where it was, or all lessons were, different from today.
pub(super) fn settings(version: u32, preset: &str) -> Texts {
    if version >= 2 {
        return Texts::new();
    }
    let own = lessons::find(preset).map(|lesson| lesson.in_version_1).unwrap_or_default();
    // Whether the settings of all lessons mean anything may depend on the lesson's own.
    own.iter().chain(BEFORE_VERSION_2).copied().collect()
}

/// Writes settings of then.
pub(super) fn write(config: &mut Config, then: &[(&'static str, &'static str)]) {
    for (key, text) in then {
        let Some(place) = place(config, key) else { continue };
        let Ok(value) = place.kind().parse(text) else { continue };
        let changed = place.write_nearest(config, &value, text);
        debug_assert!(changed.is_none(), "what a lesson had is within the limits: {changed:?}");
    }
}

/// Of settings of then that a link leaves unsaid, keeps those that mean something in the lesson that it opens,
/// and says which these are. The others are as they are today.
pub(super) fn settle(config: &mut Config, unsaid: &[(&'static str, &'static str)]) -> Option<Notice> {
    let now = lessons::find(&config.preset)?.config();
    let mut kept = Vec::new();
    for (key, _) in unsaid {
        let (Some(place), Some(found)) = (place(config, key), entry(config, key)) else { continue };
        let today = place.read(&now);
        if !found.shown {
            // Today's value is within the limits, so that there is nothing to tell.
            let _ = place.write_nearest(config, &today, "");
        } else if found.value != today {
            kept.push(told(&found));
        }
    }
    let sentence = format!("This was made before version 2 and keeps its meaning: {}.", kept.join(", "));
    (!kept.is_empty()).then(|| Notice::new("v", sentence))
}

/// A setting and its value, in the words of its control.
fn told(entry: &Entry) -> String {
    let text = entry.kind.text(&entry.value);
    match entry.kind {
        Kind::Choice(choices) => {
            let choices = choices();
            let label = choices.iter().find(|choice| choice.key == text).map_or(text.as_str(), |choice| choice.label);
            format!("{} '{label}'", entry.label)
        }
        _ => format!("{} {text}", entry.label),
    }
}
