//! What is marked in the same way everywhere: a task by shape, colour and letter, a sign by colour.

use super::text::task_title;
use crate::charts::palette;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::task_name;

/// The CSS colour of a task on the page.
pub fn task_css(task: usize) -> String {
    let letter = task_name(task % palette::TASKS.len()).to_ascii_lowercase();
    format!("var(--task-{letter})")
}

/// The ground of a cell: blue above zero and orange below, as for signs everywhere on the page, full
/// at 1. Never so strong that a number would be hard to read on it.
pub fn signed_ground(part: f64) -> String {
    let hue = if part < 0.0 { "#d96a00" } else { "#086cb0" };
    let strength = part.abs().min(1.0) * 45.0;
    format!("background-color: color-mix(in srgb, {hue} {strength:.0}%, transparent)")
}

/// Shape, colour and letter of a task; its name, too, where `name` is set.
#[component]
pub fn TaskMark(
    /// The task's index.
    task: usize,
    /// Whether the target's name follows the letter.
    #[prop(optional)]
    name: bool,
) -> impl IntoView {
    let page = Page::get();
    let outline = palette::task(task).shape.path_data((8.0, 8.0), 5.5);
    let colour = move || palette::hex(palette::task_colour(task, page.dark.get()));
    let text = move || match name {
        true => page.lesson.with(|lesson| task_title(lesson, task)),
        false => task_name(task).into(),
    };
    view! {
        <span class="task-mark">
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=outline fill=colour/></svg>
            {text}
        </span>
    }
    .into_any()
}
