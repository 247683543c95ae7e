//! Every lesson on the CPU engine alone, and what its methods cost there.

use crate::alone::{Alone, Timed};
use crate::options::Options;
use crate::ours::Ours;
use crate::race::median;
use anyhow::Result;
use mtl_core::landscape::is_landscape;
use mtl_core::lesson::{lessons, link};
use mtl_tests::{Browser, Flavour, Setup};

/// A lesson, or one of its variants.
pub struct LessonRow {
    pub name: String,
    pub timed: Timed,
    /// Seconds to the end of its story, flat out; of lessons as they are.
    pub story: Option<f64>,
}

/// The lesson that methods are held against equal weights and a shared bottom on.
pub const TWINS: &str = "twins";

/// The same with the 26 members that it had when the first engine was measured, and that PyTorch trains.
pub const TWINS_OF_26: &str = "twins of 26";

/// What is held against it: a name and the setting.
pub const VARIANTS: [(&str, &str); 6] = [
    ("pcgrad", "bal=pcgrad"),
    ("mgda", "bal=mgda"),
    ("dwa", "bal=dwa"),
    ("mmoe", "arch=mmoe"),
    ("cross-stitch", "arch=cross-stitch"),
    ("trunk 256-128-64", "trunk=256,128,64"),
];

/// Times every lesson but the landscapes, and Twins' variants each beside Twins.
pub fn measure(options: &Options) -> Result<Vec<LessonRow>> {
    let site = Ours::serve()?;
    let browser = Browser::start(Flavour::Cpu, Setup::DESKTOP, false)?;
    let mut alone = Alone::open(&browser, &site)?;
    let mut rows = Vec::new();
    let trains = |key: &str| !is_landscape(&link::decode(&format!("v=2&p={key}")).lesson.data.source);
    for lesson in lessons::LESSONS.iter().filter(|lesson| trains(lesson.key)) {
        eprintln!("the engine alone: {}", lesson.key);
        let fragment = format!("v=2&p={}", lesson.key);
        let timed = time(&mut alone, &fragment, options)?;
        let story = Some(alone.story()?);
        rows.push(LessonRow { name: lesson.key.into(), timed, story });
    }
    eprintln!("the engine alone: {TWINS_OF_26}");
    let timed = time(&mut alone, &format!("v=1&p={TWINS}"), options)?;
    rows.push(LessonRow { name: TWINS_OF_26.into(), timed, story: None });
    for (name, setting) in VARIANTS {
        eprintln!("the engine alone: {TWINS}, {name}");
        // Beside it: a machine's speed wanders.
        let plain = time(&mut alone, &format!("v=2&p={TWINS}"), options)?;
        let timed = time(&mut alone, &format!("v=2&p={TWINS}&{setting}"), options)?;
        rows.push(LessonRow { name: format!("{TWINS} for {name}"), timed: plain, story: None });
        rows.push(LessonRow { name: format!("{TWINS}, {name}"), timed, story: None });
    }
    Ok(rows)
}

/// Times a lesson as often as there are rounds; the median.
fn time(alone: &mut Alone, fragment: &str, options: &Options) -> Result<Timed> {
    alone.load(fragment)?;
    // Code that was never run is slow at first.
    alone.time(options.window / 2)?;
    let all = (0..options.rounds).map(|_| alone.time(options.window)).collect::<Result<Vec<_>>>()?;
    let middle = |of: fn(&Timed) -> f64| median(all.iter().map(of)).unwrap_or(f64::NAN);
    let last = all.last().copied().unwrap_or(Timed::NONE);
    Ok(Timed {
        steps_per_second: middle(|timed| timed.steps_per_second),
        record_seconds: middle(|timed| timed.record_seconds),
        ..last
    })
}

/// How many times dearer than Twins as it is one of its variants is, measured beside it.
pub fn times_dearer(rows: &[LessonRow], name: &str) -> Option<f64> {
    let rate = |name: String| Some(rows.iter().find(|row| row.name == name)?.timed.steps_per_second);
    Some(rate(format!("{TWINS} for {name}"))? / rate(format!("{TWINS}, {name}"))?)
}
