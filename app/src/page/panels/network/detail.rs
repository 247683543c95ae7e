//! The chosen unit, large.

use super::layout::{Block, Layout, Part};
use super::paint::bars;
use super::units::{Seen, see};
use crate::charts::Theme;
use crate::page::panels::draw::{Job, context, fit, pixel_ratio};
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

/// The side of the large square in CSS pixels; the style sheet says the same.
const SIDE: f64 = 146.0;

/// Lowest and highest value of a unit, in words.
fn range_text(values: &[f32]) -> String {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = (finite().fold(f32::INFINITY, f32::min), finite().fold(f32::NEG_INFINITY, f32::max));
    if low > high {
        "not finite".into()
    } else {
        format!("from {} to {}", short(f64::from(low)), short(f64::from(high)))
    }
}

/// A correlation as it is told.
pub fn correlation_text(value: f32) -> String {
    let text = format!("{value:.2}");
    if text == "-0.00" { "0.00".into() } else { text.replace('-', "\u{2212}") }
}

/// How closely a unit follows each task, in words.
fn followed_text(correlations: &[f32]) -> String {
    let one = |(task, value): (usize, &f32)| format!("{} {}", task_name(task), correlation_text(*value));
    format!("correlation with {}", correlations.iter().enumerate().map(one).collect::<Vec<_>>().join(", "))
}

/// What is known of a unit, in words.
fn unit_text(seen: &Seen, block: &Block, unit: usize) -> String {
    let range = seen.values(block, unit).filter(|_| block.part != Part::Input || seen.side == 0);
    let range = range.map(|(values, _)| range_text(&values));
    match (range, seen.correlations(block, unit)) {
        (Some(range), Some(correlations)) => format!("weights {range}; {}", followed_text(correlations)),
        (Some(range), None) => range,
        (None, Some(correlations)) => followed_text(correlations),
        (None, None) => "nothing is known of it yet".into(),
    }
}

/// What the chosen unit shows, large, with its name and numbers, beside the unit.
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
    let told = RwSignal::new(String::new());
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
            let theme = Theme::new(page.dark.get_untracked(), pixel_ratio());
            let text = see(page, |seen| {
                if let Some((pixels, side)) = seen.pixels(&block, unit, theme) {
                    put(&canvas, &pixels, (side, side));
                } else if let (Some(correlations), Some(context)) = (seen.correlations(&block, unit), context(&canvas))
                {
                    let side = (SIDE * theme.scale).round() as u32;
                    fit(&canvas, (side, side));
                    let _ = context.set_transform(theme.scale, 0.0, 0.0, theme.scale, 0.0, 0.0);
                    bars(&context, correlations, (0.0, 0.0, SIDE), theme);
                }
                unit_text(seen, &block, unit)
            });
            if let Some(text) = text.filter(|text| told.with_untracked(|old| old != text)) {
                told.set(text);
            }
        },
    );
    let crisp = move || page.summary.with(|summary| summary.as_ref().is_some_and(|summary| summary.side > 0));
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
            <canvas node_ref=canvas class:crisp=crisp aria-hidden="true"/>
            <p role="status">
                <strong>{move || block.get().map(|(block, unit)| unit_name(&block, Some(unit)))}</strong>
                <span>{move || told.get()}</span>
            </p>
            <button type="button" aria-label="close the unit's card" on:click=move |_| close.run(())>"\u{2715}"</button>
        </div>
    }
    .into_any()
}
