//! The hypervolume: the one number of the panel, what it is measured against, and how to have more than
//! one point of it.

use crate::page::panels::panel::HelpButton;
use crate::page::panels::text::{DASH, short, six, tasks};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::{Value, task_name};

/// The hypervolume of the newest point, where there is one.
fn volume(page: Page) -> Option<f64> {
    page.latest.with(|point| point.as_ref().map(|point| point.hypervolume)).filter(|volume| volume.is_finite())
}

/// The hypervolume with its name and its '?'.
#[component]
pub fn Volume() -> impl IntoView {
    let page = Page::get();
    let text = move || volume(page).map_or(DASH.into(), |volume| six(volume as f32));
    view! {
        <span class="small volume">
            "hypervolume " <strong class="number steady" data-testid="hypervolume">{text}</strong>
        </span>
        <HelpButton term="hypervolume"/>
    }
    .into_any()
}

/// Of what the hypervolume is, and against what; or why there is none.
pub(super) fn about(page: Page) -> String {
    let count = tasks(page);
    if count < 2 {
        return "A trade-off needs a second task".into();
    }
    let Some(summary) = page.summary.get() else { return String::new() };
    if volume(page).is_none() {
        let recorded = page.latest.with(Option::is_some);
        return if recorded { "No volume: a loss is not finite" } else { "Nothing recorded yet" }.into();
    }
    let all = if count > 2 { format!("over all {count} tasks, ") } else { String::new() };
    let alone = if summary.fan.is_empty() { "of this run alone, " } else { "" };
    let of_task = |(task, loss): (usize, &f32)| format!("{} {}", task_name(task), short(f64::from(*loss)));
    let point: Vec<_> = summary.reference.iter().enumerate().map(of_task).collect();
    format!("{alone}{all}against the best constant predictions: {}", point.join(", "))
}

/// The points of a fan that the button trains. Every number of tasks has a lattice within it.
const FAN: i64 = 11;

/// Trains a fan where the lesson has none.
#[component]
pub fn FanButton() -> impl IntoView {
    let page = Page::get();
    let missing = Memo::new(move |_| page.lesson.with(|lesson| lesson.tasks.len() > 1 && lesson.population.fan == 0));
    let help = "Trains up to 11 models beside this one, each with its own preference between the tasks: they trace the deals that there are. The lesson starts again.";
    move || {
        missing.get().then(|| {
            let train = move |_| page.set("fan", Value::Integer(FAN));
            view! {
                <button type="button" class="button train-fan" data-testid="train-fan" title=help on:click=train>
                    "Train a fan of preferences"
                </button>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::config::Config;
    use mtl_core::lesson::{apply, check};
    use mtl_core::math::pareto::fan;

    #[test]
    fn the_fan_of_the_button_is_admitted_for_every_number_of_tasks() {
        for count in 2..=6 {
            let mut config = Config::default();
            let task = config.tasks[0].clone();
            config.tasks = vec![task; count];
            config.population.fan = 0;
            assert!(matches!(apply(&mut config, "fan", &Value::Integer(FAN)), Ok(None)), "{count} tasks");
            let (lesson, notices) = check(config);
            assert_eq!((lesson.population.fan as i64, notices), (FAN, Vec::new()));
            assert!(fan(count, lesson.population.fan).len() >= count);
        }
    }
}
