//! Starting the engines.

use super::*;

#[test]
fn the_processor_starts_at_once_and_what_it_is_sent_waits_until_it_listens() {
    let mut world = World::opened(EngineChoice::Auto);
    world.pass(100.0);
    assert_eq!((world.cpu.serial, world.gpu.serial), (Some(1), None));
    assert_eq!(world.posted(Cpu), NOTHING);
    assert_eq!((world.page.engine.started, world.page.engine.reason.as_str()), (false, "CPU: starting"));
    world.ready(Cpu);
    assert_eq!(world.posted(Cpu), ["load 1", "speed 0"]);
    assert!(world.page.engine.started);
}

#[test]
fn a_worker_that_says_twice_that_it_listens_is_sent_nothing_twice() {
    let mut world = World::opened(EngineChoice::Cpu);
    world.pass(100.0);
    world.ready(Cpu);
    assert_eq!(world.posted(Cpu), ["load 1", "speed 0"]);
    world.ready(Cpu);
    assert_eq!(world.posted(Cpu), NOTHING);
}

#[test]
fn commands_that_come_before_the_worker_listens_are_kept_in_order() {
    let mut world = World::opened(EngineChoice::Cpu);
    world.pass(50.0);
    world.tell(Intent::Speed(20.0));
    world.tell(Intent::Play);
    world.ready(Cpu);
    assert_eq!(world.posted(Cpu), ["load 1", "speed 0", "speed 20", "play"]);
}

#[test]
fn what_was_to_be_done_with_an_earlier_lesson_is_not_done_with_another() {
    let mut world = World::opened(EngineChoice::Cpu);
    world.pass(50.0);
    world.tell(Intent::StepEpoch);
    world.tell(Intent::Reset);
    world.tell(Intent::Step(1));
    world.ready(Cpu);
    assert_eq!(world.posted(Cpu), ["load 2", "speed 0", "step 1"]);
}

#[test]
fn a_lesson_stands_paused_at_epoch_0_until_the_user_plays() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.pass(1000.0);
    assert_eq!(world.page.summaries, 1);
    assert!(!world.page.playing && world.page.frame.epoch == 0);
    assert_eq!(world.posted(Cpu), NOTHING);
}

#[test]
fn a_pinned_processor_never_asks_for_a_graphics_processor() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.pass(10_000.0);
    assert_eq!((world.page.looks, world.page.engine.reason.as_str()), (0, "CPU: pinned"));
}

#[test]
fn a_graphics_processor_is_looked_for_once_the_lesson_stands() {
    let mut world = World::opened(EngineChoice::Auto);
    world.ready(Cpu);
    world.pass(5000.0);
    assert_eq!(world.page.looks, 0);
    world.loaded(Cpu);
    world.pass(300.0);
    assert_eq!((world.page.looks, &world.page.engine.gpu), (1, &GpuState::Starting));
    assert_eq!(world.gpu.serial, None, "there may be no adapter");
    world.input(Input::Adapter(Ok(())));
    assert_eq!(world.gpu.serial, Some(2));
}

#[test]
fn without_an_adapter_the_badge_says_why_and_none_is_looked_for_again() {
    let mut world = World::on_cpu(EngineChoice::Auto);
    world.pass(300.0);
    world.input(Input::Adapter(Err("the browser found no adapter".into())));
    assert_eq!(world.page.engine.reason, "CPU. No WebGPU here: the browser found no adapter");
    world.tell(Intent::Play);
    world.pass(10_000.0);
    assert_eq!((world.page.looks, world.gpu.serial), (1, None));
    assert!(world.page.notices.is_empty(), "{:?}", world.page.notices);
}

#[test]
fn a_graphics_engine_that_cannot_compute_leaves_a_run_on_the_processor_alone() {
    let reason = || Event::Unavailable { reason: "WebGPU can't be used here: no.".into() };
    let mut world = World::with_adapter(EngineChoice::Auto);
    world.say(Gpu, reason());
    assert_eq!(world.page.engine.gpu, GpuState::Failed("WebGPU can't be used here: no".into()));
    assert_eq!(world.posted(Cpu), NOTHING);
    assert!(world.page.notices.is_empty(), "nobody counted on it");

    let mut world = World::with_adapter(EngineChoice::Gpu);
    world.say(Gpu, reason());
    assert_eq!(world.page.notices, ["WebGPU can't be used here: no. The CPU goes on."]);
    assert_eq!(world.page.stopped, [Gpu]);
}

#[test]
fn a_graphics_engine_that_is_slow_to_load_and_compile_is_waited_for() {
    let mut world = World::with_adapter(EngineChoice::Auto);
    world.pass(120_000.0);
    world.ready(Gpu);
    world.pass(100_000.0);
    assert_eq!(world.page.engine.gpu, GpuState::Ready);
    assert!(world.page.stopped.is_empty());
}

#[test]
fn a_graphics_engine_that_never_starts_is_given_up_after_three_minutes() {
    let mut world = World::with_adapter(EngineChoice::Auto);
    world.pass(179_000.0);
    assert_eq!(world.page.engine.gpu, GpuState::Starting);
    world.pass(2000.0);
    assert_eq!(world.page.engine.gpu, GpuState::Failed("the GPU engine did not start in time".into()));
    assert_eq!(world.page.stopped, [Gpu]);
}

#[test]
fn to_pin_a_graphics_processor_that_has_failed_is_to_try_once_more() {
    let mut world = World::on_cpu(EngineChoice::Auto);
    world.pass(300.0);
    world.input(Input::Adapter(Err("no".into())));
    world.tell(Intent::ChooseEngine(EngineChoice::Auto));
    assert_eq!(world.page.looks, 1, "that is no wish for it");
    world.tell(Intent::ChooseEngine(EngineChoice::Gpu));
    assert_eq!((world.page.looks, &world.page.engine.gpu), (2, &GpuState::Starting));
    assert_eq!(world.page.remembered, [EngineChoice::Auto, EngineChoice::Gpu]);
}

#[test]
fn a_worker_that_the_browser_refuses_is_given_up_at_once() {
    let mut world = World::opened(EngineChoice::Cpu);
    world.input(Input::NotStarted { engine: Cpu, serial: 1, sentence: "It could not be started.".into() });
    let fault = world.page.fault.clone().expect("a fault");
    assert_eq!(fault.sentence, "It could not be started.");
    assert_eq!(fault.remedy, "Load the page again, or try another browser.");
    world.pass(60_000.0);
    assert_eq!(world.cpu.serial, None);
}

#[test]
fn a_graphics_worker_that_the_browser_refuses_leaves_the_processor_in_charge() {
    let mut world = World::with_adapter(EngineChoice::Gpu);
    world.input(Input::NotStarted { engine: Gpu, serial: 9, sentence: "Another one.".into() });
    assert_eq!(world.page.engine.gpu, GpuState::Starting, "that was another worker");
    world.input(Input::NotStarted { engine: Gpu, serial: 2, sentence: "The GPU is refused.".into() });
    assert_eq!(world.page.engine.gpu, GpuState::Failed("the GPU is refused".into()));
    assert!(world.page.fault.is_none());
    world.tell(Intent::Play);
    assert_eq!(world.posted(Cpu), ["play"]);
}

/// A page whose graphics processor has no worker yet.
fn pending(choice: EngineChoice) -> World {
    let mut world = World::on_cpu(choice);
    world.pass(300.0);
    world.input(Input::GpuPending);
    world
}

#[test]
fn a_graphics_engine_that_is_still_being_built_is_asked_about_until_it_is_there() {
    let mut world = pending(EngineChoice::Auto);
    assert_eq!(world.page.engine.reason, "CPU: the GPU engine is still being built");
    world.pass(2900.0);
    assert_eq!((world.page.asked, world.gpu.serial), (0, None));
    world.pass(200.0);
    assert_eq!(world.page.asked, 1);
    world.pass(20_000.0);
    assert_eq!(world.page.asked, 1, "one question at a time");
    world.input(Input::GpuBuilt(false));
    world.pass(3100.0);
    assert_eq!((world.page.asked, world.gpu.serial), (2, None));
    world.input(Input::GpuBuilt(true));
    assert_eq!((world.gpu.serial, &world.page.engine.gpu), (Some(2), &GpuState::Starting));
    assert_eq!(world.page.toasts, ["The GPU engine is there now"]);
    world.pass(10_000.0);
    assert_eq!(world.page.asked, 2);
}

#[test]
fn training_goes_on_while_the_graphics_engine_is_built() {
    let mut world = pending(EngineChoice::Auto);
    world.tell(Intent::Play);
    assert_eq!(world.posted(Cpu), ["play"]);
    world.pass(3100.0);
    world.input(Input::GpuBuilt(true));
    assert!(world.posted(Cpu).is_empty(), "nothing interrupts it");
    assert!(world.page.playing);
}

#[test]
fn a_graphics_processor_that_is_pinned_before_its_engine_is_built_takes_the_run_when_it_is() {
    let mut world = pending(EngineChoice::Auto);
    world.tell(Intent::ChooseEngine(EngineChoice::Gpu));
    assert_eq!(world.page.engine.reason, "CPU, until the pinned GPU engine is built");
    assert_eq!(world.page.looks, 1, "there is nothing new to find");
    world.pass(3100.0);
    world.input(Input::GpuBuilt(true));
    world.ready(Gpu);
    assert_eq!(world.posted(Cpu).last().map(String::as_str), Some("save"));
}

#[test]
fn an_answer_about_a_graphics_engine_that_nobody_waits_for_changes_nothing() {
    let mut world = World::with_adapter(EngineChoice::Auto);
    world.ready(Gpu);
    world.input(Input::GpuBuilt(true));
    assert_eq!(world.page.engine.gpu, GpuState::Ready);
    assert!(world.page.toasts.is_empty());
}
