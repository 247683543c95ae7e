//! Transfer gain: every task beside the others against the same task alone.

use super::draw::{Chart, ChartView};
use super::mark::TaskMark;
use super::measures::Row;
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

/// A task's newest gain in one of the two models.
fn gain(page: Page, task: usize, beside: bool) -> Option<TransferGain> {
    page.latest.with(|point| {
        let point = point.as_ref()?;
        let gains = if beside { &point.matched_transfer } else { &point.transfer };
        gains.get(task).cloned()
    })
}

/// A task's steps to the loss that it reaches alone, and those that this takes alone.
fn steps(page: Page, task: usize) -> [String; 2] {
    let row = Row::of(page, "steps-to-single", tasks(page));
    [2 * task, 2 * task + 1].map(|place| row.map_or(DASH.into(), |row| row.text(place)))
}

/// What the chart and the table call the shared bottom of equal size.
const BESIDE: &str = "equal size";

/// Its parameters; 0 where none trains.
fn matched(page: Page) -> usize {
    page.summary.with(|summary| summary.as_ref().map_or(0, |summary| summary.matched_parameters))
}

#[derive(Clone, Copy)]
struct TransferView(Page);

impl Chart for TransferView {
    const NAME: &'static str = "transfer-chart";

    fn track(&self) {
        self.0.latest.track();
        self.0.lesson.track();
        self.0.summary.track();
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>, theme: Theme) -> Drawn<DB> {
        let page = self.0;
        let rows = untrack(|| {
            let titles = page
                .lesson
                .with(|lesson| (0..lesson.tasks.len()).map(|task| task_title(lesson, task)).collect::<Vec<_>>());
            let row = |task: usize, label: String, beside: bool| {
                let gain = gain(page, task, beside).unwrap_or_else(TransferGain::undefined);
                let verdict = verdict(&gain);
                TransferRow { task, label, mean: gain.mean, low: gain.low, high: gain.high, verdict, beside }
            };
            let other = |task: usize| (matched(page) > 0).then(|| row(task, BESIDE.into(), true));
            let of_task = |(task, title)| std::iter::once(row(task, title, false)).chain(other(task));
            titles.into_iter().enumerate().flat_map(of_task).collect()
        });
        TransferChart { rows, theme }.draw(area)
    }

    fn label(&self) -> String {
        let Some(point) = self.0.latest.get() else { return "Transfer gain per task, nothing recorded yet".into() };
        let of_task = |(task, gain): (usize, &TransferGain)| {
            let other = point.matched_transfer.get(task).filter(|_| matched(self.0) > 0);
            let other = other.map(|gain| format!(" ({BESIDE} {})", gain_text(Some(gain)))).unwrap_or_default();
            format!("task {} {}, {}{other}", task_name(task), gain_text(Some(gain)), verdict(gain).text())
        };
        let all: Vec<_> = point.transfer.iter().enumerate().map(of_task).collect();
        format!("Transfer gain per task against learning alone: {}.", all.join("; "))
    }
}

/// How much each task gains or loses by not being alone.
#[component]
pub fn TransferPanel() -> impl IntoView {
    let page = Page::get();
    let has_matched = Memo::new(move |_| matched(page) > 0);
    let row = move |task: usize| {
        let beside = move || has_matched.get().then(|| gain_row(page, task, true));
        view! { {gain_row(page, task, false)} {beside} }
    };
    let table = Callback::new(move |()| table(page));
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
                        <th scope="col" title="Steps to the loss that the task reaches alone, and how many that takes alone">"steps (alone)"</th>
                    </tr>
                </thead>
                <tbody><For each=move || 0..tasks(page) key=|task| *task children=row/></tbody>
            </table>
            <p class="small note"><span>{move || sentence(page)}</span></p>
        </Panel>
    }
    .into_any()
}

/// A task's gain, its verdict and its interval as a row.
fn gain_row(page: Page, task: usize, beside: bool) -> AnyView {
    let gain = move || gain(page, task, beside);
    let class = move || match gain().map(|gain| gain.verdict) {
        Some(transfer::Verdict::Positive) => "verdict good",
        Some(transfer::Verdict::Negative) => "verdict bad",
        _ => "verdict",
    };
    let (id, name) = match beside {
        true => (format!("task-{task}-matched-transfer"), view! { {BESIDE} }.into_any()),
        false => (format!("task-{task}-transfer"), view! { <TaskMark task/> }.into_any()),
    };
    view! {
        <tr class:beside=beside>
            <th scope="row">{name}</th>
            <td class="number" data-testid=id>
                <span class="steady">{move || gain_text(gain().as_ref())}</span>
            </td>
            <td>
                <span class=class>{move || words(gain().as_ref())}</span>
                <span class="interval">{move || interval_text(gain().as_ref())}</span>
            </td>
            {(!beside).then(|| steps_cell(page, task))}
        </tr>
    }
    .into_any()
}

/// A task's steps beside the others and alone, such as `120 (400)`.
fn steps_cell(page: Page, task: usize) -> AnyView {
    let text = move || {
        let [beside, alone] = steps(page, task);
        if alone == DASH { alone } else { format!("{beside} ({alone})") }
    };
    view! {
        <td class="number" data-testid=format!("task-{task}-steps")>
            <span class="steady">{text}</span>
        </td>
    }
    .into_any()
}

/// The verdict, or nothing where there is none.
fn words(gain: Option<&TransferGain>) -> String {
    let verdict = gain.map_or(Verdict::Undefined, verdict);
    if verdict == Verdict::Undefined { String::new() } else { verdict.text().into() }
}

fn table(page: Page) -> Table {
    let mut head = vec!["task", "transfer gain", "verdict", "95 % interval", "on test rows", "interval on test rows"];
    head.extend(["steps to the single-task loss", "steps alone"]);
    let other = matched(page) > 0;
    if other {
        head.extend(["gain of the shared bottom of equal size", "its 95 % interval"]);
    }
    let final_gain = |task: usize| page.latest.with(|point| point.as_ref()?.best.as_ref()?.transfer.get(task).cloned());
    let row = |task: usize| {
        let (now, end, beside) = (gain(page, task, false), final_gain(task), gain(page, task, true));
        let mut cells = vec![task_name(task).to_string(), gain_text(now.as_ref()), words(now.as_ref())];
        cells.extend([interval_text(now.as_ref()), gain_text(end.as_ref()), interval_text(end.as_ref())]);
        cells.extend(steps(page, task));
        if other {
            cells.extend([gain_text(beside.as_ref()), interval_text(beside.as_ref())]);
        }
        cells
    };
    Table { head: head.into_iter().map(String::from).collect(), rows: (0..tasks(page)).map(row).collect() }
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
    let other = match matched(page) {
        0 => String::new(),
        parameters => format!(" Hollow: a shared bottom of equal size, {parameters} parameters."),
    };
    format!("Held-out validation loss against learning the task alone, {pairs}.{other}{}", test.unwrap_or_default())
}
