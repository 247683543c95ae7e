//! The keyboard: which presses are commands, and which belong to what has the focus.

use super::commands::{Press, meant};
use super::state::Page;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// What belongs to one setting: numbers that are typed there are meant for it.
const SETTING: &str = "input, select, textarea, .control, .number-control, .number-box, .layer-cell, .stack";

/// What has the focus, by the keys that it has a use for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The page, a chart, a map, a slider: none of the keys that are commands.
    Free,
    /// A field for text, and all that a dialog holds: every key.
    Field,
    /// A list of choices: Space opens it, letters and digits look for one.
    List,
    /// A button, a box to tick, the head of a fold, a link: Space.
    Button,
}

impl Kind {
    fn of(element: &Element) -> Self {
        if element.closest("dialog, textarea, [contenteditable]").ok().flatten().is_some() {
            return Self::Field;
        }
        match element.tag_name().to_ascii_lowercase().as_str() {
            "select" => Self::List,
            "button" | "summary" | "a" => Self::Button,
            "input" => match element.get_attribute("type").unwrap_or_default().as_str() {
                "range" => Self::Free,
                "checkbox" | "radio" | "button" | "file" => Self::Button,
                _ => Self::Field,
            },
            _ => Self::Free,
        }
    }
}

/// What has the focus, and how it came by it.
#[derive(Clone, Copy, Debug)]
struct Focus {
    kind: Kind,
    /// Whether it belongs to a setting.
    setting: bool,
    /// Whether it came by the keyboard, so that it is seen.
    visible: bool,
}

impl Focus {
    fn of(element: Option<&Element>, visible: bool) -> Self {
        let kind = element.map_or(Kind::Free, Kind::of);
        let setting = element.is_some_and(|element| element.closest(SETTING).ok().flatten().is_some());
        Self { kind, setting, visible }
    }

    /// Whether it has no use of its own for the key.
    fn leaves(self, key: &str) -> bool {
        match (self.kind, key) {
            (Kind::Field, _) => false,
            // After a click it can't be seen that a button still has the focus: Space is not meant for it.
            (Kind::List | Kind::Button, " ") => !self.visible,
            (Kind::List, _) => false,
            _ => !(self.setting && is_of_numbers(key)),
        }
    }
}

fn is_of_numbers(key: &str) -> bool {
    matches!(key.as_bytes(), [b'0'..=b'9' | b'-'])
}

/// What the keys and the pointer did last.
#[derive(Clone, Copy, Default)]
struct Hands {
    /// The pointer was pressed after the last Tab. The browser's own `:focus-visible` doesn't tell: it
    /// turns true with the first key after a click.
    pointer: bool,
    /// What has the focus came by it from the keyboard.
    visible: bool,
    /// Space is held down, and was taken as a command.
    space: bool,
}

/// Listens to the keyboard. To be called once.
pub(super) fn listen(page: Page) {
    let hands = StoredValue::new(Hands::default());
    window_event_listener(ev::pointerdown, move |_| {
        hands.update_value(|hands| (hands.pointer, hands.visible) = (true, false));
    });
    window_event_listener(ev::focusin, move |_| hands.update_value(|hands| hands.visible = !hands.pointer));
    window_event_listener(ev::keydown, move |event| {
        if event.key() == "Tab" {
            hands.update_value(|hands| hands.pointer = false);
        }
        pressed(page, hands, &event);
    });
    window_event_listener(ev::keyup, move |event| {
        // Firefox presses a button when Space is let go, whatever became of the press before.
        let taken = || hands.try_update_value(|hands| std::mem::take(&mut hands.space));
        if event.key() == " " && taken() == Some(true) {
            event.prevent_default();
        }
    });
}

fn pressed(page: Page, hands: StoredValue<Hands>, event: &ev::KeyboardEvent) {
    if event.default_prevented() || event.is_composing() {
        return;
    }
    let press = Press {
        key: event.key(),
        code: event.code(),
        shift: event.shift_key(),
        control: event.ctrl_key() || event.meta_key(),
        alt: event.alt_key(),
    };
    let action = meant(&press).filter(|action| {
        let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let focus = Focus::of(element.as_ref(), hands.with_value(|hands| hands.visible));
        let free = || page.prefs.single_keys.get_untracked() && focus.leaves(&press.key);
        action.id == "close" || press.control || free()
    });
    if press.key == " " {
        hands.update_value(|hands| hands.space = action.is_some());
    }
    let Some(action) = action else { return };
    // A dialog closes itself with Escape, and Escape means something elsewhere too.
    if action.id != "close" {
        event.prevent_default();
    }
    if !event.repeat() || action.repeats {
        (action.run)(page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(kind: Kind, setting: bool, visible: bool, key: &str) -> bool {
        Focus { kind, setting, visible }.leaves(key)
    }

    #[test]
    fn space_belongs_to_what_it_presses_only_where_that_was_reached_by_the_keyboard() {
        for setting in [false, true] {
            for kind in [Kind::Button, Kind::List] {
                assert!(leaves(kind, setting, false, " "), "{kind:?} after a click");
                assert!(!leaves(kind, setting, true, " "), "{kind:?} after Tab");
            }
            for visible in [false, true] {
                assert!(leaves(Kind::Free, setting, visible, " "), "a slider or a chart has no use for it");
                assert!(!leaves(Kind::Field, setting, visible, " "), "one may type it");
            }
        }
    }

    #[test]
    fn digits_belong_to_the_setting_that_has_the_focus() {
        for key in ["0", "1", "9", "-"] {
            for visible in [false, true] {
                assert!(!leaves(Kind::Free, true, visible, key), "a slider");
                assert!(!leaves(Kind::Button, true, visible, key), "a stepper");
                assert!(!leaves(Kind::List, true, visible, key), "a list");
                assert!(!leaves(Kind::Field, true, visible, key), "a field");
                assert!(leaves(Kind::Free, false, visible, key), "a chart");
                assert!(leaves(Kind::Button, false, visible, key), "a tab");
            }
        }
    }

    #[test]
    fn other_keys_are_commands_but_where_one_types_or_looks_for_an_entry() {
        for key in [".", ">", "r", "R", "l", "?"] {
            for visible in [false, true] {
                assert!(leaves(Kind::Free, true, visible, key) && leaves(Kind::Button, true, visible, key), "{key}");
                assert!(!leaves(Kind::Field, true, visible, key) && !leaves(Kind::List, true, visible, key), "{key}");
            }
        }
    }
}
