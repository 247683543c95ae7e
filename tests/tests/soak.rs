//! An hour flat out: page and worker take no more memory at its end than five minutes after its start.
//!
//! `MTL_SOAK_MINUTES` names another length, of at least seven minutes.

use anyhow::{Context, Result, ensure};
use mtl_tests::{Browser, Flavour, Page, Setup, Site};
use std::time::{Duration, Instant};
use xtask::static_site::serve;

/// Until then heaps grow to what they need.
const SETTLED: u32 = 5;

/// How far the mean of a minute may be from that of the first one after, in percent.
const WITHIN: f64 = 5.0;

fn minutes() -> Result<u32> {
    let named = std::env::var("MTL_SOAK_MINUTES").ok();
    let minutes = named.map_or(Ok(60), |text| text.parse()).context("MTL_SOAK_MINUTES is a number of minutes")?;
    ensure!(minutes > SETTLED + 1, "MTL_SOAK_MINUTES is more than {}", SETTLED + 1);
    Ok(minutes)
}

/// The mean megabytes of every minute while a lesson trains.
fn watched(flavour: Flavour, fragment: &str) -> Result<Vec<f64>> {
    let site = serve(&Site::dist()?, "/", 0)?;
    let browser = Browser::start(flavour, Setup::DESKTOP, false)?;
    let page = Page::new(&browser, &site.url());
    page.open(fragment)?;
    page.pin(flavour.engine())?;
    page.play()?;
    let mut means = Vec::new();
    for minute in 0..minutes()? {
        let (begun, mut sum, mut count) = (Instant::now(), 0.0, 0);
        while begun.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_secs(3));
            let kilobytes = browser.private_kilobytes().context("this system does not tell what a process takes")?;
            (sum, count) = (sum + kilobytes as f64 / 1000.0, count + 1);
        }
        let (mean, epoch) = (sum / f64::from(count), page.epoch()?);
        println!("{flavour:?}, {fragment}, minute {}: {mean:.1} MB, epoch {epoch}", minute + 1);
        means.push(mean);
    }
    page.no_console_errors()?;
    Ok(means)
}

fn stays(flavour: Flavour, fragment: &str) -> Result<()> {
    let means = watched(flavour, fragment)?;
    let (_, later) = means.split_at(SETTLED as usize);
    let first = later.first().copied().context("no minute after the first five")?;
    for (minute, mean) in later.iter().enumerate() {
        let off = 100.0 * (mean / first - 1.0);
        ensure!(off.abs() <= WITHIN, "{off:+.1} % in minute {}: {later:?}", minute + 1 + SETTLED as usize);
    }
    Ok(())
}

#[test]
#[ignore = "an hour"]
fn an_hour_of_one_model_flat_out_on_the_cpu_takes_no_more_memory() -> Result<()> {
    stays(Flavour::Cpu, "v=2&p=twins&batch=full&seeds=1&fan=none&baselines=off&trunk=16,16")
}

#[test]
#[ignore = "an hour"]
fn an_hour_of_the_default_lesson_flat_out_on_the_gpu_takes_no_more_memory() -> Result<()> {
    stays(Flavour::Gpu, "v=2&p=twins")
}
