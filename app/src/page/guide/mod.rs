//! The guide: a lesson's one sentence, its steps, and the settings that it is about.
//!
//! * `progress`: which steps are done, and which one is shown;
//! * `spot`: what a step points at, where that stands, and how it comes into view.

mod progress;
mod spot;

pub use spot::{Spot, rank, tab_of};

use super::panels::LessonControls;
use super::prefs::Side;
use super::state::Page;
use leptos::prelude::*;
use mtl_core::lesson::lessons::find;
use progress::Progress;

/// Whether the guide is in sight. Tracks it.
fn in_sight(page: Page) -> bool {
    page.prefs.side.get() == Side::Guide && (!page.room.drawer.get() || page.drawer.with(Option::is_some))
}

/// The guide of the lesson on the page.
#[component]
pub fn Guide() -> impl IntoView {
    let page = Page::get();
    let told = Progress::new(page);
    let teaches = move || told.key.with(|key| find(key)).map(|lesson| lesson.teaches);
    view! {
        <section class="guide" id="guide" data-testid="guide" aria-label="Guide">
            <p class="guide-teaches">{teaches}</p>
            {move || steps(told)}
            <p class="unseen" role="status">{told.said}</p>
            <h2>"Settings to try"</h2>
            <LessonControls/>
        </section>
    }
    .into_any()
}

/// The lesson's steps: a button for each, the one that is shown, and the way back and on.
fn steps(told: Progress) -> AnyView {
    let all = told.steps();
    let count = all.len();
    let button = |k: usize| {
        let label = move || {
            let done = if told.is_done(k) { ", done" } else { "" };
            format!("Step {} of {count}{done}", k + 1)
        };
        let current = move || (told.shown.get() == k).then_some("step");
        view! {
            <button
                type="button"
                class="guide-go"
                class:done=move || told.is_done(k)
                aria-label=label
                aria-current=current
                aria-controls=format!("guide-step-{}", k + 1)
                data-testid=format!("guide-go-{}", k + 1)
                on:click=move |_| told.open(k)
            >
                {k + 1}
            </button>
        }
        .into_any()
    };
    let step = |(k, text): (usize, &'static str)| {
        let name = format!("guide-step-{}", k + 1);
        let state = move || if told.is_done(k) { "done" } else { "open" };
        view! {
            <li id=name.clone() data-testid=name data-state=state value=k + 1 hidden=move || told.shown.get() != k>
                {text}
            </li>
        }
        .into_any()
    };
    let turn = move |by: isize| {
        if let Some(to) = told.shown.get_untracked().checked_add_signed(by) {
            told.open(to);
        }
    };
    // They keep the focus where there is nowhere to turn to.
    let ends = |is_end: bool| is_end.then_some("true");
    let buttons = (0..count).map(button).collect_view();
    let texts = all.iter().map(|step| step.text).enumerate().map(step).collect_view();
    view! {
        <div class="guide-way" role="group" aria-label="Steps">{buttons}</div>
        <ol class="guide-steps">{texts}</ol>
        <div class="guide-turn">
            <button type="button" class="button" aria-disabled=move || ends(told.shown.get() == 0) on:click=move |_| turn(-1)>"Back"</button>
            <button type="button" class="button" aria-disabled={move || ends(told.shown.get() + 1 >= count)} on:click=move |_| turn(1)>"Next"</button>
        </div>
    }
    .into_any()
}
