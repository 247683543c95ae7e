//! Charts on a canvas, and canvases in general.

use super::backend::CanvasBackend;
use super::download::{save_png, save_svg};
use super::ratio::{pixel_ratio, track_pixel_ratio};
use super::{Job, observe_size};
use crate::charts::any_backend::AnyBackend;
use crate::charts::{Area, Drawn, Theme};
use crate::page::panels::text::spoken;
use crate::page::state::Page;
use leptos::{ev, html, prelude::*};
use plotters::drawing::IntoDrawingArea;
use plotters_backend::DrawingBackend;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Where the pointer is on a chart.
#[derive(Clone, Copy, Debug)]
pub struct Pointer {
    /// In device pixels.
    pub at: (f64, f64),
    /// The chart in device pixels.
    pub size: (u32, u32),
    /// What the chart is drawn with.
    pub theme: Theme,
}

/// What the main button of the mouse does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// It goes down.
    Begins,
    /// It is down, and the pointer moves.
    Goes,
    /// It is let go.
    Ends,
}

/// A chart of the page: its numbers come from the page's signals.
pub trait Chart: Copy + Send + Sync + 'static {
    /// Name of downloads, and of the canvas for scripts.
    const NAME: &'static str;

    /// What a saved picture is called.
    const TITLE: &'static str;

    /// Reads every signal that makes a new drawing necessary.
    fn track(&self);

    /// Draws on any backend.
    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>, theme: Theme) -> Drawn<DB>;

    /// What somebody who doesn't see the chart should know, in a sentence or two.
    fn label(&self) -> String;

    /// What the marks of a saved picture mean, where the chart itself doesn't say it.
    fn marks(&self) -> String {
        String::new()
    }

    /// The pointer moved over the chart, or left it.
    fn point(&self, _pointer: Option<Pointer>) {}

    /// An arrow key was pressed on the chart: steps to the right, negative to the left.
    fn step(&self, _by: i32) {}

    /// The mouse draws a stretch on the chart.
    fn drag(&self, _pointer: Pointer, _press: Press) {}

    /// The chart was double-clicked.
    fn whole(&self) {}
}

/// Gives a canvas that many pixels, if it hasn't got them. A change clears it.
pub fn fit(canvas: &HtmlCanvasElement, (width, height): (u32, u32)) {
    if canvas.width() != width {
        canvas.set_width(width);
    }
    if canvas.height() != height {
        canvas.set_height(height);
    }
}

/// The context of a canvas.
pub fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// A canvas that is not shown.
pub fn scratch() -> Option<HtmlCanvasElement> {
    web_sys::window()?.document()?.create_element("canvas").ok()?.dyn_into().ok()
}

/// A chart of any type: what is around charts is compiled once, not once for each.
pub(super) trait AnyChart: Send + Sync {
    fn name(&self) -> &'static str;
    fn title(&self) -> &'static str;
    fn marks(&self) -> String;
    fn track(&self);
    fn draw(&self, area: &Area<AnyBackend<'_>>, theme: Theme) -> Drawn<AnyBackend<'static>>;
    fn label(&self) -> String;
    fn point(&self, pointer: Option<Pointer>);
    fn step(&self, by: i32);
    fn drag(&self, pointer: Pointer, press: Press);
    fn whole(&self);
}

impl<C: Chart> AnyChart for C {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn title(&self) -> &'static str {
        C::TITLE
    }

    fn marks(&self) -> String {
        Chart::marks(self)
    }

    fn track(&self) {
        Chart::track(self);
    }

    fn draw(&self, area: &Area<AnyBackend<'_>>, theme: Theme) -> Drawn<AnyBackend<'static>> {
        Chart::draw(self, area, theme)
    }

    fn label(&self) -> String {
        Chart::label(self)
    }

    fn point(&self, pointer: Option<Pointer>) {
        Chart::point(self, pointer);
    }

    fn step(&self, by: i32) {
        Chart::step(self, by);
    }

    fn drag(&self, pointer: Pointer, press: Press) {
        Chart::drag(self, pointer, press);
    }

    fn whole(&self) {
        Chart::whole(self);
    }
}

/// A chart: its canvas, and a foot with what is given and the downloads.
#[component]
pub fn ChartView<C: Chart>(
    /// The chart.
    chart: C,
    /// What stands beside the downloads.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    chart_view(Arc::new(chart), children)
}

fn chart_view(chart: Arc<dyn AnyChart>, children: Option<Children>) -> AnyView {
    let page = Page::get();
    let canvas = NodeRef::<html::Canvas>::new();
    let frame = NodeRef::<html::Div>::new();
    let size = observe_size(move || frame.get().map(|div| div.unchecked_into()));
    // What the canvas shows: the pointer goes by that, whatever has changed since.
    let shown = StoredValue::new(None::<(Theme, (u32, u32))>);

    let drawn = chart.clone();
    let job = Job::chart(move || {
        let Some(canvas) = canvas.get_untracked() else { return };
        let theme = Theme::new(page.dark.get_untracked(), pixel_ratio());
        let (width, height) = size.get_untracked();
        let pixels = (theme.px(width).round() as u32, theme.px(height).round() as u32);
        if pixels.0 < 40 || pixels.1 < 40 {
            return;
        }
        fit(&canvas, pixels);
        shown.set_value(Some((theme, pixels)));
        if let Some(backend) = CanvasBackend::new(HtmlCanvasElement::clone(&canvas)) {
            let _ = drawn.draw(&AnyBackend::new(backend, 1.0).into_drawing_area(), theme);
        }
    });
    let tracked = chart.clone();
    Effect::new(move |_| {
        size.track();
        track_pixel_ratio();
        page.dark.track();
        tracked.track();
        job.mark();
    });

    let pointed = chart.clone();
    let pointer = move |event: ev::PointerEvent| {
        let Some((theme, size)) = shown.get_value() else { return };
        let at = (theme.px(f64::from(event.offset_x())), theme.px(f64::from(event.offset_y())));
        let pointer = Pointer { at, size, theme };
        pointed.point(Some(pointer));
        if event.pointer_type() != "mouse" {
            return;
        }
        match event.type_().as_str() {
            "pointerdown" if event.button() == 0 => {
                // What is drawn beyond the edge still ends here.
                let _ = event_target::<web_sys::Element>(&event).set_pointer_capture(event.pointer_id());
                pointed.drag(pointer, Press::Begins);
            }
            "pointerup" => pointed.drag(pointer, Press::Ends),
            _ => pointed.drag(pointer, Press::Goes),
        }
    };
    let stepped = chart.clone();
    let keys = move |event: ev::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            "PageUp" => -10,
            "PageDown" => 10,
            "Escape" => return stepped.point(None),
            _ => return,
        };
        event.prevent_default();
        stepped.step(by);
    };
    let name = chart.name();
    let (told, left, blurred, whole) = (chart.clone(), chart.clone(), chart.clone(), chart.clone());
    let label = spoken(move || told.label());
    let saved = chart.clone();
    let save_as_svg = move |_| save_svg(page, &*saved, size.get_untracked());
    let save_as_png = move |_| save_png(page, &*chart, size.get_untracked());
    view! {
        <div class="chart" node_ref=frame>
            <canvas
                node_ref=canvas
                role="img"
                tabindex="0"
                data-testid=name
                aria-label=move || label.get()
                on:pointermove=pointer.clone()
                on:pointerdown=pointer.clone()
                on:pointerup=pointer
                on:dblclick=move |_| whole.whole()
                on:pointerleave=move |event| {
                    // A finger that is lifted leaves its reading on the screen.
                    if event.pointer_type() == "mouse" {
                        left.point(None);
                    }
                }
                on:blur=move |_| blurred.point(None)
                on:keydown=keys
            />
        </div>
        <div class="chart-foot">
            {children.map(|children| children())}
            <span class="chart-save">
                <button type="button" class="quiet" title="Save this chart as SVG" on:click=save_as_svg>"SVG"</button>
                <button type="button" class="quiet" title="Save this chart as PNG" on:click=save_as_png>"PNG"</button>
            </span>
        </div>
    }
    .into_any()
}
