//! What is declared of two tasks, and how it stays with them.
//!
//! A relation has no direction, so that it is kept once, with the later of its two tasks, by the
//! place of the earlier one: every setting of the table is one number in one place, links stay
//! canonical, and tasks that are cut from the end take their relations with them. Any other task is
//! taken out or moved by a function of this module, where relations go with their tasks and not with
//! their letters.

use super::kind::{Choice, Notice};
use super::{Config, MAX_TASKS, TaskConfig};
use serde::{Deserialize, Serialize};

/// What is declared of two tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Relation {
    /// Nothing.
    #[default]
    Undeclared,
    /// They help each other.
    Positive,
    /// They have nothing to do with each other.
    Neutral,
    /// They hurt each other.
    Negative,
}

/// The relations with their words.
pub const RELATIONS: &[(Relation, Choice)] = &[
    (
        Relation::Undeclared,
        Choice { key: "undeclared", label: "undeclared", help: "Nothing is said of the two tasks." },
    ),
    (Relation::Positive, Choice { key: "positive", label: "positive", help: "They help each other." }),
    (Relation::Neutral, Choice { key: "neutral", label: "neutral", help: "They have nothing to do with each other." }),
    (Relation::Negative, Choice { key: "negative", label: "negative", help: "They hurt each other." }),
];

/// The keys of a task's relations to those before it, by their place.
pub const RELATION_KEYS: [&str; MAX_TASKS - 1] = ["to-a", "to-b", "to-c", "to-d", "to-e"];

impl Relation {
    /// What controls and sentences call it.
    ///
    /// ```
    /// assert_eq!(mtl_core::config::Relation::Neutral.word(), "neutral");
    /// ```
    pub fn word(self) -> &'static str {
        RELATIONS.iter().find(|(relation, _)| *relation == self).map_or("", |(_, choice)| choice.label)
    }

    /// Its sign in a matrix; none where nothing is declared.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Undeclared => "",
            Self::Positive => "+",
            Self::Neutral => "0",
            Self::Negative => "\u{2212}",
        }
    }

    /// Whether anything is declared.
    pub fn is_declared(self) -> bool {
        self != Self::Undeclared
    }
}

/// Two tasks of which something is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The tasks, the earlier one first.
    pub tasks: (usize, usize),
    /// What is declared.
    pub relation: Relation,
}

impl Config {
    /// What is declared of two tasks, in whichever order; nothing of a task and itself.
    pub fn relation(&self, a: usize, b: usize) -> Relation {
        let (earlier, later) = (a.min(b), a.max(b));
        let task = self.tasks.get(later).filter(|_| earlier < later);
        task.and_then(|task| task.relations.get(earlier)).copied().unwrap_or_default()
    }

    /// Declares a relation of two tasks, in whichever order; of a task and itself nothing.
    pub fn declare(&mut self, a: usize, b: usize, relation: Relation) {
        let (earlier, later) = (a.min(b), a.max(b));
        let task = self.tasks.get_mut(later).filter(|_| earlier < later);
        if let Some(kept) = task.and_then(|task| task.relations.get_mut(earlier)) {
            *kept = relation;
        }
    }

    /// Every two tasks of which something is declared, by the later one and then the earlier one.
    pub fn declared(&self) -> Vec<Declared> {
        let pairs = (0..self.tasks.len()).flat_map(|later| (0..later).map(move |earlier| (earlier, later)));
        let all = pairs.map(|tasks| Declared { tasks, relation: self.relation(tasks.0, tasks.1) });
        all.filter(|declared| declared.relation.is_declared()).collect()
    }

    /// Appends a task. Nothing is declared of a new one, not even of a copy.
    pub fn add_task(&mut self, task: TaskConfig) {
        self.tasks.push(TaskConfig { relations: Default::default(), ..task });
    }

    /// Takes a task out; those behind it move up.
    pub fn remove_task(&mut self, task: usize) {
        let rest: Vec<usize> = (0..self.tasks.len()).filter(|other| *other != task).collect();
        self.arrange_tasks(&rest);
    }

    /// Keeps these tasks in this order; places that are none, or come again, are left out. Whatever is
    /// declared goes with its two tasks.
    pub fn arrange_tasks(&mut self, order: &[usize]) {
        let mut kept: Vec<usize> = Vec::new();
        order.iter().filter(|task| **task < self.tasks.len()).for_each(|task| {
            if !kept.contains(task) {
                kept.push(*task);
            }
        });
        let before = self.clone();
        self.tasks.clear();
        kept.iter().filter_map(|task| before.tasks.get(*task)).for_each(|task| self.add_task(task.clone()));
        for (later, b) in kept.iter().enumerate() {
            for (earlier, a) in kept.iter().enumerate().take(later) {
                self.declare(earlier, later, before.relation(*a, *b));
            }
        }
    }
}

/// Takes away relations to tasks that are no earlier ones: they would belong to no pair.
pub(crate) fn check(config: &mut Config, notices: &mut Vec<Notice>) {
    for (k, task) in config.tasks.iter_mut().enumerate() {
        for (relation, key) in task.relations.iter_mut().zip(RELATION_KEYS).skip(k) {
            if relation.is_declared() {
                let sentence = "A relation stands with the later of two tasks; this one is dropped.";
                notices.push(Notice::new(format!("t{k}.{key}"), sentence));
                *relation = Relation::Undeclared;
            }
        }
    }
}
