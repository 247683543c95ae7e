//! Which tasks help which: look-ahead steps, and the groups that are trained.

use crate::lab::{Rig, close, config, layer, single, task};
use mtl_core::config::{Activation, Config, LossKind, Pick, Relation, TaskConfig};
use mtl_core::measure::relations::{ENOUGH, Verdict};

/// Three tasks of two kinds of heads, so that column order is not task order, on full batches.
fn three() -> Config {
    let tasks = vec![
        task(LossKind::Bce, "circle"),
        TaskConfig { scale: 3.0, ..task(LossKind::Mse, "waves") },
        task(LossKind::Bce, "xor"),
    ];
    let mut config = config(tasks, vec![layer(5, Activation::Tanh), layer(4, Activation::Tanh)]);
    config.training.learning_rate = 0.3;
    config.population.affinity = true;
    config
}

#[test]
fn an_affinity_is_what_a_step_of_the_trunk_along_one_task_does_to_another() {
    let mut rig = Rig::new(three());
    let start = rig.scrambled();
    rig.put(&start);
    let before = rig.record();
    let shared = rig.layout().shared;
    let singles: Vec<usize> = (0..3).map(|k| rig.ensemble.plan().baseline(0, k).unwrap()).collect();
    let point = rig.steps(1).pop().unwrap();
    // A baseline's step of plain descent is the rate times its task's gradient, scale included.
    let after = rig.rows("theta");
    let mut expected = vec![0.0; 9];
    for (i, member) in singles.iter().enumerate() {
        let mut ahead = start.clone();
        ahead[..shared].copy_from_slice(&after[*member][..shared]);
        let mut other = Rig::new(three());
        other.put(&ahead);
        for (j, loss) in other.record().train.iter().enumerate() {
            expected[j * 3 + i] = 1.0 - f64::from(*loss) / f64::from(before.train[j]);
        }
    }
    close("affinities", &point.affinity, &single(&expected), 1e-3);
    assert!(point.affinity.iter().any(|z| *z > 0.01) && point.affinity.iter().all(|z| z.is_finite()));
}

#[test]
fn affinities_are_means_over_the_recorded_steps_and_lead_to_groups() {
    let mut rig = Rig::new(three());
    let points = rig.steps(3);
    let last = points.last().unwrap();
    let mut fresh = Rig::new(three());
    let first = fresh.steps(1).pop().unwrap();
    assert!(first.affinity != last.affinity);
    assert_eq!(last.groupings.len(), 2, "two tasks a group at most by affinity, and by cosine");
    for found in &last.groupings {
        let mut tasks = found.groups.concat();
        tasks.sort_unstable();
        assert_eq!(tasks, [0, 1, 2], "{found:?}");
    }
    let snapshot = rig.snapshot();
    fresh.load(&snapshot);
    let (resumed, on) = (fresh.steps(1).remove(0), rig.steps(1).remove(0));
    assert_eq!((resumed.affinity, resumed.groupings), (on.affinity, on.groupings));
}

/// Of A and C something is declared, of B and C something else.
fn declared() -> Config {
    let mut config = three();
    config.declare(0, 2, Relation::Positive);
    config.declare(1, 2, Relation::Negative);
    config
}

#[test]
fn declared_relations_are_held_against_the_means_of_the_affinities_both_ways() {
    let mut rig = Rig::new(declared());
    let points = rig.steps(ENOUGH + 2);
    for (recorded, point) in points.iter().enumerate() {
        let tasks: Vec<_> = point.relations.iter().map(|held| held.declared.tasks).collect();
        assert_eq!(tasks, [(0, 2), (1, 2)]);
        for held in &point.relations {
            let (a, b) = held.declared.tasks;
            let both = [a * 3 + b, b * 3 + a].map(|cell| f64::from(point.affinity[cell]));
            assert!((held.mean - (both[0] + both[1]) / 2.0).abs() < 1e-6, "{held:?} {both:?}");
            assert_eq!(held.steps as usize, recorded + 1);
            assert!(held.steps >= ENOUGH || held.verdict == Verdict::Open, "{held:?}");
        }
    }
    let mut plain = Rig::new(three());
    let last = plain.steps(ENOUGH + 2).pop().unwrap();
    assert!(last.relations.is_empty());
    assert_eq!(last.valid, points.last().unwrap().valid, "a shared bottom reads no relations");
}

#[test]
fn held_relations_go_on_from_a_snapshot_bit_for_bit() {
    let mut rig = Rig::new(declared());
    rig.steps(ENOUGH);
    let snapshot = rig.snapshot();
    let mut fresh = Rig::new(declared());
    fresh.load(&snapshot);
    assert_eq!(fresh.steps(3).pop().unwrap().relations, rig.steps(3).pop().unwrap().relations);
}

#[test]
fn affinities_are_measured_only_where_the_lesson_says_so() {
    let mut config = three();
    config.population.affinity = false;
    let point = Rig::new(config).steps(1).pop().unwrap();
    assert!(point.affinity.is_empty() && point.groupings.is_empty());
}

#[test]
fn tasks_of_one_group_train_as_on_a_shared_bottom() {
    let mut plain = Rig::new(three());
    let mut grouped = Rig::new(Config { architecture: Pick::new("grouped"), ..three() });
    for (a, b) in plain.steps(20).iter().zip(grouped.steps(20)) {
        close("validation losses", &a.valid, &b.valid, 1e-3);
        close("cosines", &a.gram, &b.gram, 1e-2);
    }
}

#[test]
fn tasks_of_different_groups_share_nothing() {
    let mut config = Config { architecture: Pick::new("grouped"), ..three() };
    config.tasks[1].group = 4;
    let point = Rig::new(config).steps(1).pop().unwrap();
    let gram = |i: usize, j: usize| point.gram[i * 3 + j];
    assert_eq!([gram(0, 1), gram(1, 2)], [0.0, 0.0]);
    assert!(gram(0, 2) != 0.0 && gram(1, 1) > 0.0);
    assert!([0, 2].iter().all(|i| point.affinity[3 + i] == 0.0), "what B has from others: {:?}", point.affinity);
}
