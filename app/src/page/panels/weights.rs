//! Task weights, now and over time.

use super::draw::{Chart, ChartView};
use super::mark::{TaskMark, task_css};
use super::panel::{Panel, Table, TableTwin};
use super::series::{Lines, sampled, steps_per_epoch};
use super::text::{DASH, short, tasks};
use crate::charts::{Area, Drawn, Theme, WeightSeries, WeightsChart};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::protocol::CurvePoint;
use plotters_backend::DrawingBackend;

#[derive(Clone, Copy)]
struct WeightsView {
    page: Page,
    lines: StoredValue<Lines>,
}

impl Chart for WeightsView {
    const NAME: &'static str = "weights-chart";

    fn track(&self) {
        self.page.curves_version.track();
        self.page.lesson.track();
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>, theme: Theme) -> Drawn<DB> {
        let page = self.page;
        let per_epoch = steps_per_epoch(page);
        page.curves.with_value(|curves| self.lines.update_value(|lines| lines.update(curves, per_epoch)));
        let count = page.lesson.with_untracked(|lesson| lesson.tasks.len());
        self.lines.with_value(|lines| {
            let series = |task| WeightSeries { task, label: task_name(task).into(), weights: lines.of(task) };
            WeightsChart { series: (0..count).map(series).collect(), log: false, theme }.draw(area)
        })
    }

    fn label(&self) -> String {
        let Some(point) = self.page.latest.get() else {
            return "Task weights over epochs, nothing recorded yet".into();
        };
        let of_task = |(task, weight): (usize, &f32)| format!("{} {}", task_name(task), short(f64::from(*weight)));
        let all: Vec<_> = point.weights.iter().enumerate().map(of_task).collect();
        format!("Task weights over epochs. At epoch {}: {}.", point.epoch, all.join(", "))
    }
}

/// The task weights that the balancer uses.
#[component]
pub fn WeightsPanel() -> impl IntoView {
    let page = Page::get();
    let view = WeightsView { page, lines: StoredValue::new(Lines::new(|point| &point.weights)) };
    let weight =
        move |task: usize| page.latest.with(|point| point.as_ref().and_then(|point| point.weights.get(task).copied()));
    let decrease = move |task: usize| {
        page.latest.with(|point| point.as_ref().and_then(|point| point.decrease.get(task).copied()).unwrap_or(f32::NAN))
    };
    // Balancers differ in what their weights sum to: a bar shows the share.
    let share = move |task: usize| {
        let size = |task| weight(task).filter(|weight| weight.is_finite()).map_or(0.0, f32::abs);
        let share = size(task) / (0..tasks(page)).map(size).sum::<f32>().max(f32::MIN_POSITIVE);
        format!("transform: scaleX({:.3}); background: {}", share.clamp(0.0, 1.0), task_css(task))
    };
    let row = move |task: usize| {
        view! {
            <li>
                <TaskMark task/>
                <span class="bar" aria-hidden="true"><span style=move || share(task)></span></span>
                <span class="number" data-testid=format!("task-{task}-weight")>
                    <span class="steady">{move || or_dash(weight(task).unwrap_or(f32::NAN))}</span>
                </span>
                <span class="number" title="Expected decrease of the loss" data-testid=format!("task-{task}-decrease")>
                    <span class="steady">{move || or_dash(decrease(task))}</span>
                </span>
            </li>
        }
    };
    let length = move || page.latest.with(|point| point.as_ref().map_or(f32::NAN, |point| point.step_length));
    view! {
        <Panel title="Task weights" term="weight" class="panel-weights">
            <ul class="weights"><For each=move || 0..tasks(page) key=|task| *task children=row/></ul>
            <p class="small step-line">
                "The step should lower each task's loss by the number on the right. Its length at the shared layers: "
                <span class="number steady" data-testid="step-length">{move || or_dash(length())}</span>
            </p>
            <ChartView chart=view>
                <TableTwin caption="Task weights over epochs" table=Callback::new(move |()| table(page))/>
            </ChartView>
        </Panel>
    }
    .into_any()
}

/// A number, or a dash where there is none: before the first step, and under a balancer that has no
/// weights.
fn or_dash(value: f32) -> String {
    if value.is_finite() { short(f64::from(value)) } else { DASH.into() }
}

fn table(page: Page) -> Table {
    let count = tasks(page);
    let head =
        std::iter::once("epoch".to_string()).chain((0..count).map(|task| format!("weight of {}", task_name(task))));
    let row = |point: &CurvePoint| {
        let weights = (0..count).map(|task| or_dash(point.weights.get(task).copied().unwrap_or(f32::NAN)));
        std::iter::once(point.epoch.to_string()).chain(weights).collect()
    };
    let rows = page.curves.with_value(|curves| sampled(curves, 50).into_iter().map(row).collect());
    Table { head: head.collect(), rows }
}
