//! Architectures side by side: what each costs and what each brings on the lesson, measured.

mod numbers;

use super::mark::TaskMark;
use super::panel::HelpButton;
use crate::page::conductor::{Comparison, Intent};
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::{Page, Tab};
use leptos::prelude::*;
use mtl_core::lesson::lessons;
use mtl_core::measure::transfer::Verdict;
use mtl_core::protocol::ComparedRow;
use numbers::Cell;

/// How many epochs one may choose.
const EPOCHS: [u32; 5] = [20, 50, 100, 200, 500];
/// What is chosen at first.
const USUAL: u32 = 100;

/// Whose parameters the table shows.
const PARAMETERS: &str =
    "Of one model of the architecture; below it of the network that learns one task alone, on average over the tasks";

/// What a rank is one of.
const RANK: &str =
    "Its place among the rows by test loss, 1 is the lowest: averaged over the tasks on each seed, then over the seeds";

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
    let tasks = numbers::tasks(&comparison.rows);
    let best = numbers::best(&comparison.rows);
    let ranks = numbers::ranks(&comparison.rows);
    let lines = comparison.rows.iter().enumerate().map(|(place, row)| {
        let is_best = |task: usize| best.as_ref().and_then(|best| best.get(task).copied().flatten()) == Some(place);
        let rank = numbers::rank_cell(ranks.get(place).copied().flatten(), ranks.len());
        let cells = numbers::cells(row, tasks, is_best).into_iter().chain([rank]);
        line(page, row, cells.collect())
    });
    let lines = lines.collect_view();
    let marks = || (0..tasks).map(|task| view! { <th scope="col"><TaskMark task/></th> }.into_any()).collect_view();
    let of_tasks = tasks.max(1).to_string();
    let old =
        move || stale().then(|| view! { <p class="small">"Measured with other settings than the lesson has now"</p> });
    // A row comes only while the lesson that is compared is the one that is loaded.
    let over = page.summary.with_untracked(|summary| {
        summary.as_ref().map(|summary| [&numbers::over(&comparison.rows, summary.seeds, summary.varies), " "].concat())
    });
    Some(
        view! {
            {old}
            <p class="small" data-testid="compare-note">
                {over}
                "Each model is taken at its own best step for each task by validation rows; losses and gains are on test rows. A gain is over the network that learns the task alone, whose parameters stand below the architecture's."
            </p>
            <div class="compare-scroll" tabindex="0" role="region" aria-label="Comparison of architectures, table">
                <table class="readings" data-testid="compare-table">
                    <caption class="small">
                        {format!("{} epochs each; steps/s of one model on the {}", comparison.epochs, comparison.engine)}
                    </caption>
                    <thead>
                        <tr>
                            <th scope="col" rowspan="2">"architecture"</th>
                            <th scope="col" rowspan="2" title=PARAMETERS>"parameters"</th>
                            <th scope="col" rowspan="2">"steps/s"</th>
                            <th scope="colgroup" colspan=of_tasks.clone()>"test loss"</th>
                            <th scope="colgroup" colspan=of_tasks>"transfer gain"</th>
                            <th scope="col" rowspan="2" title=RANK>"mean rank"</th>
                        </tr>
                        <tr>{marks()} {marks()}</tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
            <p class="small" data-testid="compare-best">{numbers::undecided(best.as_deref())} " " {numbers::HOW_BEST}</p>
        }
        .into_any(),
    )
}

fn line(page: Page, row: &ComparedRow, cells: Vec<Cell>) -> AnyView {
    let key = row.key.clone();
    let own = Signal::derive(move || page.lesson.with(|lesson| lesson.architecture.method == key));
    let exploded =
        row.diverged.then(|| view! { <span class="interval">{format!("exploded in epoch {}", row.epochs)}</span> });
    view! {
        <tr aria-current=move || own.get().then_some("true")>
            <th scope="row">
                {row.label.clone()}
                {move || own.get().then(|| view! { <span class="interval">"this lesson's"</span> })}
                {exploded}
            </th>
            {cells.into_iter().map(cell_view).collect_view()}
        </tr>
    }
    .into_any()
}

fn cell_view(cell: Cell) -> AnyView {
    let below = if cell.best { ["best ", &cell.below].concat() } else { cell.below };
    let word = cell.word.map(|word| {
        let class = match word {
            Verdict::Gains => "verdict good",
            Verdict::Loses => "verdict bad",
            _ => "verdict",
        };
        view! { <span class=class title=word.term()>{word.word()}</span> }
    });
    view! {
        <td class="number" class:best=cell.best>{cell.text} " " <span class="interval">{below}</span> " " {word}</td>
    }
    .into_any()
}
