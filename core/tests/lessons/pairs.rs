//! Correlated pairs at the size of the MMoE paper (Ma et al. 2018): 100 inputs, eight experts 16 wide, a
//! shared bottom of 113 units.

use super::{A, B, SEEDS, ensemble, gains, holds, lesson, train_to};

/// 3000 steps of 64 rows.
const EPOCHS: u32 = 20;

/// The mean held-out loss over both tasks and five seeds of data and initial values.
fn mean_loss(network: &str, p: f64) -> f64 {
    let losses = SEEDS.map(|seed| {
        let data =
            format!("data=mmoe&data.p={p}&data.dims=100&data.terms=two&data.std=0.1&rows=10000&valid=2000&test=4000");
        let training = "opt=adam&lr=0.001&decay=0&batch=64&seeds=1&fan=none&baselines=off";
        let tasks = "t0.noise=0&t1.noise=0&t0.head=8-relu&t1.head=8-relu";
        let mut ensemble = ensemble(lesson(&canonical(&format!("{data}&{network}&{training}&{tasks}"), seed)));
        let point = train_to(&mut ensemble, EPOCHS);
        point.valid.iter().map(|loss| f64::from(*loss)).sum::<f64>() / 2.0
    });
    let mean = losses.iter().sum::<f64>() / losses.len() as f64;
    println!("{network}, p = {p}: {mean:.4} of {losses:.4?}");
    mean
}

fn canonical(settings: &str, seed: u32) -> String {
    format!("v=2&p=pairs&s={seed}&{settings}")
}

/// Between one gate and a gate for each task there is nothing to choose at this size. Over ten seeds one gate
/// loses 0.0912 and several 0.0932 at p = 0.5, 0.0803 and 0.0825 at p = 1; the differences of pairs have the
/// standard errors 0.0015 and 0.0021. Nor is there, over five, with larger gates at the start (0.06: 0.0890 and
/// 0.0951, 0.0880 and 0.0856; 0.2 is far worse for both), at a learning rate of 0.01 (0.0542 and 0.0546, 0.0583
/// and 0.0585), or with layers that begin uniform within 1 / sqrt(in), biases too (0.0518 and 0.0514, 0.0425 and
/// 0.0426); after 4700 steps one gate is ahead at p = 0.5. Where rows are few it does make a difference: see below.
#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn mixtures_of_experts_beat_a_shared_bottom_of_their_size_at_every_correlation() {
    for p in [0.5, 0.9, 1.0] {
        let bottom = mean_loss("arch=shared-bottom&trunk=113-relu", p);
        let one = mean_loss("arch=omoe&arch.experts=8&trunk=16-relu", p);
        let gates = mean_loss("arch=mmoe&arch.experts=8&trunk=16-relu", p);
        assert!(gates < bottom && one < bottom, "p = {p}: {gates}, {one}, {bottom}");
    }
}

/// By epoch, the mean gain of both tasks on the lesson itself.
fn gain(settings: &str, seed: u32) -> Vec<f64> {
    let gains = gains(&format!("p=pairs&{settings}"), seed, &[100, 200, 300]);
    gains.iter().map(|tasks| (tasks[A].mean + tasks[B].mean) / 2.0).collect()
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn a_gate_for_each_task_gives_more_than_one_gate_where_the_tasks_differ() {
    for p in ["0", "0.5"] {
        holds(&format!("p = {p}"), |seed| {
            let of = |network: &str| gain(&format!("arch={network}&data.p={p}"), seed);
            of("mmoe").iter().zip(of("omoe")).all(|(gates, one)| *gates > one + 0.05)
        });
    }
}

/// As published: the dial moves the mixture with a gate for each task least.
#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn likeness_matters_least_with_a_gate_for_each_task_and_most_with_one() {
    let mean = |network: &str, p: &str| {
        let gains = SEEDS.map(|seed| gain(&format!("arch={network}&data.p={p}"), seed)[1]);
        gains.iter().sum::<f64>() / gains.len() as f64
    };
    let [bottom, one, gates] = ["shared-bottom", "omoe", "mmoe"].map(|network| mean(network, "1") - mean(network, "0"));
    assert!(gates < bottom && bottom < one, "{gates}, {bottom}, {one}");
    assert!(mean("mmoe", "0") > mean("shared-bottom", "0"), "it saves what a shared bottom loses");
}

#[test]
#[ignore = "second tier: cargo xtask test --all"]
fn at_right_angles_one_gate_loses_and_a_gate_for_each_task_hardly_does() {
    holds("one gate loses", |seed| {
        gains("p=pairs&data.p=0&arch=omoe", seed, &[200])[0].iter().all(|gain| gain.high < 0.0)
    });
    holds("with a gate for each task the loss is about gone", |seed| {
        gains("p=pairs&data.p=0&arch=mmoe", seed, &[200])[0].iter().all(|gain| gain.mean > -0.1)
    });
}
