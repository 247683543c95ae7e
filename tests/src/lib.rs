//! The page in a real browser: a Chromium driven over WebDriver, and the page seen through its
//! `data-testid`s.
//!
//! Everything here blocks: a test is a plain `#[test]` function that returns a `Result`. Each
//! [`Browser`] holds its own small runtime, its own chromedriver and its own profile; all three end
//! with it, also after a panic or a killed test process.
//!
//! Three variables of the environment may point elsewhere: `MTL_CHROME` (the browser),
//! `MTL_CHROMEDRIVER` (its driver) and `MTL_DIST` (the built page, `dist/` by default).

pub mod browser;
pub mod driver;
pub mod page;
pub mod parity;
pub mod site;

pub use browser::{Browser, Flavour, LogEntry, Setup};
pub use page::Page;
pub use site::{Shared, Site};

use anyhow::{Context, Result, anyhow};
use std::time::{Duration, Instant};

/// A deadline that only a page that hangs ever meets. Nothing is timed here: the machine may be
/// slow and busy.
pub const PATIENCE: u64 = 120;

/// Asks until the answer is there. `Ok(None)` and errors mean 'not yet'; at the deadline the last
/// error tells what was still missing.
pub fn eventually<T>(secs: u64, what: &str, mut ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + Duration::from_secs(secs);
    let mut pause = Duration::from_millis(20);
    loop {
        let last = match ask() {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) => None,
            Err(error) => Some(error),
        };
        if Instant::now() >= deadline {
            let late = || format!("waited {secs} s in vain for: {what}");
            return match last {
                Some(error) => Err(error).with_context(late),
                None => Err(anyhow!(late())),
            };
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(250));
    }
}

/// [`eventually`] for a plain condition.
pub fn eventually_true(secs: u64, what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    eventually(secs, what, || Ok(holds()?.then_some(())))
}
