//! Workload W1 at several populations: all engines of a browser, taking turns.

use crate::alone::Alone;
use crate::options::Options;
use crate::ours::{Ours, workload};
use crate::peers::{self, Peers};
use anyhow::Result;
use mtl_tests::{Browser, Flavour};
use std::time::Duration;
use xtask::static_site::Server;

/// One measurement of one engine.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Optimiser steps per second, of the whole population.
    pub rate: f64,
    pub loss: Option<f64>,
    /// What the page itself shows as steps per second.
    pub shown: Option<f64>,
    /// Per step; none where there is no GPU at work.
    pub dispatches: Option<f64>,
    pub submits: Option<f64>,
    pub readbacks: Option<f64>,
}

impl Sample {
    /// Where nothing but the rate is known.
    fn of_rate(rate: f64) -> Self {
        Self { rate, loss: None, shown: None, dispatches: None, submits: None, readbacks: None }
    }
}

/// One engine at one population.
pub struct Row {
    pub id: &'static str,
    pub label: &'static str,
    pub samples: Vec<Sample>,
    /// The loss after the first steps, where all engines start alike.
    pub checked: Option<f64>,
    /// What is wrong with it.
    pub faults: Vec<String>,
}

impl Row {
    fn new(id: &'static str, label: &'static str) -> Self {
        Self { id, label, samples: Vec::new(), checked: None, faults: Vec::new() }
    }

    pub fn rate(&self) -> Option<f64> {
        median(self.samples.iter().map(|sample| sample.rate))
    }

    pub fn per_step(&self, of: impl Fn(&Sample) -> Option<f64>) -> Option<f64> {
        median(self.samples.iter().filter_map(of))
    }
}

pub struct Race {
    pub members: usize,
    pub rows: Vec<Row>,
}

pub const OURS: &str = "ours";
/// The CPU engine without the page.
pub const ALONE: &str = "alone";

/// What runs in a tab.
enum Runner<'b> {
    Ours(Ours<'b>),
    Alone(Alone<'b>),
    Peer,
}

pub fn run(flavour: Flavour, options: &Options) -> Result<Vec<Race>> {
    let peers = Peers::serve()?;
    let browser = Browser::start(flavour, mtl_tests::Setup::DESKTOP, false)?;
    options.members.iter().map(|&members| race(&browser, flavour, &peers, members, options)).collect()
}

fn race(browser: &Browser, flavour: Flavour, peers: &Peers, members: usize, options: &Options) -> Result<Race> {
    let (engines, checked): (&[peers::Engine], u32) = match flavour {
        Flavour::Cpu => (&peers::CPU, 100),
        Flavour::Gpu => (&peers::GPU, 10),
    };
    let setup = peers::Setup { warm_up: options.window, checked };
    let home = browser.tab()?;
    let site = Ours::serve();
    let mut runners = Vec::new();
    let mut rows = Vec::new();

    eprintln!("{flavour:?}, P = {members}: loading");
    let mut row =
        Row::new(OURS, if flavour == Flavour::Cpu { "MTL Playground, CPU" } else { "MTL Playground, WebGPU" });
    let tab = browser.new_tab()?;
    let ours = site.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"));
    match ours.and_then(|site| Ours::open_workload(browser, site, flavour, members, options.window)) {
        Ok((ours, faults)) => {
            row.faults.extend(faults);
            runners.push((Runner::Ours(ours), tab, rows.len()));
        }
        Err(error) => row.faults.push(format!("{error:#}")),
    }
    rows.push(row);
    if flavour == Flavour::Cpu {
        let mut row = Row::new(ALONE, "MTL Playground's CPU engine, alone");
        let tab = browser.new_tab()?;
        let site = site.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"));
        match site.and_then(|site| alone(browser, site, members, options)) {
            Ok(alone) => runners.push((Runner::Alone(alone), tab, rows.len())),
            Err(error) => row.faults.push(format!("{error:#}")),
        }
        rows.push(row);
    }
    for engine in engines {
        let mut row = Row::new(engine.id, engine.label);
        let tab = browser.new_tab()?;
        match peers.open(browser, engine, members, &setup) {
            Ok(peer) => {
                if !(peer.checked.is_finite() && peer.checked < peer.first) {
                    row.faults.push(format!("the loss goes from {} to {}", peer.first, peer.checked));
                }
                row.checked = engine.alike.then_some(peer.checked);
                runners.push((Runner::Peer, tab, rows.len()));
            }
            Err(error) => row.faults.push(format!("{error:#}")),
        }
        rows.push(row);
    }
    compare(&mut rows);

    for round in 0..options.rounds {
        eprintln!("{flavour:?}, P = {members}: round {} of {}", round + 1, options.rounds);
        // There and back, so that none always comes after the same neighbour.
        for at in 0..runners.len() {
            let at = if round % 2 == 0 { at } else { runners.len() - 1 - at };
            let (runner, tab, row) = &mut runners[at];
            let row = &mut rows[*row];
            browser.switch_to(tab)?;
            let sample = match runner {
                Runner::Ours(ours) => ours.measure(options.window),
                Runner::Alone(alone) => alone.time(options.window).map(|timed| Sample::of_rate(timed.steps_per_second)),
                Runner::Peer => Peers::measure(browser, options.window),
            };
            match sample {
                Ok(sample) => row.samples.push(sample),
                Err(error) => row.faults.push(format!("round {}: {error:#}", round + 1)),
            }
        }
    }
    for row in &mut rows {
        falls(row);
    }
    drop(runners);
    browser.close_other_tabs(&home)?;
    Ok(Race { members, rows })
}

/// The engine alone with the same workload, warm.
fn alone<'b>(browser: &'b Browser, site: &Server, members: usize, options: &Options) -> Result<Alone<'b>> {
    let mut alone = Alone::open(browser, site)?;
    alone.load(&workload(members))?;
    alone.time(options.window)?;
    Ok(alone)
}

/// Engines that start alike and compute the same have the same loss after the same steps.
fn compare(rows: &mut [Row]) {
    let Some(usual) = median(rows.iter().filter_map(|row| row.checked)) else {
        return;
    };
    for row in rows {
        let Some(checked) = row.checked else { continue };
        let alike = (checked - usual).abs() < 1e-2 * usual;
        if !alike {
            row.faults.push(format!("computes something else: loss {checked:.5}, the others {usual:.5}"));
        }
    }
}

/// The loss keeps falling, or at least stays low where it has reached the bottom.
fn falls(row: &mut Row) {
    let losses: Vec<f64> = row.samples.iter().filter_map(|sample| sample.loss).collect();
    let before = row.checked.or(losses.first().copied());
    if let (Some(before), Some(last)) = (before, losses.last())
        && !(last.is_finite() && *last <= 1.05 * before)
    {
        row.faults.push(format!("the loss goes from {before:.5} to {last:.5}"));
    }
}

pub fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

/// Waits without asking: training must not be disturbed by questions.
pub fn pass(time: Duration) {
    std::thread::sleep(time);
}
