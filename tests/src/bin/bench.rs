//! The benchmark: the page against other engines, all in one Chromium, all in one run.
//!
//! `cargo xtask bench` builds the page, installs the peers and starts this. Engines take turns
//! within each round, so that a machine that slows down slows all of them down; the median of the
//! rounds counts. Targets stand beside the numbers and are never asserted.

#[path = "../bench/frames.rs"]
mod frames;
#[path = "../bench/loops.rs"]
mod loops;
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
#[path = "../bench/verdicts.rs"]
mod verdicts;

use anyhow::Result;
use mtl_tests::Flavour;
use options::Options;
use report::Report;

fn main() -> Result<()> {
    let Some(options) = Options::parse(std::env::args().skip(1))? else {
        print!("{}", options::HELP);
        return Ok(());
    };
    let mut report = Report::new(&options);
    // Each part stands on its own: what cannot be measured is a line of the report.
    if options.wants("cpu") {
        report.races("cpu", race::run(Flavour::Cpu, &options));
        report.lesson("CPU", ours::default_lesson(Flavour::Cpu, &options));
        report.first_curve(ours::first_curve(&options));
        report.frames(frames::measure(&options));
    }
    if options.wants("gpu") {
        report.races("gpu", race::run(Flavour::Gpu, &options));
        report.lesson("GPU", ours::default_lesson(Flavour::Gpu, &options));
    }
    if options.wants("methods") {
        report.methods(methods::measure(Flavour::Cpu, &options));
    }
    if options.wants("sizes") {
        report.sizes(report::weigh());
    }
    report.print();
    report.write(&options)
}
