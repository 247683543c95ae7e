//! Declared relations: with which task they stand, when they are shown, and where they go with their tasks.

use mtl_core::config::{Config, Declared, Pick, RELATION_KEYS, RELATIONS, Relation, TaskConfig, Value};
use mtl_core::lesson::{apply, check, entry, link};
use mtl_core::model::{ARCHITECTURES, Shape, reads};

/// So many tasks, told apart by their weights 1, 2, 3 and so on.
fn numbered(tasks: usize) -> Config {
    let task = |k| TaskConfig { weight: (k + 1) as f64, ..TaskConfig::default() };
    Config { tasks: (0..tasks).map(task).collect(), ..Config::default() }
}

/// A, B and D in a triangle of all kinds, and nothing of C.
fn triangle() -> Config {
    let mut config = numbered(4);
    config.declare(0, 1, Relation::Positive);
    config.declare(3, 0, Relation::Neutral);
    config.declare(1, 3, Relation::Negative);
    config
}

/// What is declared, by the weights that tell the tasks apart, the smaller one first.
fn by_weight(config: &Config) -> Vec<(usize, usize, Relation)> {
    let weight = |task: usize| config.tasks[task].weight as usize;
    let named = |declared: Declared| {
        let (a, b) = (weight(declared.tasks.0), weight(declared.tasks.1));
        (a.min(b), a.max(b), declared.relation)
    };
    let mut all: Vec<_> = config.declared().into_iter().map(named).collect();
    all.sort_by_key(|(a, b, _)| (*a, *b));
    all
}

#[test]
fn a_relation_is_the_same_both_ways_and_none_of_a_task_and_itself() {
    let mut config = triangle();
    for (relation, (a, b)) in
        [(Relation::Positive, (0, 1)), (Relation::Neutral, (0, 3)), (Relation::Undeclared, (2, 3))]
    {
        assert_eq!([config.relation(a, b), config.relation(b, a)], [relation; 2]);
    }
    config.declare(2, 2, Relation::Positive);
    config.declare(0, 9, Relation::Positive);
    assert_eq!(config, triangle());
    assert_eq!(config.relation(9, 0), Relation::Undeclared);
}

#[test]
fn relations_follow_their_tasks_when_one_is_removed() {
    let all = [(1, 2, Relation::Positive), (1, 4, Relation::Neutral), (2, 4, Relation::Negative)];
    assert_eq!(by_weight(&triangle()), all);
    for removed in 0..4 {
        let mut config = triangle();
        config.remove_task(removed);
        assert_eq!(config.tasks.len(), 3);
        let left: Vec<_> = all.into_iter().filter(|(a, b, _)| ![*a, *b].contains(&(removed + 1))).collect();
        assert_eq!(by_weight(&config), left, "without {removed}");
        assert_eq!(check(config).1, [], "without {removed}");
    }
    let mut config = triangle();
    config.remove_task(4);
    assert_eq!(config, triangle());
}

#[test]
fn relations_follow_their_tasks_when_they_are_moved() {
    for order in [[3, 1, 0, 2], [1, 0, 3, 2], [3, 2, 1, 0]] {
        let mut config = triangle();
        config.arrange_tasks(&order);
        let weights: Vec<_> = config.tasks.iter().map(|task| task.weight as usize - 1).collect();
        assert_eq!((weights.as_slice(), by_weight(&config)), (&order[..], by_weight(&triangle())));
        assert_eq!(check(config).1, [], "{order:?}");
    }
    let mut config = triangle();
    config.arrange_tasks(&[1, 1, 7, 0]);
    assert_eq!(by_weight(&config), [(1, 2, Relation::Positive)]);
}

#[test]
fn nothing_is_declared_of_a_task_that_is_added() {
    let mut config = triangle();
    config.add_task(config.tasks[3].clone());
    assert_eq!(config.declared(), triangle().declared());
    // Cutting and growing by a link leaves nothing behind either.
    let text = link::encode(&check(triangle()).0, &[]);
    let shorter = link::decode(&text.replace("tasks=4", "tasks=2"));
    assert_eq!(shorter.lesson.declared().len(), 1, "{text}");
}

#[test]
fn a_relation_to_a_task_that_is_no_earlier_one_is_dropped_with_a_notice() {
    let mut config = triangle();
    config.tasks[1].relations = [Relation::Negative; 5];
    let (lesson, notices) = check(config);
    let keys: Vec<_> = notices.iter().map(|notice| notice.key.as_str()).collect();
    assert_eq!(keys, ["t1.to-b", "t1.to-c", "t1.to-d", "t1.to-e"]);
    assert_eq!(lesson.relation(0, 1), Relation::Negative);
}

#[test]
fn a_relation_is_shown_where_it_is_read_and_only_to_earlier_tasks() {
    let shown = |config: &Config, task: usize| -> Vec<&str> {
        RELATION_KEYS.into_iter().filter(|key| entry(config, &format!("t{task}.{key}")).unwrap().shown).collect()
    };
    let mut readers = 0;
    for architecture in ARCHITECTURES {
        let mut config = Config { architecture: Pick::new(architecture.entry.choice.key), ..numbered(3) };
        let read = reads(&config, "to-a");
        readers += usize::from(read);
        for is_read in [read, true] {
            let expected: [&[&str]; 3] = if is_read { [&[], &["to-a"], &["to-a", "to-b"]] } else { [&[]; 3] };
            assert_eq!([0, 1, 2].map(|task| shown(&config, task)), expected, "{}", architecture.entry.choice.key);
            config.population.affinity = true;
        }
    }
    assert_eq!(readers, 2);
}

#[test]
fn the_force_of_relations_shows_where_one_acts() {
    let mut config = Config { architecture: Pick::new("low-rank"), ..numbered(2) };
    for (relation, _) in RELATIONS {
        config.declare(0, 1, *relation);
        let acts = matches!(relation, Relation::Positive | Relation::Negative);
        assert_eq!(entry(&config, "arch.relations").unwrap().shown, acts, "{relation:?}");
        assert!(entry(&config, "arch.rank").unwrap().shown);
    }
    // A link carries it all the same.
    assert_eq!(apply(&mut config, "arch.relations", &Value::Number(3.0)), Ok(None));
}

#[test]
fn a_shape_of_some_tasks_has_the_relations_of_those() {
    let (lesson, _) = check(triangle());
    let shape = Shape::of_tasks(&lesson, 2, &[1, 2, 3]);
    assert_eq!(shape.relation(0, 2), Relation::Negative);
    assert_eq!([shape.relation(0, 1), shape.relation(1, 2), shape.relation(2, 2)], [Relation::Undeclared; 3]);
    assert_eq!(Shape::of(&lesson, 2).relation(3, 0), Relation::Neutral);
}
