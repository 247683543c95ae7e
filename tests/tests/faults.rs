//! Engines that break: what the page says, and who goes on.

use anyhow::{Context, Result, ensure};
use mtl_tests::page::parse_number;
use mtl_tests::site::explained;
use mtl_tests::{Browser, PATIENCE, Page, Setup, Site, eventually, eventually_true};

/// Four optimiser steps an epoch, one seed, no fan: few dispatches for the software adapter.
const SMALL: &str = "v=2&p=rivals&rows=200&batch=50&seeds=1&fan=0";

/// What is put in front of a worker's loader, so that a message on the channel breaks the worker: its
/// clock throws in the middle of a step.
const THROWS: &str = "new BroadcastChannel('break').onmessage = () => {\n\
      Performance.prototype.now = () => { throw new Error('so it goes'); };\n\
    };\n";

/// It sends what is no event.
const BABBLES: &str = "new BroadcastChannel('break').onmessage = () => postMessage(new Uint8Array([255, 255, 255]));\n";

/// It hears what is no command, and reports a fault.
const MISHEARS: &str = "new BroadcastChannel('break').onmessage = () =>\n\
      dispatchEvent(new MessageEvent('message', { data: new Uint8Array([255, 255, 255]) }));\n";

/// Its device does what follows.
fn device(does: &str) -> String {
    format!(
        "const request = GPUAdapter.prototype.requestDevice;\n\
         GPUAdapter.prototype.requestDevice = async function (...asked) {{\n\
           const device = await request.apply(this, asked);\n\
           new BroadcastChannel('break').onmessage = () => {does};\n\
           return device;\n\
         }};\n"
    )
}

const LOST: &str = "device.destroy()";
const REPORTS: &str = "device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', \
    { error: new GPUValidationError('so it goes') }))";

/// Opens the small lesson with `lines` in front of a worker's loader.
fn with_worker(setup: Setup, loader: &str, lines: &str, test: impl FnOnce(&Page) -> Result<()>) -> Result<()> {
    let script = std::fs::read_to_string(Site::dist()?.join(loader))?;
    let site = Site::built("/")?.with_file(loader, format!("{lines}{script}").as_bytes(), "text/javascript");
    let browser = Browser::start_with(setup)?;
    let page = Page::new(&browser, &site.url());
    explained(&page, || {
        page.open(SMALL)?;
        test(&page)
    })
}

fn break_it(page: &Page) -> Result<()> {
    page.browser.execute("new BroadcastChannel('break').postMessage('now')", vec![]).map(drop)
}

/// Breaks the engine in training and waits until the CPU has gone on from the step that it names;
/// returns the notice.
fn goes_on(page: &Page) -> Result<String> {
    page.play()?;
    page.wait_epoch(3)?;
    // A snapshot comes every two seconds; training goes on from the last one.
    std::thread::sleep(std::time::Duration::from_secs(3));
    let before = page.epoch()?;
    page.watch_epochs()?;
    break_it(page)?;
    let (said, step) = eventually(PATIENCE, "the step from which the CPU goes on", || {
        let said = page.notice()?;
        let step = said.split_once("The CPU goes on from step ").and_then(|(_, step)| parse_number(step));
        Ok(step.map(|step| (said, step.value as u64)))
    })?;
    page.wait_engine("CPU")?;
    ensure!(page.playing()?, "training stopped");
    let now = page.epoch()?;
    page.wait_epoch(now + 3)?;
    let lowest = page.lowest_epoch()?;
    ensure!(step > 0 && lowest >= before.min(step / 4), "from epoch {before} to {lowest} though {said}");
    ensure!(page.text("lesson")? == "rivals");
    let number = |text: &String| parse_number(text).is_some_and(|loss| loss.value.is_finite());
    ensure!(page.losses()?.iter().flatten().all(number), "{:?}", page.losses()?);
    Ok(said)
}

#[test]
fn a_gpu_engine_that_cannot_start_leaves_the_cpu_training_and_says_so() -> Result<()> {
    let site = Site::built("/")?;
    let engine = site.find(|name| name.contains("gpu") && name.ends_with(".wasm"))?;
    let engine = engine.context("the site has no wasm file with 'gpu' in its name")?;
    let site = site.with_file(&engine, b"\0asm but nothing that anybody could run", "application/wasm");
    let browser = Browser::start_with(Setup::gpu())?;
    let page = Page::new(&browser, &site.url());
    explained(&page, || {
        page.open(SMALL)?;
        page.play()?;
        let before = page.wait_epoch(2)?;
        page.choose("pin-gpu")?;
        eventually_true(3 * PATIENCE, "a sentence about the GPU", || {
            Ok(page.engine()? == "CPU" && page.text("engine-reason")?.contains("though the GPU is pinned"))
        })?;
        ensure!(page.epoch()? >= before, "the run was lost");
        page.play()?;
        let now = page.epoch()?;
        page.wait_epoch(now + 3)?;
        ensure!(page.engine()? == "CPU");
        Ok(())
    })
}

#[test]
fn a_cpu_engine_that_breaks_in_training_is_told_and_a_new_one_goes_on() -> Result<()> {
    for (lines, words) in [
        (THROWS, "The CPU engine stopped (Uncaught Error: so it goes)."),
        (BABBLES, "The engine sent something that can't be read."),
        (MISHEARS, "The engine did not understand the page"),
    ] {
        with_worker(Setup::cpu(), "cpu_worker_loader.js", lines, |page| {
            let said = goes_on(page)?;
            ensure!(said.contains(words), "not '{words}' but: {said}");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn a_cpu_engine_that_breaks_again_at_once_is_given_up_until_it_is_restarted() -> Result<()> {
    with_worker(Setup::cpu(), "cpu_worker_loader.js", THROWS, |page| {
        goes_on(page)?;
        eventually_true(PATIENCE, "an engine that is given up", || {
            break_it(page)?;
            Ok(page.notice()?.contains("Restart the engine, or load the page again."))
        })?;
        ensure!(!page.playing()? && page.engine()?.is_empty(), "still '{}'", page.text("engine")?);
        ensure!(page.notice()?.contains("so it goes") && page.epoch()? > 0, "{}", page.notice()?);
        page.watch_epochs()?;
        page.press("Restart engine")?;
        page.wait_engine("CPU")?;
        eventually_true(PATIENCE, "nothing to restart", || Ok(!page.notice()?.contains("Restart the engine")))?;
        page.trains()?;
        ensure!(page.lowest_epoch()? > 0, "the run has started anew");
        Ok(())
    })
}

#[test]
fn a_gpu_engine_that_breaks_in_training_hands_its_run_to_the_cpu() -> Result<()> {
    for lines in [device(LOST), device(REPORTS), THROWS.into()] {
        with_worker(Setup::gpu(), "gpu_worker_loader.js", &lines, |page| {
            page.pin("GPU")?;
            goes_on(page)?;
            let reason = page.text("engine-reason")?;
            ensure!(reason.contains("CPU, though the GPU is pinned"), "{reason}");
            Ok(())
        })?;
    }
    Ok(())
}
