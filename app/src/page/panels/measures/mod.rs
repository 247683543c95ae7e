//! Every measure of the table with its numbers at the last recorded step.

mod matrix;
mod pairs;
mod row;

use super::mark::TaskMark;
use super::panel::HelpButton;
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::{Page, Tab};
use leptos::prelude::*;
use mtl_core::config::LossKind;
use mtl_core::lesson::lessons;
use mtl_core::measure::table::{Group, MEASURES, Per};
pub(in crate::page) use pairs::PAIRS;
pub use row::Row;

/// The line of the table.
pub(in crate::page) const PANEL: PanelLine = PanelLine {
    key: "measures",
    title: "Measures",
    term: "delta-m",
    panel: Some(lessons::Panel::Measures),
    place: Place::Measures,
    view: || view! { <MeasuresPanel/> }.into_any(),
};

/// Every measure, by what it is taken of: folded away until the user opens it.
#[component]
pub fn MeasuresPanel() -> impl IntoView {
    let page = Page::get();
    // What stands where follows from the tasks' kinds; the numbers come and go by themselves.
    let kinds = Memo::new(move |_| {
        page.lesson.with(|lesson| lesson.tasks.iter().map(|task| task.loss).collect::<Vec<LossKind>>())
    });
    // While it is closed its numbers are not kept up to date.
    let open = RwSignal::new(false);
    let toggle =
        move |event: leptos::ev::Event| open.set(event_target::<web_sys::Element>(&event).has_attribute("open"));
    // What the lesson measures between its tasks comes before it under the same tab, and is what is looked for.
    let second = Memo::new(move |_| page.lesson.with(|lesson| lesson.population.pairs || lesson.population.affinity));
    let unfolded = move || page.tab.get() == Tab::Measures && !second.get();
    let groups = move || {
        let kinds = kinds.get();
        open.get().then(|| Group::ALL.into_iter().map(|group| group_view(page, group, &kinds)).collect_view())
    };
    view! {
        <section class="panel panel-measures" aria-label=PANEL.title>
            <details class="fold measures" open=unfolded on:toggle=toggle>
                <summary data-testid="measures"><h2>"Measures"</h2></summary>
                <div>
                    <p class="small">
                        "Of your model at the last recorded step; on which rows and seeds stands behind the name of each. An arrow says which way is better; what has none describes and is no score. Delta-m has two signs in use: as a gain (\u{2191}) above zero is better than learning alone, as a drop (\u{2193}) below zero is. "
                        <HelpButton term=PANEL.term picture=true/>
                    </p>
                    {groups}
                </div>
            </details>
        </section>
    }
    .into_any()
}

fn group_view(page: Page, group: Group, kinds: &[LossKind]) -> AnyView {
    let tasks = kinds.len();
    let rows = Row::all(page, tasks).filter(|row| row.measure.group == group);
    let by_task = MEASURES.iter().any(|of| of.group == group && matches!(of.per, Per::Task | Per::Against | Per::Gain));
    let marks = (0..tasks).map(|task| view! { <th scope="col"><TaskMark task/></th> }.into_any());
    let head = by_task.then(|| view! { <thead><tr><td></td>{marks.collect_view()}</tr></thead> });
    view! {
        <h3>{group.title()}</h3>
        <table class="readings" aria-label=group.title()>
            {head}
            <tbody>{rows.map(|row| row.view(kinds)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}
