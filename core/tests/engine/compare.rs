//! A comparison of architectures, as the page sees it.

use crate::lab::{bits, config, layer, task};
use crate::page::Page;
use mtl_core::config::{Activation, Config, LossKind, Pick, PopulationConfig, TaskConfig};
use mtl_core::lesson::check;
use mtl_core::model::architectures;
use mtl_core::protocol::{Command, ComparedRow, CurvePoint, Event};
use mtl_core::train::Turn;

/// Of one step each.
const EPOCHS: u32 = 10;

fn two_tasks() -> Config {
    let mut config =
        config(vec![task(LossKind::Bce, "circle"), task(LossKind::Mse, "waves")], vec![layer(4, Activation::Tanh)]);
    config.training.learning_rate = 0.05;
    config.population =
        PopulationConfig { seeds: 2, fan: 3, spread: 0.1, matched: true, pairs: true, ..PopulationConfig::default() };
    config
}

fn rows(page: &Page) -> Vec<ComparedRow> {
    let rows = page.events.iter().filter_map(|event| match event {
        Event::Compared { run: 3, row } => Some(ComparedRow::clone(row)),
        _ => None,
    });
    rows.collect()
}

fn done(page: &Page) -> Vec<ComparedRow> {
    rows(page).into_iter().filter(|row| row.done).collect()
}

fn is_over(page: &Page) -> bool {
    matches!(page.events.last(), Some(Event::CompareDone { run: 3 }))
}

fn compared(config: Config) -> Page {
    let mut page = Page::loaded(config);
    page.say(Command::Compare { epochs: EPOCHS });
    page.settle();
    page
}

#[test]
fn a_comparison_trains_every_architecture_that_fits_and_leaves_the_lesson_as_it_is() {
    let mut page = Page::loaded(two_tasks());
    page.say(Command::Step(5));
    page.settle();
    let before = page.save();
    page.say(Command::Compare { epochs: EPOCHS });
    page.settle();
    assert!(is_over(&page));
    let done = done(&page);
    let fits = |key: &str| {
        let (lesson, _) = check(Config { architecture: Pick::new(key), ..two_tasks() });
        lesson.architecture.method == key
    };
    let fitting: Vec<&str> = architectures().iter().map(|entry| entry.choice.key).filter(|key| fits(key)).collect();
    assert_eq!(done.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), fitting);
    for (place, row) in done.iter().enumerate() {
        assert_eq!((row.place, row.of, row.epochs), (place, fitting.len(), EPOCHS), "{}", row.key);
        assert!(!row.diverged && row.parameters > 0 && row.steps_per_second > 0.0, "{}", row.key);
        let of_seeds = |losses: &Vec<f32>| losses.len() == 2 && losses.iter().all(|loss| loss.is_finite());
        assert!(row.test.len() == 2 && row.test.iter().all(of_seeds), "{}", row.key);
        assert!(row.transfer.len() == 2 && row.transfer.iter().all(|gain| gain.seeds == 2), "{}", row.key);
    }
    assert_eq!(bits(&page.save()), bits(&before));
    assert_eq!(page.step(), 5);
}

#[test]
fn its_numbers_are_those_of_the_lesson_under_that_architecture() {
    let done = done(&compared(two_tasks()));
    for row in done.iter().take(3) {
        let population = PopulationConfig {
            fan: 0,
            conditioned: false,
            concentration: 1.0,
            spread: 0.1,
            matched: false,
            affinity: false,
            pairs: false,
            ..two_tasks().population
        };
        let alone = Config { architecture: Pick::new(row.key.as_str()), population, ..two_tasks() };
        let mut page = Page::loaded(alone);
        page.say(Command::Step(EPOCHS));
        page.settle();
        let last: CurvePoint = page.points().pop().unwrap();
        assert_eq!(last.transfer.best, row.transfer, "{}", row.key);
        let Event::Loaded { summary, .. } = &page.events[0] else { panic!() };
        assert_eq!(summary.shared_parameters, row.parameters);
        assert_eq!(summary.alone_parameters.iter().sum::<usize>() / 2, row.alone_parameters);
    }
}

#[test]
fn the_options_of_the_lesson_s_own_architecture_are_kept() {
    let Some((entry, spec)) =
        architectures().iter().find_map(|entry| Some((entry, entry.options.iter().find(|o| o.key == "experts")?)))
    else {
        return;
    };
    let parameters = |experts: f64| {
        let architecture = Pick::new(entry.choice.key).with(spec.key, experts);
        let rows = done(&compared(Config { architecture, ..two_tasks() }));
        let own = rows.iter().find(|row| row.key == entry.choice.key).unwrap();
        (own.parameters, rows.iter().map(|row| row.parameters).sum::<usize>() - own.parameters)
    };
    let (few, many) = (parameters(2.0), parameters(6.0));
    assert!(few.0 < many.0);
    assert_eq!(few.1, many.1);
}

#[test]
fn the_lesson_trains_first_and_the_comparison_waits() {
    let mut page = Page::loaded(two_tasks());
    page.say(Command::Compare { epochs: EPOCHS });
    assert_eq!(page.turn(), Turn::Again);
    page.say(Command::Play);
    let seen = rows(&page).len();
    for _ in 0..3 {
        page.turn();
    }
    page.say(Command::Pause);
    assert!(page.step() > 0);
    assert_eq!(rows(&page).len(), seen);
    let (step, points) = (page.step(), page.points().len());
    page.settle();
    assert!(is_over(&page));
    assert_eq!((page.step(), page.points().len()), (step, points));
}

#[test]
fn a_comparison_can_be_ended_and_begun_again_and_goes_with_its_lesson() {
    let mut page = Page::loaded(two_tasks());
    page.say(Command::CompareStop);
    page.say(Command::Compare { epochs: EPOCHS });
    page.turn();
    page.say(Command::CompareStop);
    assert_eq!(page.turn(), Turn::Rest);
    assert!(done(&page).is_empty() && !is_over(&page));
    page.say(Command::Compare { epochs: EPOCHS });
    page.turn();
    page.say(Command::Load { run: 3, config: two_tasks(), snapshot: None, settings: Vec::new(), data: None });
    assert_eq!(page.turn(), Turn::Rest);
    page.say(Command::Compare { epochs: 0 });
    page.settle();
    assert!(is_over(&page) && done(&page).iter().all(|row| row.epochs == 1));
}

#[test]
fn it_ends_at_a_recorded_step() {
    let mut page = Page::loaded(two_tasks());
    page.say(Command::Compare { epochs: 51 });
    page.settle();
    // Beyond the fiftieth every second epoch is recorded.
    assert!(done(&page).iter().all(|row| row.epochs == 52));
}

#[test]
fn a_comparison_is_begun_by_a_pause() {
    let mut page = Page::loaded(two_tasks());
    page.say(Command::Play);
    page.turn();
    page.say(Command::Compare { epochs: EPOCHS });
    assert!(!page.frames().last().unwrap().running);
}

#[test]
fn an_architecture_that_leaves_the_finite_numbers_says_so_and_the_next_one_trains() {
    let loud = TaskConfig { scale: 100.0, ..task(LossKind::Mse, "waves") };
    let mut config = config(vec![task(LossKind::Bce, "circle"), loud], vec![layer(6, Activation::Relu)]);
    config.training.learning_rate = 10.0;
    config.training.momentum = 0.9;
    let mut page = Page::loaded(config);
    page.say(Command::Compare { epochs: 200 });
    page.settle();
    let done = done(&page);
    assert!(is_over(&page) && done.len() == done[0].of);
    let plain = &done[0];
    assert!(plain.diverged && plain.epochs < 200, "{plain:?}");
}

#[test]
fn where_nothing_is_trained_a_comparison_is_over_at_once() {
    let config = mtl_core::lesson::lessons::find("two-valleys").unwrap().config();
    let mut page = Page::loaded(config);
    page.say(Command::Compare { epochs: EPOCHS });
    assert!(is_over(&page));
    assert_eq!(page.turn(), Turn::Rest);
}
