//! Card 2: the layers of the network.

use super::card::{About, CardView};
use crate::page::compare;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::lesson::{Card, simpler};

const ABOUT: About = About {
    number: 2,
    title: "Layers",
    sentence: "Which layers all tasks share, and which belong to one task alone",
    term: "trunk",
    card: Card::Network,
    open: false,
};

/// Layers.
#[component]
pub fn NetworkCard() -> impl IntoView {
    let page = Page::get();
    let said = Memo::new(move |_| page.lesson.with(|lesson| simpler::architecture(lesson)));
    view! {
        <CardView about=ABOUT>
            {move || said.get().map(|said| view! { <p class="small simpler" data-testid="simpler">{said}</p> })}
            <button type="button" class="button" data-testid="compare-open" on:click=move |_| compare::show(page)>
                "Compare architectures\u{2026}"
            </button>
        </CardView>
    }
}
