//! All pictures of predictions as large as the screen, with Play in reach.

use crate::page::icons::Icon;
use crate::page::transport::PlayButton;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Whether the panel fills the screen, and what it takes to change that.
#[derive(Clone, Copy)]
pub struct Large {
    on: RwSignal<bool>,
    pictures: NodeRef<html::Div>,
    /// The figure that asked for it.
    asked: StoredValue<Option<HtmlElement>, LocalStorage>,
}

impl Large {
    /// Of the panel around these pictures; it closes with Escape, and when the focus leaves it. To be called
    /// once.
    pub fn new(pictures: NodeRef<html::Div>) -> Self {
        let large = Self { on: RwSignal::new(false), pictures, asked: StoredValue::new_local(None) };
        let escape = window_event_listener(ev::keydown, move |event| {
            // A dialog or a help card above it closes first.
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let in_card = target.is_some_and(|target| target.closest(".help-card").ok().flatten().is_some());
            let elsewhere = in_card || document().query_selector("dialog[open]").ok().flatten().is_some();
            if event.key() == "Escape" && large.on.get_untracked() && !elsewhere {
                large.close();
            }
        });
        let leave = window_event_listener(ev::focusin, move |event| {
            let focus = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let within =
                |focus: &Element| focus.closest(".panel-predictions, .help-card, dialog").ok().flatten().is_some();
            // What the panel covers must not have the focus.
            if large.on.get_untracked() && focus.is_some_and(|focus| !within(&focus)) {
                large.show(false);
            }
        });
        on_cleanup(move || {
            escape.remove();
            leave.remove();
        });
        large
    }

    /// Whether it fills the screen. Tracked.
    pub fn is_on(self) -> bool {
        self.on.get()
    }

    /// Fills the screen for the sake of a figure, which comes into view.
    pub fn open(self, figure: Option<HtmlElement>) {
        self.show(true);
        if let Some(figure) = &figure {
            figure.scroll_into_view_with_bool(true);
        }
        self.asked.set_value(figure);
    }

    /// Goes back to its place, and gives the focus back to the figure that asked.
    pub fn close(self) {
        self.show(false);
        let button = self.asked.with_value(|figure| figure.as_ref()?.query_selector(".enlarge").ok()?);
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            let _ = button.focus();
        }
    }

    fn show(self, on: bool) {
        let panel = self.pictures.get_untracked().and_then(|pictures| pictures.closest(".panel").ok().flatten());
        let Some(panel) = panel.and_then(|panel| panel.dyn_into::<HtmlElement>().ok()) else { return };
        // A popover stands above everything, whatever contains it, and its canvases stay the same.
        let shown = on && panel.set_popover(Some("manual")).is_ok() && panel.show_popover().is_ok();
        if !shown {
            let _ = panel.set_popover(None);
        }
        self.on.set(shown);
    }
}

/// Play and close, where the panel fills the screen.
#[component]
pub fn LargeButtons(
    /// The panel.
    large: Large,
) -> impl IntoView {
    view! {
        <span class="large-buttons">
            <PlayButton id="large-play" class="icon-button"/>
            <button type="button" class="icon-button" data-testid="large-close" aria-label="Close" title="Close" on:click=move |_| large.close()>
                {Icon::Close.view()}
            </button>
        </span>
    }
    .into_any()
}
