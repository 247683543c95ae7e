//! Which methods go together, as documentation for `METHODS.md`.
//!
//! Nothing here is listed by hand. Every line is what the tables say of themselves, and whether their
//! methods make sense in a lesson.

use super::document::cell;
use super::{check, lessons};
use crate::balance::balancer::{Balancer, GramScope, Needs, WEIGHT};
use crate::config::{Config, Kind, LayerConfig, OptionSpec, Paper, Pick, PickEntry, PopulationConfig};
use crate::landscape::{Race, is_landscape};
use crate::model::Architecture;
use crate::{balance, data, model, strategy};
use std::fmt::Write;

/// The tables of balancers, architectures and strategies as Markdown: what each looks at, and with
/// which of the others it makes no sense; then the reasons that the pickers give.
pub fn markdown() -> String {
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = write_all(&mut text);
    text
}

fn write_all(text: &mut String) -> std::fmt::Result {
    let heads = [
        "key",
        "balancer",
        "looks at",
        "answers",
        "weighs heads",
        "reads task weights",
        "fan",
        "landscapes",
        "no shared layer",
        "not with",
    ];
    table(text, "Balancers", &heads, balance::balancers().iter().map(balancer))?;
    let heads = ["key", "architecture", "how it shares", "parameters of all tasks", "no shared layer", "not with"];
    table(text, "Architectures", &heads, model::ARCHITECTURES.iter().map(architecture))?;
    let heads = ["key", "strategy", "one task at a time", "stages", "baselines", "no shared layer", "not with"];
    table(text, "Strategies", &heads, strategy::LINES.iter().map(scheduled))?;
    writeln!(text, "\n**Papers**\n")?;
    for table in [balance::balancers(), model::architectures(), strategy::strategies(), data::sources()] {
        table.iter().filter(|entry| !entry.papers.is_empty()).try_for_each(|entry| papers(text, entry))?;
    }
    writeln!(text, "\n**Why not**\n")?;
    reasons().iter().try_for_each(|reason| writeln!(text, "- {reason}"))
}

fn papers(text: &mut String, entry: &PickEntry) -> std::fmt::Result {
    let all: Vec<_> = entry.papers.iter().map(Paper::markdown).collect();
    writeln!(text, "- {}: {}", entry.choice.label, all.join("; "))
}

fn table<const N: usize>(
    text: &mut String,
    title: &str,
    heads: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> std::fmt::Result {
    if !text.is_empty() {
        writeln!(text)?;
    }
    writeln!(text, "**{title}**\n\n| {} |\n|{}", heads.join(" | "), "---|".repeat(N))?;
    for row in rows {
        writeln!(text, "| {} |", row.map(|text| cell(&text)).join(" | "))?;
    }
    Ok(())
}

/// A lesson that every method fits: two tasks, two shared layers of an even width, baselines.
fn usual() -> Config {
    let lesson = Config::default();
    Config {
        trunk: vec![LayerConfig::new(16); 2],
        population: PopulationConfig { baselines: true, ..lesson.population.clone() },
        ..lesson
    }
}

fn bare() -> Config {
    Config { trunk: Vec::new(), ..usual() }
}

fn under_architecture(key: &str) -> Config {
    Config { architecture: Pick::new(key), ..usual() }
}

fn under_strategy(key: &str) -> Config {
    Config { strategy: Pick::new(key), ..usual() }
}

fn balancer(entry: &PickEntry) -> [String; 10] {
    let key = entry.choice.key;
    let pick = Pick::new(key);
    let balancer = balance::of(&pick);
    let unfit = |config: Config| (entry.unfit)(&config).is_some();
    let architectures = against(model::architectures(), |other| unfit(under_architecture(other)));
    let strategies = against(strategy::strategies(), |other| unfit(under_strategy(other)));
    let by_preference = balance::preferences().iter().any(|line| line.choice.key == key);
    [
        code(key),
        entry.choice.label.into(),
        looks_at(balancer, &pick),
        answers(balancer, entry),
        yes(balancer.weighs_heads(&pick)),
        yes(balance::reads(&pick, WEIGHT)),
        yes(by_preference),
        yes(races(entry)),
        yes(!unfit(bare())),
        list([architectures, strategies].concat()),
    ]
}

fn looks_at(balancer: &dyn Balancer, pick: &Pick) -> String {
    let needs = balancer.needs(pick);
    let mut what = vec![match (needs, balancer.gram_scope()) {
        (Needs::Losses, _) => "losses",
        (Needs::Gram, GramScope::Shared) => "products of the gradients",
        (Needs::Gram, GramScope::LastLayer) => "products of the gradients at the last shared layer",
        (Needs::Jacobian, _) => "gradients",
    }];
    if needs != Needs::Losses && balancer.reads_losses(pick) {
        what.push("losses");
    }
    if balancer.uses_losses_after() {
        what.push("losses after the step");
    }
    what.join(", ")
}

/// Weights or a direction, under any of the balancer's words.
fn answers(balancer: &dyn Balancer, entry: &PickEntry) -> String {
    let pick = Pick::new(entry.choice.key);
    let words = |option: &OptionSpec| match option.kind {
        Kind::Choice(choices) => choices().len(),
        _ => 0,
    };
    let picks = entry.options.iter().flat_map(|option| {
        let pick = &pick;
        (0..words(option)).map(move |word| pick.clone().with(option.key, word as f64))
    });
    let (mut weights, mut direction) = (false, false);
    for pick in picks.chain([pick.clone()]) {
        let weighs = balancer.has_weights(&pick);
        weights |= weighs;
        direction |= !weighs;
    }
    match (weights, direction) {
        (true, true) => "weights or a direction".into(),
        (true, false) => "weights".into(),
        _ => "a direction".into(),
    }
}

/// Whether it races on every landscape.
fn races(entry: &PickEntry) -> bool {
    let key = entry.choice.key;
    let mut landscapes =
        lessons::LESSONS.iter().map(|lesson| lesson.config()).filter(|config| is_landscape(&config.data.source));
    landscapes.all(|config| {
        let (lesson, _) = check(Config { balancer: Pick::new(key), ..config });
        Race::new(&lesson).is_some_and(|race| race.scenes().iter().all(|scene| scene.keys().contains(&key)))
    })
}

fn architecture(line: &Architecture) -> [String; 6] {
    let entry = &line.entry;
    let config = under_architecture(entry.choice.key);
    [
        code(entry.choice.key),
        entry.choice.label.into(),
        entry.choice.help.into(),
        yes(line.shares),
        yes((entry.unfit)(&bare()).is_none()),
        list([unfit(balance::balancers(), &config), unfit(strategy::strategies(), &config)].concat()),
    ]
}

fn scheduled(line: &strategy::Line) -> [String; 7] {
    let entry = line.entry;
    let config = under_strategy(entry.choice.key);
    let architectures = against(model::architectures(), |key| (entry.unfit)(&under_architecture(key)).is_some());
    [
        code(entry.choice.key),
        entry.choice.label.into(),
        yes(line.one_by_one),
        yes(line.staged),
        (if line.needs_baselines { "needed" } else { "as you like" }).into(),
        yes((entry.unfit)(&bare()).is_none()),
        list([architectures, unfit(balance::balancers(), &config)].concat()),
    ]
}

/// The lines of a table that make no sense in a lesson, by [`against`].
fn unfit(table: &[PickEntry], config: &Config) -> Vec<String> {
    let entry = |key: &str| table.iter().find(|entry| entry.choice.key == key);
    against(table, |key| entry(key).is_some_and(|entry| (entry.unfit)(config).is_some()))
}

/// The keys of a table's lines that don't go; a heading under which none goes in one.
fn against(table: &[PickEntry], not: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for entry in table {
        let whole = !entry.group.is_empty()
            && table.iter().filter(|other| other.group == entry.group).all(|other| not(other.choice.key));
        let name = if whole { format!("all {}", entry.group) } else { code(entry.choice.key) };
        if not(entry.choice.key) && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// What the pickers say where something doesn't go, each sentence once.
fn reasons() -> Vec<&'static str> {
    let keys = |table: &'static [PickEntry]| table.iter().map(|entry| entry.choice.key);
    let one = Config { tasks: usual().tasks.into_iter().take(1).collect(), ..usual() };
    let alone = Config { population: PopulationConfig { baselines: false, ..usual().population }, ..usual() };
    let odd = Config { trunk: vec![LayerConfig::new(15); 2], ..usual() };
    let uneven = Config { trunk: vec![LayerConfig::new(16), LayerConfig::new(8)], ..usual() };
    let tried = [bare(), one, alone, odd, uneven].into_iter();
    let tried = tried.chain(keys(model::architectures()).map(under_architecture));
    let tried = tried.chain(keys(strategy::strategies()).map(under_strategy));
    let mut found = Vec::new();
    for lesson in tried {
        for table in [balance::balancers(), model::architectures(), strategy::strategies()] {
            for reason in table.iter().filter_map(|entry| (entry.unfit)(&lesson)) {
                if !found.contains(&reason) {
                    found.push(reason);
                }
            }
        }
    }
    found
}

fn code(key: &str) -> String {
    format!("`{key}`")
}

fn yes(is: bool) -> String {
    (if is { "yes" } else { "no" }).into()
}

fn list(names: Vec<String>) -> String {
    names.join(", ")
}
