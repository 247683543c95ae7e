//! The engine as the page sees it: commands in, events out.

use crate::lab::{bits, config, layer, task};
use crate::page::{Page, names};
use mtl_core::config::{Activation, Config, LossKind, Pick, PopulationConfig, TaskConfig, TrainingConfig};
use mtl_core::protocol::{Command, CurvePoint, Engine, Event, SavedState, Snapshot};
use mtl_core::train::tensors::Device;
use mtl_core::train::{Session, Turn};
use std::time::{Duration, Instant};

fn two_tasks() -> Config {
    let mut config =
        config(vec![task(LossKind::Bce, "circle"), task(LossKind::Mse, "waves")], vec![layer(6, Activation::Tanh)]);
    config.training.learning_rate = 0.05;
    config.training.batch = 6;
    config.population = PopulationConfig { seeds: 2, fan: 3, spread: 0.1, ..PopulationConfig::default() };
    config
}

/// Four steps an epoch.
const EPOCH: u32 = 4;

#[test]
fn a_loaded_lesson_shows_its_start_and_waits() {
    let mut page = Page::loaded(two_tasks());
    assert_eq!(names(&page.events), ["loaded", "curve", "frame", "picture"]);
    assert_eq!(page.turn(), Turn::Rest);
    assert_eq!(page.events.len(), 4);
    let frame = &page.frames()[0];
    assert_eq!((frame.number, frame.step, frame.epoch, frame.running, frame.steps_per_second), (1, 0, 0, false, 0.0));
    let points = page.points();
    assert_eq!((points.len(), points[0].step, points[0].gram.len()), (1, 0, 0));
    let Event::Loaded { run: 3, summary } = &page.events[0] else { panic!() };
    assert_eq!((summary.steps_per_epoch, summary.seeds, summary.train.inputs.len()), (EPOCH, 2, 48));
}

#[test]
fn a_rest_after_steps_leaves_a_state_to_go_on_from() {
    let mut page = Page::loaded(two_tasks());
    let saved = |page: &Page| {
        let all = page.events.iter().filter_map(|event| match event {
            Event::Snapshot { snapshot, .. } => Some(snapshot.step),
            _ => None,
        });
        all.collect::<Vec<_>>()
    };
    page.say(Command::Pause);
    assert!(saved(&page).is_empty(), "nothing has happened yet");
    for command in [Command::Step(1), Command::Step(2), Command::StepEpoch] {
        page.say(command);
        page.settle();
    }
    assert_eq!(saved(&page), [1, 3, EPOCH]);
    page.say(Command::Pause);
    assert_eq!(saved(&page), [1, 3, EPOCH], "it has that one");
    page.say(Command::Step(1));
    page.settle();
    page.say(Command::Rewind);
    assert_eq!(saved(&page).last(), Some(&page.step()), "where it went back to");
}

#[test]
fn nothing_happens_before_a_lesson_is_loaded() {
    let mut page = Page::new();
    for command in [
        Command::Play,
        Command::Step(3),
        Command::StepEpoch,
        Command::Rewind,
        Command::Save,
        Command::Time(10),
        Command::Cost,
        Command::Speed(f32::NAN),
        Command::Change(two_tasks()),
        Command::Ack(9),
        Command::Pause,
    ] {
        page.say(command);
        assert_eq!(page.turn(), Turn::Rest);
    }
    assert!(page.events.is_empty());
}

#[test]
fn step_and_step_epoch_take_so_many_steps_and_pause() {
    let mut page = Page::loaded(two_tasks());
    for (command, step) in [
        (Command::Step(1), 1),
        (Command::StepEpoch, EPOCH),
        (Command::StepEpoch, 2 * EPOCH),
        (Command::Step(0), 9),
        (Command::Step(6), 15),
        (Command::StepEpoch, 16),
    ] {
        page.say(command.clone());
        page.settle();
        let last = page.frames().pop().unwrap();
        assert_eq!((last.step, last.epoch, last.running), (step, step / EPOCH, false), "{command:?}");
        assert_eq!(names(&page.events[page.events.len() - 2..]), ["picture", "snapshot"]);
    }
    let recorded: Vec<u32> = page.points().iter().map(|point| point.step).collect();
    assert_eq!(recorded, [0, 4, 8, 12, 16]);
}

#[test]
fn playing_sends_every_point_once_and_in_order_until_it_is_paused() {
    let mut page = Page::loaded(two_tasks());
    page.play_for(Duration::from_millis(400));
    assert_eq!(page.turn(), Turn::Again);
    assert!(page.frames().iter().skip(1).all(|frame| frame.running));
    assert!(page.frames().last().unwrap().steps_per_second > 0.0);
    page.say(Command::Pause);
    assert_eq!(page.turn(), Turn::Rest);
    let last = page.frames().pop().unwrap();
    assert!(!last.running && last.step > 2 * EPOCH);
    assert_eq!(last.steps_per_second, 0.0);
    let frames = page.frames();
    assert!(frames.windows(2).all(|two| two[1].number == two[0].number + 1 && two[1].step >= two[0].step));
    // The curve is the ensemble's own, point by point.
    let mut rig = crate::lab::Rig::new(two_tasks());
    let mut expected = vec![rig.record()];
    expected.extend(rig.steps(last.step));
    assert_eq!(postcard::to_allocvec(&page.points()).unwrap(), postcard::to_allocvec(&expected).unwrap());
}

#[test]
fn a_page_that_draws_nothing_gets_two_frames_and_then_a_few() {
    let mut page = Page::loaded(two_tasks());
    page.polite = false;
    let start = Instant::now();
    page.play_for(Duration::from_millis(400));
    let frames = page.frames().len();
    let most = 2 + start.elapsed().as_millis() as usize / 500;
    assert!(frames <= most, "{frames} frames without one acknowledged");
    page.play_for(Duration::from_millis(700));
    assert!(page.frames().len() > frames, "an impatient engine shows that it lives");
    assert!(page.frames().len() <= 3 + start.elapsed().as_millis() as usize / 500);
    // Nothing was lost in between: the points come with the next frame.
    page.polite = true;
    let last = page.frames().pop().unwrap().number;
    page.say(Command::Ack(last));
    page.say(Command::Pause);
    let steps: Vec<u32> = page.points().iter().map(|point| point.step).take(20).collect();
    assert_eq!(steps, (0..20).map(|i| i * EPOCH).collect::<Vec<_>>());
}

#[test]
fn a_polite_page_gets_no_more_than_three_frames_a_second_flat_out() {
    let mut page = Page::loaded(two_tasks());
    let start = Instant::now();
    page.play_for(Duration::from_millis(500));
    let most = start.elapsed().as_millis() as usize / 350 + 3;
    let frames = page.frames().len();
    assert!(frames <= most, "{frames} frames");
}

#[test]
fn a_speed_limit_is_kept_and_changes_no_curve() {
    let mut page = Page::loaded(two_tasks());
    page.say(Command::Speed(30.0));
    let start = Instant::now();
    page.play_for(Duration::from_millis(500));
    page.say(Command::Pause);
    let most = (start.elapsed().as_secs_f32() * 30.0) as u32 + 2;
    let slow = page.step();
    assert!(slow > 0 && slow <= most, "{slow} steps of at most {most}");
    page.say(Command::Speed(f32::INFINITY));
    page.say(Command::Step(120 - slow));
    page.settle();
    let mut fast = Page::loaded(two_tasks());
    fast.say(Command::Step(120));
    fast.settle();
    assert_eq!(postcard::to_allocvec(&page.points()).unwrap(), postcard::to_allocvec(&fast.points()).unwrap());
    assert_eq!(bits(&page.save()), bits(&fast.save()));
}

/// A regression with steps that are far too long.
fn exploding() -> Config {
    let loud = TaskConfig { scale: 100.0, ..task(LossKind::Mse, "waves") };
    let mut config = config(vec![task(LossKind::Bce, "circle"), loud], vec![layer(6, Activation::Relu)]);
    config.training.learning_rate = 10.0;
    config.training.momentum = 0.9;
    config.population = PopulationConfig { seeds: 2, fan: 3, spread: 0.1, ..PopulationConfig::default() };
    config
}

#[test]
fn an_exploding_lesson_pauses_names_task_and_layer_and_can_be_rewound() {
    for command in [Command::Play, Command::Step(500), Command::StepEpoch] {
        let mut page = Page::loaded(exploding());
        for _ in 0..200 {
            page.say(command.clone());
            page.settle();
            if page.divergence().is_some() {
                break;
            }
        }
        let divergence = page.divergence().unwrap().clone();
        assert_eq!(divergence.task, 1, "{divergence:?}");
        assert!(divergence.layer.contains("layer"), "{divergence:?}");
        assert_eq!(page.turn(), Turn::Rest);
        assert!(!page.frames().last().unwrap().running);
        let reverted = page.save();
        assert!(crate::lab::arrays(&reverted, "theta").iter().all(|v| v.is_finite()));
        page.say(Command::Rewind);
        let back = page.frames().pop().unwrap();
        assert!(back.step < divergence.step && !back.running);
        assert!(crate::lab::arrays(&page.save(), "dead")[..2].iter().all(|diverged| *diverged == 0.0));
        // With a lower rate it goes on from there.
        page.say(Command::Change(Config {
            training: TrainingConfig { learning_rate: 1e-4, ..exploding().training },
            ..exploding()
        }));
        let seen = page.events.len();
        page.say(Command::Step(20));
        page.settle();
        assert!(!names(&page.events[seen..]).contains(&"diverged"));
        assert_eq!(page.step(), back.step + 20);
        let last = page.points().pop().unwrap();
        assert!(last.train.iter().chain(&last.valid).all(|loss| loss.is_finite() && *loss < 1e4), "{last:?}");
    }
}

/// What a session that has warmed up goes on to record, and its state; with the turns that warming up took.
fn warmed(config: &Config, warms: bool) -> (usize, Vec<CurvePoint>, Snapshot) {
    let session = Session::new(Device::flex(), Engine::Cpu);
    let mut page = Page::of(if warms { session.warming_up() } else { session });
    page.say(Command::Load { run: 3, config: config.clone(), snapshot: None, settings: Vec::new(), data: None });
    let (before, events) = (bits(&page.save()), page.events.len());
    let turns = std::iter::repeat_with(|| page.turn()).take_while(|turn| *turn == Turn::Again).count();
    assert_eq!(page.events.len(), events, "nothing is told of it");
    assert_eq!(bits(&page.save()), before);
    page.say(Command::Step(3 * EPOCH));
    page.settle();
    (turns, page.points(), page.save())
}

#[test]
fn warming_up_takes_turns_at_the_start_and_leaves_no_trace() {
    let mut config = two_tasks();
    config.training.dropout = 0.2;
    config.balancer = Pick::new("dwa");
    config.strategy = Pick::new("alternating");
    let (turns, points, state) = warmed(&config, true);
    let (none, straight, expected) = warmed(&config, false);
    assert!(turns > 1 && none == 0, "{turns} and {none} turns");
    assert_eq!(bits(&state), bits(&expected));
    assert_eq!(format!("{points:?}"), format!("{straight:?}"));
}

#[test]
fn timing_and_cost_answer_and_leave_no_trace() {
    let mut page = Page::loaded(two_tasks());
    page.say(Command::Step(10));
    page.settle();
    let (before, points) = (page.save(), page.points().len());
    page.say(Command::Time(50));
    let Some(Event::Timed { run: 3, steps_per_second, record_seconds }) = page.events.last() else { panic!() };
    assert!(*steps_per_second > 1.0 && (0.0..10.0).contains(record_seconds));
    page.say(Command::Cost);
    let Some(Event::Cost { run: 3, shared_seconds, separate_seconds }) = page.events.last() else { panic!() };
    assert!(*shared_seconds > 0.0 && *separate_seconds > 0.0);
    assert_eq!(page.save(), before);
    assert_eq!(page.points().len(), points);
    // Nor is there a later state to go 'back' to.
    page.say(Command::Rewind);
    assert_eq!(page.step(), 8);
    page.say(Command::Step(12));
    page.settle();
    let mut straight = Page::loaded(two_tasks());
    straight.say(Command::Step(20));
    straight.settle();
    assert_eq!(bits(&page.save()), bits(&straight.save()));
}

#[test]
fn a_saved_state_goes_on_in_another_session_under_another_run() {
    let mut first = Page::loaded(two_tasks());
    first.say(Command::Step(14));
    first.settle();
    let saved = first.save();
    let mut second = Page::new();
    second.say(Command::Load {
        run: 3,
        config: two_tasks(),
        snapshot: SavedState::of(&saved).ok(),
        settings: Vec::new(),
        data: None,
    });
    assert_eq!(names(&second.events), ["loaded", "frame", "picture"]);
    assert_eq!(second.step(), 14);
    for page in [&mut first, &mut second] {
        page.say(Command::Step(10));
        page.settle();
    }
    assert_eq!(bits(&first.save()), bits(&second.save()));
    let tail = first.points().split_off(4);
    assert_eq!(postcard::to_allocvec(&tail).unwrap(), postcard::to_allocvec(&second.points()).unwrap());
    // One of another lesson is left aside: the lesson starts anew.
    let mut other = two_tasks();
    other.trunk = vec![layer(9, Activation::Tanh)];
    second.events.clear();
    second.say(Command::Load {
        run: 3,
        config: other,
        snapshot: SavedState::of(&saved).ok(),
        settings: Vec::new(),
        data: None,
    });
    assert_eq!(names(&second.events), ["loaded", "curve", "frame", "picture"]);
    assert_eq!((second.step(), second.frames()[0].number), (0, 1));
}

#[test]
fn a_configuration_out_of_all_limits_runs_all_the_same() {
    let mut wild = two_tasks();
    wild.training.learning_rate = f64::NAN;
    wild.trunk = vec![layer(0, Activation::Gelu), layer(100_000, Activation::Silu)];
    wild.data.train_rows = 0;
    wild.tasks.clear();
    wild.population.seeds = usize::MAX;
    wild.population.fan = usize::MAX;
    let mut page = Page::loaded(wild);
    page.say(Command::Step(2));
    page.settle();
    assert_eq!(page.step(), 2);
}

#[test]
fn on_a_landscape_a_race_runs_in_place_of_an_ensemble() {
    for key in ["two-valleys", "fronts"] {
        let config = mtl_core::lesson::lessons::find(key).unwrap().config();
        let mut page = Page::loaded(config.clone());
        assert_eq!(names(&page.events), ["loaded", "race", "frame"], "{key}");
        page.say(Command::Step(7));
        page.settle();
        assert_eq!(page.step(), 7, "{key}");
        let saved = page.save();
        page.say(Command::StepEpoch);
        page.settle();
        let frame = page.frames().pop().unwrap();
        assert_eq!((frame.epoch, frame.running), (1, false), "{key}");
        let mut second = Page::new();
        second.say(Command::Load {
            run: 3,
            config,
            snapshot: SavedState::of(&saved).ok(),
            settings: Vec::new(),
            data: None,
        });
        assert_eq!(second.step(), 7, "{key}");
        second.say(Command::StepEpoch);
        second.settle();
        assert!(second.save() == page.save(), "{key}");
    }
}
