//! What holds of every page.

use super::{Page, parse_number};
use anyhow::{Result, ensure};

impl Page<'_> {
    /// An error if the console holds one.
    pub fn no_console_errors(&self) -> Result<()> {
        let errors: Vec<_> = self
            .browser
            .console()?
            .into_iter()
            .filter(|line| line.level == "SEVERE" || line.message.contains("Content Security Policy"))
            .map(|line| format!("{} {}: {}", line.level, line.source, line.message))
            .collect();
        ensure!(errors.is_empty(), "errors in the console:\n{}", errors.join("\n"));
        Ok(())
    }

    /// Plays until the epoch grows and every task shows finite losses.
    pub fn trains(&self) -> Result<()> {
        let before = self.epoch()?;
        self.play()?;
        self.wait_epoch(before + 2)?;
        self.pause()?;
        let losses = self.settled_losses()?;
        let finite = |text: &String| parse_number(text).is_some_and(|reading| reading.value.is_finite());
        ensure!(losses.iter().flatten().all(finite), "losses that are no numbers: {losses:?}");
        Ok(())
    }

    /// What the page shows, for the reader of a failed test.
    pub fn describe(&self) -> String {
        let or = |result: Result<String>| result.unwrap_or_else(|error| format!("({error:#})"));
        let mut text = format!(
            "--- the page when the test failed ---\naddress: {}\nepoch: {}\nengine: {} ({})\nnotice: {}\n",
            or(self.href()),
            or(self.text("epoch")),
            or(self.text("engine")),
            or(self.text("engine-reason")),
            or(self.notice()),
        );
        for line in self.browser.console().unwrap_or_default() {
            text.push_str(&format!("console {} {}: {}\n", line.level, line.source, line.message));
        }
        let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let path = std::env::temp_dir().join(format!("mtl-failed-{name}.png"));
        if let Ok(png) = self.browser.screenshot()
            && std::fs::write(&path, png).is_ok()
        {
            text.push_str(&format!("picture: {}\n", path.display()));
        }
        text
    }
}
