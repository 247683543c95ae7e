//! Live settings in the middle of a run: what is kept of their changes.

use super::*;

/// The CPU trains at step 40.
fn training() -> World {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Play);
    world.curve(Cpu, &[0, 10, 20, 30, 40]);
    world.frame(Cpu, 40, true);
    world
}

/// The user changes the learning rate, and the page has time to tell the engine.
fn set_rate(world: &mut World, rate: f64) {
    world.edit("lr", Value::Number(rate));
    world.pass(FRAME);
}

#[test]
fn a_live_change_in_mid_run_is_kept_with_its_step_and_its_values() {
    let mut world = training();
    set_rate(&mut world, 0.5);
    assert_eq!(world.page.changed(), ["40: learning rate 0.02 to 0.5"]);
    world.frame(Cpu, 80, true);
    world.edit("bal", Value::Choice("pcgrad".into()));
    world.pass(FRAME);
    assert_eq!(world.page.changed()[1..], ["80: balancer equal weights to PCGrad"]);
    assert_eq!(world.page.steps(), [0, 10, 20, 30, 40], "the curves go on");
}

#[test]
fn a_change_that_comes_with_a_frame_holds_after_that_frame_and_not_after_the_one_shown() {
    let mut world = training();
    world.behind = true;
    world.frame(Cpu, 44, true);
    assert_eq!(world.page.frame.step, 40);
    set_rate(&mut world, 0.5);
    assert_eq!(world.page.changes.first().map(|change| change.step), Some(44));
}

#[test]
fn a_change_before_the_first_step_leaves_no_mark() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    set_rate(&mut world, 0.5);
    assert_eq!(world.posted(Cpu), ["change"]);
    world.edit("lr", Value::Number(0.1));
    world.tell(Intent::Play);
    assert_eq!(world.posted(Cpu), ["change", "play"]);
    assert!(world.page.changes.is_empty());
    // From now on steps are taken, whether the page has heard of one or not.
    set_rate(&mut world, 0.3);
    world.edit("bal", Value::Choice("pcgrad".into()));
    world.pass(FRAME);
    assert_eq!(world.page.changed(), ["0: balancer equal weights to PCGrad, learning rate 0.1 to 0.3"]);
}

#[test]
fn a_change_of_pace_is_none_of_the_run() {
    let mut world = training();
    world.edit("pace", Value::Choice("x16".into()));
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["play", "change"]);
    assert!(world.page.changes.is_empty());
}

#[test]
fn a_change_that_is_taken_back_in_a_pause_was_none() {
    let mut world = training();
    world.tell(Intent::Pause);
    world.frame(Cpu, 42, false);
    set_rate(&mut world, 0.5);
    assert_eq!(world.page.changed(), ["42: learning rate 0.02 to 0.5"]);
    set_rate(&mut world, 0.02);
    assert!(world.page.changes.is_empty());
}

#[test]
fn a_reset_a_setting_that_needs_one_and_another_lesson_forget_the_changes() {
    let forgets: [fn(&mut World); 3] = [
        |world| world.tell(Intent::Reset),
        |world| world.edit("s", Value::Integer(1)),
        |world| world.tell(Intent::Open(Box::new(opening("rivals")))),
    ];
    for forget in forgets {
        let mut world = training();
        set_rate(&mut world, 0.5);
        assert_eq!(world.page.changes.len(), 1);
        forget(&mut world);
        assert!(world.page.changes.is_empty());
        world.pass(FRAME);
        world.loaded(Cpu);
        assert!(world.page.changes.is_empty(), "the fresh run began with them");
    }
}

#[test]
fn a_live_setting_of_a_lesson_that_was_not_sent_yet_is_no_change_of_its_run() {
    let mut world = training();
    world.edit("s", Value::Integer(1));
    set_rate(&mut world, 0.5);
    world.loaded(Cpu);
    world.frame(Cpu, 8, true);
    assert!(world.page.changes.is_empty());
    set_rate(&mut world, 0.1);
    assert_eq!(world.page.changed(), ["8: learning rate 0.5 to 0.1"]);
}

/// The GPU is pinned and has just become ready: the CPU, at step 40, was asked for its state. The rate was changed
/// at step 8.
fn saving() -> World {
    let mut world = World::with_adapter(EngineChoice::Gpu);
    world.tell(Intent::Play);
    world.frame(Cpu, 8, true);
    set_rate(&mut world, 0.5);
    world.pass(2000.0);
    world.frame(Cpu, 40, true);
    world.ready(Gpu);
    world
}

#[test]
fn a_hand_over_to_another_engine_keeps_the_changes() {
    let mut world = saving();
    world.snapshot(Cpu, 40);
    world.loaded(Gpu);
    assert_eq!(
        (world.page.engine.shown, world.page.changed()),
        (Gpu, vec!["8: learning rate 0.02 to 0.5".to_string()])
    );
    world.frame(Gpu, 60, true);
    set_rate(&mut world, 0.1);
    assert_eq!(world.page.changed()[1..], ["60: learning rate 0.5 to 0.1"]);
}

#[test]
fn a_change_during_a_hand_over_holds_from_the_state_that_was_handed_over() {
    // Before the other engine is given the lesson, and after.
    for early in [true, false] {
        let mut world = saving();
        if early {
            set_rate(&mut world, 0.1);
        }
        world.snapshot(Cpu, 38);
        if !early {
            set_rate(&mut world, 0.1);
        }
        assert_eq!(world.page.changes.len(), 1, "no engine has it yet");
        world.loaded(Gpu);
        assert_eq!(world.page.changed()[1..], ["38: learning rate 0.5 to 0.1"], "{early}");
    }
}

#[test]
fn a_change_after_the_state_that_the_run_goes_on_from_holds_from_there_on() {
    let mut world = training();
    world.snapshot(Cpu, 20);
    set_rate(&mut world, 0.5);
    assert_eq!(world.page.changed(), ["40: learning rate 0.02 to 0.5"]);
    world.breaks(Cpu);
    assert_eq!(world.page.changed(), ["20: learning rate 0.02 to 0.5"]);
    world.ready(Cpu);
    world.loaded(Cpu);
    assert_eq!(world.page.changes.len(), 1);
}

#[test]
fn a_fault_that_starts_the_run_from_its_beginning_leaves_no_change() {
    let mut world = training();
    set_rate(&mut world, 0.5);
    world.breaks(Cpu);
    assert!(world.page.changes.is_empty());
    world.ready(Cpu);
    world.loaded(Cpu);
    world.frame(Cpu, 8, true);
    assert!(world.page.changes.is_empty());
}

#[test]
fn a_rewind_moves_what_was_changed_later_to_where_it_leads() {
    let mut world = training();
    set_rate(&mut world, 0.5);
    world.frame(Cpu, 80, true);
    world.pass(2000.0);
    // As 'Lower the rate' does it.
    world.edit("lr", Value::Number(0.1));
    world.tell(Intent::Rewind);
    assert_eq!(world.page.changes.len(), 2);
    world.frame(Cpu, 60, false);
    assert_eq!(world.page.changed(), ["40: learning rate 0.02 to 0.5", "60: learning rate 0.5 to 0.1"]);
    world.tell(Intent::Rewind);
    world.frame(Cpu, 20, false);
    assert_eq!(world.page.changed(), ["20: learning rate 0.02 to 0.1"]);
    world.tell(Intent::Rewind);
    world.frame(Cpu, 0, false);
    assert!(world.page.changes.is_empty(), "from the start with the last settings, as the link has it");
}
