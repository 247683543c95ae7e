//! What squares, colours and marks of the pictures say, and the room that the pictures take.

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use mtl_tests::page::{css, parse_number};
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually, eventually_true};
use serde_json::{Value, json};

static CPU: Shared = Shared::new(Setup::cpu);

/// The words on the card of a unit, once its name is this.
fn card(page: &Page, name: &str) -> Result<String> {
    page.settled(&format!("the card of {name}"), || {
        let title = page.words(".unit-detail strong")?;
        ensure!(title.as_deref() == Some(name), "the card is of {title:?}");
        page.words(".unit-detail span")?.context("no words")
    })
}

/// The numbers behind 'correlation with', task by task.
fn correlations(words: &str) -> Result<Vec<f64>> {
    let (_, told) = words.split_once("correlation with ").with_context(|| format!("'{words}'"))?;
    told.split(", ").map(|of| parse_number(of).map(|number| number.value).context("no number")).collect()
}

/// Chooses a unit on the picture of the network by keys.
fn walk(page: &Page, keys: &[Key]) -> Result<()> {
    page.focus(&css("network"))?;
    keys.iter().try_for_each(|key| page.browser.press((*key).into()))
}

#[test]
fn beyond_the_plane_every_unit_tells_how_closely_it_follows_each_task() -> Result<()> {
    CPU.visit("v=2&p=pairs&s=3&seeds=1&trunk=4", |page| {
        page.step_epochs(20)?;
        page.settled_losses()?;
        let legend = page.words(".panel-network .legend")?.unwrap_or_default();
        ensure!(legend.starts_with("bars: how closely"), "'{legend}'");
        walk(page, &[Key::Right])?;
        let input = correlations(&card(page, "input x1")?)?;
        walk(page, &[Key::Right])?;
        let unit = correlations(&card(page, "shared layer 1, unit 1")?)?;
        walk(page, &[Key::Right])?;
        let output = correlations(&card(page, "output of task A, unit 1")?)?;
        for told in [&input, &unit, &output] {
            ensure!(told.len() == 2 && told.iter().all(|value| value.abs() <= 1.0), "{told:?}");
        }
        ensure!(output[0] > 0.2, "A's output follows A by {}", output[0]);
        ensure!(input != unit && unit != output, "{input:?}, {unit:?}, {output:?}");

        // The table beside the picture has the same numbers.
        page.open_table(".panel-network")?;
        let row = eventually(PATIENCE, "the unit in the table", || {
            let rows = page.rows(".panel-network .twin-scroll")?;
            Ok(rows.into_iter().find(|row| row.first().is_some_and(|name| name == "shared layer 1, unit 1")))
        })?;
        let told: Vec<f64> = row.iter().skip(3).filter_map(|cell| parse_number(cell)).map(|n| n.value).collect();
        ensure!(told == unit, "{row:?} beside {unit:?}");
        page.no_console_errors()
    })
}

/// How many colours a square of the picture has: in a band of units' own size.
fn colours(page: &Page, block: usize, unit: usize) -> Result<f64> {
    page.browser.number(
        "const square = document.querySelectorAll('[data-testid=network] g.units')[arguments[0]].children[arguments[1]];\
         const canvas = document.querySelector('.network > canvas'), scale = canvas.width / canvas.clientWidth;\
         const side = Math.floor(square.width.baseVal.value * scale);\
         const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d'); copy.drawImage(canvas, 0, 0);\
         const at = length => Math.ceil(length.baseVal.value * scale);\
         return new Set(new Uint32Array(copy.getImageData(at(square.x), at(square.y), side, side).data.buffer)).size",
        vec![json!(block), json!(unit)],
    )
}

#[test]
fn a_unit_that_reads_pictures_shows_its_weights_as_one() -> Result<()> {
    CPU.visit("v=2&p=digits&s=3&rows=400&valid=64&test=64&seeds=1&trunk=8", |page| {
        page.step_epochs(2)?;
        page.settled_losses()?;
        eventually_true(PATIENCE, "a legend", || {
            Ok(page.words(".panel-network .legend")?.is_some_and(|words| words.starts_with("layer 1: weights")))
        })?;
        walk(page, &[Key::Right, Key::Right])?;
        let words = card(page, "shared layer 1, unit 1")?;
        ensure!(words.starts_with("weights from "), "'{words}'");
        ensure!(correlations(&words)?.iter().all(|value| (0.0..=1.0).contains(value)), "'{words}'");
        // A picture has many colours; bars have those of the ground, the axis and two tasks.
        eventually_true(PATIENCE, "a picture on a unit", || Ok(colours(page, 1, 0)? > 60.0))?;
        let bars = colours(page, 2, 0)?;
        ensure!((3.0..60.0).contains(&bars), "the output of A has {bars} colours");
        page.no_console_errors()
    })
}

fn legend(page: &Page) -> Result<String> {
    page.text("map-legend")
}

#[test]
fn one_line_says_what_colours_and_marks_of_the_maps_mean() -> Result<()> {
    CPU.visit("v=2&p=rivals", |page| {
        eventually_true(PATIENCE, "a legend", || Ok(legend(page)?.starts_with("blue: class 1")))?;
        ensure!(!legend(page)?.contains("drawn") && !legend(page)?.contains("small dots"), "{}", legend(page)?);
        page.fill("rows", "1000")?;
        eventually_true(PATIENCE, "points left out", || Ok(legend(page)?.contains("300 of 1000 points drawn")))?;
        page.fill("t1.labelled", "20")?;
        eventually_true(PATIENCE, "small dots", || Ok(legend(page)?.contains("small dots: no label")))?;
        page.no_console_errors()
    })
}

/// Left, top, right and bottom of an element in the window.
fn place(page: &Page, css: &str) -> Result<[f64; 4]> {
    let place = page.browser.execute(
        "const box = document.querySelector(arguments[0])?.getBoundingClientRect();\
         return box ? [box.left, box.top, box.right, box.bottom] : null",
        vec![json!(css)],
    )?;
    ensure!(place != Value::Null, "the page has no {css}");
    Ok(serde_json::from_value(place)?)
}

#[test]
fn in_a_low_window_predictions_and_transfer_stand_above_the_fold() -> Result<()> {
    CPU.tab(|page| {
        page.browser.emulate_size((1280, 720))?;
        page.open("v=2&p=rivals")?;
        page.wait_cost()?;
        for panel in [".place-predictions", ".place-transfer"] {
            let [_, top, _, bottom] = page.settled("places", || place(page, panel))?;
            ensure!(top >= 0.0 && bottom <= 720.0, "{panel} reaches from {top} to {bottom}");
        }
        ensure!(!page.browser.truth("return document.querySelector('.edit-layers').open", vec![])?);
        // Both lines of a reading lie within the panel.
        page.settled_map(0)?;
        page.point(&css("task-0-map"), (0.4, 0.4))?;
        eventually_true(PATIENCE, "a reading", || {
            Ok(page
                .words(".panel-predictions .probe .line:last-child")?
                .is_some_and(|line| line.starts_with("Nearest")))
        })?;
        let [left, top, right, bottom] = place(page, ".panel-predictions")?;
        let [l, t, r, b] = place(page, ".panel-predictions .probe")?;
        ensure!(l >= left && t >= top && r <= right && b <= bottom, "the reading leaves its panel");
        page.click("trunk-add")?;
        page.wait_setting("trunk", "2,2")
    })
}

#[test]
fn the_maps_use_the_room_of_a_wide_screen() -> Result<()> {
    CPU.tab(|page| {
        page.browser.emulate_size((3840, 2160))?;
        page.open("v=2&p=rivals")?;
        page.wait_cost()?;
        let [left, top, right, bottom] = page.settled("places", || place(page, &css("task-0-map")))?;
        ensure!(right - left > 600.0 && (right - left - bottom + top).abs() < 2.0, "{left} {top} {right} {bottom}");
        Ok(())
    })
}

#[test]
fn no_number_of_a_map_is_cut_on_the_narrowest_screen() -> Result<()> {
    CPU.tab(|page| {
        page.browser.emulate_size((320, 640))?;
        page.open("v=2&p=rivals")?;
        page.step_epochs(1)?;
        page.settled_losses()?;
        let cut = page.browser.execute(
            "return [...document.querySelectorAll('.task-figure .steady')].filter(box => {\
               const text = document.createRange(); text.selectNodeContents(box);\
               return text.getBoundingClientRect().right > box.getBoundingClientRect().right + 0.5;\
             }).map(box => box.textContent)",
            vec![],
        )?;
        ensure!(cut == json!([]), "{cut}");
        Ok(())
    })
}

#[test]
fn a_table_of_ten_classes_is_whole() -> Result<()> {
    CPU.visit("v=2&p=digits&s=3&rows=400&valid=64&test=64&seeds=1", |page| {
        page.step_epochs(1)?;
        eventually_true(PATIENCE, "a table", || Ok(page.rows(&css("task-1-map"))?.len() == 10))?;
        let hidden = page.browser.execute(
            "return ['.panel-predictions', '.confusion'].map(css => document.querySelector(css))\
               .map(box => [box.scrollWidth - box.clientWidth, box.scrollHeight - box.clientHeight])",
            vec![],
        )?;
        ensure!(hidden == json!([[0, 0], [0, 0]]), "{hidden} px are out of view");
        Ok(())
    })
}
