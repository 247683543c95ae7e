//! Which tasks help which: what a look-ahead step of each task alone does to the others' losses, and the
//! groups of tasks that follow from it; also what was declared of two tasks.

mod groups;
mod relations;

use super::mark::{TaskMark, signed_ground};
use super::panel::Panel;
use super::text::{DASH, short, with_sign};
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::Page;
use groups::{GROUPED, Known, is_trained, letters, train};
use leptos::prelude::*;
use mtl_core::config::task_name;
use mtl_core::lesson::lessons;
use mtl_core::protocol::{GroupedBy, Groups};

/// The rivals: what groups go by, its key for scripts, its words.
const RIVALS: [(GroupedBy, &str, &str); 2] =
    [(GroupedBy::Affinity, "affinity", "By affinities"), (GroupedBy::Cosine, "cosine", "By gradient cosines")];

/// What all parts of the panel read.
#[derive(Clone, Copy)]
struct Kin {
    page: Page,
    known: Memo<Option<Known>>,
}

impl Kin {
    fn new(page: Page) -> Self {
        let known = Memo::new(move |old: Option<&Option<Known>>| {
            let old = old.and_then(Option::as_ref);
            page.lesson.with(|lesson| page.latest.with(|point| Known::renewed(lesson, point.as_deref(), old)))
        });
        Self { page, known }
    }

    /// The number of tasks; 0 where there is nothing to show.
    fn tasks(self) -> usize {
        self.known.with(|known| known.as_ref().map_or(0, |known| known.topic.targets.len()))
    }

    fn budgets(self, by: GroupedBy) -> Vec<usize> {
        let of = |known: &Known| known.proposals.iter().filter(|groups| groups.by == by).map(|of| of.budget).collect();
        self.known.with(|known| known.as_ref().map_or(Vec::new(), of))
    }

    fn groups(self, by: GroupedBy, budget: usize) -> Option<Groups> {
        self.known.with(|known| known.as_ref()?.proposal(by, budget).cloned())
    }

    /// The newest number of a cell.
    fn affinity(self, tasks: usize, cell: usize) -> Option<f64> {
        self.page.latest.with(|point| {
            let all = point.as_ref().map(|point| &point.affinity).filter(|all| all.len() == tasks * tasks)?;
            all.get(cell).copied().filter(|value| value.is_finite()).map(f64::from)
        })
    }
}

/// The line of the table.
pub(in crate::page) const PANEL: PanelLine = PanelLine {
    key: "kinship",
    title: "Who helps whom",
    term: "affinity",
    panel: Some(lessons::Panel::TaskAffinity),
    place: Place::Measures,
    view: || view! { <KinshipPanel/> }.into_any(),
};

/// Affinities as a heat map, and the groups that follow from them and from their rival. Not there
/// while affinities are not measured.
#[component]
pub fn KinshipPanel() -> impl IntoView {
    let kin = Kin::new(Page::get());
    let tasks = Memo::new(move |_| kin.tasks());
    move || (tasks.get() > 0).then(|| view(kin, tasks.get()))
}

fn view(kin: Kin, tasks: usize) -> AnyView {
    let grouped = Memo::new(move |_| kin.page.lesson.with(|lesson| lesson.architecture.method == GROUPED));
    let shares = Memo::new(move |_| kin.page.lesson.with(|lesson| mtl_core::model::shares(lesson)));
    let note = move || {
        let sentence = match (grouped.get(), shares.get()) {
            (true, _) => "Tasks of different groups share nothing now: there the numbers are 0.",
            (_, false) => "Nothing is measured now: this way of sharing has no parameters of all tasks to step along.",
            _ => return None,
        };
        Some(view! { <p class="small">{sentence}</p> })
    };
    let proposes =
        Memo::new(move |_| kin.known.with(|known| known.as_ref().is_some_and(|known| !known.proposals.is_empty())));
    let rivals = move || {
        proposes.get().then(|| {
            let rivals = RIVALS.map(|(by, key, title)| rival(kin, by, key, title));
            view! {
                <p class="small">
                    "Groups of tasks that help each other most. A score is what a task has from its group on average, in the rule's own unit."
                </p>
                <div class="rivals">{rivals}</div>
            }
        })
    };
    view! {
        <Panel of=PANEL>
            <p class="small">
                "Each number is the share of the row's loss that a small step on the column's task alone takes away, on average so far: above zero that task helps, below zero it hurts."
            </p>
            {matrix(kin, tasks)}
            {note}
            {relations::list(kin)}
            {rivals}
        </Panel>
    }
    .into_any()
}

/// The heat map: a row per task that receives, a column per task that a step was taken on.
fn matrix(kin: Kin, tasks: usize) -> AnyView {
    let full = Memo::new(move |_| {
        let others = (0..tasks * tasks).filter(|cell| cell % (tasks + 1) != 0);
        others.filter_map(|cell| kin.affinity(tasks, cell)).fold(0.0_f64, |most, value| most.max(value.abs()))
    });
    let cell = move |row: usize, column: usize| {
        let now = Memo::new(move |_| kin.affinity(tasks, row * tasks + column));
        // What a task has from itself says nothing about the others.
        let own = row == column;
        let part = move || if own { 0.0 } else { now.get().unwrap_or(0.0) / full.get().max(f64::MIN_POSITIVE) };
        let text = move || now.get().map_or(DASH.into(), percent);
        let exact = move || now.get().map_or(DASH.into(), signed);
        let title = move || format!("{} from a step on {}: {}", task_name(row), task_name(column), exact());
        view! {
            <td
                class="number"
                class:own=own
                style=move || signed_ground(part())
                title=title
            >
                <span data-testid=format!("affinity-{row}-{column}")>{text}</span>
                {relations::mark(kin, row, column)}
            </td>
        }
        .into_any()
    };
    let line = move |row: usize| {
        let cells = (0..tasks).map(|column| cell(row, column)).collect_view();
        view! { <tr><th scope="row"><TaskMark task=row/></th>{cells}</tr> }.into_any()
    };
    let heads = (0..tasks).map(|task| view! { <th scope="col"><TaskMark task/></th> }.into_any()).collect_view();
    view! {
        <div class="kinship-scroll" tabindex="0" role="region" aria-label="Task affinities, table">
            <table class="matrix">
                <caption class="small">"Mean affinity at the recorded steps so far"</caption>
                <thead><tr><th scope="col">"\u{2193} gets from \u{2192}"</th>{heads}</tr></thead>
                <tbody>{(0..tasks).map(line).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A rule's proposals, the fewest groups first.
fn rival(kin: Kin, by: GroupedBy, key: &'static str, title: &'static str) -> AnyView {
    let budgets = Memo::new(move |_| kin.budgets(by));
    let none = move || budgets.with(Vec::is_empty).then(|| view! { <li class="small">{title} ": nothing yet"</li> });
    view! {
        <ul aria-label=title>
            {none}
            <For
                each=move || budgets.get()
                key=|budget| *budget
                children=move |budget| proposal(kin, by, budget, key, title)
            />
        </ul>
    }
    .into_any()
}

fn proposal(kin: Kin, by: GroupedBy, budget: usize, key: &'static str, title: &'static str) -> AnyView {
    let page = kin.page;
    let groups = Memo::new(move |_| kin.groups(by, budget));
    let names = move || groups.with(|groups| groups.as_ref().map_or(DASH.into(), |groups| letters(&groups.groups)));
    let score = move || groups.with(|groups| groups.as_ref().map_or(DASH.into(), |groups| short(groups.score)));
    let own = Memo::new(move |_| {
        groups.with(|groups| {
            groups.as_ref().is_some_and(|groups| page.lesson.with(|lesson| is_trained(lesson, &groups.groups)))
        })
    });
    let press = move |_| {
        if let Some(groups) = groups.get_untracked() {
            page.edit(|config| train(config, &groups.groups));
        }
    };
    view! {
        <li>
            <span data-testid=format!("grouping-{key}-{budget}")>
                {format!("{title}, at most {budget} groups: ")} {names} " (score " {score} ")"
            </span>
            <span class="proposal-foot">
                <button
                    type="button"
                    class="button"
                    title="A trunk for each group; restarts the lesson"
                    aria-label=move || format!("Train this grouping: {}", names())
                    data-testid=format!("train-{key}-{budget}")
                    on:click=press
                >
                    "Train this grouping"
                </button>
                {move || own.get().then(|| view! { <strong class="small">"this lesson's"</strong> })}
            </span>
        </li>
    }
    .into_any()
}

/// A share in percent, as short as a column is narrow.
fn percent(share: f64) -> String {
    [&with_sign(share * 100.0, 2).replace('-', "\u{2212}"), " %"].concat()
}

/// A short number with its sign.
fn signed(value: f64) -> String {
    // Turns -0 into 0.
    let text = short(value + 0.0);
    if value < 0.0 { text } else { ["+", &text].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_a_percentage_with_a_sign() {
        let cells = [(0.012_34, "+1.23 %"), (-0.5, "\u{2212}50.00 %"), (-0.000_012_3, "+0.00 %"), (0.0, "+0.00 %")];
        for (share, text) in cells {
            assert_eq!(percent(share), text);
        }
    }

    #[test]
    fn an_exact_number_has_a_sign_and_three_digits() {
        let pairs = [
            (0.012_34, "+0.0123"),
            (-0.5, "\u{2212}0.500"),
            (-0.000_012_3, "\u{2212}1.23e\u{2212}5"),
            (0.0, "+0"),
            (-0.0, "+0"),
            (-12.34, "\u{2212}12.3"),
        ];
        for (value, text) in pairs {
            assert_eq!(signed(value), text);
        }
    }
}
