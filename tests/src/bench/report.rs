//! What was measured, part by part; each stands on its own, so that what cannot be measured is a line of the report.

use crate::frames::Frames;
use crate::lessons::LessonRow;
use crate::memory::Memory;
use crate::methods::Costs;
use crate::options::Options;
use crate::race::Race;
use crate::start::FirstCurve;
use crate::torch::TorchRow;
use crate::verdicts::{self, Verdict};
use crate::wide::Wide;
use crate::{json, tables};
use anyhow::{Context, Result};
use mtl_tests::Site;
use serde_json::{Value, json};
use xtask::cache::Cache;
use xtask::site::FileSize;

/// A part: nothing where it wasn't asked for.
pub type Found<T> = Option<Result<T>>;

#[derive(Default)]
pub struct Report {
    pub cpu: Found<Vec<Race>>,
    pub wide: Found<Wide>,
    pub lessons: Found<Vec<LessonRow>>,
    pub torch: Found<Vec<TorchRow>>,
    pub cpu_lesson: Found<f64>,
    pub first_curve: Found<FirstCurve>,
    pub first_second: Found<f64>,
    pub frames: Found<Vec<Frames>>,
    pub memory: Found<Memory>,
    pub gpu: Found<Vec<Race>>,
    pub gpu_lesson: Found<f64>,
    pub methods: Found<Vec<Costs>>,
    pub sizes: Found<Vec<FileSize>>,
}

/// What was found, if it was.
pub fn good<T>(found: &Found<T>) -> Option<&T> {
    found.as_ref().and_then(|found| found.as_ref().ok())
}

/// Prints a part, or why there is none.
fn show<T>(what: &str, found: &Found<T>, print: impl FnOnce(&T)) {
    match found {
        None => {}
        Some(Ok(found)) => print(found),
        Some(Err(error)) => println!("\nNot measured, {what}: {error:#}"),
    }
}

/// A part as JSON; nothing where it wasn't asked for.
fn part<T>(name: &str, found: &Found<T>, value: impl FnOnce(&T) -> Value) -> Option<(String, Value)> {
    let value = match found.as_ref()? {
        Ok(found) => value(found),
        Err(error) => json!({ "error": format!("{error:#}") }),
    };
    Some((name.to_string(), value))
}

fn list<T>(all: &[T], one: impl Fn(&T) -> Value) -> Value {
    all.iter().map(one).collect()
}

impl Report {
    pub fn print(&self, options: &Options, machine: &str) {
        println!("\nMedians of {} round(s); ratios are ours divided by theirs. {machine}", options.rounds);
        let races = |name| move |races: &Vec<Race>| races.iter().for_each(|race| tables::race(name, race));
        let lesson =
            |engine| move |rate: &f64| println!("\nDefault lesson, {engine}: {} steps/s", tables::rounded(*rate));
        show("workload W1, CPU", &self.cpu, races("cpu"));
        show("one wide model", &self.wide, tables::wide);
        show("the engine alone", &self.lessons, |rows| tables::lessons(rows));
        show("PyTorch", &self.torch, |rows| tables::torch(rows));
        show("default lesson, CPU", &self.cpu_lesson, lesson("CPU"));
        show("time to the first curve", &self.first_curve, tables::first_curve);
        show("the first second", &self.first_second, |share| {
            println!("\nThe first second of play trains {:.0} % of the fifth's", 100.0 * share);
        });
        show("frame work", &self.frames, |all| all.iter().for_each(tables::frames));
        show("memory", &self.memory, tables::memory);
        show("workload W1, GPU", &self.gpu, races("gpu"));
        show("default lesson, GPU", &self.gpu_lesson, lesson("GPU"));
        show("architectures and balancers", &self.methods, |all| all.iter().for_each(tables::costs));
        show("sizes", &self.sizes, |sizes| tables::sizes(sizes));
        println!("\nTargets");
        for verdict in verdicts::of(self) {
            println!("  {:>5}  {}: {} (target {})", verdict.word(), verdict.name, verdict.found(), verdict.wanted());
        }
    }

    /// Writes the JSON file where one is asked for.
    pub fn write(&self, options: &Options, machine: &str) -> Result<()> {
        let Some(path) = &options.json else {
            return Ok(());
        };
        let parts = [
            part("w1 on the CPU", &self.cpu, |all| list(all, json::race)),
            part("wide", &self.wide, |wide| json!({ "ours": wide.ours, "loops_tuned": wide.tuned })),
            part("engine alone", &self.lessons, |all| list(all, json::lesson)),
            part("pytorch", &self.torch, |all| list(all, json::torch)),
            part("default lesson on the CPU", &self.cpu_lesson, |rate| json!({ "steps_per_second": rate })),
            part("first curve", &self.first_curve, |found| json!({ "milliseconds": found.here, "slow": found.slow })),
            part("first second", &self.first_second, |share| json!({ "share_of_the_fifth": share })),
            part("frames", &self.frames, |all| list(all, json::frames)),
            part("memory", &self.memory, |found| json!({ "before_mb": found.before, "after_mb": found.after })),
            part("w1 on the GPU", &self.gpu, |all| list(all, json::race)),
            part("default lesson on the GPU", &self.gpu_lesson, |rate| json!({ "steps_per_second": rate })),
            part("methods", &self.methods, |all| list(all, json::costs)),
            part("sizes", &self.sizes, |all| list(all, json::size)),
        ];
        let parts: serde_json::Map<_, _> = parts.into_iter().flatten().collect();
        let targets: Vec<Value> = verdicts::of(self).iter().map(Verdict::json).collect();
        let all = json!({ "rounds": options.rounds, "machine": machine, "targets": targets, "parts": parts });
        std::fs::write(path, serde_json::to_string_pretty(&all)? + "\n")
            .with_context(|| format!("write {}", path.display()))?;
        println!("\nEvery number is in {}", path.display());
        Ok(())
    }
}

/// What the numbers were taken on, and whether anything else was running there at the start.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").ok();
    let load = load.as_deref().and_then(|text| text.split(' ').next());
    load.map_or_else(|| format!("{cores} cores."), |load| format!("{cores} cores, load {load} at the start."))
}

/// What the built site weighs.
pub fn weigh() -> Result<Vec<FileSize>> {
    eprintln!("sizes (compressing)");
    xtask::site::sizes(&Site::dist()?, &Cache::locate()?)
}
