//! Losses over epochs, with the exact numbers beside the picture.

mod readings;

use super::cards::NumberControl;
use super::changes::{Changes, marks};
use super::draw::{Chart, ChartView, Pointer, Press};
use super::held::Held;
use super::panel::{Panel, TableTwin};
use super::series::{Lines, change_epochs, nearest, steps_per_epoch, time};
use super::text::{DASH, six, task_title};
use crate::charts::{Area, Drawn, LossChart, LossSeries, Theme};
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::{Kind, Value, task_name};
use mtl_core::lesson::lessons;
use plotters_backend::DrawingBackend;
use readings::{Readings, table};

/// A stretch of a smaller share of the chart's width is a click.
const SHORTEST: f64 = 0.02;

/// How much of the past a line keeps at first: the raw one stays behind it.
const SMOOTH: f64 = 0.6;

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
    single: StoredValue<Lines>,
    held: Held,
}

impl LossView {
    fn new(page: Page, smoothing: RwSignal<f64>) -> Self {
        let lines = |select| StoredValue::new(Lines::new(select));
        Self {
            page,
            smoothing,
            window: RwSignal::new(None),
            band: RwSignal::new(None),
            train: lines(|point| &point.train),
            valid: lines(|point| &point.valid),
            single: lines(|point| &point.single),
            held: Held::new(page),
        }
    }

    /// Brings the lines up to date and lends the chart over them, with its axis as it was drawn.
    fn with<T>(&self, theme: Theme, use_it: impl FnOnce(LossChart) -> T) -> Option<T> {
        let page = self.page;
        let per_epoch = steps_per_epoch(page);
        for lines in [self.train, self.valid, self.single] {
            page.curves.with_value(|curves| lines.update_value(|lines| lines.update(curves, per_epoch)));
        }
        let titles: Vec<String> =
            page.lesson.with_untracked(|lesson| (0..lesson.tasks.len()).map(|k| task_title(lesson, k)).collect());
        let (train, valid) = (self.train.try_read_value()?, self.valid.try_read_value()?);
        let single = self.single.try_read_value()?;
        let series = |(task, label): (usize, String)| LossSeries {
            task,
            label,
            train: train.of(task),
            valid: valid.of(task),
            single: single.of(task),
        };
        let changes = change_epochs(page);
        let cursor = page.cursor.get_untracked().map(|step| f64::from(step) / f64::from(per_epoch));
        Some(use_it(LossChart {
            series: titles.into_iter().enumerate().map(series).collect(),
            time: time(page),
            log: page.log_axis.get_untracked(),
            ends: self.held.axis(0),
            smoothing: self.smoothing.get_untracked(),
            changes: &changes,
            cursor,
            window: self.window.get_untracked(),
            band: self.band.get_untracked(),
            theme,
        }))
    }
}

impl Chart for LossView {
    const NAME: &'static str = "loss-chart";
    const TITLE: &'static str = "Losses over epochs";

    fn track(&self) {
        self.page.curves_version.track();
        self.page.changes.track();
        self.page.log_axis.track();
        self.page.prefs.log_time.track();
        self.page.cursor.track();
        self.page.lesson.track();
        self.smoothing.track();
        self.window.track();
        self.band.track();
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>, theme: Theme) -> Drawn<DB> {
        let drawn = self.with(theme, |mut chart| {
            if chart.window.is_none() {
                chart.ends = self.held.over(0, chart.rounding(), &[chart.extent()]).first().copied().flatten();
            }
            chart.draw(area)
        });
        drawn.unwrap_or(Ok(()))
    }

    fn label(&self) -> String {
        let Some(point) = self.page.latest.get() else { return "Losses over epochs, nothing recorded yet".into() };
        let number = |values: &[f32], task| values.get(task).map_or(DASH.into(), |value| six(*value));
        let of_task = |task: usize| {
            let (train, valid) = (number(&point.train, task), number(&point.valid, task));
            let alone = point.single.get(task).map(|loss| format!(", alone {}", six(*loss))).unwrap_or_default();
            format!("task {}: training {train}, validation {valid}{alone}", task_name(task))
        };
        let all: Vec<_> = (0..point.train.len()).map(of_task).collect();
        format!("Losses over epochs. At epoch {}, {}.", point.epoch, all.join("; "))
    }

    fn marks(&self) -> String {
        marks(self.page)
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
        let Some(plot) = self.with(pointer.theme, |chart| chart.plot(pointer.size)) else { return };
        let epoch = plot.epoch_at(at);
        let shortest = (plot.right - plot.left) * SHORTEST;
        match (press, begun) {
            (Press::Begins, _) => self.band.set(Some((epoch, epoch))),
            (Press::Goes, Some((from, _))) => self.band.set(Some((from, epoch))),
            (Press::Ends, Some((from, _))) => {
                self.band.set(None);
                if (plot.x_of(epoch) - plot.x_of(from)).abs() > shortest {
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

/// The line of the table.
pub(in crate::page) const PANEL: PanelLine = PanelLine {
    key: "loss",
    title: "Losses",
    term: "loss",
    panel: Some(lessons::Panel::Losses),
    place: Place::Loss,
    view: || view! { <LossPanel/> }.into_any(),
};

/// The losses of every task, training and validation.
#[component]
pub fn LossPanel() -> impl IntoView {
    let page = Page::get();
    let smoothing = RwSignal::new(SMOOTH);
    let smooth = Signal::derive(move || Value::Number(smoothing.get()));
    let set_smooth = Callback::new(move |given: Value| {
        let used = page.admit("loss-smoothing", SMOOTHING, &given, smooth.get_untracked());
        smoothing.set(used.number().unwrap_or(0.0));
    });
    let view = LossView::new(page, smoothing);
    // Another run has other epochs.
    Effect::new(move |_| {
        view.held.run();
        view.window.set(None);
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
            "log loss"
        </label>
        <label class="tool" title="Epochs by ratios, as learning goes; off: evenly. For every curve">
            <input
                type="checkbox"
                data-testid="log-time"
                prop:checked=move || page.prefs.log_time.get()
                on:change=move |event| page.prefs.log_time.set(event_target_checked(&event))
            />
            "log time"
        </label>
        <span class="tool" title="How much of the past a smoothed line keeps; the raw line stays visible">
            <label for="loss-smoothing">"smooth"</label>
            <NumberControl id="loss-smoothing".into() testid="loss-smoothing".into() label="smoothing" kind=SMOOTHING resets=false value=smooth set=set_smooth/>
        </span>
    };
    view! {
        <Panel of=PANEL tools=tools.into_any()>
            <ChartView chart=view>
                <TableTwin caption="Losses over epochs" table=Callback::new(move |()| table(page))/>
            </ChartView>
            <Changes/>
            <Readings/>
        </Panel>
    }
    .into_any()
}
