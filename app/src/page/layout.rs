//! Where everything stands. One document serves every size: style sheets arrange it in columns, tabs
//! and a drawer, or for a thumb.
//!
//! * from 1440 px: guide and settings, network and predictions, charts, side by side and without
//!   scrolling; the charts that the lesson needs come first;
//! * from 1100 px, or where it is low: the charts on the right become tabs; where there is no room for it
//!   below the predictions, transfer is one of them;
//! * from 700 px: the left column becomes a drawer;
//! * below, a phone: predictions and conflict on top, every chart and the network in tabs, the guide and
//!   the settings in bottom sheets, the transport at the bottom.

use super::alerts::{Alerts, Toast};
use super::dialogs::Dialogs;
use super::guide::rank;
use super::panels::{CHARTS, CostLine, Place as At, watch_weights};
use super::side::{DrawerBar, SideColumn, drawer_key};
use super::state::Page;
use super::story::StoryLine;
use super::tabs::{self, Tabs};
use super::topbar::{SkipLink, TopBar};
use leptos::prelude::*;
use mtl_core::lesson::lessons::find;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// The rank of a place that the lesson doesn't need.
const LAST: usize = 20;

/// The whole page.
#[component]
pub fn Layout(
    /// Whether a file is held over the page.
    dropping: RwSignal<bool>,
) -> impl IntoView {
    let page = Page::get();
    let races = Memo::new(move |_| page.races());
    let tight = Memo::new(move |_| page.is_tight());
    let transfer = || view! { <Place at=At::Transfer/> };
    let charts = CHARTS.map(|at| view! { <Place at/> }).collect_view();
    watch_weights(page);
    tabs::follow_lessons(page);
    view! {
        <div
            class="app"
            data-races=move || races.get().then_some("")
            data-tab=move || tabs::key(tabs::shown(page))
            data-drawer=move || drawer_key(page)
            data-weighs=move || page.weighs.get().then_some("")
            data-tight=move || tight.get().then_some("")
            data-spot=move || page.spot.with(|spot| spot.words())
        >
            <SkipLink/>
            <TopBar/>
            <Alerts/>
            <DrawerBar/>
            <SideColumn/>
            <main class="stage">
                <Show when=move || races.get()>
                    <div class="place place-line"><StoryLine/></div>
                    {At::Stage.views()}
                </Show>
                <div class="centre">
                    <div class="place place-network">{At::Network.views()}</div>
                    <Show when=move || !races.get()><div class="place place-line"><StoryLine/></div></Show>
                    <div class="place place-predictions">{At::Predictions.views()}</div>
                    <Show when=move || !tight.get()>{transfer()}</Show>
                    <div class="place place-cost"><CostLine/></div>
                </div>
                <div class="right">
                    <Place at=At::Conflict/>
                    <Tabs/>
                    <Show when=move || tight.get()>{transfer()}</Show>
                    {charts}
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

/// A place of the right column, in the order in which the lesson needs its panels.
#[component]
fn Place(
    /// Which.
    at: At,
) -> impl IntoView {
    let page = Page::get();
    let rank = Memo::new(move |_| page.lesson.with(|lesson| rank(find(&lesson.preset), at)));
    view! {
        <div
            class=["place ", at.class()].concat()
            class:first=move || rank.get() == Some(0)
            style=move || format!("--rank: {}", rank.get().unwrap_or(LAST))
        >
            {at.views()}
        </div>
    }
    .into_any()
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
    for fold in ["details.badge[open]", "details.pace[open]", "details.twin[open]"] {
        let Some(fold) = document().query_selector(fold).ok().flatten() else { continue };
        let holds = |element: Option<&Element>| element.is_some_and(|element| fold.contains(Some(element)));
        if holds(but) {
            continue;
        }
        // By a key: a focus that was inside goes on from its head.
        let head = fold.first_element_child().and_then(|head| head.dyn_into::<HtmlElement>().ok());
        if let Some(head) = head.filter(|_| but.is_none() && holds(focus.as_ref())) {
            let _ = head.focus();
        }
        let _ = fold.remove_attribute("open");
    }
}
