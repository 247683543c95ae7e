//! Small screens, dark rooms, people whom motion makes ill.

use anyhow::{Context, Result, ensure};
use mtl_tests::page::css;
use mtl_tests::{PATIENCE, Page, Setup, Shared, eventually_true};
use serde_json::json;
use std::time::Duration;

static PHONE: Shared = Shared::new(Setup::phone);
static DESKTOP: Shared = Shared::new(Setup::cpu);

const TRANSPORT: [&str; 5] = ["play", "step", "step-epoch", "reset", "dice"];

#[test]
fn a_phone_shows_the_page_without_sideways_scrolling() -> Result<()> {
    for lesson in ["twins", "rivals", "bully", "stranger"] {
        PHONE.visit(&format!("v=2&p={lesson}"), |page| {
            page.step_epochs(1)?;
            let wide = page.browser.string(
                "const root = document.documentElement;\
                 return root.scrollWidth <= innerWidth && innerWidth === 390 ? '' : `${root.scrollWidth} in ${innerWidth}: ` +\
                   [...document.body.querySelectorAll('*')].filter(el => el.getBoundingClientRect().right > innerWidth + 1)\
                     .slice(0, 5).map(el => `<${el.tagName.toLowerCase()} class=\"${el.className}\">`).join(' ')",
                vec![],
            )?;
            ensure!(wide.is_empty(), "{lesson} is too wide, {wide}");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn a_phone_has_the_transport_in_view_before_any_scrolling() -> Result<()> {
    PHONE.visit("", |page| {
        for id in ["play", "step-epoch", "reset"] {
            let seen = page.browser.truth(
                "const el = document.querySelector(arguments[0]), box = el.getBoundingClientRect();\
                 const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);\
                 return box.width > 0 && box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight\
                   && box.right <= innerWidth && (el.contains(hit) || hit?.contains(el) === true)",
                vec![json!(css(id))],
            )?;
            ensure!(seen, "'{id}' is out of view or covered");
        }
        Ok(())
    })
}

#[test]
fn transport_buttons_are_large_enough_for_a_thumb() -> Result<()> {
    PHONE.visit("", |page| {
        for id in TRANSPORT {
            let size = page.browser.execute(
                "const box = document.querySelector(arguments[0])?.getBoundingClientRect();\
                 return box ? [box.width, box.height] : null",
                vec![json!(css(id))],
            )?;
            let side = |i: usize| size[i].as_f64().unwrap_or_default();
            // One that is not laid out is behind a fold and no target.
            let folded = side(0) == 0.0 && id != "play";
            ensure!(folded || (side(0) >= 43.5 && side(1) >= 43.5), "'{id}' measures {size}");
        }
        Ok(())
    })
}

#[test]
fn a_lesson_plays_on_a_phone() -> Result<()> {
    PHONE.visit("v=2&p=rivals", |page| {
        page.trains()?;
        page.settled_map(0)?;
        page.no_console_errors()
    })
}

/// Width of a task's map in CSS pixels, and the middle of it.
fn map_box(page: &Page, task: usize) -> Result<(f64, f64, f64)> {
    let map = page.browser.execute(
        "const box = document.querySelector(arguments[0]).getBoundingClientRect();\
         return [box.width, box.x + box.width / 2, box.y + box.height / 2]",
        vec![json!(css(&format!("task-{task}-map")))],
    )?;
    let part = |i: usize| map[i].as_f64().context("the map has no place");
    Ok((part(0)?, part(1)?, part(2)?))
}

#[test]
fn a_tap_on_a_map_fills_the_screen_with_all_and_training_goes_on() -> Result<()> {
    PHONE.visit("v=2&p=rivals", |page| {
        page.play()?;
        let (small, ..) = page.settled("places of a map", || map_box(page, 1))?;
        let mut tapped = None;
        eventually_true(PATIENCE, "a large map", || {
            let (width, x, y) = map_box(page, 1)?;
            // Something above it may have moved it away from under the finger.
            if width == small && tapped != Some((x, y)) {
                tapped = Some((x, y));
                page.browser.cdp("Input.synthesizeTapGesture", json!({ "x": x, "y": y }))?;
            }
            Ok(width > 350.0)
        })?;
        ensure!(small < 200.0, "the map was {small} wide before");
        ensure!(map_box(page, 0)?.0 > 350.0, "the other task's map stays small");
        let epoch = page.epoch()?;
        page.wait_epoch(epoch + 5)?;
        page.browser.click(&css("large-play"))?;
        eventually_true(PATIENCE, "a pause", || Ok(!page.playing()?))?;
        page.click("task-1-enlarge")?;
        eventually_true(PATIENCE, "the map at its place", || Ok(map_box(page, 1)?.0 == small))?;
        page.no_console_errors()
    })
}

#[test]
fn a_map_is_enlarged_and_left_again_by_keyboard() -> Result<()> {
    DESKTOP.visit("v=2&p=rivals", |page| {
        page.wait_cost()?;
        let (small, ..) = page.settled("places of a map", || map_box(page, 0))?;
        page.browser.execute("document.querySelector(arguments[0]).focus()", vec![json!(css("task-0-enlarge"))])?;
        page.browser.press('\u{E007}')?;
        eventually_true(PATIENCE, "a large map", || Ok(map_box(page, 0)?.0 > 600.0))?;
        page.browser.press('\u{E00C}')?;
        eventually_true(PATIENCE, "the map at its place", || Ok(map_box(page, 0)?.0 == small))
    })
}

/// Whether an element has the focus.
fn focused(page: &Page, id: &str) -> Result<bool> {
    page.browser.truth("return document.activeElement === document.querySelector(arguments[0])", vec![json!(css(id))])
}

#[test]
fn large_maps_have_play_and_close_in_reach_and_never_cover_what_has_the_focus() -> Result<()> {
    DESKTOP.visit("v=2&p=rivals", |page| {
        page.wait_cost()?;
        let (small, ..) = page.settled("places of a map", || map_box(page, 1))?;
        let is = |large: bool| {
            let what = if large { "large maps" } else { "maps at their place" };
            let fits = |width: f64| if large { width > 600.0 } else { width == small };
            eventually_true(PATIENCE, what, || Ok(fits(map_box(page, 0)?.0) && fits(map_box(page, 1)?.0)))
        };
        page.click("task-1-enlarge")?;
        is(true)?;
        let label = page.attribute("task-0-enlarge", "aria-label")?;
        ensure!(label.as_deref() == Some("Shrink the picture of task A"), "{label:?}");
        page.browser.click(&css("large-play"))?;
        page.wait_epoch(2)?;
        page.pause()?;
        page.browser.click(&css("large-close"))?;
        is(false)?;
        ensure!(focused(page, "task-1-enlarge")?, "the focus did not come back");
        page.click("task-0-enlarge")?;
        is(true)?;
        page.focus(&css("seed"))?;
        is(false)?;
        ensure!(focused(page, "seed")?, "the focus was taken away");
        page.no_console_errors()
    })
}

#[test]
fn the_page_is_darker_where_dark_is_preferred() -> Result<()> {
    DESKTOP.tab(|page| {
        let brightness = |dark: bool| {
            page.browser.emulate_media(dark, false)?;
            page.open("")?;
            page.browser.number(
                "const background = el => getComputedStyle(el).backgroundColor;\
                 const clear = colour => /^(transparent|rgba\\(.*, 0\\))$/.test(colour);\
                 const colour = [document.body, document.documentElement].map(background).find(c => !clear(c)) ?? 'rgb(255, 255, 255)';\
                 const pen = new OffscreenCanvas(1, 1).getContext('2d'); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);\
                 const [r, g, b] = pen.getImageData(0, 0, 1, 1).data; return (r + g + b) / 765",
                vec![],
            )
        };
        let (light, dark) = (brightness(false)?, brightness(true)?);
        ensure!(light > 0.7 && dark < 0.3, "light {light}, dark {dark}");
        Ok(())
    })
}

#[test]
fn a_map_is_drawn_for_the_dark_too() -> Result<()> {
    DESKTOP.tab(|page| {
        page.browser.emulate_media(true, false)?;
        page.open("v=2&p=rivals")?;
        page.step_epochs(2)?;
        page.settled_map(0)?;
        Ok(())
    })
}

/// A clock that stands still until it is set, and a count of how often the first task's map is drawn.
const CLOCK: &str = "window.drawn = 0;
    const put = CanvasRenderingContext2D.prototype.putImageData;
    CanvasRenderingContext2D.prototype.putImageData = function (...all) {
        window.drawn += this.canvas.dataset.testid === 'task-0-map';
        return put.apply(this, all);
    };
    // A second on: whatever waits is drawn now.
    window.clock = performance.now() + 1000;
    performance.now = () => window.clock;";

/// How often a map is drawn in so many times 40 milliseconds of the page's clock, while training goes on.
fn drawn(page: &Page, reduced_motion: bool, times: u32) -> Result<f64> {
    page.browser.emulate_media(false, reduced_motion)?;
    page.open("v=2&p=rivals")?;
    page.play()?;
    page.wait_epoch(2)?;
    page.browser.execute(CLOCK, vec![])?;
    let count = || page.browser.number("return window.drawn", vec![]);
    eventually_true(PATIENCE, "a map", || Ok(count()? >= 1.0))?;
    for _ in 0..times {
        let before = count()?;
        page.browser.execute("window.clock += 40", vec![])?;
        if reduced_motion {
            // As long as it takes for something new to come, which is not shown.
            std::thread::sleep(Duration::from_millis(400));
        } else {
            eventually_true(PATIENCE, "another map", || Ok(count()? > before))?;
        }
    }
    ensure!(page.playing()?, "training stopped");
    count()
}

#[test]
fn with_reduced_motion_a_map_is_drawn_four_times_a_second_at_most() -> Result<()> {
    DESKTOP.tab(|page| {
        let moving = drawn(page, false, 5)?;
        ensure!(moving >= 6.0, "{moving} maps in 200 ms");
        let still = drawn(page, true, 5)?;
        ensure!(still == 1.0, "{still} maps in 200 ms");
        let epoch = page.epoch()?;
        page.browser.execute("window.clock += 250", vec![])?;
        eventually_true(PATIENCE, "another map after another 250 ms", || {
            Ok(page.browser.number("return window.drawn", vec![])? == 2.0)
        })?;
        // Something new had come all the while.
        page.wait_epoch(epoch + 10)?;
        page.no_console_errors()
    })
}
