//! Panels that some lessons and methods bring along, through their own controls: the comparison of
//! architectures, the timeline of a curriculum, groups of tasks, sample pictures.

use anyhow::{Context, Result, ensure};
use mtl_core::config::task_name;
use mtl_tests::page::{css, parse_number};
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually, eventually_true};
use serde_json::json;

static CPU: Shared = Shared::new(Setup::cpu);
static GPU: Shared = Shared::new(Setup::gpu);

/// Two steps an epoch: an architecture is done in no time.
const SMALL: &str = "v=2&p=rivals&s=3&trunk=8,8&rows=64&valid=64&test=64&batch=32&seeds=2&fan=none";

/// Chooses the epochs and presses 'Compare'.
fn compare(page: &Page, epochs: &str) -> Result<()> {
    page.browser.execute("document.getElementById('compare').open = true", vec![])?;
    page.browser.select("#compare select", epochs)?;
    page.click("compare")
}

/// The cells of the comparison, row after row, the architecture's name first.
fn rows(page: &Page) -> Result<Vec<Vec<String>>> {
    let script = "return [...document.querySelectorAll('[data-testid=compare-table] tbody tr')]
        .map(row => [...row.children].map(cell => cell.textContent.trim()))";
    Ok(serde_json::from_value(page.browser.execute(script, vec![])?)?)
}

/// How many architectures fit the lesson.
fn offered(page: &Page) -> Result<usize> {
    let offered = "return document.querySelectorAll('[data-testid=arch] option:not([disabled])').length";
    Ok(page.browser.number(offered, vec![])? as usize)
}

fn wait_rows(page: &Page, at_least: usize) -> Result<Vec<Vec<String>>> {
    let mut found = Vec::new();
    // Each row has its own time.
    for count in 1..=at_least {
        let there = |rows: &Vec<_>| rows.len() >= count;
        found = eventually(PATIENCE, &format!("{count} rows"), || Ok(Some(rows(page)?).filter(there)))?;
    }
    Ok(found)
}

/// An error unless every row has parameters, steps per second, a loss and a gain of both tasks, and a rank.
fn filled(rows: &[Vec<String>]) -> Result<()> {
    let is_number = |cell: &String| cell.contains(|c: char| c.is_ascii_digit());
    for row in rows {
        ensure!(row.len() == 8 && row.iter().skip(1).all(is_number), "{row:?}");
        ensure!(row.iter().skip(5).take(2).all(|gain| gain.contains('%')), "{row:?}");
    }
    Ok(())
}

#[test]
fn architectures_are_compared_at_the_press_of_a_button_and_the_lesson_keeps_what_it_learned() -> Result<()> {
    CPU.visit(SMALL, |page| {
        page.step_epochs(3)?;
        let before = page.settled_losses()?;
        let offered = offered(page)?;
        ensure!(offered > 10, "only {offered} architectures fit");
        compare(page, "20")?;
        let rows = wait_rows(page, offered)?;
        filled(&rows)?;
        eventually_true(PATIENCE, "an end", || {
            Ok(page.text("compare-progress")? == format!("{offered} architectures")
                && page.text("compare")? == "Compare")
        })?;
        ensure!(page.epoch()? == 3 && page.settled_losses()? == before, "the lesson has moved");
        page.no_console_errors()
    })
}

#[test]
fn a_comparison_can_be_stopped_and_keeps_its_rows() -> Result<()> {
    CPU.visit(SMALL, |page| {
        compare(page, "500")?;
        wait_rows(page, 1)?;
        page.click("compare")?;
        eventually_true(PATIENCE, "an end", || Ok(page.text("compare-progress")?.starts_with("Ended after")))?;
        let rows = rows(page)?;
        filled(&rows)?;
        ensure!(page.text("compare")? == "Compare" && rows.len() < offered(page)?, "{} rows", rows.len());
        page.trains()
    })
}

#[test]
fn architectures_are_compared_on_the_gpu_that_computes() -> Result<()> {
    GPU.visit(SMALL, |page| {
        page.pause()?;
        page.pin("GPU")?;
        compare(page, "20")?;
        filled(&wait_rows(page, 2)?)?;
        page.click("compare")?;
        let caption = page
            .browser
            .string("return document.querySelector('[data-testid=compare-table] caption').textContent", vec![])?;
        ensure!(caption.contains("GPU"), "{caption}");
        ensure!(page.text("engine")? == "GPU", "fell back: {}", page.text("engine-reason")?);
        page.no_console_errors()
    })
}

#[test]
fn a_bar_of_the_timeline_moves_by_keyboard_and_by_pointer_and_training_follows() -> Result<()> {
    const FROM: &str = "timeline-1-from";
    CPU.visit("v=2&p=rivals&s=3&horizon=20&seeds=2&fan=none", |page| {
        ensure!(!page.exists(FROM)?);
        page.select("strategy", "curriculum")?;
        page.wait_setting("strategy", "curriculum")?;
        page.click(FROM)?;
        for _ in 0..3 {
            page.browser.press(fantoccini::key::Key::Right.into())?;
        }
        page.wait_setting("t1.from", "3")?;
        ensure!(page.attribute(FROM, "aria-valuenow")?.as_deref() == Some("3"));
        let width = "return document.querySelector(arguments[0]).parentElement.getBoundingClientRect().width";
        let width = page.browser.number(width, vec![json!(css(FROM))])?;
        // A tenth of an axis of twenty epochs.
        page.browser.drag(&css(FROM), width / 10.0)?;
        page.wait_setting("t1.from", "5")?;
        page.browser.drag(&css("timeline-0-until"), -0.6 * width)?;
        page.wait_setting("t0.until", "8")?;
        ensure!(page.text("t1.from")? == "5" && page.text("t0.until")? == "8", "the card says otherwise");
        page.rewound()?;
        for (epochs, weights) in [(5, ["1.00", "0"]), (1, ["1.00", "1.00"]), (2, ["1.00", "1.00"]), (1, ["0", "1.00"])]
        {
            let epoch = page.step_epochs(epochs)?;
            let shown = || -> Result<Vec<String>> { (0..2).map(|k| page.text(&format!("task-{k}-weight"))).collect() };
            eventually_true(PATIENCE, &format!("{weights:?} after epoch {epoch}"), || Ok(shown()? == weights))?;
        }
        page.no_console_errors()
    })
}

#[test]
fn a_grouping_that_is_proposed_is_trained_at_the_press_of_its_button() -> Result<()> {
    CPU.visit("v=2&p=groups&s=3&pairs=off&seeds=1", |page| {
        page.step_epochs(4)?;
        page.settled_losses()?;
        // The cell is in percent; its title has the digits of a small one.
        let title = "return document.querySelector('[data-testid=affinity-0-2]').closest('td').title.split(': ').pop()";
        let affinity = parse_number(&page.browser.string(title, vec![])?).context("A has no number from C")?;
        ensure!(affinity.value != 0.0, "A has nothing from C");
        let proposal = eventually(PATIENCE, "a proposal", || {
            Ok(Some(page.text("grouping-affinity-2")?).filter(|sentence| sentence.contains(" | ")))
        })?;
        page.click("train-affinity-2")?;
        page.wait_setting("arch", "grouped")?;
        let group =
            |task: usize| -> Result<String> { Ok(page.setting(&format!("t{task}.group"))?.unwrap_or("1".into())) };
        let groups = (0..5).map(group).collect::<Result<Vec<_>>>()?;
        // The letters stand between a colon and a bracket: A C E | B D.
        let letters =
            proposal.rsplit_once(": ").and_then(|(_, rest)| rest.split_once(" (")).map_or("", |(letters, _)| letters);
        let of = |task: usize| letters.split(" | ").position(|group| group.contains(&task_name(task).to_string()));
        for task in 0..5 {
            ensure!(of(task).is_some(), "'{proposal}' leaves a task out");
            for other in 0..5 {
                ensure!((of(task) == of(other)) == (groups[task] == groups[other]), "{proposal} became {groups:?}");
            }
        }
        page.trains()?;
        ensure!(page.text("grouping-affinity-2")? == proposal, "the proposal goes with its own training");
        page.no_console_errors()
    })
}

#[test]
fn sample_pictures_show_what_every_task_reads_in_them() -> Result<()> {
    CPU.visit("v=2&p=digits&s=3&rows=400&valid=64&test=64&seeds=1", |page| {
        page.step_epochs(2)?;
        eventually_true(PATIENCE, "the pictures", || Ok(page.picture("samples").is_ok()))?;
        let read = eventually(PATIENCE, "a reading of every picture", || {
            let mut read = Vec::new();
            while page.exists(&format!("sample-{}-task-0", read.len()))? {
                let picture = read.len();
                let of = |task: usize| page.text(&format!("sample-{picture}-task-{task}"));
                read.push([of(0)?, of(1)?]);
            }
            let done = read.iter().flatten().all(|text| text.contains(|c: char| c.is_ascii_digit()));
            Ok(Some(read).filter(|read| !read.is_empty() && done))
        })?;
        ensure!(read.len() >= 8, "{} pictures", read.len());
        for text in read.iter().flatten() {
            // The task's letter, then '3 ✓' or '5 ✗ 3'.
            let words: Vec<&str> = text.split_whitespace().skip(1).collect();
            let digit = |word: &str| word.len() == 1 && word.chars().all(|c| c.is_ascii_digit());
            let fits = match words.as_slice() {
                [guess, "\u{2713}"] => digit(guess),
                [guess, "\u{2717}", truth] => digit(guess) && digit(truth) && guess != truth,
                _ => false,
            };
            ensure!(fits, "'{text}' in {read:?}");
        }
        page.no_console_errors()
    })
}

#[test]
fn what_an_architecture_learned_leaves_the_rest_of_the_column_in_view() -> Result<()> {
    let fragments = ["v=2&p=pairs&arch=mmoe", "v=2&p=rivals&arch=sluice", "v=2&p=twins&arch=mtan&trunk=8,8,8"];
    CPU.visit(fragments[0], |page| {
        for fragment in fragments {
            page.follow(fragment)?;
            page.step_epochs(1)?;
            eventually_true(PATIENCE, "an exhibit", || page.exists("exhibit-0"))?;
            // The line that comes last, when the seconds per epoch were measured.
            page.wait_cost()?;
            let hidden =
                "const column = document.querySelector('.centre'); return column.scrollHeight - column.clientHeight";
            let hidden = page.settled("columns", || page.browser.number(hidden, vec![]))?;
            ensure!(hidden == 0.0, "{hidden} px of {fragment} are out of view");
        }
        Ok(())
    })
}
