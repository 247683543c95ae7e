//! A numbered card: the settings of the lesson that belong on it, then those of each task.

use super::control::Control;
use super::differs::{differences, odd_one};
use super::row::{Row, Settings};
use crate::page::panels::mark::{TaskMark, task_css};
use crate::page::panels::panel::HelpButton;
use crate::page::panels::text::{kind_of, tasks};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::lesson::Card;

/// What a card is, before its settings.
#[derive(Clone, Copy)]
pub struct About {
    /// Its number, for teachers.
    pub number: u8,
    /// Its heading.
    pub title: &'static str,
    /// One plain sentence.
    pub sentence: &'static str,
    /// The glossary term behind its '?'.
    pub term: &'static str,
    /// Its settings.
    pub card: Card,
    /// Whether the settings of the task that differs are open from the start, and folded tasks say what
    /// sets them apart.
    pub open: bool,
}

/// A card. `children` stand at its end.
#[component]
pub fn CardView(
    /// What it is.
    about: About,
    /// What stands at its end.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let page = Page::get();
    let settings = Settings::of(page, about.card);
    let control = move |row: Row| view! { <Control row settings/> };
    let of_lesson = move || settings.with(|settings| settings.rows(None));
    // A task has a group where the card has settings for it.
    let groups = Memo::new(move |_| {
        let count = tasks(page);
        settings.with(|settings| (0..count).filter(|task| !settings.rows(Some(*task)).is_empty()).collect::<Vec<_>>())
    });
    // As the lesson is opened: what is changed then folds nothing away.
    let preset = Memo::new(move |_| page.lesson.with(|lesson| lesson.preset.clone()));
    let odd = Memo::new(move |_| {
        // A memo that is only tracked is never computed.
        let _ = preset.get();
        page.lesson.with_untracked(|lesson| odd_one(lesson))
    });
    let group = move |task: usize| {
        let rows = move || settings.with(|settings| settings.rows(Some(task)));
        let kind = move || page.lesson.with(|lesson| lesson.tasks.get(task).map_or("", |task| kind_of(task.loss)));
        let apart = move || about.open.then(|| page.lesson.with(|lesson| differences(lesson, task)).join(", "));
        view! {
            <details class="task-group" style=format!("--task: {}", task_css(task)) open=move || about.open && odd.get() == task>
                <summary><TaskMark task name=true/> <span class="small">{kind}</span> <span class="small apart">{apart}</span></summary>
                <For each=rows key=Row::identity children=control/>
            </details>
        }
    };
    // Some panels have the titles of cards.
    let name = format!("Card {}: {}", about.number, about.title);
    view! {
        <section class="card" aria-label=name>
            <header class="panel-head">
                <h2><span class="card-number">{about.number}</span> {about.title}</h2>
                <HelpButton term=about.term/>
            </header>
            <p class="small">{about.sentence}</p>
            <For each=of_lesson key=Row::identity children=control/>
            <For each=move || groups.get() key=|task| *task children=group/>
            {children.map(|children| children())}
        </section>
    }
    .into_any()
}
