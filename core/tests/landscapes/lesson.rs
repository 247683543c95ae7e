//! The lessons' races: from a link, reported in small messages, and the same however they are run.

use mtl_core::config::Config;
use mtl_core::landscape::is_recorded;
use mtl_core::lesson::{Effect, Lesson, check, entries, link};
use mtl_core::protocol::RaceNews;
use mtl_core::train::RaceRun;

/// The lesson of a fragment that needs no correction.
fn lesson(fragment: &str) -> Lesson {
    let decoded = link::decode(fragment);
    assert!(decoded.notices.is_empty() && decoded.unknown.is_empty(), "{fragment}: {:?}", decoded.notices);
    decoded.lesson
}

fn run(fragment: &str) -> RaceRun {
    RaceRun::new(&lesson(fragment)).unwrap()
}

fn steps(run: &mut RaceRun, steps: u32) -> RaceNews {
    (0..steps).for_each(|_| run.advance());
    run.news()
}

fn bytes(news: &RaceNews) -> Vec<u8> {
    postcard::to_allocvec(news).unwrap()
}

#[test]
fn a_link_opens_a_race_and_another_source_none() {
    let valleys = run("v=2&p=two-valleys").news();
    let start = valleys.start.unwrap();
    assert_eq!((start.scenes.len(), start.racers.len() % 3, start.steps), (1, 0, 50_000));
    assert_eq!((valleys.now.x.len(), valleys.now.losses.len()), (2 * start.racers.len(), 2 * start.racers.len()));
    assert_eq!(&valleys.now.x[..6], [-8.5, 7.5, 0.0, 0.0, 9.0, 9.0]);
    let five = run("v=2&p=two-valleys&data.starts=five&data.scale=1").news().start.unwrap();
    assert_eq!(five.racers.len(), start.racers.len() / 3 * 5);
    let fronts = run("v=2&p=fronts&data.points=4").news();
    let start = fronts.start.unwrap();
    assert_eq!((start.scenes.len(), start.racers.len()), (2, 2 * 7 * 4));
    assert!(fronts.now.x.is_empty() && start.scenes.iter().all(|scene| scene.heat.is_empty()));
    assert!((start.scenes[0].hypervolume.unwrap() - 0.342116).abs() < 1e-6);
    assert!(RaceRun::new(&lesson("v=2&p=twins")).is_none());
}

#[test]
fn on_a_landscape_only_what_means_something_is_shown() {
    let shown = |fragment: &str| -> Vec<String> {
        entries(&lesson(fragment)).into_iter().filter(|entry| entry.shown).map(|entry| entry.key).collect()
    };
    let valleys = shown("v=2&p=two-valleys");
    assert_eq!(valleys, ["s", "data", "data.scale", "data.starts", "bal", "opt", "lr", "mom"]);
    assert!(shown("v=2&p=two-valleys&data=plane").contains(&"trunk".into()));
    let live = |key: &str| entries(&lesson("v=2&p=fronts")).iter().any(|e| e.key == key && e.effect == Effect::Live);
    assert!(live("bal") && live("lr") && !live("data.points"));
}

#[test]
fn the_same_link_gives_the_same_race_and_another_seed_other_starts() {
    let race = |fragment: &str| steps(&mut run(fragment), 150);
    for fragment in ["v=2&p=two-valleys", "v=2&p=fronts"] {
        assert!(bytes(&race(fragment)) == bytes(&race(fragment)), "{fragment}");
    }
    assert!(race("v=2&p=fronts").now != race("v=2&p=fronts&s=7").now);
}

#[test]
fn points_are_recorded_at_fixed_steps_and_stay_few() {
    let mut run = run("v=2&p=fronts&data.points=2");
    let first = steps(&mut run, 70);
    let second = steps(&mut run, 80);
    let recorded: Vec<u32> = first.points.iter().chain(&second.points).map(|point| point.step).collect();
    let expected: Vec<u32> = (0..=150).filter(|step| is_recorded(*step)).collect();
    assert_eq!(recorded, expected);
    assert!(first.start.is_some() && second.start.is_none());
    assert!((0..=50_000).filter(|step| is_recorded(*step)).count() < 700);
    assert!((0..=5_000_000).filter(|step| is_recorded(*step)).count() < 1700);
}

#[test]
fn a_frame_s_news_of_every_balancer_is_a_few_kilobytes() {
    let mut run = run("v=2&p=two-valleys");
    run.news();
    assert!(bytes(&steps(&mut run, 0)).len() < 8_000);
}

#[test]
fn a_saved_race_goes_on_as_if_nothing_had_happened() {
    for fragment in ["v=2&p=two-valleys", "v=2&p=fronts"] {
        let mut first = run(fragment);
        steps(&mut first, 120);
        let saved = first.save().unwrap();
        let mut second = run(fragment);
        assert!(second.load(&saved));
        second.news();
        first.news();
        assert!(bytes(&steps(&mut first, 60)) == bytes(&steps(&mut second, 60)), "{fragment}");
        // One of another race is left aside.
        let mut other = run("v=2&p=fronts&data.points=3");
        assert!(!other.load(&saved) && other.race().step() == 0);
    }
}

#[test]
fn options_of_the_balancer_are_live_and_a_new_one_joins_a_race_of_its_own() {
    let mut run = run("v=2&p=two-valleys");
    steps(&mut run, 10);
    let faster = |config: &Config| Config {
        training: mtl_core::config::TrainingConfig { learning_rate: 0.01, ..config.training.clone() },
        ..config.clone()
    };
    run.change(check(faster(run.race().config())).0);
    let news = steps(&mut run, 10);
    assert!(news.start.is_none() && run.race().step() == 20);
    // No racer of the fronts has equal weights until they are picked.
    let mut fronts = self::run("v=2&p=fronts&data.points=2");
    steps(&mut fronts, 10);
    let picked =
        Config { balancer: mtl_core::config::Pick::new("uncertainty"), ..Config::clone(fronts.race().config()) };
    fronts.change(check(picked).0);
    let news = fronts.news();
    assert!(news.start.is_some_and(|start| start.racers.iter().any(|racer| racer.key == "uncertainty")));
    assert_eq!(news.points.len(), 1);
}
