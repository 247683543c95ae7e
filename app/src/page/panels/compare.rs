//! Architectures side by side: what each costs and what each brings on the lesson, measured.

use super::mark::TaskMark;
use super::panel::HelpButton;
use super::text::{percent, short};
use crate::page::conductor::{Comparison, Intent};
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::{Page, Tab};
use leptos::prelude::*;
use mtl_core::lesson::lessons;
use mtl_core::measure::transfer::{TransferGain, Verdict};
use mtl_core::protocol::ComparedRow;

/// How many epochs one may choose.
const EPOCHS: [u32; 5] = [20, 50, 100, 200, 500];
/// What is chosen at first.
const USUAL: u32 = 100;

/// A number of a row.
struct Cell {
    /// Higher is better.
    score: f64,
    text: String,
    interval: String,
}

impl Cell {
    fn new(score: f64, text: String) -> Self {
        Self { score, text, interval: String::new() }
    }

    fn gain(gain: &TransferGain) -> Self {
        let stated = gain.verdict != Verdict::Undefined;
        let (low, high) = (percent(gain.low), percent(gain.high));
        let interval = if stated && gain.low.is_finite() {
            format!("{} to {high}", low.trim_end_matches(" %"))
        } else {
            String::new()
        };
        let mean = if stated { gain.mean } else { f64::NAN };
        Self { score: mean, text: percent(mean), interval }
    }
}

/// A row's numbers, in the order of the columns.
fn cells(row: &ComparedRow) -> Vec<Cell> {
    let parameters = Cell::new(-(row.parameters as f64), row.parameters.to_string());
    let speed = f64::from(row.steps_per_second);
    let loss = |loss: &f32| Cell::new(-f64::from(*loss), short(f64::from(*loss)));
    let mut cells = vec![parameters, Cell::new(speed, format!("{speed:.0}"))];
    cells.extend(row.test.iter().map(loss));
    cells.extend(row.transfer.iter().map(Cell::gain));
    cells
}

/// The best score of every column, where there are several to choose from.
fn best(rows: &[Vec<Cell>]) -> Vec<f64> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let of = |column: usize| {
        let scores: Vec<f64> =
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.score).filter(|s| s.is_finite()).collect();
        if scores.len() < 2 { f64::NAN } else { scores.into_iter().fold(f64::NEG_INFINITY, f64::max) }
    };
    (0..columns).map(of).collect()
}

/// How far it has come, in words.
fn progress(page: Page, comparison: &Comparison) -> String {
    let done = comparison.rows.len();
    let of = comparison.rows.first().or(comparison.now.as_ref()).map_or(0, |row| row.of);
    match (&comparison.now, comparison.running) {
        (_, true) if page.frame.with(|frame| frame.running) => "Waits while the lesson trains".into(),
        (Some(now), _) => {
            format!("{}: epoch {} of {}; {} of {of} architectures", now.label, now.epochs, comparison.epochs, done + 1)
        }
        (None, true) => "Starting\u{2026}".into(),
        (None, false) if done == 0 => String::new(),
        (None, false) if done < of => format!("Ended after {done} of {of} architectures"),
        (None, false) => format!("{done} architectures"),
    }
}

/// The line of the table.
pub(in crate::page) const PANEL: PanelLine = PanelLine {
    key: "compare",
    title: "Comparison of architectures",
    term: "compare",
    panel: Some(lessons::Panel::Compare),
    place: Place::Compare,
    view: || view! { <ComparePanel/> }.into_any(),
};

/// A comparison of architectures: folded away until the user opens it.
#[component]
pub fn ComparePanel() -> impl IntoView {
    let page = Page::get();
    let epochs = RwSignal::new(USUAL);
    let count = Memo::new(move |_| page.comparison.with(|comparison| comparison.rows.len()));
    let running = Memo::new(move |_| page.comparison.with(|comparison| comparison.running));
    let press = move |_| {
        let begin = Intent::Compare { epochs: epochs.get_untracked() };
        page.tell(if running.get_untracked() { Intent::StopCompare } else { begin });
    };
    let option = move |count: u32| {
        view! { <option value=count.to_string() prop:selected=count == USUAL>{count}</option> }.into_any()
    };
    let choose = move |event| epochs.set(event_target_value(&event).parse().unwrap_or(USUAL));
    view! {
        <section class="panel panel-compare" aria-label=PANEL.title>
            <details id="compare" class="fold" open=move || page.tab.get() == Tab::Compare>
                <summary><h2>"Compare architectures"</h2></summary>
                <p class="small">
                    "Trains this lesson from the start under every architecture that fits it, one after another. Its own training pauses, and keeps what it has learned. "
                    <HelpButton term=PANEL.term picture=true/>
                </p>
                <p class="compare-tools">
                    <label class="tool">"epochs each" <select disabled=move || running.get() on:change=choose>{EPOCHS.map(option).collect_view()}</select></label>
                    <button type="button" class="button" data-testid="compare" on:click=press>
                        {move || if running.get() { "Stop" } else { "Compare" }}
                    </button>
                    <span class="small" data-testid="compare-progress">
                        {move || page.comparison.with(|comparison| progress(page, comparison))}
                    </span>
                </p>
                {move || results(page, count)}
            </details>
        </section>
    }
    .into_any()
}

/// The table of those that are done; renewed with each of them.
fn results(page: Page, count: Memo<usize>) -> Option<AnyView> {
    let stale = move || page.comparison.with(|comparison| page.lesson.with(|lesson| comparison.is_stale(lesson)));
    if count.get() == 0 {
        return None;
    }
    let comparison = page.comparison.get_untracked();
    let tasks = comparison.rows.first().map_or(0, |row| row.test.len());
    let all: Vec<_> = comparison.rows.iter().map(cells).collect();
    let best = best(&all);
    let rows = comparison.rows.iter().zip(all).map(|(row, cells)| line(page, row, cells, &best)).collect_view();
    let marks = || (0..tasks).map(|task| view! { <th scope="col"><TaskMark task/></th> }.into_any()).collect_view();
    let of_tasks = tasks.max(1).to_string();
    let old =
        move || stale().then(|| view! { <p class="small">"Measured with other settings than the lesson has now"</p> });
    Some(
        view! {
            {old}
            <div class="compare-scroll" tabindex="0" role="region" aria-label="Comparison of architectures, table">
                <table class="readings" data-testid="compare-table">
                    <caption class="small">
                        {format!("{} epochs each; steps/s of one model on the {}; test rows; 95 % intervals", comparison.epochs, comparison.engine)}
                    </caption>
                    <thead>
                        <tr>
                            <th scope="col" rowspan="2">"architecture"</th>
                            <th scope="col" rowspan="2">"parameters"</th>
                            <th scope="col" rowspan="2">"steps/s"</th>
                            <th scope="colgroup" colspan=of_tasks.clone()>"test loss"</th>
                            <th scope="colgroup" colspan=of_tasks>"transfer gain"</th>
                        </tr>
                        <tr>{marks()} {marks()}</tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any(),
    )
}

fn line(page: Page, row: &ComparedRow, cells: Vec<Cell>, best: &[f64]) -> AnyView {
    let key = row.key.clone();
    let own = Signal::derive(move || page.lesson.with(|lesson| lesson.architecture.method == key));
    let exploded =
        row.diverged.then(|| view! { <span class="interval">{format!("exploded in epoch {}", row.epochs)}</span> });
    let cell = |(cell, best): (Cell, &f64)| {
        let wins = cell.score == *best;
        let below = [if wins { "best" } else { "" }, &cell.interval].join(" ");
        view! { <td class="number" class:best=wins>{cell.text} " " <span class="interval">{below}</span></td> }
            .into_any()
    };
    view! {
        <tr aria-current=move || own.get().then_some("true")>
            <th scope="row">
                {row.label.clone()}
                {move || own.get().then(|| view! { <span class="interval">"this lesson's"</span> })}
                {exploded}
            </th>
            {cells.into_iter().zip(best).map(cell).collect_view()}
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(parameters: usize, speed: f32, loss: f32, mean: f64) -> Vec<Cell> {
        let gain = TransferGain { mean, low: mean - 0.1, high: mean + 0.1, seeds: 3, verdict: Verdict::NoDifference };
        cells(&ComparedRow {
            parameters,
            steps_per_second: speed,
            test: vec![loss],
            transfer: vec![gain],
            ..ComparedRow::default()
        })
    }

    #[test]
    fn the_best_of_a_column_is_few_parameters_many_steps_a_low_loss_and_a_high_gain() {
        let rows = [row(10, 100.0, 0.3, -0.2), row(30, 90.0, 0.2, 0.1), row(20, 80.0, f32::NAN, f64::NAN)];
        assert_eq!(best(&rows), [-10.0, 100.0, -f64::from(0.2f32), 0.1]);
        assert!(best(&rows[..1]).iter().all(|best| best.is_nan()), "there is nothing to choose from");
    }

    #[test]
    fn a_gain_that_can_not_be_stated_is_a_dash() {
        assert_eq!(Cell::gain(&TransferGain::undefined()).text, super::super::text::DASH);
        let one_seed =
            TransferGain { mean: 0.1, low: f64::NEG_INFINITY, high: f64::INFINITY, ..TransferGain::default() };
        assert_eq!(Cell::gain(&one_seed).interval, "");
    }
}
