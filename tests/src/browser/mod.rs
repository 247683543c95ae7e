//! A headless Chromium over WebDriver, with blocking calls.

mod hands;
mod looks;
mod memory;
mod scripts;
mod setup;

pub use setup::{Flavour, Setup};

use self::setup::capabilities;
use crate::driver::Guard;
use anyhow::{Context, Result};
use fantoccini::wd::{WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::future::Future;
use std::time::Duration;
use tokio::runtime::Runtime;

/// One line of the browser's console: messages of the page, failed loads, policy violations.
#[derive(Clone, Debug)]
pub struct LogEntry {
    /// `SEVERE`, `WARNING`, `INFO` or `DEBUG`.
    pub level: String,
    /// For example `console-api`, `network`, `javascript`, `security`.
    pub source: String,
    pub message: String,
}

/// A running browser. Ends with its value; see [`Guard`] for the ways in which it may end early.
pub struct Browser {
    // Fields drop in order: the client before the runtime that carries it, the processes last.
    client: Client,
    runtime: Runtime,
    setup: Setup,
    guard: Guard,
}

impl Browser {
    pub fn start(flavour: Flavour, size: (u32, u32), dark: bool) -> Result<Self> {
        Self::start_with(Setup { size, dark, ..Setup::new(flavour) })
    }

    pub fn start_with(setup: Setup) -> Result<Self> {
        let guard = Guard::start()?;
        let capabilities = capabilities(&setup, &guard.profile)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = runtime
            .block_on(async {
                let connect = async {
                    ClientBuilder::new(HttpConnector::new())
                        .capabilities(capabilities)
                        .connect(&format!("http://127.0.0.1:{}", guard.port))
                        .await
                };
                tokio::time::timeout(Duration::from_secs(180), connect).await
            })
            .context("Chromium did not start within 180 s")??;
        let browser = Self { client, runtime, setup, guard };
        browser.prepare_tab()?;
        Ok(browser)
    }

    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The WebDriver session itself, for what has no call here. See [`Browser::wait_on`].
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Runs one of fantoccini's futures to its end.
    pub fn wait_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    // ---- navigation ----

    pub fn goto(&self, url: &str) -> Result<()> {
        self.wait_on(self.client.goto(url)).with_context(|| format!("go to {url}"))
    }

    pub fn reload(&self) -> Result<()> {
        Ok(self.wait_on(self.client.refresh())?)
    }

    pub fn back(&self) -> Result<()> {
        Ok(self.wait_on(self.client.back())?)
    }

    pub fn forward(&self) -> Result<()> {
        Ok(self.wait_on(self.client.forward())?)
    }

    /// `location.href` of the document in front, fragment included.
    pub fn href(&self) -> Result<String> {
        self.string("return location.href", vec![])
    }

    // ---- tabs and frames ----

    pub fn tab(&self) -> Result<WindowHandle> {
        Ok(self.wait_on(self.client.window())?)
    }

    /// Opens a tab, brings it to the front and gives it the size and looks of this browser.
    pub fn new_tab(&self) -> Result<WindowHandle> {
        let opened = self.wait_on(self.client.new_window(true))?;
        self.switch_to(&opened.handle)?;
        self.prepare_tab()?;
        Ok(opened.handle)
    }

    pub fn switch_to(&self, tab: &WindowHandle) -> Result<()> {
        Ok(self.wait_on(self.client.switch_to_window(tab.clone()))?)
    }

    /// Closes every tab but this one, and goes there.
    pub fn close_other_tabs(&self, keep: &WindowHandle) -> Result<()> {
        for tab in self.wait_on(self.client.windows())? {
            if &tab != keep {
                self.switch_to(&tab)?;
                self.wait_on(self.client.close_window())?;
            }
        }
        self.switch_to(keep)
    }

    pub fn enter_frame(&self, css: &str) -> Result<()> {
        self.wait_on(async { self.client.find(Locator::Css(css)).await?.enter_frame().await })
            .with_context(|| format!("enter the frame {css}"))
    }

    pub fn leave_frame(&self) -> Result<()> {
        Ok(self.wait_on(self.client.enter_parent_frame())?)
    }

    // ---- what came of it ----

    /// The console's lines since the last call, of all tabs.
    pub fn console(&self) -> Result<Vec<LogEntry>> {
        let lines = self.issue(Extension { path: "se/log", body: Some(json!({ "type": "browser" })) })?;
        let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
        let lines = lines.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(lines
            .iter()
            .map(|line| LogEntry {
                level: text(line, "level"),
                source: text(line, "source"),
                message: text(line, "message"),
            })
            .collect())
    }

    /// A PNG of the viewport.
    pub fn screenshot(&self) -> Result<Vec<u8>> {
        Ok(self.wait_on(self.client.screenshot())?)
    }

    fn issue(&self, command: Extension) -> Result<Value> {
        Ok(self.wait_on(self.client.issue_cmd(command))?)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let client = self.client.clone();
        // Chromium closes in its own time if it can; the guard ends it if it cannot.
        let _ = self.runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), client.close()).await });
    }
}

/// A command of chromedriver that WebDriver itself does not have.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, self.body.as_ref().map(Value::to_string))
    }
}
