//! The keyboard: which keys are commands, and which belong to what has the focus.

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use mtl_tests::page::css;
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually, eventually_true};
use serde_json::json;
use std::time::Duration;

static BROWSER: Shared = Shared::new(Setup::cpu);

#[test]
fn space_plays_and_pauses() -> Result<()> {
    BROWSER.visit("", |page| {
        page.rewound()?;
        without_focus(page)?;
        page.browser.press(' ')?;
        eventually_true(PATIENCE, "play", || page.playing())?;
        page.wait_epoch(2)?;
        page.browser.press(' ')?;
        eventually_true(PATIENCE, "pause", || Ok(!page.playing()?))
    })
}

#[test]
fn a_full_stop_trains_one_epoch() -> Result<()> {
    BROWSER.visit("", |page| {
        page.rewound()?;
        without_focus(page)?;
        page.browser.press('.')?;
        page.wait_epoch(1)?;
        std::thread::sleep(Duration::from_secs(1));
        ensure!(page.epoch()? == 1);
        Ok(())
    })
}

#[test]
fn r_resets_and_shift_r_takes_another_seed() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&s=7", |page| {
        page.pause()?;
        page.step_epochs(2)?;
        without_focus(page)?;
        page.browser.press('r')?;
        eventually_true(PATIENCE, "epoch 0", || Ok(page.epoch()? == 0))?;
        ensure!(page.text("seed")? == "7");
        page.browser.press('R')?;
        eventually_true(PATIENCE, "another seed", || Ok(page.text("seed")? != "7"))
    })
}

#[test]
fn l_turns_the_axis_of_the_losses() -> Result<()> {
    BROWSER.visit("v=2&p=rivals", |page| {
        page.pause()?;
        page.step_epochs(5)?;
        let before = page.settled("loss chart", || page.picture("loss-chart"))?;
        without_focus(page)?;
        page.browser.press('l')?;
        eventually_true(PATIENCE, "another loss chart", || Ok(page.picture("loss-chart")? != before))?;
        page.browser.press('l')?;
        eventually_true(PATIENCE, "the first loss chart", || Ok(page.picture("loss-chart")? == before))
    })
}

/// The texts of the open dialogs.
fn sheet(page: &Page) -> Result<String> {
    page.browser.string(
        "return [...document.querySelectorAll('dialog[open], [role=dialog]')]\
           .filter(el => el.getClientRects().length && getComputedStyle(el).visibility !== 'hidden')\
           .map(el => el.textContent).join(' ')",
        vec![],
    )
}

#[test]
fn a_question_mark_opens_the_shortcuts_and_escape_closes_them() -> Result<()> {
    BROWSER.visit("", |page| {
        without_focus(page)?;
        page.browser.press('?')?;
        let text = eventually(PATIENCE, "the shortcuts", || Ok(Some(sheet(page)?).filter(|text| !text.is_empty())))?;
        ensure!(text.contains("Space"), "{text}");
        page.browser.press(Key::Escape.into())?;
        eventually_true(PATIENCE, "closed shortcuts", || Ok(sheet(page)?.is_empty()))
    })
}

#[test]
fn keys_that_are_typed_into_a_field_command_nothing() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&trunk=5", |page| {
        page.pause()?;
        page.step_epochs(2)?;
        let focused = page.browser.truth(
            "const field = document.querySelector('[data-testid=trunk-layer-0-width]');\
             for (let fold = field.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;\
             field.focus(); return document.activeElement === field",
            vec![],
        )?;
        ensure!(focused);
        for key in [' ', '.', 'r', 'R', '?', 'l'] {
            page.browser.press(key)?;
        }
        std::thread::sleep(Duration::from_secs(1));
        ensure!(!page.playing()?, "Space has played");
        ensure!(page.epoch()? == 2, "the epoch is {}", page.epoch()?);
        ensure!(page.setting("s")?.is_none(), "the seed has changed");
        ensure!(sheet(page)?.is_empty(), "the shortcuts are open");
        Ok(())
    })
}

#[test]
fn space_on_a_focused_button_presses_that_button_only() -> Result<()> {
    BROWSER.visit("v=2&p=rivals", |page| {
        page.pause()?;
        page.step_epochs(2)?;
        page.browser.execute("document.querySelector('[data-testid=reset]').focus()", vec![])?;
        page.browser.press(' ')?;
        eventually_true(PATIENCE, "epoch 0", || Ok(page.epoch()? == 0))?;
        ensure!(!page.playing()?);
        Ok(())
    })
}

/// Plays by Space and pauses by it.
fn space_plays(page: &Page, after: &str) -> Result<()> {
    for playing in [true, false] {
        page.browser.press(' ')?;
        eventually_true(PATIENCE, &format!("Space after {after}"), || Ok(page.playing()? == playing))?;
    }
    Ok(())
}

/// The button for more of a number.
fn more(id: &str) -> String {
    format!(".number-box:has({}) button:last-of-type", css(id))
}

#[test]
fn space_plays_and_pauses_whatever_was_clicked_last() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&trunk=5&seeds=2", |page| {
        page.wait_cost()?;
        page.browser.click(&more("trunk-layer-0-width"))?;
        page.wait_setting("trunk", "6")?;
        space_plays(page, "a stepper")?;
        ensure!(page.text("trunk-layer-0-width")? == "6", "the stepper was pressed again");

        let before = page.text("seed")?;
        page.click("dice")?;
        eventually_true(PATIENCE, "another seed", || Ok(page.text("seed")? != before))?;
        let seed = page.text("seed")?;
        space_plays(page, "the die")?;
        ensure!(page.text("seed")? == seed, "the die was cast again");

        for id in ["reset", "step-epoch", "step", "play", "play"] {
            page.click(id)?;
            page.pause()?;
            space_plays(page, id)?;
        }
        let fold = "return document.querySelector('.panel-loss .twin').open";
        page.browser.click(".panel-loss .twin > summary")?;
        eventually_true(PATIENCE, "the table", || page.browser.truth(fold, vec![]))?;
        space_plays(page, "the head of a fold")?;
        ensure!(page.browser.truth(fold, vec![])?, "the fold was closed");

        let log = "return document.querySelector('.panel-loss input[type=checkbox]').checked";
        let before = page.browser.truth(log, vec![])?;
        page.browser.click(".panel-loss input[type=checkbox]")?;
        space_plays(page, "a box to tick")?;
        ensure!(page.browser.truth(log, vec![])? != before, "the box was ticked again");

        page.browser.click(".panel-loss .panel-head > .help")?;
        eventually_true(PATIENCE, "the card", || Ok(!sheet(page)?.is_empty()))?;
        space_plays(page, "a '?'")?;
        page.browser.press(Key::Escape.into())?;
        eventually_true(PATIENCE, "no card", || Ok(sheet(page)?.is_empty()))?;
        space_plays(page, "a card that was closed")?;
        ensure!(sheet(page)?.is_empty(), "the '?' was pressed again");
        page.no_console_errors()
    })
}

#[test]
fn space_presses_what_tab_led_to_also_after_a_click() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&seeds=2", |page| {
        page.rewound()?;
        page.click("reset")?;
        let reached = "return document.activeElement.dataset.testid === 'step-epoch'";
        for _ in 0..6 {
            if !page.browser.truth(reached, vec![])? {
                page.browser.press(Key::Tab.into())?;
            }
        }
        ensure!(page.browser.truth(reached, vec![])?, "'one epoch' is not among the next Tab stops");
        page.browser.press(' ')?;
        page.wait_epoch(1)?;
        std::thread::sleep(Duration::from_secs(1));
        ensure!(page.epoch()? == 1 && !page.playing()?, "Space has played");
        Ok(())
    })
}

#[test]
fn digits_that_are_typed_at_a_control_open_no_lesson() -> Result<()> {
    const SLIDER: &str = ".control:has([data-testid=lr]) input[type=range]";
    BROWSER.visit("v=2&p=rivals&trunk=5&seeds=2", |page| {
        page.wait_cost()?;
        page.step_epochs(2)?;
        page.click("side-compose")?;
        let there = page.browser.truth(
            "const slider = document.querySelector(arguments[0]);\
             for (let fold = slider?.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;\
             slider?.scrollIntoView({ block: 'nearest' }); return !!slider",
            vec![json!(SLIDER)],
        )?;
        ensure!(there, "the learning rate has no slider");
        page.browser.click(SLIDER)?;
        for key in ['1', '2'] {
            page.browser.press(key)?;
        }
        std::thread::sleep(Duration::from_secs(1));
        ensure!(page.text("lesson")? == "rivals" && page.epoch()? == 2, "{} is open", page.text("lesson")?);

        page.browser.click(&more("trunk-layer-0-width"))?;
        page.wait_setting("trunk", "6")?;
        for key in ['1', '-', '0'] {
            page.browser.press(key)?;
        }
        std::thread::sleep(Duration::from_secs(1));
        ensure!(page.text("lesson")? == "rivals" && page.text("trunk-layer-0-width")? == "6");

        without_focus(page)?;
        page.browser.press('1')?;
        eventually_true(PATIENCE, "the first lesson", || Ok(page.text("lesson")? == "twins"))
    })
}

fn without_focus(page: &Page) -> Result<()> {
    page.browser.execute("document.activeElement?.blur?.()", vec![])?;
    Ok(())
}
