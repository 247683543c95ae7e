//! The table of settings: one line each, with key, limits, label and help.
//!
//! A line carries how to read and write its setting, so that the checker, the link, the file, the
//! page's controls and the documentation need nothing else. The options of methods (a balancer's
//! learning rate, a generator's correlation) come from the lines of the methods' own tables and
//! appear here under `slot.option`.

use super::codec::own_label;
use super::place::{SLOTS, place, places};
use super::table;
use crate::config::kind::{Kind, Notice, Value, quoted};
use crate::config::{Config, Paper, task_name};
use crate::landscape;

/// The card of the page that a setting stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    /// Data and tasks.
    Data,
    /// The network.
    Network,
    /// How the tasks share gradients.
    Sharing,
    /// Optimiser, regularisation, population.
    Training,
}

/// What a change of a setting does to a running lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It takes effect while training goes on.
    Live,
    /// It starts the lesson again.
    Reset,
}

/// Reads a setting; the number is the task for settings of a task.
pub(super) type Get = fn(&Config, usize) -> Value;
/// Writes a setting.
pub(super) type Set = fn(&mut Config, usize, &Value);
/// A setting's limits in a configuration, from those of links.
pub(super) type Within = fn(&Config, usize, Kind) -> Kind;

/// A line of the table.
pub struct Field {
    /// Key in links; a task's settings stand behind `tK.`.
    pub key: &'static str,
    /// Whether there is one for every task.
    pub per_task: bool,
    /// Where the page shows it.
    pub card: Card,
    /// What a change does.
    pub effect: Effect,
    /// What the control says.
    pub label: &'static str,
    /// One or two plain sentences.
    pub help: &'static str,
    /// Its limits.
    pub kind: Kind,
    pub(super) get: Get,
    pub(super) set: Set,
    pub(super) shown: fn(&Config, usize) -> bool,
    pub(super) within: Within,
}

/// A setting of one particular configuration, as the page and the codecs see it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its full key, such as `lr`, `t1.scale` or `bal.lr`.
    pub key: String,
    /// The task it belongs to.
    pub task: Option<usize>,
    /// Where the page shows it.
    pub card: Card,
    /// What a change does.
    pub effect: Effect,
    /// What the control says.
    pub label: &'static str,
    /// One or two plain sentences.
    pub help: &'static str,
    /// Its limits here, for a control. Links may go beyond them: the checker says what comes of it.
    pub kind: Kind,
    /// Its value.
    pub value: Value,
    /// Whether it means anything in this configuration; a link carries it all the same.
    pub shown: bool,
}

/// The settings of the lesson as a whole, in the order of links.
pub fn lesson_fields() -> &'static [Field] {
    table::LESSON
}

/// The settings that every task has, in the order of links.
pub fn task_fields() -> &'static [Field] {
    table::TASK
}

impl Field {
    pub(super) fn entry(&self, config: &Config, task: Option<usize>, key: String, value: Value) -> Entry {
        Entry {
            key,
            task,
            card: self.card,
            effect: self.effect,
            label: self.label,
            help: self.help,
            kind: (self.within)(config, task.unwrap_or(0), self.kind),
            value,
            shown: (self.shown)(config, task.unwrap_or(0)) && self.means_something(config),
        }
    }
}

impl Field {
    /// On a landscape most settings don't; a task's weight does under manual weights.
    fn means_something(&self, config: &Config) -> bool {
        !landscape::is_landscape(&config.data.source) || landscape::shows(self.key, self.per_task)
    }
}

/// Every setting of a configuration, in the order of links: a method's options follow its choice.
pub fn entries(config: &Config) -> Vec<Entry> {
    places(config).into_iter().map(|place| place.entry(config)).collect()
}

/// One setting of a configuration, by its full key.
pub fn entry(config: &Config, key: &str) -> Option<Entry> {
    place(config, key).map(|place| place.entry(config))
}

/// What a sentence calls the setting of a key: what its control says, and the task that it belongs
/// to. `None` for a key that the configuration doesn't have.
///
/// ```
/// use mtl_core::config::Config;
/// use mtl_core::lesson::called;
///
/// let called = |key| called(&Config::default(), key);
/// assert_eq!(called("t1.labelled").as_deref(), Some("labelled rows of task B"));
/// assert_eq!(called("s").as_deref(), Some("seed"));
/// assert_eq!(called("t2.labelled"), None);
/// ```
pub fn called(config: &Config, key: &str) -> Option<String> {
    if let Some(label) = own_label(key) {
        return Some(label.into());
    }
    let entry = entry(config, key)?;
    Some(match entry.task {
        Some(task) => format!("{} of task {}", entry.label, task_name(task)),
        None => entry.label.into(),
    })
}

/// How a picker lists the methods of a table: under which heading, and why not in this configuration.
pub struct Listed {
    /// The heading; empty where there is none.
    pub group: &'static str,
    /// Why the method makes no sense here, in one sentence.
    pub unfit: Option<&'static str>,
}

/// Every method of the table behind a setting, in its order; `None` for a setting without one.
pub fn listed(config: &Config, key: &str) -> Option<Vec<Listed>> {
    let slot = SLOTS.iter().find(|slot| slot.key == key)?;
    let list = (slot.table)().iter().map(|entry| Listed { group: entry.group, unfit: (entry.unfit)(config) });
    Some(list.collect())
}

/// The papers of the method that a configuration picks from the table behind a setting.
pub fn papers(config: &Config, key: &str) -> &'static [Paper] {
    let slot = SLOTS.iter().find(|slot| slot.key == key);
    let entry = slot.and_then(|slot| (slot.read)(config).entry((slot.table)()));
    entry.map_or(&[], |entry| entry.papers)
}

/// Writes one setting by its full key, clamped to its limits.
///
/// # Errors
///
/// A notice if the configuration has no setting of that key. A clamped value is no error: the
/// notice says what was used instead. So it does if the value is of another kind or a word that is
/// not on the list: then the setting stays as it was.
pub fn apply(config: &mut Config, key: &str, value: &Value) -> Result<Option<Notice>, Notice> {
    let Some(place) = place(config, key) else {
        return Err(Notice::new(quoted(key), "This setting is not known here; it is left as it is."));
    };
    Ok(place.write_nearest(config, value, &place.kind().text(value)))
}
