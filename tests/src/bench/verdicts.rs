//! The targets of this stage of the project, against what was found.

use crate::frames::Frames;
use crate::methods::{BALANCERS, Costs, Method};
use crate::race::{OURS, Race, Row};
use crate::report::rounded;
use mtl_core::balance::{self, balancer::Needs};
use mtl_core::config::Pick;
use serde_json::{Value, json};
use xtask::site::FileSize;

pub struct Verdict {
    pub what: String,
    pub found: String,
    pub target: String,
    pub met: Option<bool>,
}

impl Verdict {
    pub fn word(&self) -> &'static str {
        match self.met {
            Some(true) => "met",
            Some(false) => "short",
            None => "?",
        }
    }

    pub fn json(&self) -> Value {
        json!({ "what": self.what, "found": self.found, "target": self.target, "met": self.met })
    }
}

/// Ours against theirs: at least so many times as fast, at a population. Of several forms of one
/// engine the fastest counts.
struct Ratio {
    part: &'static str,
    members: usize,
    theirs: &'static [&'static str],
    least: f64,
}

const fn ratio(part: &'static str, members: usize, theirs: &'static [&'static str], least: f64) -> Ratio {
    Ratio { part, members, theirs, least }
}

const TENSORFLOW: &[&str] = &["tfjs-flat", "tfjs-own"];
const JAX: &[&str] = &["jax-flat", "jax-tree"];

/// TensorFlow.js also in the form of its documentation, and the loops also untuned: the targets were
/// set by these.
const RATIOS: [Ratio; 8] = [
    ratio("cpu", 1, TENSORFLOW, 4.0),
    ratio("cpu", 1, &["tfjs-own"], 4.0),
    ratio("cpu", 16, TENSORFLOW, 4.0),
    ratio("cpu", 16, &["tfjs-own"], 4.0),
    ratio("cpu", 16, &["loops-plain"], 0.5),
    ratio("cpu", 16, &["loops-tuned"], 0.5),
    ratio("gpu", 1, JAX, 1.0),
    ratio("gpu", 16, JAX, 0.5),
];

const DISPATCHES: f64 = 60.0;
const FRAME_MS: f64 = 8.0;

/// How many times dearer than equal weights a balancer that looks at gradients may be, with three tasks.
const GRADIENTS: f64 = 4.0;

const SIZES: [(&str, &str, u64); 3] = [
    ("page_bg.wasm", "UI", 400_000),
    ("cpu_worker_bg.wasm", "CPU worker", 1_000_000),
    ("gpu_worker_bg.wasm", "GPU worker", 3_000_000),
];

fn row<'r>(races: &'r [Race], members: usize, id: &str) -> Option<&'r Row> {
    let race = races.iter().find(|race| race.members == members)?;
    race.rows.iter().find(|row| row.id == id)
}

pub fn of_races(part: &str, races: &[Race]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for wanted in RATIOS.iter().filter(|wanted| wanted.part == part) {
        let forms = wanted.theirs.iter().filter_map(|id| row(races, wanted.members, id));
        let speed = |row: &&Row| row.rate().unwrap_or(0.0);
        let Some(theirs) = forms.max_by(|one, other| speed(one).total_cmp(&speed(other))) else {
            continue;
        };
        let ours = row(races, wanted.members, OURS).and_then(Row::rate);
        let found = ours.zip(theirs.rate()).map(|(ours, theirs)| ours / theirs);
        verdicts.push(Verdict {
            what: format!("P = {}, against {}", wanted.members, theirs.label),
            found: found.map_or_else(|| "not measured".into(), |ratio| format!("{}x", rounded(ratio))),
            target: format!("at least {}x", wanted.least),
            met: found.map(|ratio| ratio >= wanted.least),
        });
    }
    // Where the documented form is the fastest one, the two lines say the same.
    verdicts.dedup_by(|one, other| one.what == other.what);
    for race in races.iter().filter(|_| part == "gpu") {
        let found = row(races, race.members, OURS).and_then(|row| row.per_step(|sample| sample.dispatches));
        verdicts.push(Verdict {
            what: format!("P = {}, dispatches a step, curves and pictures included", race.members),
            found: found.map_or_else(|| "not measured".into(), |count| format!("{count:.1}")),
            target: format!("at most {DISPATCHES}"),
            met: found.map(|count| count <= DISPATCHES),
        });
    }
    verdicts
}

/// The dearest of the balancers that look at task gradients.
pub fn of_methods(costs: &[Costs]) -> Option<Verdict> {
    let balancers = costs.iter().find(|costs| costs.table == BALANCERS)?;
    let by_gradients = |method: &&Method| {
        balance::find(&method.key)
            .is_some_and(|balancer| balancer.needs(&Pick::new(method.key.as_str())) != Needs::Losses)
    };
    let times = |method: &Method| balancers.times(method);
    let dearest = balancers.methods.iter().filter(by_gradients).max_by(|a, b| times(a).total_cmp(&times(b)))?;
    Some(Verdict {
        what: format!("the dearest balancer by gradients, {}, against equal weights", dearest.key),
        found: format!("{}x", rounded(times(dearest))),
        target: format!("at most {GRADIENTS}x"),
        met: Some(times(dearest) <= GRADIENTS),
    })
}

pub fn of_frames(frames: &Frames) -> Verdict {
    let [_, found] = frames.cpu;
    Verdict {
        what: "main-thread work per frame, 95th percentile".into(),
        found: format!("{found:.2} ms"),
        target: format!("under {FRAME_MS} ms"),
        met: Some(found < FRAME_MS),
    }
}

pub fn of_sizes(sizes: &[FileSize]) -> Vec<Verdict> {
    let verdict = |(file, what, most): &(&str, &str, u64)| {
        let found = sizes.iter().find(|size| size.name == *file).map(|size| size.brotli);
        Verdict {
            what: format!("{what} wasm in brotli"),
            found: found.map_or_else(|| "not there".into(), |bytes| format!("{} kB", bytes.div_ceil(1000))),
            target: format!("at most {} kB", most / 1000),
            met: found.map(|bytes| bytes <= *most),
        }
    };
    SIZES.iter().map(verdict).collect()
}
