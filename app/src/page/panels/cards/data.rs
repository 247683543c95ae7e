//! Card 1: the data and the tasks.

use super::card::{About, CardView};
use crate::page::panels::text::tasks;
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::{Config, MAX_TASKS, TaskConfig};
use mtl_core::data::targets::TARGETS;
use mtl_core::lesson::Card;

const ABOUT: About = About {
    number: 1,
    title: "Data and tasks",
    sentence: "What there is to learn: tasks that read the same inputs",
    term: "task",
    card: Card::Data,
    open: true,
};

/// A task with a target that no other task has yet.
fn add_task(config: &mut Config) {
    if config.tasks.len() >= MAX_TASKS {
        return;
    }
    let taken = |key: &str| config.tasks.iter().any(|task| task.target == key);
    let fresh = TARGETS.iter().find(|target| !taken(target.choice.key)).map(|target| target.choice.key);
    let plain = TaskConfig::default();
    let target = fresh.map_or(plain.target.clone(), String::from);
    // Where the data are no plane, a task like the last one fits them best.
    let like = match config.tasks.last() {
        Some(last) if !mtl_core::data::is_plane(&config.data.source) => last.clone(),
        _ => plain,
    };
    config.add_task(TaskConfig { target, ..like });
}

/// Data and tasks.
#[component]
pub fn DataCard() -> impl IntoView {
    let page = Page::get();
    let count = Memo::new(move |_| tasks(page));
    let remove = move |_| {
        page.edit(|config| {
            if config.tasks.len() > 1 {
                config.remove_task(config.tasks.len() - 1);
            }
        });
    };
    let is_full = move || count.get() >= MAX_TASKS;
    let why_not_add = move || if count.get() >= MAX_TASKS { "Six tasks are the most" } else { "Restarts the lesson" };
    let why_not_remove =
        move || if count.get() <= 1 { "A lesson has at least one task" } else { "Restarts the lesson" };
    view! {
        <CardView about=ABOUT>
            <p class="task-buttons">
                <button
                    type="button"
                    data-testid="task-add"
                    title=why_not_add
                    disabled=is_full
                    on:click=move |_| page.edit(add_task)
                >
                    "+ add a task"
                </button>
                <button type="button" data-testid="task-remove" title=why_not_remove disabled=move || count.get() <= 1 on:click=remove>
                    "\u{2212} remove the last"
                </button>
            </p>
        </CardView>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::lesson::check;

    #[test]
    fn tasks_can_be_added_up_to_the_most_and_all_differ() {
        let mut config = Config::default();
        for _ in 0..10 {
            add_task(&mut config);
        }
        assert_eq!(config.tasks.len(), MAX_TASKS);
        let (lesson, notices) = check(config);
        assert!(notices.is_empty(), "{notices:?}");
        for (k, task) in lesson.tasks.iter().enumerate() {
            assert!(lesson.tasks.iter().skip(k + 1).all(|other| other.target != task.target));
        }
    }
}
