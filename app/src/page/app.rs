//! The root: makes the page, starts the engine, listens to the browser, shows the layout.

use super::layout::{Layout, close_folds_outside};
use super::state::Page;
use super::{address, engine, keys, pump, share};
use leptos::ev;
use leptos::prelude::*;
use mtl_core::config::Notice;

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    let (decoded, tab) = address::read();
    let page = Page::new(decoded.lesson);
    page.lesson.with_untracked(|lesson| address::open_tab(page, lesson, tab));
    page.unknown.set_value(decoded.unknown);
    page.notify(decoded.notices);
    provide_context(page);
    if !page.prefs.keep() {
        page.notify(vec![Notice::new("storage", "This browser keeps no settings for the page, such as the theme.")]);
    }
    address::listen(page);
    keys::listen(page);
    close_folds_outside();
    mind_hidden_tab(page);
    engine::start(page);
    let dropping = share::listen_drops(page);
    view! { <Layout dropping/> }
}

/// A hidden tab pauses, unless the user wants it to go on, and says so.
fn mind_hidden_tab(page: Page) {
    document_event_listener(move || {
        if !document().hidden() {
            return;
        }
        pump::hidden(page);
        if page.playing.get_untracked() && !page.prefs.background.get_untracked() {
            engine::play(page, false);
            page.notify([Notice::new(
                "tab",
                "Training was paused while this tab was hidden. The engine badge has a setting that keeps it going.",
            )]);
        }
    });
}

/// Calls back when the tab is hidden or shown; the event goes to the document.
fn document_event_listener(changed: impl Fn() + 'static) {
    use wasm_bindgen::JsCast;
    let listener = wasm_bindgen::closure::Closure::<dyn FnMut(ev::Event)>::new(move |_| changed());
    if document().add_event_listener_with_callback("visibilitychange", listener.as_ref().unchecked_ref()).is_ok() {
        // It lives as long as the page.
        listener.forget();
    }
}
