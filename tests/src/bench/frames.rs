//! The page's own work per frame while a lesson trains flat out.
//!
//! Chromium's own trace says what the main thread did: every task with its duration and its CPU
//! time, what it consisted of, and every commit of a frame to the compositor (the same events that the Performance
//! panel draws). A frame's work is that of all tasks since the frame before, whatever they were: scripts,
//! messages from the worker, style, layout, paint. An observer inside the page would see neither
//! style nor paint, and would be work itself. CPU time is what the target is measured by: wall time
//! also holds what other processes took from the thread on a machine with few cores.

use crate::options::Options;
use crate::ours::{self, Ours};
use crate::race::pass;
use anyhow::{Context, Result, ensure};
use mtl_tests::driver::fresh_folder;
use mtl_tests::{Browser, Flavour, Setup, eventually};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// Of the browser, from its start; the page must have trained for a while by its end.
const TRACE_SECONDS: u64 = 30;
const CATEGORIES: &str = "-*,blink.user_timing,devtools.timeline,disabled-by-default-devtools.timeline";
const BEGIN: &str = "mtl-bench-begin";
const END: &str = "mtl-bench-end";

/// Lessons whose frames are looked at, with the most milliseconds of CPU time that 95 of 100 frames may take.
pub const LESSONS: [(&str, f64); 3] = [("twins", 4.0), ("digits", 6.0), ("groups", 6.0)];

/// Kinds of work, and the names that the browser gives them; what has no name of these is of the first kind.
pub const KINDS: [(&str, &[&str]); 5] = [
    ("other", &[]),
    (
        "script",
        &[
            "FunctionCall",
            "FireAnimationFrame",
            "TimerFire",
            "RunMicrotasks",
            "HandlePostMessage",
            "v8.run",
            "EvaluateScript",
        ],
    ),
    ("style", &["UpdateLayoutTree", "ScheduleStyleRecalculation"]),
    ("layout", &["Layout", "PrePaint", "IntersectionObserverController::computeIntersections"]),
    ("paint", &["Paint", "Layerize", "Commit", "UpdateLayer"]),
];

/// What was seen of a lesson's frames.
pub struct Frames {
    pub lesson: &'static str,
    /// Milliseconds of CPU time that 95 of 100 frames should take at most.
    pub target: f64,
    pub count: usize,
    /// Milliseconds of CPU time: median and 95th percentile.
    pub cpu: [f64; 2],
    /// The same in wall time.
    pub wall: [f64; 2],
    /// The means over all frames by kind, in the order of [`KINDS`]: milliseconds of CPU time.
    pub kinds: [f64; KINDS.len()],
    pub per_second: f64,
}

pub fn measure(options: &Options) -> Result<Vec<Frames>> {
    LESSONS.iter().map(|(lesson, target)| of_lesson(lesson, *target, options)).collect()
}

fn of_lesson(lesson: &'static str, target: f64, options: &Options) -> Result<Frames> {
    eprintln!("frame work of {lesson} (a trace of {TRACE_SECONDS} s)");
    let folder = fresh_folder("mtl-trace")?;
    let frames = traced(&folder.join("trace.json"), lesson, options);
    let _ = std::fs::remove_dir_all(folder);
    Ok(Frames { lesson, target, ..frames? })
}

fn traced(trace: &Path, lesson: &str, options: &Options) -> Result<Frames> {
    let site = Ours::serve()?;
    let args = vec![
        format!("--trace-startup={CATEGORIES}"),
        format!("--trace-startup-file={}", trace.display()),
        format!("--trace-startup-duration={TRACE_SECONDS}"),
        "--trace-startup-format=json".into(),
    ];
    let browser = Browser::start_with(Setup { args, ..Setup::new(Flavour::Cpu) })?;
    ours::play(&browser, &site, &format!("v=2&p={lesson}"))?;
    pass(2 * options.window);
    let mark = |name| browser.execute(&format!("performance.mark('{name}')"), vec![]);
    mark(BEGIN)?;
    // The page is asked nothing meanwhile.
    pass(Duration::from_secs(6));
    mark(END)?;
    // The browser writes when the time is over; an unfinished file is no JSON yet.
    let trace: Value = eventually(TRACE_SECONDS + 90, "the browser's trace", || {
        let text = std::fs::read(trace).context("no file yet")?;
        Ok(Some(serde_json::from_slice(&text)?))
    })?;
    let events = trace["traceEvents"].as_array().context("the trace has no events")?;
    frames(events)
}

fn frames(events: &[Value]) -> Result<Frames> {
    let marked = |name: &str| events.iter().find(|event| event["name"] == name);
    let (begin, end) = marked(BEGIN).zip(marked(END)).context("the trace ends before the measurement: a slow start")?;
    let (from, to) = (micros(begin, "ts"), micros(end, "ts"));
    let of_main = |event: &&Value| {
        event["pid"] == begin["pid"] && event["tid"] == begin["tid"] && (from..to).contains(&micros(event, "ts"))
    };
    let main: Vec<&Value> = events.iter().filter(of_main).collect();
    let named = |name: &str| in_order(main.iter().copied().filter(|event| event["name"] == name));
    let mut commits = named("Commit").into_iter().map(|event| micros(event, "ts")).peekable();
    let (mut cpu, mut wall) = (Vec::new(), Vec::new());
    let (mut cpu_sum, mut wall_sum) = (0.0, 0.0);
    for task in named("RunTask") {
        cpu_sum += micros(task, "tdur");
        wall_sum += micros(task, "dur");
        let task_end = micros(task, "ts") + micros(task, "dur");
        let mut committed = false;
        while commits.next_if(|commit| *commit <= task_end).is_some() {
            committed = true;
        }
        if committed {
            cpu.push(std::mem::take(&mut cpu_sum) / 1000.0);
            wall.push(std::mem::take(&mut wall_sum) / 1000.0);
        }
    }
    ensure!(cpu.len() > 10, "the page drew {} frames in six seconds of training", cpu.len());
    let count = cpu.len();
    let kinds = by_kind(main.iter().copied()).map(|sum| sum / 1000.0 / count as f64);
    let per_second = count as f64 / ((to - from) / 1e6);
    Ok(Frames { lesson: "", target: 0.0, count, cpu: quantiles(cpu), wall: quantiles(wall), kinds, per_second })
}

fn micros(event: &Value, key: &str) -> f64 {
    event[key].as_f64().unwrap_or(0.0)
}

/// Events by the time at which they began, those that hold others first.
fn in_order<'a>(events: impl Iterator<Item = &'a Value>) -> Vec<&'a Value> {
    let mut found: Vec<&Value> = events.filter(|event| event["ph"] == "X").collect();
    let key = |event: &Value| (micros(event, "ts"), -micros(event, "dur"));
    found.sort_by(|one, other| {
        let ((a, b), (c, d)) = (key(one), key(other));
        a.total_cmp(&c).then(b.total_cmp(&d))
    });
    found
}

/// Microseconds of CPU time by kind, each event less what stands within it.
fn by_kind<'a>(events: impl Iterator<Item = &'a Value>) -> [f64; KINDS.len()] {
    let mut sums = [0.0; KINDS.len()];
    let mut open: Vec<(f64, usize)> = Vec::new();
    for event in in_order(events) {
        let (start, length) = (micros(event, "ts"), micros(event, "dur"));
        open.retain(|(end, _)| *end > start);
        let name = event["name"].as_str().unwrap_or_default();
        let known = KINDS.iter().position(|(_, names)| names.contains(&name));
        // What is of no kind of its own is of that within which it stands.
        let kind = known.or(open.last().map(|(_, kind)| *kind)).unwrap_or(0);
        let own = micros(event, "tdur");
        if let Some((_, around)) = open.last() {
            sums[*around] -= own;
        }
        sums[kind] += own;
        open.push((start + length, kind));
    }
    sums
}

/// Median and 95th percentile.
fn quantiles(mut values: Vec<f64>) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    [0.5, 0.95].map(|part| values[((values.len() - 1) as f64 * part).round() as usize])
}
