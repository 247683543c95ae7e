//! A headless Chromium over WebDriver, with blocking calls.

use crate::driver::Guard;
use anyhow::{Context, Result, anyhow, bail, ensure};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Which of the page's engines the browser allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// No WebGPU adapter: the page must be whole without one.
    Cpu,
    /// WebGPU through SwiftShader, Chromium's software adapter.
    Gpu,
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
    _guard: Guard,
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
        let browser = Self { client, runtime, setup, _guard: guard };
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

    // ---- looks ----

    /// Everything that belongs to a tab, not to the browser.
    fn prepare_tab(&self) -> Result<()> {
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

    // ---- scripts ----

    /// The value that the body of a function returns; `arguments` holds `args`.
    pub fn execute(&self, script: &str, args: Vec<Value>) -> Result<Value> {
        self.wait_on(self.client.execute(script, args)).with_context(|| format!("run in the page: {}", head(script)))
    }

    /// Like [`Browser::execute`] with `await`: the script is the body of an async function.
    pub fn execute_async(&self, script: &str, args: Vec<Value>) -> Result<Value> {
        let whole = format!(
            "const done = arguments[arguments.length - 1];\n\
             (async function () {{ {script}\n }}).apply(null, arguments)\n\
             .then(value => done({{ value }}), error => done({{ error: String(error) }}));"
        );
        let answer = self
            .wait_on(self.client.execute_async(&whole, args))
            .with_context(|| format!("run in the page: {}", head(script)))?;
        if let Some(error) = answer.get("error") {
            bail!("in the page, {}: {error}", head(script));
        }
        Ok(answer.get("value").cloned().unwrap_or(Value::Null))
    }

    pub fn string(&self, script: &str, args: Vec<Value>) -> Result<String> {
        match self.execute(script, args)? {
            Value::String(text) => Ok(text),
            other => bail!("no text but {other} from: {}", head(script)),
        }
    }

    pub fn number(&self, script: &str, args: Vec<Value>) -> Result<f64> {
        let value = self.execute(script, args)?;
        value.as_f64().ok_or_else(|| anyhow!("no number but {value} from: {}", head(script)))
    }

    pub fn truth(&self, script: &str, args: Vec<Value>) -> Result<bool> {
        let value = self.execute(script, args)?;
        value.as_bool().ok_or_else(|| anyhow!("neither true nor false but {value} from: {}", head(script)))
    }

    /// One command of the Chrome DevTools protocol, sent to the tab in front.
    pub fn cdp(&self, command: &str, params: Value) -> Result<Value> {
        self.issue(Extension { path: "goog/cdp/execute", body: Some(json!({ "cmd": command, "params": params })) })
            .with_context(|| format!("DevTools command {command}"))
    }

    // ---- hands ----

    pub fn click(&self, css: &str) -> Result<()> {
        self.wait_on(async { self.client.find(Locator::Css(css)).await?.click().await })
            .with_context(|| format!("click {css}"))
    }

    /// Chooses the option with this value, as a person does.
    pub fn select(&self, css: &str, value: &str) -> Result<()> {
        let found = self.truth(
            "for (const old of document.querySelectorAll('[data-chosen]')) old.removeAttribute('data-chosen');\
             const option = [...(document.querySelector(arguments[0])?.options ?? [])].find(o => o.value === arguments[1]);\
             option?.setAttribute('data-chosen', ''); return !!option",
            vec![json!(css), json!(value)],
        )?;
        ensure!(found, "{css} has no option '{value}'");
        self.click(&format!("{css} [data-chosen]"))
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

fn head(script: &str) -> &str {
    let end = script.char_indices().nth(160).map_or(script.len(), |(at, _)| at);
    script[..end].trim()
}

fn capabilities(setup: &Setup, profile: &std::path::Path) -> Result<Capabilities> {
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
