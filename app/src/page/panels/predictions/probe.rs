//! The probe: one place of the plane, read on every map at once.

use super::points::columns;
use super::surface::{Map, label_words, target_columns, words};
use crate::page::panels::text::short;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::{Config, task_name};
use mtl_core::protocol::Summary;

/// Moves the probe by cells of the map, from the middle where there is none yet.
pub fn nudge(page: Page, (right, up): (i32, i32)) {
    let Some(summary) = page.summary.get_untracked() else { return };
    let side = page.picture.with_untracked(|picture| picture.as_ref().map_or(32, |picture| picture.side.max(1)));
    let (extent, cell) = (summary.extent, 2.0 * summary.extent / side as f32);
    let (x, y) = page.probe.get_untracked().unwrap_or((cell / 2.0, cell / 2.0));
    let moved = |v: f32, by: i32| (v + by as f32 * cell).clamp(-extent + cell / 2.0, extent - cell / 2.0);
    page.probe.set(Some((moved(x, right), moved(y, up))));
}

/// What a task predicts at the probe.
pub fn predicted(page: Page, task: usize) -> Option<String> {
    let at = page.probe.get()?;
    let summary = page.summary.get().filter(|summary| summary.plane)?;
    let picture = page.picture.get()?;
    let prediction = Map::of(&picture, task)?.at(at, summary.extent)?;
    page.lesson.with(|lesson| Some(words(lesson.tasks.get(task)?, prediction)))
}

/// What every task predicts at the probe, and the nearest training row: two lines.
fn read_out(page: Page) -> Option<(String, String)> {
    let at = page.probe.get()?;
    let summary = page.summary.get().filter(|summary| summary.plane)?;
    let lesson = page.lesson.get();
    let one = |task: usize| Some(format!("{} {}", task_name(task), predicted(page, task)?));
    let all: Vec<_> = (0..lesson.tasks.len()).filter_map(one).collect();
    let place = format!("x1 {}, x2 {}", short(f64::from(at.0)), short(f64::from(at.1)));
    let near = nearest(&summary, at).map(|(row, distance)| labels(&lesson, &summary, row, distance));
    Some((format!("{place}: {}. ", all.join(", ")), near.unwrap_or_default()))
}

/// The training row nearest to a place, and its distance.
fn nearest(summary: &Summary, (x, y): (f32, f32)) -> Option<(usize, f32)> {
    let rows = &summary.train;
    let columns = columns(rows);
    let distance = |row: &[f32]| {
        let (u, v) = (row.first().copied().unwrap_or(0.0), row.get(1).copied().unwrap_or(0.0));
        (u - x).hypot(v - y)
    };
    let all = rows.inputs.chunks_exact(columns).map(distance).enumerate();
    all.min_by(|a, b| a.1.total_cmp(&b.1))
}

fn labels(config: &Config, summary: &Summary, row: usize, distance: f32) -> String {
    let rows = &summary.train;
    let label = |(task, config): (usize, &mtl_core::config::TaskConfig)| {
        let columns = target_columns(config);
        let known = rows.labelled.get(task).and_then(|labelled| labelled.get(row)).copied().unwrap_or(false);
        let targets = rows.targets.get(task).and_then(|targets| targets.get(row * columns..(row + 1) * columns));
        let text = match targets {
            Some(targets) if known => label_words(config, targets),
            _ => "no label".into(),
        };
        format!("{} {text}", task_name(task))
    };
    let all: Vec<_> = config.tasks.iter().enumerate().map(label).collect();
    format!("Nearest training point ({} away): {}", short(f64::from(distance)), all.join(", "))
}

/// The read-out below the maps, and how to get one. It is told aloud only where the keyboard moves the probe.
#[component]
pub fn ReadOut(
    /// Whether the keyboard moved the probe last.
    by_key: RwSignal<bool>,
) -> impl IntoView {
    let page = Page::get();
    let lines = move || {
        read_out(page).map(|(here, near)| {
            view! { <span class="line">{here}</span><span class="line">{near}</span> }
        })
    };
    // Style sheets know whether there is a pointer to move.
    view! {
        <p class="probe-hint small">
            <span class="by-mouse">"Move over a map"</span>
            <span class="by-touch">"Touch a map"</span>
            ", or focus it and use the arrow keys, to read all tasks at one place"
        </p>
        <p class="probe small" aria-live=move || if by_key.get() { "polite" } else { "off" }>{lines}</p>
    }
}
