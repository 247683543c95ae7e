//! The page itself, driven as a person would: by a link, a pin and the play button.

use crate::alone::Alone;
use crate::options::Options;
use crate::race::{Sample, median, pass};
use anyhow::{Context, Result};
use mtl_tests::{Browser, Flavour, PATIENCE, Page, Setup, Site, eventually_true};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use xtask::static_site::{Server, serve};

/// Workload W1 as a link: three regressions of one output on a tanh trunk 16-16, Adam, a full batch
/// of 64 rows, P seeds of the model on the same rows and no other. A step is an epoch.
pub fn workload(members: usize) -> String {
    let mut link = format!(
        "v=2&p=twins&s=1&tasks=3&rows=64&valid=64&test=64&trunk=16,16&bal=equal&opt=adam&lr=0.01&sched=constant\
         &decay=0&drop=0&clip=none&batch=full&seeds={members}&fan=none&baselines=off&vary=training"
    );
    for (task, target) in ["slope", "waves", "circle"].iter().enumerate() {
        link += &format!(
            "&t{task}.loss=mse&t{task}.target={target}&t{task}.outputs=1&t{task}.rel=0&t{task}.noise=0\
             &t{task}.labelled=all&t{task}.scale=1&t{task}.head=none"
        );
    }
    link
}

/// Starts the counters of `tests/bench/count.js` in the GPU worker before anything else.
const COUNTING_LOADER: &str = "import './bench_count.js';\nimport './bench_gpu_worker_loader.js';\n";

/// Reads the worker's counters; null where no worker counts.
const READ_COUNTS: &str = r#"
    window.__benchChannel ??= new BroadcastChannel('mtl-bench-gpu');
    const channel = window.__benchChannel;
    return await new Promise(done => {
        channel.onmessage = event => event.data.counts && done(event.data.counts);
        channel.postMessage('read');
        setTimeout(() => done(null), arguments[0]);
    });
"#;

/// Watches the epoch on the page while it trains: the rate between the first change that is seen and
/// the last one, so that neither starting nor the page's own rhythm of updates counts.
const WATCH: &str = r#"
    const [ms, least, patience] = arguments;
    const node = document.querySelector('[data-testid="epoch"]');
    const epoch = () => parseInt(node.textContent, 10);
    const now = () => performance.now();
    const give = now() + patience;
    let first = null, last = null, seen = epoch();
    while (now() < give) {
        await new Promise(done => requestAnimationFrame(done));
        const value = epoch();
        if (value === seen) continue;
        seen = value;
        last = { at: now(), epoch: value };
        first ??= last;
        if (last.at - first.at >= ms && last.epoch - first.epoch >= least) break;
    }
    if (!first || last === first) return null;
    return { steps: last.epoch - first.epoch, seconds: (last.at - first.at) / 1000 };
"#;

const WATCH_PATIENCE_MS: u64 = 120_000;

/// From this epoch on, a point of the curves is recorded every tenth step, and later more rarely.
const SETTLED_EPOCH: u64 = 1000;
const SETTLING_PATIENCE: u64 = 400;

pub struct Ours<'b> {
    page: Page<'b>,
    browser: &'b Browser,
    counted: bool,
}

impl<'b> Ours<'b> {
    /// The built page with a GPU worker that counts its calls of the GPU.
    pub fn serve() -> Result<Server> {
        let dist = Site::dist()?;
        let loader = std::fs::read(dist.join("gpu_worker_loader.js")).context("read the GPU worker's loader")?;
        let counter = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/count.js");
        let script = "text/javascript";
        let site = serve(&dist, "/", 0)?
            .with_override("gpu_worker_loader.js", COUNTING_LOADER, script)
            .with_override("bench_gpu_worker_loader.js", loader, script)
            .with_override("bench_count.js", std::fs::read(counter)?, script);
        Alone::serve(site)
    }

    /// Opens workload W1 in the tab in front and warms it up. The texts are what the page finds
    /// wrong with the link.
    pub fn open_workload(
        browser: &'b Browser,
        site: &Server,
        flavour: Flavour,
        members: usize,
        warm_up: Duration,
    ) -> Result<(Self, Vec<String>)> {
        let ours = Self::open(browser, site, flavour, &workload(members))?;
        let notice = ours.page.notice()?;
        let faults = if notice.is_empty() { Vec::new() } else { vec![format!("the page says: {notice}")] };
        ours.train(warm_up)?;
        // The first epochs are all recorded, and here an epoch is a step: what is measured there is
        // measuring.
        ours.page.play()?;
        eventually_true(SETTLING_PATIENCE, "the epochs that are recorded one by one", || {
            Ok(ours.page.epoch()? >= SETTLED_EPOCH)
        })?;
        ours.page.pause()?;
        Ok((ours, faults))
    }

    /// Opens a lesson and pins its engine.
    fn open(browser: &'b Browser, site: &Server, flavour: Flavour, fragment: &str) -> Result<Self> {
        let page = Page::new(browser, &site.url());
        page.open(fragment)?;
        page.pin(flavour.engine())?;
        page.pause()?;
        Ok(Self { page, browser, counted: flavour == Flavour::Gpu })
    }

    /// Trains for a while, at least five steps, and pauses.
    fn train(&self, time: Duration) -> Result<()> {
        let start = self.page.epoch()?;
        self.page.play()?;
        pass(time);
        self.page.wait_epoch(start + 5)?;
        self.page.pause()
    }

    pub fn measure(&mut self, window: Duration) -> Result<Sample> {
        let before = self.standing()?;
        self.page.play()?;
        let arguments = vec![json!(window.as_millis() as u64), json!(3), json!(WATCH_PATIENCE_MS)];
        let watched = self.browser.execute_async(WATCH, arguments)?;
        let shown = self.page.number("steps-per-second").ok();
        self.page.pause()?;
        let after = self.standing()?;
        let steps = watched["steps"].as_f64().context("the epoch stands still while the page plays")?;
        let seconds = watched["seconds"].as_f64().context("no time has passed")?;
        let taken = (after.epoch - before.epoch).max(1.0);
        let per_step =
            |key: &str| Some((after.counts.as_ref()?[key].as_f64()? - before.counts.as_ref()?[key].as_f64()?) / taken);
        Ok(Sample {
            rate: steps / seconds,
            loss: after.loss,
            shown,
            dispatches: per_step("dispatches"),
            submits: per_step("submits"),
            readbacks: per_step("readbacks"),
        })
    }

    /// Where the paused page stands, once it stands still.
    fn standing(&self) -> Result<Standing> {
        let epoch = self.page.settled("epoch", || self.page.epoch())? as f64;
        let counts = match self.counted {
            true => Some(self.browser.execute_async(READ_COUNTS, vec![json!(20_000)])?).filter(|c| !c.is_null()),
            false => None,
        };
        let losses = (0..self.page.tasks()?).map(|task| self.page.number(&format!("task-{task}-train-loss")));
        let loss = losses.collect::<Result<Vec<_>>>().ok().map(|losses| losses.iter().sum());
        Ok(Standing { epoch, counts, loss })
    }
}

struct Standing {
    epoch: f64,
    counts: Option<Value>,
    loss: Option<f64>,
}

/// Steps per second of the lesson that a first visit opens, as the page shows them: the median of
/// the rounds.
pub fn default_lesson(flavour: Flavour, options: &Options) -> Result<f64> {
    eprintln!("{flavour:?}: the default lesson");
    let site = Ours::serve()?;
    let browser = Browser::start(flavour, Setup::DESKTOP, false)?;
    let ours = Ours::open(&browser, &site, flavour, "")?;
    ours.page.play()?;
    // Epochs of several steps: on a slow GPU one alone may outlast the window.
    eventually_true(PATIENCE * 3, "some steps", || Ok(ours.page.number("steps-per-second")? > 0.0))?;
    pass(2 * options.window);
    let mut shown = Vec::new();
    for _ in 0..options.rounds {
        pass(options.window);
        shown.push(ours.page.number("steps-per-second")?);
    }
    median(shown.into_iter()).context("the page shows no steps per second")
}

/// A lesson training flat out in the tab in front.
pub fn play(browser: &Browser, site: &Server, fragment: &str) -> Result<()> {
    let ours = Ours::open(browser, site, Flavour::Cpu, fragment)?;
    let start = ours.page.epoch()?;
    ours.page.play()?;
    ours.page.wait_epoch(start + 1)?;
    Ok(())
}

/// The default lesson, flat out, in the tab in front; nothing is pressed.
pub fn open_default(browser: &Browser, site: &Server) -> Result<()> {
    Page::new(browser, &site.url()).open("")
}

/// Workload W1 in the tab in front, paused.
pub fn open_plain<'b>(browser: &'b Browser, site: &Server, members: usize) -> Result<Page<'b>> {
    Ok(Ours::open(browser, site, Flavour::Cpu, &workload(members))?.page)
}
