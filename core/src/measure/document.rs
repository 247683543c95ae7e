//! The table of measures as documentation, for `MEASURES.md`.

use super::conflict::{AVERAGED, WINDOW};
use super::recorded_epochs::is_recorded;
use super::table::{Group, MEASURES, Measure, Need, Per, formula};
use crate::config::Paper;
use std::fmt::Write;

/// Every measure as Markdown, by group: its key, name, which way is better, what it has numbers for
/// and is counted in, what it is taken on, what it says, and its formula.
pub fn markdown() -> String {
    let mut text = String::new();
    for group in Group::ALL {
        // Writing to a string can't fail.
        let _ = write_group(&mut text, group);
    }
    text
}

/// How many epochs the windows over recorded points reach back at some epochs, as Markdown.
pub fn windows() -> String {
    let head = format!(
        "| at epoch | points so far | gap | the last {AVERAGED} points | the last {WINDOW} points |\n|---|---|---|---|---|\n"
    );
    [20, 50, 100, 200, 500, 1000, 2000, 10_000, 100_000].into_iter().fold(head, |mut text, epoch| {
        let back: Vec<u32> =
            (0..epoch).rev().filter(|earlier| is_recorded(*earlier)).map(|earlier| epoch - earlier).collect();
        let reach = |points: usize| match back.get(points - 2) {
            Some(epochs) => format!("{epochs} epochs"),
            None => "all epochs".into(),
        };
        let gap = back.first().copied().unwrap_or(0);
        // Writing to a string can't fail.
        let _ = writeln!(text, "| {epoch} | {} | {gap} | {} | {} |", back.len() + 1, reach(AVERAGED), reach(WINDOW));
        text
    })
}

fn write_group(text: &mut String, group: Group) -> std::fmt::Result {
    if !text.is_empty() {
        writeln!(text)?;
    }
    writeln!(text, "**{}**\n", group.title())?;
    writeln!(text, "| key | measure | numbers | taken on | meaning | formula | from |")?;
    writeln!(text, "|---|---|---|---|---|---|---|")?;
    MEASURES.iter().filter(|measure| measure.group == group).try_for_each(|measure| row(text, measure))
}

fn row(text: &mut String, measure: &Measure) -> std::fmt::Result {
    let choice = measure.choice;
    let [label, help, formula] = [choice.label, choice.help, formula(choice.key)].map(|text| text.replace('|', "\\|"));
    let name = format!("{label} {}", measure.better.arrow());
    let numbers = [per(measure.per), of(measure.need), measure.unit.text()];
    let numbers: Vec<_> = numbers.into_iter().filter(|part| !part.is_empty()).collect();
    let papers: Vec<_> = measure.papers.iter().map(Paper::markdown).collect();
    let (name, numbers, from) = (name.trim_end(), numbers.join(", "), papers.join("; "));
    let (key, taken) = (choice.key, measure.taken());
    writeln!(text, "| `{key}` | {name} | {numbers} | {taken} | {help} | {formula} | {from} |")
}

fn per(per: Per) -> &'static str {
    match per {
        Per::Lesson => "one",
        Per::Task => "per task",
        Per::Pair => "per two tasks",
        Per::Against => "per task, and for its model alone",
        Per::Seeds => "one, with its 95 % interval over the paired seeds",
        Per::Gain => "per task, with its 95 % interval",
        Per::Gains => "per task and partner, with their 95 % interval",
    }
}

fn of(need: Need) -> &'static str {
    match need {
        Need::Classes => "of classes",
        Need::Numbers => "of regressions",
        _ => "",
    }
}
