//! How much each task counts, now and over time.

use super::changes::marks;
use super::draw::{Chart, ChartView};
use super::held::Held;
use super::mark::{TaskMark, task_css};
use super::panel::{Panel, Table, TableTwin};
use super::series::{Lines, change_epochs, sampled, steps_per_epoch, time};
use super::text::{DASH, short, tasks};
use super::weighing::scales;
use crate::charts::scale::format_short;
use crate::charts::{Area, Drawn, Ends, Theme, WeightSeries, WeightsChart};
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::lesson::lessons;
use mtl_core::protocol::CurvePoint;
use plotters_backend::DrawingBackend;

#[derive(Clone, Copy)]
struct WeightsView {
    page: Page,
    /// Task weights times loss scales, as they were when they came.
    lines: StoredValue<Lines>,
    held: Held,
}

impl WeightsView {
    /// Takes in new points, also while nothing is drawn: their loss scales are those of now.
    fn renew(&self) {
        let (per_epoch, scales) = (steps_per_epoch(self.page), untrack(|| scales(self.page)));
        self.page.curves.with_value(|curves| {
            self.lines.update_value(|lines| lines.update_times(curves, per_epoch, &scales));
        });
    }
}

impl Chart for WeightsView {
    const NAME: &'static str = "weights-chart";
    const TITLE: &'static str = "Effective task weights over epochs";

    fn track(&self) {
        self.page.curves_version.track();
        self.page.changes.track();
        self.page.prefs.log_time.track();
        self.page.lesson.track();
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>, theme: Theme) -> Drawn<DB> {
        self.renew();
        let count = self.page.lesson.with_untracked(|lesson| lesson.tasks.len());
        let changes = change_epochs(self.page);
        self.lines.with_value(|lines| {
            let series = |task| WeightSeries { task, label: task_name(task).into(), weights: lines.of(task) };
            let series = (0..count).map(series).collect();
            let time = time(self.page);
            let mut chart = WeightsChart { series, time, ends: None, changes: &changes, theme };
            chart.ends = self.held.over(0, Ends::Even, &[chart.extent()]).first().copied().flatten();
            chart.draw(area)
        })
    }

    fn label(&self) -> String {
        let page = self.page;
        let Some(point) = page.latest.get() else {
            return "Effective task weights over epochs, nothing recorded yet".into();
        };
        let of_task = |task: usize| format!("{} {}", task_name(task), or_dash(effective(page, task)));
        let all: Vec<_> = (0..tasks(page)).map(of_task).collect();
        format!("Effective task weights over epochs. At epoch {}: {}.", point.epoch, all.join(", "))
    }

    fn marks(&self) -> String {
        marks(self.page)
    }
}

/// A number of the newest point; not a number where there is none.
fn latest(page: Page, task: usize, select: fn(&CurvePoint) -> &[f32]) -> f64 {
    let number = page.latest.with(|point| select(point.as_deref()?).get(task).copied());
    number.map_or(f64::NAN, f64::from)
}

/// By how much a task counts now: its weight times its loss scale.
fn effective(page: Page, task: usize) -> f64 {
    latest(page, task, |point| &point.weights) * scales(page).get(task).copied().unwrap_or(1.0)
}

/// The line of the table.
pub(in crate::page) const PANEL: PanelLine = PanelLine {
    key: "weights",
    title: "Task weights",
    term: "weight",
    panel: Some(lessons::Panel::Weights),
    place: Place::Weights,
    view: || view! { <WeightsPanel/> }.into_any(),
};

/// The effective task weights, where they differ: the balancer's own times loss scales.
#[component]
pub fn WeightsPanel() -> impl IntoView {
    let page = Page::get();
    let lines = StoredValue::new(Lines::new(|point| &point.weights));
    let view = WeightsView { page, lines, held: Held::new(page) };
    Effect::new(move |_| {
        page.curves_version.track();
        view.renew();
    });
    let scaled = Memo::new(move |_| scales(page).iter().any(|scale| *scale != 1.0));
    // Balancers differ in what their weights sum to: a bar shows the share.
    let share = move |task: usize| {
        let size = |task| Some(effective(page, task).abs()).filter(|weight| weight.is_finite()).unwrap_or(0.0);
        let share = size(task) / (0..tasks(page)).map(size).sum::<f64>().max(f64::MIN_POSITIVE);
        format!("transform: scaleX({:.3}); background: {}", share.clamp(0.0, 1.0), task_css(task))
    };
    let factor = move |task: usize| scales(page).get(task).map(|scale| format!("\u{d7} {}", format_short(*scale)));
    let row = move |task: usize| {
        view! {
            <li>
                <TaskMark task/>
                <span class="bar" aria-hidden="true"><span style=move || share(task)></span></span>
                <strong class="number effective" title="Effective weight: task weight times loss scale" data-testid=format!("task-{task}-effective")>
                    <span class="steady">{move || or_dash(effective(page, task))}</span>
                </strong>
                <span class="number own" title="Task weight times loss scale">
                    <span data-testid=format!("task-{task}-weight")>{move || own(latest(page, task, |point| &point.weights))}</span>
                    " " {move || factor(task)}
                </span>
                <span class="number" title="Expected decrease of the loss" data-testid=format!("task-{task}-decrease")>
                    <span class="steady">{move || own(latest(page, task, |point| point.recorded("decrease")))}</span>
                </span>
            </li>
        }
    };
    let length = move || {
        page.latest.with(|point| {
            point
                .as_ref()
                .map_or(f64::NAN, |point| point.recorded("step-length").first().copied().map_or(f64::NAN, f64::from))
        })
    };
    view! {
        <Panel of=PANEL>
            <ul class="weights" class:scaled=move || scaled.get()><For each=move || 0..tasks(page) key=|task| *task children=row/></ul>
            <p class="small step-line">
                "Bold: weight \u{d7} loss scale, by which a task counts. Right: what the step should take off its loss (below zero: add to it). Length of the step: "
                <span class="number steady" data-testid="step-length">{move || own(length())}</span>
            </p>
            <ChartView chart=view>
                <TableTwin caption="Effective task weights over epochs, with the balancer's own" table=Callback::new(move |()| table(view))/>
            </ChartView>
        </Panel>
    }
    .into_any()
}

/// A number as the balancer gives it, or a dash where there is none: before the first step, and under a
/// balancer that has no weights.
fn own(value: f64) -> String {
    if value.is_finite() { short(value) } else { DASH.into() }
}

/// The same without needless zeros.
fn or_dash(value: f64) -> String {
    if value.is_finite() { format_short(value) } else { DASH.into() }
}

fn table(view: WeightsView) -> Table {
    let page = view.page;
    let count = tasks(page);
    let columns =
        (0..count).flat_map(|task| ["effective weight", "weight"].map(|kind| format!("{kind} of {}", task_name(task))));
    let head = std::iter::once("epoch".to_string()).chain(columns).collect();
    let row = |point: &CurvePoint, lines: &Lines| {
        let of_task = |task: usize| {
            let weight = point.weights.get(task).map_or(f64::NAN, |weight| f64::from(*weight));
            [or_dash(lines.at(task, point.step).unwrap_or(f64::NAN)), own(weight)]
        };
        std::iter::once(point.epoch.to_string()).chain((0..count).flat_map(of_task)).collect()
    };
    let rows = page.curves.with_value(|curves| {
        view.lines.with_value(|lines| sampled(curves, 50).into_iter().map(|point| row(point, lines)).collect())
    });
    Table { head, rows }
}
