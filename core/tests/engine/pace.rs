//! The pace at which a lesson is shown, the end of its story, and epochs that are played to.

use crate::lab::{bits, config, layer, task};
use crate::page::{Page, name};
use mtl_core::config::{Activation, Config, LossKind, Pace, PaceConfig};
use mtl_core::lesson::lessons;
use mtl_core::protocol::{Command, Event};
use mtl_core::train::Turn;
use std::time::{Duration, Instant};

/// Enough for a story that lasts a tenth of a second, on a busy machine too.
const LONG: Duration = Duration::from_secs(60);

/// Full batches: an epoch is a step.
fn two_tasks(pace: Pace, base: f64, story: usize) -> Config {
    let mut config =
        config(vec![task(LossKind::Bce, "circle"), task(LossKind::Mse, "waves")], vec![layer(4, Activation::Tanh)]);
    config.training.learning_rate = 0.05;
    config.pacing = PaceConfig { pace, base, story };
    config
}

fn arrivals(page: &Page) -> Vec<bool> {
    let story = |event: &Event| match event {
        Event::Arrived { run: 3, story, .. } => Some(*story),
        _ => None,
    };
    page.events.iter().filter_map(story).collect()
}

#[test]
fn play_pauses_exactly_at_the_end_of_the_story_says_so_and_goes_on_when_asked() {
    for pace in [Pace::Story, Pace::Four, Pace::Sixteen] {
        let mut page = Page::loaded(two_tasks(pace, 200.0, 20));
        page.play_for(LONG);
        let last = page.frames().pop().unwrap();
        assert_eq!((last.epoch, last.running), (20, false), "{pace:?}");
        assert_eq!(arrivals(&page), [true]);
        assert_eq!(page.events.last().map(name), Some("arrived"), "after all that is of that epoch");
        page.say(Command::Play);
        page.turn();
        page.turn();
        page.say(Command::Pause);
        assert!(page.step() > 20);
        assert_eq!(arrivals(&page), [true], "a story ends once");
    }
}

#[test]
fn flat_out_passes_the_end_of_the_story() {
    let mut page = Page::loaded(two_tasks(Pace::Flat, 8.0, 20));
    page.say(Command::Play);
    while page.step() <= 20 {
        page.turn();
    }
    assert!(arrivals(&page).is_empty());
}

#[test]
fn an_epoch_is_played_to_exactly_under_every_pace() {
    for pace in [Pace::Story, Pace::Sixteen, Pace::Flat] {
        let mut page = Page::loaded(two_tasks(pace, 300.0, 0));
        for (epoch, reached) in [(7, 7), (31, 31), (31, 31), (12, 31)] {
            page.say(Command::PlayTo(epoch));
            page.settle_slowly(LONG);
            assert_eq!(page.step(), reached, "{pace:?}");
        }
        assert_eq!(arrivals(&page), [false; 4]);
    }
}

#[test]
fn on_the_way_to_an_epoch_the_story_ends_first() {
    let mut page = Page::loaded(two_tasks(Pace::Story, 300.0, 20));
    page.say(Command::PlayTo(50));
    page.settle_slowly(LONG);
    assert_eq!((page.step(), arrivals(&page)), (20, vec![true]));
    page.say(Command::PlayTo(50));
    page.settle_slowly(LONG);
    assert_eq!((page.step(), arrivals(&page)), (50, vec![true, false]));
}

#[test]
fn the_curves_are_the_same_bit_for_bit_at_every_pace() {
    let run = |pace: Pace, interrupted: bool| {
        let mut page = Page::loaded(two_tasks(pace, 400.0, 0));
        if interrupted {
            page.say(Command::Play);
            page.turn();
            page.say(Command::Pause);
            page.say(Command::Speed(2000.0));
            page.say(Command::Change(two_tasks(Pace::Four, 100.0, 0)));
        }
        page.say(Command::PlayTo(60));
        page.settle_slowly(LONG);
        (postcard::to_allocvec(&page.points()).unwrap(), bits(&page.save()))
    };
    let flat = run(Pace::Flat, false);
    for pace in [Pace::Story, Pace::Four, Pace::Sixteen] {
        assert!(run(pace, false) == flat, "{pace:?}");
        assert!(run(pace, true) == flat, "{pace:?}, changed on the way");
    }
}

#[test]
fn the_first_step_is_taken_and_shown_in_the_first_turn() {
    let mut page = Page::loaded(two_tasks(Pace::Story, 8.0, 200));
    std::thread::sleep(Duration::from_millis(100));
    page.say(Command::Play);
    page.turn();
    assert_eq!(page.step(), 1);
}

#[test]
fn a_paced_run_is_shown_no_more_than_eighteen_times_a_second() {
    let mut page = Page::loaded(two_tasks(Pace::Sixteen, 50.0, 0));
    let start = Instant::now();
    page.play_for(Duration::from_millis(800));
    let most = start.elapsed().as_millis() as usize / 55 + 3;
    assert!((2..=most).contains(&page.frames().len()), "{} frames, at most {most}", page.frames().len());
}

#[test]
fn an_epoch_that_is_passed_pauses_a_run_that_plays() {
    let mut page = Page::loaded(two_tasks(Pace::Flat, 8.0, 0));
    page.say(Command::Play);
    while page.step() < 5 {
        page.turn();
    }
    page.say(Command::PlayTo(2));
    assert_eq!(page.turn(), Turn::Rest);
    let last = page.frames().pop().unwrap();
    assert_eq!((last.running, last.step), (false, page.step()), "the page sees where it stands");
    assert_eq!(arrivals(&page), [false]);
    let told = page.points().len();
    page.say(Command::Pause);
    assert_eq!(page.points().len(), told, "and all that was recorded on the way");
}

#[test]
fn an_arrival_says_which_play_it_answers() {
    let mut page = Page::loaded(two_tasks(Pace::Sixteen, 300.0, 4));
    page.play_for(LONG);
    page.say(Command::PlayTo(6));
    page.settle_slowly(LONG);
    let plays = page.events.iter().filter_map(|event| match event {
        Event::Arrived { play, .. } => Some(*play),
        _ => None,
    });
    assert_eq!(plays.collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_pace_that_no_machine_keeps_is_called_so_and_one_that_any_keeps_is_not() {
    for (base, behind) in [(1000.0, true), (2.0, false)] {
        let mut slow = two_tasks(Pace::Sixteen, base, 0);
        slow.data.train_rows = 2000;
        let mut page = Page::loaded(slow);
        page.play_for(Duration::from_millis(2500));
        assert_eq!(page.frames().last().map(|frame| frame.behind), Some(behind), "{base} epochs a second");
    }
}

#[test]
fn a_race_has_a_story_too() {
    let mut config = lessons::find("two-valleys").unwrap().config();
    config.pacing = PaceConfig { pace: Pace::Sixteen, base: 50.0, story: 3 };
    let mut page = Page::loaded(config);
    page.play_for(LONG);
    let last = page.frames().pop().unwrap();
    assert_eq!((last.epoch, last.running, arrivals(&page)), (3, false, vec![true]));
}

#[test]
fn a_comparison_that_can_be_watched_has_the_rows_of_one_that_cannot() {
    let rows = |pace: Pace| {
        let mut page = Page::loaded(two_tasks(pace, 8.0, 0));
        page.say(Command::Compare { epochs: 12 });
        page.settle_slowly(10 * LONG);
        let rows = page.events.iter().filter_map(|event| match event {
            Event::Compared { row, .. } if row.done => Some((row.key.clone(), row.test.clone(), row.transfer.clone())),
            _ => None,
        });
        postcard::to_allocvec(&rows.collect::<Vec<_>>()).unwrap()
    };
    assert!(rows(Pace::Sixteen) == rows(Pace::Flat));
}
