//! What opens over the page and goes away again: the cards of the '?'s, and the tables beside pictures.

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually_true};
use serde_json::json;

static CPU: Shared = Shared::new(Setup::cpu);

const CARD: &str = "[data-testid=help-card]";
const LOSS: &str = ".panel-loss .panel-head > .help";

/// Whether what has the focus is this or within it.
fn has_focus(page: &Page, css: &str) -> Result<bool> {
    page.browser.truth("return !!document.activeElement?.closest(arguments[0])", vec![json!(css)])
}

fn wait_card(page: &Page, word: &str) -> Result<()> {
    eventually_true(PATIENCE, &format!("a card with '{word}'"), || {
        Ok(page.words(&format!("{CARD} dt"))?.as_deref() == Some(word)
            && page.in_sight(CARD)?
            && has_focus(page, CARD)?)
    })
}

fn wait_no_card(page: &Page) -> Result<()> {
    eventually_true(PATIENCE, "no card", || Ok(!page.in_sight(CARD)?))
}

/// Whether the card lies over the panel of its '?'.
fn covers(page: &Page, button: &str) -> Result<bool> {
    page.browser.truth(
        "const [a, b] = [arguments[0], arguments[1]].map(css => document.querySelector(css));\
         const card = a.getBoundingClientRect(), panel = b.closest('.panel').getBoundingClientRect();\
         return card.left < panel.right && panel.left < card.right && card.top < panel.bottom && panel.top < card.bottom",
        vec![json!(CARD), json!(button)],
    )
}

#[test]
fn the_question_mark_of_every_panel_opens_a_card_beside_it_with_its_word() -> Result<()> {
    CPU.visit("v=2&p=rivals", |page| {
        page.wait_cost()?;
        let found = page.browser.execute(
            "return [...document.querySelectorAll('button.help')].filter(button => button.checkVisibility())\
               .map((button, k) => { button.setAttribute('data-help', k);\
                 return [button.ariaLabel, button.matches('.panel > .panel-head > *')] })",
            vec![],
        )?;
        let found: Vec<(String, bool)> = serde_json::from_value(found)?;
        let pictures = found.iter().filter(|(_, picture)| *picture).count();
        ensure!(found.len() >= 11 && pictures >= 6, "{found:?}");
        for (k, (label, picture)) in found.iter().enumerate() {
            let word = label.strip_prefix("What is this? ").with_context(|| label.clone())?;
            let button = format!("[data-help=\"{k}\"]");
            page.browser.execute(
                "document.querySelector(arguments[0]).scrollIntoView({ block: 'nearest' })",
                vec![json!(button)],
            )?;
            page.browser.click(&button)?;
            wait_card(page, word)?;
            let meaning = page.words(&format!("{CARD} dd"))?.unwrap_or_default();
            ensure!(meaning.len() > 40 && meaning.ends_with('.'), "'{word}' means '{meaning}'");
            let text = page.words(CARD)?.unwrap_or_default();
            let reads = text.contains("How to read this picture") && page.words(&format!("{CARD} li"))?.is_some();
            ensure!(reads == *picture, "the card of '{word}' says: {text}");
            ensure!(!picture || !covers(page, &button)?, "the card of '{word}' lies over its picture");
            page.browser.press(Key::Escape.into())?;
            wait_no_card(page)?;
            ensure!(has_focus(page, &button)?, "the focus did not go back to the '?' of '{word}'");
        }
        ensure!(page.words("dialog[open]")?.is_none(), "a dialog is open");
        page.no_console_errors()
    })
}

#[test]
fn a_card_leads_to_all_words_and_the_sheet_of_shortcuts_does_too() -> Result<()> {
    CPU.visit("v=2&p=rivals", |page| {
        page.wait_cost()?;
        page.browser.click(LOSS)?;
        wait_card(page, "Loss")?;
        page.browser.click("[data-testid=help-words]")?;
        eventually_true(PATIENCE, "the glossary at its word", || {
            Ok(page.words("dialog[open] .term.asked dt")?.as_deref() == Some("Loss")
                && page.in_sight("dialog[open] .term.asked dt")?)
        })?;
        ensure!(!page.in_sight(CARD)?, "the card stands over the glossary");
        page.browser.press(Key::Escape.into())?;
        eventually_true(PATIENCE, "no glossary", || Ok(page.words("dialog[open]")?.is_none()))?;
        ensure!(has_focus(page, LOSS)?, "the focus did not go back to the '?'");

        page.browser.press('?')?;
        eventually_true(PATIENCE, "the shortcuts", || page.in_sight("dialog[open] .shortcuts"))?;
        page.press("Glossary")?;
        eventually_true(PATIENCE, "the glossary", || page.in_sight("dialog[open] .term"))?;
        page.no_console_errors()
    })
}

#[test]
fn a_card_goes_by_its_question_mark_by_a_press_elsewhere_and_with_its_lesson() -> Result<()> {
    CPU.visit("v=2&p=rivals", |page| {
        page.wait_cost()?;
        let open = || page.browser.click(LOSS).and_then(|()| wait_card(page, "Loss"));
        open()?;
        page.browser.click(LOSS)?;
        wait_no_card(page)?;
        open()?;
        page.browser.click(".brand")?;
        wait_no_card(page)?;
        open()?;
        page.browser.click(".panel-pareto .panel-head > .help")?;
        wait_card(page, "Pareto front")?;
        page.browser.press('1')?;
        eventually_true(PATIENCE, "the first lesson", || Ok(page.text("lesson")? == "twins"))?;
        wait_no_card(page)?;
        page.no_console_errors()
    })
}

#[test]
fn tab_goes_on_from_a_card_as_if_it_stood_behind_its_question_mark() -> Result<()> {
    CPU.visit("v=2&p=rivals", |page| {
        page.wait_cost()?;
        page.focus(LOSS)?;
        page.browser.press(Key::Enter.into())?;
        wait_card(page, "Loss")?;
        page.browser.press_with(&[Key::Shift.into()], Key::Tab.into())?;
        wait_no_card(page)?;
        ensure!(has_focus(page, LOSS)?, "Shift and Tab did not lead back to the '?'");
        page.browser.press(Key::Enter.into())?;
        wait_card(page, "Loss")?;
        for _ in 0..4 {
            page.browser.press(Key::Tab.into())?;
        }
        wait_no_card(page)?;
        ensure!(has_focus(page, ".panel-loss")? && !has_focus(page, LOSS)?, "Tab did not go on behind the '?'");
        Ok(())
    })
}

/// The panels whose table is open.
fn open_tables(page: &Page) -> Result<String> {
    page.browser.string(
        "return [...document.querySelectorAll('details.twin[open]')]\
           .map(fold => fold.closest('.panel').className.split('-').pop()).join()",
        vec![],
    )
}

fn wait_tables(page: &Page, expected: &str) -> Result<()> {
    eventually_true(PATIENCE, &format!("the open tables '{expected}'"), || Ok(open_tables(page)? == expected))
}

fn table(panel: &str) -> String {
    format!(".panel-{panel} .twin > summary")
}

#[test]
fn a_table_closes_by_escape_by_a_press_elsewhere_and_with_its_lesson() -> Result<()> {
    CPU.visit("v=2&p=rivals", |page| {
        page.step_epochs(2)?;
        page.wait_cost()?;
        let open = |panel: &str| page.browser.click(&table(panel)).and_then(|()| wait_tables(page, panel));
        open("loss")?;
        eventually_true(PATIENCE, "rows", || Ok(page.rows(".panel-loss .twin")?.len() >= 2))?;
        page.focus(".panel-loss .twin-scroll")?;
        page.browser.press(Key::Escape.into())?;
        wait_tables(page, "")?;
        ensure!(has_focus(page, &table("loss"))?, "the focus did not go back to the head of the table");

        open("loss")?;
        open("pareto")?;
        page.browser.click(".brand")?;
        wait_tables(page, "")?;
        // By keys, where nothing is pressed elsewhere.
        open("loss")?;
        page.focus(&table("pareto"))?;
        page.browser.press(Key::Enter.into())?;
        wait_tables(page, "pareto")?;
        page.browser.press('1')?;
        eventually_true(PATIENCE, "the first lesson", || Ok(page.text("lesson")? == "twins"))?;
        wait_tables(page, "")?;
        page.no_console_errors()
    })
}

#[test]
fn a_table_leaves_the_controls_of_its_picture_free() -> Result<()> {
    CPU.visit("v=2&p=rivals", |page| {
        page.step_epochs(3)?;
        page.wait_cost()?;
        for panel in ["network", "predictions", "transfer", "loss", "pareto"] {
            page.browser.click(&table(panel))?;
            wait_tables(page, panel)?;
            eventually_true(PATIENCE, "rows", || Ok(!page.rows(&format!(".panel-{panel} .twin"))?.is_empty()))?;
            // Within the panel: a foot may be out of sight where a column is scrolled.
            let covered = page.browser.string(
                "const panel = document.querySelector(arguments[0]);\
                 const table = panel.querySelector('.twin-scroll').getBoundingClientRect();\
                 const meets = box => box.width && box.left < table.right - 1 && table.left < box.right - 1\
                   && box.top < table.bottom - 1 && table.top < box.bottom - 1;\
                 return [...panel.querySelectorAll('.panel-head button, .panel-head input, .panel-head summary, .chart-foot button, .chart-foot summary')]\
                   .filter(el => meets(el.getBoundingClientRect())).map(el => el.outerHTML).join()",
                vec![json!(format!(".panel-{panel}"))],
            )?;
            ensure!(covered.is_empty(), "the table of {panel} lies over {covered}");
        }
        Ok(())
    })
}

#[test]
fn cosines_and_measures_scroll_with_their_column_alone() -> Result<()> {
    CPU.visit("v=2&p=groups&rows=160&valid=64&test=64&seeds=1&pairs=off&baselines=off", |page| {
        page.step_epochs(1)?;
        page.script_click("measures")?;
        eventually_true(PATIENCE, "a measure", || page.exists("measure-cosine-0-1"))?;
        for css in [".pairs", ".measures"] {
            let scrolls =
                "const box = document.querySelector(arguments[0]); return box.scrollHeight > box.clientHeight + 1";
            ensure!(!page.browser.truth(scrolls, vec![json!(css)])?, "{css} is cut");
        }
        Ok(())
    })
}
