//! A setting as a row of a card: what doesn't change while its value does.

use crate::page::state::Page;
use leptos::prelude::*;
use mtl_core::config::{Kind, RELATION_KEYS, Value};
use mtl_core::lesson::{Card, Effect, Entry, lessons};
use std::sync::Arc;

/// The settings of a card that are shown, as of one lesson.
#[derive(Clone, Debug)]
pub struct Settings(Arc<Vec<Entry>>);

impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Settings {
    /// The settings of a card, renewed with the lesson.
    pub fn of(page: Page, card: Card) -> Memo<Self> {
        Memo::new(move |_| {
            let list = page.entries().into_iter().filter(|entry| entry.card == card && entry.shown);
            Self(Arc::new(list.collect()))
        })
    }

    /// The settings that the lesson is about, in its own order, each with the options of its method.
    pub fn of_lesson(page: Page) -> Memo<Self> {
        Memo::new(move |_| {
            let own = page.lesson.with(|lesson| lessons::find(&lesson.preset));
            let place = |entry: &Entry| own.and_then(|own| own.place_of(&entry.key));
            let about = |entry: &Entry| entry.shown && place(entry).is_some();
            let mut list: Vec<_> = page.entries().into_iter().filter(about).collect();
            list.sort_by_key(place);
            Self(Arc::new(list))
        })
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.key == key)
    }

    /// The value of a key.
    pub fn value(&self, key: &str) -> Option<Value> {
        self.entry(key).map(|entry| entry.value.clone())
    }

    /// A row for every setting, as the guide has it.
    pub fn guided(&self) -> Vec<Row> {
        self.0.iter().map(|entry| Row { guided: true, ..Row::new(entry) }).collect()
    }

    /// The rows of a task, or of the lesson.
    pub fn rows(&self, task: Option<usize>) -> Vec<Row> {
        self.0.iter().filter(|entry| entry.task == task).map(Row::new).collect()
    }
}

/// A setting without its value.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its key.
    pub key: String,
    /// The task it belongs to.
    pub task: Option<usize>,
    /// What the control says.
    pub label: &'static str,
    /// One or two plain sentences.
    pub help: &'static str,
    /// Whether a change starts the lesson again.
    pub resets: bool,
    /// Its limits when it was made.
    pub kind: Kind,
    /// Whether it stands in the guide, where its control has a name of its own.
    pub guided: bool,
}

impl Row {
    fn new(entry: &Entry) -> Self {
        Self {
            key: entry.key.clone(),
            task: entry.task,
            label: entry.label,
            help: entry.help,
            resets: entry.effect == Effect::Reset,
            kind: entry.kind,
            guided: false,
        }
    }

    /// What a control is kept for: with the same key and label, and the same words to choose from, it is
    /// the same control. The limits of a number may follow other settings.
    pub fn identity(&self) -> (String, &'static str, String) {
        let words = match self.kind {
            Kind::Integer { .. } | Kind::Number { inherits: false, .. } => "a number".into(),
            kind => kind.expected(),
        };
        (self.key.clone(), self.label, words)
    }

    /// What stands before its names.
    fn place(&self) -> &'static str {
        if self.guided { "guide-" } else { "" }
    }

    /// The `id` of its control.
    pub fn id(&self) -> String {
        format!("{}set-{}", self.place(), self.key.replace('.', "-"))
    }

    /// Its name for scripts.
    pub fn testid(&self) -> String {
        let own = if self.key == "bal" { "balancer" } else { &self.key };
        [self.place(), own].concat()
    }

    /// The glossary's word for it, where there is one.
    pub fn term(&self) -> Option<&'static str> {
        let own = match self.task {
            Some(_) => self.key.split_once('.').map_or("", |(_, own)| own),
            None => self.key.as_str(),
        };
        Some(match own {
            "rows" | "valid" | "test" => "validation",
            "trunk" | "arch" => "trunk",
            "head" => "head",
            "bal" => "balancer",
            "lr" => "rate",
            "opt" => "optimiser",
            "decay" => "decay",
            "drop" => "dropout",
            "clip" => "clipping",
            "batch" => "step",
            "horizon" => "epoch",
            "seeds" | "vary" => "seeds",
            "s" => "seed",
            "fan" => "fan",
            "affinity" | "group" => "affinity",
            "baselines" | "alone" => "baseline",
            "loss" => "loss",
            "rel" => "related",
            "noise" => "noise",
            "labelled" => "labels",
            "scale" => "scale",
            "weight" => "weight",
            own if RELATION_KEYS.contains(&own) => "relation",
            _ => return None,
        })
    }

    /// Its limits as they are now.
    pub fn limits(&self, settings: Memo<Settings>) -> Signal<Kind> {
        let (key, first) = (self.key.clone(), self.kind);
        Signal::derive(move || settings.with(|settings| settings.entry(&key).map_or(first, |entry| entry.kind)))
    }

    /// Its value, kept while the setting is away for a moment.
    pub fn value(&self, settings: Memo<Settings>) -> Memo<Value> {
        let key = self.key.clone();
        Memo::new(move |old: Option<&Value>| {
            let found = settings.with(|settings| settings.value(&key));
            found.or_else(|| old.cloned()).unwrap_or(Value::Inherit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::config::Config;
    use mtl_core::lesson::entries;

    #[test]
    fn the_glossary_has_the_word_of_every_setting() {
        let words = include_str!("../../../../index.html");
        for term in entries(&Config::default()).iter().filter_map(|entry| Row::new(entry).term()) {
            assert!(words.contains(&format!("id=\"word-{term}\"")), "{term}");
        }
    }
}
