//! What can be done with a chart: smoothing, axes, exact values, the view of all tasks, downloads; what
//! charts show when.

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use mtl_tests::page::css;
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually, eventually_true};
use serde_json::{Value, json};

static CPU: Shared = Shared::new(Setup::cpu);

const LOSS: &str = "loss-chart";

fn settled(page: &Page, chart: &str) -> Result<String> {
    page.settled(chart, || page.picture(chart))
}

/// Waits for another drawing than this one and gives it.
fn redrawn(page: &Page, chart: &str, before: &str) -> Result<String> {
    eventually_true(PATIENCE, &format!("another {chart}"), || Ok(page.picture(chart)? != before))?;
    settled(page, chart)
}

/// Sets a slider as its keys and its thumb do.
fn slide(page: &Page, css: &str, value: &str) -> Result<()> {
    let there = page.browser.truth(
        "const slider = document.querySelector(arguments[0]); if (!slider) return false; slider.value = Math.round(arguments[1] * slider.max);\
         slider.dispatchEvent(new InputEvent('input', { bubbles: true })); return true",
        vec![json!(css), json!(value)],
    )?;
    ensure!(there, "the page has no {css}");
    Ok(())
}

#[test]
fn smoothing_and_the_axis_change_the_drawing_of_the_losses_and_nothing_else() -> Result<()> {
    CPU.visit("v=2&p=rivals&s=3&fan=none&seeds=2", |page| {
        page.step_epochs(20)?;
        let losses = page.settled_losses()?;
        let plain = settled(page, LOSS)?;
        slide(page, ".panel-loss input[type=range]", "0.8")?;
        let smooth = redrawn(page, LOSS, &plain)?;
        slide(page, ".panel-loss input[type=range]", "0.4")?;
        redrawn(page, LOSS, &smooth)?;
        page.fill("loss-smoothing", "0")?;
        let raw = redrawn(page, LOSS, &smooth)?;
        ensure!(raw != plain, "the lines are raw at first");
        page.fill("loss-smoothing", "0.6")?;
        eventually_true(PATIENCE, "the lines as they were", || Ok(page.picture(LOSS)? == plain))?;

        let log = "return document.querySelector('.panel-loss input[type=checkbox]').checked";
        ensure!(page.browser.truth(log, vec![])?, "the axis is linear at first");
        page.browser.click(".panel-loss input[type=checkbox]")?;
        let linear = redrawn(page, LOSS, &plain)?;
        page.browser.press('l')?;
        eventually_true(PATIENCE, "the logarithmic axis", || {
            Ok(page.picture(LOSS)? == plain && page.browser.truth(log, vec![])?)
        })?;
        page.browser.press('l')?;
        eventually_true(PATIENCE, "the linear axis", || Ok(page.picture(LOSS)? == linear))?;

        // Log time, until one wants it even: every curve follows, and the next visit too.
        let even = "return localStorage.getItem('mtl-time') === 'linear'";
        ensure!(!page.browser.truth(even, vec![])?, "epochs are even at first");
        page.click("log-time")?;
        redrawn(page, LOSS, &linear)?;
        ensure!(page.browser.truth(even, vec![])?, "the choice is not kept");
        page.click("log-time")?;
        eventually_true(PATIENCE, "log time again", || Ok(page.picture(LOSS)? == linear))?;
        ensure!(page.settled_losses()? == losses, "the numbers have changed");
        page.no_console_errors()
    })
}

/// What stands under the pointer: epoch, step, then training and validation loss and that of the
/// baseline task by task, as the table beside the chart writes them.
fn pointed(page: &Page) -> Result<Option<Vec<String>>> {
    let heading = page.words(".panel-loss th.pointed")?.context("no heading")?;
    let Some((_, heading)) = heading.split_once("epoch ") else { return Ok(None) };
    let (epoch, step) = heading.split_once(", step ").with_context(|| format!("'{heading}'"))?;
    let cells = page.browser.execute(
        "return [...document.querySelectorAll('.panel-loss td.pointed')].map(cell => cell.textContent.trim())",
        vec![],
    )?;
    let cells: Vec<String> = serde_json::from_value(cells)?;
    Ok(Some([epoch.to_string(), step.to_string()].into_iter().chain(cells).collect()))
}

#[test]
fn the_exact_losses_under_the_pointer_are_those_of_the_table() -> Result<()> {
    CPU.visit("v=2&p=rivals&s=3&fan=none&seeds=2", |page| {
        page.step_epochs(30)?;
        let losses = page.settled_losses()?;
        page.open_table(".panel-loss")?;
        let table = eventually(PATIENCE, "a full table", || {
            let rows = page.rows(".panel-loss .twin")?;
            Ok(Some(rows).filter(|rows| rows.last().is_some_and(|row| row[0] == "30")))
        })?;
        page.browser.execute("document.querySelector('.panel-loss .twin').open = false", vec![])?;
        settled(page, LOSS)?;
        ensure!(pointed(page)?.is_none(), "a reading before anybody pointed");
        let mut epochs = Vec::new();
        // In log time 30 epochs of 200 take two thirds of the width.
        for across in [0.2, 0.28, 0.36, 0.42] {
            page.point(&css(LOSS), (across, 0.5))?;
            let seen = eventually(PATIENCE, "a reading", || {
                Ok(pointed(page)?.filter(|reading| !epochs.contains(&reading[0])))
            })?;
            ensure!(table.contains(&seen), "{seen:?} is not in {table:?}");
            epochs.push(seen[0].clone());
        }
        let rising = epochs.windows(2).all(|pair| pair[0].parse::<u32>().ok() < pair[1].parse::<u32>().ok());
        ensure!(rising, "from left to right the epochs are {epochs:?}");
        page.point_away()?;
        eventually_true(PATIENCE, "no reading", || Ok(pointed(page)?.is_none()))?;

        // The keys walk over the recorded points from the newest one on.
        page.focus(&css(LOSS))?;
        page.browser.press(Key::Left.into())?;
        eventually_true(PATIENCE, "the point before the last", || {
            Ok(pointed(page)?.as_ref() == table.get(table.len() - 2))
        })?;
        page.browser.press(Key::Right.into())?;
        let last = eventually(PATIENCE, "the last point", || Ok(pointed(page)?.filter(|at| at[0] == "30")))?;
        let mut shown = Vec::new();
        for (task, own) in losses.iter().enumerate() {
            shown.extend(own.iter().map(|loss| loss.trim().to_string()));
            shown.push(page.text(&format!("task-{task}-single-loss"))?);
        }
        ensure!(last[2..] == shown[..], "the last point is {last:?}, the losses are {shown:?}");
        page.browser.press(Key::Escape.into())?;
        eventually_true(PATIENCE, "no reading", || Ok(pointed(page)?.is_none()))
    })
}

#[test]
fn three_tasks_are_seen_two_at_a_time_or_all_at_once() -> Result<()> {
    const ALL: &str = ".panel-pareto input[type=checkbox]";
    CPU.visit("v=2&p=rivals&seeds=2&fan=11", |page| {
        ensure!(page.words(ALL)?.is_none(), "two tasks need no view of all");
        page.click("task-add")?;
        eventually_true(PATIENCE, "a view of all tasks", || Ok(page.words(ALL)?.is_some()))?;
        page.step_epochs(5)?;
        page.settled_losses()?;
        let plane = settled(page, "pareto-chart")?;
        page.browser.select(".panel-pareto label:nth-of-type(1) select", "2")?;
        let turned = redrawn(page, "pareto-chart", &plane)?;
        page.browser.click(ALL)?;
        let all = redrawn(page, "pareto-chart", &turned)?;
        ensure!(all != plane);
        let off =
            "return [...document.querySelectorAll('.panel-pareto .tool select')].every(select => select.disabled)";
        ensure!(page.browser.truth(off, vec![])?, "axes can be chosen where all are shown");
        page.step_epochs(1)?;
        redrawn(page, "pareto-chart", &all)?;
        page.click("task-remove")?;
        eventually_true(PATIENCE, "no view of all tasks", || Ok(page.words(ALL)?.is_none()))?;
        page.step_epochs(2)?;
        settled(page, "pareto-chart")?;
        page.no_console_errors()
    })
}

#[test]
fn the_pointer_names_a_model_on_the_trade_off() -> Result<()> {
    CPU.visit("v=2&p=rivals&seeds=2&fan=11", |page| {
        page.step_epochs(10)?;
        settled(page, "pareto-chart")?;
        let line = || Ok::<_, anyhow::Error>(page.words(".pareto-line")?.unwrap_or_default());
        ensure!(line()?.starts_with("against the best"), "{}", line()?);
        // Somewhere on the plane there is a model: they are looked for row by row.
        let places = (1..20).flat_map(|down| (3..20).map(move |across| (across as f64 / 20.0, down as f64 / 20.0)));
        let mut found = String::new();
        for at in places {
            page.point(&css("pareto-chart"), at)?;
            found = line()?;
            if found.starts_with("preference A ") {
                break;
            }
        }
        ensure!(found.contains(" %: A ") && found.contains(", B "), "no member of the fan is named: '{found}'");
        page.point_away()?;
        eventually_true(PATIENCE, "the reference again", || Ok(line()?.starts_with("against the best")))
    })
}

/// Keeps what the page hands to the browser to save, instead of saving it.
const CATCH: &str = "window.saved = []; const make = URL.createObjectURL;\
    URL.createObjectURL = blob => { const url = make.call(URL, blob); window.saved.push({ url, blob }); return url; };\
    HTMLAnchorElement.prototype.click = function () {\
      const file = window.saved.find(file => file.url === this.href); if (file) file.name = this.download; };";

/// Name, type, first bytes, and what the document or the picture is when it is read again.
const READ: &str = "const file = window.saved[0]; if (!file?.name) return null; const { blob, name } = file;\
    const head = [...new Uint8Array(await blob.arrayBuffer()).slice(0, 8)];\
    const told = { name, type: blob.type, head };\
    if (name.endsWith('.svg')) {\
      const text = await blob.text(), svg = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;\
      return { ...told, start: text.slice(0, 4), root: svg.tagName, shapes: svg.querySelectorAll('*').length,\
        title: svg.querySelector('title')?.textContent ?? '', text: svg.textContent };\
    }\
    const picture = await createImageBitmap(blob); return { ...told, size: [picture.width, picture.height] };";

/// What the button of a chart hands to the browser.
fn download(page: &Page, chart: &str, kind: &str) -> Result<Value> {
    page.browser.execute("window.saved.length = 0", vec![])?;
    let panel = format!(".panel:has([data-testid=\"{chart}\"])");
    page.browser.click(&format!("{panel} .chart-save button[title=\"Save this chart as {kind}\"]"))?;
    eventually(PATIENCE, &format!("a {kind} of {chart}"), || {
        Ok(Some(page.browser.execute_async(READ, vec![])?).filter(|file| !file.is_null()))
    })
}

/// An error unless a chart is saved as a document and as a picture of what is on the screen.
fn saves(page: &Page, chart: &str, word: &str) -> Result<()> {
    let svg = download(page, chart, "SVG")?;
    ensure!(svg["name"] == json!(format!("{chart}.svg")) && svg["type"] == "image/svg+xml", "{chart}: {svg}");
    ensure!(svg["start"] == "<svg" && svg["root"] == "svg", "{chart}: {svg}");
    ensure!(svg["shapes"].as_u64() > Some(20), "{chart} has {} shapes", svg["shapes"]);
    ensure!(svg["title"].as_str().is_some_and(|title| title.len() > 20), "{chart}: the title is {}", svg["title"]);
    for word in [word, ", seed 42"] {
        ensure!(svg["text"].as_str().is_some_and(|text| text.contains(word)), "{chart} doesn't say '{word}': {svg}");
    }

    let png = download(page, chart, "PNG")?;
    ensure!(png["name"] == json!(format!("{chart}.png")) && png["type"] == "image/png", "{chart}: {png}");
    ensure!(png["head"] == json!([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), "{chart}: {png}");
    // Three times as large as on the screen, and a title above.
    let canvas =
        "const canvas = document.querySelector(arguments[0]); return [canvas.clientWidth, canvas.clientHeight]";
    let size = page.browser.execute(canvas, vec![json!(css(chart))])?;
    let part = |of: &Value, i: usize| of[i].as_f64().unwrap_or_default();
    let (width, height) = (part(&size, 0).max(320.0), part(&size, 1).max(160.0));
    let (wide, high) = (part(&png["size"], 0), part(&png["size"], 1));
    ensure!((wide - 3.0 * width).abs() <= 3.0 && high > 3.0 * height + 60.0, "{chart}: {png} of a canvas of {size}");
    Ok(())
}

#[test]
fn every_chart_is_saved_as_a_document_and_as_a_picture() -> Result<()> {
    CPU.visit("v=2&p=rivals&seeds=2&fan=11&t1.scale=2", |page| {
        page.step_epochs(5)?;
        page.settled_losses()?;
        page.browser.execute(CATCH, vec![])?;
        for (chart, word) in
            [(LOSS, "epoch"), ("pareto-chart", "xor"), ("transfer-chart", "%"), ("weights-chart", "epoch")]
        {
            saves(page, chart, word)?;
        }
        page.no_console_errors()
    })
}

#[test]
fn a_race_and_the_view_of_all_tasks_are_saved_too() -> Result<()> {
    CPU.visit("v=2&p=two-valleys", |page| {
        page.step_epochs(1)?;
        page.browser.execute(CATCH, vec![])?;
        settled(page, "landscape-chart")?;
        saves(page, "landscape-chart", "parameter 2")?;
        page.no_console_errors()
    })?;
    CPU.visit("v=2&p=rivals&tasks=3&seeds=2&fan=11", |page| {
        page.step_epochs(2)?;
        page.browser.click(".panel-pareto input[type=checkbox]")?;
        settled(page, "pareto-chart")?;
        page.browser.execute(CATCH, vec![])?;
        saves(page, "pareto-chart", "xor")
    })
}

#[test]
fn a_fan_that_reaches_nothing_has_a_volume_of_zero_and_not_of_minus_zero() -> Result<()> {
    CPU.visit("v=2&p=rivals&tasks=3&seeds=2&fan=11", |page| {
        page.step_epochs(2)?;
        let label = eventually(PATIENCE, "a hypervolume", || {
            Ok(page.attribute("pareto-chart", "aria-label")?.filter(|label| label.contains("hypervolume")))
        })?;
        ensure!(!label.ends_with("hypervolume \u{2212}0."), "{label}");
        Ok(())
    })
}

#[test]
fn a_loud_task_shows_its_effective_weight_and_equal_ones_show_no_panel() -> Result<()> {
    const SHOWN: &str = "return document.querySelector('.place-weights').checkVisibility()";
    let shows = |page: &Page, there: bool| {
        eventually_true(PATIENCE, "the panel of the weights", || Ok(page.browser.truth(SHOWN, vec![])? == there))
    };
    CPU.visit("v=2&p=bully&seeds=2&fan=none", |page| {
        page.step_epochs(2)?;
        shows(page, true)?;
        eventually_true(PATIENCE, "effective weights", || {
            Ok(page.text("task-0-effective")? == "1" && page.text("task-1-effective")? == "10")
        })?;
        ensure!(page.text("task-1-weight")? == "1.00", "the balancer's own is {}", page.text("task-1-weight")?);
        page.open_table(".panel-weights")?;
        eventually_true(PATIENCE, "a table with both", || {
            let rows = page.rows(".panel-weights .twin")?;
            Ok(rows.last().is_some_and(|row| *row == ["2", "1", "1.00", "10", "1.00"]))
        })?;
        // What has differed once stays until the curves begin again.
        page.fill("t1.scale", "1")?;
        page.step_epochs(2)?;
        shows(page, true)?;
        page.rewound()?;
        shows(page, false)?;
        page.no_console_errors()
    })
}

#[test]
fn the_tab_of_the_weights_gives_way_where_they_are_equal() -> Result<()> {
    CPU.visit("v=2&p=bully&seeds=2&fan=none", |page| {
        page.browser.emulate_size((1280, 720))?;
        page.step_epochs(1)?;
        page.press("Weights")?;
        let tab = "return document.querySelector('.app').dataset.tab";
        eventually_true(PATIENCE, "the weights", || Ok(page.browser.string(tab, vec![])? == "weights"))?;
        page.fill("t1.scale", "1")?;
        page.rewound()?;
        eventually_true(PATIENCE, "the losses", || Ok(page.browser.string(tab, vec![])? == "loss"))
    })
}

#[test]
fn where_no_fan_trains_a_button_trains_one() -> Result<()> {
    CPU.visit("v=2&p=pairs&seeds=2", |page| {
        page.step_epochs(2)?;
        page.settled_losses()?;
        ensure!(page.number("hypervolume")? >= 0.0);
        let line = || Ok::<_, anyhow::Error>(page.words(".pareto-line")?.unwrap_or_default());
        ensure!(line()?.starts_with("of this run alone, against"), "{}", line()?);
        let legend = || Ok::<_, anyhow::Error>(page.words(".chart-legend")?.unwrap_or_default());
        ensure!(legend()?.contains("single-task") && !legend()?.contains("fan"), "{}", legend()?);
        page.click("train-fan")?;
        page.wait_setting("fan", "11")?;
        eventually_true(PATIENCE, "no button", || Ok(!page.exists("train-fan")?))?;
        page.step_epochs(1)?;
        eventually_true(PATIENCE, "a legend with the fan", || Ok(legend()?.contains("from A to B")))?;
        eventually_true(PATIENCE, "what the fan dominates", || Ok(line()?.starts_with("against the best")))?;
        page.no_console_errors()
    })
}

#[test]
fn a_verdict_comes_after_twenty_epochs_and_its_interval_stands_beside_it() -> Result<()> {
    let words = |page: &Page| Ok::<_, anyhow::Error>(page.words(".panel-transfer .verdict")?.unwrap_or_default());
    CPU.visit("v=2&p=rivals&seeds=3&fan=none", |page| {
        page.step_epochs(19)?;
        eventually_true(PATIENCE, "'too early'", || Ok(words(page)? == "too early"))?;
        let interval = || Ok::<_, anyhow::Error>(page.words(".panel-transfer .interval")?.unwrap_or_default());
        ensure!(interval()?.is_empty(), "the interval is '{}' before it means anything", interval()?);
        page.step_epochs(3)?;
        eventually_true(PATIENCE, "a verdict", || Ok(!words(page)?.is_empty() && words(page)? != "too early"))?;
        ensure!(interval()?.contains(" to ") && interval()?.ends_with('%'), "the interval is '{}'", interval()?);
        ensure!(page.in_sight(".panel-transfer .interval")?, "the interval is out of sight");
        Ok(())
    })
}

#[test]
fn pictures_are_sharp_on_another_monitor_and_the_pointer_finds_its_place() -> Result<()> {
    CPU.visit("v=2&p=rivals&s=3&fan=none&seeds=2", |page| {
        page.step_epochs(20)?;
        settled(page, LOSS)?;
        let ratios = "return ['loss-chart', 'pareto-chart', 'transfer-chart', 'task-0-map'].flatMap(id => {\
            const el = document.querySelector(`[data-testid=\"${id}\"]`);\
            const canvas = id === 'task-0-map' ? el.parentElement.querySelector('.dots') : el;\
            return Math.abs(canvas.width - canvas.clientWidth * devicePixelRatio) })\
            .concat([document.querySelector('.network canvas')].map(canvas =>\
              Math.abs(canvas.width - canvas.clientWidth * devicePixelRatio)))";
        let (width, height) = page.browser.setup().size;
        page.point(&css(LOSS), (0.3, 0.5))?;
        let before = eventually(PATIENCE, "a reading", || pointed(page))?;
        for factor in [2.0, 1.5, 1.0] {
            let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": factor, "mobile": false });
            page.browser.cdp("Emulation.setDeviceMetricsOverride", metrics)?;
            eventually_true(PATIENCE, &format!("pictures of {factor} pixels to one"), || {
                let off = page.browser.execute(ratios, vec![])?;
                Ok(off.as_array().is_some_and(|off| off.iter().all(|off| off.as_f64().is_some_and(|off| off <= 2.0))))
            })?;
            page.point_away()?;
            page.point(&css(LOSS), (0.3, 0.5))?;
            let now = eventually(PATIENCE, "a reading", || pointed(page))?;
            ensure!(now == before, "with {factor} pixels to one {now:?} stands where {before:?} stood");
        }
        page.no_console_errors()
    })
}
