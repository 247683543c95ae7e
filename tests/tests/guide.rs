//! The guide: open on a first visit, it points at what it speaks of, and its steps tick themselves off.

use anyhow::{Result, ensure};
use mtl_core::lesson::lessons::{LESSONS, Panel};
use mtl_tests::page::css;
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually_true};
use serde_json::json;

static CPU: Shared = Shared::new(Setup::cpu);
static PHONE: Shared = Shared::new(Setup::phone);

fn wait_selected(page: &Page, tab: &str) -> Result<()> {
    eventually_true(PATIENCE, &format!("the tab '{tab}'"), || {
        Ok(page.attribute(tab, "aria-selected")?.as_deref() == Some("true"))
    })
}

/// Whether the state of a step, counted from 1, is `open` or `done`.
fn wait_state(page: &Page, step: usize, state: &str) -> Result<()> {
    let id = format!("guide-step-{step}");
    eventually_true(PATIENCE, &format!("step {step}, {state}"), || {
        Ok(page.attribute(&id, "data-state")?.as_deref() == Some(state))
    })
}

/// Whether this step, counted from 1, is the one that is shown.
fn wait_shown(page: &Page, step: usize) -> Result<()> {
    eventually_true(PATIENCE, &format!("step {step} in sight"), || page.in_sight(&css(&format!("guide-step-{step}"))))
}

/// Whether an element has the guide's dashed outline.
fn wait_outlined(page: &Page, css: &str, outlined: bool) -> Result<()> {
    eventually_true(PATIENCE, &format!("an outline around {css}: {outlined}"), || {
        let style = "return getComputedStyle(document.querySelector(arguments[0])).outlineStyle";
        Ok((page.browser.string(style, vec![json!(css)])? == "dashed") == outlined)
    })
}

/// Whether an element is in the window as a whole, without any scrolling.
fn is_whole(page: &Page, css: &str) -> Result<bool> {
    page.browser.truth(
        "const box = document.querySelector(arguments[0])?.getBoundingClientRect();\
         return !!box && box.width > 0 && box.height > 0 && box.top >= 0 && box.left >= 0\
           && box.bottom <= innerHeight + 1 && box.right <= innerWidth + 1",
        vec![json!(css)],
    )
}

#[test]
fn a_first_visit_opens_on_the_guide_and_the_tab_that_is_chosen_is_remembered() -> Result<()> {
    CPU.tab(|page| {
        page.open_bare()?;
        wait_selected(page, "side-guide")?;
        ensure!(page.in_sight(&css("guide"))? && !page.in_sight(".card-data")?);
        page.click("side-compose")?;
        wait_selected(page, "side-compose")?;
        ensure!(page.in_sight(".card-data")? && !page.in_sight(&css("guide"))?);
        page.open_bare()?;
        wait_selected(page, "side-compose")?;
        page.no_console_errors()
    })
}

#[test]
fn arrow_keys_go_from_one_tab_of_the_left_column_to_the_other() -> Result<()> {
    CPU.visit("v=2&p=rivals", |page| {
        page.focus(&css("side-guide"))?;
        let focused = "return document.activeElement?.id ?? ''";
        for (key, tab) in [('\u{E014}', "side-compose"), ('\u{E012}', "side-guide"), ('\u{E010}', "side-compose")] {
            page.browser.press(key)?;
            wait_selected(page, tab)?;
            ensure!(page.browser.string(focused, vec![])? == tab, "the focus stays behind");
        }
        let (chosen, other) = (page.attribute("side-compose", "tabindex")?, page.attribute("side-guide", "tabindex")?);
        ensure!((chosen.as_deref(), other.as_deref()) == (Some("0"), Some("-1")), "both are Tab stops");
        Ok(())
    })
}

#[test]
fn steps_tick_themselves_off_when_what_they_ask_for_has_happened() -> Result<()> {
    CPU.visit("v=2&p=twins", |page| {
        page.rewound()?;
        for step in 1..=5 {
            wait_state(page, step, "open")?;
        }
        wait_shown(page, 1)?;
        page.play()?;
        wait_state(page, 1, "done")?;
        page.wait_epoch(100)?;
        page.pause()?;
        wait_state(page, 3, "done")?;
        wait_state(page, 4, "open")?;
        // Each was there to be read.
        wait_shown(page, 4)?;
        page.fill("guide-t1.labelled", "all")?;
        page.wait_setting("t1.labelled", "all")?;
        wait_state(page, 4, "done")?;
        ensure!(page.text("t1.labelled")? == "all", "the card says otherwise");
        // The run has begun again, and what was done stays done.
        wait_state(page, 3, "done")?;
        wait_shown(page, 5)?;
        page.press("restore")?;
        wait_state(page, 1, "open")?;
        wait_shown(page, 1)?;
        page.no_console_errors()
    })
}

#[test]
fn a_step_outlines_what_it_names_and_what_is_to_be_pressed() -> Result<()> {
    CPU.visit("v=2&p=rivals", |page| {
        page.rewound()?;
        wait_outlined(page, ".panel-network", true)?;
        wait_outlined(page, ".play", true)?;
        page.press("Next")?;
        wait_shown(page, 2)?;
        wait_outlined(page, ".panel-network", false)?;
        wait_outlined(page, ".panel-conflict", true)?;
        page.click("guide-go-4")?;
        wait_shown(page, 4)?;
        wait_outlined(page, ".panel-conflict", false)?;
        wait_outlined(page, ".guide-controls .control:has(#guide-set-trunk)", true)?;
        page.press("Back")?;
        wait_shown(page, 3)?;
        wait_outlined(page, ".panel-transfer", true)?;
        // A click elsewhere closes nothing.
        page.click_at(".cost-line", (0.1, 0.5))?;
        ensure!(page.in_sight(&css("guide-step-3"))?);
        page.click("side-compose")?;
        wait_outlined(page, ".panel-transfer", false)?;
        page.no_console_errors()
    })
}

#[test]
fn the_settings_a_lesson_is_about_stand_in_the_guide_with_their_help() -> Result<()> {
    CPU.visit("v=2&p=bully", |page| {
        for id in ["guide-balancer", "guide-t1.scale"] {
            ensure!(page.in_sight(&css(id))?, "'{id}' is out of sight");
        }
        ensure!(!page.exists("guide-bal.lr")?);
        page.select("guide-balancer", "uncertainty")?;
        page.wait_setting("bal", "uncertainty")?;
        eventually_true(PATIENCE, "the balancer's own options", || page.exists("guide-bal.lr"))?;
        ensure!(page.text("balancer")? == "uncertainty", "the card says otherwise");
        let twice = "return [...document.querySelectorAll('[id]')].map(el => el.id)\
             .filter((id, k, all) => all.indexOf(id) !== k)";
        let twice = page.browser.execute(twice, vec![])?;
        ensure!(twice == json!([]), "ids that are there twice: {twice}");
        page.no_console_errors()
    })
}

#[test]
fn in_compose_the_task_that_differs_is_open_and_folded_ones_say_what_sets_them_apart() -> Result<()> {
    let groups = "return [...document.querySelectorAll('.card-data .task-group')].map(group => group.open)";
    let apart = "return [...document.querySelectorAll('.card-data .apart')].map(line => line.textContent.trim())";
    CPU.visit("v=2&p=twins", |page| {
        ensure!(page.browser.execute(groups, vec![])? == json!([false, true]), "twins");
        ensure!(page.browser.execute(apart, vec![])? == json!(["", "24 labels"]), "twins");
        page.choose_lesson("stranger")?;
        eventually_true(
            PATIENCE,
            "A's settings",
            || Ok(page.browser.execute(groups, vec![])? == json!([true, false])),
        )?;
        page.choose_lesson("bully")?;
        eventually_true(
            PATIENCE,
            "B's settings",
            || Ok(page.browser.execute(groups, vec![])? == json!([false, true])),
        )?;
        ensure!(page.browser.execute(apart, vec![])? == json!(["", "\u{d7}10"]), "bully");
        Ok(())
    })
}

/// The class of what shows a panel.
fn class(panel: Panel) -> &'static str {
    match panel {
        Panel::Network => ".panel-network",
        Panel::Predictions => ".panel-predictions",
        Panel::Transfer => ".panel-transfer .chart",
        Panel::Conflict => ".panel-conflict",
        Panel::Losses => ".panel-loss .chart",
        Panel::TradeOff => ".panel-pareto .chart",
        Panel::Weights => ".panel-weights .weights",
        Panel::Pairs => ".panel-pairs .matrix",
        Panel::TaskAffinity => ".panel-kinship .matrix",
        Panel::Measures => ".panel-measures",
        Panel::Compare => ".panel-compare",
        Panel::Landscape => ".panel-landscape",
    }
}

/// What a lesson needs beside its first panel, and has no other tab for.
const TOGETHER: [(&str, Panel); 5] = [
    ("twins", Panel::Transfer),
    ("rivals", Panel::Transfer),
    ("rivals", Panel::Predictions),
    ("groups", Panel::TaskAffinity),
    ("digits", Panel::Transfer),
];

#[test]
fn what_a_lesson_needs_first_is_in_sight_without_scrolling_at_every_size() -> Result<()> {
    for size in [(1440, 900), (1280, 720)] {
        CPU.tab(|page| {
            page.browser.emulate_size(size)?;
            for lesson in LESSONS {
                page.open(&format!("v=2&p={}&seeds=2", lesson.key))?;
                page.step_epochs(1)?;
                let also = TOGETHER.iter().filter(|(key, _)| *key == lesson.key).map(|(_, panel)| panel);
                for panel in lesson.panels.iter().take(1).chain(also) {
                    eventually_true(PATIENCE, &format!("{} with {panel:?} at {size:?}", lesson.key), || {
                        is_whole(page, class(*panel))
                    })?;
                }
            }
            page.no_console_errors()
        })?;
    }
    Ok(())
}

#[test]
fn a_step_opens_the_tab_of_what_it_names_where_charts_have_tabs() -> Result<()> {
    let chosen = |page: &Page, tab: &str| -> Result<()> {
        eventually_true(PATIENCE, &format!("the tab '{tab}'"), || {
            let pressed = "return document.querySelector(`.tab-${arguments[0]}`)?.ariaPressed === 'true'";
            page.browser.truth(pressed, vec![json!(tab)])
        })
    };
    CPU.tab(|page| {
        page.browser.emulate_size((1280, 720))?;
        page.open("v=2&p=bully")?;
        // From the first step on there are weights that differ.
        page.step_epochs(1)?;
        // The first chart that the lesson needs, with a tab where there is no room below the predictions.
        chosen(page, "transfer")?;
        page.click("guide-go-3")?;
        chosen(page, "weights")?;
        eventually_true(PATIENCE, "the weights", || is_whole(page, ".panel-weights .weights"))?;
        page.browser.emulate_size((1440, 900))?;
        eventually_true(PATIENCE, "transfer below the predictions", || page.in_sight(".centre .panel-transfer"))
    })
}

#[test]
fn play_stays_in_reach_where_the_window_is_low() -> Result<()> {
    for size in [(720, 450), (1280, 500)] {
        CPU.tab(|page| {
            page.browser.emulate_size(size)?;
            page.open("v=2&p=rivals")?;
            page.step_epochs(1)?;
            let fits = "return document.scrollingElement.scrollHeight <= innerHeight";
            ensure!(page.browser.truth(fits, vec![])?, "{size:?}: the page scrolls as a whole");
            let bottom = "for (const column of document.querySelectorAll('.centre, .right')) column.scrollTop = 9999";
            page.browser.execute(bottom, vec![])?;
            ensure!(is_whole(page, &css("play"))? && page.in_sight(&css("play"))?, "{size:?}");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn the_row_of_tabs_fades_where_it_hides_more_and_shows_the_one_that_is_chosen() -> Result<()> {
    let hides = |page: &Page, ends: &str| -> Result<()> {
        eventually_true(PATIENCE, &format!("a row that hides '{ends}'"), || {
            let hides = "return document.querySelector('.tabs').dataset.hides";
            Ok(page.browser.string(hides, vec![])? == ends)
        })
    };
    PHONE.visit("v=2&p=loud&seeds=1&rows=1000", |page| {
        hides(page, "end")?;
        page.browser.execute("document.querySelector('.tab-compare').click()", vec![])?;
        hides(page, "start")?;
        eventually_true(PATIENCE, "the chosen tab", || is_whole(page, ".tab-compare"))
    })
}

#[test]
fn the_tab_that_is_chosen_travels_in_the_link_of_its_lesson() -> Result<()> {
    PHONE.visit("v=2&p=rivals", |page| {
        ensure!(page.setting("tab")?.is_none());
        page.browser.execute("document.querySelector('.tab-tradeoff').click()", vec![])?;
        page.wait_setting("tab", "tradeoff")?;
        let link = page.href()?;
        page.choose_lesson("bully")?;
        ensure!(page.setting("tab")?.is_none(), "another lesson opens its own chart");
        page.open_url(&link)?;
        eventually_true(PATIENCE, "the trade-off", || page.in_sight(&css("pareto-chart")))?;
        ensure!(page.notice()?.is_empty(), "{}", page.notice()?);
        page.no_console_errors()
    })
}
