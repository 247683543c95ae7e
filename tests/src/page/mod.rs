//! The page through its `data-testid`s, as `app/SCRIPTING.md` documents them.

mod acting;
mod address;
mod checking;
mod fitting;
mod number;
mod pointing;
mod reading;

pub use number::{Reading, parse_number};

use crate::{Browser, PATIENCE, eventually_true};
use anyhow::Result;
use serde_json::{Value, json};

/// What every script of the page may use.
const HELPERS: &str = r#"
const all = id => [...document.querySelectorAll(`[data-testid="${id}"]`)];
const one = id => all(id)[0] ?? null;
const field = el => el.matches('input,select,textarea,output') ? el : el.querySelector('input,select,textarea');
const read = el => field(el) ? String(field(el).value) : el.textContent.trim();
const canvases = el => el.matches('canvas') ? [el] : [...el.querySelectorAll('canvas')];
const unfold = el => {
    // A tab of the left column: its pane follows within the page's next turn.
    const pane = el.closest('[role=tabpanel][hidden]');
    if (pane) document.getElementById(pane.getAttribute('aria-labelledby')).click();
    // The head of a fold is there though the fold is shut.
    const within = el.localName === 'summary' ? el.parentElement.parentElement : el;
    for (let up = within.closest('details'); up; up = up.parentElement?.closest('details')) up.open = true;
};
const sleep = ms => new Promise(done => setTimeout(done, ms));
"#;

/// The page in the tab in front.
pub struct Page<'b> {
    pub browser: &'b Browser,
    url: String,
}

impl<'b> Page<'b> {
    /// The pair of a link under which nothing holds training back.
    pub const FLAT: &'static str = "pace=flat";

    /// `url` is the page's address without a fragment.
    pub fn new(browser: &'b Browser, url: &str) -> Self {
        Self { browser, url: url.into() }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens the page anew with this fragment (without its `#`) and waits until it can be used. Unless
    /// the fragment names a pace it goes flat out: it is not watched, and no story's end pauses it.
    pub fn open(&self, fragment: &str) -> Result<()> {
        self.open_url(&format!("{}#{}", self.url, Self::flat_out(fragment)))
    }

    /// Goes to another lesson by a link within the page that is open, and waits until it stands there,
    /// paused at epoch 0. The page's engines stay: a GPU takes seconds to start.
    pub fn follow(&self, fragment: &str) -> Result<()> {
        let script = "const [hash] = arguments; if (location.hash === hash) return;\
             await new Promise(done => {\
               addEventListener('hashchange', () => setTimeout(done), { once: true }); location.hash = hash;\
             })";
        self.browser.execute_async(script, vec![json!(format!("#{}", Self::flat_out(fragment)))])?;
        self.rewound()
    }

    fn flat_out(fragment: &str) -> String {
        let paced = fragment.split('&').any(|pair| pair.starts_with("pace="));
        let between = if fragment.is_empty() { "" } else { "&" };
        if paced { fragment.into() } else { format!("{fragment}{between}{}", Self::FLAT) }
    }

    /// Opens the page as a first visitor does, by its bare address.
    pub fn open_bare(&self) -> Result<()> {
        self.open_url(&self.url)
    }

    pub fn open_url(&self, url: &str) -> Result<()> {
        // From another document: between two fragments of one page nothing would be loaded.
        self.browser.goto("about:blank")?;
        self.browser.goto(url)?;
        self.ready()
    }

    /// Waits until the engine runs and the transport is there.
    pub fn ready(&self) -> Result<()> {
        eventually_true(PATIENCE, "the page and its engine", || {
            Ok(self.exists("play")? && !self.engine()?.is_empty() && self.epoch().is_ok())
        })
    }

    fn run(&self, script: &str, args: Vec<Value>) -> Result<Value> {
        self.browser.execute(&format!("{HELPERS}{script}"), args)
    }
}

/// The selector of a `data-testid`.
pub fn css(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}
