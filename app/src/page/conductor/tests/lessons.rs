//! Settings, lessons, the address.

use super::*;
use mtl_core::config::Notice;

#[test]
fn live_settings_go_to_the_lesson_that_trains_without_a_reset() {
    for (key, value) in [
        ("lr", Value::Number(0.5)),
        ("bal", Value::Choice("uncertainty".into())),
        ("pace", Value::Choice("x16".into())),
    ] {
        let mut world = World::on_cpu(EngineChoice::Cpu);
        world.tell(Intent::Play);
        world.frame(Cpu, 40, true);
        world.edit(key, value);
        assert_eq!(world.posted(Cpu), ["play"], "{key}: with the next frame");
        world.pass(FRAME);
        assert_eq!(world.posted(Cpu), ["change"], "{key}");
        assert_eq!(world.cpu.config, Some(Config::clone(&world.page.lesson)), "{key}");
        assert!(world.page.playing && world.page.frame.epoch == 10 && world.page.toasts.is_empty(), "{key}");
    }
}

#[test]
fn many_ticks_of_a_slider_are_one_change_a_frame() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    for rate in [0.1, 0.2, 0.3] {
        world.edit("lr", Value::Number(rate));
    }
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["change"]);
}

#[test]
fn a_command_comes_after_what_was_changed_before_it() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.edit("lr", Value::Number(0.1));
    world.tell(Intent::Step(1));
    assert_eq!(world.posted(Cpu), ["change", "step 1"]);
}

#[test]
fn a_setting_that_needs_a_fresh_run_starts_one_that_goes_on_playing_and_says_so() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Play);
    world.frame(Cpu, 40, true);
    world.forget_posts();
    world.edit("s", Value::Integer(1));
    assert_eq!((world.page.frame.epoch, world.page.playing), (0, true));
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["load 2", "speed 0", "play"]);
    assert_eq!(world.page.toasts, ["Started again from epoch 0: seed changed"]);
}

#[test]
fn a_fresh_run_in_place_of_one_that_had_not_begun_is_nothing_to_tell() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.edit("s", Value::Integer(1));
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["load 2", "speed 0"]);
    assert!(world.page.toasts.is_empty());
}

#[test]
fn while_a_lesson_is_built_the_last_of_many_waits_for_it() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    for seed in 1..=3 {
        world.edit("s", Value::Integer(seed));
        world.pass(FRAME);
    }
    assert_eq!(world.posted(Cpu), ["load 2", "speed 0"]);
    world.loaded(Cpu);
    assert_eq!(world.posted(Cpu), ["load 4", "speed 0"]);
    assert_eq!(world.cpu.config.as_ref().map(|config| config.seed), Some(3));
    assert_eq!(world.page.summaries, 1, "that of load 2 is of no lesson that is shown");
    world.loaded(Cpu);
    assert_eq!(world.page.summaries, 2);
}

#[test]
fn a_command_does_not_wait_for_a_lesson_that_is_still_built() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.edit("s", Value::Integer(1));
    world.pass(FRAME);
    world.edit("s", Value::Integer(2));
    world.tell(Intent::Step(1));
    assert_eq!(world.posted(Cpu), ["load 2", "speed 0", "load 3", "speed 0", "step 1"]);
}

#[test]
fn a_live_setting_of_a_lesson_that_was_not_sent_goes_with_it() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.edit("s", Value::Integer(1));
    world.edit("lr", Value::Number(0.5));
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["load 2", "speed 0"]);
    assert_eq!(world.cpu.config, Some(Config::clone(&world.page.lesson)));
}

#[test]
fn a_change_that_changes_nothing_does_nothing() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    let same = world.page.lesson.clone();
    let effects = world.conductor.on(world.now, Intent::Edit(Box::new(same)).into());
    assert!(effects.is_empty(), "{effects:?}");
}

#[test]
fn a_lesson_of_another_structure_takes_away_what_is_known_of_the_one_before() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.edit("lr", Value::Number(0.5));
    assert_eq!(world.page.blanks, 0);
    let mut config = Config::clone(&world.page.lesson);
    config.remove_task(1);
    world.tell(Intent::Edit(Box::new(check(config).0)));
    assert_eq!(world.page.blanks, 1);
}

#[test]
fn a_lesson_that_is_chosen_stands_paused_with_what_is_to_be_told_of_it() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Play);
    world.set_hidden(true, false);
    assert_eq!(world.page.notices.len(), 1);
    world.set_hidden(false, false);
    world.tell(Intent::Play);
    world.forget_posts();
    let notices = vec![Notice::new("lr", "Too much.")];
    world.tell(Intent::Open(Box::new(Opening { notices, ..opening("rivals") })));
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["load 2", "speed 0"]);
    assert_eq!((world.page.playing, world.page.openings, world.page.lesson.preset.as_str()), (false, 1, "rivals"));
    assert_eq!(world.page.notices, ["Too much."], "nothing of the lesson before is left");
}

#[test]
fn the_address_follows_once_input_has_settled() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    for rate in [0.1, 0.2, 0.3] {
        world.edit("lr", Value::Number(rate));
        world.pass(200.0);
    }
    assert!(world.page.addresses.is_empty());
    world.pass(200.0);
    assert_eq!(world.page.addresses, ["twins"]);
}

#[test]
fn a_chosen_lesson_has_a_place_of_its_own_and_what_waited_is_written_before() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.edit("lr", Value::Number(0.1));
    world.tell(Intent::Open(Box::new(opening("rivals"))));
    world.pass(1000.0);
    assert_eq!(world.page.addresses, ["twins", "rivals as its own"]);
}

#[test]
fn another_target_is_a_place_to_come_back_to() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.edit("t1.target", Value::Choice("xor".into()));
    world.pass(1000.0);
    assert_eq!(world.page.addresses, ["twins as its own"]);
}

#[test]
fn back_shows_the_lesson_of_the_address_and_drops_what_waited_to_be_written() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.edit("lr", Value::Number(0.1));
    world.tell(Intent::Follow(Box::new(opening("rivals"))));
    assert!(!world.page.playing && world.page.lesson.preset == "rivals");
    assert_eq!((world.page.openings, world.page.addresses.len()), (0, 0));
    world.pass(1000.0);
    assert_eq!(world.page.addresses, ["rivals"], "as it would be written here");
}

#[test]
fn an_address_that_is_wanted_now_is_written_now_and_not_again() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::SettleLink);
    assert!(world.page.addresses.is_empty());
    world.tell(Intent::LinkChanged);
    world.tell(Intent::SettleLink);
    assert_eq!(world.page.addresses.len(), 1);
    world.pass(1000.0);
    assert_eq!(world.page.addresses.len(), 1);
}
