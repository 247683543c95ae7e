//! The losses as numbers: now, under the pointer, and as a table.

use crate::page::panels::mark::TaskMark;
use crate::page::panels::panel::Table;
use crate::page::panels::series::{Select, nearest, sampled};
use crate::page::panels::text::{DASH, six, tasks};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::protocol::CurvePoint;

/// The current losses, exactly, and those under the pointer.
#[component]
pub fn Readings() -> impl IntoView {
    let page = Page::get();
    let under = Memo::new(move |_| {
        page.curves_version.track();
        let step = page.cursor.get()?;
        page.curves.with_value(|curves| nearest(curves, step).cloned())
    });
    let current = move |task: usize, select: Select| page.latest.with(|point| value(point.as_deref(), task, select));
    let pointed = move |task: usize, select: Select| {
        under.with(|point| point.as_ref().map(|point| value(Some(point), task, select)))
    };
    let alone = Memo::new(move |_| baselines(page));
    let cell = move |task: usize, kind: &'static str, select: Select| {
        view! {
            <td class=format!("of-{kind}") data-testid=format!("task-{task}-{kind}-loss")>
                <span class="steady">{move || current(task, select)}</span>
            </td>
        }
    };
    let row = move |task: usize| {
        let pointed = move |select: Select| view! { <td class="pointed">{move || pointed(task, select)}</td> };
        view! {
            <tr>
                <th scope="row"><TaskMark task/></th>
                {cell(task, "train", |point| &point.train)}
                {cell(task, "valid", |point| &point.valid)}
                {cell(task, "single", |point| &point.single)}
                {pointed(|point| &point.train)}
                {pointed(|point| &point.valid)}
                {move || alone.get().then(|| pointed(|point| &point.single))}
            </tr>
        }
    };
    let heading =
        move || under.with(|point| point.as_ref().map(|point| format!("epoch {}, step {}", point.epoch, point.step)));
    view! {
        <div class="readings-room">
            <table class="readings" class:bare=move || !alone.get()>
                <thead>
                    <tr>
                        <th scope="col">"task"</th>
                        <th scope="col">"training"</th>
                        <th scope="col">"validation"</th>
                        <th scope="col" class="of-single" title="The validation loss of a network that learns the task alone">"alone"</th>
                        <th scope="colgroup" colspan=move || if alone.get() { "3" } else { "2" } class="pointed"><span class="unseen">"under the pointer"</span> {heading}</th>
                    </tr>
                </thead>
                <tbody><For each=move || 0..tasks(page) key=|task| *task children=row/></tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Whether single-task baselines train.
fn baselines(page: Page) -> bool {
    page.summary.with(|summary| summary.as_ref().is_some_and(|summary| summary.baselines))
}

fn value(point: Option<&CurvePoint>, task: usize, select: Select) -> String {
    point.and_then(|point| select(point).get(task).copied()).map_or(DASH.into(), six)
}

/// The recorded losses as a table.
pub fn table(page: Page) -> Table {
    let count = tasks(page);
    let kinds: &[(&str, Select)] =
        &[("training", |point| &point.train), ("validation", |point| &point.valid), ("alone", |point| &point.single)];
    let kinds = if baselines(page) { kinds } else { &kinds[..2] };
    let columns = (0..count).flat_map(|task| kinds.iter().map(move |(kind, _)| format!("{} {kind}", task_name(task))));
    let head = ["epoch", "step"].into_iter().map(String::from).chain(columns).collect();
    let row = |point: &CurvePoint| {
        let of_task = |task: usize| kinds.iter().map(move |(_, select)| value(Some(point), task, *select));
        let losses = (0..count).flat_map(of_task);
        [point.epoch.to_string(), point.step.to_string()].into_iter().chain(losses).collect()
    };
    Table { head, rows: page.curves.with_value(|curves| sampled(curves, 50).into_iter().map(row).collect()) }
}
