//! Card 4: training.

use super::card::{About, CardView};
use leptos::prelude::*;
use mtl_core::lesson::Card;

const ABOUT: About = About {
    number: 4,
    title: "Training",
    sentence: "How the weights are moved, and which models train beside yours",
    term: "optimiser",
    card: Card::Training,
    open: false,
};

/// Training.
#[component]
pub fn TrainingCard() -> impl IntoView {
    view! { <CardView about=ABOUT/> }
}
