//! When what the engine says is shown, in sight and out of it.

use super::*;
use mtl_core::protocol::Picture;

/// The CPU trains.
fn training() -> World {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Play);
    world.forget_posts();
    world
}

#[test]
fn what_was_said_is_taken_in_with_the_next_frame_and_one_is_enough() {
    let mut world = training();
    for step in 1..=3 {
        let event = world.frame_of(Cpu, step, true);
        world.hear(Cpu, event);
    }
    assert_eq!((world.frames.len(), world.page.frame.step), (1, 0));
    let before = world.page.frames;
    world.pass(FRAME);
    assert_eq!((world.page.frame.step, world.page.frames - before), (3, 1));
    assert_eq!(world.acked(Cpu), [3], "the last one is enough");
}

#[test]
fn a_frame_is_acknowledged_once_it_was_drawn() {
    let mut world = training();
    let event = world.frame_of(Cpu, 1, true);
    world.hear(Cpu, event);
    world.input(Input::AnimationFrame { still: false, behind: false });
    assert_eq!((world.page.frame.step, world.acked(Cpu)), (1, vec![]));
    assert!(world.is_waiting_for(Timer::Drawn));
    world.pass(0.0);
    assert_eq!(world.acked(Cpu), [1]);
}

#[test]
fn frames_of_an_engine_that_warms_up_are_acknowledged_and_not_shown() {
    let mut world = World::with_adapter(EngineChoice::Auto);
    world.ready(Gpu);
    world.pass(2500.0);
    world.loaded(Gpu);
    world.frame(Gpu, 7, false);
    assert_eq!((world.acked(Gpu), world.page.frame.step, world.page.summaries), (vec![1], 0, 1));
}

#[test]
fn an_acknowledgement_of_an_earlier_load_is_not_sent_to_the_new_one() {
    let mut world = training();
    for step in 1..=9 {
        world.frame(Cpu, step, true);
    }
    world.forget_posts();
    let event = world.frame_of(Cpu, 10, true);
    world.hear(Cpu, event);
    world.input(Input::AnimationFrame { still: false, behind: false });
    world.tell(Intent::Reset);
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["load 2", "speed 0"]);
    assert!(world.acked(Cpu).is_empty(), "the new load counts its frames from 1");
    world.loaded(Cpu);
    world.frame(Cpu, 0, false);
    assert_eq!(world.acked(Cpu), [1]);
}

#[test]
fn news_waits_until_the_pictures_show_what_was_news_before() {
    let mut world = training();
    world.behind = true;
    let event = world.frame_of(Cpu, 10, true);
    world.hear(Cpu, event);
    world.curve(Cpu, &[0, 10]);
    assert_eq!((world.page.frame.step, world.page.steps()), (0, vec![]));
    assert_eq!(world.acked(Cpu), [1], "the engine need not wait for the pictures");
    world.curve(Cpu, &[20]);
    world.frame(Cpu, 20, true);
    assert!(world.page.steps().is_empty());
    world.behind = false;
    world.pass(FRAME);
    assert_eq!((world.page.frame.step, world.page.steps()), (20, vec![0, 10, 20]), "all at once");
}

#[test]
fn news_does_not_wait_for_pictures_that_are_never_drawn() {
    let mut world = training();
    world.behind = true;
    world.frame(Cpu, 10, true);
    assert_eq!(world.page.frame.step, 0);
    world.pass(300.0);
    assert_eq!(world.page.frame.step, 10);
}

#[test]
fn where_training_comes_to_rest_nothing_waits() {
    let mut world = training();
    (world.behind, world.still) = (true, true);
    world.frame(Cpu, 10, false);
    assert_eq!(world.page.frame.step, 10);
    world.frame(Cpu, 12, true);
    assert_eq!(world.page.frame.step, 10);
    world.arrived(1, true);
    assert_eq!((world.page.frame.step, world.page.ended), (12, true));
}

#[test]
fn where_little_motion_is_wanted_the_page_changes_four_times_a_second() {
    let mut world = training();
    world.still = true;
    let before = world.page.frames;
    for step in 1..=40 {
        let event = world.frame_of(Cpu, step, true);
        world.hear(Cpu, event);
        world.pass(50.0);
    }
    let shown = world.page.frames - before;
    assert!((6..=8).contains(&shown), "{shown} in two seconds");
    world.pass(300.0);
    assert_eq!(world.page.frame.step, 40, "the last one too");
    assert_eq!(world.acked(Cpu).len(), 40, "the engine is told of every frame");
}

#[test]
fn a_reset_drops_what_waits_to_be_shown() {
    let mut world = training();
    world.behind = true;
    world.curve(Cpu, &[0, 10]);
    world.frame(Cpu, 12, true);
    world.curve(Cpu, &[20]);
    world.tell(Intent::Reset);
    world.pass(1000.0);
    assert_eq!((world.page.frame.step, world.page.steps()), (0, vec![]));
}

#[test]
fn a_picture_of_an_earlier_load_is_dropped() {
    let mut world = training();
    world.say(Cpu, Event::Picture { run: 1, picture: Box::new(Picture::default()) });
    assert_eq!(world.page.pictures, 1);
    world.tell(Intent::Reset);
    world.say(Cpu, Event::Picture { run: 1, picture: Box::new(Picture::default()) });
    assert_eq!(world.page.pictures, 1);
}

#[test]
fn a_frame_like_the_one_that_is_shown_changes_nothing() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.frame(Cpu, 10, false);
    let before = world.page.frames;
    let same = Event::Frame { run: 1, frame: world.page.frame.clone() };
    world.say(Cpu, same);
    assert_eq!(world.page.frames, before);
}

#[test]
fn a_hidden_tab_pauses_and_says_so() {
    let mut world = training();
    world.set_hidden(true, false);
    assert_eq!((world.posted(Cpu), world.page.playing), (vec!["pause".to_string()], false));
    assert_eq!(
        world.page.notices,
        ["Training was paused while this tab was hidden. The engine badge has a setting that keeps it going."]
    );
    world.set_hidden(false, false);
    world.pass(1000.0);
    assert!(!world.page.playing, "it doesn't go on by itself");
}

#[test]
fn a_tab_that_is_hidden_while_paused_says_nothing() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.set_hidden(true, false);
    world.pass(500.0);
    assert!(world.page.notices.is_empty());
    assert_eq!(world.posted(Cpu), NOTHING);
}

#[test]
fn in_a_hidden_tab_that_may_go_on_a_timer_takes_the_place_of_frames() {
    let mut world = training();
    world.set_hidden(true, true);
    assert_eq!((world.posted(Cpu), world.page.playing), (vec![], true));
    world.pass(1000.0);
    world.frame(Cpu, 10, true);
    assert_eq!(world.page.frame.step, 0);
    world.pass(200.0);
    assert_eq!((world.page.frame.step, world.acked(Cpu)), (10, vec![1]));
}

#[test]
fn a_frame_that_was_asked_for_before_the_tab_was_hidden_is_made_up_for() {
    let mut world = training();
    let event = world.frame_of(Cpu, 10, true);
    world.hear(Cpu, event);
    world.set_hidden(true, true);
    world.pass(150.0);
    assert_eq!(world.page.frame.step, 0);
    world.pass(100.0);
    assert_eq!(world.page.frame.step, 10);
    // The browser sends the frame that it kept when the tab is seen again.
    world.set_hidden(false, true);
    world.pass(FRAME);
    world.frame(Cpu, 11, true);
    assert_eq!(world.page.frame.step, 11);
}

#[test]
fn a_page_that_is_opened_out_of_sight_builds_its_lesson_all_the_same() {
    let mut world = World::new();
    world.hidden = true;
    world.input(Input::Opened { choice: EngineChoice::Cpu, hidden: true });
    world.pass(300.0);
    world.hear(Cpu, Event::Ready { engine: Cpu, device: String::new() });
    world.pass(300.0);
    assert_eq!(world.posted(Cpu), ["load 1", "speed 0"]);
}

#[test]
fn every_change_of_the_page_is_drawn() {
    let mut world = training();
    let before = world.page.draws;
    world.frame(Cpu, 10, true);
    assert_eq!(world.page.draws, before + 1);
    world.behind = true;
    world.frame(Cpu, 11, true);
    assert_eq!(world.page.draws, before + 1, "nothing is shown yet");
}
