//! Every measure of the table has its row, with numbers that agree with those of the other panels.

use anyhow::{Result, ensure};
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually_true};

static BROWSER: Shared = Shared::new(Setup::cpu);

/// Measures with one number, with one per task, and with one per two tasks.
const SINGLE: [&str; 14] = [
    "delta-m",
    "delta-m-drop",
    "mean-rank",
    "average",
    "validation",
    "conflict-rate",
    "condition-number",
    "alignment",
    "combined-norm",
    "stationarity",
    "unit-stationarity",
    "hypervolume",
    "spacing",
    "sparsity",
];
const PER_TASK: [&str; 4] = ["transfer-gain", "gradient-norm", "dominance", "predicted-decrease"];
const PER_PAIR: [&str; 3] = ["cosine", "magnitude-similarity", "curvature-bound"];

fn has_number(page: &Page, id: &str) -> Result<bool> {
    Ok(page.text(id)?.contains(|c: char| c.is_ascii_digit()))
}

#[test]
fn every_measure_has_a_number_after_some_epochs_and_a_dash_where_it_does_not_apply() -> Result<()> {
    BROWSER.visit("v=1&p=rivals&s=3", |page| {
        page.step_epochs(3)?;
        page.script_click("measures")?;
        let mut ids: Vec<String> = SINGLE.iter().map(|key| format!("measure-{key}")).collect();
        ids.extend(PER_TASK.iter().flat_map(|key| [0, 1].map(|k| format!("measure-{key}-{k}"))));
        ids.extend(PER_PAIR.iter().map(|key| format!("measure-{key}-0-1")));
        for id in ids {
            eventually_true(PATIENCE, &format!("a number in {id}"), || has_number(page, &id))?;
        }
        for id in ["measure-forgetting-0", "measure-forgetting-1", "measure-transfer-matrix-0-1"] {
            ensure!(page.text(id)? == "\u{2014}", "{id}: {}", page.text(id)?);
        }
        ensure!(page.text("measure-hypervolume")? == page.text("hypervolume")?);
        for k in 0..2 {
            let (here, there) =
                (page.text(&format!("measure-transfer-gain-{k}"))?, page.text(&format!("task-{k}-transfer"))?);
            ensure!(here == there, "task {k} gains {here} here and {there} there");
        }
        let (here, there) = (page.number("measure-cosine-0-1")?, page.number("cosine-0-1")?);
        ensure!((here - there).abs() < 0.006, "a cosine of {here} here and {there} there");
        Ok(())
    })
}

#[test]
fn with_two_equally_weighed_tasks_pairwise_transfer_is_transfer() -> Result<()> {
    BROWSER.visit("v=1&p=rivals&s=3&pairs=on", |page| {
        page.step_epochs(3)?;
        page.script_click("measures")?;
        for (cell, task) in [("measure-transfer-matrix-0-1", 1), ("measure-transfer-matrix-1-0", 0)] {
            eventually_true(PATIENCE, &format!("a number in {cell}"), || has_number(page, cell))?;
            let (pair, all) = (page.number(cell)?, page.number(&format!("task-{task}-transfer"))?);
            ensure!((pair - all).abs() < 0.15, "task {task} gains {pair} from its partner and {all} beside it");
        }
        Ok(())
    })
}

#[test]
fn the_steps_to_the_single_task_loss_stand_beside_the_gains() -> Result<()> {
    BROWSER.visit("v=1&p=new-task&strategy.epochs=2&seeds=2&fan=none", |page| {
        page.step_epochs(8)?;
        page.script_click("measures")?;
        for k in 0..2 {
            let steps = format!("task-{k}-steps");
            eventually_true(PATIENCE, &format!("a number in {steps}"), || has_number(page, &steps))?;
            let (here, there) = (page.text(&format!("measure-steps-to-single-{k}"))?, page.text(&steps)?);
            ensure!(there.starts_with(&format!("{here} (")), "task {k} takes {here} steps here and {there} there");
        }
        // The new task has had six epochs of four steps, and the one before it two.
        let alone = |k: usize| -> Result<u32> {
            let text = page.text(&format!("task-{k}-steps"))?;
            Ok(text.split(['(', ')']).nth(1).unwrap_or_default().parse()?)
        };
        ensure!((1..=8).contains(&alone(0)?) && (1..=24).contains(&alone(1)?), "{} and {}", alone(0)?, alone(1)?);
        Ok(())
    })
}

/// The groups lesson without what takes time: five tasks whose affinities are measured.
const KIN: &str = "v=1&p=groups&s=3&rows=160&valid=64&test=64&seeds=1&pairs=off&baselines=off";

#[test]
fn a_declared_relation_is_marked_and_held_against_the_affinities() -> Result<()> {
    BROWSER.visit(KIN, |page| {
        page.step_epochs(1)?;
        eventually_true(PATIENCE, "where to declare", || page.exists("relations-none"))?;
        ensure!(page.count("declared-0-2")? == 0);
        for (key, word) in [("t2.to-a", "positive"), ("t1.to-a", "negative"), ("t3.to-b", "neutral")] {
            page.select(key, word)?;
            page.wait_setting(key, word)?;
        }
        page.step_epochs(12)?;
        for (a, b, letters, word, sign) in [
            (0, 2, "A and C", "positive", "+"),
            (0, 1, "A and B", "negative", "\u{2212}"),
            (1, 3, "B and D", "neutral", "0"),
        ] {
            for id in [format!("declared-{a}-{b}"), format!("declared-{b}-{a}")] {
                let said = page.attribute(&id, "title")?.unwrap_or_default();
                ensure!(page.text(&id)?.starts_with(sign) && said == format!("declared {word}"), "{id}: {said}");
            }
            let id = format!("relation-{a}-{b}");
            eventually_true(PATIENCE, &id, || Ok(page.text(&id)?.contains("measured")))?;
            let text = page.text(&id)?;
            let start = format!("{letters}: declared {word}, measured ");
            let judged = ["agrees", "differs", "open"].iter().any(|verdict| text.ends_with(&format!(": {verdict}")));
            ensure!(text.starts_with(&start) && text.contains('\u{b1}') && judged, "{text}");
        }
        ensure!(!page.exists("relations-none")? && !page.exists("relation-2-3")?);
        // A number stays one for scripts.
        ensure!(page.number("affinity-0-2")?.is_finite());
        for key in ["t2.to-a", "t1.to-a", "t3.to-b"] {
            page.select(key, "undeclared")?;
        }
        eventually_true(PATIENCE, "nothing declared", || page.exists("relations-none"))?;
        page.no_console_errors()
    })
}
