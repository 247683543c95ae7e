//! What becomes of the balancers' answers: how long they hold, what is made of them, what is shown.

use crate::lab::{Rig, close, config, layer, task};
use mtl_core::balance::all;
use mtl_core::config::{Activation, Clip, Config, LossKind, Norm, Optimiser, Pick, TaskConfig};
use mtl_core::measure::table::each;

/// Two tasks and plain descent: a step is the rate times the combined gradient.
fn plain(balancer: Pick) -> Config {
    let tasks = vec![TaskConfig { scale: 3.0, ..task(LossKind::Mse, "waves") }, task(LossKind::Bce, "circle")];
    let mut config = config(tasks, vec![layer(5, Activation::Tanh), layer(4, Activation::Tanh)]);
    config.balancer = balancer;
    config.training.optimiser = Optimiser::Sgd;
    config.training.momentum = 0.0;
    config.training.weight_decay = 0.0;
    config.training.clip = Clip::None;
    config.training.learning_rate = 0.01;
    config
}

fn theta_after(config: Config, steps: u32) -> Vec<f32> {
    let mut rig = Rig::new(config);
    let start = rig.scrambled();
    rig.put(&start);
    rig.steps(steps);
    rig.theta(0)
}

#[test]
fn a_task_that_waited_when_the_balancer_ran_is_trained_at_its_turn() {
    // The balancer runs at A's turns alone.
    for balancer in ["gls", "dwa", "uncertainty", "famo", "imtl-l"] {
        for smoothing in [0.0, 0.9] {
            let mut config = plain(Pick::new(balancer));
            config.strategy = Pick::new("alternating");
            config.sharing.refresh = 2;
            config.sharing.smoothing = smoothing;
            let mut rig = Rig::new(config);
            let own = rig.layout().owned_by(1);
            rig.steps(1);
            let before = rig.theta(0);
            rig.steps(1);
            let after = rig.theta(0);
            let moved = (0..own.len()).any(|i| own[i] > 0.0 && before[i] != after[i]);
            assert!(moved, "{balancer}, smoothing {smoothing}: B's head stands still at its turn");
            let weight = f64::from(rig.record().weights[1]);
            assert!(weight > 0.01, "{balancer}, smoothing {smoothing}: B weighs {weight}");
        }
    }
}

#[test]
fn a_balancer_that_answers_with_a_direction_runs_in_every_step() {
    let directed = [Pick::new("graddrop"), Pick::new("config"), Pick::new("moco"), Pick::new("db-mtl")];
    for balancer in directed.into_iter().chain([Pick::new("gradvac").with("scope", 1.0)]) {
        let every = |refresh: usize| {
            let mut config = plain(balancer.clone());
            config.sharing.refresh = refresh;
            theta_after(config, 7)
        };
        assert_eq!(every(1), every(4), "{}", balancer.method);
    }
}

#[test]
fn directions_are_smoothed_as_weights_are() {
    // GradDrop draws anew in every step: the second direction is half the first and half its own.
    let steps = |smoothing: f64| {
        let mut config = plain(Pick::new("graddrop"));
        config.sharing.smoothing = smoothing;
        // So short that the gradients at the second step are those at the first.
        config.training.learning_rate = 1e-5;
        let mut rig = Rig::new(config);
        let start = rig.scrambled();
        rig.put(&start);
        let shared = rig.layout().shared;
        let mut theta = || {
            rig.steps(1);
            rig.theta(0)[..shared].to_vec()
        };
        let (one, two) = (theta(), theta());
        let step = |from: &[f32], to: &[f32]| from.iter().zip(to).map(|(a, b)| (a - b) * 1e5).collect::<Vec<_>>();
        [step(&start[..shared], &one), step(&one, &two)]
    };
    let [first, second] = steps(0.0);
    let [smooth_first, smooth_second] = steps(0.5);
    close("first", &smooth_first, &first, 0.05);
    let expected: Vec<f32> = first.iter().zip(&second).map(|(a, b)| 0.5 * a + 0.5 * b).collect();
    close("second", &smooth_second, &expected, 0.05);
}

#[test]
fn the_combined_gradient_that_is_shown_is_the_one_that_the_step_was_taken_with() {
    for balancer in all() {
        for norm in [Norm::Own, Norm::Mean] {
            let pick = Pick::new(balancer.entry().choice.key);
            let mut config = plain(pick.clone());
            config.sharing.norm = norm;
            let mut rig = Rig::new(config);
            let theta = rig.scrambled();
            rig.put(&theta);
            let point = rig.steps(1).remove(0);
            let shown = |key: &str| {
                let mut all = each(&point.measures, 2);
                all.find(|(measure, _)| measure.choice.key == key).map(|(_, numbers)| numbers.to_vec()).unwrap()
            };
            let name = format!("{}, {norm:?}", pick.method);
            let length = point.recorded("step-length")[0] / 0.01;
            close(&format!("{name}: length"), &shown("combined-norm"), &[length], 2e-3);
            // Both are of the shared layers where the heads' part is taken off.
            let decrease = shown("predicted-decrease");
            assert!(decrease.iter().all(|slope| slope.is_finite()), "{name}: {decrease:?}");
            let alignment = shown("alignment")[0];
            let gram = &point.gram;
            let mean = gram.iter().sum::<f32>().sqrt();
            close(&format!("{name}: alignment"), &[alignment], &[decrease.iter().sum::<f32>() / length / mean], 5e-3);
        }
    }
}

#[test]
fn balancers_that_compare_with_the_first_losses_take_those_of_all_training_rows() {
    // GradNorm's first move depends on nothing else when all gradients are equally long by then; what it
    // holds shows in how the weights part under a batch of few rows, with and without a look at all rows
    // before.
    let weights = |batch: usize, looks: bool| {
        let mut config = plain(Pick::new("dtp"));
        config.training.batch = batch;
        let mut rig = Rig::new(config);
        if looks {
            rig.record();
        }
        rig.steps(3);
        rig.record().weights
    };
    assert_ne!(weights(4, true), weights(4, false), "a first batch of four rows stands for all");
    close("the whole batch", &weights(0, true), &weights(0, false), 1e-4);
}

#[test]
fn famo_shortens_the_gradient_of_the_shared_layers_to_its_longest_step() {
    let moved = |max_norm: f64| {
        let mut config = plain(Pick::new("famo").with("max_norm", max_norm));
        config.tasks.iter_mut().for_each(|task| task.scale *= 30.0);
        let mut rig = Rig::new(config);
        let start = rig.scrambled();
        rig.put(&start);
        let point = rig.steps(1).remove(0);
        (f64::from(point.recorded("step-length")[0]) / 0.01, rig.theta(0)[rig.layout().shared..].to_vec())
    };
    let (free, heads) = moved(0.0);
    assert!(free > 2.0, "{free}");
    let (clipped, same) = moved(1.0);
    assert!((clipped - 1.0).abs() < 1e-3, "{clipped}");
    assert_eq!(heads, same, "heads take the whole step");
    let (beyond, _) = moved(free * 2.0);
    assert!((beyond / free - 1.0).abs() < 1e-5, "a longer limit shortens nothing");
}
