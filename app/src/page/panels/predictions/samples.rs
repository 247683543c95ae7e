//! Where the inputs are pictures: the first validation rows, and what every task reads in them.

use super::map::put;
use super::surface::{guessed, target_columns};
use crate::page::panels::draw::Job;
use crate::page::panels::mark::TaskMark;
use crate::page::panels::text::{DASH, short, task_title, tasks};
use crate::page::state::Page;
use leptos::{html, prelude::*};
use mtl_core::config::TaskConfig;
use mtl_core::protocol::Summary;

/// Milliseconds between two readings.
const GAP: f64 = 250.0;

/// Values of a picture.
fn cells(summary: &Summary) -> usize {
    summary.side * summary.side
}

/// What a task reads, with what is true where that is something else: `3 ✓` or `5 ✗ 3`.
fn reading(task: &TaskConfig, prediction: &[f32], truth: &[f32]) -> String {
    let first = |values: &[f32]| values.first().map_or_else(|| DASH.into(), |value| short(f64::from(*value)));
    match (guessed(task.loss, prediction), truth) {
        (Some(guess), [class, ..]) if guess == class.max(0.0) as usize => format!("{guess} \u{2713}"),
        (Some(guess), [class, ..]) => format!("{guess} \u{2717} {class}"),
        _ => format!("{} ({})", first(prediction), first(truth)),
    }
}

/// The reading of a task in the newest picture of the engine.
fn read(page: Page, row: usize, task: usize) -> Option<String> {
    let (picture, summary) = (page.picture.get_untracked()?, page.summary.get_untracked()?);
    page.lesson.with_untracked(|lesson| {
        let (config, targets) = (lesson.tasks.get(task)?, summary.valid.targets.get(task)?);
        let columns = target_columns(config);
        let outputs = if config.loss.is_regression() { columns } else { config.outputs.max(1) };
        let prediction = picture.predictions.get(task)?.chunks_exact(outputs).nth(row)?;
        Some(reading(config, prediction, targets.chunks_exact(columns).nth(row)?))
    })
}

/// A row of sample pictures; nothing where the inputs are none.
#[component]
pub fn Samples() -> impl IntoView {
    let page = Page::get();
    let count = Memo::new(move |_| {
        let count = |summary: &Summary| summary.pictures.len().checked_div(cells(summary)).unwrap_or(0);
        page.summary.with(|summary| summary.as_deref().map_or(0, count))
    });
    let one = |row: usize| view! { <Sample row/> };
    move || {
        (count.get() > 0).then(|| {
            view! {
                <div class="samples" data-testid="samples" role="group" aria-label="Sample pictures" tabindex="0">
                    <For each=move || 0..count.get() key=|row| *row children=one/>
                </div>
            }
        })
    }
}

/// One picture with its readings.
#[component]
fn Sample(row: usize) -> impl IntoView {
    let page = Page::get();
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        let (Some(canvas), Some(summary)) = (canvas.get(), page.summary.get()) else { return };
        let dark = page.dark.get();
        let shade = |ink: &f32| {
            let level = (255.0 * if dark { *ink } else { 1.0 - ink }) as u8;
            [level, level, level, 255]
        };
        let pixels = summary.pictures.iter().skip(row * cells(&summary)).take(cells(&summary));
        put(&canvas, &pixels.flat_map(shade).collect::<Vec<u8>>(), (summary.side, summary.side));
    });
    let readings = RwSignal::new(Vec::<String>::new());
    let job = Job::new(
        || GAP,
        move || {
            let new: Vec<_> =
                (0..tasks(page)).map(|task| read(page, row, task).unwrap_or_else(|| DASH.into())).collect();
            if readings.with_untracked(|old| *old != new) {
                readings.set(new);
            }
        },
    );
    Effect::new(move |_| {
        page.picture.track();
        page.summary.track();
        job.mark();
    });
    let line = move |task: usize| {
        let title = move || page.lesson.with(|lesson| task_title(lesson, task));
        view! {
            <span class="reading" title=title data-testid=format!("sample-{row}-task-{task}")>
                <TaskMark task/>
                " "
                {move || readings.with(|all| all.get(task).cloned())}
            </span>
        }
    };
    view! {
        <div class="sample">
            <canvas node_ref=canvas role="img" aria-label=format!("validation picture {}", row + 1)/>
            <For each=move || 0..tasks(page) key=|task| *task children=line/>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::config::LossKind;

    #[test]
    fn a_reading_says_what_is_true_where_it_is_wrong() {
        let of = |loss| TaskConfig { loss, ..TaskConfig::default() };
        let chances = [0.1, 0.2, 0.7];
        assert_eq!(reading(&of(LossKind::Ce), &chances, &[2.0]), "2 \u{2713}");
        assert_eq!(reading(&of(LossKind::Ce), &chances, &[0.0]), "2 \u{2717} 0");
        assert_eq!(reading(&of(LossKind::Bce), &[0.4], &[1.0]), "0 \u{2717} 1");
        assert_eq!(reading(&of(LossKind::Mse), &[0.5], &[0.25]), "0.500 (0.250)");
        assert_eq!(reading(&of(LossKind::Mse), &[], &[]), format!("{DASH} ({DASH})"));
    }
}
