//! The two engines: each alone, against each other, and one taking over from the other.

use anyhow::{Context, Result, ensure};
use mtl_tests::page::Reading;
use mtl_tests::site::explained;
use mtl_tests::{Browser, PATIENCE, Page, Setup, Shared, Site, eventually, eventually_true, parity};

static CPU: Shared = Shared::new(Setup::cpu);
static GPU: Shared = Shared::new(Setup::gpu);

/// Four optimiser steps an epoch, one seed, no fan: few dispatches for the software adapter.
const SMALL: &str = "v=1&p=rivals&rows=200&batch=50&seeds=1&fan=0";

fn wait_engine(page: &Page, engine: &str) -> Result<()> {
    eventually_true(PATIENCE, &format!("engine {engine}"), || Ok(page.engine()? == engine))
}

#[test]
fn without_webgpu_the_page_trains_on_the_cpu_and_says_why() -> Result<()> {
    CPU.visit("", |page| {
        page.trains()?;
        ensure!(page.text("engine")? == "CPU");
        let reason =
            eventually(PATIENCE, "a reason", || Ok(Some(page.text("engine-reason")?).filter(|text| !text.is_empty())))?;
        ensure!(reason.contains("WebGPU"), "the reason is '{reason}'");
        page.no_console_errors()
    })
}

#[test]
fn without_webgpu_a_pinned_gpu_leaves_the_cpu_training() -> Result<()> {
    CPU.visit("", |page| {
        // The button may be disabled and say why, or be pressed and answered.
        if page.click("pin-gpu").is_ok() {
            eventually_true(PATIENCE, "a sentence", || {
                Ok(page.text("engine-reason")?.contains("WebGPU") || page.notice()?.contains("WebGPU"))
            })?;
        }
        wait_engine(page, "CPU")?;
        page.trains()
    })
}

#[test]
fn a_pinned_gpu_takes_over_and_trains() -> Result<()> {
    GPU.visit(SMALL, |page| {
        page.click("pin-gpu")?;
        wait_engine(page, "GPU")?;
        page.trains()?;
        ensure!(page.text("engine")? == "GPU", "fell back: {}", page.text("engine-reason")?);
        page.settled_map(0)?;
        page.no_console_errors()
    })
}

#[test]
fn a_pinned_cpu_stays_on_the_cpu_where_there_is_webgpu() -> Result<()> {
    GPU.visit(SMALL, |page| {
        page.click("pin-cpu")?;
        wait_engine(page, "CPU")?;
        page.trains()?;
        ensure!(page.text("engine")? == "CPU");
        Ok(())
    })
}

#[test]
fn auto_gives_one_of_the_engines_and_a_reason() -> Result<()> {
    GPU.visit(SMALL, |page| {
        page.click("pin-cpu")?;
        wait_engine(page, "CPU")?;
        page.click("pin-auto")?;
        page.trains()?;
        eventually_true(PATIENCE, "a reason", || {
            Ok(!page.text("engine-reason")?.is_empty() && !page.engine()?.is_empty())
        })
    })
}

/// A layer of every kind, heads of their own, a loss of every kind, two outputs, clipping, decay, a
/// rate of its own and labels that are missing from whole batches: what the GPU has kernels for.
const MIXED: &str = "v=1&p=twins&s=1&rows=64&valid=64&test=64&batch=16&seeds=2&fan=none&tasks=3&trunk=16-relu,12-n\
    &opt=adamw&decay=0.02&clip=norm&clipat=0.5&t0.loss=bce&t0.head=6,5-sigmoid&t1.loss=ce&t1.outputs=3\
    &t1.head=6,5-leaky&t2.loss=huber&t2.outputs=2&t2.lr=0.5&t2.labelled=8&t2.head=none";

/// Heads that stand side by side and stacked, an activation that is no part of a kernel, dropout.
const STACKED: &str = "v=1&p=twins&s=1&rows=64&valid=64&test=64&batch=16&seeds=2&fan=none&tasks=3&trunk=16-gelu,8\
    &opt=rmsprop&lr=0.003&clip=value&clipat=0.1&drop=0.2&t0.loss=mse&t0.outputs=1&t0.head=6,5\
    &t1.loss=mse&t1.outputs=1&t1.head=6,5&t2.loss=mse&t2.outputs=1&t2.head=6,5";

/// Takes as many epochs of four steps on both engines and compares what the page then shows.
fn agree(fragment: &'static str, tasks: usize, epochs: u64) -> Result<()> {
    let losses_on = |engine: &'static str| -> Result<Vec<Reading>> {
        let mut losses = Vec::new();
        GPU.visit(fragment, |page| {
            page.pause()?;
            parity::pin(page, engine)?;
            page.rewound()?;
            ensure!(page.step_through(epochs, 4)? == epochs);
            losses = parity::losses(page, engine)?;
            Ok(())
        })?;
        Ok(losses)
    };
    let cpu = losses_on("CPU")?;
    let gpu = losses_on("GPU")?;
    ensure!(cpu.len() == tasks && parity::same(&cpu, &gpu), "CPU {cpu:?}, GPU {gpu:?}");
    Ok(())
}

#[test]
fn both_engines_reach_the_same_losses_after_two_hundred_steps() -> Result<()> {
    agree(SMALL, 2, 50)
}

#[test]
fn both_engines_agree_on_every_loss_and_on_missing_labels() -> Result<()> {
    agree(MIXED, 3, 20)
}

#[test]
fn both_engines_agree_on_stacked_heads_and_dropout() -> Result<()> {
    agree(STACKED, 3, 20)
}

#[test]
fn a_model_that_explodes_on_the_gpu_is_noticed() -> Result<()> {
    const WILD: &str = "v=1&p=rivals&rows=200&batch=50&seeds=1&fan=0&opt=sgd&lr=10&mom=0.9\
        &t0.loss=mse&t0.scale=100&t1.loss=mse&t1.scale=100";
    GPU.visit(WILD, |page| {
        page.click("pin-gpu")?;
        wait_engine(page, "GPU")?;
        page.play()?;
        eventually_true(PATIENCE, "a sentence about the explosion", || Ok(page.notice()?.contains("exploded")))?;
        ensure!(page.text("engine")? == "GPU", "fell back: {}", page.text("engine-reason")?);
        ensure!(!page.playing()?, "it goes on");
        Ok(())
    })
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
        page.click("pin-gpu")?;
        eventually_true(PATIENCE, "a sentence about the GPU", || {
            let said = page.text("engine-reason")? + &page.notice()?;
            Ok(page.engine()? == "CPU" && said.contains("GPU") && said.to_lowercase().contains("cpu"))
        })?;
        ensure!(page.epoch()? >= before, "the run was lost");
        page.play()?;
        let now = page.epoch()?;
        page.wait_epoch(now + 3)?;
        ensure!(page.engine()? == "CPU");
        Ok(())
    })
}

/// In front of the GPU worker's loader: any message on the channel destroys its device.
const LOSE: &str = "const request = GPUAdapter.prototype.requestDevice;\n\
    GPUAdapter.prototype.requestDevice = async function (...asked) {\n\
      const device = await request.apply(this, asked);\n\
      new BroadcastChannel('lose').onmessage = () => device.destroy();\n\
      return device;\n\
    };\n";

#[test]
fn a_gpu_that_is_lost_in_training_hands_its_run_to_the_cpu() -> Result<()> {
    let site = Site::built("/")?;
    let loader = std::fs::read_to_string(Site::dist()?.join("gpu_worker_loader.js"))?;
    let site = site.with_file("gpu_worker_loader.js", format!("{LOSE}{loader}").as_bytes(), "text/javascript");
    let browser = Browser::start_with(Setup::gpu())?;
    let page = Page::new(&browser, &site.url());
    explained(&page, || {
        page.open(SMALL)?;
        page.click("pin-gpu")?;
        wait_engine(&page, "GPU")?;
        page.play()?;
        let reached = page.wait_epoch(3)?;
        // A snapshot comes every two seconds; training goes on from the last one.
        std::thread::sleep(std::time::Duration::from_secs(5));
        browser.execute("new BroadcastChannel('lose').postMessage('now')", vec![])?;
        eventually_true(PATIENCE, "the CPU and a sentence", || {
            let said = page.text("engine-reason")? + &page.notice()?;
            Ok(page.engine()? == "CPU" && said.contains("GPU"))
        })?;
        ensure!(page.playing()?, "training stopped");
        page.wait_epoch(reached + 3)?;
        ensure!(page.text("lesson")? == "rivals");
        ensure!(page.losses()?.iter().flatten().all(|loss| mtl_tests::page::parse_number(loss).is_some()));
        Ok(())
    })
}
