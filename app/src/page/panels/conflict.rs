//! Do the tasks agree? Cosines between their gradients at the trunk, and how long these are.

use super::mark::TaskMark;
use super::panel::Panel;
use super::text::{DASH, short, tasks};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::measure::conflict;

/// Nearer to zero than this, two gradients neither help nor hinder each other.
const NEUTRAL: f64 = 0.05;

/// The cosine between the newest gradients of two tasks; none before the first step.
fn cosine(page: Page, i: usize, j: usize) -> Option<f64> {
    page.latest.with(|point| conflict::cosine(&point.as_ref()?.gram, i, j))
}

/// The length of a task's newest gradient.
fn norm(page: Page, task: usize) -> Option<f64> {
    page.latest.with(|point| conflict::norms(&point.as_ref()?.gram).get(task).copied().filter(|norm| norm.is_finite()))
}

fn word(cosine: Option<f64>) -> &'static str {
    match cosine {
        Some(cosine) if cosine < -NEUTRAL => "conflict",
        Some(cosine) if cosine > NEUTRAL => "helping",
        Some(_) => "neutral",
        None => "",
    }
}

fn text(cosine: Option<f64>) -> String {
    cosine.map_or(DASH.into(), |cosine| {
        let text = format!("{cosine:+.2}");
        if text == "-0.00" { "+0.00".into() } else { text }
    })
}

fn pairs(count: usize) -> Vec<(usize, usize)> {
    (0..count).flat_map(|i| (i + 1..count).map(move |j| (i, j))).collect()
}

/// One gauge per pair of tasks, and the norm of each task's gradient.
#[component]
pub fn ConflictGauge() -> impl IntoView {
    let page = Page::get();
    let pair = move |(i, j): (usize, usize)| {
        let now = Memo::new(move |_| cosine(page, i, j));
        // A needle from the middle to the value. What is only transformed is not laid out again.
        let needle = move || format!("transform: scaleX({:.3})", now.get().unwrap_or(0.0));
        view! {
            <li class=move || format!("pair {}", word(now.get()))>
                <span class="pair-name"><span class="of">"cos("</span>{task_name(i)} ", " {task_name(j)}<span class="of">")"</span></span>
                <span class="number" data-testid=format!("cosine-{i}-{j}")>
                    <span class="steady">{move || text(now.get())}</span>
                </span>
                <strong class="pair-word"><span class="steady">{move || word(now.get())}</span></strong>
                <span class="gauge-end" aria-hidden="true">"\u{2212}1"</span>
                <span class="gauge" aria-hidden="true"><span class="needle" style=needle></span></span>
                <span class="gauge-end" aria-hidden="true">"+1"</span>
            </li>
        }
    };
    let length = move |task: usize| {
        let now = Memo::new(move |_| norm(page, task));
        view! {
            <li>
                <TaskMark task/>
                <span class="number"><span class="steady">{move || now.get().map_or(DASH.into(), short)}</span></span>
            </li>
        }
    };
    let alone =
        move || (tasks(page) < 2).then(|| view! { <p class="small">"One task alone has nobody to disagree with"</p> });
    view! {
        <Panel title="Gradients at the trunk" term="conflict" class="panel-conflict">
            {alone}
            <ul class="pairs"><For each=move || pairs(tasks(page)) key=|pair| *pair children=pair/></ul>
            <ul class="norms" aria-label="Length of each task's gradient">
                <li class="small">"gradient norms"</li>
                <For each=move || 0..tasks(page) key=|task| *task children=length/>
            </ul>
        </Panel>
    }
    .into_any()
}
