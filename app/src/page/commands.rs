//! One table of commands: it feeds the buttons' names and tooltips, the keyboard and the sheet of
//! shortcuts.

use super::conductor::Intent;
use super::state::{Page, Sheet};
use super::{edit, panels, share};
use leptos::prelude::*;
use mtl_core::config::Value;
use mtl_core::lesson::lessons::LESSONS;

/// A key with what has to be held down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chord {
    /// The key as the layout gives it, in lower case for letters; empty if only `code` counts.
    pub key: &'static str,
    /// The key's place on the board, for punctuation that Shift turns into something else.
    pub code: &'static str,
    /// Whether Shift is held; `None` where the layout may need it.
    pub shift: Option<bool>,
    /// Whether Ctrl (or Command) is held.
    pub control: bool,
}

/// A command of the user.
pub struct Action {
    /// Its name, for buttons that stand for it.
    pub id: &'static str,
    /// What a button says.
    pub label: &'static str,
    /// One sentence about it.
    pub help: &'static str,
    /// Its keys, as they are written; empty for none.
    pub keys: &'static str,
    /// Its keys, as they are heard.
    pub chords: &'static [Chord],
    /// Whether holding the key down repeats it.
    pub repeats: bool,
    /// Does it.
    pub run: fn(Page),
}

const fn plain(key: &'static str) -> Chord {
    Chord { key, code: "", shift: Some(false), control: false }
}

const fn shifted(key: &'static str) -> Chord {
    Chord { key, code: "", shift: Some(true), control: false }
}

const fn anyhow(key: &'static str) -> Chord {
    Chord { key, code: "", shift: None, control: false }
}

/// The command that opens a lesson of the picker, by its place from 0, its number, its key, and its number in words.
macro_rules! opens {
    ($place:literal, $number:literal, $key:literal, $ordinal:literal, $lower:literal) => {
        Action {
            id: concat!("lesson-", $number),
            label: concat!($ordinal, " lesson"),
            help: concat!("Opens the ", $lower, " lesson"),
            keys: $key,
            chords: &[plain($key)],
            repeats: false,
            run: |page| lesson(page, $place),
        }
    };
}

/// Every command. The first with keys that fit is the one that is meant.
pub const ACTIONS: &[Action] = &[
    Action {
        id: "play",
        label: "Play or pause",
        help: "Trains until you pause",
        keys: "Space",
        chords: &[plain(" ")],
        repeats: false,
        run: |page| page.toggle_play(),
    },
    Action {
        id: "step-epoch",
        label: "One epoch",
        help: "Trains to the end of this epoch and pauses",
        keys: ".",
        chords: &[anyhow(".")],
        repeats: true,
        run: |page| page.tell(Intent::StepEpoch),
    },
    Action {
        id: "step",
        label: "One step",
        help: "Takes one optimiser step, on one batch, and pauses",
        keys: "Shift+.",
        chords: &[shifted(">"), shifted(":"), Chord { key: "", code: "Period", shift: Some(true), control: false }],
        repeats: true,
        run: |page| page.tell(Intent::Step(1)),
    },
    Action {
        id: "reset",
        label: "Reset",
        help: "Starts again from epoch 0 with the same seed, paused",
        keys: "R",
        chords: &[plain("r")],
        repeats: false,
        run: |page| page.tell(Intent::Reset),
    },
    Action {
        id: "dice",
        label: "New seed",
        help: "Starts again with other data, initial values and batches",
        keys: "Shift+R",
        chords: &[shifted("r")],
        repeats: false,
        run: dice,
    },
    Action {
        id: "log-axis",
        label: "Log or linear losses",
        help: "Turns the axis of the losses from logarithmic to linear and back",
        keys: "L",
        chords: &[plain("l")],
        repeats: false,
        run: |page| {
            page.log_axis.try_update(|log| *log = !*log);
        },
    },
    Action {
        id: "copy-link",
        label: "Copy link",
        help: "Copies a link that opens this lesson anywhere, with the same numbers",
        keys: "Ctrl+Shift+C",
        chords: &[Chord { key: "c", code: "", shift: Some(true), control: true }],
        repeats: false,
        run: share::copy_link,
    },
    Action {
        id: "shortcuts",
        label: "Keyboard shortcuts",
        help: "Shows this sheet",
        keys: "?",
        chords: &[anyhow("?")],
        repeats: false,
        run: |page| {
            page.sheet.try_set(Some(Sheet::Shortcuts));
        },
    },
    Action {
        id: "close",
        label: "Close",
        help: "Closes what is open",
        keys: "Esc",
        chords: &[anyhow("escape")],
        repeats: false,
        run: close,
    },
    opens!(0, "1", "1", "First", "first"),
    opens!(1, "2", "2", "Second", "second"),
    opens!(2, "3", "3", "Third", "third"),
    opens!(3, "4", "4", "Fourth", "fourth"),
    opens!(4, "5", "5", "Fifth", "fifth"),
    opens!(5, "6", "6", "Sixth", "sixth"),
    opens!(6, "7", "7", "Seventh", "seventh"),
    opens!(7, "8", "8", "Eighth", "eighth"),
    opens!(8, "9", "9", "Ninth", "ninth"),
    opens!(9, "10", "0", "Tenth", "tenth"),
    opens!(10, "11", "-", "Eleventh", "eleventh"),
];

/// The command of an id.
pub fn find(id: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.id == id)
}

/// Does a command.
pub fn run(page: Page, id: &str) {
    if let Some(action) = find(id) {
        (action.run)(page);
    }
}

/// What a command's button says on hovering.
pub fn tooltip(id: &str) -> String {
    find(id).map_or_else(String::new, |action| match action.keys {
        "" => action.help.into(),
        keys => format!("{} ({keys})", action.help),
    })
}

fn dice(page: Page) {
    let random = (js_sys::Math::random() * 10_000.0) as i64;
    let now = i64::from(page.lesson.with_untracked(|lesson| lesson.seed));
    // The same number again would look like a button that does nothing.
    page.set("s", Value::Integer(if random == now { random + 1 } else { random }));
}

fn lesson(page: Page, index: usize) {
    if let Some(lesson) = LESSONS.get(index) {
        edit::open_lesson(page, lesson.key);
    }
}

fn close(page: Page) {
    // What lies on top goes first.
    if panels::close_help(page) {
        return;
    }
    page.sheet.try_set(None);
    page.help.try_set(None);
    page.drawer.try_set(None);
    page.menu.try_set(false);
}

/// A pressed key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Press {
    /// The key as the layout gives it.
    pub key: String,
    /// The key's place on the board.
    pub code: String,
    /// Whether Shift is held.
    pub shift: bool,
    /// Whether Ctrl or Command is held.
    pub control: bool,
    /// Whether Alt is held.
    pub alt: bool,
}

/// The command that a pressed key means.
pub fn meant(press: &Press) -> Option<&'static Action> {
    let key = press.key.to_ascii_lowercase();
    let fits = |chord: &Chord| {
        let named = if chord.key.is_empty() { chord.code == press.code } else { chord.key == key };
        named && chord.control == press.control && !press.alt && chord.shift.is_none_or(|shift| shift == press.shift)
    };
    ACTIONS.iter().find(|action| action.chords.iter().any(fits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn press(key: &str, code: &str, shift: bool) -> Press {
        Press { key: key.into(), code: code.into(), shift, ..Press::default() }
    }

    #[test]
    fn every_command_is_explained_once_and_has_its_own_keys() {
        let mut ids = HashSet::new();
        let mut keys = HashSet::new();
        for action in ACTIONS {
            assert!(ids.insert(action.id), "{}", action.id);
            assert!(
                !action.label.is_empty() && !action.help.is_empty() && !action.help.ends_with('.'),
                "{}",
                action.id
            );
            assert!(keys.insert(action.keys), "{}", action.keys);
            assert_eq!(action.keys.is_empty(), action.chords.is_empty(), "{}", action.id);
        }
    }

    #[test]
    fn there_is_a_key_for_every_lesson() {
        for number in 1..=LESSONS.len() {
            assert!(find(&format!("lesson-{number}")).is_some(), "{number}");
        }
    }

    #[test]
    fn keys_mean_the_same_on_other_layouts() {
        let cases = [
            (press(" ", "Space", false), "play"),
            (press(".", "Period", false), "step-epoch"),
            (press(">", "Period", true), "step"),
            (press(":", "Period", true), "step"),
            (press(".", "Comma", true), "step-epoch"), // AZERTY
            (press("r", "KeyR", false), "reset"),
            (press("R", "KeyR", true), "dice"),
            (press("?", "Slash", true), "shortcuts"),
            (press("Escape", "Escape", false), "close"),
            (press("3", "Digit3", false), "lesson-3"),
        ];
        for (press, id) in cases {
            assert_eq!(meant(&press).map(|action| action.id), Some(id), "{press:?}");
        }
        assert!(meant(&press("r", "KeyR", false)).is_some());
        assert!(meant(&Press { control: true, ..press("r", "KeyR", false) }).is_none());
        assert!(meant(&Press { alt: true, ..press(".", "Period", false) }).is_none());
    }
}
