//! The left column: the guide and every setting, as two tabs. It is a drawer where there is less room,
//! and a bottom sheet on a phone.

use super::guide::Guide;
use super::icons::Icon;
use super::panels::{DataCard, NetworkCard, SharingCard, TrainingCard};
use super::prefs::Side;
use super::state::{Drawer, Page};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The tabs: the tab, its `id`, that of its pane, its label.
const SIDES: [(Side, &str, &str, &str); 2] =
    [(Side::Guide, "side-guide", "pane-guide", "Guide"), (Side::Compose, "side-compose", "pane-compose", "Compose")];

/// The drawers: the drawer, its key in the style sheets, its label.
const DRAWERS: [(Drawer, &str, &str); 5] = [
    (Drawer::Guide, "guide", "Guide"),
    (Drawer::Data, "data", "Data"),
    (Drawer::Network, "network", "Layers"),
    (Drawer::Sharing, "sharing", "Sharing"),
    (Drawer::Training, "training", "Training"),
];

/// What is open in the drawer: the tabs within it count, too. Tracks it.
fn open_drawer(page: Page) -> Option<Drawer> {
    page.drawer.get().map(|drawer| match (drawer, page.prefs.side.get()) {
        (_, Side::Guide) => Drawer::Guide,
        (Drawer::Guide, Side::Compose) => Drawer::Data,
        (drawer, Side::Compose) => drawer,
    })
}

/// The key of what is open in the drawer. Tracks it.
pub fn drawer_key(page: Page) -> Option<&'static str> {
    let open = open_drawer(page)?;
    DRAWERS.iter().find(|(other, ..)| *other == open).map(|(_, key, _)| *key)
}

/// The guide and the lesson's settings: a column, a drawer or a bottom sheet.
#[component]
pub fn SideColumn() -> impl IntoView {
    let page = Page::get();
    let hidden = move |side: Side| move || page.prefs.side.get() != side;
    view! {
        <aside class="settings" id="settings" aria-label="Guide and settings of the lesson">
            <header class="settings-head">
                <SideTabs/>
                <button type="button" class="icon-button" aria-label="Close the settings" on:click=move |_| page.drawer.set(None)>
                    {Icon::Close.view()}
                </button>
            </header>
            <div class="pane" id="pane-compose" role="tabpanel" aria-labelledby="side-compose" hidden=hidden(Side::Compose)>
                <div class="card-place card-data" id="card-data"><DataCard/></div>
                <div class="card-place card-network" id="card-network"><NetworkCard/></div>
                <div class="card-place card-sharing" id="card-sharing"><SharingCard/></div>
                <div class="card-place card-training" id="card-training"><TrainingCard/></div>
            </div>
            <div class="pane" id="pane-guide" role="tabpanel" aria-labelledby="side-guide" hidden=hidden(Side::Guide)>
                <Guide/>
            </div>
        </aside>
        <button type="button" class="shade" tabindex="-1" aria-hidden="true" on:click=move |_| page.drawer.set(None)></button>
    }
    .into_any()
}

/// Chooses between the guide and the settings. Arrow keys go from one to the other.
#[component]
fn SideTabs() -> impl IntoView {
    let page = Page::get();
    let chosen = page.prefs.side;
    let tab = |(side, id, pane, label): (Side, &'static str, &'static str, &'static str)| {
        let selected = move || chosen.get() == side;
        view! {
            <button
                type="button"
                class="side-tab"
                role="tab"
                id=id
                data-testid=id
                aria-controls=pane
                aria-selected=move || if selected() { "true" } else { "false" }
                tabindex=move || if selected() { "0" } else { "-1" }
                on:click=move |_| chosen.set(side)
            >
                {label}
            </button>
        }
    };
    let keys = move |event: ev::KeyboardEvent| {
        let to = match (event.key().as_str(), chosen.get_untracked()) {
            ("ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown", Side::Compose) | ("Home", _) => Side::Guide,
            ("ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown", Side::Guide) | ("End", _) => Side::Compose,
            _ => return,
        };
        event.prevent_default();
        chosen.set(to);
        let id = SIDES.iter().find(|(side, ..)| *side == to).map_or("", |(_, id, ..)| id);
        if let Some(tab) = document().get_element_by_id(id).and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
            let _ = tab.focus();
        }
    };
    view! {
        <div class="side-tabs" role="tablist" aria-label="Guide and settings" on:keydown=keys>
            {SIDES.map(tab).collect_view()}
        </div>
    }
    .into_any()
}

/// Opens the guide and the cards where they don't stand beside the pictures.
#[component]
pub fn DrawerBar() -> impl IntoView {
    let page = Page::get();
    let button = |(drawer, key, label): (Drawer, &'static str, &'static str)| {
        let open = move || open_drawer(page) == Some(drawer);
        let toggle = move |_| {
            let next = (!untrack(open)).then_some(drawer);
            page.drawer.set(next);
            if next.is_some() {
                page.prefs.side.set(if drawer == Drawer::Guide { Side::Guide } else { Side::Compose });
                // The drawer has all cards; a bottom sheet has only this one, and nothing to scroll.
                request_animation_frame(move || bring(&format!("card-{key}")));
            }
        };
        view! {
            <button type="button" aria-controls="settings" aria-expanded=move || if open() { "true" } else { "false" } on:click=toggle>
                {label}
            </button>
        }
    };
    view! { <nav class="drawers" aria-label="Guide and settings">{DRAWERS.map(button).collect_view()}</nav> }.into_any()
}

fn bring(id: &str) {
    if let Some(card) = document().get_element_by_id(id) {
        card.scroll_into_view_with_bool(true);
    }
}
