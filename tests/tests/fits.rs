//! No text of the page is cut or covered, in any lesson at any size that people have.

use anyhow::{Result, ensure};
use mtl_core::config::lessons::LESSONS;
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually};
use serde_json::Value;

static WIDE: Shared = Shared::new(Setup::cpu);
static LOW: Shared = Shared::new(|| Setup { size: (1280, 720), ..Setup::cpu() });
static PHONE: Shared = Shared::new(Setup::phone);

/// Every text that can be seen and is cut by something that can't be scrolled, or lies under something
/// else. What is made to be read by ear alone is a pixel wide.
const FAULTS: &str = r#"
    const faults = new Set();
    const walker = document.createTreeWalker(document.querySelector('.app'), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const el = node.parentElement, text = node.textContent.trim();
        if (!text || !el.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
        if (el.closest('option, svg, [aria-hidden=true], .visually-hidden, .unseen, .skip')) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const rect = range.getBoundingClientRect();
        if (rect.width < 1 || rect.height < 1) continue;
        let seen = { left: 0, right: innerWidth, top: 0, bottom: innerHeight }, scrolls = false, cut = null;
        for (let up = el; up; up = up.parentElement) {
            const style = getComputedStyle(up), box = up.getBoundingClientRect();
            if (box.width <= 1) { scrolls = true; break; }
            const contained = style.contain.includes('strict') || style.contain.includes('paint');
            const hides = axis => ['hidden', 'clip'].includes(style[`overflow${axis}`]) || contained;
            const rolls = axis => ['auto', 'scroll'].includes(style[`overflow${axis}`]);
            if (!scrolls && hides('X') && !rolls('X') && (rect.right > box.right + 1.5 || rect.left < box.left - 1.5)) cut = up;
            if (rolls('X') || rolls('Y')) scrolls = true;
            if (rolls('X') || rolls('Y') || hides('X')) {
                seen = { left: Math.max(seen.left, box.left), right: Math.min(seen.right, box.right),
                         top: Math.max(seen.top, box.top), bottom: Math.min(seen.bottom, box.bottom) };
            }
        }
        const what = `${el.closest('[class]')?.className || el.tagName}: '${text.slice(0, 60)}'`;
        if (cut) { faults.add(`cut by ${cut.className || cut.tagName}: ${what}`); continue; }
        if (!scrolls && (rect.left < -1 || rect.right > innerWidth + 1)) faults.add(`beyond the window: ${what}`);
        const x = (rect.left + rect.right) / 2, y = (rect.top + rect.bottom) / 2;
        const within = x > seen.left + 1 && x < seen.right - 1 && y > seen.top + 1 && y < seen.bottom - 1;
        const top = within ? document.elementFromPoint(x, y) : null;
        if (top && !top.contains(el) && !el.contains(top)) {
            faults.add(`under ${top.className || top.tagName}: ${what}`);
        }
    }
    return [...faults];
"#;

fn faults(page: &Page) -> Result<Vec<String>> {
    // A layout that is still settling is looked at again.
    eventually(PATIENCE, "a layout that stands still", || {
        let look = || page.browser.execute(FAULTS, vec![]);
        let (first, second) = (look()?, look()?);
        Ok((first == second).then_some(first))
    })
    .map(|found| match found {
        Value::Array(found) => found.iter().filter_map(|fault| fault.as_str().map(String::from)).collect(),
        _ => Vec::new(),
    })
}

fn every_lesson_fits(browser: &Shared) -> Result<()> {
    let mut all = Vec::new();
    for lesson in LESSONS {
        browser.visit(&format!("v=1&p={}&seeds=2", lesson.key), |page| {
            for epochs in [0, 2] {
                page.step_epochs(epochs)?;
                all.extend(faults(page)?.into_iter().map(|fault| format!("{}, {epochs} epochs: {fault}", lesson.key)));
            }
            Ok(())
        })?;
    }
    ensure!(all.is_empty(), "{}", all.join("\n"));
    Ok(())
}

#[test]
fn no_text_is_cut_or_covered_on_a_desktop() -> Result<()> {
    every_lesson_fits(&WIDE)
}

#[test]
fn no_text_is_cut_or_covered_in_a_low_window() -> Result<()> {
    every_lesson_fits(&LOW)
}

#[test]
fn no_text_is_cut_or_covered_on_a_phone() -> Result<()> {
    every_lesson_fits(&PHONE)
}
