//! Everything that belongs to a tab, not to the browser.

use super::{Browser, Extension};
use anyhow::Result;
use serde_json::json;

impl Browser {
    /// Gives the tab in front the size and the looks of this browser.
    pub(super) fn prepare_tab(&self) -> Result<()> {
        self.emulate_size(self.setup.size)?;
        self.emulate_media(self.setup.dark, self.setup.reduced_motion)?;
        // A tab that is never in front for a person still counts as seen and focused.
        self.cdp("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }))?;
        Ok(())
    }

    /// The viewport of this tab. Goes below the 500 pixels that a window cannot.
    pub fn emulate_size(&self, (width, height): (u32, u32)) -> Result<()> {
        let phone = width < 500;
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            json!({
                "width": width,
                "height": height,
                "deviceScaleFactor": if phone { 2 } else { 1 },
                "mobile": phone,
            }),
        )?;
        self.cdp("Emulation.setTouchEmulationEnabled", json!({ "enabled": phone }))?;
        Ok(())
    }

    pub fn emulate_media(&self, dark: bool, reduced_motion: bool) -> Result<()> {
        let scheme = if dark { "dark" } else { "light" };
        let motion = if reduced_motion { "reduce" } else { "no-preference" };
        self.cdp(
            "Emulation.setEmulatedMedia",
            json!({ "features": [
                { "name": "prefers-color-scheme", "value": scheme },
                { "name": "prefers-reduced-motion", "value": motion },
            ]}),
        )?;
        Ok(())
    }

    /// Lets the pages of this browser read and write the clipboard.
    pub fn allow_clipboard(&self) -> Result<()> {
        for name in ["clipboard-read", "clipboard-write"] {
            self.issue(Extension {
                path: "permissions",
                body: Some(json!({ "descriptor": { "name": name }, "state": "granted" })),
            })?;
        }
        Ok(())
    }
}
