//! What somebody sees and does first: open, play, watch, step, reset.

use anyhow::{Result, ensure};
use mtl_tests::page::parse_number;
use mtl_tests::{PATIENCE, Setup, Shared, eventually, eventually_true};
use std::time::Duration;

static BROWSER: Shared = Shared::new(Setup::cpu);

/// Four optimiser steps an epoch.
const FOUR_STEPS: &str = "v=2&p=rivals&rows=200&batch=50";

#[test]
fn the_page_opens_without_an_error_in_the_console() -> Result<()> {
    BROWSER.visit("", |page| {
        page.trains()?;
        page.no_console_errors()
    })
}

#[test]
fn the_epoch_grows_while_a_lesson_plays() -> Result<()> {
    BROWSER.visit("", |page| {
        page.rewound()?;
        page.play()?;
        let early = page.wait_epoch(2)?;
        page.wait_epoch(early + 2)?;
        Ok(())
    })
}

#[test]
fn the_training_losses_fall_while_a_lesson_plays() -> Result<()> {
    BROWSER.visit("", |page| {
        page.rewound()?;
        page.step_epochs(1)?;
        let losses = |k: usize| page.number(&format!("task-{k}-train-loss"));
        page.settled_losses()?;
        let before: Vec<f64> = (0..page.tasks()?).map(losses).collect::<Result<_>>()?;
        page.play()?;
        page.wait_epoch(60)?;
        page.pause()?;
        page.settled_losses()?;
        for (task, before) in before.iter().enumerate() {
            let after = losses(task)?;
            ensure!(after < *before, "task {task}: from {before} to {after}");
        }
        Ok(())
    })
}

#[test]
fn the_transfer_of_every_task_appears_as_a_signed_percentage() -> Result<()> {
    BROWSER.visit("", |page| {
        page.play()?;
        for task in 0..page.tasks()? {
            let id = format!("task-{task}-transfer");
            eventually(PATIENCE, "a transfer gain", || {
                let text = page.text(&id)?;
                ensure!(signed_percentage(&text), "{id} is '{text}'");
                Ok(Some(()))
            })?;
        }
        Ok(())
    })
}

fn signed_percentage(text: &str) -> bool {
    let signed = text.starts_with(['+', '-', '\u{2212}']);
    let zero = parse_number(text).is_some_and(|reading| reading.value == 0.0);
    text.contains('%') && parse_number(text).is_some() && (signed || zero)
}

#[test]
fn the_hypervolume_appears_as_a_number() -> Result<()> {
    BROWSER.visit("", |page| {
        page.play()?;
        let volume = eventually(PATIENCE, "a hypervolume", || Ok(Some(page.number("hypervolume")?)))?;
        ensure!(volume.is_finite() && volume >= 0.0, "{volume}");
        Ok(())
    })
}

#[test]
fn the_cosine_of_a_task_pair_lies_between_minus_one_and_one() -> Result<()> {
    BROWSER.visit("v=2&p=rivals", |page| {
        page.play()?;
        let cosine = eventually(PATIENCE, "a cosine", || Ok(Some(page.number("cosine-0-1")?)))?;
        ensure!((-1.0..=1.0).contains(&cosine), "{cosine}");
        Ok(())
    })
}

#[test]
fn maps_and_charts_are_drawn_from_the_first_epochs_on() -> Result<()> {
    BROWSER.visit("", |page| {
        page.step_epochs(3)?;
        for picture in ["task-0-map", "task-1-map", "loss-chart", "pareto-chart", "transfer-chart"] {
            eventually(PATIENCE, picture, || page.picture(picture).map(Some))?;
        }
        Ok(())
    })
}

#[test]
fn the_maps_change_as_the_network_learns() -> Result<()> {
    BROWSER.visit("", |page| {
        page.rewound()?;
        let before = page.settled_map(0)?;
        page.step_epochs(10)?;
        ensure!(page.settled_map(0)? != before);
        Ok(())
    })
}

#[test]
fn pause_stops_the_epoch() -> Result<()> {
    BROWSER.visit("", |page| {
        page.play()?;
        page.wait_epoch(2)?;
        page.click("play")?;
        eventually_true(PATIENCE, "training that pauses", || Ok(!page.playing()?))?;
        let stopped = page.settled("epoch", || page.ensure_idle().and_then(|()| page.epoch()))?;
        std::thread::sleep(Duration::from_secs(2));
        ensure!(page.epoch()? == stopped);
        Ok(())
    })
}

#[test]
fn steps_per_second_are_told_while_a_lesson_plays() -> Result<()> {
    BROWSER.visit("", |page| {
        page.play()?;
        eventually(PATIENCE, "steps per second", || {
            Ok(Some(page.number("steps-per-second")?).filter(|rate| *rate > 0.0))
        })?;
        Ok(())
    })
}

#[test]
fn a_step_is_one_optimiser_step_and_four_of_them_are_this_epoch() -> Result<()> {
    BROWSER.visit(FOUR_STEPS, |page| {
        page.rewound()?;
        page.step_epochs(1)?;
        let epoch = page.settled_losses()?;

        page.rewound()?;
        for _ in 0..3 {
            page.click("step")?;
        }
        std::thread::sleep(Duration::from_secs(2));
        ensure!(page.epoch()? == 0, "three of four steps made an epoch");
        page.click("step")?;
        page.wait_epoch(1)?;
        let steps = page.settled_losses()?;
        ensure!(steps == epoch, "four steps {steps:?}, one epoch {epoch:?}");
        Ok(())
    })
}

#[test]
fn step_epoch_trains_one_epoch_and_stops() -> Result<()> {
    BROWSER.visit(FOUR_STEPS, |page| {
        page.rewound()?;
        page.click("step-epoch")?;
        page.wait_epoch(1)?;
        std::thread::sleep(Duration::from_secs(1));
        ensure!(page.epoch()? == 1);
        ensure!(!page.playing()?);
        Ok(())
    })
}

#[test]
fn a_reset_lesson_replays_the_same_twenty_epochs() -> Result<()> {
    BROWSER.visit("v=2&p=rivals", |page| {
        page.rewound()?;
        page.step_epochs(20)?;
        let first = page.settled_losses()?;
        let map = page.settled_map(0)?;
        page.rewound()?;
        page.step_epochs(20)?;
        let second = page.settled_losses()?;
        ensure!(first == second, "{first:?} and {second:?}");
        ensure!(page.settled_map(0)? == map, "the losses are the same, the maps are not");
        Ok(())
    })
}

#[test]
fn dice_gives_another_seed_and_starts_again() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&s=7", |page| {
        page.pause()?;
        page.step_epochs(1)?;
        ensure!(page.text("seed")? == "7");
        page.click("dice")?;
        let seed = eventually(PATIENCE, "another seed", || Ok(Some(page.text("seed")?).filter(|seed| seed != "7")))?;
        eventually(PATIENCE, "epoch 0", || {
            Ok(Some(page.epoch()?).filter(|epoch| *epoch == 0 || page.playing().unwrap_or(false)))
        })?;
        // The default is not in the address, and may be drawn.
        eventually_true(PATIENCE, "the seed in the address", || Ok(page.setting("s")?.unwrap_or("42".into()) == seed))
    })
}

#[test]
fn the_four_lessons_open_and_train() -> Result<()> {
    for lesson in ["twins", "rivals", "bully", "stranger"] {
        BROWSER.visit(&format!("v=2&p={lesson}"), |page| {
            ensure!(page.text("lesson")? == lesson);
            ensure!(page.tasks()? >= 2);
            ensure!(page.notice()?.is_empty(), "{lesson}: {}", page.notice()?);
            page.trains()
        })?;
    }
    Ok(())
}

#[test]
fn the_lesson_control_opens_another_lesson() -> Result<()> {
    BROWSER.visit("", |page| {
        for lesson in ["stranger", "bully", "rivals", "twins"] {
            page.choose_lesson(lesson)?;
            ensure!(page.text("lesson")? == lesson);
            page.trains()?;
        }
        Ok(())
    })
}
