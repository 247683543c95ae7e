//! Time that turns back: any step of a run again, bit for bit, and other futures from there.

use crate::lab::{config, layer, task};
use crate::page::Page;
use crate::population::everything;
use mtl_core::balance::balancers;
use mtl_core::config::{Activation, Config, LossKind, Optimiser, Pick, PopulationConfig};
use mtl_core::lesson::check;
use mtl_core::model::ARCHITECTURES;
use mtl_core::protocol::{Command, Engine, Event, SavedState, SettingsFrom};
use mtl_core::strategy::strategies;
use mtl_core::train::Session;
use mtl_core::train::tensors::Device;

fn small(optimiser: Optimiser) -> Config {
    let config = everything(optimiser);
    Config { population: PopulationConfig { fan: 3, ..config.population.clone() }, ..config }
}

fn with_rate(config: &Config, rate: f64) -> Config {
    let mut config = config.clone();
    config.training.learning_rate = rate;
    config
}

fn with_balancer(config: &Config, key: &str) -> Config {
    Config { balancer: Pick::new(key), ..config.clone() }
}

fn go(page: &mut Page, step: u32) {
    page.say(Command::GoTo { step, settings: None });
    page.settle();
    assert_eq!(page.step(), step);
}

fn step(page: &mut Page, steps: u32) {
    page.say(Command::Step(steps));
    page.settle();
}

/// Everything that a state holds, of all populations.
fn exactly(page: &mut Page) -> Vec<u8> {
    postcard::to_allocvec(&page.save()).unwrap()
}

/// A run that is never turned back, under settings that hold from steps on: its state at some steps.
fn straight(settings: &[(u32, Config)], at: &[u32]) -> Vec<Vec<u8>> {
    let mut page = Page::loaded(settings[0].1.clone());
    let mut now = 0;
    let mut states = Vec::new();
    let last = at.iter().max().copied().unwrap_or(0);
    for next in 1..=last + 1 {
        for (_, config) in settings.iter().skip(1).filter(|(from, _)| *from == now) {
            page.say(Command::Change(config.clone()));
        }
        if at.contains(&now) {
            states.push(exactly(&mut page));
        }
        if next <= last {
            step(&mut page, 1);
            now = next;
        }
    }
    states
}

/// The same run, turned back and forth.
fn turned(what: &str, settings: &[(u32, Config)], end: u32, at: &[u32]) {
    let mut wanted = at.to_vec();
    wanted.sort_unstable();
    wanted.push(end);
    let states = straight(settings, &wanted);
    let of = |step: u32| &states[wanted.iter().position(|other| *other == step).unwrap()];
    let mut page = Page::loaded(settings[0].1.clone());
    for (from, config) in settings.iter().skip(1) {
        let missing = from - page.step();
        if missing > 0 {
            step(&mut page, missing);
        }
        page.say(Command::Change(config.clone()));
    }
    let missing = end - page.step();
    step(&mut page, missing);
    assert!(exactly(&mut page) == *of(end), "{what}: the run itself");
    for to in at {
        go(&mut page, *to);
        assert!(exactly(&mut page) == *of(*to), "{what}: back at step {to}");
    }
    page.say(Command::Step(end - page.step()));
    page.settle();
    assert!(exactly(&mut page) == *of(end), "{what}: from there to the end again");
}

#[test]
fn any_step_comes_again_bit_for_bit_under_every_optimiser_with_changes_on_the_way() {
    for optimiser in [Optimiser::Sgd, Optimiser::Adam, Optimiser::AdamW, Optimiser::RmsProp] {
        let config = small(optimiser);
        let settings =
            [(0, config.clone()), (9, with_rate(&config, 0.002)), (22, with_balancer(&config, "pcgrad")), (30, config)];
        turned(&format!("{optimiser:?}"), &settings, 41, &[22, 5, 0, 37, 9, 13]);
    }
}

#[test]
fn any_step_comes_again_under_every_balancer() {
    for balancer in balancers() {
        let key = balancer.choice.key;
        let config = with_balancer(&small(Optimiser::Adam), key);
        // A balancer that is left and comes back begins anew.
        let settings = [(0, config.clone()), (6, with_balancer(&config, "equal")), (11, config)];
        turned(key, &settings, 17, &[12, 3, 8]);
    }
}

#[test]
fn any_step_comes_again_under_every_strategy() {
    for strategy in strategies() {
        let key = strategy.choice.key;
        let config = Config { strategy: Pick::new(key), ..small(Optimiser::Adam) };
        turned(key, &[(0, config.clone()), (10, with_rate(&config, 0.003))], 30, &[21, 2, 14]);
    }
}

#[test]
fn any_step_comes_again_under_every_architecture() {
    for architecture in ARCHITECTURES {
        let key = architecture.entry.choice.key;
        let mut config = small(Optimiser::Adam);
        config.architecture = Pick::new(key);
        config.population.matched = true;
        turned(key, &[(0, config.clone()), (6, with_rate(&config, 0.003))], 13, &[8, 1]);
    }
}

/// A lesson of one step an epoch, and small.
fn quick() -> Config {
    let tasks = vec![task(LossKind::Bce, "circle"), task(LossKind::Mse, "waves")];
    let mut config = config(tasks, vec![layer(4, Activation::Tanh)]);
    config.training.batch = 0;
    config.training.learning_rate = 0.05;
    config
}

#[test]
fn a_change_in_the_past_is_another_future_as_if_the_first_had_never_been() {
    let config = quick();
    let (first, second) = (with_rate(&config, 0.001), with_rate(&config, 0.2));
    let mut page = Page::loaded(config.clone());
    step(&mut page, 20);
    page.say(Command::Change(first));
    step(&mut page, 100);
    go(&mut page, 10);
    page.say(Command::Change(second.clone()));
    let Some(Event::Changed { settings, .. }) = page.events.last() else { panic!("{:?}", page.events.last()) };
    assert_eq!((settings.step, &settings.config), (10, &check(second.clone()).0.into_config()));
    step(&mut page, 50);
    assert!(exactly(&mut page) == straight(&[(0, config), (10, second)], &[60])[0]);
    go(&mut page, 120);
    assert_eq!(page.step(), 120, "what isn't known is trained");
}

#[test]
fn a_run_takes_other_settings_for_its_past_and_is_the_run_that_they_would_have_given() {
    let config = quick();
    let change = |step: u32, rate: f64| SettingsFrom { step, config: with_rate(&config, rate) };
    let mut page = Page::loaded(config.clone());
    for (at, rate) in [(20, 0.001), (40, 0.2)] {
        let missing = at - page.step();
        step(&mut page, missing);
        page.say(Command::Change(with_rate(&config, rate)));
    }
    step(&mut page, 30);
    // The second change is taken back, and the run with it.
    let start = SettingsFrom { step: 0, config: config.clone() };
    page.say(Command::GoTo { step: 40, settings: Some(vec![start.clone(), change(20, 0.001)]) });
    page.settle();
    step(&mut page, 30);
    let rate = |rate: f64| with_rate(&config, rate);
    assert!(exactly(&mut page) == straight(&[(0, config.clone()), (20, rate(0.001))], &[70])[0], "one change");
    // And back again.
    page.say(Command::GoTo { step: 70, settings: Some(vec![start, change(20, 0.001), change(40, 0.2)]) });
    page.settle();
    let both = [(0, config.clone()), (20, rate(0.001)), (40, rate(0.2))];
    assert!(exactly(&mut page) == straight(&both, &[70])[0], "both changes");
}

#[test]
fn what_is_known_is_not_told_again_and_what_a_change_makes_new_is() {
    let mut page = Page::loaded(quick());
    step(&mut page, 40);
    let told = page.points().len();
    assert_eq!(told, 41);
    go(&mut page, 10);
    step(&mut page, 30);
    assert_eq!(page.points().len(), told, "the same steps");
    step(&mut page, 2);
    assert_eq!(page.points().len(), told + 2, "new ones");
    go(&mut page, 10);
    page.say(Command::Change(with_rate(&quick(), 0.3)));
    step(&mut page, 5);
    let steps: Vec<u32> = page.points().iter().skip(told + 2).map(|point| point.step).collect();
    assert_eq!(steps, [11, 12, 13, 14, 15]);
}

#[test]
fn pictures_and_frames_come_of_the_step_that_was_gone_to_and_of_no_step_on_the_way() {
    let mut page = Page::loaded(quick());
    step(&mut page, 200);
    let before = page.events.len();
    go(&mut page, 150);
    let news = &page.events[before..];
    let steps: Vec<u32> = news
        .iter()
        .filter_map(|event| match event {
            Event::Picture { picture, .. } => Some(picture.step),
            Event::Frame { frame, .. } => Some(frame.step),
            _ => None,
        })
        .collect();
    assert_eq!(steps, [150, 150]);
}

#[test]
fn the_newest_place_counts_and_what_was_said_there_is_done_there() {
    let mut page = Page::loaded(quick());
    step(&mut page, 300);
    for to in [290, 20, 140] {
        page.say(Command::GoTo { step: to, settings: None });
    }
    page.say(Command::Change(with_rate(&quick(), 0.3)));
    page.say(Command::Step(3));
    page.say(Command::GoTo { step: 5, settings: None });
    page.settle();
    assert_eq!(page.step(), 5);
    let changed = page.events.iter().find_map(|event| match event {
        Event::Changed { settings, .. } => Some(settings.step),
        _ => None,
    });
    assert_eq!(changed, Some(140), "where it was said");
}

#[test]
fn a_run_from_a_saved_state_goes_back_before_it_with_what_was_changed() {
    let config = quick();
    let changed = with_rate(&config, 0.3);
    let mut first = Page::loaded(config.clone());
    step(&mut first, 20);
    first.say(Command::Change(changed.clone()));
    step(&mut first, 30);
    let saved = SavedState::of(&first.save()).unwrap();
    let settings =
        vec![SettingsFrom { step: 0, config: config.clone() }, SettingsFrom { step: 20, config: changed.clone() }];
    let mut second = Page::new();
    second.say(Command::Load { run: 3, config: changed.clone(), snapshot: Some(saved), settings, data: None });
    step(&mut second, 10);
    for to in [35, 12] {
        go(&mut second, to);
        let wanted = straight(&[(0, config.clone()), (20, changed.clone())], &[to]);
        assert!(exactly(&mut second) == wanted[0], "back at {to}");
    }
    step(&mut second, 48);
    let wanted = straight(&[(0, config), (20, changed)], &[60]);
    assert!(exactly(&mut second) == wanted[0], "and on over the change");
}

#[test]
fn another_pace_is_no_change_and_stays_where_time_is_turned_back() {
    let config = quick();
    let mut page = Page::loaded(config.clone());
    step(&mut page, 30);
    let mut paced = config;
    paced.pacing.base = 3.0;
    page.say(Command::Change(paced));
    assert!(!page.events.iter().any(|event| matches!(event, Event::Changed { .. })));
    go(&mut page, 10);
    step(&mut page, 5);
    assert_eq!(page.points().len(), 31);
}

#[test]
fn what_is_trained_ahead_can_be_stopped() {
    let mut page = Page::loaded(quick());
    page.say(Command::GoTo { step: 4_000_000_000, settings: None });
    for _ in 0..3 {
        page.turn();
    }
    page.say(Command::Pause);
    page.settle();
    let stopped = page.step();
    assert!(stopped > 0 && stopped < 1_000_000, "{stopped}");
    go(&mut page, stopped / 2);
}

#[test]
fn a_race_goes_back_and_tells_nothing_twice() {
    let config = mtl_core::lesson::lessons::find("two-valleys").unwrap().config();
    let mut page = Page::loaded(config);
    let points = |page: &Page| {
        let news = page.events.iter().filter_map(|event| match event {
            Event::Race { news, .. } => Some(news.points.iter().map(|point| point.step).collect::<Vec<_>>()),
            _ => None,
        });
        news.flatten().collect::<Vec<_>>()
    };
    step(&mut page, 120);
    let end = exactly(&mut page);
    go(&mut page, 40);
    step(&mut page, 80);
    assert!(exactly(&mut page) == end);
    step(&mut page, 60);
    let all = points(&page);
    assert!(all.is_sorted_by(|a, b| a < b) && all.first() == Some(&0), "{all:?}");
}

/// The recorded steps of a race that were told, in order.
fn told_of_race(page: &Page) -> Vec<u32> {
    let news = page.events.iter().filter_map(|event| match event {
        Event::Race { news, .. } => Some(news.points.iter().map(|point| point.step).collect::<Vec<_>>()),
        _ => None,
    });
    news.flatten().collect()
}

#[test]
fn a_change_in_the_middle_of_a_race_loses_nothing_that_was_still_to_be_told() {
    let mut config = mtl_core::lesson::lessons::find("two-valleys").unwrap().config();
    config.pacing.pace = mtl_core::config::Pace::Flat;
    let mut page = Page::loaded(config.clone());
    page.say(Command::Play);
    page.turn();
    page.turn();
    page.say(Command::Change(with_rate(&config, 0.002)));
    page.say(Command::Pause);
    let wanted: Vec<u32> = (0..=page.step()).filter(|step| mtl_core::landscape::is_recorded(*step)).collect();
    assert!(wanted.len() > 10, "{wanted:?}");
    assert_eq!(told_of_race(&page), wanted);
}

#[test]
fn a_race_that_another_balancer_joins_begins_anew_and_so_does_its_past() {
    let config = mtl_core::lesson::lessons::find("fronts").unwrap().config();
    for at in [0, 50] {
        let mut page = Page::loaded(with_balancer(&config, "linear"));
        if at > 0 {
            step(&mut page, at);
        }
        page.say(Command::Change(with_balancer(&config, "pcgrad")));
        let changed = page.events.iter().find_map(|event| match event {
            Event::Changed { settings, anew, .. } => Some((settings.step, *anew)),
            _ => None,
        });
        assert_eq!(changed, Some((0, true)), "changed at {at}");
        step(&mut page, 40);
        let end = exactly(&mut page);
        go(&mut page, 0);
        go(&mut page, 20);
        step(&mut page, 20);
        assert!(exactly(&mut page) == end, "changed at {at}");
    }
}

#[test]
fn what_balancers_forget_in_a_change_that_is_taken_back_they_forget_in_every_replay() {
    let mut config = with_balancer(&small(Optimiser::Adam), "gradnorm");
    config.sharing.refresh = 3;
    let mut other = config.clone();
    other.sharing.refresh = 1;
    turned("there and back", &[(0, config.clone()), (7, other), (7, config)], 20, &[12, 7, 3]);
}

#[test]
fn training_ahead_ends_where_it_is_stopped_whatever_waits_and_what_waited_is_done_there() {
    let mut page = Page::loaded(quick());
    page.say(Command::GoTo { step: 4_000_000_000, settings: None });
    page.turn();
    page.say(Command::Change(with_rate(&quick(), 0.01)));
    page.say(Command::Save);
    page.turn();
    page.say(Command::Pause);
    page.settle();
    let stopped = page.step();
    let changed = page.events.iter().find_map(|event| match event {
        Event::Changed { settings, .. } => Some(settings.step),
        _ => None,
    });
    assert_eq!(changed, Some(stopped));
}

#[test]
fn states_that_are_kept_apart_from_the_device_are_the_same_states() {
    let config = small(Optimiser::Adam);
    let changed = with_rate(&config, 0.003);
    let mut page = Page::of(Session::new(Device::flex(), Engine::Gpu));
    page.say(Command::Load { run: 3, config: config.clone(), snapshot: None, settings: Vec::new(), data: None });
    step(&mut page, 8);
    page.say(Command::Change(changed.clone()));
    step(&mut page, 22);
    let wanted = straight(&[(0, config), (8, changed)], &[5, 14, 30]);
    for (to, wanted) in [5, 14].into_iter().zip(&wanted) {
        go(&mut page, to);
        assert!(exactly(&mut page) == *wanted, "back at {to}");
    }
    step(&mut page, 16);
    assert!(exactly(&mut page) == wanted[2], "and on to the end");
}
