//! The gains as numbers: the headline of every task, two smaller readings of it, and all of them as a table.

use super::{BESIDE, Reading, matched, said};
use crate::page::gain::{brief, gain_text, named, stated_interval};
use crate::page::panels::mark::TaskMark;
use crate::page::panels::measures::Row;
use crate::page::panels::panel::Table;
use crate::page::panels::text::{DASH, tasks};
use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::measure::transfer::{TransferGain, Verdict, gain_of};

const BEST: &str = "On test rows, each side at its own best step so far by its own validation loss of the task: \
    what sharing can give this task";
const ONE_STEP: &str = "On test rows, the network at its one best step for all tasks together, each baseline at its \
    own: what is deployed as one network";
const NOW: &str = "On validation rows, both sides as they are at this epoch";
const STEPS: &str = "Optimiser steps until the task is as good as it gets alone, and how many that takes alone";

/// A gain as it is written, or a dash where none may be named.
pub fn number(gain: Option<&TransferGain>) -> String {
    gain.and_then(named).map_or(DASH.into(), |gain| gain_text(gain.mean))
}

/// Its 95 % interval; empty where there is none, or none that means anything yet.
fn interval(gain: Option<&TransferGain>) -> String {
    gain.and_then(named).map_or_else(String::new, stated_interval)
}

/// The word for it; empty before there is anything to speak of.
fn word(gain: Option<&TransferGain>) -> &'static str {
    gain.map_or("", |gain| gain.verdict.word())
}

/// A task's steps to the loss that it reaches alone, and those that this takes alone.
fn steps(page: Page, task: usize) -> [String; 2] {
    let row = Row::of(page, "steps-to-single", tasks(page));
    [2 * task, 2 * task + 1].map(|place| row.map_or(DASH.into(), |row| row.text(place)))
}

/// A row for every task, and one below it for the shared bottom of equal size where one trains.
#[component]
pub fn Readings() -> impl IntoView {
    let page = Page::get();
    let has_matched = Memo::new(move |_| matched(page) > 0);
    // Where tasks are learned at different times their steps tell more than the curves do.
    let staged = Memo::new(move |_| page.lesson.with(|lesson| lesson.strategy.method != "joint"));
    let row = move |task: usize| {
        let beside = move || has_matched.get().then(|| beside_row(page, task));
        view! { {task_row(page, task, staged)} {beside} }
    };
    view! {
        <table class="readings" class:staged=move || staged.get()>
            <thead>
                <tr>
                    <th scope="col">"task"</th>
                    <th scope="col" title=BEST>"best, 95 % interval"</th>
                    <th scope="col" class="of-verdict">"verdict"</th>
                    <th scope="col" title=ONE_STEP>"one network, one step"</th>
                    <th scope="col" title=NOW>"now"</th>
                    {move || {
                        staged.get().then(|| view! { <th scope="col" class="steps" title=STEPS>"steps to match"</th> })
                    }}
                </tr>
            </thead>
            <tbody><For each=move || 0..tasks(page) key=|task| *task children=row/></tbody>
        </table>
    }
    .into_any()
}

fn task_row(page: Page, task: usize, staged: Memo<bool>) -> AnyView {
    view! {
        <tr>
            <th scope="row"><TaskMark task/></th>
            {headline(page, task, Reading::Best)}
            {smaller(page, task, Reading::OneStep)}
            {smaller(page, task, Reading::Now)}
            {move || staged.get().then(|| steps_cell(page, task))}
        </tr>
    }
    .into_any()
}

fn beside_row(page: Page, task: usize) -> AnyView {
    let size = move || format!("A shared bottom of equal size: {} parameters", matched(page));
    view! {
        <tr class="beside">
            <th scope="row"><span title=size>{BESIDE}</span></th>
            {headline(page, task, Reading::EqualSize)}
            <td></td>
            <td></td>
        </tr>
    }
    .into_any()
}

/// A gain with its interval, and its verdict.
fn headline(page: Page, task: usize, reading: Reading) -> AnyView {
    let verdict = Memo::new(move |_| reading.see(page, task, |gain| gain.map(|gain| gain.verdict)));
    let class = move || match verdict.get() {
        Some(Verdict::Gains) => "verdict good",
        Some(Verdict::Loses) => "verdict bad",
        _ => "verdict",
    };
    view! {
        <td class="number">
            <span data-testid=reading.id(task)>
                <span class="steady">{move || reading.see(page, task, number)}</span>
            </span>
            <span class="interval"><span class="steady">{move || brief(&reading.see(page, task, interval))}</span></span>
        </td>
        <td class="of-verdict">
            <span class=class data-testid=reading.verdict_id(task)>{move || verdict.get().map_or("", Verdict::word)}</span>
            <span class="aside">{move || verdict.get().and_then(Verdict::term)}</span>
        </td>
    }
    .into_any()
}

/// A reading beside the headline: its number, short, and its word; the interval is in the title.
fn smaller(page: Page, task: usize, reading: Reading) -> AnyView {
    let text = move || reading.see(page, task, number);
    let short = move || brief(&text());
    let title = move || {
        let interval = reading.see(page, task, interval);
        if interval.is_empty() { text() } else { format!("{}, 95 % interval {interval}", text()) }
    };
    // Where the word says that there is no number, nothing more has to be seen.
    let silent = move || reading.see(page, task, |gain| gain.is_some_and(|gain| named(gain).is_none()));
    view! {
        <td class="number smaller" title=title>
            <span data-testid=reading.id(task) class:unseen=silent><span class="steady">{short}</span></span>
            <span class="aside">{move || reading.see(page, task, word)}</span>
        </td>
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

/// What a reading has in the table: its number, its verdict and its interval.
fn cells(gain: Option<&TransferGain>) -> [String; 3] {
    let interval = interval(gain);
    let verdict = gain.map_or(DASH.into(), |gain| said(gain.verdict));
    [number(gain), verdict, if interval.is_empty() { DASH.into() } else { interval }]
}

/// The gain on every paired seed, a dash for one that has diverged.
fn of_seeds(gain: Option<&TransferGain>) -> String {
    let ratios = gain.and_then(named).map_or(&[][..], |gain| &gain.log_ratios);
    let all: Vec<_> = ratios.iter().map(|ratio| gain_text(gain_of(*ratio))).collect();
    if all.is_empty() { DASH.into() } else { all.join(", ") }
}

/// Everything that is known of the gains.
pub fn table(page: Page) -> Table {
    let other = matched(page) > 0;
    let mut head = ["task", "transfer gain", "verdict", "95 % interval", "gain on each seed"].to_vec();
    head.extend([
        "one network, one step",
        "its verdict",
        "its 95 % interval",
        "now",
        "its verdict",
        "its 95 % interval",
    ]);
    head.extend(["steps to the single-task loss", "steps alone"]);
    if other {
        head.extend(["gain of the shared bottom of equal size", "its verdict", "its 95 % interval"]);
    }
    let row = |task: usize| {
        let all = |reading: Reading| reading.see(page, task, cells);
        let mut row = vec![task_name(task).to_string()];
        row.extend(all(Reading::Best));
        row.push(Reading::Best.see(page, task, of_seeds));
        row.extend([Reading::OneStep, Reading::Now].into_iter().flat_map(all));
        row.extend(steps(page, task));
        row.extend(other.then(|| all(Reading::EqualSize)).into_iter().flatten());
        row
    };
    Table { head: head.into_iter().map(String::from).collect(), rows: (0..tasks(page)).map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gain(verdict: Verdict) -> TransferGain {
        let log_ratios = vec![2.0_f64.ln(), f64::NAN, 4.0_f64.ln()];
        TransferGain { mean: 0.646, low: -0.2, high: 0.9, seeds: 2, verdict, log_ratios }
    }

    #[test]
    fn a_reading_has_its_number_its_verdict_and_its_interval() {
        let all = |verdict| cells(Some(&gain(verdict)));
        assert_eq!(all(Verdict::Gains), ["+64.6 %", "gains (positive transfer)", "-20.0 to +90.0 %"]);
        assert_eq!(all(Verdict::NotClear), ["+64.6 %", "not clear yet", "-20.0 to +90.0 %"]);
        // An interval that comes too early means nothing.
        assert_eq!(all(Verdict::TooEarly), ["+64.6 %", "too early", DASH]);
        assert_eq!(all(Verdict::NothingLearned), [DASH, "nothing learned yet", DASH]);
        assert_eq!(cells(None), [DASH; 3]);
    }

    #[test]
    fn every_seed_has_its_gain_and_a_diverged_one_has_none() {
        assert_eq!(of_seeds(Some(&gain(Verdict::NotClear))), ["+50.0 %, ", DASH, ", +75.0 %"].concat());
        assert_eq!(of_seeds(Some(&gain(Verdict::NothingLearned))), DASH);
    }
}
