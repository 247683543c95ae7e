//! Gradients against central differences of an independent network, and losses against its losses.

use crate::lab::{Rig, close, config, double, layer, single, task, with_norm};
use crate::reference::{Reference, weigh};
use mtl_core::config::{ACTIVATIONS, Activation, Config, LossKind, Pick, PopulationConfig, TaskConfig};
use mtl_core::data::batches::epoch_order;
use mtl_core::train::Role;

/// Every member's gradient at the same scrambled parameters, over these rows of the training split.
fn check(what: &str, config: Config) {
    let mut rig = Rig::new(config);
    let theta = rig.scrambled();
    rig.put(&theta);
    let ensemble = &rig.ensemble;
    let (lesson, plan) = (ensemble.lesson().clone(), ensemble.plan().clone());
    let (data, layout) = (ensemble.data().clone(), rig.layout().clone());
    let reference = Reference::new(&lesson, &layout, &data);
    let order = epoch_order(&data, lesson.seed, 0, 0, lesson.training.batch);
    let batch = if lesson.training.batch == 0 { data.train.rows } else { lesson.training.batch };
    let rows: Vec<usize> = order[..batch].iter().map(|row| *row as usize).collect();
    let jacobian = reference.gradients(&double(&theta), &rows);
    let scales: Vec<f64> = lesson.tasks.iter().map(|task| task.scale).collect();
    let gradients = rig.gradients();
    for (member, gradient) in plan.members.iter().zip(&gradients) {
        let weights: Vec<f64> = (0..plan.tasks)
            .map(|k| {
                scales[k]
                    * match member.role {
                        Role::Composed | Role::Matched => 1.0,
                        Role::Baseline(own) => f64::from(u8::from(own == k)),
                        Role::Pair(i, j) => f64::from(u8::from(i == k || j == k)),
                        Role::Fan(point) => f64::from(plan.fan[point][k]) * plan.tasks as f64,
                    }
            })
            .collect();
        let expected = single(&weigh(&jacobian, &weights));
        close(&format!("{what}, {:?}", member.role), gradient, &expected, 2e-5);
    }
}

/// Several outputs, unequal heads in several groups, wide and stacked private layers.
fn mixed(activation: Activation) -> Config {
    let head = |widths: &[usize]| widths.iter().map(|w| layer(*w, activation)).collect::<Vec<_>>();
    let with = |head, task| TaskConfig { head, ..task };
    let vector = |outputs, task| TaskConfig { outputs, ..task };
    let tasks = vec![
        with(head(&[3, 2]), vector(2, task(LossKind::Mse, "waves"))),
        with(head(&[4]), task(LossKind::Bce, "circle")),
        with(head(&[3, 2]), vector(2, task(LossKind::Mse, "stripes"))),
        with(head(&[4]), task(LossKind::Bce, "xor")),
        vector(3, task(LossKind::Ce, "moons")),
    ];
    Config {
        population: PopulationConfig { fan: 5, seeds: 1, spread: 0.1, pairs: true, ..PopulationConfig::default() },
        ..config(tasks, head(&[4, 3]))
    }
}

#[test]
fn every_activation_has_its_derivative_in_trunk_and_heads() {
    for (activation, choice) in ACTIVATIONS {
        check(choice.key, mixed(*activation));
    }
}

#[test]
fn every_loss_has_its_derivative_on_both_sides_of_its_kinks() {
    for loss in [LossKind::Mse, LossKind::Huber, LossKind::Bce, LossKind::Ce] {
        for outputs in [1, 2, 4] {
            let fits = match loss {
                LossKind::Bce => outputs == 1,
                LossKind::Ce => outputs > 1,
                _ => true,
            };
            // Noise of a standard deviation puts errors beyond Huber's threshold.
            let noise = if loss.is_regression() { 1.0 } else { 0.2 };
            let one = TaskConfig { outputs, noise, ..task(loss, "five") };
            let other = TaskConfig { scale: 7.5, ..one.clone() };
            if fits {
                check(&format!("{loss:?} of {outputs}"), config(vec![one, other], vec![layer(4, Activation::Tanh)]));
            }
        }
    }
}

#[test]
fn layer_norm_has_its_derivative_in_trunk_wide_and_stacked_layers() {
    let mut config = mixed(Activation::Silu);
    config.trunk = config.trunk.into_iter().map(with_norm).collect();
    for task in &mut config.tasks {
        task.head = task.head.iter().cloned().map(with_norm).collect();
    }
    check("layer norm", config);
}

#[test]
fn missing_labels_take_no_part_in_a_loss_or_its_gradient() {
    let mut config = mixed(Activation::Tanh);
    for (k, labelled) in [5, 24, 9, 3, 13].into_iter().enumerate() {
        config.tasks[k].labelled = labelled % 24;
    }
    check("full batch", config.clone());
    config.training.batch = 6;
    check("first minibatch", config);
}

#[test]
fn a_network_without_shared_layers_or_with_many_inputs_has_its_gradients() {
    let mut config = mixed(Activation::Gelu);
    config.trunk.clear();
    check("no trunk", config.clone());
    config.data.source = Pick::new("mmoe").with("dims", 7.0);
    config.trunk = vec![layer(3, Activation::Relu)];
    check("seven inputs", config);
}

#[test]
fn recorded_losses_are_the_networks_losses_on_each_split() {
    let mut config = mixed(Activation::Gelu);
    config.tasks[0].labelled = 6;
    config.tasks[0].scale = 50.0;
    config.tasks[4].labelled = 11;
    config.training.dropout = 0.5;
    let mut rig = Rig::new(config);
    let theta = rig.scrambled();
    rig.put(&theta);
    let point = rig.record();
    let (lesson, data, layout) = (rig.ensemble.lesson(), rig.ensemble.data(), rig.layout());
    let reference = Reference::new(lesson, layout, data);
    let all = |split: &mtl_core::data::Split| {
        let rows: Vec<_> = (0..split.rows).collect();
        single(&reference.losses(&double(&theta), split, &rows))
    };
    close("train", &point.train, &all(&data.train), 1e-5);
    close("valid", &point.valid, &all(&data.valid), 1e-5);
    close("single", &point.single, &all(&data.valid), 1e-5);
    close("test", &point.best.unwrap().test, &all(&data.test), 1e-5);
}

#[test]
fn a_split_that_is_evaluated_in_pieces_has_the_loss_of_the_whole() {
    let mut config =
        config(vec![task(LossKind::Bce, "circle"), task(LossKind::Mse, "waves")], vec![layer(128, Activation::Tanh)]);
    // Some fifty members: no more than five hundred rows go at once.
    config.population = PopulationConfig { seeds: 1, fan: 45, spread: 0.1, ..PopulationConfig::default() };
    config.data.train_rows = 1000;
    config.data.valid_rows = 1501;
    config.tasks[0].labelled = 700;
    let mut rig = Rig::new(config);
    let point = rig.record();
    let (lesson, data, layout) = (rig.ensemble.lesson(), rig.ensemble.data(), rig.layout());
    let theta = double(&rig.theta(0));
    let reference = Reference::new(lesson, layout, data);
    for (losses, split) in [(&point.train, &data.train), (&point.valid, &data.valid)] {
        let rows: Vec<_> = (0..split.rows).collect();
        close("losses", losses, &single(&reference.losses(&theta, split, &rows)), 1e-5);
    }
    assert!(point.fan.chunks(2).all(|losses| losses == point.valid));
}
