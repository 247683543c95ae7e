//! How much memory the browser's process of the page takes after many recorded epochs.

use crate::ours::{self, Ours};
use anyhow::{Context, Result};
use mtl_tests::{Browser, Flavour, Setup, eventually_true};

/// Epochs of a model that is trained alone, a step each.
pub const EPOCHS: u64 = 100_000;

/// Megabytes of the process in which page and worker live.
pub struct Memory {
    pub before: f64,
    pub after: f64,
}

pub fn measure() -> Result<Memory> {
    eprintln!("memory after {EPOCHS} epochs");
    let site = Ours::serve()?;
    let browser = Browser::start(Flavour::Cpu, Setup::DESKTOP, false)?;
    let page = ours::open_plain(&browser, &site, 1)?;
    page.play()?;
    let reached = |epoch: u64| {
        eventually_true(600, "the epochs", || Ok(page.epoch()? >= epoch))?;
        megabytes(&browser)
    };
    // Its heaps have grown to what training takes by then.
    let before = reached(EPOCHS / 10)?;
    let after = reached(EPOCHS)?;
    Ok(Memory { before, after })
}

/// What the process of the tab in front has in memory and shares with no other.
fn megabytes(browser: &Browser) -> Result<f64> {
    let kilobytes = browser.private_kilobytes().context("this system does not tell what a process takes")?;
    Ok(kilobytes as f64 / 1000.0)
}
