//! The harness itself, against a page of ten lines: what it reports here is worth believing there.

use anyhow::{Result, ensure};
use mtl_tests::driver::fresh_folder;
use mtl_tests::page::parse_number;
use mtl_tests::{Browser, Flavour, PATIENCE, Page, Setup, Site, eventually, eventually_true};
use std::process::Command;

const HTML: &str = r#"<!doctype html><title>Small</title><meta name=viewport content="width=device-width">
<style>body { background: white } @media (prefers-color-scheme: dark) { body { background: black } }</style>
<link rel=icon href="data:,">
<button data-testid=play aria-pressed=false>▶</button> <button data-testid=step-epoch>one</button>
<button data-testid=reset>reset</button> <input data-testid=seed value=42>
<span data-testid=epoch>0</span> <span data-testid=engine>CPU</span> <span data-testid=notice></span>
<span data-testid=task-0-train-loss data-value=0.123456>0.12</span>
<span data-testid=task-0-valid-loss>0.5</span> <canvas data-testid=task-0-map width=4 height=4></canvas>
<script>
const one = id => document.querySelector(`[data-testid="${id}"]`);
let playing = false, epoch = 0;
const show = () => one('epoch').textContent = epoch;
one('play').onclick = () => { playing = !playing; one('play').setAttribute('aria-pressed', playing) };
one('step-epoch').onclick = () => setTimeout(() => { epoch++; show() }, 5);
one('reset').onclick = () => { epoch = 0; show() };
setInterval(() => { if (playing) { epoch++; show() } }, 20);
onkeydown = event => { if (event.target === document.body) one('notice').textContent = event.key };
one('task-0-map').getContext('2d').fillRect(0, 0, 2, 2);
</script>"#;

fn with(setup: Setup, test: impl FnOnce(&Page) -> Result<()>) -> Result<()> {
    let site = Site::of_html(HTML)?;
    let browser = Browser::start_with(setup)?;
    let page = Page::new(&browser, &site.url());
    page.open("")?;
    test(&page)
}

#[test]
fn a_page_object_reads_and_drives_a_page() -> Result<()> {
    with(Setup::cpu(), |page| {
        page.play()?;
        page.wait_epoch(3)?;
        page.rewound()?;
        ensure!(page.step_epochs(5)? == 5);
        ensure!(page.settled_losses()? == [["0.12 0.123456", "0.5"]]);
        ensure!(page.number("task-0-train-loss")? == 0.123456);
        ensure!(page.settled_map(0)?.starts_with("16:"));
        page.fill("seed", "7")?;
        ensure!(page.text("seed")? == "7");
        ensure!(page.tasks()? == 1);
        page.browser.press('?')?;
        eventually_true(PATIENCE, "the key", || Ok(page.notice()? == "?"))
    })
}

#[test]
fn the_console_tells_of_errors_and_of_nothing_else() -> Result<()> {
    with(Setup::cpu(), |page| {
        page.no_console_errors()?;
        page.browser.execute("console.error('so it goes')", vec![])?;
        let told = page.no_console_errors().err().map_or_else(String::new, |error| error.to_string());
        ensure!(told.contains("so it goes"), "{told}");
        page.no_console_errors()
    })
}

#[test]
fn a_dark_phone_is_dark_narrow_and_touched_and_so_are_its_new_tabs() -> Result<()> {
    with(Setup { dark: true, reduced_motion: true, ..Setup::phone() }, |page| {
        let facts = "return [innerWidth, innerHeight, getComputedStyle(document.body).backgroundColor,\
             matchMedia('(prefers-reduced-motion: reduce)').matches, matchMedia('(pointer: coarse)').matches].join(' ')";
        let expected = "390 844 rgb(0, 0, 0) true true";
        ensure!(page.browser.string(facts, vec![])? == expected);
        page.browser.new_tab()?;
        page.open("")?;
        let found = page.browser.string(facts, vec![])?;
        ensure!(found == expected, "{found}");
        Ok(())
    })
}

#[test]
fn only_one_of_the_two_flavours_has_a_gpu_adapter() -> Result<()> {
    for flavour in [Flavour::Cpu, Flavour::Gpu] {
        with(Setup::new(flavour), |page| {
            let adapter = page.browser.execute_async("return !!await navigator.gpu?.requestAdapter()", vec![])?;
            ensure!(adapter == (flavour == Flavour::Gpu), "{flavour:?}: {adapter}");
            Ok(())
        })?;
    }
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_is_left_of_a_browser_after_a_panic() -> Result<()> {
    let marker = fresh_folder("mtl-marker")?;
    let flag = format!("--log-net-log={}/log", marker.display());
    let setup = Setup { net_log: Some(marker.join("log")), ..Setup::cpu() };
    let alive = || -> Result<bool> {
        let list = Command::new("ps").args(["-eo", "args"]).output()?;
        Ok(String::from_utf8_lossy(&list.stdout).contains(&flag))
    };
    let fall = std::thread::spawn(move || {
        let browser = Browser::start_with(setup);
        assert!(browser.is_err(), "on purpose");
    });
    ensure!(fall.join().is_err());
    eventually_true(PATIENCE, "the end of Chromium", || Ok(!alive()?))?;
    eventually(PATIENCE, "an end of its files", || Ok(std::fs::remove_dir_all(&marker).map(Some)?))
}

#[test]
fn numbers_are_read_as_the_page_writes_them() {
    let value = |text| parse_number(text).map(|reading| reading.value);
    assert_eq!(value("0.25"), Some(0.25));
    assert_eq!(value("\u{2212}12.5\u{202f}%"), Some(-12.5));
    assert_eq!(value("+3 %"), Some(3.0));
    assert_eq!(value("1.5e-3"), Some(0.0015));
    assert_eq!(value("hypervolume 0.75 (to 1, 1)"), Some(0.75));
    assert_eq!(value("\u{2014}"), None);
    assert_eq!(parse_number("0.25 or so").map(|reading| reading.blur), Some(0.005));
}
