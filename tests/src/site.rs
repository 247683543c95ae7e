//! The built page behind a static server, and a browser that the tests of one file share.

use crate::driver::fresh_folder;
use crate::{Browser, Page, Setup};
use anyhow::{Result, anyhow, ensure};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A folder behind a static server of this process, as a static host would serve it.
pub struct Site {
    server: xtask::static_site::Server,
    folder: PathBuf,
    _temporary: Option<Temporary>,
}

/// A folder that goes with its value.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Site {
    /// The folder of the built page.
    pub fn dist() -> Result<PathBuf> {
        let dist = std::env::var_os("MTL_DIST")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist"), PathBuf::from);
        ensure!(
            dist.join("index.html").is_file(),
            "there is no built page in {}: run `cargo xtask build`, or name its folder in MTL_DIST",
            dist.display()
        );
        Ok(dist)
    }

    /// The built page at a prefix such as `/` or `/a/b/`.
    pub fn built(prefix: &str) -> Result<Self> {
        Self::serve(Self::dist()?, prefix, None)
    }

    /// The same site with other bytes for one path, which is relative to the page.
    pub fn with_file(self, path: &str, bytes: &[u8], mime: &str) -> Self {
        self.server.replace(path, bytes, mime);
        self
    }

    /// The page's document while the GPU's worker is still being built, and when it is there.
    pub fn documents() -> Result<(String, String)> {
        let built = std::fs::read_to_string(Self::dist()?.join("index.html"))?;
        let pending = built.replace("data-pending=\"\"", "data-pending=\"gpu_worker\"");
        ensure!(pending != built, "the page doesn't say which workers are being built");
        Ok((pending, built))
    }

    /// From now on serves this document as the page.
    pub fn put_document(&self, html: &str) {
        self.server.replace("index.html", html, "text/html; charset=utf-8");
    }

    /// The path of the first file with a name that passes, relative to the page.
    pub fn find(&self, passes: impl Fn(&str) -> bool) -> Result<Option<String>> {
        let found = find_file(&self.folder, &passes)?;
        let inside = found.as_deref().and_then(|path| path.strip_prefix(&self.folder).ok());
        Ok(inside.map(|path| path.to_string_lossy().replace('\\', "/")))
    }

    /// A site of one page: for what is around the page, not for the page.
    pub fn of_html(html: &str) -> Result<Self> {
        let folder = fresh_folder("mtl-html")?;
        let temporary = Temporary(folder.clone());
        std::fs::write(folder.join("index.html"), html)?;
        Self::serve(folder, "/", Some(temporary))
    }

    fn serve(folder: PathBuf, prefix: &str, temporary: Option<Temporary>) -> Result<Self> {
        let server = xtask::static_site::serve(&folder, prefix, 0)?;
        Ok(Self { server, folder, _temporary: temporary })
    }

    /// The address of the page, with the slash at its end.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// `http://host:port`, without a path.
    pub fn origin(&self) -> String {
        let url = self.url();
        url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
    }

    /// The paths that were requested, in order.
    pub fn requests(&self) -> Vec<String> {
        self.server.requests()
    }
}

/// The first file below `folder` with a name that passes.
fn find_file(folder: &Path, passes: &dyn Fn(&str) -> bool) -> Result<Option<PathBuf>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if let Some(found) = find_file(&path, passes)? {
                return Ok(Some(found));
            }
        } else if path.file_name().is_some_and(|name| passes(&name.to_string_lossy())) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// A browser and a site that the tests of one file share; every visit is a tab of its own, on a page
/// that has stored nothing yet.
pub struct Shared {
    setup: fn() -> Setup,
    state: Mutex<Option<(Browser, Site)>>,
}

impl Shared {
    pub const fn new(setup: fn() -> Setup) -> Self {
        Self { setup, state: Mutex::new(None) }
    }

    /// Opens the page with this fragment (`""` or `"v=2&p=rivals"`) and waits until it is ready.
    pub fn visit(&self, fragment: &str, test: impl FnOnce(&Page) -> Result<()>) -> Result<()> {
        self.tab(|page| {
            page.open(fragment)?;
            test(page)
        })
    }

    /// A fresh tab that is still empty.
    pub fn tab(&self, test: impl FnOnce(&Page) -> Result<()>) -> Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.as_ref().is_some_and(|(browser, site)| fresh_tab(browser, site).is_err()) {
            *state = None; // The browser is gone: the next test need not go with it.
        }
        if state.is_none() {
            *state = Some((Browser::start_with((self.setup)())?, Site::built("/")?));
        }
        let (browser, site) = state.as_ref().ok_or_else(|| anyhow!("a browser was just started"))?;
        let page = Page::new(browser, &site.url());
        let outcome = explained(&page, || test(&page));
        // No page goes on training during the next test.
        let _ = browser.goto("about:blank");
        outcome
    }
}

fn fresh_tab(browser: &Browser, site: &Site) -> Result<()> {
    let tab = browser.new_tab()?;
    browser.close_other_tabs(&tab)?;
    browser.cdp(
        "Storage.clearDataForOrigin",
        serde_json::json!({ "origin": site.origin(), "storageTypes": "local_storage,indexeddb,cookies,service_workers,cache_storage" }),
    )?;
    browser.console()?;
    Ok(())
}

/// Runs a test; when it fails, prints what the page showed then.
pub fn explained<T>(page: &Page, test: impl FnOnce() -> Result<T>) -> Result<T> {
    let outcome = catch_unwind(AssertUnwindSafe(test));
    if !matches!(outcome, Ok(Ok(_))) {
        eprintln!("{}", page.describe());
    }
    match outcome {
        Ok(result) => result,
        Err(panic) => resume_unwind(panic),
    }
}
