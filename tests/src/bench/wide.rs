//! One wide model, 256 rows by 64-64-64: the CPU engine alone against the tuned loops.

use crate::alone::Alone;
use crate::options::Options;
use crate::ours::Ours;
use crate::peers::{self, Peers};
use crate::race::median;
use anyhow::{Context, Result, ensure};
use mtl_tests::{Browser, Flavour, Setup};

/// The lesson: three regressions, full batches, one model.
const LESSON: &str = "v=2&p=twins&s=1&tasks=3&rows=256&valid=64&test=64&trunk=64,64,64&bal=equal&opt=adam&lr=0.01\
    &sched=constant&decay=0&drop=0&clip=none&batch=full&seeds=1&fan=none&baselines=off&vary=training\
    &t0.loss=mse&t0.target=slope&t0.labelled=all&t1.loss=mse&t1.target=waves&t1.rel=0&t1.labelled=all\
    &t2.loss=mse&t2.target=circle&t2.rel=0&t2.labelled=all";

/// Steps per second of either.
pub struct Wide {
    pub ours: f64,
    pub tuned: f64,
}

pub fn measure(options: &Options) -> Result<Wide> {
    eprintln!("256 rows, 64-64-64");
    let (site, peers) = (Ours::serve()?, Peers::serve()?);
    let browser = Browser::start(Flavour::Cpu, Setup::DESKTOP, false)?;
    let own = browser.tab()?;
    let mut alone = Alone::open(&browser, &site)?;
    alone.load(LESSON)?;
    alone.time(options.window)?;
    let theirs = browser.new_tab()?;
    let setup = peers::Setup { warm_up: options.window, checked: 100 };
    let peer = peers.open(&browser, &peers::WIDE, 1, &setup)?;
    ensure!(peer.checked < peer.first, "the loss goes from {} to {}", peer.first, peer.checked);
    let (mut ours, mut tuned) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        browser.switch_to(&own)?;
        ours.push(alone.time(options.window)?.steps_per_second);
        browser.switch_to(&theirs)?;
        tuned.push(Peers::measure(&browser, options.window)?.rate);
    }
    let middle = |rates: Vec<f64>| median(rates.into_iter()).context("nothing was measured");
    Ok(Wide { ours: middle(ours)?, tuned: middle(tuned)? })
}
