//! Names, landmarks, pictures and notices for those who hear the page.

use anyhow::{Result, ensure};
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually_true};
use serde_json::{Value, json};

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
    BROWSER.visit("v=2&p=rivals&lr=banana", |page| {
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
