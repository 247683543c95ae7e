//! Takes every lesson at its story's start, middle and end, at every size, light and dark, and makes
//! a sheet of each size: nothing may overlap, nothing may be cut, and a person looks.
//!
//! `cargo xtask pictures` builds the page and starts this.

use anyhow::{Context, Result};
use clap::Parser;
use mtl_core::lesson::lessons::LESSONS;
use mtl_tests::site::explained;
use mtl_tests::{Browser, PATIENCE, Page, Setup, Site, eventually_true};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use xtask::static_site::serve;

/// Names of the sizes, and their pixels.
const SIZES: [(&str, (u32, u32)); 3] = [("wide", Setup::DESKTOP), ("low", (1280, 720)), ("phone", Setup::PHONE)];

/// Pictures of every lesson, at its story's start, middle and end.
#[derive(Parser)]
#[command(name = "cargo xtask pictures --", bin_name = "cargo xtask pictures --")]
struct Options {
    /// A lesson's key; may be given more than once. All without it.
    #[arg(long)]
    lesson: Vec<String>,
    /// wide (1440x900), low (1280x720) or phone (390x844); may be given more than once.
    #[arg(long)]
    size: Vec<String>,
    /// light or dark; both without it.
    #[arg(long)]
    theme: Vec<String>,
    /// Where they go; what is there under the same names is replaced.
    #[arg(long, default_value = "pictures")]
    out: PathBuf,
}

impl Options {
    fn wants(list: &[String], name: &str) -> bool {
        list.is_empty() || list.iter().any(|wanted| wanted == name)
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    std::fs::create_dir_all(&options.out).with_context(|| format!("create {}", options.out.display()))?;
    let site = Site::built("/")?;
    for (size, pixels) in SIZES.into_iter().filter(|(name, _)| Options::wants(&options.size, name)) {
        for theme in ["light", "dark"].into_iter().filter(|theme| Options::wants(&options.theme, theme)) {
            let setup = Setup { size: pixels, dark: theme == "dark", ..Setup::cpu() };
            let browser = Browser::start_with(setup)?;
            let mut taken = Vec::new();
            for lesson in LESSONS.iter().filter(|lesson| Options::wants(&options.lesson, lesson.key)) {
                let page = Page::new(&browser, &site.url());
                let story = lesson.config().pacing.story as u64;
                let name = format!("{}-{size}-{theme}", lesson.key);
                taken.push(explained(&page, || take(&page, lesson.key, story, &name, &options.out))?);
                println!("{name}");
            }
            sheet(&browser, &options.out, &format!("sheet-{size}-{theme}"), &taken)?;
        }
    }
    println!("in {}", options.out.display());
    Ok(())
}

/// The files of a lesson's pictures, from the start of its story to the end.
fn take(page: &Page, lesson: &str, story: u64, name: &str, out: &Path) -> Result<Vec<String>> {
    page.open(&format!("v=2&p={lesson}"))?;
    page.rewound()?;
    let mut files = Vec::new();
    for (part, epoch) in [("start", 0), ("middle", story / 2), ("end", story)] {
        page.play_to(epoch)?;
        page.settled("pictures", || page.browser.string("return String(document.body.innerText.length)", vec![]))?;
        let file = format!("{name}-{part}.png");
        let place = out.join(&file);
        std::fs::write(&place, page.browser.screenshot()?).with_context(|| format!("write {}", place.display()))?;
        files.push(file);
    }
    Ok(files)
}

/// A page of all pictures, a row a lesson, and a picture of that page.
fn sheet(browser: &Browser, out: &Path, name: &str, rows: &[Vec<String>]) -> Result<()> {
    let mut html = String::from(
        "<!doctype html><meta charset=utf-8><title>Pictures</title>\
         <style>body { margin: 8px; background: #888 } div { display: flex; gap: 8px; margin-bottom: 8px }\
         img { width: 460px }</style>",
    );
    for row in rows {
        html.push_str("<div>");
        for file in row {
            write!(html, "<a href=\"{file}\"><img src=\"{file}\" alt=\"{file}\"></a>")?;
        }
        html.push_str("</div>");
    }
    let file = out.join(format!("{name}.html"));
    std::fs::write(&file, html).with_context(|| format!("write {}", file.display()))?;
    let server = serve(out, "/", 0)?;
    browser.goto(&format!("{}{name}.html", server.url()))?;
    eventually_true(PATIENCE, "all pictures of a sheet", || {
        browser.truth("return [...document.images].every(image => image.complete)", vec![])
    })?;
    let length = |side: &str| browser.number(&format!("return document.documentElement.scroll{side}"), vec![]);
    browser.emulate_size((1420.max(length("Width")? as u32), length("Height")? as u32))?;
    let picture = browser.screenshot()?;
    std::fs::write(out.join(format!("{name}.png")), picture).context("write the sheet's picture")
}
