//! Whether both engines compute the same.

use crate::Page;
use crate::page::Reading;
use anyhow::{Result, ensure};
use serde_json::json;

/// How far apart two losses may be, as a share of the first.
const TOLERANCE: f64 = 1e-3;

/// The training loss of every task once it stands still, if this engine still computes.
pub fn losses(page: &Page, engine: &str) -> Result<Vec<Reading>> {
    page.settled_losses()?;
    ensure!(page.text("engine")? == engine, "it did not stay on the {engine}: {}", page.text("engine-reason")?);
    (0..page.tasks()?).map(|k| page.reading(&format!("task-{k}-train-loss"))).collect()
}

/// Those of every setting after so many epochs, in one page load.
fn of_all(
    page: &Page,
    engine: &str,
    keys: &[&str],
    epochs: u64,
    choose: &impl Fn(&str) -> Result<()>,
) -> Result<Vec<Vec<Reading>>> {
    page.pause()?;
    page.pin(engine)?;
    let of = |key: &&str| {
        choose(key)?;
        page.rewound()?;
        page.step_epochs(epochs)?;
        losses(page, engine)
    };
    keys.iter().map(of).collect()
}

/// An error unless both engines show the same losses under every setting after so many epochs;
/// `choose` makes one of them the page's.
pub fn agree(page: &Page, keys: &[&str], epochs: u64, choose: impl Fn(&str) -> Result<()>) -> Result<()> {
    let cpu = of_all(page, "CPU", keys, epochs, &choose)?;
    let gpu = of_all(page, "GPU", keys, epochs, &choose)?;
    for (key, (cpu, gpu)) in keys.iter().zip(cpu.iter().zip(&gpu)) {
        println!("{key}: {:.1e}", largest(cpu, gpu));
    }
    let pairs = keys.iter().zip(cpu.iter().zip(&gpu));
    let apart: Vec<_> = pairs
        .filter(|(_, (cpu, gpu))| !same(cpu, gpu))
        .map(|(key, (cpu, gpu))| json!([key, values(cpu), values(gpu)]))
        .collect();
    ensure!(apart.is_empty(), "{apart:?}");
    page.no_console_errors()
}

/// Whether two rows of losses are as close as the engines promise.
pub fn same(cpu: &[Reading], gpu: &[Reading]) -> bool {
    !cpu.is_empty() && cpu.len() == gpu.len() && largest(cpu, gpu) < TOLERANCE
}

/// The largest difference, as a share of the first engine's loss and beyond what the page rounds.
fn largest(cpu: &[Reading], gpu: &[Reading]) -> f64 {
    let apart = |(cpu, gpu): (&Reading, &Reading)| {
        let apart = (cpu.value - gpu.value).abs() - cpu.blur - gpu.blur;
        apart.max(0.0) / cpu.value.abs().max(1e-6)
    };
    cpu.iter().zip(gpu).map(apart).fold(0.0, f64::max)
}

fn values(losses: &[Reading]) -> Vec<f64> {
    losses.iter().map(|loss| loss.value).collect()
}
