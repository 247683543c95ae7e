//! Changing the lesson by hand: layers, tasks, balancer, rate, files.

use anyhow::{Result, ensure};
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually, eventually_true};
use serde_json::json;

static BROWSER: Shared = Shared::new(Setup::cpu);

fn wait_layers(page: &Page, count: usize) -> Result<()> {
    eventually_true(PATIENCE, &format!("{count} shared layers"), || Ok(page.trunk_layers()? == count))
}

fn wait_tasks(page: &Page, count: usize) -> Result<()> {
    eventually_true(PATIENCE, &format!("{count} tasks"), || Ok(page.tasks()? == count))
}

#[test]
fn an_added_layer_is_shown_shared_and_trained() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&trunk=5", |page| {
        page.click("trunk-add")?;
        wait_layers(page, 2)?;
        eventually_true(PATIENCE, "two layers in the address", || {
            Ok(page.setting("trunk")?.is_some_and(|trunk| trunk.split(',').count() == 2))
        })?;
        page.trains()
    })
}

#[test]
fn a_removed_layer_is_gone_from_the_picture_and_the_link() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&trunk=5,6,7", |page| {
        page.click("trunk-remove")?;
        wait_layers(page, 2)?;
        page.wait_setting("trunk", "5,6")?;
        page.trains()
    })
}

#[test]
fn a_typed_width_resizes_its_layer() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&trunk=5,6", |page| {
        page.fill("trunk-layer-1-width", "9")?;
        page.wait_setting("trunk", "5,9")?;
        ensure!(page.text("trunk-layer-1-width")? == "9");
        page.trains()
    })
}

#[test]
fn a_width_beyond_the_limits_is_brought_back_into_them() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&trunk=5", |page| {
        page.fill("trunk-layer-0-width", "9999")?;
        page.wait_setting("trunk", "256")?;
        ensure!(page.text("trunk-layer-0-width")? == "256");
        let notice = page.notice()?;
        ensure!(notice.contains("trunk") && notice.contains("256 is used"), "{notice}");
        Ok(())
    })
}

#[test]
fn a_network_without_shared_layers_trains() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&trunk=5,6", |page| {
        for left in (0..2).rev() {
            page.click("trunk-remove")?;
            wait_layers(page, left)?;
        }
        page.wait_setting("trunk", "none")?;
        page.trains()?;
        page.no_console_errors()
    })
}

#[test]
fn the_trunk_takes_six_layers_and_no_more() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&trunk=3,3,3,3,3", |page| {
        page.click("trunk-add")?;
        wait_layers(page, 6)?;
        let _ = page.click("trunk-add"); // May be disabled by now, or gone.
        wait_layers(page, 6)?;
        page.trains()
    })
}

#[test]
fn six_tasks_can_be_added_and_train() -> Result<()> {
    BROWSER.visit("v=2&p=rivals&fan=0&seeds=1", |page| {
        for count in 3..=6 {
            page.click("task-add")?;
            wait_tasks(page, count)?;
        }
        page.wait_setting("tasks", "6")?;
        let _ = page.click("task-add");
        wait_tasks(page, 6)?;
        page.trains()?;
        page.settled_map(5)?;
        ensure!(page.exists("cosine-0-5")? || page.exists("cosine-5-0")?);
        page.no_console_errors()
    })
}

#[test]
fn a_removed_task_leaves_one_that_trains_alone() -> Result<()> {
    BROWSER.visit("v=2&p=rivals", |page| {
        page.click("task-remove")?;
        wait_tasks(page, 1)?;
        page.wait_setting("tasks", "1")?;
        page.trains()?;
        page.no_console_errors()
    })
}

#[test]
fn another_balancer_takes_over_while_training_goes_on() -> Result<()> {
    BROWSER.visit("v=2&p=rivals", |page| {
        page.play()?;
        for balancer in ["uncertainty", "manual", "equal"] {
            let before = page.epoch()?;
            let before = page.wait_epoch(before + 3)?;
            page.select("balancer", balancer)?;
            goes_on(page, before)?;
        }
        Ok(())
    })
}

#[test]
fn another_learning_rate_takes_effect_while_training_goes_on() -> Result<()> {
    BROWSER.visit("v=2&p=rivals", |page| {
        let field = page.field_labelled("input[type=text]", "learning rate")?;
        page.play()?;
        let before = page.wait_epoch(3)?;
        page.browser.fill(&field, "0.02")?;
        page.wait_setting("lr", "0.02")?;
        goes_on(page, before)
    })
}

/// The epoch never falls below what it was, training still runs, and Back still leads elsewhere.
fn goes_on(page: &Page, before: u64) -> Result<()> {
    let mut last = before;
    let aim = page.epoch()?.max(before) + 5;
    eventually_true(PATIENCE, "training that goes on", || {
        let now = page.epoch()?;
        let fell = now < last;
        last = now;
        Ok(fell || now >= aim)
    })?;
    ensure!(last >= aim, "the epoch fell to {last}; it was {before}");
    ensure!(page.playing()?);
    Ok(())
}

#[test]
fn a_saved_file_holds_the_lesson_and_opens_it_again() -> Result<()> {
    BROWSER.visit("v=2&p=bully&s=31&trunk=7,6", |page| {
        // What the page hands to the browser to save, instead of a dialog.
        page.browser.execute(
            "const make = URL.createObjectURL; window.saved = null;\
             URL.createObjectURL = blob => { blob.text().then(text => window.saved = text); return make.call(URL, blob); }",
            vec![],
        )?;
        page.browser.execute(
            "[...document.querySelectorAll('button')].find(b => /save file/i.test(b.textContent + b.title + (b.ariaLabel ?? ''))).click()",
            vec![],
        )?;
        let saved = eventually(PATIENCE, "a file", || {
            Ok(page.browser.execute("return window.saved", vec![])?.as_str().map(String::from))
        })?;
        ensure!(saved.contains("\"bully\"") && saved.contains("31"), "the file holds {saved}");
        page.choose_lesson("twins")?;
        drop_file(page, &saved)?;
        eventually_true(PATIENCE, "the saved lesson", || {
            Ok(page.text("lesson")? == "bully" && page.text("seed")? == "31" && page.trunk_layers()? == 2)
        })?;
        ensure!(page.notice()?.is_empty(), "{}", page.notice()?);
        Ok(())
    })
}

#[test]
fn a_lesson_file_dropped_onto_the_page_opens() -> Result<()> {
    BROWSER.visit("v=2&p=twins", |page| {
        drop_file(page, r#"{ "v": "1", "p": "bully", "s": "31", "trunk": "7,6" }"#)?;
        eventually_true(PATIENCE, "the lesson of the file", || {
            Ok(page.text("lesson")? == "bully" && page.text("seed")? == "31" && page.trunk_layers()? == 2)
        })?;
        page.trains()
    })
}

#[test]
fn a_dropped_file_that_is_no_lesson_is_answered_with_a_notice() -> Result<()> {
    BROWSER.visit("v=2&p=twins", |page| {
        drop_file(page, "\u{0}\u{1}PNG <b>no lesson</b>")?;
        eventually_true(PATIENCE, "a notice", || Ok(!page.notice()?.is_empty()))?;
        page.trains()?;
        page.no_console_errors()
    })
}

fn drop_file(page: &Page, text: &str) -> Result<()> {
    let script = r#"
        const data = new DataTransfer();
        data.items.add(new File([arguments[0]], 'lesson.mtl.json', { type: 'application/json' }));
        for (const type of ['dragenter', 'dragover', 'drop'])
            document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    "#;
    page.browser.execute(script, vec![json!(text)])?;
    Ok(())
}
