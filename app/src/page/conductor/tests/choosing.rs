//! Which engine computes: measured, or pinned.

use super::*;

/// Both engines listen, nothing is pinned, and the user has left the engine alone for long: the GPU engine has
/// just been sent the lesson, to warm up.
fn warming(playing: bool) -> World {
    let mut world = World::with_adapter(EngineChoice::Auto);
    world.ready(Gpu);
    if playing {
        world.tell(Intent::Play);
    }
    world.pass(2500.0);
    assert_eq!(world.conductor.handover, Handover::Warming);
    assert_eq!(world.posted(Gpu), ["load 2", "time 1"]);
    world.forget_posts();
    world
}

/// A measurement in which the CPU is being timed.
fn timing(playing: bool) -> World {
    let mut world = warming(playing);
    world.loaded(Gpu);
    world.timed(Gpu, 0.0);
    assert_eq!(world.posted(Cpu), ["pause", "time 400"]);
    assert_eq!(world.posted(Gpu), NOTHING, "each is timed alone");
    world
}

/// A measurement that has come to its end, with these speeds.
fn measured(cpu: f32, gpu: f32, playing: bool) -> World {
    let mut world = timing(playing);
    world.timed(Cpu, cpu);
    assert_eq!(world.posted(Gpu), ["time 400"]);
    assert_eq!(world.posted(Cpu), NOTHING);
    world.timed(Gpu, gpu);
    world
}

#[test]
fn engines_are_measured_once_the_user_has_left_them_alone() {
    let mut world = World::with_adapter(EngineChoice::Auto);
    world.ready(Gpu);
    world.pass(500.0);
    assert_eq!(world.posted(Gpu), NOTHING);
    assert_eq!(world.page.engine.reason, "CPU, until both engines are timed on this lesson");
    world.pass(800.0);
    assert_eq!(world.posted(Gpu), ["load 2", "time 1"]);
    assert_eq!(world.posted(Cpu), ["cost"], "training isn't held for the other one to warm up");
}

#[test]
fn the_faster_graphics_processor_is_handed_the_run() {
    let mut world = measured(100.0, 200.0, true);
    assert_eq!(world.page.engine.reason, "CPU: 100 steps/s against 200 on the GPU");
    assert_eq!(world.posted(Cpu), ["pause", "save"]);
    world.snapshot(Cpu, 40);
    assert_eq!(world.posted(Gpu), ["load 3 from 40"]);
    world.loaded(Gpu);
    assert_eq!(world.posted(Gpu), ["speed 0", "play", "change"]);
    assert_eq!(world.page.engine.reason, "GPU: 200 steps/s against 100 on the CPU");
    world.pass(20_000.0);
    assert_eq!((world.posted(Gpu), world.page.engine.shown), (vec![], Gpu), "it stays there");
}

#[test]
fn a_graphics_processor_that_is_hardly_faster_is_not_worth_the_change() {
    let mut world = measured(100.0, 109.0, true);
    assert_eq!(world.posted(Cpu), ["play"], "training that was held goes on");
    assert_eq!(world.conductor.handover, Handover::Quiet);
    assert_eq!(world.page.engine.shown, Cpu);
    world.pass(20_000.0);
    assert_eq!((world.posted(Cpu), world.posted(Gpu)), (vec![], vec![]));
}

#[test]
fn a_run_that_was_paused_before_it_was_timed_stays_paused() {
    let mut world = measured(100.0, 50.0, false);
    assert_eq!(world.posted(Cpu), NOTHING);
    assert!(!world.page.playing);
}

#[test]
fn a_command_of_the_user_ends_a_measurement_and_training_goes_on() {
    let mut world = timing(true);
    world.tell(Intent::Speed(5.0));
    assert_eq!(world.posted(Cpu), ["play", "speed 5"]);
    world.timed(Cpu, 100.0);
    assert_eq!(world.posted(Gpu), NOTHING, "the answer comes too late");
    assert!(!world.is_waiting_for(Timer::Watchdog));
    world.pass(3000.0);
    assert_eq!(world.posted(Gpu), ["load 3", "time 1"], "it is tried again");
}

#[test]
fn a_command_that_decides_whether_training_goes_on_is_not_overruled() {
    for (intent, posted) in [(Intent::Pause, "pause"), (Intent::PlayTo(9), "play to 9"), (Intent::Step(1), "step 1")] {
        let mut world = timing(true);
        world.tell(intent);
        assert_eq!(world.posted(Cpu), [posted]);
    }
}

#[test]
fn an_answer_to_a_measurement_that_was_given_up_is_not_taken_for_one_of_the_next() {
    let mut world = timing(true);
    world.tell(Intent::Play);
    world.pass(3000.0);
    world.loaded(Gpu);
    world.timed(Gpu, 0.0);
    world.forget_posts();
    world.timed(Cpu, 999.0);
    assert_eq!(world.posted(Gpu), NOTHING, "that was of the first one");
    world.timed(Cpu, 100.0);
    assert_eq!(world.posted(Gpu), ["time 400"]);
    world.timed(Gpu, 50.0);
    assert_eq!(world.page.engine.reason, "CPU: 100 steps/s against 50 on the GPU");
}

#[test]
fn in_a_hidden_tab_nothing_is_measured() {
    let mut world = warming(false);
    world.set_hidden(true, true);
    world.loaded(Gpu);
    world.timed(Gpu, 0.0);
    world.pass(10_000.0);
    assert_eq!((world.posted(Cpu), world.posted(Gpu)), (vec![], vec![]));
    world.set_hidden(false, true);
    world.pass(2000.0);
    assert_eq!(world.posted(Gpu), ["load 3", "time 1"]);
}

#[test]
fn no_engine_is_timed_in_the_middle_of_a_step() {
    let mut world = World::with_adapter(EngineChoice::Auto);
    world.tell(Intent::StepEpoch);
    world.frame(Cpu, 1, true);
    world.ready(Gpu);
    world.pass(5000.0);
    assert_eq!(world.posted(Gpu), NOTHING);
    world.frame(Cpu, 4, false);
    world.pass(2000.0);
    assert_eq!(world.posted(Gpu), ["load 2", "time 1"]);
}

#[test]
fn lessons_of_one_shape_are_measured_once() {
    let mut world = measured(100.0, 50.0, false);
    world.forget_posts();
    world.edit("s", Value::Integer(1));
    world.pass(FRAME);
    world.loaded(Cpu);
    world.pass(5000.0);
    assert_eq!(world.posted(Gpu), NOTHING);
    assert_eq!(world.page.engine.reason, "CPU: 100 steps/s against 50 on the GPU");
    world.edit("trunk", Value::Layers(Vec::new()));
    world.pass(FRAME);
    world.loaded(Cpu);
    assert_eq!(world.page.engine.reason, "CPU, until both engines are timed on this lesson");
    world.pass(5000.0);
    assert_eq!(world.posted(Gpu), ["load 5", "time 1"]);
}

#[test]
fn to_pin_the_processor_takes_the_run_back() {
    let mut world = World::on_gpu();
    world.tell(Intent::ChooseEngine(EngineChoice::Cpu));
    assert_eq!(world.posted(Gpu), ["pause", "save"]);
    world.snapshot(Gpu, 60);
    assert_eq!(world.posted(Cpu), ["load 3 from 60"]);
    world.loaded(Cpu);
    assert_eq!(world.posted(Cpu), ["speed 0", "change"]);
    assert_eq!((world.page.engine.shown, world.page.engine.reason.as_str()), (Cpu, "CPU: pinned"));
}

#[test]
fn to_pin_the_engine_in_charge_moves_nothing() {
    let mut world = World::on_gpu();
    world.tell(Intent::ChooseEngine(EngineChoice::Gpu));
    world.pass(5000.0);
    assert_eq!(world.posted(Gpu), ["cost"]);
    assert_eq!(world.posted(Cpu), NOTHING);
}

#[test]
fn the_seconds_per_epoch_are_asked_for_once_in_a_calm_moment() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Play);
    world.pass(5000.0);
    assert_eq!(world.posted(Cpu), ["play"]);
    world.tell(Intent::Pause);
    world.pass(1000.0);
    assert_eq!(world.posted(Cpu), ["pause"]);
    world.pass(2000.0);
    assert_eq!(world.posted(Cpu), ["cost"]);
    world.say(Cpu, Event::Cost { run: 1, shared_seconds: 1.0, separate_seconds: 2.0 });
    assert_eq!(world.page.cost, Some((1.0, 2.0)));
    world.pass(10_000.0);
    assert_eq!(world.posted(Cpu), NOTHING);
    world.tell(Intent::Reset);
    assert_eq!(world.page.cost, None);
    world.pass(FRAME);
    world.loaded(Cpu);
    world.pass(3000.0);
    assert_eq!(world.posted(Cpu), ["load 2", "speed 0", "cost"]);
}
