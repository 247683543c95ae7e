//! The root: makes the page, starts the engine, listens to the browser, shows the layout.

use super::layout::{Layout, close_folds_outside};
use super::panels::watch_hand;
use super::state::Page;
use super::{address, keys, share, shell};
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
    shell::connect(page);
    if !page.prefs.keep() {
        page.notify(vec![Notice::new("storage", "This browser keeps no settings for the page, such as the theme.")]);
    }
    address::listen(page);
    keys::listen(page);
    close_folds_outside();
    watch_hand();
    shell::open(page);
    let dropping = share::listen_drops(page);
    view! { <Layout dropping/> }
}
