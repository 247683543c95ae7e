//! Names, landmarks and keys.

use anyhow::{Result, ensure};
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually, eventually_true};
use serde_json::{Value, json};
use std::time::Duration;

static BROWSER: Shared = Shared::new(Setup::cpu);
static PHONE: Shared = Shared::new(Setup::phone);

/// Roles that somebody operates; each needs a name.
const OPERATED: [&str; 14] = [
    "button",
    "checkbox",
    "combobox",
    "link",
    "listbox",
    "menuitem",
    "radio",
    "searchbox",
    "slider",
    "spinbutton",
    "switch",
    "tab",
    "textbox",
    "DisclosureTriangle",
];

#[test]
fn everything_that_can_be_operated_has_a_name() -> Result<()> {
    BROWSER.visit("", |page| {
        for tab in ["side-guide", "side-compose"] {
            page.click(tab)?;
            unfold_everything(page)?;
            names_are_complete(page)?;
        }
        Ok(())
    })
}

#[test]
fn everything_that_can_be_operated_on_a_phone_has_a_name() -> Result<()> {
    PHONE.visit("", names_are_complete)
}

fn unfold_everything(page: &Page) -> Result<()> {
    page.browser.execute("for (const fold of document.querySelectorAll('details')) fold.open = true", vec![])?;
    Ok(())
}

fn names_are_complete(page: &Page) -> Result<()> {
    let tree = page.browser.cdp("Accessibility.getFullAXTree", json!({}))?;
    let nodes = tree["nodes"].as_array().cloned().unwrap_or_default();
    let operated: Vec<&Value> = nodes
        .iter()
        .filter(|node| node["ignored"] != true)
        .filter(|node| OPERATED.iter().any(|role| node["role"]["value"] == **role))
        .collect();
    ensure!(operated.len() >= 10, "only {} controls in the accessibility tree", operated.len());
    let mut nameless = Vec::new();
    for node in operated {
        if node["name"]["value"].as_str().unwrap_or_default().trim().is_empty() {
            let described =
                page.browser.cdp("DOM.describeNode", json!({ "backendNodeId": node["backendDOMNodeId"] }))?;
            nameless.push(format!("{} {}", node["role"]["value"], described["node"]["attributes"]));
        }
    }
    ensure!(nameless.is_empty(), "without a name:\n{}", nameless.join("\n"));
    Ok(())
}

#[test]
fn the_page_has_a_header_a_main_part_a_heading_and_a_language() -> Result<()> {
    BROWSER.visit("", |page| {
        for css in ["html[lang]", "main, [role=main]", "header, [role=banner]", "h1"] {
            let count = page.browser.number("return document.querySelectorAll(arguments[0]).length", vec![json!(css)])?;
            ensure!(count >= 1.0, "nothing is {css}");
        }
        let zoom = page.browser.truth(
            "return !/user-scalable\\s*=\\s*(no|0)|maximum-scale\\s*=\\s*1(\\D|$)/.test(document.querySelector('meta[name=viewport]')?.content ?? '')",
            vec![],
        )?;
        ensure!(zoom, "the page may not be magnified");
        Ok(())
    })
}

#[test]
fn every_canvas_is_a_named_image_or_hidden_from_readers() -> Result<()> {
    BROWSER.visit("", |page| {
        page.step_epochs(1)?;
        let script = "return [...document.querySelectorAll('canvas')]\
             .filter(el => !el.closest('[aria-hidden=true]'))\
             .filter(el => el.getAttribute('role') !== 'img' || !el.getAttribute('aria-label')?.trim())\
             .map(el => el.outerHTML)";
        let wrong = page.browser.execute(script, vec![])?;
        ensure!(wrong == json!([]), "{wrong}");
        for id in ["task-0-map", "loss-chart", "pareto-chart", "transfer-chart"] {
            let named = page.browser.truth(
                "const el = document.querySelector(`[data-testid=\"${arguments[0]}\"]`);\
                 return [el, ...el.querySelectorAll('*')].some(el => el.getAttribute('role') === 'img' && el.getAttribute('aria-label')?.trim())",
                vec![json!(id)],
            )?;
            ensure!(named, "'{id}' says nothing to a reader");
        }
        Ok(())
    })
}

#[test]
fn notices_are_read_out() -> Result<()> {
    BROWSER.visit("v=1&p=rivals&lr=banana", |page| {
        eventually_true(PATIENCE, "a notice", || Ok(!page.notice()?.is_empty()))?;
        let live = page.browser.truth(
            "const el = document.querySelector('[data-testid=notice]');\
             return !!(el.closest('[aria-live],[role=status],[role=alert],[role=log]') ?? el.querySelector('[aria-live],[role=status],[role=alert]'))",
            vec![],
        )?;
        ensure!(live, "the notice stands in no live region");
        Ok(())
    })
}

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
    BROWSER.visit("v=1&p=rivals&s=7", |page| {
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
    BROWSER.visit("v=1&p=rivals", |page| {
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
        page.browser.press(fantoccini::key::Key::Escape.into())?;
        eventually_true(PATIENCE, "closed shortcuts", || Ok(sheet(page)?.is_empty()))
    })
}

#[test]
fn keys_that_are_typed_into_a_field_command_nothing() -> Result<()> {
    BROWSER.visit("v=1&p=rivals&trunk=5", |page| {
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
    BROWSER.visit("v=1&p=rivals", |page| {
        page.pause()?;
        page.step_epochs(2)?;
        page.browser.execute("document.querySelector('[data-testid=reset]').focus()", vec![])?;
        page.browser.press(' ')?;
        eventually_true(PATIENCE, "epoch 0", || Ok(page.epoch()? == 0))?;
        ensure!(!page.playing()?);
        Ok(())
    })
}

fn without_focus(page: &Page) -> Result<()> {
    page.browser.execute("document.activeElement?.blur?.()", vec![])?;
    Ok(())
}
