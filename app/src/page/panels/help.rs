//! What a '?' opens: a card beside what it explains, first how to read the picture, then the word.

use super::glossary;
use super::panel::when_lesson_changes;
use crate::page::icons::Icon;
use crate::page::state::{Explained, Page};
use leptos::{ev, html, prelude::*};
use mtl_core::lesson::reference::FILE;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement, Node};

/// The `id` of the card.
const CARD: &str = "help-card";

/// Pixels between the card and what it explains, and between it and the edge of the window.
const GAP: f64 = 8.0;

/// A rectangle of the window, in CSS pixels.
#[derive(Clone, Copy, Debug)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    fn of(element: &Element) -> Self {
        let bounds = element.get_bounding_client_rect();
        Self { left: bounds.left(), top: bounds.top(), right: bounds.right(), bottom: bounds.bottom() }
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// Where a card of this size stands, its left upper corner: beside the picture where there is room, else
/// beside its '?', and always within the window.
fn place(picture: &Area, button: &Area, size: (f64, f64), window: (f64, f64)) -> (f64, f64) {
    let within = |at: f64, size: f64, window: f64| at.min(window - size - GAP).max(GAP);
    let at = |(left, top): (f64, f64)| {
        let (left, top) = (within(left, size.0, window.0), within(top, size.1, window.1));
        Area { left, top, right: left + size.0, bottom: top + size.1 }
    };
    let around = |area: &Area| {
        let upright = button.right - size.0;
        [
            (area.right + GAP, button.top),
            (area.left - GAP - size.0, button.top),
            (upright, area.bottom + GAP),
            (upright, area.top - GAP - size.1),
        ]
    };
    let free = |area: &Area| around(area).into_iter().map(at).find(|card| !card.meets(area));
    let card = free(picture).or_else(|| free(button)).unwrap_or_else(|| at((button.left, button.bottom)));
    (card.left, card.top)
}

/// Opens the card of a '?', or closes it where it is the one that is open.
pub fn toggle(page: Page, term: &'static str, picture: bool, button: HtmlElement) {
    let same = page.explained.with_untracked(|now| now.as_ref().is_some_and(|now| now.button == button));
    close(page);
    if !same {
        let _ = button.set_attribute("aria-expanded", "true");
        page.explained.set(Some(Explained { term, picture, button }));
    }
}

/// Closes the card and gives the focus that it had back to its '?'. False where none is open.
pub fn close(page: Page) -> bool {
    let Some(Some(old)) = page.explained.try_get_untracked() else { return false };
    let _ = old.button.set_attribute("aria-expanded", "false");
    if holds(document().active_element().as_deref()) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = old.button.focus_with_options(&options);
    }
    page.explained.set(None);
    true
}

/// Whether the card holds this node.
fn holds(node: Option<&Node>) -> bool {
    node.is_some() && document().get_element_by_id(CARD).is_some_and(|card| card.contains(node))
}

/// Puts the card beside what it explains.
fn settle(card: &HtmlElement, button: &HtmlElement) {
    let picture = button.closest(".panel, .control").ok().flatten().or_else(|| button.parent_element());
    let picture = picture.map_or_else(|| Area::of(button), |picture| Area::of(&picture));
    let card_area = Area::of(card);
    let size = (card_area.right - card_area.left, card_area.bottom - card_area.top);
    let side = |side: Result<wasm_bindgen::JsValue, _>| side.ok().and_then(|side| side.as_f64()).unwrap_or(0.0);
    let window = (side(window().inner_width()), side(window().inner_height()));
    let (left, top) = place(&picture, &Area::of(button), size, window);
    let _ = card.set_attribute("style", &format!("left: {left:.0}px; top: {top:.0}px"));
}

/// Fills, shows and places the card, or puts it away.
fn show(card: &HtmlElement, text: &Element, now: Option<&Explained>) {
    let Some(now) = now else {
        let _ = card.remove_attribute("data-open");
        let _ = card.hide_popover();
        return;
    };
    glossary::explain(text, now.term, now.picture);
    let _ = card.set_attribute("data-open", "");
    // Above everything, whatever contains it. Without popovers, or where it is shown already, it stands by itself.
    let _ = card.show_popover();
    card.set_scroll_top(0);
    settle(card, &now.button);
    let _ = card.focus();
}

/// The one card of all '?'s.
#[component]
pub fn HelpCard() -> impl IntoView {
    let page = Page::get();
    let (card, text) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    Effect::new(move |_| {
        let now = page.explained.get();
        if let (Some(card), Some(text)) = (card.get(), text.get()) {
            show(&card, &text, now.as_ref());
        }
    });
    window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        let own = page.explained.with_untracked(|now| {
            now.as_ref().is_none_or(|now| target.is_some() && now.button.contains(target.as_ref()))
        });
        if !own && !holds(target.as_ref()) {
            close(page);
        }
    });
    window_event_listener(ev::resize, move |_| {
        let button = page.explained.with_untracked(|now| now.as_ref().map(|now| now.button.clone()));
        if let (Some(card), Some(button)) = (card.get_untracked(), button) {
            settle(&card, &button);
        }
    });
    let shut = move || {
        close(page);
    };
    when_lesson_changes(page, shut);
    let about = move || page.explained.with(|now| now.as_ref().map(|now| (now.term, now.picture)));
    let name = move || about().and_then(|(term, _)| glossary::name(term)).map(|name| ["Help: ", &name].concat());
    let heading = move || match about() {
        Some((_, true)) => "How to read this picture",
        _ => "What is this?",
    };
    // Shut first: the focus goes back to the '?', and there again from the glossary.
    let all = move |_| {
        let term = page.explained.with_untracked(|now| now.as_ref().map(|now| now.term));
        shut();
        page.help.set(term);
    };
    view! {
        <div
            node_ref=card
            id=CARD
            class="help-card"
            popover="manual"
            role="dialog"
            tabindex="-1"
            data-testid="help-card"
            aria-label=name
            aria-describedby="help-text"
            on:keydown=move |event| leave(page, &event)
        >
            <header class="help-head">
                <h2>{heading}</h2>
                <button type="button" class="icon-button" aria-label="Close" title="Close (Esc)" on:click=move |_| shut()>
                    {Icon::Close.view()}
                </button>
            </header>
            <div node_ref=text id="help-text" class="help-text"></div>
            <p class="help-more">
                <button type="button" class="link-button" data-testid="help-words" on:click=all>"All words"</button>
                <a class="link-button" href=FILE target="_blank" data-testid="help-reference">"Reference"</a>
            </p>
        </div>
    }
    .into_any()
}

/// Tab leaves the card for what comes after its '?', Shift and Tab for the '?' itself.
fn leave(page: Page, event: &ev::KeyboardEvent) {
    let Some(focus) = document().active_element().filter(|_| event.key() == "Tab") else { return };
    let is = |css: &str| focus.matches(css).unwrap_or(false);
    if event.shift_key() && is(".help-card, .help-head *") {
        close(page);
        event.prevent_default();
    } else if !event.shift_key() && is(".help-more > :last-child") {
        close(page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: (f64, f64) = (1440.0, 900.0);
    const SIZE: (f64, f64) = (360.0, 300.0);

    fn area(left: f64, top: f64, width: f64, height: f64) -> Area {
        Area { left, top, right: left + width, bottom: top + height }
    }

    /// Where the card of a picture stands that has its '?' in the upper right corner.
    fn card(picture: &Area, size: (f64, f64), window: (f64, f64)) -> Area {
        let button = area(picture.right - 32.0, picture.top + 8.0, 24.0, 24.0);
        let (left, top) = place(picture, &button, size, window);
        let card = area(left, top, size.0, size.1);
        assert!(left >= 0.0 && top >= 0.0 && card.right <= window.0 && card.bottom <= window.1, "{card:?}");
        assert!(!card.meets(&button), "{card:?} covers its '?'");
        card
    }

    #[test]
    fn a_card_covers_nothing_of_its_picture_where_there_is_room_beside_it() {
        let pictures = [
            (area(320.0, 70.0, 640.0, 400.0), WINDOW),        // in the middle column
            (area(990.0, 600.0, 445.0, 290.0), WINDOW),       // at the lower right
            (area(8.0, 420.0, 374.0, 300.0), (390.0, 844.0)), // on a phone, below the maps
            (area(8.0, 70.0, 374.0, 290.0), (390.0, 844.0)),
        ];
        for (picture, window) in pictures {
            let card = card(&picture, SIZE, window);
            assert!(!card.meets(&picture), "{card:?} lies over {picture:?}");
        }
    }

    #[test]
    fn a_card_of_a_picture_that_fills_the_window_stands_beside_its_question_mark() {
        card(&area(8.0, 8.0, 1424.0, 884.0), SIZE, WINDOW);
        card(&area(0.0, 0.0, 320.0, 480.0), (304.0, 400.0), (320.0, 480.0));
    }
}
