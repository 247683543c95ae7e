//! Comparisons of architectures.

use super::*;
use mtl_core::protocol::ComparedRow;

fn row(place: usize, done: bool) -> Event {
    Event::Compared { run: 1, row: Box::new(ComparedRow { place, of: 3, done, ..ComparedRow::default() }) }
}

fn comparing() -> World {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Compare { epochs: 100 });
    world.forget_posts();
    world
}

fn places(world: &World) -> Vec<usize> {
    world.page.comparison.rows.iter().map(|row| row.place).collect()
}

#[test]
fn a_comparison_pauses_training_and_shows_how_far_it_has_come() {
    let mut world = World::on_cpu(EngineChoice::Cpu);
    world.tell(Intent::Play);
    world.tell(Intent::Compare { epochs: 100 });
    assert_eq!(world.posted(Cpu), ["play", "compare 100"]);
    assert!(!world.page.playing && world.page.comparison.running);
    assert_eq!((world.page.comparison.epochs, world.page.comparison.engine), (100, "CPU"));
    world.say(Cpu, row(0, false));
    assert_eq!((world.page.comparison.now.is_some(), places(&world)), (true, vec![]));
    world.say(Cpu, row(0, true));
    world.say(Cpu, row(1, true));
    assert_eq!((world.page.comparison.now.is_some(), places(&world)), (false, vec![0, 1]));
    world.say(Cpu, Event::CompareDone { run: 1 });
    assert_eq!((world.page.comparison.running, places(&world)), (false, vec![0, 1]));
}

#[test]
fn a_comparison_that_is_stopped_keeps_what_is_done_and_takes_nothing_more() {
    let mut world = comparing();
    world.say(Cpu, row(0, true));
    world.tell(Intent::StopCompare);
    assert_eq!(world.posted(Cpu), ["compare stop"]);
    world.say(Cpu, row(1, true));
    world.say(Cpu, row(2, false));
    assert_eq!((world.page.comparison.running, places(&world)), (false, vec![0]));
    assert!(world.page.comparison.now.is_none());
}

#[test]
fn a_row_of_the_comparison_before_gives_way_to_that_of_the_new_one() {
    let mut world = comparing();
    world.tell(Intent::StopCompare);
    world.tell(Intent::Compare { epochs: 20 });
    world.say(Cpu, row(2, true));
    world.say(Cpu, row(0, true));
    assert_eq!(places(&world), [0]);
}

#[test]
fn a_lesson_that_is_loaded_during_a_comparison_ends_it() {
    let mut world = comparing();
    world.say(Cpu, row(0, true));
    world.edit("s", Value::Integer(1));
    assert!(!world.page.comparison.running);
    world.pass(FRAME);
    world.say(Cpu, row(1, true));
    assert_eq!(places(&world), [0], "a row of the load before");
    assert!(world.page.comparison.is_stale(&world.page.lesson));
}

#[test]
fn a_live_setting_lets_a_comparison_go_on_and_makes_it_stale() {
    let mut world = comparing();
    assert!(!world.page.comparison.is_stale(&world.page.lesson));
    world.edit("lr", Value::Number(0.5));
    world.pass(FRAME);
    assert_eq!(world.posted(Cpu), ["change"]);
    assert!(world.page.comparison.running && world.page.comparison.is_stale(&world.page.lesson));
}

#[test]
fn nothing_is_measured_while_architectures_are_compared() {
    let mut world = World::with_adapter(EngineChoice::Auto);
    world.tell(Intent::Compare { epochs: 100 });
    world.ready(Gpu);
    world.pass(10_000.0);
    assert_eq!((world.posted(Cpu), world.posted(Gpu)), (vec!["compare 100".to_string()], vec![]));
    world.say(Cpu, Event::CompareDone { run: 1 });
    world.pass(2000.0);
    assert_eq!(world.posted(Gpu), ["load 2", "time 1"]);
}

#[test]
fn a_comparison_ends_with_the_engine_that_it_ran_on() {
    let mut world = World::with_adapter(EngineChoice::Gpu);
    world.tell(Intent::Compare { epochs: 100 });
    world.ready(Gpu);
    world.snapshot(Cpu, 0);
    assert!(world.page.comparison.running);
    world.forget_posts();
    world.loaded(Gpu);
    assert_eq!(world.posted(Cpu), ["compare stop"]);
    assert!(!world.page.comparison.running);

    let mut world = comparing();
    world.breaks(Cpu);
    assert!(!world.page.comparison.running);
}

#[test]
fn a_comparison_that_is_asked_for_during_a_hand_over_begins_on_the_engine_to_come() {
    let mut world = World::with_adapter(EngineChoice::Gpu);
    world.ready(Gpu);
    world.tell(Intent::Compare { epochs: 50 });
    world.snapshot(Cpu, 0);
    world.forget_posts();
    world.loaded(Gpu);
    assert_eq!(world.posted(Gpu), ["speed 0", "compare 50", "change"]);
    assert!(world.page.comparison.running);
    assert_eq!(world.page.comparison.engine, "GPU");
}
