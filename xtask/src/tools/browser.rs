//! The browser and the driver that the browser tests, the benchmark and the screenshot use.

use std::{env, path::PathBuf};

use anyhow::{Context, Result, bail};

use super::{report_found, system};
use crate::process;

/// A Chromium-like browser and its WebDriver.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The browser's program.
    pub chrome: PathBuf,
    /// The driver's program.
    pub driver: PathBuf,
}

const CHROME_NAMES: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const DRIVER_NAMES: [&str; 3] =
    ["chromedriver", "/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"];

/// Finds browser and driver (`CHROME` and `CHROMEDRIVER` override), installing Debian's where
/// there are none.
pub fn ensure() -> Result<Browser> {
    let mut chrome = find("CHROME", &CHROME_NAMES)?;
    let mut driver = find("CHROMEDRIVER", &DRIVER_NAMES)?;
    if chrome.is_none() || driver.is_none() {
        system::install_packages("a Chromium and its driver, for the browser tests", &["chromium", "chromium-driver"])?;
        chrome = find("CHROME", &CHROME_NAMES)?;
        driver = find("CHROMEDRIVER", &DRIVER_NAMES)?;
    }
    let browser = Browser {
        chrome: chrome.context(
            "no Chromium or Chrome was found.\nWhat to do: install one, or set CHROME to the browser's program",
        )?,
        driver: driver.context(
            "no chromedriver was found.\nWhat to do: install the one of your browser's version \
             (https://googlechromelabs.github.io/chrome-for-testing/), or set CHROMEDRIVER to it",
        )?,
    };
    report_found("browser", &browser.chrome);
    report_found("driver", &browser.driver);
    Ok(browser)
}

fn find(variable: &str, names: &[&str]) -> Result<Option<PathBuf>> {
    match env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from) {
        Some(path) if path.is_file() => Ok(Some(path)),
        Some(path) => {
            bail!("{variable} is set to {}, which is no file.\nWhat to do: correct or unset {variable}", path.display())
        }
        None => Ok(process::find_program(names)),
    }
}
