//! The chosen unit, large.

use super::chances;
use super::layout::{Block, Layout, Part};
use super::paint::{unit_pixels, unit_values};
use crate::charts::Theme;
use crate::page::panels::draw::Job;
use crate::page::panels::predictions::{map_gap, put};
use crate::page::panels::text::short;
use crate::page::state::Page;
use leptos::{html, prelude::*};
use mtl_core::config::task_name;

/// What a unit or a whole layer is called.
pub fn unit_name(block: &Block, unit: Option<usize>) -> String {
    let layer = match (block.part, block.task) {
        (Part::Input, _) => return unit.map_or("inputs".into(), |unit| format!("input x{}", unit + 1)),
        (Part::Layer { index, .. }, None) => format!("shared layer {}", index + 1),
        (Part::Layer { index, .. }, Some(task)) => format!("private layer {} of task {}", index + 1, task_name(task)),
        (Part::Output, task) => format!("output of task {}", task_name(task.unwrap_or(0))),
    };
    unit.map_or(layer.clone(), |unit| format!("{layer}, unit {}", unit + 1))
}

/// Lowest and highest value of a unit over the plane, in words.
fn range_text(values: &[f32]) -> String {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = (finite().fold(f32::INFINITY, f32::min), finite().fold(f32::NEG_INFINITY, f32::max));
    if low > high {
        "not finite".into()
    } else {
        format!("from {} to {}", short(f64::from(low)), short(f64::from(high)))
    }
}

/// The map of the chosen unit with its name and range, beside the unit.
#[component]
pub fn Detail(
    /// The picture's layout.
    layout: Memo<Layout>,
    /// The chosen block and unit.
    chosen: RwSignal<Option<(usize, usize)>>,
    /// Closes it.
    close: Callback<()>,
) -> impl IntoView {
    let page = Page::get();
    let canvas = NodeRef::<html::Canvas>::new();
    let range = RwSignal::new(String::new());
    // The chosen unit's block; none where the network has changed under it.
    let block = Memo::new(move |_| {
        let (block, unit) = chosen.get()?;
        let block = layout.with(|layout| layout.blocks.get(block).cloned())?;
        (unit < block.units.len()).then_some((block, unit))
    });
    let job = Job::new(
        move || map_gap(page),
        move || {
            let (Some((block, unit)), Some(canvas)) = (block.get_untracked(), canvas.get_untracked()) else { return };
            let Some(picture) = page.picture.get_untracked() else { return };
            let theme = Theme::new(page.dark.get_untracked(), 1.0);
            let chance = page.lesson.with_untracked(|lesson| chances(lesson));
            let chance = block.task.and_then(|task| chance.get(task)).copied().unwrap_or(false);
            let text = match unit_pixels(&picture, &block, unit, chance, theme) {
                Some((pixels, side)) => {
                    put(&canvas, &pixels, (side, side));
                    unit_values(&picture, &block, unit).map_or(String::new(), |(values, _)| range_text(&values))
                }
                None => "no map: the inputs are no plane, or nothing was trained yet".into(),
            };
            if range.with_untracked(|old| *old != text) {
                range.set(text);
            }
        },
    );
    Effect::new(move |_| {
        page.picture.track();
        page.dark.track();
        block.track();
        canvas.track();
        job.mark();
    });
    // Beside the unit, on the side with more room.
    let place = move || {
        let Some((block, unit)) = block.get() else { return "display: none".to_string() };
        let (x, _) = block.middle(unit).unwrap_or_default();
        let width = layout.with(|layout| layout.width);
        let away = block.size / 2.0 + 10.0;
        if x < width / 2.0 { format!("left: {:.0}px", x + away) } else { format!("right: {:.0}px", width - x + away) }
    };
    view! {
        <div class="unit-detail" style=place>
            <canvas node_ref=canvas aria-hidden="true"/>
            <p role="status">
                <strong>{move || block.get().map(|(block, unit)| unit_name(&block, Some(unit)))}</strong>
                <span>{move || range.get()}</span>
            </p>
            <button type="button" aria-label="close the unit's map" on:click=move |_| close.run(())>"\u{2715}"</button>
        </div>
    }
    .into_any()
}
