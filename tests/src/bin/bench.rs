//! The benchmark: the page against other engines, all in one Chromium, all in one run.
//!
//! `cargo xtask bench` builds the page, installs the peers and starts this. Engines take turns
//! within each round, so that a machine that slows down slows all of them down; the median of the
//! rounds counts. Targets stand beside the numbers and are never asserted.

#[path = "../bench/alone.rs"]
mod alone;
#[path = "../bench/frames.rs"]
mod frames;
#[path = "../bench/json.rs"]
mod json;
#[path = "../bench/lessons.rs"]
mod lessons;
#[path = "../bench/loops.rs"]
mod loops;
#[path = "../bench/memory.rs"]
mod memory;
#[path = "../bench/methods.rs"]
mod methods;
#[path = "../bench/options.rs"]
mod options;
#[path = "../bench/ours.rs"]
mod ours;
#[path = "../bench/peers.rs"]
mod peers;
#[path = "../bench/race.rs"]
mod race;
#[path = "../bench/report.rs"]
mod report;
#[path = "../bench/start.rs"]
mod start;
#[path = "../bench/tables.rs"]
mod tables;
#[path = "../bench/torch.rs"]
mod torch;
#[path = "../bench/verdicts.rs"]
mod verdicts;
#[path = "../bench/wide.rs"]
mod wide;

use anyhow::Result;
use mtl_tests::Flavour;
use options::Options;
use report::Report;

fn main() -> Result<()> {
    let Some(options) = Options::parse(std::env::args().skip(1))? else {
        print!("{}", options::HELP);
        return Ok(());
    };
    let (machine, mut report) = (report::machine(), Report::default());
    if options.wants("cpu") {
        report.cpu = Some(race::run(Flavour::Cpu, &options));
        report.wide = Some(wide::measure(&options));
        report.torch = Some(torch::measure(&options));
        report.cpu_lesson = Some(ours::default_lesson(Flavour::Cpu, &options));
    }
    if options.wants("cpu") || options.wants("lessons") {
        report.lessons = Some(lessons::measure(&options));
    }
    if options.wants("page") {
        report.first_curve = Some(start::first_curve(&options));
        report.first_second = Some(start::first_second());
        report.frames = Some(frames::measure(&options));
        report.memory = Some(memory::measure());
    }
    if options.wants("gpu") {
        report.gpu = Some(race::run(Flavour::Gpu, &options));
        report.gpu_lesson = Some(ours::default_lesson(Flavour::Gpu, &options));
    }
    if options.wants("methods") {
        report.methods = Some(methods::measure(Flavour::Cpu, &options));
    }
    if options.wants("sizes") {
        report.sizes = Some(report::weigh());
    }
    report.print(&options, &machine);
    report.write(&options, &machine)
}
