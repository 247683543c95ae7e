//! Strategies in training: which tasks are trained, which wait, what moves.

use crate::lab::{Rig, arrays, bits, close, config, edit, layer, task};
use mtl_core::config::{Activation, Config, LossKind, Optimiser, Pick, PopulationConfig, TaskConfig};
use mtl_core::measure::table::each;
use mtl_core::protocol::Snapshot;
use mtl_core::strategy;
use mtl_core::train::Role;
use std::ops::Range;

/// Two tasks, two shared layers, momentum and decay: what may move does.
fn lesson(strategy: Pick) -> Config {
    let tasks = vec![
        TaskConfig { head: vec![layer(3, Activation::Tanh)], ..task(LossKind::Bce, "circle") },
        task(LossKind::Mse, "waves"),
    ];
    let mut config = config(tasks, vec![layer(5, Activation::Tanh), layer(4, Activation::Tanh)]);
    config.strategy = strategy;
    config.training.optimiser = Optimiser::AdamW;
    config.training.momentum = 0.9;
    config.training.learning_rate = 0.01;
    config.training.weight_decay = 0.1;
    config.training.batch = 8;
    config.population = PopulationConfig { seeds: 2, fan: 3, spread: 0.1, ..PopulationConfig::default() };
    config
}

/// Whether a member's parameters of a range moved between two states.
fn moved(before: &[Vec<f32>], after: &[Vec<f32>], member: usize, range: Range<usize>) -> bool {
    before[member][range.clone()] != after[member][range]
}

#[test]
fn in_turn_the_other_tasks_heads_and_baselines_wait() {
    let mut rig = Rig::new(lesson(Pick::new("alternating")));
    let layout = rig.layout().clone();
    let own = |k: usize| layout.owned_by(k);
    let mut before = rig.rows("theta");
    for step in 0..6 {
        rig.steps(1);
        let after = rig.rows("theta");
        for (m, member) in rig.ensemble.plan().members.iter().enumerate() {
            for k in 0..2 {
                let head = own(k);
                let turned = (0..layout.len).any(|i| head[i] > 0.0 && before[m][i] != after[m][i]);
                assert_eq!(turned, step % 2 == k, "step {step}, {member:?}");
            }
            let trunk = moved(&before, &after, m, 0..layout.shared);
            let waits = match member.role {
                Role::Baseline(own) => own != step % 2,
                Role::Fan(point) => rig.ensemble.plan().fan[point][step % 2] == 0.0,
                _ => false,
            };
            assert_eq!(trunk, !waits, "step {step}, {member:?}");
        }
        before = after;
    }
}

#[test]
fn in_turn_a_step_is_that_of_the_task_alone() {
    // Plain descent: the composed model's step at A's turn is the one of A's baseline.
    let mut config = lesson(Pick::new("alternating"));
    config.training.optimiser = Optimiser::Sgd;
    config.training.momentum = 0.0;
    config.training.weight_decay = 0.0;
    let mut rig = Rig::new(config);
    let start = rig.scrambled();
    rig.put(&start);
    rig.steps(1);
    let baseline = rig.ensemble.plan().baseline(0, 0).unwrap();
    close("A's turn", &rig.theta(0), &rig.theta(baseline), 1e-6);
}

#[test]
fn a_frozen_trunk_stands_still_while_baselines_learn_from_scratch() {
    let pick = Pick::new("transfer").with("epochs", 2.0).with("then", 0.0);
    let mut rig = Rig::new(lesson(pick));
    let shared = rig.layout().shared;
    let (a, b) = (rig.ensemble.plan().baseline(0, 0).unwrap(), rig.ensemble.plan().baseline(0, 1).unwrap());
    let start = rig.rows("theta");
    rig.steps(6);
    let middle = rig.rows("theta");
    assert!(moved(&start, &middle, 0, 0..shared) && moved(&start, &middle, a, 0..shared));
    assert!(!moved(&start, &middle, b, 0..shared), "B has not been taught yet");
    rig.steps(6);
    let end = rig.rows("theta");
    assert!(!moved(&middle, &end, 0, 0..shared), "the trunk is frozen");
    assert!(moved(&middle, &end, 0, shared..middle[0].len()), "B's head learns");
    assert!(moved(&middle, &end, b, 0..shared), "B's baseline learns in full");
    assert!(!moved(&middle, &end, a, 0..shared), "A's baseline waits");
}

#[test]
fn what_is_frozen_or_waits_is_not_shortened_by_group_lasso_either() {
    for (place, strategy) in
        [(1.0, Pick::new("transfer").with("epochs", 1.0).with("then", 0.0)), (2.0, Pick::new("alternating"))]
    {
        let mut config = lesson(strategy);
        config.architecture = Pick::new("group-lasso").with("strength", 0.1).with("where", place);
        config.tasks[0].head.clear();
        let mut rig = Rig::new(config);
        let layout = rig.layout().clone();
        // The third step is A's turn, or comes after the trunk was frozen: then B is trained.
        rig.steps(if place == 1.0 { 3 } else { 2 });
        let before = rig.rows("theta");
        rig.steps(1);
        let after = rig.rows("theta");
        let still: Vec<usize> = match place {
            1.0 => (0..layout.shared).collect(),
            _ => (0..layout.len).filter(|i| layout.owned_by(1)[*i] > 0.0).collect(),
        };
        assert!(still.iter().all(|i| before[0][*i] == after[0][*i]), "where {place}");
        assert!(before[0] != after[0]);
    }
}

#[test]
fn a_fine_tuned_trunk_moves_by_its_share_of_the_rate() {
    let step = |rate: f64| {
        let pick = Pick::new("transfer").with("epochs", 1.0).with("then", 1.0).with("rate", rate);
        let mut config = lesson(pick);
        config.training.optimiser = Optimiser::Sgd;
        config.training.momentum = 0.0;
        config.training.weight_decay = 0.0;
        let mut rig = Rig::new(config);
        let shared = rig.layout().shared;
        rig.steps(3);
        let before = rig.theta(0);
        rig.steps(1);
        let after = rig.theta(0);
        before.iter().zip(&after).map(|(a, b)| a - b).take(shared).collect::<Vec<f32>>()
    };
    let (whole, quarter) = (step(1.0), step(0.25));
    let expected: Vec<f32> = whole.iter().map(|v| v * 0.25).collect();
    close("a quarter of the rate", &quarter, &expected, 1e-3);
}

#[test]
fn under_every_strategy_a_population_equals_its_members_and_a_snapshot_goes_on() {
    for entry in strategy::strategies() {
        let pick = match entry.choice.key {
            "alternating" => Pick::new("alternating").with("order", 1.0),
            "sequential" | "easy-first" => Pick::new(entry.choice.key).with("stage", 2.0),
            "transfer" => Pick::new("transfer").with("epochs", 2.0).with("then", 2.0).with("every", 1.0),
            key => Pick::new(key),
        };
        let mut config = lesson(pick);
        (config.tasks[1].from, config.tasks[0].until) = (1, 3);
        let mut all = Rig::new(config.clone());
        all.steps(7);
        let snapshot = all.snapshot();
        all.steps(5);
        let mut resumed = Rig::new(config.clone());
        resumed.load(&snapshot);
        resumed.steps(5);
        assert_eq!(bits(&all.snapshot()), bits(&resumed.snapshot()), "{}", entry.choice.key);
        // What is easy is known from the baselines alone.
        if entry.choice.key == "easy-first" {
            continue;
        }
        let theta = all.rows("theta");
        for (m, expected) in theta.iter().enumerate() {
            let mut alone = Rig::planned(config.clone(), |plan| plan.only(m));
            alone.steps(12);
            close(&format!("{}, {m}", entry.choice.key), &alone.theta(0), expected, 2e-4);
        }
    }
}

/// Multiplies the parameters of a member.
fn inflate(snapshot: &mut Snapshot, members: usize, member: usize) {
    for name in ["theta", "safe"] {
        edit(snapshot, name, |values| {
            let width = values.len() / members;
            values[member * width..][..width].iter_mut().for_each(|value| *value *= 50.0);
        });
    }
}

#[test]
fn a_task_that_joined_as_the_easiest_stays_in_a_run_that_goes_on_when_it_is_no_longer() {
    let config = lesson(Pick::new("easy-first").with("stage", 4.0));
    let mut rig = Rig::new(config.clone());
    let heads = [0, 1].map(|k| rig.layout().owned_by(k));
    let trained = |before: &[f32], after: &[f32]| {
        [0, 1].map(|k| (0..before.len()).any(|i| heads[k][i] > 0.0 && before[i] != after[i]))
    };
    let start = rig.theta(0);
    rig.steps(3);
    assert_eq!(rig.theta(0), start, "in the first epoch the baselines learn alone");
    rig.steps(3);
    let joined = trained(&start, &rig.theta(0));
    assert_eq!(joined.iter().filter(|joined| **joined).count(), 1);
    let first = usize::from(joined[1]);
    // Its baseline comes to be far worse than the other's.
    let mut snapshot = rig.snapshot();
    inflate(&mut snapshot, rig.members(), rig.ensemble.plan().baseline(0, first).unwrap());
    let mut resumed = Rig::new(config);
    resumed.load(&snapshot);
    let point = resumed.steps(3).pop().unwrap();
    let shares = [0, 1].map(|k| point.single[k] / resumed.ensemble.data().reference[k]);
    assert!(shares[first] > shares[1 - first], "{shares:?}");
    let before = resumed.theta(0);
    resumed.steps(3);
    assert_eq!(trained(&before, &resumed.theta(0)), joined, "it stays, and the other waits for its stage");
    resumed.steps(6);
    assert_eq!(trained(&before, &resumed.theta(0)), [true, true], "the other joins");
}

#[test]
fn what_a_later_task_makes_forgotten_is_measured() {
    let mut config = lesson(Pick::new("sequential").with("stage", 20.0));
    config.training.weight_decay = 0.0;
    config.training.learning_rate = 0.03;
    let mut rig = Rig::new(config);
    let points = rig.steps(3 * 40);
    let trained = points.iter().rfind(|point| point.epoch <= 20).unwrap();
    let end = points.last().unwrap();
    let found = each(&end.measures, 2).find(|(measure, _)| measure.choice.key == "forgetting");
    let forgetting = f64::from(found.unwrap().1[0]);
    let expected = f64::from(end.valid[0]) - f64::from(trained.valid[0]);
    assert!((forgetting - expected).abs() < 1e-5, "{forgetting}, not {expected}");
    assert!(arrays(&rig.snapshot(), "theta").iter().all(|v| v.is_finite()));
}

#[test]
fn other_networks_baselines_follow_the_same_strategy() {
    let mut config = lesson(Pick::new("alternating"));
    config.architecture = Pick::new("mmoe");
    let mut rig = Rig::new(config);
    let before = rig.snapshot();
    rig.steps(1);
    let after = rig.snapshot();
    let theta = |snapshot: &Snapshot| arrays(&snapshot.auxiliary[0], "theta");
    let (before, after) = (theta(&before), theta(&after));
    let width = before.len() / 4;
    // The first layer: heads that are not used decay.
    let trunk = |row: &[f32]| row[..15].to_vec();
    let moved: Vec<bool> = before.chunks(width).zip(after.chunks(width)).map(|(a, b)| trunk(a) != trunk(b)).collect();
    // Seed 0's A and B, then seed 1's: it is A's turn.
    assert_eq!(moved, [true, false, true, false]);
}
