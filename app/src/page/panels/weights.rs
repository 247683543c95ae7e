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
    // The weights sum to the number of tasks: a bar shows the share.
    let share = move |task: usize| {
        let share = weight(task).filter(|weight| weight.is_finite()).unwrap_or(0.0) / tasks(page).max(1) as f32;
        format!("width: {:.1}%; background: {}", share.clamp(0.0, 1.0) * 100.0, task_css(task))
    };
    let row = move |task: usize| {
        view! {
            <li>
                <TaskMark task/>
                <span class="bar" aria-hidden="true"><span style=move || share(task)></span></span>
                <span class="number" data-testid=format!("task-{task}-weight")>
                    <span class="steady">{move || weight(task).map_or(DASH.into(), |weight| short(f64::from(weight)))}</span>
                </span>
            </li>
        }
    };
    view! {
        <Panel title="Task weights" term="weight" class="panel-weights">
            <ul class="weights"><For each=move || 0..tasks(page) key=|task| *task children=row/></ul>
            <ChartView chart=view>
                <TableTwin caption="Task weights over epochs" table=Callback::new(move |()| table(page))/>
            </ChartView>
        </Panel>
    }
    .into_any()
}

fn table(page: Page) -> Table {
    let count = tasks(page);
    let head =
        std::iter::once("epoch".to_string()).chain((0..count).map(|task| format!("weight of {}", task_name(task))));
    let row = |point: &CurvePoint| {
        let weights =
            (0..count).map(|task| point.weights.get(task).map_or(DASH.into(), |weight| short(f64::from(*weight))));
        std::iter::once(point.epoch.to_string()).chain(weights).collect()
    };
    let rows = page.curves.with_value(|curves| sampled(curves, 50).into_iter().map(row).collect());
    Table { head: head.collect(), rows }
}
