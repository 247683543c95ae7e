//! Every lesson of the picker, as it stands in the table: it opens, trains, and shows what is its own.

use anyhow::{Context, Result, ensure};
use mtl_core::landscape::is_landscape;
use mtl_core::lesson::lessons::{LESSONS, Preset};
use mtl_tests::page::css;
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually, eventually_true};
use serde_json::json;

static CPU: Shared = Shared::new(Setup::cpu);

/// An error if the page has something to say or to complain about.
fn content(page: &Page) -> Result<()> {
    ensure!(page.notice()?.is_empty(), "{}", page.notice()?);
    page.no_console_errors()
}

/// An error unless every task shows a finite loss, of training and of validation rows.
fn learns(page: &Page, tasks: usize) -> Result<()> {
    page.settled_losses()?;
    ensure!(page.tasks()? == tasks, "{} of {tasks} tasks", page.tasks()?);
    for task in 0..tasks {
        for id in ["train-loss", "valid-loss"] {
            let loss = page.number(&format!("task-{task}-{id}"))?;
            ensure!(loss.is_finite() && loss >= 0.0, "{id} of task {task} is {loss}");
        }
    }
    Ok(())
}

/// Where everyone stands in a race, once the table is filled.
fn racers(page: &Page) -> Result<Vec<Vec<String>>> {
    let table = css("landscape-table");
    page.open_table(&table)?;
    eventually(PATIENCE, "a table of racers", || Ok(Some(page.rows(&table)?).filter(|rows| !rows.is_empty())))
}

/// An error unless every racer has a method, a landscape, a start, a state and two finite losses.
fn racing(rows: &[Vec<String>]) -> Result<()> {
    for row in rows {
        ensure!(row.len() == 6 && row.iter().all(|cell| !cell.is_empty()), "{row:?}");
        for loss in row.iter().skip(4) {
            ensure!(loss.parse::<f64>().is_ok_and(f64::is_finite), "a loss of '{loss}': {row:?}");
        }
    }
    Ok(())
}

/// How many racers stand elsewhere.
fn moved(before: &[Vec<String>], after: &[Vec<String>]) -> usize {
    before.iter().zip(after).filter(|(before, after)| before[4..] != after[4..]).count()
}

fn open_and_train(page: &Page, lesson: &Preset) -> Result<()> {
    page.choose_lesson(lesson.key)?;
    ensure!(page.text("lesson")? == lesson.key);
    let config = lesson.config();
    let races = is_landscape(&config.data.source);
    eventually_true(PATIENCE, "the lesson's own panels", || {
        Ok(page.exists("landscape")? == races && page.in_sight(&css("network"))? != races)
    })?;
    page.step_epochs(2)?;
    match races {
        true => racing(&racers(page)?)?,
        false => learns(page, config.tasks.len())?,
    }
    content(page)
}

#[test]
fn every_lesson_of_the_picker_opens_and_trains_without_a_complaint() -> Result<()> {
    CPU.visit("", |page| {
        // From the last one round to the first: each is a change.
        for lesson in LESSONS.iter().rev() {
            open_and_train(page, lesson).context(lesson.key)?;
        }
        Ok(())
    })
}

/// A race steps, plays and follows the balancer that is chosen.
fn races(lesson: &str, told: &str) -> Result<()> {
    CPU.visit(&format!("v=2&p={lesson}"), |page| {
        let drawn = eventually(PATIENCE, "a chart", || page.picture("landscape-chart").map(Some))?;
        eventually_true(PATIENCE, "a chart in sight", || page.in_sight(&css("landscape-chart")))?;
        let start = racers(page)?;
        racing(&start)?;

        page.click("step")?;
        let mut after = Vec::new();
        eventually_true(PATIENCE, "racers that step", || {
            after = racers(page)?;
            Ok(2 * moved(&start, &after) > start.len())
        })?;
        page.step_epochs(2)?;
        eventually_true(PATIENCE, "racers that go on", || Ok(2 * moved(&after, &racers(page)?) > start.len()))?;
        eventually_true(PATIENCE, "another drawing", || Ok(page.picture("landscape-chart")? != drawn))?;
        page.play()?;
        let epoch = page.epoch()?;
        page.wait_epoch(epoch + 2)?;
        page.pause()?;
        racing(&racers(page)?)?;
        let words = page.words(".panel-landscape > p")?.context("no sentence on the race")?;
        ensure!(words.contains(told), "{words}");
        content(page)
    })
}

#[test]
fn balancers_race_down_two_valleys_and_the_table_follows_them() -> Result<()> {
    races("two-valleys", "of 3 starts")
}

#[test]
fn balancers_spread_over_two_fronts_and_the_table_follows_them() -> Result<()> {
    races("fronts", "hypervolume")
}

#[test]
fn the_race_follows_the_balancer_that_is_chosen() -> Result<()> {
    CPU.visit("v=2&p=two-valleys", |page| {
        page.step_epochs(1)?;
        for (balancer, name) in [("mgda", "MGDA"), ("pcgrad", "PCGrad")] {
            page.select("balancer", balancer)?;
            page.wait_setting("bal", balancer)?;
            eventually_true(PATIENCE, name, || {
                Ok(page.words(".panel-landscape > p")?.is_some_and(|words| words.starts_with(name)))
            })?;
        }
        ensure!(page.epoch()? == 1, "the race began again");
        content(page)
    })
}

#[test]
fn a_lesson_without_a_plane_draws_predictions_against_the_truth() -> Result<()> {
    for (lesson, tasks) in [("pairs", 2), ("groups", 5)] {
        CPU.visit(&format!("v=2&p={lesson}"), |page| {
            page.step_epochs(1)?;
            learns(page, tasks)?;
            let before = (0..tasks).map(|task| page.settled_map(task)).collect::<Result<Vec<_>>>()?;
            page.step_epochs(4)?;
            for (task, before) in before.iter().enumerate() {
                eventually_true(PATIENCE, &format!("another picture of task {task}"), || {
                    Ok(page.map(task)? != *before)
                })?;
            }
            content(page)
        })?;
    }
    Ok(())
}

#[test]
fn the_loud_task_has_a_loss_that_dwarfs_the_other_and_is_the_one_that_falls() -> Result<()> {
    CPU.visit("v=2&p=loud&seeds=1&rows=1600", |page| {
        let losses = || -> Result<[f64; 2]> {
            learns(page, 2)?;
            Ok([page.number("task-0-train-loss")?, page.number("task-1-train-loss")?])
        };
        page.step_epochs(1)?;
        let [quiet, loud] = losses()?;
        ensure!(loud > 1000.0 * quiet, "the quiet task's loss is {quiet}, the loud one's {loud}");
        page.step_epochs(4)?;
        let [_, later] = losses()?;
        ensure!(later < 0.9 * loud, "from {loud} to {later}");
        page.settled_map(0)?;
        content(page)
    })
}

#[test]
fn task_groups_measure_who_gains_from_whom() -> Result<()> {
    CPU.visit("v=2&p=groups&seeds=2", |page| {
        page.step_epochs(3)?;
        page.script_click("measures")?;
        for id in ["affinity-0-2", "affinity-2-0", "measure-transfer-matrix-0-4", "measure-transfer-matrix-4-0"] {
            let number = eventually(PATIENCE, id, || page.number(id).map(Some))?;
            ensure!(number.is_finite(), "{id} is {number}");
        }
        content(page)
    })
}

#[test]
fn digits_are_counted_by_what_they_are_and_what_they_are_taken_for() -> Result<()> {
    CPU.visit("v=2&p=digits&seeds=1&rows=1000", |page| {
        page.step_epochs(2)?;
        learns(page, 2)?;
        for task in 0..2 {
            let table = css(&format!("task-{task}-map"));
            let counts =
                eventually(PATIENCE, "ten classes", || Ok(Some(page.rows(&table)?).filter(|r| r.len() == 10)))?;
            let cells = counts.iter().flat_map(|row| row.iter().skip(1));
            let numbers = cells.map(|cell| cell.parse::<u32>().context("a count")).collect::<Result<Vec<_>>>()?;
            ensure!(numbers.len() == 100 && numbers.iter().sum::<u32>() == 1000, "{counts:?}");
        }
        page.picture("samples")?;
        content(page)
    })
}

#[test]
fn before_its_time_a_new_task_waits_and_the_first_is_taught() -> Result<()> {
    CPU.visit("v=2&p=new-task&strategy.epochs=8&seeds=2&fan=none", |page| {
        let weights = |what: [bool; 2]| {
            eventually_true(PATIENCE, &format!("who is taught: {what:?}"), || {
                let taught = |k: usize| -> Result<bool> { Ok(page.number(&format!("task-{k}-weight"))? > 0.0) };
                Ok([taught(0)?, taught(1)?] == what)
            })
        };
        page.step_epochs(1)?;
        learns(page, 2)?;
        weights([true, false])?;
        let early = page.number("task-0-train-loss")?;
        page.step_epochs(6)?;
        page.settled_losses()?;
        ensure!(page.number("task-0-train-loss")? < early, "the first task learns nothing");
        page.step_epochs(2)?;
        weights([false, true])?;
        learns(page, 2)?;
        content(page)
    })
}

#[test]
fn what_to_try_stands_beside_every_lesson() -> Result<()> {
    CPU.visit("", |page| {
        for lesson in LESSONS.iter().rev() {
            page.select("lesson", lesson.key)?;
            page.wait_setting("p", lesson.key)?;
            let told: Vec<_> = lesson.steps.iter().map(|step| step.text).collect();
            eventually_true(PATIENCE, &format!("the steps of {}", lesson.key), || {
                let steps =
                    "return [...document.querySelectorAll('[data-testid=guide] .guide-steps li')].map(step => step.textContent)";
                Ok(page.browser.execute(steps, vec![])? == json!(told))
            })?;
        }
        Ok(())
    })
}
