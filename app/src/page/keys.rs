//! The keyboard: which presses are commands, and which belong to what has the focus.

use super::commands::{Press, meant};
use super::state::Page;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Listens to the keyboard. To be called once.
pub(super) fn listen(page: Page) {
    window_event_listener(ev::keydown, move |event| pressed(page, &event));
}

fn pressed(page: Page, event: &ev::KeyboardEvent) {
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
    let Some(action) = meant(&press) else { return };
    let focus = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let wanted = action.id == "close"
        || press.control
        || (page.prefs.single_keys.get_untracked() && is_free(focus.as_ref(), &press));
    if !wanted || (event.repeat() && !action.repeats) {
        return;
    }
    // A dialog closes itself with Escape, and Escape means something elsewhere too.
    if action.id != "close" {
        event.prevent_default();
    }
    (action.run)(page);
}

/// Whether what has the focus has no use of its own for the key.
fn is_free(focus: Option<&Element>, press: &Press) -> bool {
    let Some(focus) = focus else { return true };
    if focus.closest("dialog, select, textarea, [contenteditable]").ok().flatten().is_some() {
        return false;
    }
    let kind = focus.get_attribute("type").unwrap_or_default();
    match focus.tag_name().to_ascii_lowercase().as_str() {
        "input" => match kind.as_str() {
            "range" => true,
            "checkbox" | "radio" | "button" | "file" => press.key != " ",
            _ => false,
        },
        "button" | "summary" | "a" => press.key != " ",
        // Something that was made focusable for its own keys, such as a map with a probe.
        _ => press.key != " " || !focus.has_attribute("data-uses-space"),
    }
}
