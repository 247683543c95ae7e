//! Pairwise transfer by itself, where the lesson trains its tasks in pairs.

use super::super::panel::Panel;
use super::matrix;
use super::row::Row;
use crate::page::panels::table::{PanelLine, Place};
use crate::page::panels::text::tasks;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::lesson::lessons;

/// The line of the table.
pub(in crate::page) const PAIRS: PanelLine = PanelLine {
    key: "pairs",
    title: "Pairwise transfer",
    term: "transfer",
    panel: Some(lessons::Panel::Pairs),
    place: Place::Measures,
    view: || view! { <PairsPanel/> }.into_any(),
};

/// Which task gains from which, trained in pairs. Not there while no pairs train.
#[component]
pub fn PairsPanel() -> impl IntoView {
    let page = Page::get();
    let count = Memo::new(move |_| {
        let trained = page.lesson.with(|lesson| lesson.population.pairs && lesson.population.baselines);
        if trained { tasks(page) } else { 0 }
    });
    move || {
        let row = Row::of(page, "transfer-matrix", count.get()).filter(|row| row.tasks > 1)?;
        Some(view(page, row))
    }
}

/// How many seeds those are, as far as known.
fn seeds(page: Page) -> String {
    let pairs = page.summary.with(|summary| summary.as_ref().map_or(0, |summary| summary.pairs));
    if pairs > 0 { format!(" (seeds: {pairs})") } else { String::new() }
}

fn view(page: Page, row: Row) -> AnyView {
    view! {
        <Panel of=PAIRS>
            <p class="small">
                "What the column's task gains from being trained with the row's task alone, against being trained by itself. Taken on "
                {row.measure.taken()} {move || seeds(page)} "."
            </p>
            <div class="kinship-scroll" tabindex="0" role="region" aria-label="Pairwise transfer, table">
                {matrix::view(row, "pairs")}
            </div>
        </Panel>
    }
    .into_any()
}
