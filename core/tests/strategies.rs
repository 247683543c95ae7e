//! Strategies: what they say of a step, before anything is trained by it.

#![allow(clippy::unwrap_used)]

use mtl_core::config::{Config, Pick, TaskConfig};
use mtl_core::lesson::check;
use mtl_core::random::{Purpose, stream};
use mtl_core::strategy::{self, ScheduleContext, StepSchedule};

fn lesson(strategy: Pick, tasks: usize) -> Config {
    let config = Config { tasks: vec![TaskConfig::default(); tasks], strategy, ..Config::default() };
    Config { training: mtl_core::config::TrainingConfig { horizon: 5, ..config.training.clone() }, ..config }
}

const STEPS_PER_EPOCH: u32 = 4;

fn schedule(config: &Config, step: u32, single: &[f64]) -> StepSchedule {
    says_after(config, step, single, &[])
}

/// The same where steps have trained tasks before, with the others and alone.
fn says_after(config: &Config, step: u32, single: &[f64], trained: &[[u32; 2]]) -> StepSchedule {
    let moment = ScheduleContext {
        config,
        epoch: f64::from(step) / f64::from(STEPS_PER_EPOCH),
        step,
        labelled: &[80, 20, 0, 0][..config.tasks.len()],
        single,
        trained,
        layers: 2,
    };
    let mut random = stream(3, Purpose::Strategy, 0, u64::from(step));
    strategy::of(&config.strategy).schedule(&moment, &mut random).unwrap()
}

fn trained(config: &Config, step: u32) -> Vec<bool> {
    schedule(config, step, &[]).tasks.iter().map(|factor| *factor > 0.0).collect()
}

/// How often the first of two tasks is drawn from a step on.
fn share(config: &Config, first: u32) -> f64 {
    let drawn = (first..first + 4000).filter(|step| trained(config, *step)[0]).count();
    drawn as f64 / 4000.0
}

#[test]
fn in_turn_every_task_has_every_so_many_steps() {
    let config = lesson(Pick::new("alternating"), 3);
    for step in 0..9 {
        let turn: Vec<bool> = (0..3).map(|task| task == step as usize % 3).collect();
        assert_eq!(trained(&config, step), turn);
    }
}

#[test]
fn drawing_follows_the_labels_the_more_evenly_the_hotter() {
    let order = |order: f64| Pick::new("alternating").with("order", order);
    let near = |pick: Pick, first: u32, expected: f64| {
        let found = share(&lesson(pick.clone(), 2), first);
        assert!((found - expected).abs() < 0.03, "{pick:?}: {found}, not {expected}");
    };
    near(order(1.0), 0, 0.8);
    // 80^(1/2) : 20^(1/2) = 2 : 1.
    near(order(2.0).with("temperature", 2.0), 0, 2.0 / 3.0);
    near(order(2.0).with("temperature", 1.0), 0, 0.8);
    // Annealed: the exponent is 0.2 from the horizon's end on; 4^0.2 = 1.3195.
    near(order(3.0), 16, 1.3195 / 2.3195);
}

#[test]
fn annealing_begins_in_proportion() {
    let config = lesson(Pick::new("alternating").with("order", 3.0), 2);
    let long =
        Config { training: mtl_core::config::TrainingConfig { horizon: 100_000, ..config.training.clone() }, ..config };
    assert!((share(&long, 0) - 0.8).abs() < 0.03);
}

#[test]
fn in_a_curriculum_tasks_join_by_a_ramp_and_leave() {
    let mut config = lesson(Pick::new("curriculum").with("ramp", 4.0), 3);
    (config.tasks[1].from, config.tasks[1].until, config.tasks[2].until) = (2, 5, 1);
    let factors = |epoch: u32| schedule(&config, 4 * epoch + 3, &[]).tasks;
    assert_eq!(factors(0), [1.0, 0.0, 1.0]);
    assert_eq!(factors(1), [1.0, 0.0, 0.0]);
    assert_eq!(factors(2), [1.0, 0.25, 0.0]);
    assert_eq!(factors(4), [1.0, 0.75, 0.0]);
    assert_eq!(factors(5), [1.0, 0.0, 0.0]);
}

/// What easy to hard, with stages of two epochs, makes of every epoch of three tasks with these single-task
/// losses in an epoch: one digit a task.
fn joining(epochs: u32, single: impl Fn(u32) -> Vec<f64>) -> Vec<String> {
    let config = lesson(Pick::new("easy-first").with("stage", 2.0), 3);
    let mut trained = vec![[0; 2]; 3];
    let mut epoch = |epoch: u32| {
        let steps = (0..STEPS_PER_EPOCH).map(|step| {
            let schedule = says_after(&config, epoch * STEPS_PER_EPOCH + step, &single(epoch), &trained).tasks;
            trained.iter_mut().zip(&schedule).for_each(|(counts, factor)| {
                counts[0] += u32::from(*factor > 0.0);
                counts[1] += 1;
            });
            schedule.iter().map(f64::to_string).collect::<String>()
        });
        let steps: Vec<String> = steps.collect();
        assert!(steps.iter().all(|schedule| *schedule == steps[0]), "epoch {epoch}: {steps:?}");
        steps[0].clone()
    };
    (0..epochs).map(&mut epoch).collect()
}

#[test]
fn easy_to_hard_begins_with_the_lowest_single_task_loss_once_that_is_known() {
    let trained = |epoch: u32| if epoch == 0 { vec![0.1, 2.0, 2.0] } else { vec![0.9, 0.2, 0.5] };
    assert_eq!(joining(7, trained), ["000", "010", "010", "011", "011", "111", "111"]);
    // Where nothing is known, in the order of the lesson.
    assert_eq!(joining(6, |_| Vec::new()), ["000", "100", "100", "110", "110", "111"]);
}

#[test]
fn a_task_that_has_joined_stays_when_the_single_task_losses_cross() {
    let single = |epoch: u32| match epoch {
        1 => vec![0.9, 0.2, 0.5],
        // Now the first is the easiest, and at the next stage still.
        2 | 3 => vec![0.1, 0.8, 0.5],
        _ => vec![0.9, 0.8, 0.1],
    };
    assert_eq!(joining(7, single), ["000", "010", "010", "110", "110", "111", "111"]);
}

#[test]
fn a_longer_stage_sends_no_task_away_and_a_shorter_one_calls_the_next() {
    let trained = [[0, 20], [20, 20], [8, 20]];
    let at = |stage: f64| {
        let config = lesson(Pick::new("easy-first").with("stage", stage), 3);
        says_after(&config, 5 * STEPS_PER_EPOCH, &[0.1, 0.9, 0.9], &trained).tasks
    };
    assert_eq!(at(100.0), [0.0, 1.0, 1.0]);
    assert_eq!(at(2.0), [1.0, 1.0, 1.0]);
}

#[test]
fn one_after_another_ends_with_the_last() {
    let config = lesson(Pick::new("sequential").with("stage", 2.0), 3);
    assert_eq!(trained(&config, 7), [true, false, false]);
    assert_eq!(trained(&config, 8), [false, true, false]);
    assert_eq!(trained(&config, 1000), [false, false, true]);
}

#[test]
fn transfer_hands_the_trunk_on_frozen_slowed_or_thawed_from_the_last_layer() {
    let then = |then: f64| Pick::new("transfer").with("epochs", 2.0).with("then", then).with("every", 3.0);
    for way in [0.0, 1.0, 2.0] {
        let before = schedule(&lesson(then(way), 3), 7, &[]);
        assert_eq!(before, StepSchedule { tasks: vec![1.0, 0.0, 0.0], layers: vec![1.0, 1.0] });
    }
    let layers = |way: f64, step: u32| {
        let schedule = schedule(&lesson(then(way).with("rate", 0.25), 3), step, &[]);
        assert_eq!(schedule.tasks, [0.0, 1.0, 1.0]);
        schedule.layers
    };
    assert_eq!(layers(0.0, 8), [0.0, 0.0]);
    assert_eq!(layers(1.0, 8), [0.25, 0.25]);
    assert_eq!(layers(2.0, 8), [0.0, 0.25]);
    assert_eq!(layers(2.0, 8 + 12), [0.25, 0.25]);
}

#[test]
fn marked_tasks_are_the_sources() {
    let mut config = lesson(Pick::new("transfer"), 3);
    (config.tasks[1].source, config.tasks[2].source) = (true, true);
    assert_eq!(trained(&config, 0), [false, true, true]);
    // All of them leave nothing to transfer to: as if none were.
    config.tasks[0].source = true;
    assert_eq!(trained(&config, 0), [true, false, false]);
}

#[test]
fn what_trains_one_task_at_a_time_leaves_no_gradients_to_combine() {
    for entry in strategy::strategies() {
        let pick = Pick::new(entry.choice.key);
        let one = strategy::line(&pick).one_by_one;
        let (lesson, notices) = check(Config { strategy: pick, balancer: Pick::new("pcgrad"), ..Config::default() });
        assert_eq!(lesson.strategy.method, entry.choice.key);
        assert_eq!(lesson.balancer.method == "equal", one, "{notices:?}");
        assert_eq!(notices.len(), usize::from(one), "{notices:?}");
    }
}
