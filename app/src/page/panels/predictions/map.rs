//! One task's prediction map with its points, and the probe on it.

use super::points::{self, Look};
use super::surface::{Map, target_columns, target_range};
use super::{Options, metric, probe};
use crate::charts::Theme;
use crate::page::panels::draw::{Job, context, fit, observe_size, pixel_ratio, track_pixel_ratio};
use crate::page::panels::text::{spoken, task_title};
use crate::page::state::Page;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{HtmlCanvasElement, ImageData};

/// Milliseconds between two drawings of a map; four a second where little motion is wanted.
pub fn map_gap(page: Page) -> f64 {
    if page.reduced_motion.get_untracked() { 250.0 } else { 30.0 }
}

/// Puts RGBA pixels onto a canvas of just that size.
pub fn put(canvas: &HtmlCanvasElement, pixels: &[u8], (width, height): (usize, usize)) {
    if pixels.is_empty() || pixels.len() != width * height * 4 {
        return;
    }
    fit(canvas, (width as u32, height as u32));
    let Some(context) = context(canvas) else { return };
    if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(Clamped(pixels), width as u32, height as u32) {
        let _ = context.put_image_data(&image, 0.0, 0.0);
    }
}

/// The map of a task on the plane.
#[component]
pub fn TaskMap(
    /// The task.
    task: usize,
    /// What is shown.
    options: Options,
) -> impl IntoView {
    let page = Page::get();
    let output = RwSignal::new(0usize);
    let surface = NodeRef::<html::Canvas>::new();
    let dots = NodeRef::<html::Canvas>::new();
    let size = observe_size(move || dots.get().map(|canvas| canvas.unchecked_into()));

    let paint = Job::new(
        move || map_gap(page),
        move || {
            let (Some(canvas), Some(picture)) = (surface.get_untracked(), page.picture.get_untracked()) else { return };
            let Some(map) = Map::of(&picture, task) else { return };
            let Some(config) = page.lesson.with_untracked(|lesson| lesson.tasks.get(task).cloned()) else { return };
            let shown = output.get_untracked();
            let columns = target_columns(&config);
            let range = page.summary.with_untracked(|summary| {
                summary
                    .as_ref()
                    .map_or((-1.0, 1.0), |summary| target_range(summary, task, shown.min(columns - 1), columns))
            });
            let theme = Theme::new(page.dark.get_untracked(), 1.0);
            let pixels = map.pixels(&config, range, shown, theme, options.discretise.get_untracked());
            put(&canvas, &pixels, (map.fine_side(), map.fine_side()));
        },
    );
    Effect::new(move |_| {
        page.picture.track();
        page.summary.track();
        page.dark.track();
        options.discretise.track();
        output.track();
        paint.mark();
    });

    let scatter = Job::chart(move || {
        let (Some(canvas), Some(summary)) = (dots.get_untracked(), page.summary.get_untracked()) else { return };
        let Some(config) = page.lesson.with_untracked(|lesson| lesson.tasks.get(task).cloned()) else { return };
        let ((width, height), scale) = (size.get_untracked(), pixel_ratio());
        fit(&canvas, ((width * scale).round() as u32, (height * scale).round() as u32));
        let (dark, valid) = (page.dark.get_untracked(), options.valid.get_untracked());
        points::draw(&canvas, &summary, task, &config, Look { dark, scale, valid, output: output.get_untracked() });
    });
    Effect::new(move |_| {
        page.summary.track();
        page.dark.track();
        options.valid.track();
        output.track();
        size.track();
        track_pixel_ratio();
        scatter.mark();
    });

    let point = move |event: &ev::PointerEvent| {
        let target = event_target::<web_sys::HtmlElement>(event);
        let (width, height) = (f64::from(target.client_width()), f64::from(target.client_height()));
        let Some(extent) =
            page.summary.with_untracked(|summary| summary.as_ref().map(|summary| f64::from(summary.extent)))
        else {
            return;
        };
        let part = |offset: i32, length: f64| (f64::from(offset) / length.max(1.0)).clamp(0.0, 1.0) * 2.0 - 1.0;
        let (x, y) = (part(event.offset_x(), width) * extent, -part(event.offset_y(), height) * extent);
        options.by_key.set(false);
        page.probe.set(Some((x as f32, y as f32)));
    };
    let keys = move |event: ev::KeyboardEvent| {
        let far = if event.shift_key() { 5 } else { 1 };
        let by = match event.key().as_str() {
            "ArrowLeft" => (-far, 0),
            "ArrowRight" => (far, 0),
            "ArrowUp" => (0, far),
            "ArrowDown" => (0, -far),
            "Escape" => return page.probe.set(None),
            _ => return,
        };
        event.prevent_default();
        options.by_key.set(true);
        probe::nudge(page, by);
    };
    // Where the cross-hair stands, in parts of the map from the left and the top.
    let cross = Memo::new(move |_| {
        let (x, y) = page.probe.get()?;
        let extent = page.summary.with(|summary| summary.as_ref().map(|summary| summary.extent.max(1e-6)))?;
        Some(((x / extent + 1.0) * 50.0, (1.0 - y / extent) * 50.0))
    });
    let hair = move || {
        cross.get().map(|(left, top)| {
            view! {
                <span class="hair upright" style=format!("left: {left:.2}%")></span>
                <span class="hair level" style=format!("top: {top:.2}%")></span>
            }
        })
    };
    let label = spoken(move || {
        let title = page.lesson.with(|lesson| task_title(lesson, task));
        format!("Prediction map of task {title}, {}. Arrow keys move a probe.", metric(page, task))
    });
    view! {
        <div class="map">
            <canvas
                node_ref=surface
                class:crisp=move || options.discretise.get()
                role="img"
                tabindex="0"
                data-testid=format!("task-{task}-map")
                aria-label=move || label.get()
                on:pointermove=move |event| point(&event)
                on:pointerdown=move |event| point(&event)
                on:pointerleave=move |event| {
                    if event.pointer_type() == "mouse" {
                        page.probe.set(None);
                    }
                }
                on:keydown=keys
            />
            <canvas node_ref=dots class="dots" aria-hidden="true"/>
            {hair}
            {move || dimensions(page, task, output)}
        </div>
    }
    .into_any()
}

/// Which dimension of a regression with several of them is shown.
pub fn dimensions(page: Page, task: usize, output: RwSignal<usize>) -> Option<AnyView> {
    let count = page.lesson.with(|lesson| {
        lesson.tasks.get(task).map_or(1, |task| if task.loss.is_regression() { task.outputs } else { 1 })
    });
    if count < 2 {
        return None;
    }
    let option =
        |k: usize| view! { <option value=k.to_string() prop:selected=move || output.get() == k>{k + 1}</option> };
    let options = (0..count).map(option).collect_view();
    let choose = move |event| output.set(event_target_value(&event).parse().unwrap_or(0));
    Some(
        view! { <label class="tool map-output">"output" <select on:change=choose>{options}</select></label> }
            .into_any(),
    )
}
