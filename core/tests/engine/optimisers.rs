//! The optimisers against textbook ones in f64, on numeric gradients.

use crate::lab::{Rig, close, config, double, layer, single, task};
use crate::reference::Reference;
use mtl_core::config::{Activation, Clip, Config, LossKind, Optimiser, PopulationConfig, Schedule, TaskConfig};
use mtl_core::data::batches::epoch_order;
use mtl_core::lesson::Lesson;
use mtl_core::model::{Layout, SlotKind};
use std::f64::consts::PI;

/// Task B has a rate and a decay of its own.
fn small(optimiser: Optimiser) -> Config {
    let head = vec![layer(2, Activation::Tanh)];
    let tasks = vec![
        TaskConfig { noise: 0.5, ..task(LossKind::Mse, "slope") },
        TaskConfig { head, rate: 3.0, weight_decay: Some(0.3), scale: 2.0, ..task(LossKind::Bce, "circle") },
    ];
    let mut config = config(tasks, vec![crate::lab::with_norm(layer(3, Activation::Tanh))]);
    config.data.train_rows = 16;
    config.training.optimiser = optimiser;
    config.training.momentum = 0.8;
    config.training.learning_rate = 0.03;
    config.training.weight_decay = 0.1;
    config.population.baselines = false;
    config
}

fn is_weight(layout: &Layout, position: usize) -> bool {
    matches!(layout.slot_at(position).unwrap().kind, SlotKind::Weight(_))
}

fn rate(lesson: &Lesson, step: usize, per_epoch: usize) -> f64 {
    let training = &lesson.training;
    let length = (per_epoch * training.horizon) as f64;
    let along = step as f64 / length;
    training.learning_rate
        * match training.schedule {
            Schedule::Constant => 1.0,
            Schedule::Cosine if along > 1.0 => 0.0,
            Schedule::Cosine => (1.0 + (PI * along).cos()) / 2.0,
            Schedule::Step if along < 0.5 => 1.0,
            Schedule::Step if along < 0.75 => 0.1,
            Schedule::Step => 0.01,
            Schedule::Warmup => ((step + 1) as f64 / (0.1 * length)).min(1.0),
        }
}

fn clip(lesson: &Lesson, gradient: &mut [f64]) {
    let at = lesson.training.clip_at;
    match lesson.training.clip {
        Clip::None => {}
        Clip::Value => gradient.iter_mut().for_each(|g| *g = g.clamp(-at, at)),
        Clip::Norm => {
            let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
            if norm > at {
                gradient.iter_mut().for_each(|g| *g *= at / norm);
            }
        }
    }
}

/// One parameter's update, as PyTorch's documentation has it.
fn update(lesson: &Lesson, theta: f64, mut g: f64, decay: f64, rate: f64, state: &mut (f64, f64), t: i32) -> f64 {
    let (mu, b2, eps) = (lesson.training.momentum, 0.999, 1e-8);
    let coupled = lesson.training.optimiser != Optimiser::AdamW;
    if coupled {
        g += decay * theta;
    }
    let (m, v) = state;
    match lesson.training.optimiser {
        Optimiser::Sgd => {
            *m = mu * *m + g;
            rate * *m
        }
        Optimiser::RmsProp => {
            *v = 0.99 * *v + 0.01 * g * g;
            *m = mu * *m + g / (v.sqrt() + eps);
            rate * *m
        }
        Optimiser::Adam | Optimiser::AdamW => {
            *m = mu * *m + (1.0 - mu) * g;
            *v = b2 * *v + (1.0 - b2) * g * g;
            let (m, v) = (*m / (1.0 - mu.powi(t)), *v / (1.0 - b2.powi(t)));
            let decoupled = if coupled { 0.0 } else { rate * decay * theta };
            decoupled + rate * m / (v.sqrt() + eps)
        }
    }
}

fn check(what: &str, config: Config, steps: usize) {
    let mut rig = Rig::new(config);
    let start = rig.scrambled();
    rig.put(&start);
    let (lesson, data, layout) = (rig.ensemble.lesson().clone(), rig.ensemble.data().clone(), rig.layout().clone());
    let reference = Reference::new(&lesson, &layout, &data);
    let per_epoch = rig.ensemble.steps_per_epoch() as usize;
    let batch = if lesson.training.batch == 0 { data.train.rows } else { lesson.training.batch };
    let mut theta = double(&start);
    let mut state = vec![(0.0, 0.0); theta.len()];
    let head: Vec<f32> = layout.owned_by(1);
    for step in 0..steps {
        let order = epoch_order(&data, lesson.seed, 0, (step / per_epoch) as u64, lesson.training.batch);
        let at = step % per_epoch * batch;
        let rows: Vec<usize> = order[at..at + batch].iter().map(|row| *row as usize).collect();
        let mut gradient = reference.weighted(&theta, &rows, &[1.0, lesson.tasks[1].scale]);
        clip(&lesson, &mut gradient);
        for i in 0..theta.len() {
            let own = head[i] == 1.0;
            let decay = if own { 0.3 } else { 0.1 };
            let decay = if is_weight(&layout, i) { decay } else { 0.0 };
            let rate = rate(&lesson, step, per_epoch) * if own { 3.0 } else { 1.0 };
            theta[i] -= update(&lesson, theta[i], gradient[i], decay, rate, &mut state[i], step as i32 + 1);
        }
        rig.steps(1);
        close(&format!("{what}, step {step}"), &rig.theta(0), &single(&theta), 3e-4);
    }
    assert!(crate::lab::distance(&start, &single(&theta)) > 0.02, "{what} stood still");
}

const OPTIMISERS: [Optimiser; 4] = [Optimiser::Sgd, Optimiser::Adam, Optimiser::AdamW, Optimiser::RmsProp];

#[test]
fn every_optimiser_steps_like_the_textbook_with_decay_on_weights_only() {
    for optimiser in OPTIMISERS {
        check(&format!("{optimiser:?}"), small(optimiser), 12);
        let mut plain = small(optimiser);
        plain.training.momentum = 0.0;
        check(&format!("{optimiser:?} without momentum"), plain, 6);
    }
}

#[test]
fn every_schedule_moves_the_rate_step_by_step() {
    for schedule in [Schedule::Cosine, Schedule::Step, Schedule::Warmup] {
        for batch in [0, 8] {
            let mut config = small(Optimiser::Sgd);
            config.training.schedule = schedule;
            config.training.horizon = if batch == 0 { 16 } else { 4 };
            config.training.batch = batch;
            check(&format!("{schedule:?}, batch {batch}"), config, 14);
        }
    }
}

#[test]
fn clipping_shortens_a_members_whole_gradient_or_each_of_its_entries() {
    for optimiser in [Optimiser::Sgd, Optimiser::RmsProp] {
        for clip in [Clip::Norm, Clip::Value] {
            for clip_at in [0.05, 100.0] {
                let mut config = small(optimiser);
                config.training.clip = clip;
                config.training.clip_at = clip_at;
                check(&format!("{optimiser:?}, {clip:?} at {clip_at}"), config, 8);
            }
        }
    }
}

#[test]
fn a_loud_task_changes_nothing_in_a_member_that_does_not_see_it() {
    let run = |scale: f64, clip: Clip| {
        let mut config = small(Optimiser::Adam);
        config.tasks[1].scale = scale;
        config.training.clip = clip;
        config.training.clip_at = 0.1;
        config.population = PopulationConfig { seeds: 2, fan: 3, spread: 0.1, ..PopulationConfig::default() };
        let mut rig = Rig::new(config);
        rig.steps(20);
        let plan = rig.ensemble.plan();
        // Baselines of A, and the point of the fan that is all for A.
        let deaf = [plan.baseline(0, 0).unwrap(), plan.baseline(1, 0).unwrap(), plan.fan_range().start];
        let theta = rig.rows("theta");
        (deaf.map(|m| theta[m].clone()), theta[0].clone())
    };
    for clip in [Clip::None, Clip::Norm, Clip::Value] {
        let ((quiet, composed), (loud, other)) = (run(0.01, clip), run(100.0, clip));
        assert_eq!(quiet, loud, "{clip:?}");
        assert_ne!(composed, other, "{clip:?}");
    }
}
