//! Every lesson at every size: no text is cut off, and none is covered.

use anyhow::{Result, ensure};
use mtl_core::lesson::lessons::LESSONS;
use mtl_tests::{Page, Setup, Shared};

static CPU: Shared = Shared::new(Setup::cpu);

const LOW: (u32, u32) = (1280, 720);

/// Opens every lesson at this size, looks at it, trains a little, and looks again. A page opens its details by the
/// room that it has when it loads, so that each size is loaded anew.
fn every_lesson_fits(size: (u32, u32)) -> Result<()> {
    CPU.tab(|page| {
        let mut faults = Vec::new();
        page.browser.emulate_size(size)?;
        for lesson in LESSONS {
            page.open(&format!("v=2&p={}", lesson.key))?;
            page.rewound()?;
            for epoch in [0, 12] {
                page.play_to(epoch)?;
                faults.extend(told(page, &format!("{} at {}x{}, epoch {epoch}", lesson.key, size.0, size.1))?);
            }
        }
        ensure!(faults.is_empty(), "{}", faults.join("\n"));
        page.no_console_errors()
    })
}

fn told(page: &Page, at: &str) -> Result<Vec<String>> {
    // Pictures draw themselves a little later than numbers.
    page.settled("the texts", || page.browser.string("return document.body.innerText", vec![]))?;
    Ok(page.unreadable()?.into_iter().map(|fault| format!("{at}: {fault}")).collect())
}

#[test]
fn no_text_is_cut_or_covered_on_a_desk() -> Result<()> {
    every_lesson_fits(Setup::DESKTOP)
}

#[test]
fn no_text_is_cut_or_covered_on_a_low_screen() -> Result<()> {
    every_lesson_fits(LOW)
}

#[test]
fn no_text_is_cut_or_covered_on_a_phone() -> Result<()> {
    every_lesson_fits(Setup::PHONE)
}

#[test]
fn a_text_that_is_cut_or_covered_is_found() -> Result<()> {
    CPU.visit("v=2&p=twins&seeds=1", |page| {
        ensure!(page.unreadable()?.is_empty(), "{:?}", page.unreadable()?);
        page.browser.execute(
            "document.body.insertAdjacentHTML('beforeend', \
             '<p style=\"position: fixed; top: 300px; left: 9px; width: 30px; overflow: hidden; white-space: nowrap; z-index: 99\">cut off here</p>\
             <p style=\"position: fixed; top: 350px; left: 9px; z-index: 98\">covered</p>\
             <div style=\"position: fixed; top: 340px; left: 0; width: 90px; height: 50px; background: #fff; z-index: 99\"></div>')",
            vec![],
        )?;
        let faults = page.unreadable()?;
        for what in ["cut: 'cut off here'", "covered: 'covered'"] {
            ensure!(faults.iter().any(|fault| fault.starts_with(what)), "'{what}' is not in {faults:?}");
        }
        Ok(())
    })
}
