//! Where every setting of a configuration lives, and how it is read and written there.

use super::fields::{Card, Effect, Entry, Field, lesson_fields, task_fields};
use crate::config::kind::{Kind, Notice, Value};
use crate::config::layer;
use crate::config::{Config, MAX_TASKS};
use crate::config::{OptionSpec, Pick, PickEntry};
use crate::{balance, data, model, strategy};

/// A method chosen from a table: the pick's slot in the configuration.
pub(super) struct Slot {
    pub key: &'static str,
    card: Card,
    pub table: fn() -> &'static [PickEntry],
    pub pick: fn(&mut Config) -> &mut Pick,
    pub read: fn(&Config) -> &Pick,
}

/// The tables of methods that a lesson picks from.
pub(super) const SLOTS: &[Slot] = &[
    Slot {
        key: "data",
        card: Card::Data,
        table: data::sources,
        pick: |c| &mut c.data.source,
        read: |c| &c.data.source,
    },
    Slot {
        key: "arch",
        card: Card::Network,
        table: model::architectures,
        pick: |c| &mut c.architecture,
        read: |c| &c.architecture,
    },
    // Before the balancer, some of which don't fit some strategies.
    Slot {
        key: "strategy",
        card: Card::Training,
        table: strategy::strategies,
        pick: |c| &mut c.strategy,
        read: |c| &c.strategy,
    },
    Slot {
        key: "bal",
        card: Card::Sharing,
        table: balance::balancers,
        pick: |c| &mut c.balancer,
        read: |c| &c.balancer,
    },
    Slot {
        key: "fanby",
        card: Card::Training,
        table: balance::preferences,
        pick: |c| &mut c.preference,
        read: |c| &c.preference,
    },
];

/// Where the setting of a key lives.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// A setting of the lesson.
    Lesson(&'static Field),
    /// A setting of a task.
    Task(&'static Field, usize),
    /// An option of the method that a slot picks.
    Option(&'static Slot, &'static OptionSpec),
}

// A task is one digit of a key, see `task_of`.
const _: () = assert!(MAX_TASKS <= 10);

/// The place of a full key in a configuration that has it.
pub(super) fn place(config: &Config, key: &str) -> Option<Place> {
    let Some((owner, own)) = key.split_once('.') else {
        return lesson_fields().iter().find(|field| field.key == key).map(Place::Lesson);
    };
    match SLOTS.iter().find(|slot| slot.key == owner) {
        Some(slot) => slot.options(config).iter().find(|spec| spec.key == own).map(|spec| Place::Option(slot, spec)),
        None => task_place(config, owner, own),
    }
}

fn task_place(config: &Config, owner: &str, own: &str) -> Option<Place> {
    let index = task_of(owner).filter(|index| *index < config.tasks.len())?;
    task_fields().iter().find(|field| field.key == own).map(|field| Place::Task(field, index))
}

/// The task of `t0` and the like.
fn task_of(owner: &str) -> Option<usize> {
    let [b't', digit @ b'0'..=b'9'] = owner.as_bytes() else {
        return None;
    };
    Some(usize::from(digit - b'0'))
}

/// Whether some configuration has a setting of this full key.
pub(super) fn is_key(key: &str) -> bool {
    let Some((owner, own)) = key.split_once('.') else {
        return lesson_fields().iter().any(|field| field.key == key);
    };
    match SLOTS.iter().find(|slot| slot.key == owner) {
        Some(slot) => (slot.table)().iter().any(|entry| entry.options.iter().any(|spec| spec.key == own)),
        None => {
            let is_task = task_of(owner).is_some_and(|index| index < MAX_TASKS);
            is_task && task_fields().iter().any(|field| field.key == own)
        }
    }
}

impl Slot {
    /// Picks the same method as another configuration; a change forgets the options.
    pub(super) fn pick_same(&self, config: &mut Config, other: &Config) {
        let method = &(self.read)(other).method;
        let pick = (self.pick)(config);
        if pick.method != *method {
            *pick = Pick::new(method.clone());
        }
    }

    /// Whether an option of the method that a configuration picks means anything there.
    fn shows(&self, config: &Config, spec: &OptionSpec) -> bool {
        let entry = (self.read)(config).entry((self.table)());
        entry.is_none_or(|entry| (entry.shows)(config, spec.key))
    }

    /// The options of the method that a configuration picks.
    fn options(&self, config: &Config) -> &'static [OptionSpec] {
        (self.read)(config).entry((self.table)()).map_or(&[], |entry| entry.options)
    }
}

impl Place {
    /// The limits of the setting.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Lesson(field) | Self::Task(field, _) => field.kind,
            Self::Option(_, spec) => spec.kind,
        }
    }

    /// The full key of the setting.
    pub(super) fn key(self) -> String {
        match self {
            Self::Lesson(field) => field.key.into(),
            Self::Task(field, task) => format!("t{task}.{}", field.key),
            Self::Option(slot, spec) => format!("{}.{}", slot.key, spec.key),
        }
    }

    /// The value of the setting.
    pub(super) fn read(self, config: &Config) -> Value {
        match self {
            Self::Lesson(field) => (field.get)(config, 0),
            Self::Task(field, task) => (field.get)(config, task),
            Self::Option(slot, spec) => spec.value((slot.read)(config).option(spec)),
        }
    }

    /// Writes a value that the limits admit.
    fn write(self, config: &mut Config, value: &Value) {
        match self {
            Self::Lesson(field) => (field.set)(config, 0, value),
            Self::Task(field, task) => (field.set)(config, task, value),
            Self::Option(slot, spec) => {
                if let Some(number) = spec.number(value) {
                    (slot.pick)(config).set(spec, number);
                }
            }
        }
    }

    /// Writes the nearest admitted value; if it is another one than `given`, written as `text`, or if
    /// there is none, says what is used instead.
    pub(super) fn write_nearest(self, config: &mut Config, given: &Value, text: &str) -> Option<Notice> {
        let kind = self.kind();
        let used = kind.nearest(given);
        if let Some(used) = &used {
            self.write(config, used);
        }
        if used.as_ref() == Some(given) {
            return None;
        }
        if let (Value::Layers(given), Some(Value::Layers(used))) = (given, &used) {
            return layer::cut(&self.key(), given, used);
        }
        Some(kind.notice(self.key(), text, &used.unwrap_or_else(|| self.read(config))))
    }

    /// The setting as the page sees it.
    pub(super) fn entry(self, config: &Config) -> Entry {
        let (key, kind, value) = (self.key(), self.kind(), self.read(config));
        match self {
            Self::Lesson(field) => field.entry(config, None, key, value),
            Self::Task(field, task) => field.entry(config, Some(task), key, value),
            Self::Option(slot, spec) => Entry {
                key,
                task: None,
                card: slot.card,
                effect: if spec.live { Effect::Live } else { Effect::Reset },
                label: spec.label,
                help: spec.help,
                kind,
                value,
                shown: slot.shows(config, spec),
            },
        }
    }
}

/// Every place of a configuration, in the order of links: a method's options follow its choice.
pub(super) fn places(config: &Config) -> Vec<Place> {
    let mut list = Vec::new();
    for field in lesson_fields() {
        list.push(Place::Lesson(field));
        if let Some(slot) = SLOTS.iter().find(|slot| slot.key == field.key) {
            list.extend(slot.options(config).iter().map(|spec| Place::Option(slot, spec)));
        }
    }
    for task in 0..config.tasks.len() {
        list.extend(task_fields().iter().map(|field| Place::Task(field, task)));
    }
    list
}
