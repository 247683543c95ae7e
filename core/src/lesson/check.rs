//! From an unchecked configuration to one that runs.

use super::lessons;
use super::place::{Place, SLOTS, places};
use crate::config::kind::{Kind, Notice, Value, quoted};
use crate::config::{Config, MAX_TASKS, Pick, TaskConfig, relations};
use crate::data;
use std::ops::{Deref, RangeInclusive};

/// A configuration that has passed [`check`]: every value is within its limits, every method is
/// known, and the settings fit each other. It reads like a [`Config`] and can't be changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson(Config);

impl Deref for Lesson {
    type Target = Config;

    fn deref(&self) -> &Config {
        &self.0
    }
}

impl Lesson {
    /// The configuration, to be changed and checked again.
    pub fn into_config(self) -> Config {
        self.0
    }
}

/// Makes a configuration one that runs, and says what had to be changed for that.
///
/// Checking a checked configuration changes nothing.
pub fn check(mut config: Config) -> (Lesson, Vec<Notice>) {
    let mut notices = Vec::new();
    check_preset(&mut config, &mut notices);
    check_tasks(&mut config, &mut notices);
    for slot in SLOTS {
        (slot.pick)(&mut config).check(slot.key, (slot.table)(), &mut notices);
    }
    check_limits(&mut config, &mut notices);
    check_methods(&mut config, &mut notices);
    check_fit(&mut config, &mut notices);
    (Lesson(config), notices)
}

fn check_preset(config: &mut Config, notices: &mut Vec<Notice>) {
    if lessons::find(&config.preset).is_none() {
        let given = quoted(&config.preset);
        let used = lessons::LESSONS.first().map_or("", |lesson| lesson.key);
        notices.push(Notice::new("p", format!("There is no lesson '{given}'; '{used}' is used.")));
        config.preset = used.into();
    }
}

fn check_tasks(config: &mut Config, notices: &mut Vec<Notice>) {
    let given = config.tasks.len();
    let used = given.clamp(1, MAX_TASKS);
    if used != given {
        let sentence = format!("{given} is not a number of tasks from 1 to {MAX_TASKS}; {used} is used.");
        notices.push(Notice::new("tasks", sentence));
        config.tasks.resize_with(used, TaskConfig::default);
    }
}

fn check_limits(config: &mut Config, notices: &mut Vec<Notice>) {
    for place in places(config) {
        let given = place.read(config);
        let text = place.kind().text(&given);
        if place.kind().nearest(&given).is_some() {
            notices.extend(place.write_nearest(config, &given, &text));
            continue;
        }
        // A word that is not on the list has no nearest one, and something has to stand there.
        let used = fallback(place);
        place.write_nearest(config, &used, "");
        notices.push(place.kind().notice(place.key(), &text, &used));
    }
}

/// What stands in for a word that is not on the list: the default lesson's, or the first there is.
fn fallback(place: Place) -> Value {
    let kind = place.kind();
    let standard = kind.nearest(&place.read(&Config::default()));
    standard.unwrap_or_else(|| match kind {
        Kind::Choice(choices) => Value::Choice(choices().first().map_or("", |choice| choice.key).into()),
        _ => Value::Inherit,
    })
}

/// Methods that make no sense in this lesson.
fn check_methods(config: &mut Config, notices: &mut Vec<Notice>) {
    for slot in SLOTS {
        let table = (slot.table)();
        let (Some(entry), Some(first)) = ((slot.read)(config).entry(table), table.first()) else { continue };
        let (Some(reason), label) = ((entry.unfit)(config), entry.choice.label) else { continue };
        notices.push(Notice::new(
            slot.key,
            format!("{label} is no choice here. {reason} {} is used.", first.choice.label),
        ));
        *(slot.pick)(config) = Pick::new(first.choice.key);
    }
}

/// Settings that are fine alone and don't fit together.
fn check_fit(config: &mut Config, notices: &mut Vec<Notice>) {
    let rows = config.data.train_rows;
    if config.training.batch > rows {
        let sentence = format!("There are only {rows} training rows; full batches are used.");
        notices.push(Notice::new("batch", sentence));
        config.training.batch = 0;
    }
    // The smallest lattice of preferences has a point for every task.
    let (tasks, fan) = (config.tasks.len(), config.population.fan);
    if (1..tasks).contains(&fan) {
        let sentence =
            format!("A fan for {tasks} tasks has at least {tasks} points, and {fan} are too few; none is used.");
        notices.push(Notice::new("fan", sentence));
        config.population.fan = 0;
    }
    for (k, task) in config.tasks.iter_mut().enumerate() {
        if task.labelled > rows {
            let sentence = format!("There are only {rows} training rows; all of them are labelled.");
            notices.push(Notice::new(format!("t{k}.labelled"), sentence));
            task.labelled = 0;
        }
        check_outputs(k, task, data::outputs(&config.data.source, task.loss), notices);
    }
    relations::check(config, notices);
}

fn check_outputs(k: usize, task: &mut TaskConfig, fits: RangeInclusive<usize>, notices: &mut Vec<Notice>) {
    if fits.contains(&task.outputs) {
        return;
    }
    let used = task.outputs.clamp(*fits.start(), *fits.end());
    // Where there is one possibility, as for two classes with their one logit, there is nothing to notice.
    if fits.start() < fits.end() {
        let sentence = format!("{} outputs don't fit this loss; {used} are used.", task.outputs);
        notices.push(Notice::new(format!("t{k}.outputs"), sentence));
    }
    task.outputs = used;
}
