//! Handing a run over.

use super::*;

/// The GPU is pinned and has just become ready: the CPU was asked for its state, at step 20.
fn saving(playing: bool) -> World {
    let mut world = World::with_adapter(EngineChoice::Gpu);
    if playing {
        world.tell(Intent::Play);
    }
    world.curve(Cpu, &[0, 10, 20]);
    world.frame(Cpu, 20, playing);
    world.forget_posts();
    world.ready(Gpu);
    assert_eq!(world.posted(Cpu), ["pause", "save"]);
    world
}

/// The same, and the GPU builds the run from a state of step 15.
fn moving(playing: bool) -> World {
    let mut world = saving(playing);
    world.snapshot(Cpu, 15);
    assert_eq!(world.posted(Gpu), ["load 2 from 15"]);
    world
}

#[test]
fn a_run_is_handed_over_with_its_state_and_goes_on() {
    let mut world = moving(true);
    assert_eq!(world.page.engine.shown, Cpu, "until the other one is ready for it");
    world.loaded(Gpu);
    assert_eq!(world.posted(Gpu), ["speed 0", "play", "change"]);
    assert_eq!(world.posted(Cpu), ["compare stop"]);
    assert_eq!((world.page.engine.shown, world.page.playing, world.page.steps()), (Gpu, true, vec![0, 10]));
    assert_eq!(world.page.engine.reason, "GPU: pinned");
    world.frame(Gpu, 24, true);
    assert_eq!(world.page.frame.step, 24);
}

#[test]
fn a_paused_run_stays_paused_on_the_other_engine() {
    let mut world = moving(false);
    world.loaded(Gpu);
    assert_eq!(world.posted(Gpu), ["speed 0", "change"]);
    assert!(!world.page.playing);
}

#[test]
fn an_epoch_that_is_played_to_is_played_to_on_the_other_engine() {
    let mut world = World::with_adapter(EngineChoice::Gpu);
    world.tell(Intent::PlayTo(50));
    world.tell(Intent::Speed(20.0));
    world.ready(Gpu);
    world.snapshot(Cpu, 15);
    world.forget_posts();
    world.loaded(Gpu);
    assert_eq!(world.posted(Gpu), ["speed 20", "play to 50", "change"]);
}

#[test]
fn commands_during_a_hand_over_wait_for_the_engine_to_come() {
    let mut world = saving(true);
    world.tell(Intent::Step(2));
    world.snapshot(Cpu, 15);
    world.tell(Intent::StepEpoch);
    assert_eq!((world.posted(Cpu), world.posted(Gpu)), (vec![], vec!["load 2 from 15".to_string()]));
    world.loaded(Gpu);
    assert_eq!(world.posted(Gpu), ["speed 0", "step 2", "epoch", "change"]);
    assert_eq!(world.posted(Cpu), ["compare stop"]);
}

#[test]
fn pause_during_a_hand_over_is_heeded() {
    let mut world = moving(true);
    world.tell(Intent::Pause);
    assert!(!world.page.playing);
    world.loaded(Gpu);
    assert_eq!(world.posted(Gpu), ["speed 0", "pause", "change"]);
}

#[test]
fn live_settings_during_a_hand_over_go_along() {
    let mut world = moving(true);
    world.edit("lr", Value::Number(0.5));
    world.pass(FRAME);
    assert_eq!((world.posted(Cpu), world.posted(Gpu)), (vec![], vec![]), "neither engine has the run");
    world.loaded(Gpu);
    assert_eq!(world.posted(Gpu), ["speed 0", "play", "change"]);
    assert_eq!(world.gpu.config, Some(Config::clone(&world.page.lesson)));
}

#[test]
fn live_settings_before_a_hand_over_reach_the_engine_that_saves() {
    let mut world = World::with_adapter(EngineChoice::Gpu);
    world.hear(Gpu, Event::Ready { engine: Gpu, device: String::new() });
    world.edit("lr", Value::Number(0.5));
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["change", "pause", "save"]);
}

#[test]
fn a_reset_during_a_hand_over_calls_it_off() {
    let mut world = moving(true);
    world.tell(Intent::Reset);
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["load 3", "speed 0"]);
    world.loaded(Gpu);
    assert_eq!((world.posted(Gpu), world.page.engine.shown), (vec![], Cpu), "nobody waits for it any more");
    world.loaded(Cpu);
    world.pass(1000.0);
    assert_eq!(world.posted(Cpu), ["pause", "save"], "it is tried again with the new run");
}

#[test]
fn a_lesson_that_is_opened_during_a_hand_over_calls_it_off_with_the_commands_that_waited() {
    let mut world = saving(true);
    world.tell(Intent::Step(5));
    world.tell(Intent::Open(Box::new(opening("rivals"))));
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["load 2", "speed 0"]);
    world.say(Cpu, Event::Snapshot { run: 1, snapshot: mtl_core::protocol::SavedState::empty(0) });
    assert_eq!(world.posted(Gpu), NOTHING, "that state is of another lesson");
}

#[test]
fn a_state_that_never_comes_ends_the_hand_over_and_training_goes_on() {
    let mut world = saving(true);
    world.pass(14_000.0);
    assert_eq!((world.posted(Cpu), world.page.stopped.len()), (vec![], 0));
    world.pass(2000.0);
    assert_eq!(world.page.stopped, [Gpu]);
    assert_eq!(world.page.notices, ["The GPU engine did not answer in time. The CPU goes on."]);
    assert_eq!(world.posted(Cpu), ["play"]);
    assert_eq!(
        world.page.engine.reason,
        "CPU, though the GPU is pinned. No WebGPU here: the GPU engine did not answer in time"
    );
}

#[test]
fn a_run_that_is_never_built_comes_back_with_the_commands_that_waited() {
    let mut world = moving(true);
    world.tell(Intent::Step(1));
    world.pass(16_000.0);
    assert_eq!(world.page.stopped, [Gpu]);
    assert_eq!(world.posted(Cpu), ["step 1"]);
}

#[test]
fn every_answer_of_a_hand_over_has_its_own_patience() {
    let mut world = saving(true);
    world.pass(10_000.0);
    world.snapshot(Cpu, 15);
    world.pass(10_000.0);
    assert!(world.page.stopped.is_empty());
    world.pass(6000.0);
    assert_eq!(world.page.stopped, [Gpu]);
}

#[test]
fn a_hand_over_that_is_over_is_no_longer_watched() {
    let mut world = moving(true);
    world.loaded(Gpu);
    world.pass(60_000.0);
    assert!(world.page.stopped.is_empty() && world.page.engine.shown == Gpu);
}

#[test]
fn a_device_that_is_lost_while_it_builds_the_run_leaves_it_where_it_was() {
    let mut world = moving(true);
    world.breaks(Gpu);
    assert_eq!(world.posted(Cpu), ["play"]);
    assert_eq!(world.page.notices, ["It broke. The CPU goes on."]);
    assert_eq!(world.page.engine.gpu, GpuState::Failed("it broke".into()));
    assert_eq!(world.page.steps(), [0, 10, 20], "nothing is lost");
}

#[test]
fn an_engine_that_breaks_after_it_gave_its_state_is_replaced_and_the_hand_over_tried_again() {
    let mut world = moving(true);
    world.breaks(Cpu);
    assert_eq!(world.page.notices, ["It broke. The CPU goes on from step 15."]);
    world.ready(Cpu);
    assert_eq!(world.posted(Cpu), ["load 3 from 15", "speed 0", "play"]);
    world.loaded(Gpu);
    assert_eq!((world.posted(Gpu), world.page.engine.shown), (vec![], Cpu));
    world.loaded(Cpu);
    world.pass(1000.0);
    assert_eq!(world.posted(Cpu), ["pause", "save"]);
}

#[test]
fn a_state_from_between_is_as_good_and_the_curves_are_cut_to_it() {
    let mut world = saving(true);
    world.snapshot(Cpu, 15);
    world.snapshot(Cpu, 20);
    assert_eq!(world.posted(Gpu), ["load 2 from 15"], "it is given one");
    world.loaded(Gpu);
    assert_eq!(world.page.steps(), [0, 10]);
}

#[test]
fn what_the_former_engine_says_later_is_not_shown_but_acknowledged() {
    let mut world = World::on_gpu();
    world.frame(Gpu, 30, true);
    world.forget_posts();
    world.curve(Cpu, &[0, 10]);
    world.frame(Cpu, 99, true);
    assert_eq!((world.page.frame.step, world.page.steps()), (30, vec![]));
    assert_eq!(world.acked(Cpu), [1]);
}

#[test]
fn a_graphics_processor_hands_its_run_to_a_new_worker_where_the_processor_has_none() {
    let mut world = World::on_gpu();
    world.breaks(Cpu);
    assert_eq!((world.page.stopped.clone(), world.page.engine.shown), (vec![Cpu], Gpu));
    world.tell(Intent::ChooseEngine(EngineChoice::Cpu));
    assert_eq!((world.cpu.serial, world.posted(Gpu)), (Some(3), vec!["pause".to_string(), "save".to_string()]));
    world.snapshot(Gpu, 44);
    world.ready(Cpu);
    assert_eq!(world.posted(Cpu), ["load 3 from 44"]);
}
