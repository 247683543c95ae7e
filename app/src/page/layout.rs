//! Where everything stands. One document serves every size: style sheets arrange it in columns, tabs
//! and a drawer, or for a thumb.
//!
//! * from 1440 px: settings, network and predictions, charts, side by side and without scrolling;
//! * from 1100 px: the charts on the right become tabs;
//! * from 700 px: the settings become a drawer;
//! * below, a phone: predictions and conflict on top, every chart and the network in tabs, settings
//!   in bottom sheets of half the height, the transport at the bottom.

use super::alerts::{Alerts, Toast};
use super::dialogs::Dialogs;
use super::icons::Icon;
use super::panels::{
    ComparePanel, ConflictGauge, CostLine, DataCard, ExhibitsPanel, KinshipPanel, LandscapePanel, LossPanel,
    MeasuresPanel, NetworkCard, NetworkPicture, ParetoPanel, Predictions, SharingCard, TrainingCard, TransferPanel,
    WeightsPanel,
};
use super::state::{Drawer, Page, Tab};
use super::topbar::{SkipLink, TopBar};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// The charts with tabs, in order: the tab, its key in the style sheets, its label.
const TABS: [(Tab, &str, &str); 7] = [
    (Tab::Loss, "loss", "Loss"),
    (Tab::TradeOff, "tradeoff", "Trade-off"),
    (Tab::Transfer, "transfer", "Transfer"),
    (Tab::Network, "network", "Network"),
    (Tab::Weights, "weights", "Weights"),
    (Tab::Measures, "measures", "Measures"),
    (Tab::Compare, "compare", "Compare"),
];

/// The drawers: the drawer, its key in the style sheets, its label.
const DRAWERS: [(Drawer, &str, &str); 3] =
    [(Drawer::Data, "data", "Data"), (Drawer::Network, "network", "Network"), (Drawer::Sharing, "sharing", "Sharing")];

fn tab_key(tab: Tab) -> &'static str {
    TABS.iter().find(|(other, ..)| *other == tab).map_or("loss", |(_, key, _)| key)
}

fn drawer_key(drawer: Drawer) -> &'static str {
    DRAWERS.iter().find(|(other, ..)| *other == drawer).map_or("data", |(_, key, _)| key)
}

/// The whole page.
#[component]
pub fn Layout(
    /// Whether a file is held over the page.
    dropping: RwSignal<bool>,
) -> impl IntoView {
    let page = Page::get();
    let races = Memo::new(move |_| page.races());
    view! {
        <div class="app" data-races=move || races.get().then_some("") data-tab=move || tab_key(page.tab.get()) data-drawer=move || page.drawer.get().map(drawer_key)>
            <SkipLink/>
            <TopBar/>
            <Alerts/>
            <DrawerBar/>
            <Settings/>
            <main class="stage">
                <Show when=move || races.get()>
                    <LandscapePanel/>
                </Show>
                <div class="centre">
                    <div class="place place-network"><NetworkPicture/><ExhibitsPanel/></div>
                    <div class="place place-predictions"><Predictions/></div>
                    <div class="place place-transfer"><TransferPanel/></div>
                    <div class="place place-cost"><CostLine/></div>
                </div>
                <div class="right">
                    <div class="place place-conflict"><ConflictGauge/></div>
                    <Tabs/>
                    <div class="place place-loss"><LossPanel/></div>
                    <div class="place place-tradeoff"><ParetoPanel/></div>
                    <div class="place place-weights"><WeightsPanel/></div>
                    <div class="place place-measures"><KinshipPanel/><MeasuresPanel/></div>
                    <div class="place place-compare"><ComparePanel/></div>
                </div>
            </main>
            <Dialogs/>
            <Toast/>
            <Show when=move || dropping.get()>
                <div class="drop-here" role="note">"Drop a lesson file to open it"</div>
            </Show>
        </div>
    }
    .into_any()
}

/// The lesson's settings: a column, a drawer or a bottom sheet.
#[component]
fn Settings() -> impl IntoView {
    let page = Page::get();
    view! {
        <aside class="settings" id="settings" aria-label="Settings of the lesson">
            <header class="settings-head">
                <h2>"Settings"</h2>
                <button type="button" class="icon-button" aria-label="Close the settings" on:click=move |_| page.drawer.set(None)>
                    {Icon::Close.view()}
                </button>
            </header>
            <div class="card-place card-data" id="card-data"><DataCard/></div>
            <div class="card-place card-network" id="card-network"><NetworkCard/></div>
            <div class="card-place card-sharing" id="card-sharing"><SharingCard/></div>
            <div class="card-place card-training"><TrainingCard/></div>
        </aside>
        <button type="button" class="shade" tabindex="-1" aria-hidden="true" on:click=move |_| page.drawer.set(None)></button>
    }
    .into_any()
}

/// Opens the cards where they don't stand beside the pictures.
#[component]
fn DrawerBar() -> impl IntoView {
    let page = Page::get();
    let button = |(drawer, key, label): (Drawer, &'static str, &'static str)| {
        let open = move || page.drawer.get() == Some(drawer);
        let toggle = move |_| {
            let next = (page.drawer.get_untracked() != Some(drawer)).then_some(drawer);
            page.drawer.set(next);
            if next.is_some() {
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
    view! { <nav class="drawers" aria-label="Settings">{DRAWERS.map(button).collect_view()}</nav> }.into_any()
}

fn bring(id: &str) {
    if let Some(card) = document().get_element_by_id(id) {
        card.scroll_into_view_with_bool(true);
    }
}

/// Chooses a chart where there isn't room for all.
#[component]
fn Tabs() -> impl IntoView {
    let page = Page::get();
    let button = |(tab, key, label): (Tab, &'static str, &'static str)| {
        let chosen = move || if page.tab.get() == tab { "true" } else { "false" };
        view! {
            <button type="button" class=format!("tab tab-{key}") aria-pressed=chosen on:click=move |_| page.tab.set(tab)>
                {label}
            </button>
        }
    };
    view! { <nav class="tabs" aria-label="Charts">{TABS.map(button).collect_view()}</nav> }.into_any()
}

/// Closes folds that stand over the page when something else is pressed. To be called once.
pub(super) fn close_folds_outside() {
    window_event_listener(leptos::ev::pointerdown, |event| {
        close_folds(event.target().and_then(|target| target.dyn_into::<Element>().ok()).as_ref());
    });
    window_event_listener(leptos::ev::keydown, |event| {
        if event.key() == "Escape" {
            close_folds(None);
        }
    });
}

fn close_folds(but: Option<&Element>) {
    let focus = document().active_element();
    for fold in ["details.badge[open]", "details.try[open]", "details.twin[open]"] {
        let Some(fold) = document().query_selector(fold).ok().flatten() else { continue };
        let holds = |element: Option<&Element>| element.is_some_and(|element| fold.contains(Some(element)));
        if holds(but) {
            continue;
        }
        // By a key: whoever was inside goes on from its head.
        let head = fold.first_element_child().and_then(|head| head.dyn_into::<HtmlElement>().ok());
        if let Some(head) = head.filter(|_| but.is_none() && holds(focus.as_ref())) {
            let _ = head.focus();
        }
        let _ = fold.remove_attribute("open");
    }
}
