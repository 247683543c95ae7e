//! How fast training is shown: the story pace, its end, epochs that are played to.

use anyhow::{Result, ensure};
use mtl_core::lesson::lessons;
use mtl_tests::page::css;
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually, eventually_true};

static CPU: Shared = Shared::new(Setup::cpu);

fn story_end(lesson: &str) -> u64 {
    lessons::find(lesson).map_or(0, |lesson| lesson.config().pacing.story as u64)
}

/// Waits until play has paused by itself.
fn wait_pause(page: &Page) -> Result<()> {
    eventually_true(PATIENCE * 3, "a pause", || Ok(!page.playing()?))?;
    eventually(PATIENCE, "an engine at rest", || page.ensure_idle().map(Some))
}

#[test]
fn a_first_visit_plays_at_story_pace_to_the_exact_end_of_the_story_and_is_told_what_came_of_it() -> Result<()> {
    CPU.tab(|page| {
        page.open_bare()?;
        ensure!(page.text("pace")?.contains("story"));
        let teaches = page.text("story-line")?;
        page.browser.press(' ')?;
        page.wait_epoch(1)?;
        ensure!(page.epoch()? < story_end("twins"), "nobody could have followed that");
        wait_pause(page)?;
        ensure!(page.epoch()? == story_end("twins"), "epoch {}", page.epoch()?);
        let told = page.text("story-line")?;
        for word in ["End of the story", "A (loss", "B (loss", "gain +"] {
            ensure!(told.contains(word), "'{word}' is missing: {told}");
        }
        page.play()?;
        page.wait_epoch(story_end("twins") + 1)?;
        let kept = page.text("story-line")?;
        let outcome = told.trim_start_matches("End of the story").split(". Play").next().unwrap_or_default();
        ensure!(kept == format!("At the end of the story{outcome}."), "what came of it is gone: {kept}");
        page.pause()?;
        page.rewound()?;
        eventually_true(PATIENCE, "what the lesson teaches", || Ok(page.text("story-line")? == teaches))?;
        page.no_console_errors()
    })
}

#[test]
fn the_chosen_pace_stands_in_the_link_and_goes_along_to_another_lesson() -> Result<()> {
    CPU.tab(|page| {
        page.open_bare()?;
        page.choose("pace-x16")?;
        page.wait_setting("pace", "x16")?;
        page.choose_lesson("rivals")?;
        page.wait_setting("pace", "x16")?;
        page.choose("pace-story")?;
        eventually_true(PATIENCE, "a link without a pace", || Ok(page.setting("pace")?.is_none()))
    })
}

#[test]
fn an_epoch_is_played_to_exactly_and_its_losses_are_the_same_at_every_pace() -> Result<()> {
    let at = |pace: &str| {
        let mut losses = Vec::new();
        CPU.visit(&format!("v=2&p=rivals&base=200&pace={pace}"), |page| {
            page.play_to(37)?;
            ensure!(page.epoch()? == 37, "epoch {} under {pace}", page.epoch()?);
            losses = page.settled_losses()?;
            Ok(())
        })?;
        Ok::<_, anyhow::Error>(losses)
    };
    let flat = at("flat")?;
    for pace in ["story", "x16"] {
        let slow = at(pace)?;
        ensure!(slow == flat, "{pace}: {slow:?}, flat out {flat:?}");
    }
    Ok(())
}

#[test]
fn a_pace_can_be_changed_while_training_goes_on() -> Result<()> {
    CPU.visit("v=2&p=rivals&pace=story", |page| {
        page.play()?;
        let early = page.wait_epoch(1)?;
        page.choose("pace-flat")?;
        page.wait_epoch(early + 500)?;
        ensure!(page.playing()?, "flat out passes the end of the story");
        page.pause()
    })
}

#[test]
fn a_pace_beyond_the_machine_is_called_so() -> Result<()> {
    CPU.visit("v=2&p=rivals&pace=x16&base=1000&story=none&seeds=16", |page| {
        page.play()?;
        eventually_true(PATIENCE, "a word on the pace", || Ok(page.text("pace-kept")?.contains("behind")))?;
        page.choose("pace-flat")?;
        eventually_true(PATIENCE, "no word on the pace", || Ok(page.text("pace-kept")? == "epochs/s"))
    })
}

#[test]
fn a_race_can_be_watched_to_its_end_and_says_who_arrived() -> Result<()> {
    CPU.visit("v=2&p=two-valleys&pace=x16&base=50", |page| {
        page.play()?;
        wait_pause(page)?;
        ensure!(page.epoch()? == story_end("two-valleys"));
        let told = page.text("story-line")?;
        ensure!(told.contains("racers have reached"), "{told}");
        ensure!(page.in_sight(&css("story-line"))?, "nobody sees it");
        page.no_console_errors()
    })
}
