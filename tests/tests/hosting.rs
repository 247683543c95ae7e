//! Any static host, any folder, any frame: and nothing is ever asked of anybody else.

use anyhow::{Context, Result, ensure};
use mtl_tests::driver::fresh_folder;
use mtl_tests::site::explained;
use mtl_tests::{Browser, Page, Setup, Shared, Site};
use serde_json::json;

static BROWSER: Shared = Shared::new(Setup::cpu);

#[test]
fn the_page_works_at_the_root_of_a_host() -> Result<()> {
    BROWSER.visit("v=2&p=rivals", |page| {
        page.trains()?;
        page.settled_map(0)?;
        page.no_console_errors()
    })
}

#[test]
fn the_page_works_in_a_folder_of_a_host_and_asks_for_nothing_outside_of_it() -> Result<()> {
    let site = Site::built("/a/b/")?;
    BROWSER.tab(|root| {
        let page = Page::new(root.browser, &site.url());
        explained(&page, || {
            page.open("v=2&p=rivals")?;
            page.trains()?;
            page.settled_map(0)?;
            page.no_console_errors()?;
            let outside: Vec<_> = site.requests().into_iter().filter(|path| !path.starts_with("/a/b/")).collect();
            ensure!(outside.is_empty(), "asked for outside of /a/b/: {outside:?}");
            Ok(())
        })
    })
}

#[test]
fn the_page_works_in_a_sandboxed_frame() -> Result<()> {
    let inner = Site::built("/")?;
    let outer = Site::of_html(&format!(
        "<!doctype html><title>Course</title><link rel=icon href='data:,'>\
         <iframe sandbox='allow-scripts' width=1300 height=800 src='{}#v=2&amp;p=rivals'></iframe>",
        inner.url()
    ))?;
    BROWSER.tab(|root| {
        root.browser.goto(&outer.url())?;
        root.browser.enter_frame("iframe")?;
        let page = Page::new(root.browser, &inner.url());
        explained(&page, || {
            page.ready()?;
            let origin = page.browser.string("return window.origin", vec![])?;
            ensure!(origin == "null", "the frame is not sandboxed: {origin}");
            ensure!(page.text("lesson")? == "rivals");
            page.trains()?;
            page.settled_map(0)?;
            Ok(())
        })
    })
}

#[test]
fn every_resource_of_the_page_comes_from_its_own_origin() -> Result<()> {
    BROWSER.visit("", |page| {
        page.trains()?;
        let foreign = page.browser.execute(
            "return performance.getEntriesByType('resource').map(entry => entry.name)\
               .filter(name => !/^(data|blob):/.test(name) && new URL(name).origin !== location.origin)",
            vec![],
        )?;
        ensure!(foreign == json!([]), "from elsewhere: {foreign}");
        Ok(())
    })
}

#[test]
fn no_request_of_page_or_workers_leaves_for_another_origin() -> Result<()> {
    let folder = fresh_folder("mtl-net-log")?;
    let log = folder.join("log.json");
    let site = Site::built("/")?;
    {
        let browser = Browser::start_with(Setup { net_log: Some(log.clone()), ..Setup::gpu() })?;
        let page = Page::new(&browser, &site.url());
        explained(&page, || {
            page.open("v=2&p=rivals&seeds=1&fan=0")?;
            page.trains()?;
            page.pin("GPU")?;
            page.trains()
        })?;
    } // The log is complete once the browser has ended.
    let requests = requests_of_pages(&std::fs::read_to_string(&log).context("Chromium's log of requests")?);
    let _ = std::fs::remove_dir_all(&folder);
    ensure!(requests.iter().any(|url| url.contains(".wasm?v=")), "the log knows no wasm file: {requests:?}");
    let foreign: Vec<_> = requests.iter().filter(|url| !url.starts_with(&site.url())).collect();
    ensure!(foreign.is_empty(), "asked of others: {foreign:?}");
    ensure!(!site.requests().is_empty());
    Ok(())
}

/// The addresses that pages asked for; the browser's own requests have no origin.
fn requests_of_pages(log: &str) -> Vec<String> {
    let field = |line: &str, name: &str| {
        let (_, rest) = line.split_once(&format!("\"{name}\":\""))?;
        Some(rest.split('"').next()?.to_owned())
    };
    log.lines()
        .filter(|line| field(line, "initiator").is_some_and(|origin| origin != "not an origin"))
        .filter_map(|line| field(line, "url"))
        .filter(|url| url.starts_with("http") || url.starts_with("ws"))
        .collect()
}

#[test]
fn a_lost_address_leads_back_to_the_page_with_its_lesson() -> Result<()> {
    let site = Site::built("/a/b/")?;
    BROWSER.tab(|root| {
        let page = Page::new(root.browser, &site.url());
        explained(&page, || {
            page.browser.goto(&format!("{}lost?from=slides#v=2&p=bully&s=8", site.url()))?;
            page.ready()?;
            ensure!(page.text("lesson")? == "bully");
            ensure!(page.text("seed")? == "8");
            let href = page.href()?;
            ensure!(href.starts_with(&site.url()) && !href.contains("lost"), "{href}");
            Ok(())
        })
    })
}

#[test]
fn a_policy_keeps_the_page_to_its_own_origin_and_is_never_violated() -> Result<()> {
    BROWSER.tab(|page| {
        page.browser.cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": "window.violations = [];\
                document.addEventListener('securitypolicyviolation', event =>\
                    window.violations.push(`${event.violatedDirective} ${event.blockedURI}`))" }),
        )?;
        page.open("v=2&p=rivals")?;
        let policy = page.browser.string(
            "return document.querySelector('meta[http-equiv=\"Content-Security-Policy\" i]')?.content ?? ''",
            vec![],
        )?;
        ensure!(policy.contains("default-src 'self'"), "the policy is '{policy}'");
        ensure!(policy.contains("object-src 'none'"), "the policy is '{policy}'");
        ensure!(!policy.contains("'unsafe-eval'") && !policy.contains("http"), "the policy is '{policy}'");
        page.trains()?;
        let violations = page.browser.execute("return window.violations", vec![])?;
        ensure!(violations == json!([]), "{violations}");
        page.no_console_errors()
    })
}

#[test]
fn without_scripts_the_page_says_what_it_needs() -> Result<()> {
    let html = std::fs::read_to_string(Site::dist()?.join("index.html"))?;
    let (_, told) = html.split_once("<noscript").context("the page has no <noscript>")?;
    ensure!(told.to_lowercase().contains("javascript"));
    Ok(())
}
