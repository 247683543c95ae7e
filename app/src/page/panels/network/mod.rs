//! The network as a picture: units with what they compute or which tasks they serve, links by weight and
//! sign.

mod controls;
mod detail;
mod layout;
mod paint;
mod units;

use super::draw::{Job, fit, observe_size, pixel_ratio, track_pixel_ratio};
use super::mark::task_css;
use super::panel::{HelpButton, Panel, Table, TableTwin};
use super::predictions::map_gap;
use super::text::{spoken, task_title};
use crate::charts::Theme;
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::Page;
use controls::NetworkControls;
use detail::{Detail, correlation_text, unit_name};
use layout::{Block, Layout, NARROW, Part, Shape};
use leptos::{ev, html, prelude::*};
use mtl_core::config::task_name;
use mtl_core::data::is_plane;
use mtl_core::lesson::lessons;
use paint::{Scratch, paint};
use units::{Seen, see};
use wasm_bindgen::JsCast;

/// The layout of the lesson's network, renewed when its shape or the size of the picture changes.
fn layout_of(page: Page, size: RwSignal<(f64, f64)>) -> Memo<Layout> {
    let shape = Memo::new(move |_| {
        let inputs = page.summary.with(|summary| summary.as_ref().map_or(2, |summary| summary.inputs));
        page.lesson.with(|lesson| {
            let inputs = if is_plane(&lesson.data.source) { 2 } else { inputs };
            Shape::new(lesson, inputs)
        })
    });
    Memo::new(move |_| Layout::new(&shape.get(), size.get()))
}

/// What the squares show, in a line.
fn legend(page: Page) -> &'static str {
    page.picture.track();
    page.summary.track();
    if page.lesson.with(|lesson| is_plane(&lesson.data.source)) {
        "squares: a unit's activation over the plane"
    } else if see(page, |seen| seen.reader().is_some()).unwrap_or(false) {
        "layer 1: weights of each unit as a picture; bars: how closely a unit follows each task"
    } else {
        "bars: how closely a unit follows each task, A first"
    }
}

/// The line of the table.
pub(in crate::page) const PANEL: PanelLine = PanelLine {
    key: "network",
    title: "Network",
    term: "trunk",
    panel: Some(lessons::Panel::Network),
    place: Place::Network,
    view: || view! { <NetworkPicture/> }.into_any(),
};

/// The picture of the network, with the controls of its layers.
#[component]
pub fn NetworkPicture() -> impl IntoView {
    let page = Page::get();
    let canvas = NodeRef::<html::Canvas>::new();
    let frame = NodeRef::<html::Div>::new();
    let size = observe_size(move || frame.get().map(|div| div.unchecked_into()));
    let layout = layout_of(page, size);
    let chosen = RwSignal::new(None::<(usize, usize)>);
    // A unit that was clicked stays chosen when the pointer leaves.
    let pinned = RwSignal::new(false);
    let scratch = StoredValue::new_local(Scratch::new());

    let job = Job::new(
        move || map_gap(page).max(60.0),
        move || {
            let Some(canvas) = canvas.get_untracked() else { return };
            let theme = Theme::new(page.dark.get_untracked(), pixel_ratio());
            layout.with_untracked(|layout| {
                let pixels = |css: f64| (css * theme.scale).round() as u32;
                fit(&canvas, (pixels(layout.width), pixels(layout.height)));
                let draw = |seen: Option<&Seen>| {
                    scratch.with_value(|scratch| {
                        if let Some(scratch) = scratch {
                            paint(&canvas, scratch, layout, seen, chosen.get_untracked(), theme);
                        }
                    });
                };
                if see(page, |seen| draw(Some(seen))).is_none() {
                    draw(None);
                }
            });
        },
    );
    Effect::new(move |_| {
        layout.track();
        track_pixel_ratio();
        page.picture.track();
        page.summary.track();
        page.dark.track();
        chosen.track();
        job.mark();
    });

    let under = move |event: &ev::PointerEvent| {
        let at = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        layout.with_untracked(|layout| layout.hit(at))
    };
    let choose = move |unit: Option<(usize, usize)>| {
        if chosen.get_untracked() != unit {
            chosen.set(unit);
        }
    };
    let hover = move |event: ev::PointerEvent| {
        if !pinned.get_untracked() && event.pointer_type() == "mouse" {
            choose(under(&event));
        }
    };
    let press = move |event: ev::PointerEvent| {
        let unit = under(&event);
        let same = pinned.get_untracked() && chosen.get_untracked() == unit;
        pinned.set(unit.is_some() && !same);
        choose(if same { None } else { unit });
    };
    let leave = move |_| {
        if !pinned.get_untracked() {
            choose(None);
        }
    };
    let keys = move |event: ev::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowLeft" => (-1, 0),
            "ArrowRight" => (1, 0),
            "ArrowUp" => (0, -1),
            "ArrowDown" => (0, 1),
            "Escape" => {
                pinned.set(false);
                return choose(None);
            }
            _ => return,
        };
        event.prevent_default();
        pinned.set(true);
        choose(layout.with_untracked(|layout| layout.neighbour(chosen.get_untracked(), by)));
    };
    let squares = Memo::new(move |_| legend(page));
    let label = spoken(move || description(page));
    let table = Callback::new(move |()| layers_table(page, layout));
    let twin = view! { <TableTwin caption="Layers of the network" table=table/> };
    view! {
        <Panel of=PANEL
            tools=view! { <span class="small">"blue +, orange \u{2212}"</span> <HelpButton term="links"/> {twin} }.into_any()
        >
            <div class="network" node_ref=frame style=move || format!("--tasks: {}", super::text::tasks(page))>
                <canvas node_ref=canvas aria-hidden="true" style=move || canvas_size(layout)/>
                <svg
                    role="img"
                    tabindex="0"
                    data-testid="network"
                    aria-label=move || label.get()
                    width=move || layout.with(|layout| layout.width)
                    height=move || layout.with(|layout| layout.height)
                    on:pointermove=hover
                    on:pointerdown=press
                    on:pointerleave=leave
                    on:keydown=keys
                >
                    {move || layout.with(|layout| outlines(page, layout))}
                    {move || layout.with(|layout| ring(layout, chosen.get()))}
                </svg>
                <Detail layout chosen close=Callback::new(move |()| { pinned.set(false); chosen.set(None); })/>
            </div>
            <div class="network-foot">
                <p class="legend small">{move || squares.get()}</p>
                <NetworkControls/>
            </div>
        </Panel>
    }
    .into_any()
}

fn canvas_size(layout: Memo<Layout>) -> String {
    layout.with(|layout| format!("width: {}px; height: {}px", layout.width, layout.height))
}

/// What is drawn once per network: bands of tasks, outlines of units, names.
fn outlines(page: Page, layout: &Layout) -> AnyView {
    let narrow = layout.width < NARROW;
    let band = |(task, &(x, y, width, height)): (usize, &(f64, f64, f64, f64))| {
        let title = move || match narrow {
            true => task_name(task).into(),
            false => page.lesson.with(|lesson| task_title(lesson, task)),
        };
        view! {
            <g style=format!("--task: {}", task_css(task))>
                <rect class="band" x=x y=y width=width height=height rx="6"/>
                <text class="band-name" x=x + width - 6.0 y=y + height / 2.0 + 4.0 text-anchor="end">{title}</text>
            </g>
        }
    };
    let unit = |size: f64| move |&(x, y): &(f64, f64)| view! { <rect x=x y=y width=size height=size rx="2"/> };
    let block = |block: &Block| {
        let colour = block.task.map_or("var(--line-strong)".into(), task_css);
        let units = block.units.iter().map(unit(block.size)).collect_view();
        let caption = caption(block);
        view! {
            <g class="units" style=format!("--outline: {colour}")>{units}</g>
            <text class="caption" x=block.foot.0 y=caption.1 text-anchor="middle">{caption.0}</text>
        }
    };
    let bands = layout.bands.iter().enumerate().map(band).collect_view();
    let blocks = layout.blocks.iter().map(block).collect_view();
    view! { <g>{bands} {blocks}</g> }.into_any()
}

/// What stands below a block, and where.
fn caption(block: &Block) -> (String, f64) {
    let hidden = block.hidden();
    let text = match block.part {
        _ if hidden > 0 && block.task.is_none() && block.room > 84.0 => format!("\u{2026}and {hidden} more"),
        _ if hidden > 0 => format!("\u{2026}+{hidden}"),
        Part::Input if block.count == 2 => "x1, x2".into(),
        Part::Input => format!("{} inputs", block.count),
        Part::Layer { index, .. } if block.task.is_none() => format!("layer {}", index + 1),
        _ => String::new(),
    };
    (text, block.foot.1 + 11.0)
}

/// The ring around the chosen unit.
fn ring(layout: &Layout, chosen: Option<(usize, usize)>) -> Option<AnyView> {
    let (block, unit) = chosen?;
    let block = layout.blocks.get(block)?;
    let (x, y) = block.units.get(unit)?;
    let size = block.size + 4.0;
    Some(view! { <rect class="ring" x=x - 2.0 y=y - 2.0 width=size height=size rx="4"/> }.into_any())
}

/// The network in a sentence.
fn description(page: Page) -> String {
    page.lesson.with(|lesson| {
        let widths: Vec<_> = lesson.trunk.iter().map(|layer| layer.width.to_string()).collect();
        let trunk = match widths.len() {
            0 => "no shared layers".into(),
            1 => format!("one shared layer of {} units", widths.concat()),
            _ => format!("shared layers of {} units", widths.join(", ")),
        };
        let count = lesson.tasks.len();
        let shows = if is_plane(&lesson.data.source) {
            "show its activation map"
        } else {
            "tell how closely it follows each task"
        };
        format!("Network with {trunk} and {count} task heads. Arrow keys choose a unit and {shows}.")
    })
}

/// The mean size of the weights into a layer, or into one of its units.
fn mean_weight(seen: &Seen, block: &Block, unit: Option<usize>) -> Option<f64> {
    let weights = match block.part {
        Part::Input => return None,
        Part::Layer { picture, .. } => &seen.picture.layers.get(picture)?.weights,
        Part::Output => seen.picture.outputs.get(block.task?)?,
    };
    let (first, by) = unit.map_or((0, 1), |unit| (unit, block.count.max(1)));
    let into = || weights.iter().skip(first).step_by(by);
    Some(into().map(|weight| f64::from(weight.abs())).sum::<f64>() / into().count().max(1) as f64)
}

/// The layers, and where the inputs are no plane below each the units that are shown.
fn layers_table(page: Page, layout: Memo<Layout>) -> Table {
    let tasks = super::text::tasks(page);
    let plane = page.lesson.with(|lesson| is_plane(&lesson.data.source));
    let followed = if plane { 0 } else { tasks };
    let mut head = ["layer", "units", "mean size of its weights"].map(String::from).to_vec();
    head.extend((0..followed).map(|task| format!("correlation with {}", task_name(task))));
    let dash = || super::text::DASH.to_string();
    let row = |block: &Block, unit: Option<usize>| {
        let mean = see(page, |seen| mean_weight(seen, block, unit)).flatten();
        let count = if unit.is_some() { String::new() } else { block.count.to_string() };
        let mut row = vec![unit_name(block, unit), count, mean.map_or_else(dash, super::text::short)];
        let told = see(page, |seen| {
            let of = |value: &f32| correlation_text(*value);
            Some(seen.correlations(block, unit?)?.iter().map(of).collect::<Vec<_>>())
        });
        row.extend(told.flatten().unwrap_or_else(|| vec![dash(); followed]));
        row
    };
    let rows_of = |block: &Block| {
        let units = if plane { 0 } else { block.units.len() };
        std::iter::once(None).chain((0..units).map(Some)).map(|unit| row(block, unit)).collect::<Vec<_>>()
    };
    Table { head, rows: layout.with(|layout| layout.blocks.iter().flat_map(rows_of).collect()) }
}
