//! The two engines: each alone, against each other, and one taking over from the other.

use anyhow::{Context, Result, ensure};
use mtl_tests::page::Reading;
use mtl_tests::site::explained;
use mtl_tests::{Browser, PATIENCE, Page, Setup, Shared, Site, eventually, eventually_true};

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

#[test]
fn both_engines_reach_the_same_losses_after_two_hundred_steps() -> Result<()> {
    let after_200_steps = |engine: &'static str| -> Result<Vec<Reading>> {
        let mut losses = Vec::new();
        GPU.visit(SMALL, |page| {
            page.pause()?;
            page.click(if engine == "GPU" { "pin-gpu" } else { "pin-cpu" })?;
            wait_engine(page, engine)?;
            page.rewound()?;
            ensure!(page.step_through(50, 4)? == 50);
            page.settled_losses()?;
            ensure!(page.text("engine")? == engine, "it did not stay on the {engine}: {}", page.text("engine-reason")?);
            losses =
                (0..page.tasks()?).map(|k| page.reading(&format!("task-{k}-train-loss"))).collect::<Result<_>>()?;
            Ok(())
        })?;
        Ok(losses)
    };
    let cpu = after_200_steps("CPU")?;
    let gpu = after_200_steps("GPU")?;
    ensure!(cpu.len() == 2 && gpu.len() == 2);
    for (task, (cpu, gpu)) in cpu.iter().zip(&gpu).enumerate() {
        let blur = cpu.blur + gpu.blur;
        let difference = ((cpu.value - gpu.value).abs() - blur).max(0.0) / cpu.value.abs().max(1e-6);
        ensure!(difference < 1e-3, "task {task}: CPU {cpu:?}, GPU {gpu:?}");
    }
    Ok(())
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
