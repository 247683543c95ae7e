//! A method chosen from a table, with the options that its table line declares.

use super::kind::{Choice, Kind, Notice, Value, quoted};
use super::number::print_number;
use super::{Config, Paper};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A method and its options. Options that stand at their default are not stored, so that equal
/// choices are equal values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pick {
    /// The method's key in its table.
    pub method: String,
    /// Options that differ from their defaults, by key.
    pub options: BTreeMap<String, f64>,
}

/// An option that a method declares: a number with limits, or one of several words.
#[derive(Clone, Copy, Debug)]
pub struct OptionSpec {
    /// Key; in links it stands behind the table's key and a dot.
    pub key: &'static str,
    /// What the control says.
    pub label: &'static str,
    /// One plain sentence.
    pub help: &'static str,
    /// Its limits. A choice is stored as the index of the word.
    pub kind: Kind,
    /// Its default.
    pub default: f64,
    /// Whether a change takes effect in a running lesson.
    pub live: bool,
}

/// A line of a table of methods: what the checker, the page and the documentation need of it.
#[derive(Clone, Copy, Debug)]
pub struct PickEntry {
    /// Key, label and help.
    pub choice: Choice,
    /// The options it declares.
    pub options: &'static [OptionSpec],
    /// Where it comes from; empty for what has no paper of its own.
    pub papers: &'static [Paper],
    /// The heading under which a picker lists it; empty in a table without headings.
    pub group: &'static str,
    /// Settings of every task that the method reads, by key.
    pub reads: &'static [&'static str],
    /// Why the method makes no sense in a lesson, in one sentence; `None` where it does.
    pub unfit: fn(&Config) -> Option<&'static str>,
    /// Whether an option of this key means anything in a lesson.
    pub shows: fn(&Config, &str) -> bool,
}

impl PickEntry {
    /// A line for every lesson, under no heading.
    pub const fn new(choice: Choice, options: &'static [OptionSpec]) -> Self {
        Self { choice, options, papers: &[], group: "", reads: &[], unfit: |_| None, shows: |_, _| true }
    }

    /// The same with the papers that it comes from.
    pub const fn by(self, papers: &'static [Paper]) -> Self {
        Self { papers, ..self }
    }

    /// The same under a heading.
    pub const fn in_group(self, group: &'static str) -> Self {
        Self { group, ..self }
    }

    /// The same, reading these settings of every task.
    pub const fn reading(self, reads: &'static [&'static str]) -> Self {
        Self { reads, ..self }
    }

    /// The same for lessons that give no reason against it.
    pub const fn unless(self, unfit: fn(&Config) -> Option<&'static str>) -> Self {
        Self { unfit, ..self }
    }

    /// The same with options that don't always mean something.
    pub const fn showing(self, shows: fn(&Config, &str) -> bool) -> Self {
        Self { shows, ..self }
    }
}

impl Pick {
    /// The method with its default options.
    pub fn new(method: impl Into<String>) -> Self {
        Self { method: method.into(), options: BTreeMap::new() }
    }

    /// The same method with one option set.
    pub fn with(mut self, key: &str, value: f64) -> Self {
        self.options.insert(key.into(), value);
        self
    }

    /// The value of an option: the stored one or its default.
    pub fn option(&self, spec: &OptionSpec) -> f64 {
        self.options.get(spec.key).copied().unwrap_or(spec.default)
    }

    /// The value of an option by key, `fallback` where the method declares none of that name.
    pub fn get(&self, table: &[PickEntry], key: &str, fallback: f64) -> f64 {
        self.entry(table)
            .and_then(|entry| entry.options.iter().find(|spec| spec.key == key))
            .map_or(fallback, |spec| self.option(spec))
    }

    /// The table's line of this method.
    pub fn entry<'a>(&self, table: &'a [PickEntry]) -> Option<&'a PickEntry> {
        table.iter().find(|entry| entry.choice.key == self.method)
    }

    /// Makes the pick one that the table admits; `slot` is the table's key in links.
    pub(crate) fn check(&mut self, slot: &str, table: &'static [PickEntry], notices: &mut Vec<Notice>) {
        let Some(first) = table.first() else { return };
        if self.entry(table).is_none() {
            let given = quoted(&self.method);
            notices.push(Notice::new(slot, format!("'{given}' is not known; '{}' is used.", first.choice.key)));
            *self = Self::new(first.choice.key);
        }
        let specs = self.entry(table).map_or(&[][..], |entry| entry.options);
        let given = std::mem::take(&mut self.options);
        for (key, value) in given {
            let Some(spec) = specs.iter().find(|spec| spec.key == key) else {
                let sentence = format!("'{}' has no such option; it is dropped.", self.method);
                notices.push(Notice::new(quoted(&format!("{slot}.{key}")), sentence));
                continue;
            };
            let used = spec.clamp(value);
            if used != value {
                let sentence =
                    format!("{} is not {}; {} is used.", print_number(value), spec.kind.expected(), spec.text(used));
                notices.push(Notice::new(format!("{slot}.{key}"), sentence));
            }
            self.set(spec, used);
        }
    }

    /// Stores an option, unless it stands at its default.
    pub(crate) fn set(&mut self, spec: &OptionSpec, value: f64) {
        if value == spec.default {
            self.options.remove(spec.key);
        } else {
            self.options.insert(spec.key.into(), value);
        }
    }
}

impl OptionSpec {
    /// The nearest admitted number; the default for one that is none.
    pub fn clamp(&self, value: f64) -> f64 {
        if value.is_nan() {
            return self.default;
        }
        let nearest = match self.kind {
            Kind::Integer { word: Some(_), .. } if value == 0.0 => 0.0,
            Kind::Integer { min, max, .. } => value.round().clamp(min as f64, max as f64),
            Kind::Number { min, max, .. } => value.clamp(min, max),
            Kind::Choice(choices) => value.round().clamp(0.0, choices().len().saturating_sub(1) as f64),
            Kind::Switch => f64::from(value != 0.0),
            Kind::Layers { .. } => self.default,
        };
        // Turns -0 into 0, which would print differently.
        nearest + 0.0
    }

    /// A number as the text that a link carries.
    pub fn text(&self, number: f64) -> String {
        self.kind.text(&self.value(number))
    }

    /// The number as the value that a control shows.
    pub fn value(&self, number: f64) -> Value {
        match self.kind {
            Kind::Integer { .. } => Value::Integer(number as i64),
            Kind::Choice(choices) => {
                Value::Choice(choices().get(number as usize).map_or("", |choice| choice.key).into())
            }
            Kind::Switch => Value::Switch(number != 0.0),
            _ => Value::Number(number),
        }
    }

    /// The number that stands for a control's value.
    pub fn number(&self, value: &Value) -> Option<f64> {
        match (self.kind, value) {
            (Kind::Choice(choices), Value::Choice(key)) => {
                choices().iter().position(|choice| choice.key == key).map(|i| i as f64)
            }
            (_, Value::Switch(on)) => Some(f64::from(*on)),
            (_, value) => value.number(),
        }
    }
}
