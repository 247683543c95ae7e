//! The table of settings: every line is whole, the lessons keep to it, and checking settles.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../any/mod.rs"]
mod any;
#[path = "../generated/mod.rs"]
mod generated;
mod guide;
mod relations;

use generated::assert_section;
use mtl_core::config::{
    Choice, Config, Kind, LayerConfig, LossKind, Notice, OptionSpec, Pick, PickEntry, TaskConfig, Value,
};
use mtl_core::lesson::fields::{Field, lesson_fields, task_fields};
use mtl_core::lesson::{Effect, apply, check, document, entries, entry, lessons, support};
use mtl_core::{balance, data, model, strategy};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn is_text(text: &str) -> bool {
    !text.trim().is_empty() && text.trim() == text
}

fn assert_choices(key: &str, choices: &[Choice]) {
    assert!(!choices.is_empty(), "{key}");
    let keys: BTreeSet<_> = choices.iter().map(|choice| choice.key).collect();
    assert_eq!(keys.len(), choices.len(), "{key}");
    for choice in choices {
        // Keys stand in links as they are, but for a plus.
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '+';
        assert!(is_text(choice.key) && choice.key.chars().all(plain), "{key}: {choice:?}");
        assert!(is_text(choice.label) && is_text(choice.help), "{key}: {choice:?}");
    }
}

fn assert_kind(key: &str, kind: &Kind) {
    assert!(is_text(&kind.expected()), "{key}");
    match kind {
        Kind::Choice(choices) => assert_choices(key, &choices()),
        Kind::Integer { min, max, .. } => assert!(min < max, "{key}"),
        Kind::Number { min, max, log, .. } => assert!(min < max && (!log || *min > 0.0), "{key}"),
        Kind::Layers { max } => assert!(*max > 0, "{key}"),
        Kind::Switch => {}
    }
}

fn assert_field(field: &Field, per_task: bool) {
    assert_eq!(field.per_task, per_task, "{}", field.key);
    assert!(is_text(field.key) && !field.key.contains('.'));
    assert!(is_text(field.label), "{}", field.key);
    assert!(is_text(field.help) && field.help.ends_with('.'), "{}", field.key);
    assert_kind(field.key, &field.kind);
}

#[test]
fn every_line_of_the_table_is_whole() {
    for field in lesson_fields() {
        assert_field(field, false);
    }
    for field in task_fields() {
        assert_field(field, true);
    }
}

#[test]
fn keys_are_unique_and_defaults_are_within_limits() {
    let mut config = Config::default();
    config.tasks.resize_with(6, TaskConfig::default);
    let list = entries(&config);
    let keys: BTreeSet<_> = list.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys.len(), list.len());
    for entry in &list {
        assert_eq!(entry.kind.clamp(entry.value.clone()), entry.value, "{}", entry.key);
        assert_eq!(entry.kind.parse(&entry.kind.text(&entry.value)), Ok(entry.value.clone()), "{}", entry.key);
        let found = mtl_core::lesson::entry(&config, &entry.key).unwrap();
        assert_eq!((found.key.as_str(), &found.value), (entry.key.as_str(), &entry.value));
    }
}

fn assert_option(entry: &PickEntry, option: &OptionSpec) {
    let name = format!("{}.{}", entry.choice.key, option.key);
    assert!(is_text(option.key) && is_text(option.label) && is_text(option.help), "{name}");
    assert_kind(&name, &option.kind);
    assert_eq!(option.clamp(option.default), option.default, "{name}");
    let value = option.value(option.default);
    assert_eq!(option.number(&value), Some(option.default), "{name}");
    assert_eq!(option.kind.parse(&option.text(option.default)), Ok(value), "{name}");
    assert_eq!(option.clamp(f64::NAN), option.default, "{name}");
    assert!(
        !matches!(option.kind, Kind::Number { inherits: true, .. } | Kind::Layers { .. }),
        "{name}: an option is one number"
    );
}

#[test]
fn every_method_has_help_and_its_options_have_limits() {
    for table in [data::sources(), model::architectures(), balance::balancers()] {
        assert_choices("methods", &table.iter().map(|entry| entry.choice).collect::<Vec<_>>());
        for entry in table {
            let keys: BTreeSet<_> = entry.options.iter().map(|option| option.key).collect();
            assert_eq!(keys.len(), entry.options.len(), "{}", entry.choice.key);
            for option in entry.options {
                assert_option(entry, option);
            }
        }
    }
}

#[test]
fn every_lesson_passes_the_check_as_it_is() {
    for lesson in lessons::LESSONS {
        let config = lesson.config();
        let (checked, notices) = check(config.clone());
        assert_eq!((checked.into_config(), notices), (config, vec![]), "{}", lesson.key);
        assert!(is_text(lesson.name) && is_text(lesson.teaches), "{}", lesson.key);
        assert_eq!(lessons::find(lesson.key).map(|found| found.name), Some(lesson.name));
    }
    assert_eq!(Config::default().preset, lessons::LESSONS[0].key);
}

/// Settings that a running lesson takes over.
#[test]
fn what_changes_while_it_runs_is_live() {
    for key in ["lr", "bal", "t0.weight", "t0.scale", "decay", "clip"] {
        assert_eq!(entry(&Config::default(), key).unwrap().effect, Effect::Live, "{key}");
    }
    for key in ["s", "trunk", "rows", "t0.loss", "t0.labelled", "batch", "alone", "vary"] {
        assert_eq!(entry(&Config::default(), key).unwrap().effect, Effect::Reset, "{key}");
    }
}

#[test]
fn what_a_gain_is_over_and_what_varies_is_asked_where_it_means_something() {
    let shown = |change: fn(&mut Config)| {
        let mut config = Config::default();
        change(&mut config);
        ["alone", "vary"].map(|key| entry(&config, key).unwrap().shown)
    };
    assert_eq!(shown(|_| {}), [true, true]);
    assert_eq!(shown(|config| config.population.baselines = false), [false, true]);
    assert_eq!(shown(|config| config.tasks.truncate(1)), [false, true]);
    assert_eq!(shown(|config| config.population.seeds = 1), [true, false]);
    assert_eq!(shown(|config| config.data.source = Pick::new("fronts")), [false, false]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_checked_configuration_is_within_limits_and_stays_as_it_is(seed: u32) {
        let (lesson, _) = check(any::unchecked(seed));
        for entry in entries(&lesson) {
            prop_assert_eq!(entry.kind.clamp(entry.value.clone()), entry.value.clone());
            prop_assert_eq!(entry.kind.parse(&entry.kind.text(&entry.value)), Ok(entry.value));
        }
        prop_assert!((1..=6).contains(&lesson.tasks.len()));
        let (again, notices) = check(lesson.clone().into_config());
        prop_assert_eq!((again, notices), (lesson, vec![]));
    }
}

/// The notices of a check, as (key, sentence).
fn notices(change: impl FnOnce(&mut Config)) -> Vec<(String, String)> {
    let mut config = Config::default();
    change(&mut config);
    check(config).1.into_iter().map(|notice| (notice.key, notice.sentence)).collect()
}

fn one(key: &str, sentence: &str) -> Vec<(String, String)> {
    vec![(key.into(), sentence.into())]
}

#[test]
fn what_a_check_changes_is_named() {
    assert_eq!(
        notices(|c| c.training.learning_rate = f64::NAN),
        one("lr", "'NaN' is not a number from 1e-6 to 10; 1e-6 is used.")
    );
    assert_eq!(
        notices(|c| c.training.learning_rate = 1e300),
        one("lr", "'1e300' is not a number from 1e-6 to 10; 10 is used.")
    );
    assert_eq!(notices(|c| c.training.weight_decay = -0.0), vec![]);
    assert_eq!(notices(|c| c.tasks.clear()), one("tasks", "0 is not a number of tasks from 1 to 6; 1 is used."));
    assert_eq!(
        notices(|c| c.preset = "x".repeat(50)),
        one("p", &format!("There is no lesson '{}…'; 'twins' is used.", "x".repeat(40)))
    );
    assert_eq!(notices(|c| c.balancer = Pick::new("magic")), one("bal", "'magic' is not known; 'equal' is used."));
    assert_eq!(
        notices(|c| c.balancer = Pick::new("equal").with("lr", 1.0)),
        one("bal.lr", "'equal' has no such option; it is dropped.")
    );
    assert_eq!(
        notices(|c| c.balancer = Pick::new("uncertainty").with("lr", 1e300)),
        one("bal.lr", "1e300 is not a number from 0.001 to 1; 1 is used.")
    );
    let named = notices(|c| c.tasks[1].target = "nowhere".into());
    assert!(named[0].0 == "t1.target" && named[0].1.starts_with("'nowhere' is not one of "), "{named:?}");
    let named = notices(|c| c.trunk = vec![LayerConfig::new(usize::MAX)]);
    assert_eq!(named[0].0, "trunk");
    assert_eq!(notices(|c| c.tasks[0].outputs = 5), vec![], "a binary task has one output and nobody needs to be told");
}

#[test]
fn a_check_fits_settings_to_each_other() {
    let mut config = Config::default();
    config.data.train_rows = 20;
    config.tasks[0] = TaskConfig { loss: LossKind::Mse, outputs: 9, ..TaskConfig::default() };
    config.tasks[1].labelled = 16;
    let (lesson, notices) = check(config);
    assert_eq!((lesson.training.batch, lesson.tasks[0].outputs, lesson.tasks[1].labelled), (0, 8, 16));
    let keys: Vec<_> = notices.iter().map(|notice| notice.key.as_str()).collect();
    assert_eq!(keys, ["batch", "t0.outputs"]);
}

/// Limits of the control of a key, in a lesson of 20 rows and three tasks.
#[test]
fn a_control_ends_where_the_data_do() {
    let mut config = Config::default();
    config.tasks.push(TaskConfig { loss: LossKind::Ce, outputs: 2, until: 300, ..TaskConfig::default() });
    config.tasks[0].loss = LossKind::Mse;
    config.data.train_rows = 20;
    let limits = |key: &str| match entry(&config, key).unwrap().kind {
        Kind::Integer { min, max, .. } => (min, max),
        kind => panic!("{key}: {kind:?}"),
    };
    assert_eq!([limits("t1.labelled"), limits("batch")], [(1, 20), (1, 20)]);
    assert_eq!([limits("t0.outputs"), limits("t2.outputs")], [(1, 8), (2, 10)]);
    assert_eq!([limits("t0.from"), limits("t0.until")], [(0, 300), (1, 300)]);
    assert_eq!(limits("fan"), (3, 45));
    assert_eq!(limits("rows"), (8, 20_000));
    // A link may go beyond them, and is told.
    assert_eq!(apply(&mut config, "t1.labelled", &Value::Integer(4000)), Ok(None));
}

#[test]
fn a_setting_is_written_clamped_or_not_at_all() {
    let mut config = Config::default();
    assert_eq!(apply(&mut config, "lr", &Value::Number(0.5)), Ok(None));
    let notice = apply(&mut config, "s", &Value::Integer(-1)).unwrap().unwrap();
    assert_eq!((notice.key.as_str(), config.seed), ("s", 0));
    for (key, value) in [
        ("opt", Value::Choice("magic".into())),
        ("lr", Value::Inherit),
        ("bal", Value::Choice(String::new())),
        ("fan", Value::Switch(true)),
        ("baselines", Value::Integer(1)),
    ] {
        let before = config.clone();
        let notice = apply(&mut config, key, &value).unwrap().unwrap();
        assert_eq!((notice.key.as_str(), &config), (key, &before), "{}", notice.sentence);
    }
    for key in ["", ".", "t2.scale", "t.scale", "t00.scale", "t-1.scale", "bal.lr", "lr.lr", "t1.", "t9.lr", "ta.lr"] {
        assert!(apply(&mut config, key, &Value::Number(1.0)).is_err(), "{key}");
    }
    assert_eq!(config.training.learning_rate, 0.5);
}

#[test]
fn another_method_forgets_the_options_of_the_one_before() {
    let mut config = Config { balancer: Pick::new("uncertainty").with("lr", 0.5), ..Config::default() };
    assert_eq!(apply(&mut config, "bal", &Value::Choice("uncertainty".into())), Ok(None));
    assert_eq!(entry(&config, "bal.lr").unwrap().value, Value::Number(0.5));
    for method in ["equal", "uncertainty"] {
        assert_eq!(apply(&mut config, "bal", &Value::Choice(method.into())), Ok(None));
    }
    assert_eq!(entry(&config, "bal.lr").unwrap().value, Value::Number(0.025));
    assert_eq!(apply(&mut config, "bal.form", &Value::Choice("regression".into())), Ok(None));
    assert_eq!(config.balancer, Pick::new("uncertainty").with("form", 1.0));
    assert_eq!(apply(&mut config, "bal.form", &Value::Choice("auto".into())), Ok(None));
    assert_eq!(config.balancer, Pick::new("uncertainty"), "a default is not stored");
}

#[test]
fn numbers_print_shortly_and_read_back() {
    for (number, text) in [
        (0.1, "0.1"),
        (-0.0, "-0"),
        (1e-5, "0.00001"),
        (9e-6, "9e-6"),
        (1e15, "1000000000000000"),
        (1e16, "1e16"),
        (5e-324, "5e-324"),
        (f64::MAX, "1.7976931348623157e308"),
    ] {
        assert_eq!(Value::Number(number).text(), text);
        assert_eq!(text.parse::<f64>(), Ok(number));
    }
}

#[test]
fn what_a_notice_quotes_is_short() {
    let mut config = Config::default();
    let Notice { sentence, .. } = apply(&mut config, "opt", &Value::Choice("y".repeat(10_000))).unwrap().unwrap();
    assert!(sentence.len() < 200 && sentence.contains('…'), "{sentence}");
}

#[test]
fn the_documents_list_the_settings_and_the_methods_as_they_are() {
    assert_section("SETTINGS.md", "settings", &document::markdown());
    assert_section("METHODS.md", "methods", &support::markdown());
}

/// The row of a method, by its key: cells between bars.
fn method_row<'a>(text: &'a str, title: &str, key: &str) -> Vec<&'a str> {
    let (_, section) = text.split_once(&format!("**{title}**")).unwrap();
    let row = section.lines().find(|line| line.starts_with(&format!("| `{key}` |")));
    row.unwrap_or_else(|| panic!("{title} has no {key}")).split('|').map(str::trim).collect()
}

/// What the page's own check does to a lesson is what the table says of it.
#[test]
fn the_methods_table_says_which_balancers_a_check_takes_out() {
    let text = support::markdown();
    let spelt = |key: &str| format!("`{key}`");
    for entry in balance::balancers() {
        let row = method_row(&text, "Balancers", entry.choice.key);
        let kept = |change: &dyn Fn(&mut Config)| {
            let mut config = Config { balancer: Pick::new(entry.choice.key), ..Config::default() };
            config.trunk = vec![LayerConfig::new(16); 2];
            config.population.baselines = true;
            change(&mut config);
            check(config).0.balancer.method == entry.choice.key
        };
        let excluded = |key: &str| row[10].split(", ").any(|name| name == spelt(key));
        for other in model::architectures() {
            let key = other.choice.key;
            assert_ne!(kept(&|c| c.architecture = Pick::new(key)), excluded(key), "{} {key}", entry.choice.key);
        }
        for other in strategy::strategies() {
            let key = other.choice.key;
            assert_ne!(kept(&|c| c.strategy = Pick::new(key)), excluded(key), "{} {key}", entry.choice.key);
        }
        assert_eq!(kept(&|c| c.trunk.clear()), row[9] == "yes", "{}", entry.choice.key);
    }
    for (title, table) in [("Architectures", model::architectures()), ("Strategies", strategy::strategies())] {
        assert!(table.iter().all(|entry| method_row(&text, title, entry.choice.key).len() > 5));
    }
}

#[test]
fn the_documentation_names_every_setting_once() {
    let text = document::markdown();
    let mut config = Config::default();
    config.tasks.truncate(1);
    for balancer in balance::balancers() {
        config.balancer = Pick::new(balancer.choice.key);
        for entry in entries(&config) {
            // Options of the same key are told apart by their method.
            let of =
                if entry.key.starts_with("bal.") { format!(" ({})", balancer.choice.label) } else { String::new() };
            let row = format!("\n| `{}` | {}{of} | ", entry.key, entry.label);
            assert_eq!(text.matches(&row).count(), 1, "{row}");
        }
    }
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    assert!(text.lines().filter(|line| line.starts_with('|')).all(|line| columns(line) == 7));
}

#[test]
fn the_readme_names_every_lesson_in_the_order_of_the_picker() {
    let Ok(readme) = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")) else {
        return;
    };
    let told =
        readme.lines().find(|line| line.starts_with("The lessons to start from")).expect("a line on the lessons");
    let named: Vec<&str> = told.split('*').skip(1).step_by(2).collect();
    // '8 Correlated pairs: a dial for likeness' is 'Correlated pairs'.
    let name = |lesson: &lessons::Preset| {
        let (_, title) = lesson.name.split_once(' ').expect("a number and a title");
        title.split(':').next().unwrap_or(title)
    };
    assert_eq!(named, lessons::LESSONS.iter().map(name).collect::<Vec<_>>());
}
