//! Transfer gain: every task beside the others against the same task alone.

use super::draw::{Chart, ChartView};
use super::mark::TaskMark;
use super::panel::{Panel, Table, TableTwin};
use super::text::{DASH, percent, task_title, tasks};
use crate::charts::{Area, Drawn, Theme, TransferChart, TransferRow, Verdict};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::measure::transfer::{self, TransferGain};
use plotters_backend::DrawingBackend;

/// The verdict in the charts' words.
fn verdict(gain: &TransferGain) -> Verdict {
    match gain.verdict {
        transfer::Verdict::Positive => Verdict::Positive,
        transfer::Verdict::Negative => Verdict::Negative,
        transfer::Verdict::NoDifference => Verdict::NoDifference,
        transfer::Verdict::Undefined => Verdict::Undefined,
    }
}

/// The gain as a signed percentage, or a dash where nobody can state it.
fn gain_text(gain: Option<&TransferGain>) -> String {
    match gain {
        Some(gain) if gain.verdict != transfer::Verdict::Undefined => percent(gain.mean),
        _ => DASH.into(),
    }
}

/// The interval in words.
fn interval_text(gain: Option<&TransferGain>) -> String {
    match gain {
        Some(gain) if gain.verdict == transfer::Verdict::Undefined => DASH.into(),
        Some(gain) if gain.low.is_finite() && gain.high.is_finite() => {
            format!("{} to {}", percent(gain.low).trim_end_matches(" %"), percent(gain.high))
        }
        Some(_) => "one seed, no interval".into(),
        None => DASH.into(),
    }
}

#[derive(Clone, Copy)]
struct TransferView(Page);

impl Chart for TransferView {
    const NAME: &'static str = "transfer-chart";

    fn track(&self) {
        self.0.latest.track();
        self.0.lesson.track();
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>, theme: Theme) -> Drawn<DB> {
        let titles: Vec<String> =
            self.0.lesson.with_untracked(|lesson| (0..lesson.tasks.len()).map(|k| task_title(lesson, k)).collect());
        let rows = self.0.latest.with_untracked(|point| {
            let row = |(task, label): (usize, String)| {
                let unknown = TransferGain::undefined();
                let gain = point.as_ref().and_then(|point| point.transfer.get(task)).unwrap_or(&unknown);
                TransferRow { task, label, mean: gain.mean, low: gain.low, high: gain.high, verdict: verdict(gain) }
            };
            titles.into_iter().enumerate().map(row).collect()
        });
        TransferChart { rows, theme }.draw(area)
    }

    fn label(&self) -> String {
        let Some(point) = self.0.latest.get() else { return "Transfer gain per task, nothing recorded yet".into() };
        let of_task = |(task, gain): (usize, &TransferGain)| {
            format!("task {} {}, {}", task_name(task), gain_text(Some(gain)), verdict(gain).text())
        };
        let all: Vec<_> = point.transfer.iter().enumerate().map(of_task).collect();
        format!("Transfer gain per task against learning alone: {}.", all.join("; "))
    }
}

/// How much each task gains or loses by not being alone.
#[component]
pub fn TransferPanel() -> impl IntoView {
    let page = Page::get();
    let gain =
        move |task: usize| page.latest.with(|point| point.as_ref().and_then(|point| point.transfer.get(task).cloned()));
    let final_gain =
        move |task: usize| page.latest.with(|point| point.as_ref()?.best.as_ref()?.transfer.get(task).cloned());
    let words = move |task: usize| {
        let gain = gain(task);
        let word = gain.as_ref().map_or(Verdict::Undefined, verdict).text();
        if word == DASH { String::new() } else { word.to_string() }
    };
    let class = move |task: usize| match gain(task).as_ref().map(|gain| gain.verdict) {
        Some(transfer::Verdict::Positive) => "verdict good",
        Some(transfer::Verdict::Negative) => "verdict bad",
        _ => "verdict",
    };
    let row = move |task: usize| {
        view! {
            <tr>
                <th scope="row"><TaskMark task/></th>
                <td class="number" data-testid=format!("task-{task}-transfer")>
                    <span class="steady">{move || gain_text(gain(task).as_ref())}</span>
                </td>
                <td>
                    <span class=move || class(task)>{move || words(task)}</span>
                    <span class="interval">{move || interval_text(gain(task).as_ref())}</span>
                </td>
            </tr>
        }
    };
    let table = Callback::new(move |()| {
        let head = ["task", "transfer gain", "verdict", "95 % interval", "on test rows", "interval on test rows"];
        let row = |task: usize| {
            let (now, end) = (gain(task), final_gain(task));
            let cells = [gain_text(now.as_ref()), words(task), interval_text(now.as_ref())];
            let ends = [gain_text(end.as_ref()), interval_text(end.as_ref())];
            std::iter::once(task_name(task).to_string()).chain(cells).chain(ends).collect()
        };
        Table { head: head.map(String::from).to_vec(), rows: (0..tasks(page)).map(row).collect() }
    });
    view! {
        <Panel title="Transfer" term="transfer" class="panel-transfer">
            <ChartView chart=TransferView(page)>
                <TableTwin caption="Transfer gain per task" table=table/>
            </ChartView>
            <table class="readings">
                <thead>
                    <tr>
                        <th scope="col">"task"</th>
                        <th scope="col">"gain"</th>
                        <th scope="col">"verdict, 95 % interval"</th>
                    </tr>
                </thead>
                <tbody><For each=move || 0..tasks(page) key=|task| *task children=row/></tbody>
            </table>
            <p class="small">{move || sentence(page)}</p>
        </Panel>
    }
    .into_any()
}

/// What the numbers are measured on.
fn sentence(page: Page) -> String {
    let (seeds, baselines) = page.summary.with(|summary| match summary {
        Some(summary) => (summary.seeds, summary.baselines),
        None => page.lesson.with(|lesson| (lesson.population.seeds, lesson.population.baselines)),
    });
    if !baselines {
        return "No single-task baselines train, so there is nothing to compare with; card 4 switches them on.".into();
    }
    let pairs = if seeds == 1 { "1 seed".to_string() } else { format!("{seeds} paired seeds") };
    let test = page.latest.with(|point| {
        let best = point.as_ref()?.best.as_ref()?;
        let of_task = |(task, gain): (usize, &TransferGain)| format!("{} {}", task_name(task), gain_text(Some(gain)));
        let gains: Vec<_> = best.transfer.iter().enumerate().map(of_task).collect();
        Some(format!(
            " On test rows, each model at its best validation loss (yours at step {}): {}.",
            best.step,
            gains.join(", ")
        ))
    });
    format!("Held-out validation loss against learning the task alone, {pairs}.{}", test.unwrap_or_default())
}
