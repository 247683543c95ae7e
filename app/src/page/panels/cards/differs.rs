//! What sets a task apart, in short words, and which task is to be looked at first.

use crate::page::panels::text::{is_titled_by_relation, relation_words};
use mtl_core::config::{Config, TaskConfig};

/// What sets a task apart from a plain one and isn't in its title: `×10`, `24 labels`,
/// `like A (30 %)`, `noise 0.15`.
pub fn differences(config: &Config, task: usize) -> Vec<String> {
    let Some(settings) = config.tasks.get(task) else { return Vec::new() };
    let usual = TaskConfig::default();
    let mut words = Vec::new();
    if settings.labelled > 0 && settings.labelled < config.data.train_rows {
        let labels = if settings.labelled == 1 { "label" } else { "labels" };
        words.push(format!("{} {labels}", settings.labelled));
    }
    if settings.scale != usual.scale {
        words.push(format!("\u{d7}{}", settings.scale));
    }
    if !is_titled_by_relation(config, task) {
        words.extend(relation_words(config, task));
    }
    if settings.noise > 0.0 {
        words.push(format!("noise {}", settings.noise));
    }
    words
}

/// The task that differs from the most others; of several, the one with the most to say.
pub fn odd_one(config: &Config) -> usize {
    let relation = |task: usize| relation_words(config, task);
    let all: Vec<_> = (0..config.tasks.len()).map(|task| (differences(config, task), relation(task))).collect();
    let alike = |words: &(Vec<String>, Option<String>)| all.iter().filter(|other| *other == words).count();
    let said = |words: &(Vec<String>, Option<String>)| words.0.len() + usize::from(words.1.is_some());
    let rank = |(task, words): (usize, &(Vec<String>, Option<String>))| (alike(words), usize::MAX - said(words), task);
    all.iter().enumerate().map(rank).min().map_or(0, |(.., task)| task)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::lesson::lessons::find;

    fn lesson(key: &str) -> Config {
        find(key).map(|lesson| lesson.config()).unwrap_or_default()
    }

    #[test]
    fn folded_tasks_say_what_sets_them_apart() {
        let words = |key: &str| {
            let lesson = lesson(key);
            (0..lesson.tasks.len()).map(|task| differences(&lesson, task).join(", ")).collect::<Vec<_>>()
        };
        // That B is like A stands in its title.
        assert_eq!(words("twins"), ["", "24 labels"]);
        assert_eq!(words("bully"), ["", "\u{d7}10"]);
        assert_eq!(words("pairs"), ["noise 0.15", "noise 0.15"]);
        assert_eq!(words("stranger"), ["", ""]);
        let mut twins = lesson("twins");
        twins.tasks[1].related = -0.3;
        twins.tasks[1].labelled = 1;
        assert_eq!(differences(&twins, 1), ["1 label", "mirrors A (30 %)"]);
        twins.tasks[1].labelled = 240;
        assert_eq!(differences(&twins, 1), ["mirrors A (30 %)"], "all rows are labelled");
        assert!(differences(&twins, 5).is_empty());
    }

    #[test]
    fn the_odd_one_is_looked_at_first() {
        for (key, task) in [("twins", 1), ("rivals", 0), ("bully", 1), ("stranger", 0), ("groups", 0), ("new-task", 1)]
        {
            assert_eq!(odd_one(&lesson(key)), task, "{key}");
        }
        let mut three = lesson("stranger");
        three.tasks.push(TaskConfig::default());
        three.tasks[0].scale = 3.0;
        assert_eq!(odd_one(&three), 0);
        three.tasks[0].scale = 1.0;
        three.tasks[2].related = 0.9;
        assert_eq!(odd_one(&three), 2, "its title tells it, too");
    }
}
