//! Every measure of the table has its row, with numbers that agree with those of the other panels.

use anyhow::{Result, ensure};
use mtl_core::config::LossKind;
use mtl_core::measure::table::{Given, MEASURES, Measure, Need, Per};
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually_true};

static BROWSER: Shared = Shared::new(Setup::cpu);

const DASH: &str = "\u{2014}";

fn has_number(page: &Page, id: &str) -> Result<bool> {
    Ok(page.text(id)?.contains(|c: char| c.is_ascii_digit()))
}

/// The places of a measure on the page, and the task whose number stands there where it is one task's.
fn places(measure: &Measure, tasks: usize) -> Vec<(String, Option<usize>)> {
    let key = measure.choice.key;
    let two = |i: usize, j: usize| (format!("measure-{key}-{i}-{j}"), None);
    let all = 0..tasks;
    match measure.per {
        Per::Lesson | Per::Seeds => vec![(format!("measure-{key}"), None)],
        Per::Task | Per::Against | Per::Gain => all.map(|k| (format!("measure-{key}-{k}"), Some(k))).collect(),
        Per::Pair => all.flat_map(|i| (i + 1..tasks).map(move |j| two(i, j))).collect(),
        Per::Gains => all.flat_map(|i| (0..tasks).filter(move |j| *j != i).map(move |j| two(i, j))).collect(),
    }
}

/// Two classes, three classes and a number: a task for every score.
const MIXED: &str = "v=2&p=rivals&s=3&tasks=3&fan=11&t1.loss=ce&t1.outputs=3&t2.loss=mse&t2.outputs=1&pairs=on";

/// Looks at every place of the table in a lesson with these losses, with baselines, pairs and a fan: a
/// number where the measure applies, a dash where it does not. What is in need of `open` may be either.
/// Returns the key of every number that is one task's.
fn walk(page: &Page, losses: &[LossKind], open: &[Need]) -> Result<Vec<&'static str>> {
    let given = Given { tasks: losses.len(), baselines: true, pairs: 1, fan: 1, gradients: true, weights: true };
    let mut numbers = Vec::new();
    for measure in MEASURES {
        for (id, task) in places(measure, losses.len()) {
            if open.contains(&measure.need) {
                ensure!(page.exists(&id)?, "no {id}");
                continue;
            }
            let applies = measure.need.unmet(&given, task.and_then(|k| losses.get(k).copied())).is_none();
            let what = if applies { "a number" } else { "a dash" };
            eventually_true(PATIENCE, &format!("{what} in {id}"), || match applies {
                true => Ok(page.number(&id)?.is_finite()),
                false => Ok(page.text(&id)? == DASH),
            })?;
            if applies && task.is_some() {
                numbers.push(measure.choice.key);
            }
        }
    }
    Ok(numbers)
}

#[test]
fn every_measure_has_numbers_after_some_epochs_and_dashes_where_it_does_not_apply() -> Result<()> {
    // When a task is as good as alone another test waits for.
    BROWSER.visit("v=2&p=rivals&s=3&fan=11&pairs=on", |page| {
        page.step_epochs(12)?;
        page.script_click("measures")?;
        walk(page, &[LossKind::Bce; 2], &[Need::Reached])?;
        page.no_console_errors()
    })
}

#[test]
fn every_score_has_a_number_for_the_tasks_of_its_kind_and_a_dash_for_the_others() -> Result<()> {
    BROWSER.visit(MIXED, |page| {
        page.step_epochs(12)?;
        page.script_click("measures")?;
        // One model of the fan may be the best for all three.
        let numbers = walk(page, &[LossKind::Bce, LossKind::Ce, LossKind::Mse], &[Need::Reached, Need::Fan])?;
        let count = |key: &str| numbers.iter().filter(|other| **other == key).count();
        ensure!(["accuracy", "balanced-accuracy", "macro-f1", "auc"].iter().all(|key| count(key) == 2), "{numbers:?}");
        ensure!(["mse", "rmse", "mae", "r2"].iter().all(|key| count(key) == 1), "{numbers:?}");
        page.no_console_errors()
    })
}

#[test]
fn scores_of_a_task_fit_together() -> Result<()> {
    BROWSER.visit(MIXED, |page| {
        page.step_epochs(12)?;
        page.script_click("measures")?;
        eventually_true(PATIENCE, "a number", || has_number(page, "measure-rmse-2"))?;
        for k in 0..2 {
            for key in ["accuracy", "balanced-accuracy", "macro-f1", "auc"] {
                let share = page.number(&format!("measure-{key}-{k}"))?;
                ensure!((0.0..=100.0).contains(&share), "{key} of task {k} is {share} %");
            }
        }
        let of = |key: &str| page.number(&format!("measure-{key}-2"));
        let (mse, rmse, mae, r2) = (of("mse")?, of("rmse")?, of("mae")?, of("r2")?);
        // Three digits are shown.
        ensure!((rmse * rmse - mse).abs() < 0.02 * mse, "a mean squared error of {mse}, its root {rmse}");
        ensure!(mae <= 1.01 * rmse && r2 <= 1.0, "mean absolute error {mae}, root {rmse}, R² {r2}");
        Ok(())
    })
}

#[test]
fn a_measure_agrees_with_the_panel_that_shows_it_too() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&s=3", |page| {
        page.step_epochs(1)?;
        page.script_click("measures")?;
        eventually_true(PATIENCE, "a number", || has_number(page, "measure-cosine-0-1"))?;
        // The panel shows a mean over recorded steps: at the first one it is that step's.
        eventually_true(PATIENCE, "one cosine", || {
            Ok((page.number("measure-cosine-0-1")? - page.number("cosine-0-1")?).abs() < 0.006)
        })?;
        page.step_epochs(2)?;
        let mut same = vec![("measure-hypervolume".to_string(), "hypervolume".to_string())];
        same.extend((0..2).map(|k| (format!("measure-transfer-gain-{k}"), format!("task-{k}-transfer"))));
        for (here, there) in same {
            eventually_true(PATIENCE, &format!("what {there} says in {here}"), || {
                Ok(has_number(page, &here)? && page.text(&here)? == page.text(&there)?)
            })?;
        }
        Ok(())
    })
}

#[test]
fn forgetting_is_a_number_of_the_tasks_before_the_last() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&s=3&strategy=sequential&strategy.stage=2", |page| {
        page.step_epochs(2)?;
        page.script_click("measures")?;
        let [first, last] = [0, 1].map(|k| format!("measure-forgetting-{k}"));
        eventually_true(PATIENCE, "nothing forgotten yet", || Ok(page.text(&first)? == DASH))?;
        page.step_epochs(4)?;
        eventually_true(PATIENCE, "what the first task forgot", || Ok(page.number(&first)?.is_finite()))?;
        ensure!(page.text(&last)? == DASH, "the last task has forgotten {}", page.text(&last)?);
        page.no_console_errors()
    })
}

#[test]
fn with_two_equally_weighed_tasks_pairwise_transfer_is_transfer() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&s=3&pairs=on", |page| {
        page.step_epochs(12)?;
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
    BROWSER.visit("v=2&p=new-task&strategy.epochs=2&seeds=2&fan=none", |page| {
        page.step_epochs(8)?;
        page.script_click("measures")?;
        for k in 0..2 {
            let steps = format!("task-{k}-steps");
            eventually_true(PATIENCE, &format!("a number in {steps}"), || has_number(page, &steps))?;
            let (here, there) = (page.text(&format!("measure-steps-to-single-{k}"))?, page.text(&steps)?);
            let here = if here == "\u{2014}" { "not yet".into() } else { here };
            ensure!(
                there.starts_with(&format!("{here} (alone ")),
                "task {k} takes {here} steps here and {there} there"
            );
        }
        // The new task has had six epochs of four steps, and the one before it two.
        let alone = |k: usize| -> Result<u32> {
            let text = page.text(&format!("task-{k}-steps"))?;
            Ok(text.split(['(', ')']).nth(1).unwrap_or_default().trim_start_matches("alone ").parse()?)
        };
        ensure!((1..=8).contains(&alone(0)?) && (1..=24).contains(&alone(1)?), "{} and {}", alone(0)?, alone(1)?);
        Ok(())
    })
}

/// The groups lesson without what takes time: five tasks whose affinities are measured.
const KIN: &str = "v=2&p=groups&s=3&rows=160&valid=64&test=64&seeds=1&pairs=off&baselines=off";

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
            eventually_true(PATIENCE, &id, || Ok(page.text(&id)?.contains(", measured ")))?;
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
