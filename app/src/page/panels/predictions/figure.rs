//! One task's figure: its name, its metric and its picture.

use super::flat::TaskFit;
use super::map::TaskMap;
use super::{Options, metric};
use crate::page::icons::Icon;
use crate::page::panels::mark::{TaskMark, task_css};
use crate::page::state::Page;
use leptos::{ev, html, prelude::*};
use mtl_core::config::task_name;
use wasm_bindgen::JsCast;

/// Pixels that a finger may stray and still tap.
const STRAY: f64 = 12.0;

/// Below this width a tap asks for the large picture; above, a map is large enough to be probed.
const NARROW: f64 = 700.0;

/// The figure of a task.
#[component]
pub fn TaskFigure(
    /// The task.
    task: usize,
    /// Whether the inputs are a plane.
    plane: Memo<bool>,
    /// What is shown.
    options: Options,
) -> impl IntoView {
    let page = Page::get();
    let figure = NodeRef::<html::Figure>::new();
    let large = options.large;
    let enlarge = move || large.open(figure.get_untracked().map(|figure| figure.unchecked_into()));
    let down = StoredValue::new((0.0, 0.0));
    let touch_began = move |event: ev::PointerEvent| down.set_value(place(&event));
    let tapped = move |event: ev::PointerEvent| {
        let ((x, y), (from_x, from_y)) = (place(&event), down.get_value());
        let narrow = window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width < NARROW);
        let still = (x - from_x).hypot(y - from_y) < STRAY;
        let on_picture = event_target::<web_sys::Element>(&event).tag_name() == "CANVAS";
        if on_picture && event.pointer_type() == "touch" && still && narrow && !untrack(|| large.is_on()) {
            enlarge();
        }
    };
    let press = move |_| if untrack(|| large.is_on()) { large.close() } else { enlarge() };
    let picture = move || match plane.get() {
        true => view! { <TaskMap task options/> }.into_any(),
        false => view! { <TaskFit task/> }.into_any(),
    };
    // A table of counts has a height of its own.
    let square = move || {
        plane.get() || page.lesson.with(|lesson| lesson.tasks.get(task).is_some_and(|task| task.loss.is_regression()))
    };
    let what = move || {
        let verb = if large.is_on() { "Shrink" } else { "Enlarge" };
        format!("{verb} the picture of task {}", task_name(task))
    };
    view! {
        <figure node_ref=figure class="task-figure" style=format!("--task: {}", task_css(task))>
            <figcaption>
                <TaskMark task name=true/>
                <span class="number" data-testid=format!("task-{task}-metric")>
                    <span class="steady">{move || metric(page, task)}</span>
                </span>
                <button
                    type="button"
                    class="enlarge"
                    data-testid=format!("task-{task}-enlarge")
                    aria-label=what
                    title=what
                    on:click=press
                >
                    {move || if large.is_on() { Icon::Close.view() } else { Icon::Enlarge.view() }}
                </button>
            </figcaption>
            <div class="task-picture" class:square=square on:pointerdown=touch_began on:pointerup=tapped>{picture}</div>
        </figure>
    }
    .into_any()
}

fn place(event: &ev::PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}
