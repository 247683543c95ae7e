//! The table of settings as documentation, for `SETTINGS.md`.

use super::codec::{OWN, VERSION};
use super::fields::{Effect, Field, lesson_fields, task_fields};
use super::lessons;
use super::place::{SLOTS, Slot};
use crate::config::kind::{Choice, Kind};
use crate::config::{ACTIVATIONS, Config, MAX_TASKS, OptionSpec};
use std::fmt::Write;

/// Every setting that a link or a file may carry, as Markdown: its key, limits, default, what a
/// change does to a running lesson, and help; then the methods' options, and what the words mean.
pub fn markdown() -> String {
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = write_all(&mut text);
    text
}

fn write_all(text: &mut String) -> std::fmt::Result {
    let default = Config::default();
    heading(text, &format!("The lesson; defaults are those of `{}`", default.preset))?;
    let presets: Vec<_> = lessons::LESSONS.iter().map(|lesson| lesson.key).collect();
    let of_presets = format!("one of {}", presets.join(", "));
    let of_tasks = format!("a whole number from 1 to {MAX_TASKS}");
    let (versions, version) = (format!("a whole number from 1 to {VERSION}"), VERSION.to_string());
    let own = [
        [
            versions.as_str(),
            &version,
            "",
            "The version of the link; it stands first. Links of older ones keep their meaning.",
        ],
        [&of_presets, &default.preset, "reset", "The lesson to start from; a link names what differs from it."],
        [&of_tasks, "the lesson's", "reset", "More than the lesson has are added, fewer are cut from the end."],
    ];
    for ((key, label), [limits, default, effect, help]) in OWN.into_iter().zip(own) {
        row(text, key, label, limits, default, effect, help)?;
    }
    for field in lesson_fields() {
        field_row(text, field, field.key, &default)?;
    }
    heading(text, "Each task: `t0.` is A, `t1.` is B, and so on; defaults are those of an added task")?;
    let added = Config { tasks: Vec::new(), ..default.clone() };
    for field in task_fields() {
        field_row(text, field, &format!("t0.{}", field.key), &added)?;
    }
    let mut headed = false;
    for slot in SLOTS {
        for (method, option) in options(slot) {
            if !std::mem::replace(&mut headed, true) {
                heading(text, "Options of methods")?;
            }
            let label = format!("{} ({method})", option.label);
            let key = format!("{}.{}", slot.key, option.key);
            let effect = effect_word(if option.live { Effect::Live } else { Effect::Reset });
            row(text, &key, &label, &option.kind.expected(), &option.text(option.default), effect, option.help)?;
        }
    }
    write_words(text)
}

fn options(slot: &Slot) -> impl Iterator<Item = (&'static str, &'static OptionSpec)> {
    (slot.table)().iter().flat_map(|entry| entry.options.iter().map(|option| (entry.choice.label, option)))
}

fn heading(text: &mut String, title: &str) -> std::fmt::Result {
    if !text.is_empty() {
        writeln!(text)?;
    }
    writeln!(text, "**{title}**\n")?;
    writeln!(text, "| key | setting | limits | default | a change | meaning |")?;
    writeln!(text, "|---|---|---|---|---|---|")
}

fn row(
    text: &mut String,
    key: &str,
    label: &str,
    limits: &str,
    default: &str,
    effect: &str,
    help: &str,
) -> std::fmt::Result {
    let [label, limits, default, help] = [label, limits, default, help].map(cell);
    writeln!(text, "| `{key}` | {label} | {limits} | {default} | {effect} | {help} |")
}

fn field_row(text: &mut String, field: &Field, key: &str, config: &Config) -> std::fmt::Result {
    let default = field.kind.text(&(field.get)(config, 0));
    row(text, key, field.label, &field.kind.expected(), &default, effect_word(field.effect), field.help)
}

pub(super) fn effect_word(effect: Effect) -> &'static str {
    match effect {
        Effect::Live => "live",
        Effect::Reset => "reset",
    }
}

/// What a table's cell may hold.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The words of every setting that is one of a list, and of a layer's text.
fn write_words(text: &mut String) -> std::fmt::Result {
    writeln!(text, "\n**Words**\n")?;
    let named = |prefix: &str, field: &Field| (format!("{prefix}{}", field.key), field.kind);
    let lesson = lesson_fields().iter().map(|field| named("", field));
    let task = task_fields().iter().map(|field| named("t0.", field));
    let option = SLOTS.iter().flat_map(|slot| options(slot).map(|(_, o)| (format!("{}.{}", slot.key, o.key), o.kind)));
    for (key, kind) in lesson.chain(task).chain(option) {
        if let Kind::Choice(choices) = kind {
            word_list(text, &key, &choices())?;
        }
    }
    let activations: Vec<_> = ACTIVATIONS.iter().map(|(_, choice)| *choice).collect();
    word_list(text, "layers", &activations)?;
    writeln!(
        text,
        "\nA layer is its width, then what differs from a plain tanh layer: `16-relu-d0.1-n` has 16 units, ReLU, dropout 0.1 and layer norm."
    )
}

fn word_list(text: &mut String, key: &str, choices: &[Choice]) -> std::fmt::Result {
    let words: Vec<_> = choices.iter().map(|c| format!("`{}` {}", c.key, c.help.replace('\n', " "))).collect();
    writeln!(text, "- `{key}`: {}", words.join(" "))
}
