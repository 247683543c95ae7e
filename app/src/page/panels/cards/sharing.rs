//! Card 3: how the tasks share gradients.

use super::card::{About, CardView};
use leptos::prelude::*;
use mtl_core::lesson::Card;

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
    view! { <CardView about=ABOUT/> }
}
