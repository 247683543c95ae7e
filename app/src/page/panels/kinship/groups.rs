//! Groups of tasks that were proposed, and what training one of them means for the lesson.

use mtl_core::config::{Config, Pick, Value, task_name};
use mtl_core::lesson::apply;
use mtl_core::protocol::{CurvePoint, GroupedBy, Groups};

/// The architecture that gives every group a trunk of its own.
pub const GROUPED: &str = "grouped";

/// What is known of a lesson's tasks. A training of groups tells nothing about tasks of different
/// groups: it leaves the proposals as they were, so that one can be tried after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// What they are about.
    pub topic: Topic,
    /// The proposals, in the order of the points.
    pub proposals: Vec<Groups>,
    /// Whether they were measured without groups.
    whole: bool,
}

/// What the proposals are about; with another topic they go.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    preset: String,
    source: Pick,
    /// The target of each task.
    pub targets: Vec<String>,
}

impl Topic {
    fn of(config: &Config) -> Self {
        let targets = config.tasks.iter().map(|task| task.target.clone()).collect();
        Self { preset: config.preset.clone(), source: config.data.source.clone(), targets }
    }
}

impl Known {
    /// What is known with the newest point, after `old`. Nothing where affinities are not measured.
    pub fn renewed(config: &Config, point: Option<&CurvePoint>, old: Option<&Self>) -> Option<Self> {
        if !config.population.affinity {
            return None;
        }
        let (topic, whole) = (Topic::of(config), config.architecture.method != GROUPED);
        let old = old.filter(|old| old.topic == topic);
        let cells = config.tasks.len().pow(2);
        let Some(point) = point.filter(|point| point.affinity.len() == cells) else { return old.cloned() };
        match old {
            Some(old) if old.whole && !whole => Some(old.clone()),
            _ => Some(Self { topic, proposals: point.groupings.clone(), whole }),
        }
    }

    /// The proposal of a rule.
    pub fn proposal(&self, by: GroupedBy, budget: usize) -> Option<&Groups> {
        self.proposals.iter().find(|groups| groups.by == by && groups.budget == budget)
    }
}

/// The groups by the tasks' letters: `A C | B`.
pub fn letters(groups: &[Vec<usize>]) -> String {
    let names = |group: &Vec<usize>| group.iter().map(|task| task_name(*task)).collect::<Vec<_>>().join(" ");
    groups.iter().map(names).collect::<Vec<_>>().join(" | ")
}

/// By task: the number of its group, from 1 in the order of the groups' first tasks.
fn numbers(groups: &[Vec<usize>], tasks: usize) -> Vec<usize> {
    let of = |task: usize| groups.iter().position(|group| group.contains(&task)).unwrap_or(groups.len() + task);
    in_order((0..tasks).map(of))
}

fn in_order(labels: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut seen: Vec<usize> = Vec::new();
    let number = |label: usize| {
        if !seen.contains(&label) {
            seen.push(label);
        }
        1 + seen.iter().position(|other| *other == label).unwrap_or(0)
    };
    labels.map(number).collect()
}

/// Whether the lesson trains these groups.
pub fn is_trained(config: &Config, groups: &[Vec<usize>]) -> bool {
    let own = in_order(config.tasks.iter().map(|task| task.group));
    config.architecture.method == GROUPED && own == numbers(groups, config.tasks.len())
}

/// Gives every group a trunk of its own.
pub fn train(config: &mut Config, groups: &[Vec<usize>]) {
    // The checker, which follows, has the last word and tells what it changes.
    let _ = apply(config, "arch", &Value::Choice(GROUPED.into()));
    for (task, number) in numbers(groups, config.tasks.len()).into_iter().enumerate() {
        let _ = apply(config, &format!("t{task}.group"), &Value::Integer(number as i64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::config::TaskConfig;
    use mtl_core::lesson::check;

    fn lesson(tasks: usize) -> Config {
        let mut config = Config { tasks: vec![TaskConfig::default(); tasks], ..Config::default() };
        config.population.affinity = true;
        config
    }

    fn point(groups: &[Vec<usize>], tasks: usize) -> CurvePoint {
        let groups = Groups { by: GroupedBy::Affinity, budget: 2, groups: groups.to_vec(), score: 0.1 };
        CurvePoint { affinity: vec![0.5; tasks * tasks], groupings: vec![groups], ..CurvePoint::default() }
    }

    #[test]
    fn training_a_grouping_sets_the_architecture_and_every_group() {
        let (mut config, groups) = (lesson(4), vec![vec![1, 3], vec![0, 2]]);
        assert!(!is_trained(&config, &groups));
        train(&mut config, &groups);
        let (lesson, notices) = check(config);
        assert!(notices.is_empty(), "{notices:?}");
        assert_eq!(lesson.architecture.method, GROUPED);
        assert_eq!(lesson.tasks.iter().map(|task| task.group).collect::<Vec<_>>(), [1, 2, 1, 2]);
        assert!(is_trained(&lesson, &groups) && is_trained(&lesson, &[vec![0, 2], vec![1, 3]]));
        assert!(!is_trained(&lesson, &[vec![0, 1], vec![2, 3]]));
        assert_eq!(letters(&groups), "B D | A C");
    }

    #[test]
    fn proposals_outlast_the_training_of_one_of_them_and_no_other_change() {
        let (mut config, first, second) =
            (lesson(3), point(&[vec![0, 1], vec![2]], 3), point(&[vec![0], vec![1, 2]], 3));
        assert_eq!(Known::renewed(&config, Some(&CurvePoint::default()), None), None);
        let known = Known::renewed(&config, Some(&first), None);
        train(&mut config, &[vec![0, 1], vec![2]]);
        assert_eq!(Known::renewed(&config, None, known.as_ref()), known);
        assert_eq!(Known::renewed(&config, Some(&second), known.as_ref()), known);
        config.architecture = Config::default().architecture;
        assert_ne!(Known::renewed(&config, Some(&second), known.as_ref()), known);
        config.tasks.pop();
        assert_eq!(Known::renewed(&config, None, known.as_ref()), None);
        config = lesson(3);
        config.population.affinity = false;
        assert_eq!(Known::renewed(&config, Some(&first), known.as_ref()), None);
    }
}
