//! The network as a picture: units with their activation maps, links by weight and sign.

mod controls;
mod detail;
mod layout;
mod paint;

use super::draw::{Job, fit, observe_size, pixel_ratio, track_pixel_ratio};
use super::mark::task_css;
use super::panel::{HelpButton, Panel, Table, TableTwin};
use super::predictions::map_gap;
use super::text::{spoken, task_title};
use crate::charts::Theme;
use crate::page::state::Page;
use controls::NetworkControls;
use detail::{Detail, unit_name};
use layout::{Block, Layout, NARROW, Part, Shape};
use leptos::{ev, html, prelude::*};
use mtl_core::config::{Config, LossKind, task_name};
use paint::{Scratch, paint};
use wasm_bindgen::JsCast;

/// The layout of the lesson's network, renewed when its shape or the width of the picture changes.
fn layout_of(page: Page, size: RwSignal<(f64, f64)>) -> Memo<Layout> {
    let shape = Memo::new(move |_| {
        let inputs = page.summary.with(|summary| summary.as_ref().map_or(2, |summary| summary.inputs));
        page.lesson.with(|lesson| {
            let inputs = if mtl_core::data::is_plane(&lesson.data.source) { 2 } else { inputs };
            Shape::new(lesson, inputs)
        })
    });
    Memo::new(move |_| Layout::new(&shape.get(), size.get().0))
}

/// Per task: whether its outputs are probabilities.
pub fn chances(config: &Config) -> Vec<bool> {
    config.tasks.iter().map(|task| matches!(task.loss, LossKind::Bce | LossKind::Ce)).collect()
}

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
            let chances = page.lesson.with_untracked(|lesson| chances(lesson));
            layout.with_untracked(|layout| {
                let pixels = |css: f64| (css * theme.scale).round() as u32;
                fit(&canvas, (pixels(layout.width), pixels(layout.height)));
                page.picture.with_untracked(|picture| {
                    scratch.with_value(|scratch| {
                        if let Some(scratch) = scratch {
                            paint(
                                &canvas,
                                scratch,
                                layout,
                                picture.as_deref(),
                                chosen.get_untracked(),
                                &chances,
                                theme,
                            );
                        }
                    });
                });
            });
        },
    );
    Effect::new(move |_| {
        layout.track();
        track_pixel_ratio();
        page.picture.track();
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
    let label = spoken(move || description(page));
    let table = Callback::new(move |()| layers_table(page, layout));
    let twin = view! { <TableTwin caption="Layers of the network" table=table/> };
    view! {
        <Panel
            title="Network"
            term="trunk"
            class="panel-network"
            tools=view! { <span class="small">"blue +, orange \u{2212}"</span> <HelpButton term="links"/> {twin} }.into_any()
        >
            <div class="network" node_ref=frame style=move || format!("height: {}px", layout.with(|layout| layout.height))>
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
            <NetworkControls/>
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
        format!("Network with {trunk} and {count} task heads. Arrow keys choose a unit and show its activation map.")
    })
}

fn layers_table(page: Page, layout: Memo<Layout>) -> Table {
    let head = ["layer", "units", "mean size of its weights"].map(String::from).to_vec();
    let mean = |block: &Block| {
        page.picture.with(|picture| {
            let picture = picture.as_ref()?;
            let weights = match block.part {
                Part::Input => return None,
                Part::Layer { picture: index, .. } => &picture.layers.get(index)?.weights,
                Part::Output => picture.outputs.get(block.task?)?,
            };
            let sum: f64 = weights.iter().map(|weight| f64::from(weight.abs())).sum();
            Some(super::text::short(sum / weights.len().max(1) as f64))
        })
    };
    let row = |block: &Block| {
        vec![unit_name(block, None), block.count.to_string(), mean(block).unwrap_or_else(|| super::text::DASH.into())]
    };
    Table { head, rows: layout.with(|layout| layout.blocks.iter().map(row).collect()) }
}
