//! What lasts: the page once its host is gone, and the memory of its engine.

use anyhow::{Context, Result, ensure};
use mtl_core::balance::balancers;
use mtl_tests::page::css;
use mtl_tests::site::explained;
use mtl_tests::{Browser, PATIENCE, Page, Setup, Site, eventually, eventually_true};
use serde_json::json;

fn choose(page: &Page, balancer: &str) -> Result<()> {
    page.select("balancer", balancer)?;
    eventually_true(PATIENCE, balancer, || Ok(page.setting("bal")?.unwrap_or("equal".into()) == balancer))
}

#[test]
fn once_it_has_loaded_the_page_needs_no_host() -> Result<()> {
    let site = Site::built("/")?;
    let browser = Browser::start_with(Setup::cpu())?;
    let page = Page::new(&browser, &site.url());
    explained(&page, || {
        page.open("v=2&p=rivals&seeds=2")?;
        page.trains()?;
        drop(site);
        let gone =
            "return await fetch(location.pathname + '?again', { cache: 'no-store' }).then(() => false, () => true)";
        eventually_true(PATIENCE, "a host that is gone", || Ok(browser.execute_async(gone, vec![])? == json!(true)))?;
        // That the request above failed is told on the console.
        eventually_true(PATIENCE, "the failed request on the console", || {
            Ok(browser.console()?.iter().any(|line| line.message.contains("?again")))
        })?;

        page.trains()?;
        choose(&page, "pcgrad")?;
        page.trains()?;
        page.click("trunk-add")?;
        page.trains()?;
        page.script_click("measures")?;
        eventually_true(PATIENCE, "measures", || {
            Ok(page.text("measure-conflict-rate")?.contains(|c: char| c.is_ascii_digit()))
        })?;
        browser.click(".panel-loss button.help")?;
        eventually_true(PATIENCE, "the card", || page.in_sight("[data-testid=help-card] .term"))?;
        browser.click("[data-testid=help-words]")?;
        eventually_true(PATIENCE, "the glossary", || page.in_sight("dialog[open] .term.asked"))?;
        browser.press(fantoccini::key::Key::Escape.into())?;
        for lesson in ["digits", "two-valleys", "twins"] {
            page.choose_lesson(lesson)?;
            page.step_epochs(1)?;
        }
        page.settled_map(0)?;
        page.trains()?;
        ensure!(page.in_sight(&css("network"))?);
        ensure!(page.notice()?.is_empty(), "{}", page.notice()?);
        page.no_console_errors()
    })
}

/// In front of the CPU worker's loader: keeps the memory of whatever wasm is instantiated, and tells
/// its size to whoever asks on the channel.
const WATCH: &str = "let memory;\n\
    const keep = made => { memory = (made.instance ?? made).exports.memory ?? memory; return made; };\n\
    for (const how of ['instantiate', 'instantiateStreaming']) {\n\
      const original = WebAssembly[how];\n\
      WebAssembly[how] = (...given) => original.apply(WebAssembly, given).then(keep);\n\
    }\n\
    const channel = new BroadcastChannel('memory');\n\
    channel.onmessage = ({ data }) => data === 'read' && channel.postMessage({ bytes: memory?.buffer.byteLength });\n";

const READ: &str = "window.memoryChannel ??= new BroadcastChannel('memory');\
    return await new Promise(done => {\
      window.memoryChannel.onmessage = ({ data }) => data.bytes && done(data.bytes);\
      window.memoryChannel.postMessage('read'); setTimeout(() => done(null), 5000);\
    })";

/// The page with a worker whose memory can be asked for.
fn watched() -> Result<Site> {
    let loader = std::fs::read(Site::dist()?.join("cpu_worker_loader.js"))?;
    let both = b"import './watch_memory.js';\nimport './watched_loader.js';\n";
    let script = "text/javascript";
    Ok(Site::built("/")?
        .with_file("cpu_worker_loader.js", both, script)
        .with_file("watched_loader.js", &loader, script)
        .with_file("watch_memory.js", WATCH.as_bytes(), script))
}

/// Looks at that page in a browser of its own.
fn watching(look: impl FnOnce(&Page) -> Result<()>) -> Result<()> {
    let site = watched()?;
    let browser = Browser::start_with(Setup::cpu())?;
    let page = Page::new(&browser, &site.url());
    explained(&page, || look(&page))
}

/// Bytes of the engine's memory.
fn bytes(page: &Page) -> Result<f64> {
    eventually(PATIENCE, "the size of the engine's memory", || {
        Ok(page.browser.execute_async(READ, vec![])?.as_f64().filter(|bytes| *bytes > 0.0))
    })
}

fn train_under(page: &Page, balancer: &str) -> Result<()> {
    choose(page, balancer)?;
    // So many epochs each, however fast the machine is: what the curves keep counts too.
    page.step_epochs(10).map(drop)
}

/// An error if the memory has grown by a fifth.
fn as_before(before: f64, after: f64) -> Result<()> {
    println!("{:.1} MiB before, {:.1} MiB after", before / 1048576.0, after / 1048576.0);
    ensure!(after <= 1.2 * before, "the engine's memory has grown from {before} to {after} bytes");
    Ok(())
}

#[test]
fn twenty_changes_of_balancer_leave_the_memory_where_one_leaves_it() -> Result<()> {
    watching(|page| {
        page.open("")?;
        // By then there are as many states to go back to as are kept: these are no part of what balancers leave.
        page.play()?;
        page.wait_epoch(1500)?;
        page.pause()?;
        let first = "mgda";
        train_under(page, first)?;
        let before = bytes(page)?;
        let keys: Vec<_> = balancers().iter().map(|entry| entry.choice.key).filter(|key| *key != first).collect();
        // The last ones of the table are those that ask for every task's gradient.
        let others = keys.iter().rev().take(20);
        ensure!(others.len() == 20);
        for balancer in others {
            train_under(page, balancer)?;
        }
        train_under(page, first)?;
        as_before(before, bytes(page)?)?;
        page.no_console_errors()
    })
}

#[test]
fn twenty_runs_of_a_lesson_leave_the_memory_where_two_leave_it() -> Result<()> {
    watching(|page| {
        page.open("v=2&p=groups&seeds=2")?;
        let mut before = None;
        for run in 1..=20 {
            page.rewound()?;
            page.step_epochs(1)?;
            if run == 2 {
                before = Some(bytes(page)?);
            }
        }
        as_before(before.context("the second run")?, bytes(page)?)
    })
}
