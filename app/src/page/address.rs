//! The lesson in the address's fragment, and the history of lessons.
//!
//! When it is written, and whether as a place of its own in the history, is the conductor's to say.
//! Writing can fail (some browsers limit it, sandboxed frames forbid it): then the address stays as it
//! was.

use super::conductor::{Intent, Opening};
use super::state::{Page, Tab};
use super::tabs;
use leptos::ev;
use leptos::prelude::*;
use mtl_core::lesson::codec::Decoded;
use mtl_core::lesson::{Lesson, link};
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// The longest link that works everywhere.
pub(super) const LONG: usize = 2000;

/// The longest link that should be sent at all; above it a file is offered.
pub(super) const TOO_LONG: usize = 8000;

thread_local! {
    /// The fragment that was last read or written.
    static KNOWN: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The fragment as it stands in the address, without its `#`.
fn fragment() -> String {
    let hash = location().hash().unwrap_or_default();
    hash.strip_prefix('#').unwrap_or(&hash).into()
}

/// The key of the tab that the user chose. It is no setting of the lesson: a link has it, a file hasn't.
const TAB: &str = "tab";

/// A fragment's lesson and the tab that it names.
fn parted(fragment: &str) -> (Decoded, Option<Tab>) {
    let named = |key: &str, value: &str| {
        // What stood behind the link in a text may have come along.
        let value = value.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        (key == TAB).then(|| tabs::of_key(value)).flatten()
    };
    let of_pair = |pair: &str| pair.split_once('=').and_then(|(key, value)| named(key, value));
    let rest: Vec<_> = fragment.split('&').filter(|pair| of_pair(pair).is_none()).collect();
    let mut decoded = link::decode(&rest.join("&"));
    // One that was damaged on its way is mended with the rest.
    let mended = decoded.unknown.iter().find_map(|(key, value)| named(key, value));
    if mended.is_some() {
        decoded.unknown.retain(|(key, value)| named(key, value).is_none());
        decoded.notices.retain(|notice| notice.key != TAB);
    }
    (decoded, fragment.split('&').find_map(of_pair).or(mended))
}

/// The lesson that the address names, and the tab.
pub(super) fn read() -> (Decoded, Option<Tab>) {
    parted(&fragment())
}

/// Opens the tab that the address named, which stays with its lesson.
pub(super) fn open_tab(page: Page, lesson: &Lesson, tab: Option<Tab>) {
    if let Some(tab) = tab {
        tabs::open(page, tab);
    }
    page.chosen_tab.set(tab.map(|tab| (lesson.preset.clone(), tab)));
}

/// Listens to Back, Forward and pasted links. To be called once, after the first lesson was read.
pub(super) fn listen(page: Page) {
    KNOWN.set(fragment());
    window_event_listener(ev::popstate, move |_| follow(page));
    window_event_listener(ev::hashchange, move |_| follow(page));
    // A link that named too much or too little becomes the canonical one.
    if !fragment().is_empty() {
        page.tell(Intent::LinkChanged);
    }
}

/// The address has changed under the page.
fn follow(page: Page) {
    let now = fragment();
    if KNOWN.with_borrow(|known| *known == now) {
        return;
    }
    KNOWN.set(now);
    let (decoded, tab) = read();
    open_tab(page, &decoded.lesson, tab);
    page.tell(Intent::Follow(Box::new(Opening::from(decoded))));
}

/// The fragment of the lesson on the page. Tracks the lesson.
pub(super) fn of(page: Page) -> String {
    let unknown = page.unknown.get_value();
    page.lesson.with(|lesson| {
        let text = link::encode(lesson, &unknown);
        let chosen = page.chosen_tab.get().filter(|(own, _)| *own == lesson.preset);
        chosen.map(|(_, tab)| [&text, "&", TAB, "=", tabs::key(tab)].concat()).unwrap_or(text)
    })
}

/// The whole link of the lesson on the page. Tracks the lesson.
pub(super) fn href(page: Page) -> String {
    let here = location().href().unwrap_or_default();
    let page_only = here.split('#').next().unwrap_or_default();
    format!("{page_only}#{}", of(page))
}

/// Writes the lesson on the page to the address, where it is another one than that names; as a place of
/// its own in the history, or in place of what is there.
pub(super) fn write(page: Page, own_place: bool) {
    let text = untrack(|| of(page));
    if KNOWN.with_borrow(|known| *known == text) {
        return;
    }
    let Ok(history) = window().history() else { return };
    let url = format!("#{text}");
    let written = if own_place {
        history.push_state_with_url(&JsValue::NULL, "", Some(&url))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&url))
    };
    if written.is_ok() {
        KNOWN.set(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_is_parted_from_the_lesson_and_what_is_none_is_left_to_the_codec() {
        for (fragment, rest, tab) in [
            ("v=2&p=rivals&tab=transfer&s=7", "v=2&p=rivals&s=7", Some(Tab::Transfer)),
            ("v=2&p=rivals&tab=transfer.", "v=2&p=rivals", Some(Tab::Transfer)),
            ("v=2&amp;p=rivals&amp;tab=loss", "v=2&p=rivals", Some(Tab::Loss)),
            ("v=3D2&p=3Drivals&tab=3Dloss", "v=2&p=rivals", Some(Tab::Loss)),
            ("v%3D2%26p%3Drivals%26tab%3Dweights", "v=2&p=rivals", Some(Tab::Weights)),
            ("v=2&p=rivals", "v=2&p=rivals", None),
            ("tab=loss", "v=2&p=twins", Some(Tab::Loss)),
            ("v=2&p=twins&tab=nowhere", "v=2&p=twins&tab=nowhere", None),
            ("v=2&p=twins&stab=loss", "v=2&p=twins&stab=loss", None),
        ] {
            let (decoded, found) = parted(fragment);
            assert_eq!(found, tab, "{fragment}");
            assert_eq!(link::encode(&decoded.lesson, &decoded.unknown), rest, "{fragment}");
            assert_eq!(decoded.notices.is_empty(), decoded.unknown.is_empty(), "{fragment}: {:?}", decoded.notices);
        }
    }

    #[test]
    fn a_link_of_an_older_version_is_parted_from_its_tab_and_written_as_it_was_meant() {
        let (decoded, found) = parted("v=1&p=pairs&tab=transfer&s=7");
        assert_eq!(found, Some(Tab::Transfer));
        let now = link::encode(&decoded.lesson, &decoded.unknown);
        assert_eq!(now, "v=2&p=pairs&s=7&seeds=5&alone=layers&vary=training");
        assert_eq!(decoded.notices.len(), 1, "{:?}", decoded.notices);
    }
}
