//! The targets of this stage of the project, against what was found.

use crate::lessons::{LessonRow, TWINS, TWINS_OF_26, times_dearer};
use crate::methods::{BALANCERS, Costs, Method};
use crate::race::{ALONE, OURS, Race, Row};
use crate::report::{Report, good};
use crate::tables::rounded;
use crate::torch::TorchRow;
use mtl_core::balance::{self, balancer::Needs};
use mtl_core::config::Pick;
use serde_json::{Value, json};

/// On which side of its target a number should lie.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Least,
    Most,
}

/// A number with a target.
pub struct Verdict {
    pub name: String,
    /// None where it was not measured.
    value: Option<f64>,
    target: f64,
    side: Side,
    unit: &'static str,
}

impl Verdict {
    fn at_least(name: impl Into<String>, value: Option<f64>, target: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, target, side: Side::Least, unit }
    }

    fn at_most(name: impl Into<String>, value: Option<f64>, target: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, target, side: Side::Most, unit }
    }

    fn met(&self) -> Option<bool> {
        self.value.filter(|value| value.is_finite()).map(|value| match self.side {
            Side::Least => value >= self.target,
            Side::Most => value <= self.target,
        })
    }

    pub fn word(&self) -> &'static str {
        match self.met() {
            Some(true) => "met",
            Some(false) => "short",
            None => "?",
        }
    }

    pub fn found(&self) -> String {
        self.value.map_or_else(|| "not measured".into(), |value| format!("{}{}", rounded(value), self.unit))
    }

    pub fn wanted(&self) -> String {
        let side = if self.side == Side::Least { "at least" } else { "at most" };
        format!("{side} {}{}", self.target, self.unit)
    }

    pub fn json(&self) -> Value {
        let side = if self.side == Side::Least { "at least" } else { "at most" };
        json!({
            "name": self.name,
            "value": self.value,
            "target": self.target,
            "side": side,
            "unit": self.unit.trim(),
            "met": self.met(),
        })
    }
}

/// Ours against theirs: at least so many times as fast, at a population. Of several forms of one
/// engine the fastest counts.
struct Ratio {
    part: &'static str,
    ours: &'static str,
    members: usize,
    theirs: &'static [&'static str],
    least: f64,
}

const fn ratio(
    part: &'static str,
    ours: &'static str,
    members: usize,
    theirs: &'static [&'static str],
    least: f64,
) -> Ratio {
    Ratio { part, ours, members, theirs, least }
}

const TENSORFLOW: &[&str] = &["tfjs-flat", "tfjs-own"];
const JAX: &[&str] = &["jax-flat", "jax-tree"];
const TUNED: &[&str] = &["loops-tuned"];

/// TensorFlow.js also in the form of its documentation, and the loops also untuned: the targets were
/// set by these.
const RATIOS: [Ratio; 10] = [
    ratio("cpu", ALONE, 1, TUNED, 0.95),
    ratio("cpu", ALONE, 16, TUNED, 0.95),
    ratio("cpu", ALONE, 64, TUNED, 0.95),
    ratio("cpu", OURS, 1, TENSORFLOW, 4.0),
    ratio("cpu", OURS, 1, &["tfjs-own"], 4.0),
    ratio("cpu", OURS, 16, TENSORFLOW, 4.0),
    ratio("cpu", OURS, 16, &["tfjs-own"], 4.0),
    ratio("cpu", OURS, 16, &["loops-plain"], 0.5),
    ratio("gpu", OURS, 1, JAX, 1.0),
    ratio("gpu", OURS, 16, JAX, 0.5),
];

const DISPATCHES: f64 = 60.0;

/// How many times dearer than equal weights a balancer that looks at gradients may be, with three tasks.
const GRADIENTS: f64 = 4.0;

const SIZES: [(&str, &str, f64); 3] = [
    ("page_bg.wasm", "page", 420.0),
    ("cpu_worker_bg.wasm", "CPU worker", 950.0),
    ("gpu_worker_bg.wasm", "GPU worker", 2800.0),
];

/// How many times dearer than Twins as it is its variants may be.
const VARIANTS: [(&str, f64); 5] = [("pcgrad", 1.5), ("mgda", 1.5), ("dwa", 1.5), ("mmoe", 3.0), ("cross-stitch", 3.0)];

/// What lessons took when the first engine was measured, in steps of the tuned loops with 16 members on the same
/// machine, and how many times as fast they should be by now.
const BEFORE: [(&str, f64, f64); 2] = [(TWINS_OF_26, 236.0 / 71.4, 3.0), ("digits", 2820.0 / 71.4, 1.9)];

/// The most of a lesson's time that measuring may take, in percent.
const MEASURING: f64 = 10.0;

fn row<'r>(races: &'r [Race], members: usize, id: &str) -> Option<&'r Row> {
    let race = races.iter().find(|race| race.members == members)?;
    race.rows.iter().find(|row| row.id == id)
}

/// Every target of what was asked for.
pub fn of(report: &Report) -> Vec<Verdict> {
    let mut all = Vec::new();
    for (part, races) in [("cpu", good(&report.cpu)), ("gpu", good(&report.gpu))] {
        all.extend(races.map(|races| of_races(part, races)).unwrap_or_default());
    }
    if let Some(wide) = good(&report.wide) {
        let name = "256 rows, 64-64-64, engine alone against the tuned loops";
        all.push(Verdict::at_least(name, Some(wide.ours / wide.tuned), 0.9, "x"));
    }
    if let Some(lessons) = good(&report.lessons) {
        all.extend(of_lessons(lessons, good(&report.cpu), good(&report.torch)));
    }
    if let Some(share) = good(&report.first_second) {
        all.push(Verdict::at_least("first second of play, of the fifth's steps", Some(100.0 * share), 80.0, " %"));
    }
    for frames in good(&report.frames).into_iter().flatten() {
        let name = format!("main-thread work per frame, 95th percentile, {}", frames.lesson);
        all.push(Verdict::at_most(name, Some(frames.cpu[1]), frames.target, " ms"));
    }
    if let Some(memory) = good(&report.memory) {
        let name = "memory that page and worker take more for nine tenths of 100 000 epochs";
        all.push(Verdict::at_most(name, Some(memory.after - memory.before), 8.0, " MB"));
    }
    all.extend(good(&report.methods).and_then(|costs| of_methods(costs)));
    for (file, what, most) in SIZES.iter().filter(|_| good(&report.sizes).is_some()) {
        let found = good(&report.sizes).and_then(|sizes| sizes.iter().find(|size| size.name == *file));
        let kilobytes = found.map(|size| size.brotli as f64 / 1000.0);
        all.push(Verdict::at_most(format!("{what} wasm in brotli"), kilobytes, *most, " kB"));
    }
    all
}

fn of_races(part: &str, races: &[Race]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for wanted in RATIOS.iter().filter(|wanted| wanted.part == part) {
        let forms = wanted.theirs.iter().filter_map(|id| row(races, wanted.members, id));
        let speed = |row: &&Row| row.rate().unwrap_or(0.0);
        let Some(theirs) = forms.max_by(|one, other| speed(one).total_cmp(&speed(other))) else {
            continue;
        };
        let ours = row(races, wanted.members, wanted.ours);
        let found = ours.and_then(Row::rate).zip(theirs.rate()).map(|(ours, theirs)| ours / theirs);
        let what = if wanted.ours == ALONE { "engine alone" } else { "page" };
        let name = format!("W1, P = {}, {what} against {}", wanted.members, theirs.label);
        verdicts.push(Verdict::at_least(name, found, wanted.least, "x"));
    }
    // Where the documented form is the fastest one, the two lines say the same.
    verdicts.dedup_by(|one, other| one.name == other.name);
    for race in races.iter().filter(|_| part == "gpu") {
        let found = row(races, race.members, OURS).and_then(|row| row.per_step(|sample| sample.dispatches));
        let name = format!("P = {}, dispatches a step, curves and pictures included", race.members);
        verdicts.push(Verdict::at_most(name, found, DISPATCHES, ""));
    }
    verdicts
}

fn of_lessons(lessons: &[LessonRow], races: Option<&Vec<Race>>, torch: Option<&Vec<TorchRow>>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let named = |name: &str| lessons.iter().find(|row| row.name == name);
    let rate = |name: &str| named(name).map(|row| row.timed.steps_per_second);
    let tuned = races.and_then(|races| row(races, 16, "loops-tuned")?.rate());
    for (lesson, before, times) in BEFORE.iter().filter(|_| tuned.is_some()) {
        let found = rate(lesson).zip(tuned).map(|(rate, tuned)| before * rate / tuned);
        verdicts.push(Verdict::at_least(format!("{lesson}, against the first engine"), found, *times, "x"));
    }
    let batched = torch.and_then(|rows| rows.iter().find(|row| row.lesson == TWINS && row.form == "batched"));
    if let Some(batched) = batched {
        let found = rate(TWINS_OF_26).map(|rate| rate / batched.rate);
        verdicts.push(Verdict::at_least("twins, against PyTorch on one core, batched by hand", found, 7.0, "x"));
    }
    for (name, most) in VARIANTS {
        let name_of_it = format!("{TWINS}, {name}, in costs of {TWINS}");
        verdicts.push(Verdict::at_most(name_of_it, times_dearer(lessons, name), most, "x"));
    }
    for row in lessons.iter().filter(|row| row.story.is_some()) {
        let share = 100.0 * row.timed.measuring(50..1000);
        verdicts.push(Verdict::at_most(format!("{}, share of measuring", row.name), Some(share), MEASURING, " %"));
    }
    verdicts
}

/// The dearest of the balancers that look at task gradients.
fn of_methods(costs: &[Costs]) -> Option<Verdict> {
    let balancers = costs.iter().find(|costs| costs.table == BALANCERS)?;
    let by_gradients = |method: &&Method| {
        balance::find(&method.key)
            .is_some_and(|balancer| balancer.needs(&Pick::new(method.key.as_str())) != Needs::Losses)
    };
    let times = |method: &Method| balancers.times(method);
    let dearest = balancers.methods.iter().filter(by_gradients).max_by(|a, b| times(a).total_cmp(&times(b)))?;
    let name = format!("the dearest balancer by gradients, {}, against equal weights", dearest.key);
    Some(Verdict::at_most(name, Some(times(dearest)), GRADIENTS, "x"))
}
