//! What changes while a lesson runs: at once, and without touching what was learned.

use crate::lab::{Rig, bits, close, config, double, edit, layer, lesson, single, task};
use crate::population::everything;
use crate::reference::Reference;
use mtl_core::config::{Activation, Clip, Config, LossKind, Optimiser, Pick, Schedule, TaskConfig};

type Change = fn(&mut Config);

const CHANGES: [(&str, Change); 13] = [
    ("learning rate", |c| c.training.learning_rate = 0.1),
    ("momentum", |c| c.training.momentum = 0.5),
    ("schedule", |c| {
        c.training.schedule = Schedule::Cosine;
        c.training.horizon = 5;
    }),
    ("weight decay", |c| c.training.weight_decay = 0.5),
    ("dropout", |c| c.training.dropout = 0.6),
    ("clipping", |c| c.training.clip = Clip::Value),
    ("threshold", |c| c.training.clip_at = 0.01),
    ("balancer", |c| c.balancer = Pick::new("manual")),
    ("rate of the weights", |c| c.balancer = Pick::new("uncertainty").with("lr", 0.5)),
    ("scale", |c| c.tasks[1].scale = 30.0),
    ("rate of a head", |c| c.tasks[0].rate = 9.0),
    ("decay of a head", |c| c.tasks[1].weight_decay = Some(0.9)),
    ("dropout of a head", |c| c.tasks[0].dropout = Some(0.7)),
];

#[test]
fn a_live_change_acts_from_the_next_step_on_as_if_it_had_always_been_set() {
    let before = everything(Optimiser::Adam);
    let mut unchanged = Rig::new(before.clone());
    unchanged.steps(15);
    for (what, change) in CHANGES {
        let mut after = before.clone();
        change(&mut after);
        let mut rig = Rig::new(before.clone());
        rig.steps(7);
        let saved = rig.snapshot();
        rig.ensemble.change(lesson(after.clone()));
        assert_eq!(bits(&rig.snapshot()), bits(&saved), "{what} touched the state");
        rig.steps(8);
        let mut fresh = Rig::new(after);
        fresh.load(&saved);
        fresh.steps(8);
        assert_eq!(bits(&rig.snapshot()), bits(&fresh.snapshot()), "{what}");
        assert_ne!(rig.theta(0), unchanged.theta(0), "{what} changed nothing");
    }
}

#[test]
fn a_change_and_its_reversal_between_two_steps_are_no_change() {
    let config = everything(Optimiser::AdamW);
    let mut straight = Rig::new(config.clone());
    straight.steps(12);
    let mut rig = Rig::new(config.clone());
    rig.steps(6);
    for (_, change) in CHANGES {
        let mut other = config.clone();
        change(&mut other);
        rig.ensemble.change(lesson(other));
    }
    rig.ensemble.change(lesson(config));
    rig.steps(6);
    assert_eq!(bits(&rig.snapshot()), bits(&straight.snapshot()));
}

/// Plain gradient steps on three tasks, one of which stands in another group.
fn manual(weights: [f64; 3]) -> Config {
    let mut tasks = vec![task(LossKind::Bce, "circle"), task(LossKind::Mse, "waves"), task(LossKind::Bce, "xor")];
    for (task, weight) in tasks.iter_mut().zip(weights) {
        task.weight = weight;
    }
    let mut config = config(tasks, vec![layer(4, Activation::Tanh)]);
    config.balancer = Pick::new("manual");
    config
}

#[test]
fn manual_weights_sum_to_the_number_of_tasks_and_keep_their_ratios() {
    let cases = [
        ([1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
        ([2.0, 1.0, 3.0], [1.0, 0.5, 1.5]),
        ([0.0, 0.2, 0.0], [0.0, 3.0, 0.0]),
        ([0.0; 3], [1.0; 3]),
    ];
    let mut rig = Rig::new(manual([5.0, 1.0, 1.0]));
    for (given, used) in cases {
        rig.ensemble.change(lesson(manual(given)));
        let theta = rig.scrambled();
        rig.put(&theta);
        let (lesson, data, layout) = (rig.ensemble.lesson(), rig.ensemble.data(), rig.layout());
        let rows: Vec<usize> = (0..data.train.rows).collect();
        let expected = Reference::new(lesson, layout, data).weighted(&double(&theta), &rows, &used);
        assert_eq!(rig.record().weights, single(&used));
        close(&format!("{given:?}"), &rig.gradients()[0], &single(&expected), 2e-5);
    }
}

#[test]
fn a_change_that_needs_a_reset_keeps_the_network_as_it_is() {
    let config = everything(Optimiser::Adam);
    let mut rig = Rig::new(config.clone());
    rig.steps(3);
    let mut fewer = config.clone();
    fewer.tasks.truncate(2);
    rig.ensemble.change(lesson(fewer));
    let mut other = config.clone();
    other.trunk.push(layer(3, Activation::Relu));
    other.tasks[0].head.clear();
    other.tasks[1] = TaskConfig { outputs: 5, ..task(LossKind::Ce, "five") };
    rig.ensemble.change(lesson(other));
    let width = rig.layout().len;
    rig.steps(5);
    assert_eq!(rig.theta(0).len(), width);
    assert!(rig.theta(0).iter().all(|v| v.is_finite()));
}

#[test]
fn weights_learned_before_a_change_of_balancer_are_there_after_the_change_back() {
    let config = everything(Optimiser::Sgd);
    let mut rig = Rig::new(config.clone());
    rig.steps(10);
    let learned = rig.rows("s");
    let equal = Config { balancer: Pick::new("equal"), ..config.clone() };
    rig.ensemble.change(lesson(equal));
    let point = rig.steps(6).remove(0);
    assert_eq!(point.weights, [1.0; 4]);
    assert_eq!(rig.rows("s"), learned);
    rig.ensemble.change(lesson(config));
    // As a check that weights come from the state: they follow an edit of it.
    let mut snapshot = rig.snapshot();
    edit(&mut snapshot, "s", |s| s.fill(2.0_f32.ln()));
    rig.load(&snapshot);
    assert_eq!(rig.record().weights, [0.25, 0.5, 0.25, 0.5]);
}
