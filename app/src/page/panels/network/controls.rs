//! The controls below the picture of the network: layers to add, remove, resize and reorder.

use crate::page::panels::cards::layers::{LayerCell, Stack};
use crate::page::panels::mark::TaskMark;
use crate::page::panels::text::tasks;
use crate::page::state::Page;
use leptos::prelude::*;

/// Add and remove, and a cell for every layer of a stack.
#[component]
fn StackControls(
    /// The trunk or a task's private layers.
    stack: Stack,
    /// What the group is called.
    label: String,
    /// What stands before the buttons.
    children: Children,
) -> impl IntoView {
    let page = Page::get();
    let count = Memo::new(move |_| stack.len(page));
    let name = stack.name();
    let is_full = move || count.get() >= stack.most();
    let why_not = move || match count.get() {
        count if count >= stack.most() => "There is room for no more",
        _ => "Add a layer; restarts the lesson",
    };
    let cell_name = name.clone();
    let cell = move |index: usize| {
        view! { <LayerCell stack index name=format!("{cell_name}-layer-{index}") full=false/> }
    };
    view! {
        <div class="stack" role="group" aria-label=label.clone()>
            <div class="stack-head">
                {children()}
                <button
                    type="button"
                    data-testid=format!("{name}-remove")
                    aria-label=format!("{label}: remove the last layer")
                    title="Remove the last layer; restarts the lesson"
                    disabled=move || count.get() == 0
                    on:click=move |_| stack.remove_last(page)
                >
                    "\u{2212}"
                </button>
                <span class="number" aria-label="layers">{move || count.get()}</span>
                <button
                    type="button"
                    data-testid=format!("{name}-add")
                    aria-label=format!("{label}: add a layer")
                    title=why_not
                    disabled=is_full
                    on:click=move |_| stack.add(page)
                >
                    "+"
                </button>
            </div>
            <div class="stack-cells"><For each=move || 0..count.get() key=|index| *index children=cell/></div>
        </div>
    }
    .into_any()
}

/// A window that is lower has the editors of layers folded at first, in CSS pixels.
const TALL: f64 = 900.0;

/// The controls of the trunk, and of each task's private layers behind a fold; behind one of their own
/// where the window is low.
#[component]
pub fn NetworkControls() -> impl IntoView {
    let page = Page::get();
    let tall = window().inner_height().ok().and_then(|height| height.as_f64()).is_some_and(|height| height >= TALL);
    let head = move |task: usize| {
        let label = format!("private layers of task {}", mtl_core::config::task_name(task));
        view! { <StackControls stack=Stack(Some(task)) label><TaskMark task/></StackControls> }
    };
    view! {
        <details class="edit-layers" open=tall>
            <summary>"edit layers"</summary>
            <div class="network-controls">
                <StackControls stack=Stack(None) label="shared layers".to_string()>"shared layers"</StackControls>
                <details class="private">
                    <summary>"private layers"</summary>
                    <For each=move || 0..tasks(page) key=|task| *task children=head/>
                </details>
            </div>
        </details>
    }
    .into_any()
}
