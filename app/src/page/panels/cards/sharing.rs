//! Card 3: how the tasks share gradients.

use super::card::{About, CardView};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::lesson::{Card, simpler};

const ABOUT: About = About {
    number: 3,
    title: "How to share",
    sentence: "How the tasks' losses are weighed against each other",
    term: "balancer",
    card: Card::Sharing,
    open: false,
};

/// How to share.
#[component]
pub fn SharingCard() -> impl IntoView {
    let page = Page::get();
    let said = Memo::new(move |_| page.lesson.with(|lesson| simpler::balancer(lesson)));
    view! {
        <CardView about=ABOUT>
            {move || said.get().map(|said| view! { <p class="small simpler" data-testid="simpler-balancer">{said}</p> })}
        </CardView>
    }
}
