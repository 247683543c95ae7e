//! The two engines: each alone, against each other, and the choice between them.

use anyhow::{Context, Result, ensure};
use mtl_tests::page::Reading;
use mtl_tests::site::explained;
use mtl_tests::{PATIENCE, Page, Setup, Shared, Site, eventually_true, parity};

static CPU: Shared = Shared::new(Setup::cpu);
static GPU: Shared = Shared::new(Setup::gpu);

/// Four optimiser steps an epoch, one seed, no fan: few dispatches for the software adapter.
const SMALL: &str = "v=2&p=rivals&rows=200&batch=50&seeds=1&fan=0";

#[test]
fn without_webgpu_the_page_trains_on_the_cpu_and_says_why() -> Result<()> {
    CPU.visit("", |page| {
        page.trains()?;
        ensure!(page.text("engine")? == "CPU");
        eventually_true(PATIENCE, "a reason", || Ok(page.text("engine-reason")?.contains("No WebGPU here")))?;
        page.no_console_errors()
    })
}

#[test]
fn without_webgpu_a_pinned_gpu_leaves_the_cpu_training() -> Result<()> {
    CPU.visit("", |page| {
        page.choose("pin-gpu")?;
        eventually_true(PATIENCE, "a sentence", || {
            let reason = page.text("engine-reason")?;
            Ok(reason.contains("though the GPU is pinned") && reason.contains("No WebGPU here"))
        })?;
        page.wait_engine("CPU")?;
        page.trains()
    })
}

#[test]
fn a_pinned_gpu_takes_over_and_trains() -> Result<()> {
    GPU.visit(SMALL, |page| {
        page.choose("pin-gpu")?;
        page.wait_engine("GPU")?;
        page.trains()?;
        ensure!(page.text("engine")? == "GPU", "fell back: {}", page.text("engine-reason")?);
        page.settled_map(0)?;
        page.no_console_errors()
    })
}

#[test]
fn a_gpu_engine_that_is_still_being_built_is_said_and_taken_when_it_is_there() -> Result<()> {
    let (pending, built) = Site::documents()?;
    let site = Site::built("/")?;
    site.put_document(&pending);
    GPU.tab(|root| {
        let page = Page::new(root.browser, &site.url());
        explained(&page, || {
            page.open(SMALL)?;
            page.choose("pin-gpu")?;
            eventually_true(PATIENCE, "a sentence", || {
                Ok(page.text("engine-reason")?.contains("until the pinned GPU engine is built"))
            })?;
            page.trains()?;
            ensure!(page.text("engine")? == "CPU");
            let asked = site.requests().into_iter().filter(|path| path.contains("gpu_worker")).collect::<Vec<_>>();
            ensure!(asked.is_empty(), "asked for what isn't built: {asked:?}");
            site.put_document(&built);
            page.wait_engine("GPU")?;
            page.trains()?;
            page.no_console_errors()
        })
    })
}

#[test]
fn a_pinned_cpu_stays_on_the_cpu_where_there_is_webgpu() -> Result<()> {
    GPU.visit(SMALL, |page| {
        page.pin("CPU")?;
        page.trains()?;
        ensure!(page.text("engine")? == "CPU");
        Ok(())
    })
}

/// A speed as the page writes it: thousands are set apart.
fn pace(text: &str) -> Result<f64> {
    text.replace('\u{202f}', "").parse().with_context(|| format!("no speed: '{text}'"))
}

/// The engine that a reason names with its speed, then the other one with its own.
fn measured(reason: &str) -> Result<Option<[(String, f64); 2]>> {
    let parts = reason.split_once(": ").zip(reason.split_once(" on the "));
    let Some(((chosen, speeds), (_, other))) = parts else { return Ok(None) };
    let speeds = speeds.strip_suffix(&format!(" on the {other}")).unwrap_or(speeds);
    let Some((mine, its)) = speeds.split_once(" steps/s against ") else { return Ok(None) };
    Ok(Some([(chosen.into(), pace(mine)?), (other.into(), pace(its)?)]))
}

#[test]
fn auto_times_both_engines_and_goes_on_with_the_faster_one() -> Result<()> {
    GPU.visit(SMALL, |page| {
        page.pin("CPU")?;
        page.play()?;
        page.wait_epoch(10)?;
        page.watch_epochs()?;
        page.choose("pin-auto")?;
        // Where the GPU is the faster one, the sentence comes before the move.
        eventually_true(3 * PATIENCE, "both speeds, the faster engine's first", || {
            let reason = page.text("engine-reason")?;
            let Some([(mine, fast), (other, slow)]) = measured(&reason)? else { return Ok(false) };
            ensure!(
                mine != other && [&mine, &other].into_iter().all(|name| name == "CPU" || name == "GPU"),
                "{reason}"
            );
            // A change has its price: the GPU has to be a tenth faster; the last digit is rounded.
            let worth = if mine == "GPU" { 1.1 } else { 1.0 / 1.1 };
            ensure!(fast * 1.01 + 1.0 >= worth * slow, "{reason}");
            Ok(page.engine()? == mine)
        })?;
        let reached = page.epoch()?;
        page.wait_epoch(reached + 3)?;
        ensure!(page.playing()? && page.lowest_epoch()? > 0, "the run that was measured has started anew");
        page.no_console_errors()
    })
}

#[test]
fn the_first_lessons_play_on_a_pinned_gpu_with_a_fan() -> Result<()> {
    GPU.visit("v=2&p=twins", |page| {
        page.pin("GPU")?;
        for lesson in ["twins", "rivals", "bully", "stranger"] {
            page.follow(&format!("v=2&p={lesson}&fan=11"))?;
            page.play()?;
            page.wait_epoch(2)?;
            page.pause()?;
            let losses = parity::losses(page, "GPU").with_context(|| lesson)?;
            ensure!(losses.len() == 2 && losses.iter().all(|loss| loss.value.is_finite()), "{lesson}: {losses:?}");
            // Zero as long as no model is better than guessing at both tasks.
            eventually_true(PATIENCE, "a hypervolume", || Ok(page.number("hypervolume")? >= 0.0))?;
            ensure!(page.number("fan")? > 0.0, "{lesson} has no fan");
            page.settled_map(1)?;
            page.no_console_errors()?;
        }
        Ok(())
    })
}

/// A layer of every kind, heads of their own, a loss of every kind, two outputs, clipping, decay, a
/// rate of its own and labels that are missing from whole batches: what the GPU has kernels for.
const MIXED: &str = "v=2&p=twins&s=1&rows=64&valid=64&test=64&batch=16&seeds=2&fan=none&tasks=3&trunk=16-relu,12-n\
    &opt=adamw&decay=0.02&clip=norm&clipat=0.5&t0.loss=bce&t0.head=6,5-sigmoid&t1.loss=ce&t1.outputs=3\
    &t1.head=6,5-leaky&t2.loss=huber&t2.outputs=2&t2.lr=0.5&t2.labelled=8&t2.head=none";

/// Heads that stand side by side and stacked, an activation that is no part of a kernel, dropout.
const STACKED: &str = "v=2&p=twins&s=1&rows=64&valid=64&test=64&batch=16&seeds=2&fan=none&tasks=3&trunk=16-gelu,8\
    &opt=rmsprop&lr=0.003&clip=value&clipat=0.1&drop=0.2&t0.loss=mse&t0.outputs=1&t0.head=6,5\
    &t1.loss=mse&t1.outputs=1&t1.head=6,5&t2.loss=mse&t2.outputs=1&t2.head=6,5";

/// Takes as many epochs of four steps on both engines and compares what the page then shows.
fn agree(fragment: &str, tasks: usize, epochs: u64) -> Result<()> {
    GPU.visit(fragment, |page| {
        page.pause()?;
        let losses_on = |engine: &str| -> Result<Vec<Reading>> {
            page.pin(engine)?;
            page.rewound()?;
            ensure!(page.step_through(epochs, 4)? == epochs);
            parity::losses(page, engine)
        };
        let cpu = losses_on("CPU")?;
        let gpu = losses_on("GPU")?;
        ensure!(cpu.len() == tasks && parity::same(&cpu, &gpu), "CPU {cpu:?}, GPU {gpu:?}");
        Ok(())
    })
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
    const WILD: &str = "v=2&p=rivals&rows=200&batch=50&seeds=1&fan=0&opt=sgd&lr=10&mom=0.9\
        &t0.loss=mse&t0.scale=100&t1.loss=mse&t1.scale=100";
    GPU.visit(WILD, |page| {
        page.pin("GPU")?;
        // It may explode before anybody sees it play.
        page.click("play")?;
        eventually_true(PATIENCE, "a sentence about the explosion", || Ok(page.notice()?.contains("exploded")))?;
        ensure!(page.text("engine")? == "GPU", "fell back: {}", page.text("engine-reason")?);
        ensure!(!page.playing()?, "it goes on");
        Ok(())
    })
}
