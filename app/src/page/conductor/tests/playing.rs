//! Playing, stepping, going back.

use super::*;
use mtl_core::protocol::{CurvePoint, Divergence};

fn divergence(step: u32) -> Event {
    Event::Diverged { run: 1, divergence: Divergence { step, ..Divergence::default() } }
}

#[test]
fn play_and_pause_are_sent_and_shown_at_once() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Play);
    assert!(world.page.playing);
    world.tell(Intent::Pause);
    assert!(!world.page.playing);
    assert_eq!(world.posted(Cpu), ["play", "pause"]);
}

#[test]
fn play_that_has_arrived_pauses_and_the_story_has_ended() {
    for story in [true, false] {
        let mut world = World::on_cpu(EngineChoice::Cpu);
        world.tell(Intent::Play);
        world.arrived(1, story);
        assert_eq!((world.page.playing, world.page.ended), (false, story));
        world.tell(Intent::Play);
        assert_eq!((world.page.playing, world.page.ended), (true, false), "on from there");
    }
}

#[test]
fn an_arrival_of_an_earlier_play_is_ignored() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::PlayTo(5));
    world.tell(Intent::Pause);
    world.tell(Intent::Play);
    world.arrived(1, false);
    assert!(world.page.playing, "that was where the play before was to end");
    world.arrived(2, true);
    assert!(!world.page.playing && world.page.ended);
}

#[test]
fn plays_are_counted_anew_with_every_load() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Play);
    world.tell(Intent::Pause);
    world.tell(Intent::Reset);
    world.pass(FRAME);
    world.loaded(Cpu);
    world.tell(Intent::Play);
    world.arrived(1, true);
    assert!(!world.page.playing);
}

#[test]
fn an_epoch_is_played_to_and_another_play_goes_beyond() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::PlayTo(7));
    world.edit("s", Value::Integer(1));
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["play to 7", "load 2", "speed 0", "play to 7"], "a fresh run plays to it too");
    world.tell(Intent::Play);
    world.edit("s", Value::Integer(2));
    world.loaded(Cpu);
    assert_eq!(world.posted(Cpu), ["play", "load 3", "speed 0", "play"]);
}

#[test]
fn a_step_ends_play_and_what_was_said_of_the_end() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Play);
    world.arrived(1, true);
    assert!(world.page.ended);
    world.tell(Intent::Step(3));
    assert!(!world.page.ended);
    world.tell(Intent::Play);
    world.tell(Intent::StepEpoch);
    assert!(!world.page.playing);
    assert_eq!(world.posted(Cpu), ["play", "step 3", "play", "epoch"]);
}

#[test]
fn a_limit_of_speed_goes_along_with_every_load() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Speed(20.0));
    world.tell(Intent::Reset);
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["speed 20", "load 2", "speed 20"]);
}

#[test]
fn a_reset_shows_epoch_0_at_once_and_lets_nothing_of_the_run_before_in() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Play);
    world.curve(Cpu, &[0, 10]);
    world.frame(Cpu, 40, true);
    assert_eq!((world.page.frame.epoch, world.page.steps()), (10, vec![0, 10]));
    world.tell(Intent::Reset);
    assert_eq!((world.page.frame.epoch, world.page.playing, world.page.steps()), (0, false, vec![]));
    // The worker has not heard of it yet: it still speaks of load 1.
    let late = world.frame_of(Cpu, 44, true);
    world.hear(Cpu, late);
    world.curve(Cpu, &[20]);
    world.say(Cpu, Event::Arrived { run: 1, play: 1, story: true });
    world.say(Cpu, divergence(44));
    assert_eq!((world.page.frame.epoch, world.page.ended, world.page.steps()), (0, false, vec![]));
    assert!(world.page.diverged.is_none());
}

#[test]
fn numbers_that_explode_pause_training_and_are_told() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Play);
    world.say(Cpu, divergence(30));
    assert!(!world.page.playing);
    assert_eq!(world.page.diverged.as_ref().map(|divergence| divergence.step), Some(30));
    world.tell(Intent::Play);
    assert!(world.page.diverged.is_none() && world.page.playing);
}

#[test]
fn a_rewind_after_numbers_have_exploded_cuts_the_curves_to_where_it_leads() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Play);
    world.curve(Cpu, &[0, 10, 20, 30]);
    world.frame(Cpu, 30, true);
    world.say(Cpu, divergence(30));
    world.forget_posts();
    world.tell(Intent::Rewind);
    assert_eq!(world.posted(Cpu), ["rewind"]);
    assert!(world.page.diverged.is_none() && !world.page.playing);
    // A frame that was on its way says nothing of where the engine has gone back to.
    world.curve(Cpu, &[35]);
    world.frame(Cpu, 35, true);
    assert_eq!(world.page.steps(), [0, 10, 20, 30, 35]);
    world.frame(Cpu, 20, false);
    assert_eq!(world.page.steps(), [0, 10, 20]);
    world.curve(Cpu, &[30]);
    world.frame(Cpu, 5, false);
    assert_eq!(world.page.steps(), [0, 10, 20, 30], "only once");
}

#[test]
fn points_that_came_with_the_frame_of_a_rewind_are_cut_too() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.curve(Cpu, &[0, 10]);
    world.tell(Intent::Rewind);
    world.behind = true;
    let points = vec![CurvePoint { step: 30, ..CurvePoint::default() }];
    world.hear(Cpu, Event::Curve { run: 1, points });
    world.frame(Cpu, 20, false);
    assert_eq!(world.page.steps(), [0, 10]);
}
