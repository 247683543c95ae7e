//! What was measured, as a table for people and as JSON for scripts.

use crate::frames::Frames;
use crate::methods::{Costs, Method};
use crate::options::Options;
use crate::race::{Race, Row};
use crate::verdicts::{self, Verdict};
use anyhow::{Context, Result};
use mtl_tests::Site;
use serde_json::{Value, json};
use xtask::cache::Cache;
use xtask::site::FileSize;

pub struct Report {
    rounds: usize,
    machine: String,
    parts: Vec<Part>,
}

enum Part {
    Races(&'static str, Result<Vec<Race>>),
    Lesson(&'static str, Result<f64>),
    FirstCurve(Result<f64>),
    Frames(Result<Frames>),
    Methods(Result<Vec<Costs>>),
    Sizes(Result<Vec<FileSize>>),
}

impl Report {
    pub fn new(options: &Options) -> Self {
        Self { rounds: options.rounds, machine: machine(), parts: Vec::new() }
    }

    pub fn races(&mut self, part: &'static str, races: Result<Vec<Race>>) {
        self.parts.push(Part::Races(part, races));
    }

    pub fn lesson(&mut self, engine: &'static str, rate: Result<f64>) {
        self.parts.push(Part::Lesson(engine, rate));
    }

    pub fn first_curve(&mut self, time: Result<f64>) {
        self.parts.push(Part::FirstCurve(time));
    }

    pub fn frames(&mut self, frames: Result<Frames>) {
        self.parts.push(Part::Frames(frames));
    }

    pub fn methods(&mut self, costs: Result<Vec<Costs>>) {
        self.parts.push(Part::Methods(costs));
    }

    pub fn sizes(&mut self, sizes: Result<Vec<FileSize>>) {
        self.parts.push(Part::Sizes(sizes));
    }

    pub fn print(&self) {
        println!("\nMedians of {} round(s); ratios are ours divided by theirs. {}", self.rounds, self.machine);
        let mut verdicts = Vec::new();
        for part in &self.parts {
            let result = match part {
                Part::Races(part, Ok(races)) => {
                    for race in races {
                        print_race(part, race);
                    }
                    verdicts.extend(verdicts::of_races(part, races));
                    Ok(())
                }
                Part::Races(_, Err(error)) => Err(("workload W1", error)),
                Part::Lesson(engine, Ok(rate)) => {
                    println!("\nDefault lesson, {engine}: {} steps/s", rounded(*rate));
                    Ok(())
                }
                Part::Lesson(_, Err(error)) => Err(("default lesson", error)),
                Part::FirstCurve(Ok(time)) => {
                    println!("\nTime to the first curve: {time:.0} ms");
                    Ok(())
                }
                Part::FirstCurve(Err(error)) => Err(("time to the first curve", error)),
                Part::Frames(Ok(frames)) => {
                    print_frames(frames);
                    verdicts.push(verdicts::of_frames(frames));
                    Ok(())
                }
                Part::Frames(Err(error)) => Err(("frame work", error)),
                Part::Methods(Ok(costs)) => {
                    costs.iter().for_each(print_costs);
                    verdicts.extend(verdicts::of_methods(costs));
                    Ok(())
                }
                Part::Methods(Err(error)) => Err(("architectures and balancers", error)),
                Part::Sizes(Ok(sizes)) => {
                    print_sizes(sizes);
                    verdicts.extend(verdicts::of_sizes(sizes));
                    Ok(())
                }
                Part::Sizes(Err(error)) => Err(("sizes", error)),
            };
            if let Err((what, error)) = result {
                println!("\nNot measured, {what}: {error:#}");
            }
        }
        println!("\nTargets");
        for verdict in &verdicts {
            println!("  {:>5}  {}: {} (target {})", verdict.word(), verdict.what, verdict.found, verdict.target);
        }
    }

    /// Writes the JSON file where one is asked for.
    pub fn write(&self, options: &Options) -> Result<()> {
        let Some(path) = &options.json else {
            return Ok(());
        };
        let parts: Vec<Value> = self.parts.iter().map(Part::json).collect();
        let text =
            serde_json::to_string_pretty(&json!({ "rounds": self.rounds, "machine": self.machine, "parts": parts }))?;
        std::fs::write(path, text + "\n").with_context(|| format!("write {}", path.display()))?;
        println!("\nEvery number is in {}", path.display());
        Ok(())
    }
}

/// What the numbers were taken on, and whether anything else was running there at the start.
fn machine() -> String {
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

fn print_race(part: &str, race: &Race) {
    println!("\nW1, {}, P = {}", part.to_uppercase(), race.members);
    println!("  {:<36} {:>10} {:>8} {:>9} {:>9} {:>9}", "", "steps/s", "ratio", "dispatch", "submit", "readback");
    let ours = race.rows.first().and_then(Row::rate);
    for row in &race.rows {
        let rate = row.rate();
        let ratio = ours.zip(rate).map(|(ours, theirs)| ours / theirs);
        let cell =
            |value: Option<f64>, digits: usize| value.map_or_else(|| "-".into(), |value| format!("{value:.digits$}"));
        println!(
            "  {:<36} {:>10} {:>8} {:>9} {:>9} {:>9}",
            row.label,
            rate.map_or_else(|| "-".into(), rounded),
            cell(ratio, 2),
            cell(row.per_step(|sample| sample.dispatches), 1),
            cell(row.per_step(|sample| sample.submits), 1),
            cell(row.per_step(|sample| sample.readbacks), 2),
        );
        if let Some(shown) = row.per_step(|sample| sample.shown) {
            println!("      (the page itself shows {} steps/s)", rounded(shown));
        }
        for fault in &row.faults {
            println!("      ! {fault}");
        }
    }
}

fn print_frames(frames: &Frames) {
    let [cpu, cpu95] = frames.cpu;
    let [wall, wall95] = frames.wall;
    println!(
        "\nMain-thread work per frame, default lesson flat out, {} frames ({:.0} a second)",
        frames.count, frames.per_second
    );
    println!("  CPU time   median {cpu:.2} ms, 95th percentile {cpu95:.2} ms");
    println!("  wall time  median {wall:.2} ms, 95th percentile {wall95:.2} ms");
}

/// Steps per second of a table's methods and their parameters, each also as multiples of the first
/// one's; of architectures also against a shared bottom of their size.
fn print_costs(costs: &Costs) {
    println!(
        "\nOne model of the page, three tasks, CPU, by {}: steps/s, how many times dearer than the first; parameters, how many times the first's{}",
        costs.table,
        if costs.methods.iter().any(|method| method.bottom.is_some()) {
            "; how many times dearer than a shared bottom of its size, of so many units a layer"
        } else {
            ""
        }
    );
    for method in &costs.methods {
        let parameters = method.parameters.map_or_else(|| "-".into(), |count| count.to_string());
        let size = costs.size(method).map_or_else(|| "-".into(), |size| format!("{size:.2}"));
        let bottom = method.bottom.as_ref().zip(costs.times_its_size(method));
        let bottom = bottom.map(|(bottom, times)| format!(" {times:>7.2} {:>5}", bottom.width)).unwrap_or_default();
        println!(
            "  {:<20} {:>8} {:>7.2} {parameters:>8} {size:>7}{bottom}",
            method.key,
            rounded(method.rate),
            costs.times(method)
        );
    }
}

fn costs_json(costs: &Costs) -> Value {
    let method = |method: &Method| {
        let bottom =
            method.bottom.as_ref().map(|bottom| json!({ "width": bottom.width, "steps_per_second": bottom.rate }));
        json!({
            "method": method.key,
            "steps_per_second": method.rate,
            "parameters": method.parameters,
            "shared_bottom_of_its_size": bottom,
        })
    };
    json!({ "table": costs.table, "methods": costs.methods.iter().map(method).collect::<Vec<_>>() })
}

fn print_sizes(sizes: &[FileSize]) {
    println!("\n  {:>12} {:>12}  file", "raw", "brotli");
    for size in sizes.iter().filter(|size| size.name.ends_with(".wasm")) {
        println!("  {:>12} {:>12}  {}", size.raw, size.brotli, size.name);
    }
    let (raw, brotli) = sizes.iter().fold((0, 0), |sum, size| (sum.0 + size.raw, sum.1 + size.brotli));
    println!("  {raw:>12} {brotli:>12}  the whole site");
}

/// A rate with three or four digits that mean something.
pub fn rounded(rate: f64) -> String {
    match rate {
        rate if rate >= 100.0 => format!("{rate:.0}"),
        rate if rate >= 10.0 => format!("{rate:.1}"),
        rate => format!("{rate:.2}"),
    }
}

impl Part {
    fn json(&self) -> Value {
        let failed = |part: &str, error: &anyhow::Error| json!({ "part": part, "error": format!("{error:#}") });
        match self {
            Self::Races(part, Ok(races)) => json!({
                "part": "w1",
                "engine": part,
                "races": races.iter().map(race_json).collect::<Vec<_>>(),
                "targets": verdicts::of_races(part, races).iter().map(Verdict::json).collect::<Vec<_>>(),
            }),
            Self::Races(_, Err(error)) => failed("w1", error),
            Self::Lesson(engine, Ok(rate)) => {
                json!({ "part": "default lesson", "engine": engine, "steps_per_second": rate })
            }
            Self::Lesson(_, Err(error)) => failed("default lesson", error),
            Self::FirstCurve(Ok(time)) => json!({ "part": "first curve", "milliseconds": time }),
            Self::FirstCurve(Err(error)) => failed("first curve", error),
            Self::Frames(Ok(frames)) => json!({
                "part": "frames",
                "count": frames.count,
                "per_second": frames.per_second,
                "cpu_ms": { "p50": frames.cpu[0], "p95": frames.cpu[1] },
                "wall_ms": { "p50": frames.wall[0], "p95": frames.wall[1] },
                "targets": [verdicts::of_frames(frames).json()],
            }),
            Self::Frames(Err(error)) => failed("frames", error),
            Self::Methods(Ok(costs)) => json!({
                "part": "methods",
                "tables": costs.iter().map(costs_json).collect::<Vec<_>>(),
                "targets": verdicts::of_methods(costs).iter().map(Verdict::json).collect::<Vec<_>>(),
            }),
            Self::Methods(Err(error)) => failed("methods", error),
            Self::Sizes(Ok(sizes)) => json!({
                "part": "sizes",
                "files": sizes.iter().map(|size| json!({ "name": size.name, "raw": size.raw, "brotli": size.brotli })).collect::<Vec<_>>(),
                "targets": verdicts::of_sizes(sizes).iter().map(Verdict::json).collect::<Vec<_>>(),
            }),
            Self::Sizes(Err(error)) => failed("sizes", error),
        }
    }
}

fn race_json(race: &Race) -> Value {
    let rows = race.rows.iter().map(|row| {
        let samples = row.samples.iter().map(|sample| {
            json!({
                "steps_per_second": sample.rate,
                "shown": sample.shown,
                "loss": sample.loss,
                "dispatches": sample.dispatches,
                "submits": sample.submits,
                "readbacks": sample.readbacks,
            })
        });
        json!({
            "id": row.id,
            "label": row.label,
            "steps_per_second": row.rate(),
            "loss_after_check": row.checked,
            "faults": row.faults,
            "samples": samples.collect::<Vec<_>>(),
        })
    });
    json!({ "members": race.members, "rows": rows.collect::<Vec<_>>() })
}
