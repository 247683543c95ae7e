//! Takes the README's picture: the lesson 'rivals' after a few seconds of play, at 1440x900.
//!
//! `cargo run -p mtl-tests --bin screenshot [file]`; the file is `public/screenshot.png` by default.

use anyhow::{Context, Result};
use mtl_tests::site::explained;
use mtl_tests::{Browser, Flavour, Page, Setup, Site};
use std::path::{Path, PathBuf};
use std::time::Duration;

fn main() -> Result<()> {
    let file = std::env::args_os()
        .nth(1)
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/screenshot.png"), PathBuf::from);
    let site = Site::built("/")?;
    let browser = Browser::start(Flavour::Cpu, Setup::DESKTOP, false)?;
    let page = Page::new(&browser, &site.url());
    explained(&page, || {
        page.open("v=2&p=rivals")?;
        page.play()?;
        page.wait_epoch(1)?;
        std::thread::sleep(Duration::from_secs(8));
        page.pause()?;
        page.settled_map(0)?;
        std::fs::write(&file, browser.screenshot()?).with_context(|| format!("write {}", file.display()))
    })?;
    println!("wrote {}", file.display());
    Ok(())
}
