//! What trains: the members of a population, and what the memory budget leaves of them.

use crate::lab::{Rig, config, layer, lesson, task};
use mtl_core::config::{Activation, Config, LossKind, Pick, PopulationConfig, TaskConfig};
use mtl_core::model::{self, Shape, architectures, shared_bottom};
use mtl_core::train::{Member, Plan, Role, member_bytes};

fn population(tasks: usize, seeds: usize, fan: usize, baselines: bool) -> Config {
    let targets = ["circle", "xor", "ring", "moons", "stripes", "waves"];
    let tasks = targets[..tasks].iter().map(|target| task(LossKind::Bce, target)).collect();
    let mut config = config(tasks, vec![layer(4, Activation::Tanh)]);
    config.population = PopulationConfig { seeds, fan, baselines, spread: 0.1, ..PopulationConfig::default() };
    config
}

/// The plan alone: nothing is built or trained.
fn plan(config: Config) -> Plan {
    let lesson = lesson(config);
    let shape = Shape::of(&lesson, 2);
    let network = shared_bottom::plain(&shape);
    Plan::of(&lesson, &shape, network.as_ref())
}

#[test]
fn composed_models_come_first_then_the_fan_on_one_seed_then_baselines_by_seed() {
    let plan = plan(population(2, 2, 3, true));
    let member = |role, seed| Member { role, seed };
    let expected = [
        member(Role::Composed, 0),
        member(Role::Composed, 1),
        member(Role::Fan(0), 0),
        member(Role::Fan(1), 0),
        member(Role::Fan(2), 0),
        member(Role::Baseline(0), 0),
        member(Role::Baseline(1), 0),
        member(Role::Baseline(0), 1),
        member(Role::Baseline(1), 1),
    ];
    assert_eq!(plan.members, expected);
    assert_eq!(plan.fan, [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]);
    assert_eq!((plan.baseline(1, 0), plan.fan_range(), plan.replicated), (Some(7), 2..5, 1));
    assert_eq!(plan.reduced, None);
}

#[test]
fn the_pairs_of_tasks_come_at_the_very_end_on_every_seed() {
    let mut config = population(3, 2, 10, true);
    let before = plan(config.clone()).members;
    config.population.pairs = true;
    let plan_with = plan(config.clone());
    assert_eq!(plan_with.members[..before.len()], before);
    let pairs = [(0, 1), (0, 2), (1, 2)];
    let expected: Vec<_> =
        (0..2).flat_map(|seed| pairs.map(|(i, j)| Member { role: Role::Pair(i, j), seed })).collect();
    assert_eq!(plan_with.members[before.len()..], expected);
    assert_eq!((plan_with.pair(1, 2, 0), plan_with.pair_seeds()), (Some(before.len() + 4), 2));
    assert_eq!((plan_with.pair(2, 0, 1), plan_with.pair(0, 1, 1)), (None, None));
    // Without baselines there is nothing to compare a pair with, and one task has no partner.
    config.population.baselines = false;
    assert_eq!(plan(config).pair_seeds(), 0);
    let mut alone = population(1, 2, 0, true);
    alone.population.pairs = true;
    assert_eq!(plan(alone).pair_seeds(), 0);
}

#[test]
fn the_memory_budget_takes_the_pairs_before_anything_else() {
    let mut before = 4;
    for width in (16..=128).step_by(4) {
        let mut config = deep(3, width, 8);
        let without = plan(config.clone());
        config.population.pairs = true;
        let with = plan(config);
        assert!(with.pair_seeds() <= before);
        assert!(with.pair_seeds() == 0 || (with.seeds, with.fan.len()) == (4, 45), "the pairs go first");
        assert_eq!((with.seeds, &with.fan), (without.seeds, &without.fan), "what trains without them trains with them");
        let told = with.reduced.as_deref().is_some_and(|sentence| sentence.contains("Pairs of tasks train on"));
        assert_eq!(told, with.pair_seeds() < 4, "{:?}", with.reduced);
        before = with.pair_seeds();
    }
    assert_eq!(before, 0);
}

#[test]
fn one_task_has_neither_baseline_nor_fan_and_several_tasks_a_lattice() {
    let one = plan(population(1, 3, 11, true));
    assert_eq!((one.members.len(), one.replicated, one.fan.len()), (3, 0, 0));
    assert_eq!(one.baseline(0, 0), None);
    for (tasks, points) in [(2, 11), (3, 10), (4, 10), (5, 5), (6, 6)] {
        let plan = plan(population(tasks, 2, 11, true));
        assert_eq!(plan.fan.len(), points);
        assert_eq!(plan.members.len(), 2 * (1 + tasks) + points);
        for preference in &plan.fan {
            assert!((preference.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        }
    }
    let bare = plan(population(3, 2, 0, false));
    assert_eq!((bare.members.len(), bare.fan_range(), bare.baseline(0, 1)), (2, 2..2, None));
}

/// Deep networks of layers of one width: from some width on not all members fit.
fn deep(tasks: usize, width: usize, rows: usize) -> Config {
    let mut config = population(tasks, 4, 45, true);
    config.trunk = vec![layer(width, Activation::Tanh); 6];
    for task in &mut config.tasks {
        *task = TaskConfig { head: vec![layer(width, Activation::Tanh); 4], ..task.clone() };
    }
    config.data.train_rows = rows;
    config
}

#[test]
fn the_memory_budget_takes_the_fan_first_and_then_the_seeds() {
    // With more than two tasks the fan is the largest lattice that fits.
    for (tasks, all) in [(2, vec![45]), (3, vec![45, 36, 28, 21, 15, 10, 6, 3]), (6, vec![21, 6])] {
        let mut before = (all[0], 4);
        let mut seen = [0; 3];
        let wider = (1..=128).step_by(3).map(|width| (width, 8));
        let longer = (8..5000).step_by(96).map(|rows| (128, rows));
        for (width, rows) in wider.chain(longer) {
            let plan = plan(deep(tasks, width, rows));
            let now = (plan.fan.len(), plan.seeds);
            assert!(now.0 <= before.0 && now.1 <= before.1, "{before:?} then {now:?}");
            assert!(now.1 == 4 || now.0 == 0, "{now:?}: seeds went before the fan");
            assert!(tasks == 2 || now.0 == 0 || all.contains(&now.0));
            assert_eq!(plan.members.len(), now.1 * (1 + tasks) + now.0);
            assert_eq!(plan.reduced.is_some(), now != (all[0], 4), "{now:?}, {:?}", plan.reduced);
            if let Some(sentence) = &plan.reduced {
                let says = format!("256 MB, {} of {} points of the fan and {} of 4 seeds", now.0, all[0], now.1);
                assert!(sentence.contains(&says), "{sentence}");
            }
            seen[usize::from(now.0 < all[0]) + usize::from(now.1 < 4)] += 1;
            before = now;
        }
        assert!(seen.iter().all(|count| *count > 0), "{tasks} tasks: {seen:?}");
        assert_eq!(before, (0, 1), "the largest lesson trains its one model and its baselines");
    }
}

#[test]
fn the_memory_budget_counts_what_every_architecture_makes() {
    let mut config = population(2, 1, 0, false);
    config.trunk = vec![layer(5, Activation::Tanh)];
    let lesson = lesson(config);
    let shape = Shape::of(&lesson, 2);
    let plain = shared_bottom::plain(&shape);
    for entry in architectures() {
        let key = entry.choice.key;
        let network = model::build(&Pick::new(key), &shape);
        assert!(network.activation_count(10) >= plain.activation_count(10), "{key} makes less than a shared bottom");
        assert_eq!(plain.activation_count(20), 2 * plain.activation_count(10));
        let (few, many) = (network.activation_count(10), network.activation_count(20));
        assert!(many > few && many <= 2 * few, "{key}: {few}, {many}");
        // Parameters, gradients, leaves, two moments, and what they are safe at.
        assert!(member_bytes(&lesson, network.as_ref()) > 4 * 6 * network.layout().len, "{key}");
    }
    // Two inputs, five units, two outputs; three experts, and for five copies of the inputs two gates with as
    // many logits and shares as there are experts, their weighted units and the sums of these.
    let mixture = model::build(&Pick::new("mmoe").with("experts", 3.0), &shape);
    assert_eq!(
        (plain.activation_count(1), mixture.activation_count(1)),
        (2 + 5 + 2, 2 + 15 + 2 + 5 * 2 + 2 * (3 * (1 + 1 + 5) + 5))
    );
    // Factors: every task has inputs and units of its own, and weights whatever the number of rows.
    let factors = model::build(&Pick::new("factorised").with("form", 0.0), &shape);
    assert_eq!(factors.activation_count(3) - factors.activation_count(2), 2 + 2 + 2 * (2 + 5));
    assert!(factors.activation_count(0) >= 2 * 2 * 5);
}

#[test]
fn a_mixture_of_many_experts_is_trimmed_where_a_shared_bottom_is_not() {
    let mut config = deep(3, 16, 150);
    assert_eq!(plan(config.clone()).reduced, None);
    config.architecture = Pick::new("mmoe").with("experts", 8.0);
    let lesson = lesson(config);
    let shape = Shape::of(&lesson, 2);
    let plan = Plan::of(&lesson, &shape, model::build(&lesson.architecture, &shape).as_ref());
    assert!(plan.reduced.is_some());
}

#[test]
fn the_summary_says_what_trains_and_how_large_the_models_are() {
    let mut config = population(2, 3, 5, true);
    config.tasks[1].head = vec![layer(2, Activation::Tanh)];
    let rig = Rig::new(config);
    let summary = rig.ensemble.summary();
    assert_eq!((summary.seeds, summary.fan.len(), summary.baselines), (3, 5, true));
    // Trunk 2x4+4, head of A 4+1, head of B 4x2+2 and 2+1.
    assert_eq!(summary.shared_parameters, 12 + 5 + 13);
    assert_eq!(summary.separate_parameters, 2 * 12 + 5 + 13);
    assert_eq!((summary.inputs, summary.plane, summary.steps_per_epoch), (2, true, 1));
    assert_eq!(summary.reference, rig.ensemble.data().reference);
}
