//! A transfer gain is one number wherever it stands: panel, its table, measures, comparison, and natively.

use anyhow::{Context, Result, ensure};
use mtl_core::data::Draws;
use mtl_core::landscape::is_landscape;
use mtl_core::lesson::lessons::LESSONS;
use mtl_core::lesson::link;
use mtl_core::measure::transfer::TransferGain;
use mtl_core::train::Ensemble;
use mtl_core::train::tensors::Device;
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually_true};

static CPU: Shared = Shared::new(Setup::cpu);

/// Where they are compared.
const EPOCH: u32 = 50;
/// How far the page's and a native engine's gains may be apart, as a share of the loss: arithmetic is rounded
/// otherwise in wasm.
const APART: f64 = 1e-3;

/// The gains at the epoch, computed by this process.
fn native(fragment: &str) -> Result<Vec<TransferGain>> {
    let lesson = link::decode(fragment).lesson;
    let draws = Draws::of(&lesson);
    let mut ensemble = Ensemble::new(lesson, draws, &Device::flex());
    pollster::block_on(async {
        let mut point = ensemble.record().await?;
        while ensemble.epoch() < EPOCH {
            let rest = EPOCH * ensemble.steps_per_epoch() - ensemble.step();
            point = ensemble.advance(rest).await?.point.unwrap_or(point);
        }
        ensure!(point.epoch == EPOCH, "epoch {} is recorded, not {EPOCH}", point.epoch);
        Ok(point.transfer.best)
    })
}

/// The first cells of every row of the transfer panel's table: gain and verdict.
fn table(page: &Page) -> Result<Vec<[String; 2]>> {
    page.open_table(".panel-transfer")?;
    let rows = page.settled("rows of the table", || {
        let rows = page.rows(".panel-transfer details.twin")?;
        ensure!(rows.len() == page.tasks()?, "{rows:?}");
        Ok(rows)
    })?;
    let pair = |row: &Vec<String>| Some([row.get(1)?.clone(), row.get(2)?.clone()]);
    rows.iter().map(pair).collect::<Option<_>>().context("cells")
}

/// An error unless the page says of a task's gain in its measures and its table what its panel says, and a native
/// engine within rounding.
fn same(page: &Page, task: usize, table: &[String; 2], native: &TransferGain) -> Result<()> {
    let panel = page.text(&format!("task-{task}-transfer"))?;
    let measure = format!("measure-transfer-gain-{task}");
    eventually_true(PATIENCE, &format!("'{panel}' in {measure}"), || Ok(page.text(&measure)? == panel))?;
    ensure!(table[0] == panel, "the table has '{}', the panel '{panel}'", table[0]);
    let word = page.text(&format!("task-{task}-verdict"))?;
    ensure!(table[1].starts_with(&word), "the table has '{}', the panel '{word}'", table[1]);
    ensure!(word == native.verdict.word(), "natively it is '{}', on the page '{word}'", native.verdict.word());
    if !native.is_named() {
        return Ok(());
    }
    let shown = page.reading(&format!("task-{task}-transfer"))?;
    // Below -1000 % the page writes how many times the loss alone the loss is.
    let wanted = if panel.contains('%') { 100.0 * native.mean } else { 1.0 - native.mean };
    let room = APART * wanted.abs().max(100.0) + shown.blur;
    ensure!((shown.value - wanted).abs() <= room, "natively {wanted}, on the page {panel}");
    Ok(())
}

#[test]
fn every_lesson_says_the_same_gain_in_panel_table_and_measures_and_natively() -> Result<()> {
    CPU.tab(|page| {
        for lesson in LESSONS.iter().filter(|lesson| !is_landscape(&lesson.config().data.source)) {
            let fragment = format!("v=2&p={}", lesson.key);
            page.open(&fragment)?;
            page.play_to(u64::from(EPOCH))?;
            page.settled_losses()?;
            page.script_click("measures")?;
            let (native, table) = (native(&fragment)?, table(page)?);
            for (task, (own, table)) in native.iter().zip(&table).enumerate() {
                same(page, task, table, own).with_context(|| format!("{}, task {task}", lesson.key))?;
            }
        }
        page.no_console_errors()
    })
}

#[test]
fn a_comparison_gives_the_lesson_s_own_architecture_the_gains_of_the_lesson() -> Result<()> {
    CPU.visit("v=2&p=rivals&seeds=3", |page| {
        page.step_epochs(u64::from(EPOCH))?;
        page.settled_losses()?;
        page.browser.execute("document.getElementById('compare').open = true", vec![])?;
        page.browser.select("#compare select", &EPOCH.to_string())?;
        page.click("compare")?;
        let table = "[data-testid=compare-table]";
        eventually_true(PATIENCE, "a row", || Ok(!page.rows(table)?.is_empty()))?;
        let rows = page.rows(table)?;
        page.click("compare")?;
        let row = rows.first().context("a row")?;
        for task in 0..2 {
            let panel = page.text(&format!("task-{task}-transfer"))?;
            let word = page.text(&format!("task-{task}-verdict"))?;
            let cell = row.get(5 + task).context("a cell")?;
            ensure!(
                cell.starts_with(&panel) && cell.contains(&word),
                "the comparison has '{cell}', not '{panel}', '{word}'"
            );
        }
        Ok(())
    })
}
