//! Pointer and keyboard.

use super::Browser;
use crate::{PATIENCE, eventually};
use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::actions::{InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use serde_json::json;

impl Browser {
    /// Clicks as a user does, who lets what moves come to rest and what is in front go away first.
    pub fn click(&self, css: &str) -> Result<()> {
        eventually(PATIENCE, &format!("a click on {css}"), || {
            if !self.stands_still(css)? {
                return Ok(None);
            }
            Ok(Some(self.click_now(css)?))
        })
    }

    fn click_now(&self, css: &str) -> Result<()> {
        Ok(self.wait_on(async { self.client.find(Locator::Css(css)).await?.click().await })?)
    }

    /// Whether nothing that holds the element is on its way to somewhere else.
    fn stands_still(&self, css: &str) -> Result<bool> {
        self.truth(
            "const el = document.querySelector(arguments[0]); if (!el) throw new Error('the page has none');\
             const moves = a => a.playState === 'running' && a.effect?.getComputedTiming().endTime < Infinity;\
             return !document.getAnimations().some(a => moves(a) && a.effect.target?.contains(el))",
            vec![json!(css)],
        )
    }

    /// Chooses the option with this value, as a person does.
    pub fn select(&self, css: &str, value: &str) -> Result<()> {
        // The page may draw the options anew between the look and the click.
        eventually(PATIENCE, &format!("the choice of '{value}' in {css}"), || Ok(Some(self.click_option(css, value)?)))
    }

    fn click_option(&self, css: &str, value: &str) -> Result<()> {
        let found = self.truth(
            "for (const old of document.querySelectorAll('[data-chosen]')) old.removeAttribute('data-chosen');\
             const option = [...(document.querySelector(arguments[0])?.options ?? [])].find(o => o.value === arguments[1]);\
             option?.setAttribute('data-chosen', ''); return !!option",
            vec![json!(css), json!(value)],
        )?;
        ensure!(found, "{css} has no option '{value}'");
        self.click_now(&format!("{css} [data-chosen]"))
    }

    /// Replaces the text of a field and leaves it, as with the Tab key.
    pub fn fill(&self, css: &str, text: &str) -> Result<()> {
        let focused = self.truth(
            "const field = document.querySelector(arguments[0]); field?.focus(); field?.select?.();\
             return document.activeElement === field",
            vec![json!(css)],
        )?;
        ensure!(focused, "{css} does not take the focus");
        for letter in text.chars() {
            self.press(letter)?;
        }
        self.press(fantoccini::key::Key::Tab.into())
    }

    /// Takes hold of the middle of an element and lets go so many pixels to its right.
    pub fn drag(&self, css: &str, right: f64) -> Result<()> {
        self.wait_on(async {
            let element = self.client.find(Locator::Css(css)).await?;
            let mouse = MouseActions::new("mouse".into())
                .then(PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 })
                .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
                .then(PointerAction::MoveBy { duration: None, x: right / 2.0, y: 0.0 })
                .then(PointerAction::MoveBy { duration: None, x: right / 2.0, y: 0.0 })
                .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
            self.client.perform_actions(mouse).await
        })
        .with_context(|| format!("drag {css}"))
    }

    /// Presses and releases one key; whatever has the focus gets it.
    pub fn press(&self, key: char) -> Result<()> {
        self.press_with(&[], key)
    }

    pub fn press_with(&self, held: &[char], key: char) -> Result<()> {
        let mut keys = KeyActions::new("keyboard".into());
        for &value in held {
            keys = keys.then(KeyAction::Down { value });
        }
        keys = keys.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        for &value in held.iter().rev() {
            keys = keys.then(KeyAction::Up { value });
        }
        self.wait_on(self.client.perform_actions(keys)).with_context(|| format!("press {key:?}"))
    }
}
