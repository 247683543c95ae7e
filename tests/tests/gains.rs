//! A transfer gain is one number wherever it stands: panel, its table, measures, the sentence at the end of the
//! story, comparison, and what the command line prints.

use anyhow::{Context, Result, ensure};
use mtl_core::config::task_name;
use mtl_core::data::Draws;
use mtl_core::landscape::is_landscape;
use mtl_core::lesson::lessons::LESSONS;
use mtl_core::lesson::link;
use mtl_core::measure::transfer::TransferGain;
use mtl_core::train::tensors::Device;
use mtl_core::train::{Ensemble, json_line};
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually, eventually_true};
use serde_json::Value;

static CPU: Shared = Shared::new(Setup::cpu);

/// Where they are compared.
const EPOCH: u32 = 50;
/// How far the page's and a native engine's gains may be apart, as a share of the loss: arithmetic is rounded
/// otherwise in wasm.
const APART: f64 = 1e-3;

/// The gain of a task as the command line prints it.
struct Native {
    /// None where none is named.
    gain: Option<f64>,
    word: String,
}

/// The gains of all tasks at the epoch, in the line that the command line prints.
fn native(fragment: &str) -> Result<Vec<Native>> {
    let lesson = link::decode(fragment).lesson;
    let draws = Draws::of(&lesson);
    let mut ensemble = Ensemble::new(lesson, draws, &Device::flex());
    let line = pollster::block_on(async {
        let mut point = ensemble.record().await?;
        while ensemble.epoch() < EPOCH {
            let rest = EPOCH * ensemble.steps_per_epoch() - ensemble.step();
            point = ensemble.advance(rest).await?.point.unwrap_or(point);
        }
        ensure!(point.epoch == EPOCH, "epoch {} is recorded, not {EPOCH}", point.epoch);
        Ok(json_line(&point, ensemble.test_losses()))
    })?;
    let measures = line.pointer("/measures/transfer-gain").and_then(Value::as_array).context("the measure")?;
    let gains = line.pointer("/transfer/best").and_then(Value::as_array).context("gains")?;
    ensure!(gains.len() == measures.len() && !gains.is_empty(), "{gains:?} and {measures:?}");
    let of_task = |(gain, measure): (&Value, &Value)| {
        let gain: TransferGain = serde_json::from_value(gain.clone()).context("a gain")?;
        let [mean, measured] = [gain.is_named().then_some(gain.mean), measure.pointer("/0").and_then(Value::as_f64)];
        // Measures are in single precision.
        let same = mean.map(|mean| mean as f32) == measured.map(|measured| measured as f32);
        ensure!(same, "the line has {mean:?} as gain and {measured:?} as measure");
        Ok(Native { gain: mean, word: gain.verdict.word().into() })
    };
    gains.iter().zip(measures).map(of_task).collect()
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

/// An error unless the page says of a task's gain in its measures, its table and the sentence at the end of the story
/// what its panel says, and the command line within rounding.
fn same(page: &Page, task: usize, table: &[String; 2], native: &Native) -> Result<()> {
    let panel = page.text(&format!("task-{task}-transfer"))?;
    let measure = format!("measure-transfer-gain-{task}");
    eventually_true(PATIENCE, &format!("'{panel}' in {measure}"), || Ok(page.text(&measure)? == panel))?;
    ensure!(table[0] == panel, "the table has '{}', the panel '{panel}'", table[0]);
    let word = page.text(&format!("task-{task}-verdict"))?;
    ensure!(table[1].starts_with(&word), "the table has '{}', the panel '{word}'", table[1]);
    ensure!(word == native.word, "natively it is '{}', on the page '{word}'", native.word);
    let Some(native) = native.gain else { return Ok(()) };
    let shown = page.reading(&format!("task-{task}-transfer"))?;
    // Below -1000 % the page writes how many times the loss alone the loss is.
    let percent = panel.contains('%');
    let wanted = if percent { 100.0 * native } else { 1.0 - native };
    let room = APART * wanted.abs().max(100.0) + shown.blur;
    ensure!((shown.value - wanted).abs() <= room, "natively {wanted}, on the page {panel}");
    let told = told(page, task)?;
    if percent {
        let told: f64 = told.trim_end_matches(" %").replace('\u{2212}', "-").parse().context(told)?;
        ensure!((told - shown.value).abs() <= 0.5 + shown.blur, "the story ends with {told}, the panel has {panel}");
    } else {
        ensure!(panel.contains(&told), "the story ends with {told}, the panel has {panel}");
    }
    Ok(())
}

/// The gain of a task that the sentence at the end of the story names, in whole percent.
fn told(page: &Page, task: usize) -> Result<String> {
    let line = page.text("story-line")?;
    let name = task_name(task);
    let (_, rest) = line.split_once(&format!("{name} (")).with_context(|| format!("{name} in '{line}'"))?;
    let rest = rest.split(')').next().unwrap_or_default();
    let gain = rest.split_once("gain ").map_or(rest, |(_, gain)| gain);
    Ok(gain.split(',').next().unwrap_or_default().trim().into())
}

/// An error unless the comparison says of the lesson's own architecture what the panel says.
fn same_in_comparison(page: &Page, tasks: usize) -> Result<()> {
    page.browser.execute("document.getElementById('compare').open = true", vec![])?;
    page.browser.select("#compare select", &EPOCH.to_string())?;
    page.click("compare")?;
    let own = eventually(10 * PATIENCE, "the lesson's own row", || {
        let rows = page.rows("[data-testid=compare-table]")?;
        Ok(rows.into_iter().find(|row| row.first().is_some_and(|name| name.contains("this lesson's"))))
    })?;
    page.click("compare")?;
    for task in 0..tasks {
        let panel = page.text(&format!("task-{task}-transfer"))?;
        let word = page.text(&format!("task-{task}-verdict"))?;
        let cell = own.get(3 + tasks + task).context("a cell")?;
        ensure!(cell.starts_with(&panel) && cell.contains(&word), "compared it is '{cell}', not '{panel}', '{word}'");
    }
    Ok(())
}

#[test]
fn every_lesson_says_the_same_gain_wherever_it_stands_and_natively() -> Result<()> {
    CPU.tab(|page| {
        for lesson in LESSONS.iter().filter(|lesson| !is_landscape(&lesson.config().data.source)) {
            // Flat out there is no end of the story.
            let fragment = format!("v=2&p={}&story={EPOCH}&pace=x16", lesson.key);
            page.open(&fragment)?;
            page.play_to(u64::from(EPOCH))?;
            page.settled_losses()?;
            page.script_click("measures")?;
            let (native, table) = (native(&fragment)?, table(page)?);
            for (task, (own, table)) in native.iter().zip(&table).enumerate() {
                same(page, task, table, own).with_context(|| format!("{}, task {task}", lesson.key))?;
            }
            same_in_comparison(page, native.len()).with_context(|| format!("{}, compared", lesson.key))?;
        }
        page.no_console_errors()
    })
}
