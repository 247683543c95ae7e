//! Where the inputs are no plane: predicted against true values, or a confusion matrix.

use super::map::dimensions;
use super::metric;
use super::points::MOST;
use super::surface::{guessed, target_columns};
use crate::charts::palette::{self, hex, task_colour};
use crate::page::panels::draw::{Job, context, fit, observe_size, pixel_ratio, track_pixel_ratio};
use crate::page::panels::text::{short, spoken, task_title};
use crate::page::state::Page;
use leptos::{html, prelude::*};
use mtl_core::config::{LossKind, TaskConfig};
use mtl_core::data::evenly;
use mtl_core::protocol::{Picture, Summary};
use wasm_bindgen::JsCast;
use web_sys::HtmlCanvasElement;

/// Counts of validation rows, `[true][predicted]`.
fn confusion(picture: &Picture, summary: &Summary, task: usize, config: &TaskConfig) -> Option<Vec<Vec<usize>>> {
    let classes = if config.loss == LossKind::Bce { 2 } else { config.outputs };
    let outputs = if config.loss == LossKind::Bce { 1 } else { config.outputs };
    let (predictions, targets) = (picture.predictions.get(task)?, summary.valid.targets.get(task)?);
    let mut counts = vec![vec![0; classes]; classes];
    for (prediction, truth) in predictions.chunks_exact(outputs.max(1)).zip(targets) {
        let guess = guessed(config.loss, prediction)?;
        if let Some(count) = counts.get_mut(truth.max(0.0) as usize).and_then(|row| row.get_mut(guess)) {
            *count += 1;
        }
    }
    Some(counts)
}

/// Pairs of true and predicted values of one output of a regression.
fn pairs(picture: &Picture, summary: &Summary, task: usize, config: &TaskConfig, output: usize) -> Vec<(f64, f64)> {
    let columns = target_columns(config);
    let output = output.min(columns - 1);
    let (Some(predictions), Some(targets)) = (picture.predictions.get(task), summary.valid.targets.get(task)) else {
        return Vec::new();
    };
    let one = |values: &[f32]| values.get(output).map_or(f64::NAN, |value| f64::from(*value));
    let row = |values: &[f32], row: usize| values.get(row * columns..(row + 1) * columns).map_or(f64::NAN, one);
    evenly(targets.len() / columns, MOST)
        .map(|k| (row(targets, k), row(predictions, k)))
        .filter(|(a, b)| a.is_finite() && b.is_finite())
        .collect()
}

/// Least milliseconds between two readings of the counts.
const GAP: f64 = 700.0;

/// What a task predicts for the validation rows.
#[component]
pub fn TaskFit(
    /// The task.
    task: usize,
) -> impl IntoView {
    let page = Page::get();
    let regression = Memo::new(move |_| {
        page.lesson.with(|lesson| lesson.tasks.get(task).is_some_and(|task| task.loss.is_regression()))
    });
    move || match regression.get() {
        true => view! { <Scatter task/> }.into_any(),
        false => view! { <Confusion task/> }.into_any(),
    }
}

#[component]
fn Scatter(task: usize) -> impl IntoView {
    let page = Page::get();
    let output = RwSignal::new(0usize);
    let canvas = NodeRef::<html::Canvas>::new();
    let size = observe_size(move || canvas.get().map(|canvas| canvas.unchecked_into()));
    let job = Job::chart(move || {
        let (Some(canvas), Some(summary)) = (canvas.get_untracked(), page.summary.get_untracked()) else { return };
        let Some(config) = page.lesson.with_untracked(|lesson| lesson.tasks.get(task).cloned()) else { return };
        let pairs = page.picture.with_untracked(|picture| {
            picture
                .as_ref()
                .map_or(Vec::new(), |picture| pairs(picture, &summary, task, &config, output.get_untracked()))
        });
        let ((width, height), scale) = (size.get_untracked(), pixel_ratio());
        fit(&canvas, ((width * scale).round() as u32, (height * scale).round() as u32));
        draw(&canvas, &pairs, task, page.dark.get_untracked(), scale);
    });
    Effect::new(move |_| {
        page.picture.track();
        page.summary.track();
        page.dark.track();
        output.track();
        size.track();
        track_pixel_ratio();
        job.mark();
    });
    let label = spoken(move || {
        let title = page.lesson.with(|lesson| task_title(lesson, task));
        format!("{title}: predicted against true values of the validation rows, {}", metric(page, task))
    });
    view! {
        <div class="map">
            <canvas node_ref=canvas role="img" data-testid=format!("task-{task}-map") aria-label=move || label.get()/>
            {move || dimensions(page, task, output)}
        </div>
    }
}

fn draw(canvas: &HtmlCanvasElement, pairs: &[(f64, f64)], task: usize, dark: bool, scale: f64) {
    let Some(context) = context(canvas) else { return };
    let ground = palette::ground(dark);
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    context.set_fill_style_str(&hex(ground.background));
    context.fill_rect(0.0, 0.0, width, height);
    let all = || pairs.iter().map(|pair| pair.0);
    let (low, high) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low >= high {
        return;
    }
    let room = (high - low) * 0.08;
    let (low, span) = (low - room, high - low + 2.0 * room);
    let part = |v: f64| ((v - low) / span).clamp(0.0, 1.0);
    context.set_stroke_style_str(&hex(ground.axis));
    context.set_line_width(scale);
    context.begin_path();
    context.move_to(0.0, height);
    context.line_to(width, 0.0);
    context.stroke();
    context.set_fill_style_str(&hex(task_colour(task, dark)));
    context.set_global_alpha(0.55);
    let size = 3.0 * scale;
    for (truth, guess) in pairs {
        let (x, y) = (part(*truth) * width, (1.0 - part(*guess)) * height);
        context.fill_rect(x - size / 2.0, y - size / 2.0, size, size);
    }
    context.set_global_alpha(1.0);
    context.set_fill_style_str(&hex(ground.muted));
    context.set_font(&format!("{}px system-ui, sans-serif", (11.0 * scale).round()));
    let _ = context.fill_text(&short(low + room), 4.0 * scale, height - 5.0 * scale);
    context.set_text_align("right");
    let _ = context.fill_text(&short(low + span - room), width - 4.0 * scale, 13.0 * scale);
    context.set_text_align("left");
}

#[component]
fn Confusion(task: usize) -> impl IntoView {
    let page = Page::get();
    let shown = RwSignal::new(None::<Vec<Vec<usize>>>);
    let job = Job::new(
        || GAP,
        move || {
            let (Some(picture), Some(summary)) = (page.picture.get_untracked(), page.summary.get_untracked()) else {
                return;
            };
            let counts =
                page.lesson.with_untracked(|lesson| confusion(&picture, &summary, task, lesson.tasks.get(task)?));
            if shown.with_untracked(|old| *old != counts) {
                shown.set(counts);
            }
        },
    );
    Effect::new(move |_| {
        page.picture.track();
        page.summary.track();
        job.mark();
    });
    // The table stands, and only what changes in it is set again. A hundred boxes of their own size cost more than to
    // lay the table out.
    let classes = Memo::new(move |_| shown.with(|counts| counts.as_ref().map_or(0, Vec::len)));
    let body = move || {
        let classes = classes.get();
        let head = (0..classes).map(|class| view! { <th scope="col">{class}</th> }).collect_view();
        let row = |class: usize| {
            let cells = (0..classes).map(|guess| cell(shown, class, guess)).collect_view();
            view! { <tr><th scope="row">{class}</th>{cells}</tr> }
        };
        view! { <thead><tr><td></td>{head}</tr></thead><tbody>{(0..classes).map(row).collect_view()}</tbody> }
    };
    view! {
        <div class="confusion">
            <table data-testid=format!("task-{task}-map")>
                <caption class="unseen">"Validation rows: true class down, predicted class across"</caption>
                {body}
            </table>
        </div>
    }
}

/// How many rows of a class were taken for another one, or for itself.
fn cell(counts: RwSignal<Option<Vec<Vec<usize>>>>, class: usize, guess: usize) -> AnyView {
    let seen = Memo::new(move |_| {
        counts.with(|counts| {
            let row = counts.as_ref().and_then(|counts| counts.get(class)).map_or(&[][..], Vec::as_slice);
            let count = row.get(guess).copied().unwrap_or(0);
            (count, (count as f64 / row.iter().sum::<usize>().max(1) as f64 * 100.0).round() as u32)
        })
    });
    let share = move || format!("--share: {}%", seen.get().1);
    let kind = if guess == class { "hit" } else { "miss" };
    view! { <td class=kind style=share>{move || seen.get().0}</td> }.into_any()
}
