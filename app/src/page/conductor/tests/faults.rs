//! Engines that break.

use super::*;
use mtl_core::protocol::Frame;

/// The CPU trains at step 30; the last state that it sent is of step 20.
fn training(playing: bool) -> World {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    if playing {
        world.tell(Intent::Play);
    }
    world.curve(Cpu, &[0, 10, 20, 30]);
    world.frame(Cpu, 30, playing);
    world.snapshot(Cpu, 20);
    world.forget_posts();
    world
}

/// An engine that broke, was replaced, and stands again.
fn replaced() -> World {
    let mut world = training(true);
    world.breaks(Cpu);
    world.ready(Cpu);
    world.loaded(Cpu);
    world.forget_posts();
    world
}

#[test]
fn a_fault_while_playing_goes_on_from_the_last_state_in_a_new_worker() {
    let mut world = training(true);
    world.breaks(Cpu);
    assert_eq!((world.page.stopped.clone(), world.cpu.serial), (vec![Cpu], Some(2)));
    assert_eq!(world.page.notices, ["It broke. The CPU goes on from step 20."]);
    assert_eq!(world.page.steps(), [0, 10, 20]);
    assert!(world.page.playing && !world.page.engine.started);
    world.ready(Cpu);
    assert_eq!(world.posted(Cpu), ["load 2 from 20", "speed 0", "play"]);
    assert!(world.page.engine.started && world.page.fault.is_none());
}

#[test]
fn a_fault_while_paused_goes_on_in_a_new_worker_and_stays_paused() {
    let mut world = training(false);
    world.breaks(Cpu);
    world.ready(Cpu);
    assert_eq!(world.posted(Cpu), ["load 2 from 20", "speed 0"]);
    assert!(!world.page.playing);
}

#[test]
fn a_fault_while_paused_hands_over_and_stays_paused() {
    let mut world = World::on_gpu();
    world.frame(Gpu, 20, false);
    world.breaks(Gpu);
    assert_eq!(world.posted(Cpu), ["load 3 from 20", "speed 0"]);
    assert_eq!((world.page.engine.shown, world.page.playing), (Cpu, false));
    assert_eq!(world.page.engine.reason, "CPU, though the GPU is pinned. No WebGPU here: it broke");
    world.loaded(Cpu);
    world.pass(60_000.0);
    assert_eq!((world.page.looks, world.gpu.serial), (1, None), "it is not asked for again");
}

#[test]
fn a_graphics_processor_that_is_lost_in_training_hands_its_run_to_the_processor() {
    let mut world = World::on_gpu();
    world.tell(Intent::Play);
    world.curve(Gpu, &[30, 40, 50]);
    world.frame(Gpu, 50, true);
    world.snapshot(Gpu, 40);
    world.breaks(Gpu);
    assert_eq!(world.page.notices, ["It broke. The CPU goes on from step 40."]);
    assert_eq!(world.posted(Cpu), ["load 3 from 40", "speed 0", "play"]);
    assert_eq!(world.page.steps(), [30, 40]);
}

#[test]
fn a_fault_before_any_state_starts_from_the_beginning() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Play);
    world.curve(Cpu, &[0, 10]);
    world.frame(Cpu, 10, true);
    world.breaks(Cpu);
    assert_eq!(world.page.notices, ["It broke. The CPU goes on from the start."]);
    assert_eq!((world.page.steps(), &world.page.frame), (vec![], &Frame::default()));
    world.ready(Cpu);
    assert_eq!(world.posted(Cpu), ["load 2", "speed 0", "play"]);
}

#[test]
fn a_state_of_another_lesson_is_none_to_go_on_from() {
    let mut world = training(true);
    world.edit("s", Value::Integer(1));
    world.pass(FRAME);
    world.breaks(Cpu);
    assert_eq!(world.page.notices, ["It broke. The CPU goes on from the start."]);
}

#[test]
fn a_limit_and_a_target_go_along_to_the_new_worker() {
    let mut world = training(false);
    world.tell(Intent::Speed(20.0));
    world.tell(Intent::PlayTo(90));
    world.breaks(Cpu);
    world.ready(Cpu);
    assert_eq!(world.posted(Cpu), ["load 2 from 20", "speed 20", "play to 90"]);
}

#[test]
fn an_engine_that_breaks_again_at_once_is_given_up() {
    let mut world = replaced();
    world.pass(5000.0);
    world.breaks(Cpu);
    let fault = world.page.fault.clone().expect("a fault");
    assert_eq!((fault.sentence.as_str(), fault.remedy.as_str()), ("It broke.", "Mend it."));
    assert!(!world.page.playing && !world.page.engine.started);
    assert_eq!(world.page.notices.len(), 1, "that of the first time");
    world.tell(Intent::Play);
    world.pass(60_000.0);
    assert_eq!((world.cpu.serial, world.posted(Cpu)), (None, vec![]));
}

#[test]
fn an_engine_that_breaks_now_and_then_is_replaced_every_time() {
    let mut world = replaced();
    for serial in 3..6 {
        world.pass(11_000.0);
        world.breaks(Cpu);
        assert_eq!((world.cpu.serial, world.page.fault.is_none()), (Some(serial), true));
    }
    assert!(world.page.playing);
}

#[test]
fn an_engine_that_was_given_up_is_restarted_from_the_last_state() {
    let mut world = replaced();
    world.breaks(Cpu);
    assert!(world.page.fault.is_some());
    world.tell(Intent::RestartEngine);
    assert!(world.page.fault.is_none());
    world.ready(Cpu);
    assert_eq!(world.posted(Cpu), ["load 3 from 20", "speed 0"]);
    world.loaded(Cpu);
    world.tell(Intent::Play);
    assert_eq!(world.posted(Cpu), ["play"]);
}

#[test]
fn a_graphics_processor_that_is_lost_is_no_fault_of_the_processor() {
    let mut world = World::on_gpu();
    world.breaks(Gpu);
    world.loaded(Cpu);
    world.pass(1000.0);
    world.breaks(Cpu);
    assert_eq!((world.cpu.serial, world.page.fault.is_none()), (Some(3), true));
}

#[test]
fn an_engine_that_was_given_up_in_a_hand_over_is_not_waited_for() {
    let mut world = World::with_adapter(EngineChoice::Gpu);
    world.breaks(Cpu);
    world.ready(Cpu);
    world.loaded(Cpu);
    world.hear(Gpu, Event::Ready { engine: Gpu, device: String::new() });
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["load 2", "speed 0", "pause", "save"]);
    world.breaks(Cpu);
    assert!(world.page.fault.is_some());
    world.pass(60_000.0);
    assert_eq!((world.page.stopped.clone(), world.gpu.serial), (vec![Cpu, Cpu], Some(2)));
}

#[test]
fn a_graphics_processor_that_breaks_while_it_warms_up_is_hardly_worth_a_word() {
    let mut world = World::with_adapter(EngineChoice::Auto);
    world.ready(Gpu);
    world.tell(Intent::Play);
    world.pass(2500.0);
    assert_eq!(world.conductor.handover, Handover::Warming);
    world.forget_posts();
    world.breaks(Gpu);
    assert!(world.page.notices.is_empty());
    assert_eq!(world.page.engine.reason, "CPU. No WebGPU here: it broke");
    assert_eq!((world.posted(Cpu), world.page.playing), (vec!["play".to_string()], true));
}

#[test]
fn a_graphics_processor_that_does_not_answer_while_training_is_held_is_given_up() {
    let mut world = World::with_adapter(EngineChoice::Auto);
    world.ready(Gpu);
    world.tell(Intent::Play);
    world.pass(2500.0);
    // It may compile as long as it likes: nothing waits for it.
    world.pass(60_000.0);
    assert!(world.page.stopped.is_empty() && !world.is_waiting_for(Timer::Watchdog));
    world.loaded(Gpu);
    world.timed(Gpu, 0.0);
    world.timed(Cpu, 100.0);
    world.forget_posts();
    world.pass(14_000.0);
    assert!(world.page.stopped.is_empty());
    world.pass(2000.0);
    assert_eq!(world.page.stopped, [Gpu]);
    assert_eq!(world.page.notices, ["The GPU engine did not answer in time. The CPU goes on."]);
    assert_eq!(world.posted(Cpu), ["play"]);
}

#[test]
fn a_worker_that_was_replaced_is_heard_no_more() {
    let mut world = training(false);
    world.breaks(Cpu);
    let late = |event: Event| Input::Heard { engine: Cpu, serial: 1, event };
    world.input(late(Event::Ready { engine: Cpu, device: String::new() }));
    world.input(late(Event::Fault { sentence: "Again.".into(), remedy: String::new() }));
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), NOTHING, "the new one doesn't listen yet");
    assert!(world.page.fault.is_none() && world.page.notices.len() == 1);
}

#[test]
fn an_arrival_of_an_engine_that_breaks_with_it_does_not_pause_the_next() {
    for saved in [true, false] {
        let mut world = World::on_cpu(EngineChoice::Cpu);
        world.tell(Intent::Play);
        if saved {
            world.snapshot(Cpu, 20);
        }
        world.hear(Cpu, Event::Arrived { run: 1, play: 1, story: true });
        world.breaks(Cpu);
        assert!(world.page.playing && !world.page.ended);
        world.ready(Cpu);
        assert_eq!(world.posted(Cpu).last().map(String::as_str), Some("play"));
    }
}

#[test]
fn points_beyond_the_state_that_are_not_shown_yet_do_not_count_either() {
    let mut world = training(true);
    let points = vec![mtl_core::protocol::CurvePoint { step: 40, ..Default::default() }];
    world.hear(Cpu, Event::Curve { run: 1, points });
    world.breaks(Cpu);
    assert_eq!(world.page.steps(), [0, 10, 20]);
}
