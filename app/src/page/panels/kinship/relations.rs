//! Declared relations and what was measured of them: a mark in the heat map, and a sentence for each.

use super::{Kin, signed};
use crate::page::panels::text::{DASH, short};
use leptos::prelude::*;
use mtl_core::config::{Declared, task_name};
use mtl_core::measure::relations::{Held, Verdict};

/// The sign of what is declared of two tasks; nothing where nothing is.
pub fn mark(kin: Kin, row: usize, column: usize) -> impl IntoView {
    let relation = Memo::new(move |_| kin.page.lesson.with(|lesson| lesson.relation(row, column)));
    move || {
        let relation = relation.get();
        relation.is_declared().then(|| {
            let words = format!("declared {}", relation.word());
            let title = words.clone();
            view! {
                <span class="declared" title=title data-testid=format!("declared-{row}-{column}")>
                    <span aria-hidden="true">{relation.sign()}</span>
                    <span class="unseen">{words}</span>
                </span>
            }
        })
    }
}

/// Every declared pair with what the engine says of it, or where to declare one.
pub fn list(kin: Kin) -> AnyView {
    let page = kin.page;
    let declared = Memo::new(move |_| page.lesson.with(|lesson| lesson.declared()));
    let pairs = move || page.lesson.with(|lesson| lesson.tasks.len() > 1);
    let none = move || {
        (pairs() && declared.with(Vec::is_empty)).then(|| {
            view! {
                <p class="small" data-testid="relations-none">
                    "To hold a guess against these numbers, declare the relation of two tasks in card 2, Layers."
                </p>
            }
        })
    };
    let some = Memo::new(move |_| declared.with(|declared| !declared.is_empty()));
    let sentences = move || {
        some.get().then(|| {
            view! {
                <p class="small">
                    "Declared relations, and the mean affinity both ways with its 95 % interval over the recorded steps of this one run."
                </p>
                <ul class="relations" aria-label="Declared relations">
                    <For each=move || declared.get() key=key children=move |declared| line(kin, declared)/>
                </ul>
            }
        })
    };
    view! {
        {none}
        {sentences}
    }
    .into_any()
}

fn key(declared: &Declared) -> ((usize, usize), &'static str) {
    (declared.tasks, declared.relation.sign())
}

fn line(kin: Kin, declared: Declared) -> AnyView {
    let (a, b) = declared.tasks;
    let text = Memo::new(move |_| {
        kin.page.latest.with(|point| {
            let all = point.as_ref().map_or(&[][..], |point| &point.relations);
            sentence(declared, all.iter().find(|held| held.declared == declared))
        })
    });
    view! { <li data-testid=format!("relation-{a}-{b}")>{text}</li> }.into_any()
}

/// What was declared, what was measured, and what the engine makes of the two.
fn sentence(declared: Declared, held: Option<&Held>) -> String {
    let (a, b) = (task_name(declared.tasks.0), task_name(declared.tasks.1));
    let relation = declared.relation.word();
    let start = format!("{a} and {b}: declared {relation}");
    let Some(held) = held.filter(|held| held.steps > 0) else { return format!("{start}, not measured so far") };
    let half = if held.half.is_finite() { short(held.half) } else { DASH.into() };
    let verdict = match held.verdict {
        Verdict::Agrees => "agrees",
        Verdict::Differs => "differs",
        Verdict::Open => "open",
    };
    format!("{start}, measured {} \u{b1} {half}: {verdict}", signed(held.mean))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::config::Relation;

    #[test]
    fn a_sentence_names_tasks_relation_numbers_and_verdict() {
        let declared = Declared { tasks: (0, 2), relation: Relation::Positive };
        let held = Held { declared, mean: 0.0312, half: 0.0041, steps: 20, verdict: Verdict::Agrees };
        let start = "A and C: declared positive";
        assert_eq!(sentence(declared, Some(&held)), format!("{start}, measured +0.0312 \u{b1} 0.00410: agrees"));
        let early = Held { half: f64::INFINITY, steps: 1, verdict: Verdict::Open, ..held.clone() };
        assert_eq!(sentence(declared, Some(&early)), format!("{start}, measured +0.0312 \u{b1} \u{2014}: open"));
        let nothing = format!("{start}, not measured so far");
        assert_eq!(sentence(declared, None), nothing);
        assert_eq!(sentence(declared, Some(&Held { steps: 0, ..held })), nothing);
    }
}
