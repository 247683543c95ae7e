//! The charts' tabs, where there isn't room for all charts.

use super::conductor::Intent;
use super::guide::tab_of;
use super::panels::hidden_ends;
use super::state::{Page, Tab};
use leptos::html;
use leptos::prelude::*;
use mtl_core::lesson::lessons::find;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The charts with tabs, in order: the tab, its key in links and style sheets, its label.
const TABS: [(Tab, &str, &str); 7] = [
    (Tab::Loss, "loss", "Loss"),
    (Tab::TradeOff, "tradeoff", "Trade-off"),
    (Tab::Transfer, "transfer", "Transfer"),
    (Tab::Network, "network", "Network"),
    (Tab::Weights, "weights", "Weights"),
    (Tab::Measures, "measures", "Measures"),
    (Tab::Compare, "compare", "Compare"),
];

/// The key of a tab.
pub fn key(tab: Tab) -> &'static str {
    TABS.iter().find(|(other, ..)| *other == tab).map_or("loss", |(_, key, _)| key)
}

/// The tab of a key.
pub fn of_key(key: &str) -> Option<Tab> {
    TABS.iter().find(|(_, own, _)| *own == key).map(|(tab, ..)| *tab)
}

/// The tab that is shown: that of the weights waits until there are some to show. Tracks it.
pub fn shown(page: Page) -> Tab {
    match page.tab.get() {
        Tab::Weights if !page.weighs.get() => Tab::Loss,
        tab => tab,
    }
}

/// Opens a tab.
pub fn open(page: Page, tab: Tab) {
    if page.tab.get_untracked() != tab {
        page.tab.set(tab);
    }
}

/// Opens the tab that the user chose, and writes it into the lesson's link.
fn choose(page: Page, tab: Tab) {
    open(page, tab);
    let lesson = page.lesson.with_untracked(|lesson| lesson.preset.clone());
    page.chosen_tab.set(Some((lesson, tab)));
    page.tell(Intent::LinkChanged);
}

/// Whenever a lesson is opened its first chart is, or the one that its link names. To be called once.
pub fn follow_lessons(page: Page) {
    let lesson = Memo::new(move |_| page.lesson.with(|lesson| lesson.preset.clone()));
    Effect::new(move |_| {
        let lesson = lesson.get();
        let chosen = page.chosen_tab.get_untracked().filter(|(own, _)| *own == lesson).map(|(_, tab)| tab);
        let first = || find(&lesson)?.panels.iter().find_map(|panel| tab_of(*panel, page));
        open(page, chosen.or_else(first).unwrap_or_default());
    });
}

/// Chooses a chart where there isn't room for all.
#[component]
pub fn Tabs() -> impl IntoView {
    let page = Page::get();
    let row = NodeRef::<html::Nav>::new();
    // Some tabs come and go.
    let (ends, look) = hidden_ends(
        move || row.get().map(|row| row.unchecked_into()),
        move || {
            page.weighs.track();
            page.is_tight();
        },
    );
    // The chosen one is in sight, wherever the row has been pushed to.
    Effect::new(move |_| {
        let tab = shown(page);
        let Some(row) = row.get() else { return };
        let chosen = row.query_selector(&[".tab-", key(tab)].concat()).ok().flatten();
        if let Some(chosen) = chosen.and_then(|chosen| chosen.dyn_into::<HtmlElement>().ok()) {
            let room = (row.client_width() - chosen.offset_width()) / 2;
            row.set_scroll_left((chosen.offset_left() - room).max(0));
        }
    });
    let button = |(tab, key, label): (Tab, &'static str, &'static str)| {
        let chosen = move || if shown(page) == tab { "true" } else { "false" };
        view! {
            <button type="button" class=format!("tab tab-{key}") aria-pressed=chosen on:click=move |_| choose(page, tab)>
                {label}
            </button>
        }
    };
    view! {
        <nav class="tabs strip" aria-label="Charts" node_ref=row data-hides=move || ends.get() on:scroll=move |_| look()>
            {TABS.map(button).collect_view()}
        </nav>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tab_has_a_key_of_its_own() {
        for (tab, own, _) in TABS {
            assert_eq!((key(tab), of_key(own)), (own, Some(tab)));
        }
        assert_eq!(of_key("nowhere"), None);
    }
}
