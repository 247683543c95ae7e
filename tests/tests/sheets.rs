//! A phone's tabs and bottom sheets: each shows its own, and the page stays usable around it.

use anyhow::{Result, ensure};
use mtl_tests::page::css;
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually_true};
use serde_json::json;

static PHONE: Shared = Shared::new(Setup::phone);

/// Every tab: its label, its place, and what it shows.
const TABS: [(&str, &str, &str); 7] = [
    ("Loss", "loss", "[data-testid=loss-chart]"),
    ("Trade-off", "tradeoff", "[data-testid=pareto-chart]"),
    ("Transfer", "transfer", "[data-testid=transfer-chart]"),
    ("Network", "network", "[data-testid=network]"),
    ("Weights", "weights", "[data-testid=weights-chart]"),
    ("Measures", "measures", ".panel-measures"),
    ("Compare", "compare", "[data-testid=compare]"),
];

/// Every sheet of settings: its label, and the card that it shows.
const SHEETS: [(&str, &str); 4] =
    [("Data", "card-data"), ("Layers", "card-network"), ("Sharing", "card-sharing"), ("Training", "card-training")];

const CARDS: [&str; 4] = ["card-data", "card-network", "card-sharing", "card-training"];

/// Marks the button of a bar by what it says, and gives its address.
fn button(page: &Page, bar: &str, label: &str) -> Result<String> {
    let found = page.browser.truth(
        "const button = [...document.querySelectorAll(`${arguments[0]} button`)].find(button => button.textContent.trim() === arguments[1]);\
         button?.setAttribute('data-said', arguments[1]); return !!button",
        vec![json!(bar), json!(label)],
    )?;
    ensure!(found, "no button of {bar} says '{label}'");
    Ok(format!("{bar} [data-said=\"{label}\"]"))
}

fn press(page: &Page, bar: &str, label: &str) -> Result<String> {
    let button = button(page, bar, label)?;
    page.browser
        .execute("document.querySelector(arguments[0]).scrollIntoView({ inline: 'nearest' })", vec![json!(button)])?;
    page.browser.click(&button)?;
    Ok(button)
}

/// Waits until something is in sight, or out of it.
fn wait_sight(page: &Page, css: &str, there: bool) -> Result<()> {
    let what = if there { "in" } else { "out of" };
    eventually_true(PATIENCE, &format!("{css} {what} sight"), || Ok(page.in_sight(css)? == there))
}

/// Whether something is laid out at all, in sight or not.
fn is_laid_out(page: &Page, css: &str) -> Result<bool> {
    page.browser.truth(
        "return document.querySelector(arguments[0])?.checkVisibility({ checkVisibilityCSS: true }) ?? false",
        vec![json!(css)],
    )
}

fn attribute(page: &Page, css: &str, name: &str) -> Result<String> {
    let value = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? ''";
    page.browser.string(value, vec![json!(css), json!(name)])
}

#[test]
fn every_tab_shows_its_panel_and_no_other() -> Result<()> {
    // The weights have a tab where tasks count differently.
    PHONE.visit("v=2&p=rivals&seeds=2&t1.scale=2", |page| {
        page.step_epochs(3)?;
        // From the last one round to the first: each is a change.
        for (label, place, content) in TABS.into_iter().rev() {
            let button = press(page, ".tabs", label)?;
            wait_sight(page, content, true)?;
            ensure!(attribute(page, &button, "aria-pressed")? == "true", "'{label}' is not pressed");
            for (other, there, _) in TABS {
                ensure!(
                    is_laid_out(page, &format!(".place-{there}"))? == (there == place),
                    "'{label}' shows '{other}'"
                );
                let tab = self::button(page, ".tabs", other)?;
                ensure!((attribute(page, &tab, "aria-pressed")? == "true") == (other == label), "'{other}' is pressed");
            }
            for id in ["task-0-map", "task-1-map", "play", "step-epoch"] {
                ensure!(page.in_sight(&css(id))?, "'{id}' is out of sight beside '{label}'");
            }
            if content.contains("chart") {
                let chart = content.trim_start_matches("[data-testid=").trim_end_matches(']');
                eventually_true(PATIENCE, &format!("a drawing of {chart}"), || Ok(page.picture(chart).is_ok()))?;
            }
        }
        page.no_console_errors()
    })
}

#[test]
fn a_chart_behind_a_tab_goes_on_while_another_is_looked_at() -> Result<()> {
    PHONE.visit("v=2&p=rivals&seeds=2", |page| {
        press(page, ".tabs", "Measures")?;
        page.trains()?;
        press(page, ".tabs", "Loss")?;
        let drawn = page.settled("a chart", || page.picture("loss-chart"))?;
        press(page, ".tabs", "Transfer")?;
        page.step_epochs(5)?;
        press(page, ".tabs", "Loss")?;
        eventually_true(PATIENCE, "another chart", || Ok(page.picture("loss-chart")? != drawn))?;
        page.no_console_errors()
    })
}

#[test]
fn every_sheet_shows_its_cards_and_leaves_the_maps_and_the_transport_in_sight() -> Result<()> {
    PHONE.visit("v=2&p=rivals&seeds=2", |page| {
        page.step_epochs(1)?;
        ensure!(!is_laid_out(page, "#settings")?, "a sheet is open from the start");
        for (label, own) in SHEETS {
            let button = press(page, ".drawers", label)?;
            eventually_true(PATIENCE, &format!("the sheet '{label}'"), || {
                Ok(attribute(page, &button, "aria-expanded")? == "true" && page.in_sight(&format!(".{own}"))?)
            })?;
            for card in CARDS {
                ensure!(is_laid_out(page, &format!(".{card}"))? == (card == own), "'{label}' and '{card}'");
            }
            for (other, _) in SHEETS {
                let drawer = self::button(page, ".drawers", other)?;
                ensure!(
                    (attribute(page, &drawer, "aria-expanded")? == "true") == (other == label),
                    "'{other}' is open"
                );
            }
            let top = "return document.querySelector('#settings').getBoundingClientRect().top / innerHeight";
            let top = page.settled("the sheet's edge", || page.browser.number(top, vec![]))?;
            ensure!((0.3..0.7).contains(&top), "the sheet begins at {top} of the height");
            for id in ["task-0-map", "task-1-map", "play", "step-epoch"] {
                ensure!(page.in_sight(&css(id))?, "'{id}' is out of sight behind '{label}'");
            }
        }
        // Pressed again a sheet goes, and so it does by its own button.
        press(page, ".drawers", "Training")?;
        wait_sight(page, "#settings", false)?;
        press(page, ".drawers", "Data")?;
        wait_sight(page, ".card-data", true)?;
        page.browser.click("#settings [aria-label=\"Close the settings\"]")?;
        wait_sight(page, "#settings", false)?;
        page.no_console_errors()
    })
}

#[test]
fn what_is_chosen_in_a_sheet_takes_effect_while_training_goes_on() -> Result<()> {
    PHONE.visit("v=2&p=rivals&seeds=2", |page| {
        page.play()?;
        page.wait_epoch(2)?;
        press(page, ".drawers", "Sharing")?;
        wait_sight(page, ".card-sharing", true)?;
        page.select("balancer", "uncertainty")?;
        page.wait_setting("bal", "uncertainty")?;
        let epoch = page.epoch()?;
        page.wait_epoch(epoch + 3)?;
        press(page, ".drawers", "Layers")?;
        wait_sight(page, ".card-network", true)?;
        page.fill("card-trunk-0-width", "5")?;
        page.wait_setting("trunk", "5")?;
        press(page, ".drawers", "Layers")?;
        wait_sight(page, "#settings", false)?;
        page.wait_epoch(3)?;
        ensure!(page.playing()?);
        ensure!(page.notice()?.is_empty(), "{}", page.notice()?);
        page.no_console_errors()
    })
}

#[test]
fn space_plays_after_a_tab_was_pressed() -> Result<()> {
    PHONE.visit("v=2&p=rivals&seeds=2", |page| {
        let tab = press(page, ".tabs", "Transfer")?;
        wait_sight(page, "[data-testid=transfer-chart]", true)?;
        for playing in [true, false] {
            page.browser.press(' ')?;
            eventually_true(PATIENCE, "Space after a tab", || Ok(page.playing()? == playing))?;
        }
        ensure!(attribute(page, &tab, "aria-pressed")? == "true", "another tab is pressed");
        page.no_console_errors()
    })
}

/// An error unless an element lies within the window, and its question mark is in sight beside it.
fn fits(page: &Page, card: &str, button: &str) -> Result<()> {
    let within = page.browser.truth(
        "const box = document.querySelector(arguments[0]).getBoundingClientRect();\
         return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight",
        vec![json!(card)],
    )?;
    ensure!(within && page.in_sight(button)?, "the card of {button} leaves the window or covers its '?'");
    Ok(())
}

#[test]
fn the_bottom_bar_has_five_buttons_and_cuts_none_of_them() -> Result<()> {
    let cut = "return [...document.querySelectorAll('.drawers button')]\
         .map(button => [button.textContent, button.scrollWidth > button.clientWidth || button.scrollHeight > button.clientHeight])";
    for width in [390, 320] {
        PHONE.tab(|page| {
            page.browser.emulate_size((width, 700))?;
            page.open("v=2&p=rivals")?;
            let buttons = page.browser.execute(cut, vec![])?;
            let labels = ["Guide", "Data", "Layers", "Sharing", "Training"];
            ensure!(buttons == json!(labels.map(|label| json!([label, false]))), "at {width}: {buttons}");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn the_card_of_a_question_mark_fits_on_a_phone() -> Result<()> {
    const CARD: &str = "[data-testid=help-card]";
    PHONE.visit("v=2&p=rivals&seeds=2", |page| {
        for (label, panel) in [("Loss", "loss"), ("Trade-off", "pareto"), ("Transfer", "transfer")] {
            press(page, ".tabs", label)?;
            let button = format!(".panel-{panel} .panel-head > .help");
            wait_sight(page, &button, true)?;
            page.browser.click(&button)?;
            wait_sight(page, CARD, true)?;
            fits(page, CARD, &button)?;
            page.browser.click(&format!("{CARD} [aria-label=Close]"))?;
            wait_sight(page, CARD, false)?;
        }
        page.no_console_errors()
    })
}

#[test]
fn no_row_of_many_cosines_is_cut() -> Result<()> {
    PHONE.visit("v=2&p=groups&rows=160&valid=64&test=64&seeds=1&pairs=off&baselines=off", |page| {
        page.step_epochs(1)?;
        let cut = "const list = document.querySelector('.pairs'), box = list.getBoundingClientRect();\
             const rows = [...list.children].map(row => row.getBoundingClientRect());\
             return rows.length !== 10 || rows.some(row => row.top < box.top - 1 || row.bottom > box.bottom + 1)";
        ensure!(!page.browser.truth(cut, vec![])?, "rows are cut, or missing");
        Ok(())
    })
}

#[test]
fn the_sheet_of_the_guide_leaves_what_it_speaks_of_in_sight() -> Result<()> {
    PHONE.visit("v=2&p=twins&seeds=2", |page| {
        page.step_epochs(1)?;
        press(page, ".drawers", "Guide")?;
        // On a slow machine its first step has given way to the second already.
        wait_sight(page, &css("guide-go-1"), true)?;
        for (step, what) in [(1, "task-1-map"), (3, "transfer-chart"), (2, "task-0-map")] {
            page.click(&format!("guide-go-{step}"))?;
            wait_sight(page, &css(&format!("guide-step-{step}")), true)?;
            wait_sight(page, &css(what), true)?;
            for id in ["play", "step-epoch"] {
                ensure!(page.in_sight(&css(id))?, "'{id}' is out of sight at step {step}");
            }
        }
        press(page, ".drawers", "Guide")?;
        wait_sight(page, "#settings", false)?;
        wait_sight(page, &css("transfer-chart"), true)?;
        page.no_console_errors()
    })
}
