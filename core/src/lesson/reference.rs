//! The tables of settings, methods and measures as one page of the site: `reference.html`.
//!
//! Nothing here is listed by hand. Every entry has an address of its own, which the page's '?'s link to
//! ([`anchor`]).

use super::document::effect_word;
use super::fields::{Effect, Field, lesson_fields, task_fields};
use super::place::SLOTS;
use super::surveys::SURVEYS;
use crate::config::{Choice, Config, Kind, Paper, PickEntry};
use crate::measure::table::{Group, MEASURES, Measure, formula};
use std::fmt::{Result, Write};

/// What the page is called, beside the site.
pub const FILE: &str = "reference.html";

/// The address of a setting, a method (`bal-pcgrad`) or a measure (`measure-accuracy`) within the page.
///
/// ```
/// assert_eq!(mtl_core::lesson::reference::anchor("bal", "pcgrad"), "reference.html#bal-pcgrad");
/// ```
pub fn anchor(room: &str, key: &str) -> String {
    // The fan's methods are balancers.
    let room = if room == "fanby" { "bal" } else { room };
    format!("{FILE}#{room}-{key}")
}

/// The tables of methods: the key of their setting, and a heading.
const ROOMS: [(&str, &str); 4] =
    [("data", "Data"), ("arch", "Architectures"), ("bal", "Balancers and aggregators"), ("strategy", "Strategies")];

/// The whole page.
pub fn html() -> String {
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = write_page(&mut text);
    text
}

fn write_page(text: &mut String) -> Result {
    text.push_str(HEAD);
    let contents = ROOMS.iter().copied().chain(REST);
    writeln!(text, "<nav aria-label=\"Contents\"><ul>")?;
    for (id, title) in contents {
        writeln!(text, "<li><a href=\"#{id}\">{title}</a></li>")?;
    }
    writeln!(text, "</ul></nav>\n<main>")?;
    for (slot, title) in ROOMS {
        write_room(text, slot, title)?;
    }
    write_measures(text)?;
    write_settings(text)?;
    write_surveys(text)?;
    text.push_str("</main>\n</body>\n</html>\n");
    Ok(())
}

const REST: [(&str, &str); 3] = [("measures", "Measures"), ("settings", "Settings"), ("surveys", "Surveys")];

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'">
<title>Reference - MTL Playground</title>
<meta name="description" content="Every method, measure and setting of MTL Playground, with formulas and papers.">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="./favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="./style/main.css">
</head>
<body class="reference">
<header>
<h1>Reference</h1>
<p>Every method, measure and setting of <a href="./">MTL Playground</a>, with the papers that they come from. The keys are those of links.</p>
</header>
"#;

fn write_room(text: &mut String, slot: &str, title: &str) -> Result {
    writeln!(text, "<section id=\"{slot}\">\n<h2>{title}</h2>")?;
    let Some(slot) = SLOTS.iter().find(|other| other.key == slot) else {
        debug_assert!(false, "there is a table behind every room");
        return Ok(());
    };
    let mut group = "";
    for entry in (slot.table)() {
        if entry.group != group {
            group = entry.group;
            writeln!(text, "<h3 class=\"group\">{}</h3>", escaped(group))?;
        }
        write_method(text, slot.key, entry)?;
    }
    writeln!(text, "</section>")
}

fn write_method(text: &mut String, slot: &str, entry: &PickEntry) -> Result {
    let Choice { key, label, help } = entry.choice;
    open(text, &format!("{slot}-{key}"), label, &format!("{slot}={key}"))?;
    writeln!(text, "<p>{}</p>", escaped(help))?;
    if !entry.options.is_empty() {
        writeln!(text, "<dl>")?;
        for option in entry.options {
            let effect = if option.live { Effect::Live } else { Effect::Reset };
            let limits = (option.kind.expected(), option.text(option.default));
            // Several methods have options of one key.
            let ids = (format!("{slot}-{key}.{}", option.key), format!("{slot}.{}", option.key));
            term(text, ids, option.label, limits, effect, option.help)?;
        }
        writeln!(text, "</dl>")?;
    }
    write_papers(text, entry.papers)?;
    writeln!(text, "</article>")
}

fn write_measures(text: &mut String) -> Result {
    writeln!(text, "<section id=\"measures\">\n<h2>Measures</h2>")?;
    for group in Group::ALL {
        writeln!(text, "<h3 class=\"group\">{}</h3>", escaped(group.title()))?;
        MEASURES
            .iter()
            .filter(|measure| measure.group == group)
            .try_for_each(|measure| write_measure(text, measure))?;
    }
    writeln!(text, "</section>")
}

fn write_measure(text: &mut String, measure: &Measure) -> Result {
    let Choice { key, label, help } = measure.choice;
    open(text, &format!("measure-{key}"), label, key)?;
    writeln!(text, "<p>{} ({})</p>", escaped(help), measure.better.words())?;
    writeln!(text, "<p>Taken on {}.</p>", escaped(measure.taken()))?;
    writeln!(text, "<p class=\"formula\">{}</p>", escaped(formula(key)))?;
    write_papers(text, measure.papers)?;
    writeln!(text, "</article>")
}

fn write_settings(text: &mut String) -> Result {
    writeln!(text, "<section id=\"settings\">\n<h2>Settings</h2>")?;
    let default = Config::default();
    writeln!(text, "<h3 class=\"group\">of the lesson; defaults are those of {}</h3>\n<dl>", default.preset)?;
    lesson_fields().iter().try_for_each(|field| write_field(text, field, field.key, &default))?;
    writeln!(
        text,
        "</dl>\n<h3 class=\"group\">of each task: t0. is A, t1. is B; defaults are those of an added one</h3>\n<dl>"
    )?;
    let added = Config { tasks: Vec::new(), ..default };
    task_fields().iter().try_for_each(|field| write_field(text, field, &format!("t0.{}", field.key), &added))?;
    writeln!(text, "</dl>\n</section>")
}

fn write_field(text: &mut String, field: &Field, key: &str, config: &Config) -> Result {
    let limits = (field.kind.expected(), field.kind.text(&(field.get)(config, 0)));
    term(text, (key.into(), key.into()), field.label, limits, field.effect, field.help)?;
    // Methods have articles of their own.
    let Kind::Choice(choices) = field.kind else { return Ok(()) };
    if SLOTS.iter().any(|slot| slot.key == key) {
        return Ok(());
    }
    writeln!(text, "<dd><ul>")?;
    for choice in choices() {
        writeln!(text, "<li><code>{}</code> {}: {}</li>", choice.key, escaped(choice.label), escaped(choice.help))?;
    }
    writeln!(text, "</ul></dd>")
}

fn write_surveys(text: &mut String) -> Result {
    writeln!(text, "<section id=\"surveys\">\n<h2>Surveys</h2>")?;
    for survey in SURVEYS {
        writeln!(text, "<article>\n<p>{}</p>\n<p>{}</p>\n</article>", citation(&survey.paper), escaped(survey.what))?;
    }
    writeln!(text, "</section>")
}

fn open(text: &mut String, id: &str, title: &str, key: &str) -> Result {
    writeln!(text, "<article id=\"{id}\">\n<h3>{} <code>{}</code></h3>", escaped(title), escaped(key))
}

fn term(
    text: &mut String,
    (id, key): (String, String),
    label: &str,
    (limits, default): (String, String),
    effect: Effect,
    help: &str,
) -> Result {
    let (label, help, limits) = (escaped(label), escaped(help), escaped(&limits));
    writeln!(text, "<dt id=\"set-{id}\">{label} <code>{key}</code></dt>")?;
    let (default, effect) = (escaped(&default), effect_word(effect));
    writeln!(text, "<dd>{help} <span class=\"limits\">{limits}; default {default}; {effect}</span></dd>")
}

fn write_papers(text: &mut String, papers: &[Paper]) -> Result {
    papers.iter().try_for_each(|paper| writeln!(text, "<p class=\"paper\">{}</p>", citation(paper)))
}

fn citation(paper: &Paper) -> String {
    let Paper { authors, year, title, url } = *paper;
    format!("{} {year}: <a href=\"{}\" rel=\"noreferrer\">{}</a>", escaped(authors), escaped(url), escaped(title))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
