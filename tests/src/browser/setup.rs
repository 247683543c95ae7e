//! How a browser is started.

use anyhow::{Result, bail};
use fantoccini::wd::Capabilities;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Which of the page's engines the browser allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// No WebGPU adapter: the page must be whole without one.
    Cpu,
    /// WebGPU through SwiftShader, Chromium's software adapter.
    Gpu,
}

impl Flavour {
    /// Its engine, as the page names it.
    pub fn engine(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Gpu => "GPU",
        }
    }
}

/// How a browser is started.
#[derive(Clone, Debug)]
pub struct Setup {
    pub flavour: Flavour,
    /// The viewport in CSS pixels. Below 500 pixels of width it is a phone: touch, two device
    /// pixels to one of CSS.
    pub size: (u32, u32),
    pub dark: bool,
    pub reduced_motion: bool,
    /// Where Chromium writes every request it makes, from workers too.
    pub net_log: Option<PathBuf>,
    /// More command line flags for Chromium.
    pub args: Vec<String>,
}

impl Setup {
    pub const DESKTOP: (u32, u32) = (1440, 900);
    pub const PHONE: (u32, u32) = (390, 844);

    pub fn new(flavour: Flavour) -> Self {
        Self { flavour, size: Self::DESKTOP, dark: false, reduced_motion: false, net_log: None, args: Vec::new() }
    }

    pub fn cpu() -> Self {
        Self::new(Flavour::Cpu)
    }

    pub fn gpu() -> Self {
        Self::new(Flavour::Gpu)
    }

    pub fn phone() -> Self {
        Self { size: Self::PHONE, ..Self::cpu() }
    }

    fn flags(&self, profile: &std::path::Path) -> Vec<String> {
        let mut flags: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            // Nothing but this machine is ever reached.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
        ]
        .map(String::from)
        .into();
        flags.push(format!("--user-data-dir={}", profile.display()));
        flags.push(format!("--window-size={},{}", self.size.0.max(500), self.size.1 + 150));
        if self.flavour == Flavour::Gpu {
            flags.push("--enable-unsafe-webgpu".into());
            flags.push("--use-webgpu-adapter=swiftshader".into());
        }
        if let Some(path) = &self.net_log {
            flags.push(format!("--log-net-log={}", path.display()));
        }
        flags.extend(self.args.iter().cloned());
        flags
    }
}

/// What the driver is asked for.
pub(super) fn capabilities(setup: &Setup, profile: &std::path::Path) -> Result<Capabilities> {
    let chrome = std::env::var("MTL_CHROME").unwrap_or_else(|_| "/usr/bin/chromium".into());
    let value = json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "binary": chrome, "args": setup.flags(profile) },
        "goog:loggingPrefs": { "browser": "ALL" },
        "timeouts": { "script": 600_000, "pageLoad": 180_000, "implicit": 0 },
        "unhandledPromptBehavior": "ignore",
    });
    match value {
        Value::Object(map) => Ok(map),
        _ => bail!("capabilities are a table"),
    }
}
