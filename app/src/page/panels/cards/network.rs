//! Card 2: the network.

use super::card::{About, CardView};
use leptos::prelude::*;
use mtl_core::config::Card;

const ABOUT: About = About {
    number: 2,
    title: "Network",
    sentence: "Which layers all tasks share, and which belong to one task alone",
    term: "trunk",
    card: Card::Network,
    open: false,
};

/// Network.
#[component]
pub fn NetworkCard() -> impl IntoView {
    view! { <CardView about=ABOUT/> }
}
