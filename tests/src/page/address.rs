//! What the address says.

use super::Page;
use crate::{PATIENCE, eventually_true};
use anyhow::{Result, ensure};
use serde_json::json;

impl Page<'_> {
    pub fn href(&self) -> Result<String> {
        self.browser.href()
    }

    /// The fragment without its `#` and without the pace that [`Page::open`] asks for, once the page has
    /// written it.
    pub fn settled_fragment(&self) -> Result<String> {
        let mut seen: Option<String> = None;
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(PATIENCE);
        // The page writes when input has settled, 300 ms after the last change.
        loop {
            let href = self.href()?;
            let now = href.split_once('#').map(|(_, hash)| hash.to_owned()).unwrap_or_default();
            if seen.as_ref() == Some(&now) {
                return Ok(now.replace(&format!("&{}", Self::FLAT), ""));
            }
            ensure!(std::time::Instant::now() < deadline, "the address never stands still: {href}");
            seen = Some(now);
            std::thread::sleep(std::time::Duration::from_millis(1000));
        }
    }

    /// The value of a key of the fragment, or `None`.
    pub fn setting(&self, key: &str) -> Result<Option<String>> {
        let value = self
            .browser
            .execute("return new URLSearchParams(location.hash.slice(1)).get(arguments[0])", vec![json!(key)])?;
        Ok(value.as_str().map(String::from))
    }

    pub fn wait_setting(&self, key: &str, expected: &str) -> Result<()> {
        eventually_true(PATIENCE, &format!("{key}={expected} in the address"), || {
            Ok(self.setting(key)?.as_deref() == Some(expected))
        })
    }

    pub fn history_length(&self) -> Result<u64> {
        Ok(self.browser.number("return history.length", vec![])? as u64)
    }
}
