//! Where a person points, and what is in sight.

use super::Page;
use anyhow::{Context, Result, ensure};
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use serde_json::json;

impl Page<'_> {
    /// Moves the mouse to a place of an element, told in parts of its width from the left and of its
    /// height from the top.
    pub fn point(&self, css: &str, at: (f64, f64)) -> Result<()> {
        self.mouse(self.place(css, at)?, &[])
    }

    /// Clicks at a place of an element, whatever stands there.
    pub fn click_at(&self, css: &str, at: (f64, f64)) -> Result<()> {
        let button = MOUSE_BUTTON_LEFT;
        self.mouse(self.place(css, at)?, &[PointerAction::Down { button }, PointerAction::Up { button }])
    }

    /// Moves the mouse to a corner of the window, where nothing answers to it.
    pub fn point_away(&self) -> Result<()> {
        self.mouse((1.0, 1.0), &[])
    }

    /// A place of an element in the window.
    fn place(&self, css: &str, (across, down): (f64, f64)) -> Result<(f64, f64)> {
        let place = self.browser.execute(
            "const el = document.querySelector(arguments[0]); if (!el) return null;\
             el.scrollIntoView({ block: 'nearest', inline: 'nearest' }); const box = el.getBoundingClientRect();\
             return [box.x + arguments[1] * box.width, box.y + arguments[2] * box.height]",
            vec![json!(css), json!(across), json!(down)],
        )?;
        let part = |i: usize| place[i].as_f64().with_context(|| format!("the page has no {css}"));
        Ok((part(0)?, part(1)?))
    }

    /// Moves the mouse to a place in the window and does this there.
    fn mouse(&self, (x, y): (f64, f64), then: &[PointerAction]) -> Result<()> {
        let to = PointerAction::MoveTo { duration: None, x: x.round(), y: y.round() };
        let mouse = then.iter().cloned().fold(MouseActions::new("mouse".into()).then(to), MouseActions::then);
        let moved = self.browser.wait_on(self.browser.client().perform_actions(mouse));
        moved.with_context(|| format!("move the mouse to {x}, {y}"))
    }

    /// Gives an element the focus.
    pub fn focus(&self, css: &str) -> Result<()> {
        let focused = self.browser.truth(
            "const el = document.querySelector(arguments[0]); el?.focus(); return !!el && document.activeElement === el",
            vec![json!(css)],
        )?;
        ensure!(focused, "{css} does not take the focus");
        Ok(())
    }

    /// Whether a person sees the element or, of one that is larger than its window, a part of it.
    pub fn in_sight(&self, css: &str) -> Result<bool> {
        self.browser.truth(
            "const el = document.querySelector(arguments[0]);\
             if (!el?.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true })) return false;\
             const box = el.getBoundingClientRect();\
             const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];\
             const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];\
             for (const across of [0.5, 0.1, 0.9]) for (const down of [0.5, 0.1, 0.9]) {\
               const hit = document.elementFromPoint(left + across * (right - left), top + down * (bottom - top));\
               if (right > left && bottom > top && hit && (el.contains(hit) || hit.contains(el))) return true;\
             }\
             return false",
            vec![json!(css)],
        )
    }

    /// The text of the first element that fits, `None` where there is none.
    pub fn words(&self, css: &str) -> Result<Option<String>> {
        let text = "return document.querySelector(arguments[0])?.textContent.trim() ?? null";
        Ok(self.browser.execute(text, vec![json!(css)])?.as_str().map(String::from))
    }

    /// The rows of a table's body, their names first.
    pub fn rows(&self, css: &str) -> Result<Vec<Vec<String>>> {
        let rows = self.browser.execute(
            "return [...document.querySelectorAll(`${arguments[0]} tbody tr`)]\
               .map(row => [...row.children].map(cell => cell.textContent.trim()))",
            vec![json!(css)],
        )?;
        serde_json::from_value(rows).with_context(|| format!("the rows of {css}"))
    }

    /// Opens the table beside a picture: the fold within this element.
    pub fn open_table(&self, css: &str) -> Result<()> {
        let fold = "const fold = document.querySelector(`${arguments[0]} details.twin`);\
             if (fold) fold.open = true; return !!fold";
        ensure!(self.browser.truth(fold, vec![json!(css)])?, "{css} has no table");
        Ok(())
    }
}
