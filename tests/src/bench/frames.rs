//! The page's own work per frame while the default lesson trains flat out.
//!
//! Chromium's own trace says what the main thread did: every task with its duration and its CPU
//! time, and every commit of a frame to the compositor (the same events that the Performance panel
//! draws). A frame's work is that of all tasks since the frame before, whatever they were: scripts,
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

pub struct Frames {
    pub count: usize,
    /// Milliseconds of CPU time: median and 95th percentile.
    pub cpu: [f64; 2],
    /// The same in wall time.
    pub wall: [f64; 2],
    pub per_second: f64,
}

pub fn measure(options: &Options) -> Result<Frames> {
    eprintln!("frame work (a trace of {TRACE_SECONDS} s)");
    let folder = fresh_folder("mtl-trace")?;
    let frames = traced(&folder.join("trace.json"), options);
    let _ = std::fs::remove_dir_all(folder);
    frames
}

fn traced(trace: &Path, options: &Options) -> Result<Frames> {
    let site = Ours::serve()?;
    let args = vec![
        format!("--trace-startup={CATEGORIES}"),
        format!("--trace-startup-file={}", trace.display()),
        format!("--trace-startup-duration={TRACE_SECONDS}"),
        "--trace-startup-format=json".into(),
    ];
    let browser = Browser::start_with(Setup { args, ..Setup::new(Flavour::Cpu) })?;
    ours::play_default(&browser, &site)?;
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
    let micros = |event: &Value, key: &str| event[key].as_f64().unwrap_or(0.0);
    let (from, to) = (micros(begin, "ts"), micros(end, "ts"));
    let of_main = |event: &&Value| {
        event["pid"] == begin["pid"] && event["tid"] == begin["tid"] && (from..to).contains(&micros(event, "ts"))
    };
    let main: Vec<&Value> = events.iter().filter(of_main).collect();
    let named = |name: &str| {
        let mut found: Vec<&Value> = main.iter().copied().filter(|event| event["name"] == name).collect();
        found.sort_by(|one, other| micros(one, "ts").total_cmp(&micros(other, "ts")));
        found
    };
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
    Ok(Frames { count, cpu: quantiles(cpu), wall: quantiles(wall), per_second: count as f64 / ((to - from) / 1e6) })
}

/// Median and 95th percentile.
fn quantiles(mut values: Vec<f64>) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    [0.5, 0.95].map(|part| values[((values.len() - 1) as f64 * part).round() as usize])
}
