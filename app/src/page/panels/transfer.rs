//! Transfer gain: every task with the others against the same task alone.

mod over;
mod readings;

use super::draw::{Chart, ChartView};
use super::held::Held;
use super::panel::{HelpButton, Panel, TableTwin};
use super::text::task_title;
use crate::charts::{Area, Drawn, Ends, Theme, TransferChart, TransferRow};
use crate::page::gain::{gain_text, named};
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::lesson::lessons;
use mtl_core::measure::transfer::{TransferGain, Verdict};
use mtl_core::protocol::CurvePoint;
use over::sentence;
use plotters_backend::DrawingBackend;
use readings::{Readings, number, table};

/// What the chart and the table call the shared bottom of equal size.
const BESIDE: &str = "equal size";

/// How a gain is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// The headline.
    Best,
    /// One network at one step.
    OneStep,
    /// At this epoch.
    Now,
    /// The headline of the shared bottom of equal size.
    EqualSize,
}

impl Reading {
    /// The gains of all tasks at a recorded point.
    fn of(self, point: &CurvePoint) -> &[TransferGain] {
        match self {
            Self::Best => &point.transfer.best,
            Self::OneStep => &point.transfer.one_step,
            Self::Now => &point.transfer.now,
            Self::EqualSize => &point.matched_transfer,
        }
    }

    /// What scripts call a task's.
    fn id(self, task: usize) -> String {
        match self {
            Self::Best => format!("task-{task}-transfer"),
            Self::OneStep => format!("task-{task}-transfer-one-step"),
            Self::Now => format!("task-{task}-transfer-now"),
            Self::EqualSize => format!("task-{task}-matched-transfer"),
        }
    }

    /// What they call its verdict.
    fn verdict_id(self, task: usize) -> String {
        self.id(task).replace("transfer", "verdict")
    }

    /// What is seen of a task's newest gain. Tracks it.
    fn see<T>(self, page: Page, task: usize, see: impl FnOnce(Option<&TransferGain>) -> T) -> T {
        page.latest.with(|point| see(point.as_ref().and_then(|point| self.of(point).get(task))))
    }
}

/// The word for a gain with the field's name where it has one: `gains (positive transfer)`.
fn said(verdict: Verdict) -> String {
    let word = verdict.word();
    verdict.term().map_or_else(|| word.into(), |term| format!("{word} ({term})"))
}

/// Parameters of the shared bottom of equal size; 0 where none trains.
fn matched(page: Page) -> usize {
    page.summary.with(|summary| summary.as_ref().map_or(0, |summary| summary.matched_parameters))
}

#[derive(Clone, Copy)]
struct TransferView {
    page: Page,
    held: Held,
}

impl TransferView {
    fn rows(&self) -> Vec<TransferRow> {
        let page = self.page;
        let titles =
            page.lesson.with(|lesson| (0..lesson.tasks.len()).map(|task| task_title(lesson, task)).collect::<Vec<_>>());
        let row = |task: usize, label: String, reading: Reading| {
            let gain = reading.see(page, task, |gain| gain.cloned().unwrap_or_default());
            let number = named(&gain).map_or_else(String::new, |gain| gain_text(gain.mean).replace('-', "\u{2212}"));
            TransferRow {
                task,
                label,
                mean: gain.mean,
                number,
                low: gain.low,
                high: gain.high,
                seeds: gain.of_seeds().collect(),
                verdict: gain.verdict,
                beside: reading == Reading::EqualSize,
            }
        };
        let other = |task: usize| (matched(page) > 0).then(|| row(task, BESIDE.into(), Reading::EqualSize));
        let of_task = |(task, title)| std::iter::once(row(task, title, Reading::Best)).chain(other(task));
        titles.into_iter().enumerate().flat_map(of_task).collect()
    }
}

impl Chart for TransferView {
    const NAME: &'static str = "transfer-chart";
    const TITLE: &'static str = "Transfer gain per task";

    fn track(&self) {
        self.page.latest.track();
        self.page.lesson.track();
        self.page.summary.track();
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>, theme: Theme) -> Drawn<DB> {
        let mut chart = TransferChart { rows: untrack(|| self.rows()), ends: None, theme };
        chart.ends = self.held.over(0, Ends::Gain, &[Some(chart.extent())]).first().copied().flatten();
        chart.draw(area)
    }

    fn label(&self) -> String {
        let page = self.page;
        let Some(point) = page.latest.get() else { return "Transfer gain per task, nothing recorded yet".into() };
        let of_task = |(task, gain): (usize, &TransferGain)| {
            let other = point.matched_transfer.get(task).filter(|_| matched(page) > 0);
            let other = other.map(|gain| format!(" ({BESIDE} {})", number(Some(gain)))).unwrap_or_default();
            format!("task {} {}, {}{other}", task_name(task), number(Some(gain)), said(gain.verdict))
        };
        let all: Vec<_> = point.transfer.best.iter().enumerate().map(of_task).collect();
        format!("Transfer gain per task against learning alone: {}.", all.join("; "))
    }

    fn marks(&self) -> String {
        let marks = [&sentence(self.page), " Dots are seeds"].concat();
        match matched(self.page) {
            0 => marks,
            parameters => format!("{marks}; hollow: a shared bottom of {parameters} parameters"),
        }
    }
}

/// The line of the table.
pub(in crate::page) const PANEL: PanelLine = PanelLine {
    key: "transfer",
    title: "Transfer",
    term: "transfer",
    panel: Some(lessons::Panel::Transfer),
    place: Place::Transfer,
    view: || view! { <TransferPanel/> }.into_any(),
};

/// How much each task gains or loses by not being alone.
#[component]
pub fn TransferPanel() -> impl IntoView {
    let page = Page::get();
    let table = Callback::new(move |()| table(page));
    let tools = view! { <span class="small">"best, one step, now"</span> <HelpButton term="readings"/> }.into_any();
    view! {
        <Panel of=PANEL tools=tools>
            <ChartView chart=TransferView { page, held: Held::new(page) }>
                <TableTwin caption="Transfer gain per task" table=table/>
            </ChartView>
            <Readings/>
            <p class="small note" data-testid="transfer-over">{move || sentence(page)}</p>
        </Panel>
    }
    .into_any()
}
