//! What the network predicts: a map per task over the plane, else predictions against truth or a table
//! of counts; where inputs are pictures, samples of them.

mod figure;
mod flat;
mod large;
mod legend;
mod map;
mod points;
mod probe;
mod samples;
mod surface;

pub use map::{map_gap, put};
pub use surface::upside_down;

use super::panel::{Panel, Table, TableTwin};
use super::text::{DASH, short, tasks};
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::Page;
use figure::TaskFigure;
use large::{Large, LargeButtons};
use legend::Legend;
use leptos::{html, prelude::*};
use mtl_core::config::task_name;
use mtl_core::lesson::lessons;
use probe::ReadOut;
use samples::Samples;

/// What the maps show, and how large.
#[derive(Clone, Copy)]
pub struct Options {
    /// Validation points, too.
    pub valid: RwSignal<bool>,
    /// Decisions instead of degrees.
    pub discretise: RwSignal<bool>,
    /// Whether the keyboard moved the probe last.
    pub by_key: RwSignal<bool>,
    /// As large as the screen.
    pub large: Large,
}

/// A task's metric on validation rows, with its name.
pub fn metric(page: Page, task: usize) -> String {
    let value = page.latest.with(|point| point.as_ref().and_then(|point| point.metric.get(task).copied()));
    let name = page.summary.with(|summary| summary.as_ref().and_then(|summary| summary.metrics.get(task).cloned()));
    match (name, value) {
        (Some(name), Some(value)) if name == "accuracy" && value.is_finite() => {
            format!("{name} {:.1} %", value * 100.0)
        }
        (Some(name), Some(value)) => format!("{name} {}", short(f64::from(value))),
        _ => DASH.into(),
    }
}

/// The line of the table.
pub(in crate::page) const PANEL: PanelLine = PanelLine {
    key: "predictions",
    title: "Predictions",
    term: "prediction",
    panel: Some(lessons::Panel::Predictions),
    place: Place::Predictions,
    view: || view! { <Predictions/> }.into_any(),
};

/// The predictions of every task, side by side.
#[component]
pub fn Predictions() -> impl IntoView {
    let page = Page::get();
    let pictures = NodeRef::<html::Div>::new();
    let off = || RwSignal::new(false);
    let options = Options { valid: off(), discretise: off(), by_key: off(), large: Large::new(pictures) };
    let plane = Memo::new(move |_| page.lesson.with(|lesson| mtl_core::data::is_plane(&lesson.data.source)));
    let figure = move |task: usize| view! { <TaskFigure task plane options/> };
    let check = move |text: &'static str, help: &'static str, on: RwSignal<bool>| {
        view! {
            <label class="tool" title=help>
                <input type="checkbox" prop:checked=move || on.get() on:change=move |event| on.set(event_target_checked(&event))/>
                {text}
            </label>
        }
    };
    let tools = move || {
        plane.get().then(|| {
            view! {
                {check("validation points", "Show held-out rows, too, smaller", options.valid)}
                {check("discretise", "Show decisions instead of degrees", options.discretise)}
            }
        })
    };
    let foot = move || plane.get().then(|| view! { <ReadOut by_key=options.by_key/> });
    let table = Callback::new(move |()| {
        let head = ["task", "metric on validation rows", "prediction at the probe"].map(String::from).to_vec();
        let row = |task: usize| {
            let at = probe::predicted(page, task).unwrap_or_else(|| DASH.into());
            vec![task_name(task).to_string(), metric(page, task), at]
        };
        Table { head, rows: (0..tasks(page)).map(row).collect() }
    });
    let many = move || tasks(page) > 2;
    // As many columns as make the largest maps on a screen that is wide, or high.
    let columns = move || {
        let count = tasks(page);
        let half = count.div_ceil(2);
        if count > 3 { format!("--wide: {half}; --high: 2") } else { format!("--wide: {count}; --high: 1") }
    };
    let probing = move || page.probe.with(Option::is_some);
    view! {
        <Panel of=PANEL
            tools=view! {
                {tools}
                <TableTwin caption="Predictions of every task" table=table/>
                <LargeButtons large=options.large/>
            }
            .into_any()
        >
            <Samples/>
            <div class="predictions" node_ref=pictures style=columns>
                <For each=move || 0..tasks(page) key=|task| *task children=figure/>
            </div>
            <div class="map-foot" class:many=many class:probing=probing class:plane=move || plane.get()>
                <Legend options/>
                {foot}
            </div>
        </Panel>
    }
    .into_any()
}
