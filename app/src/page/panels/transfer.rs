//! Transfer gain: every task with the others against the same task alone.

use super::draw::{Chart, ChartView};
use super::held::Held;
use super::mark::TaskMark;
use super::measures::Row;
use super::panel::{Panel, Table, TableTwin};
use super::text::{DASH, percent, task_title, tasks};
use crate::charts::{Area, Drawn, Ends, Theme, TransferChart, TransferRow, Verdict};
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::lesson::lessons;
use mtl_core::measure::transfer::{self, TransferGain};
use plotters_backend::DrawingBackend;

/// Before this epoch, and before as many recorded points, an interval over seeds says nothing that lasts.
const EARLY: u32 = 10;

/// What can be said of a gain at an epoch, after so many recorded points, in the charts' words.
pub fn said(gain: &TransferGain, epoch: u32, points: usize) -> Verdict {
    match gain.verdict {
        transfer::Verdict::Undefined => Verdict::Undefined,
        _ if epoch < EARLY || points < EARLY as usize => Verdict::TooEarly,
        transfer::Verdict::Positive => Verdict::Positive,
        transfer::Verdict::Negative => Verdict::Negative,
        transfer::Verdict::NoDifference => Verdict::NoDifference,
    }
}

/// What can be said of a gain now.
fn verdict(page: Page, gain: Option<&TransferGain>) -> Verdict {
    let epoch = page.latest.with(|point| point.as_ref().map_or(0, |point| point.epoch));
    gain.map_or(Verdict::Undefined, |gain| said(gain, epoch, page.curves.with_value(Vec::len)))
}

/// The gain as a signed percentage, or a dash where it can't be stated.
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
struct TransferView {
    page: Page,
    held: Held,
}

impl TransferView {
    fn rows(&self) -> Vec<TransferRow> {
        let page = self.page;
        let titles =
            page.lesson.with(|lesson| (0..lesson.tasks.len()).map(|task| task_title(lesson, task)).collect::<Vec<_>>());
        let row = |task: usize, label: String, beside: bool| {
            let gain = gain(page, task, beside).unwrap_or_else(TransferGain::undefined);
            let verdict = verdict(page, Some(&gain));
            TransferRow { task, label, mean: gain.mean, low: gain.low, high: gain.high, verdict, beside }
        };
        let other = |task: usize| (matched(page) > 0).then(|| row(task, BESIDE.into(), true));
        let of_task = |(task, title)| std::iter::once(row(task, title, false)).chain(other(task));
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
            let other = other.map(|gain| format!(" ({BESIDE} {})", gain_text(Some(gain)))).unwrap_or_default();
            let verdict = verdict(page, Some(gain)).text();
            format!("task {} {}, {verdict}{other}", task_name(task), gain_text(Some(gain)))
        };
        let all: Vec<_> = point.transfer.iter().enumerate().map(of_task).collect();
        format!("Transfer gain per task against learning alone: {}.", all.join("; "))
    }

    fn marks(&self) -> String {
        match matched(self.page) {
            0 => sentence(self.page),
            parameters => format!("{}; hollow: a shared bottom of {parameters} parameters", sentence(self.page)),
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
    let has_matched = Memo::new(move |_| matched(page) > 0);
    // Where tasks are learned at different times their steps tell more than the curves do.
    let staged = Memo::new(move |_| page.lesson.with(|lesson| lesson.strategy.method != "joint"));
    let row = move |task: usize| {
        let beside = move || has_matched.get().then(|| gain_row(page, task, true, staged));
        view! { {gain_row(page, task, false, staged)} {beside} }
    };
    let table = Callback::new(move |()| table(page));
    view! {
        <Panel of=PANEL>
            <ChartView chart=TransferView { page, held: Held::new(page) }>
                <TableTwin caption="Transfer gain per task" table=table/>
            </ChartView>
            <table class="readings">
                <thead>
                    <tr>
                        <th scope="col">"task"</th>
                        <th scope="col">"gain, 95 % interval"</th>
                        <th scope="col">"verdict"</th>
                        {move || staged.get().then(|| view! {
                            <th scope="col" title="Optimiser steps until the task is as good as it gets alone, and how many that takes alone">"steps to match"</th>
                        })}
                    </tr>
                </thead>
                <tbody><For each=move || 0..tasks(page) key=|task| *task children=row/></tbody>
            </table>
            <p class="small note">{move || sentence(page)}</p>
        </Panel>
    }
    .into_any()
}

/// A task's gain with its interval, its verdict and, where `staged`, its steps, as a row.
fn gain_row(page: Page, task: usize, beside: bool, staged: Memo<bool>) -> AnyView {
    let gain = move || gain(page, task, beside);
    let verdict = move || verdict(page, gain().as_ref());
    let class = move || match verdict() {
        Verdict::Positive => "verdict good",
        Verdict::Negative => "verdict bad",
        _ => "verdict",
    };
    let size = move || format!("A shared bottom of equal size: {} parameters", matched(page));
    let (id, name) = match beside {
        true => (format!("task-{task}-matched-transfer"), view! { <span title=size>{BESIDE}</span> }.into_any()),
        false => (format!("task-{task}-transfer"), view! { <TaskMark task/> }.into_any()),
    };
    view! {
        <tr class:beside=beside>
            <th scope="row">{name}</th>
            <td class="number">
                <span data-testid=id><span class="steady">{move || gain_text(gain().as_ref())}</span></span>
                // What comes too early has no interval that means anything.
                <span class="interval">
                    {move || if verdict() == Verdict::TooEarly { String::new() } else { interval_text(gain().as_ref()) }}
                </span>
            </td>
            <td><span class=class>{move || words(verdict())}</span></td>
            {move || (!beside && staged.get()).then(|| steps_cell(page, task))}
        </tr>
    }
    .into_any()
}

/// A task's steps with the others and alone, such as `120 (alone 400)`.
fn steps_cell(page: Page, task: usize) -> AnyView {
    let text = move || {
        let [joint, alone] = steps(page, task);
        let joint = if joint == DASH { "not yet".into() } else { joint };
        match alone == DASH {
            true => alone.into_any(),
            false => view! { <span>{joint}</span> " " <span>"(alone " {alone} ")"</span> }.into_any(),
        }
    };
    view! {
        <td class="number steps" data-testid=format!("task-{task}-steps")>{text}</td>
    }
    .into_any()
}

/// The verdict, or nothing where there is none.
fn words(verdict: Verdict) -> &'static str {
    if verdict == Verdict::Undefined { "" } else { verdict.text() }
}

fn table(page: Page) -> Table {
    let best = page.latest.with(|point| point.as_ref()?.best.as_ref().map(|best| best.step));
    let test = best
        .map_or("on test rows".into(), |step| format!("on test rows, each model at its best (yours at step {step})"));
    let mut head = ["task", "transfer gain", "verdict", "95 % interval"].map(String::from).to_vec();
    head.extend(
        [test.as_str(), "interval on test rows", "steps to the single-task loss", "steps alone"].map(String::from),
    );
    let other = matched(page) > 0;
    if other {
        head.extend(["gain of the shared bottom of equal size", "its 95 % interval"].map(String::from));
    }
    let final_gain = |task: usize| page.latest.with(|point| point.as_ref()?.best.as_ref()?.transfer.get(task).cloned());
    let row = |task: usize| {
        let (now, end, beside) = (gain(page, task, false), final_gain(task), gain(page, task, true));
        let verdict = words(verdict(page, now.as_ref()));
        let mut cells = vec![task_name(task).to_string(), gain_text(now.as_ref()), verdict.into()];
        cells.extend([interval_text(now.as_ref()), gain_text(end.as_ref()), interval_text(end.as_ref())]);
        cells.extend(steps(page, task));
        if other {
            cells.extend([gain_text(beside.as_ref()), interval_text(beside.as_ref())]);
        }
        cells
    };
    Table { head, rows: (0..tasks(page)).map(row).collect() }
}

/// What the numbers are measured on, in a line.
fn sentence(page: Page) -> String {
    let (seeds, baselines) = page.summary.with(|summary| match summary {
        Some(summary) => (summary.seeds, summary.baselines),
        None => page.lesson.with(|lesson| (lesson.population.seeds, lesson.population.baselines)),
    });
    match (baselines, seeds) {
        (false, _) => "No baselines, so nothing to compare with (card 4)".into(),
        (true, 1) => "Held-out loss against alone, 1 seed".into(),
        (true, seeds) => format!("Held-out loss against alone, {seeds} paired seeds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_verdict_comes_before_there_is_evidence() {
        let gain = |verdict| TransferGain { mean: -0.07, low: -0.1, high: -0.04, seeds: 5, verdict };
        let negative = gain(transfer::Verdict::Negative);
        // A run that is stepped through, one at full speed, one that came from another engine.
        for (epoch, points) in [(0, 1), (9, 10), (400, 3), (10, 9)] {
            assert_eq!(said(&negative, epoch, points), Verdict::TooEarly, "{epoch}, {points}");
        }
        assert_eq!(said(&negative, 10, 10), Verdict::Negative);
        assert_eq!(said(&gain(transfer::Verdict::Positive), 10, 11), Verdict::Positive);
        assert_eq!(said(&gain(transfer::Verdict::NoDifference), 200, 125), Verdict::NoDifference);
        assert_eq!(said(&gain(transfer::Verdict::Undefined), 0, 1), Verdict::Undefined);
    }
}
