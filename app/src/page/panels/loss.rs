//! Losses over epochs, with the exact numbers beside the picture.

use super::cards::NumberControl;
use super::draw::{Chart, ChartView, Pointer, Press};
use super::mark::TaskMark;
use super::panel::{Panel, Table, TableTwin};
use super::series::{Lines, nearest, sampled, steps_per_epoch};
use super::text::{DASH, six, task_title, tasks};
use crate::charts::{Area, Drawn, LossChart, LossSeries, Theme};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::{Kind, Value, task_name};
use mtl_core::protocol::CurvePoint;
use plotters_backend::DrawingBackend;

/// A stretch of a smaller share of the epochs is a click.
const SHORTEST: f64 = 0.02;

/// How much of the past a smoothed line keeps.
const SMOOTHING: Kind = Kind::Number { min: 0.0, max: 0.95, log: false, inherits: false };

#[derive(Clone, Copy)]
struct LossView {
    page: Page,
    smoothing: RwSignal<f64>,
    window: RwSignal<Option<(f64, f64)>>,
    band: RwSignal<Option<(f64, f64)>>,
    train: StoredValue<Lines>,
    valid: StoredValue<Lines>,
}

impl LossView {
    fn new(page: Page, smoothing: RwSignal<f64>) -> Self {
        let lines = |select| StoredValue::new(Lines::new(select));
        let (window, band) = (RwSignal::new(None), RwSignal::new(None));
        Self { page, smoothing, window, band, train: lines(|point| &point.train), valid: lines(|point| &point.valid) }
    }

    /// Brings the lines up to date and lends the chart over them.
    fn with<T>(&self, theme: Theme, use_it: impl FnOnce(LossChart) -> T) -> Option<T> {
        let page = self.page;
        let per_epoch = steps_per_epoch(page);
        for lines in [self.train, self.valid] {
            page.curves.with_value(|curves| lines.update_value(|lines| lines.update(curves, per_epoch)));
        }
        let titles: Vec<String> =
            page.lesson.with_untracked(|lesson| (0..lesson.tasks.len()).map(|k| task_title(lesson, k)).collect());
        self.train.try_with_value(|train| {
            self.valid.try_with_value(|valid| {
                let series = |(task, label): (usize, String)| LossSeries {
                    task,
                    label,
                    train: train.of(task),
                    valid: valid.of(task),
                };
                let cursor = page.cursor.get_untracked().map(|step| f64::from(step) / f64::from(per_epoch));
                use_it(LossChart {
                    series: titles.into_iter().enumerate().map(series).collect(),
                    log: page.log_axis.get_untracked(),
                    smoothing: self.smoothing.get_untracked(),
                    cursor,
                    window: self.window.get_untracked(),
                    band: self.band.get_untracked(),
                    theme,
                })
            })
        })?
    }
}

impl Chart for LossView {
    const NAME: &'static str = "loss-chart";

    fn track(&self) {
        self.page.curves_version.track();
        self.page.log_axis.track();
        self.page.cursor.track();
        self.page.lesson.track();
        self.smoothing.track();
        self.window.track();
        self.band.track();
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>, theme: Theme) -> Drawn<DB> {
        self.with(theme, |chart| chart.draw(area)).unwrap_or(Ok(()))
    }

    fn label(&self) -> String {
        let Some(point) = self.page.latest.get() else { return "Losses over epochs, nothing recorded yet".into() };
        let number = |values: &[f32], task| values.get(task).map_or(DASH.into(), |value| six(*value));
        let of_task = |task: usize| {
            let (train, valid) = (number(&point.train, task), number(&point.valid, task));
            format!("task {}: training {train}, validation {valid}", task_name(task))
        };
        let all: Vec<_> = (0..point.train.len()).map(of_task).collect();
        format!("Losses over epochs. At epoch {}, {}.", point.epoch, all.join("; "))
    }

    fn point(&self, pointer: Option<Pointer>) {
        let step = pointer.and_then(|pointer| {
            let epoch = self.with(pointer.theme, |chart| chart.plot(pointer.size).epoch_at(pointer.at.0))?;
            let wanted = (epoch * f64::from(steps_per_epoch(self.page))).round().clamp(0.0, 4e9) as u32;
            self.page.curves.with_value(|curves| nearest(curves, wanted).map(|point| point.step))
        });
        if self.page.cursor.get_untracked() != step {
            self.page.cursor.set(step);
        }
    }

    fn step(&self, by: i32) {
        move_cursor(self.page, by);
    }

    fn drag(&self, pointer: Pointer, press: Press) {
        let (at, begun) = (pointer.at.0, self.band.get_untracked());
        let place = |chart: LossChart| {
            let plot = chart.plot(pointer.size);
            let (first, last) = plot.x.range();
            (plot.epoch_at(at), (last - first) * SHORTEST)
        };
        let Some((epoch, shortest)) = self.with(pointer.theme, place) else { return };
        match (press, begun) {
            (Press::Begins, _) => self.band.set(Some((epoch, epoch))),
            (Press::Goes, Some((from, _))) => self.band.set(Some((from, epoch))),
            (Press::Ends, Some((from, _))) => {
                self.band.set(None);
                if (epoch - from).abs() > shortest {
                    self.window.set(Some((from.min(epoch), from.max(epoch))));
                }
            }
            _ => {}
        }
    }

    fn whole(&self) {
        self.window.set(None);
    }
}

/// Moves the cursor by recorded points, from the newest one where there is none yet.
fn move_cursor(page: Page, by: i32) {
    let next = page.curves.with_value(|curves| {
        let last = curves.len().checked_sub(1)?;
        let now = page.cursor.get_untracked().map_or(last, |step| curves.partition_point(|point| point.step < step));
        let next = now.saturating_add_signed(by as isize).min(last);
        curves.get(next).map(|point| point.step)
    });
    page.cursor.set(next);
}

/// The losses of every task, training and validation.
#[component]
pub fn LossPanel() -> impl IntoView {
    let page = Page::get();
    let smoothing = RwSignal::new(0.0);
    let smooth = Signal::derive(move || Value::Number(smoothing.get()));
    let set_smooth = Callback::new(move |given: Value| {
        let used = page.admit("loss-smoothing", SMOOTHING, &given, smooth.get_untracked());
        smoothing.set(used.number().unwrap_or(0.0));
    });
    let view = LossView::new(page, smoothing);
    // Another run has other epochs.
    Effect::new(move |_| {
        page.curves_version.track();
        if page.curves.with_value(Vec::is_empty) {
            view.window.set(None);
        }
    });
    let all = move || {
        let back = "Show all epochs: double-click on the chart does it, too";
        let shown = view.window.get().is_some();
        shown.then(|| view! { <button type="button" class="quiet" data-testid="loss-all" title=back on:click=move |_| view.window.set(None)>"all epochs"</button> })
    };
    let tools = view! {
        {all}
        <label class="tool" title="Key L">
            <input
                type="checkbox"
                prop:checked=move || page.log_axis.get()
                on:change=move |event| page.log_axis.set(event_target_checked(&event))
            />
            "log"
        </label>
        <span class="tool" title="How much of the past a smoothed line keeps; the raw line stays visible">
            <label for="loss-smoothing">"smooth"</label>
            <NumberControl id="loss-smoothing".into() testid="loss-smoothing".into() label="smoothing" kind=SMOOTHING resets=false value=smooth set=set_smooth/>
        </span>
    };
    view! {
        <Panel title="Losses" term="loss" class="panel-loss" tools=tools.into_any()>
            <ChartView chart=view>
                <TableTwin caption="Losses over epochs" table=Callback::new(move |()| table(page))/>
            </ChartView>
            <Readings/>
        </Panel>
    }
    .into_any()
}

/// The current losses, exactly, and those under the pointer.
#[component]
fn Readings() -> impl IntoView {
    let page = Page::get();
    let under = Memo::new(move |_| {
        page.curves_version.track();
        let step = page.cursor.get()?;
        page.curves.with_value(|curves| nearest(curves, step).cloned())
    });
    let current = move |task: usize, select: fn(&CurvePoint) -> &[f32]| {
        page.latest.with(|point| value(point.as_deref(), task, select))
    };
    let pointed = move |task: usize, select: fn(&CurvePoint) -> &[f32]| {
        under.with(|point| point.as_ref().map(|point| value(Some(point), task, select)))
    };
    let row = move |task: usize| {
        view! {
            <tr>
                <th scope="row"><TaskMark task/></th>
                <td data-testid=format!("task-{task}-train-loss")>
                    <span class="steady">{move || current(task, |point| &point.train)}</span>
                </td>
                <td data-testid=format!("task-{task}-valid-loss")>
                    <span class="steady">{move || current(task, |point| &point.valid)}</span>
                </td>
                <td class="pointed">{move || pointed(task, |point| &point.train)}</td>
                <td class="pointed">{move || pointed(task, |point| &point.valid)}</td>
            </tr>
        }
    };
    let heading =
        move || under.with(|point| point.as_ref().map(|point| format!("epoch {}, step {}", point.epoch, point.step)));
    view! {
        <table class="readings">
            <thead>
                <tr>
                    <th scope="col">"task"</th>
                    <th scope="col">"training"</th>
                    <th scope="col">"validation"</th>
                    <th scope="colgroup" colspan="2" class="pointed"><span class="unseen">"under the pointer"</span> {heading}</th>
                </tr>
            </thead>
            <tbody><For each=move || 0..tasks(page) key=|task| *task children=row/></tbody>
        </table>
    }
    .into_any()
}

fn value(point: Option<&CurvePoint>, task: usize, select: fn(&CurvePoint) -> &[f32]) -> String {
    point.and_then(|point| select(point).get(task).copied()).map_or(DASH.into(), six)
}

fn table(page: Page) -> Table {
    let count = tasks(page);
    let columns =
        (0..count).flat_map(|task| ["training", "validation"].map(|kind| format!("{} {kind}", task_name(task))));
    let head = ["epoch", "step"].into_iter().map(String::from).chain(columns).collect();
    let row = |point: &CurvePoint| {
        let losses = (0..count).flat_map(|task| {
            [value(Some(point), task, |point| &point.train), value(Some(point), task, |point| &point.valid)]
        });
        [point.epoch.to_string(), point.step.to_string()].into_iter().chain(losses).collect()
    };
    Table { head, rows: page.curves.with_value(|curves| sampled(curves, 50).into_iter().map(row).collect()) }
}
