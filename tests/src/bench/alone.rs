//! The CPU engine alone: the page's worker on a page of its own, told what to do by the protocol.

use anyhow::{Context, Result, anyhow, bail};
use mtl_core::config::Config;
use mtl_core::lesson::link;
use mtl_core::measure::recorded_epochs::Rates;
use mtl_core::protocol::{Command, Engine, Event};
use mtl_tests::{Browser, PATIENCE, eventually_true};
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use xtask::static_site::Server;

/// How long an answer may take, in milliseconds.
const ANSWER: u64 = 240_000;

/// The engine in the tab in front.
pub struct Alone<'b> {
    browser: &'b Browser,
    run: u32,
    story: u32,
    steps_per_epoch: u32,
}

/// What timing a lesson found.
#[derive(Clone, Copy, Debug)]
pub struct Timed {
    pub steps_per_second: f64,
    /// By how much longer a recorded step lasts.
    pub record_seconds: f64,
    pub steps_per_epoch: u32,
    /// Epochs of the lesson's story.
    pub story: u32,
}

impl Timed {
    /// Of nothing.
    pub const NONE: Self = Self { steps_per_second: f64::NAN, record_seconds: f64::NAN, steps_per_epoch: 1, story: 0 };

    /// The share of the time to some epochs that measuring takes, flat out.
    pub fn measuring(&self, epochs: std::ops::Range<u32>) -> f64 {
        let Self { steps_per_second, record_seconds, steps_per_epoch, .. } = *self;
        Rates { steps_per_second, record_seconds, steps_per_epoch }.over(epochs).1
    }
}

impl<'b> Alone<'b> {
    /// Adds the engine's page to the built site.
    pub fn serve(server: Server) -> Result<Server> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench");
        Ok(server
            .with_override("bench_engine.html", std::fs::read(folder.join("engine.html"))?, "text/html")
            .with_override("bench_engine.js", std::fs::read(folder.join("engine.js"))?, "text/javascript"))
    }

    /// Starts the engine.
    pub fn open(browser: &'b Browser, site: &Server) -> Result<Self> {
        browser.goto(&format!("{}bench_engine.html", site.url()))?;
        eventually_true(PATIENCE, "the engine's page", || browser.truth("return 'bench' in window", vec![]))?;
        let alone = Self { browser, run: 0, story: 0, steps_per_epoch: 1 };
        alone.ask(&[], &[&Event::Ready { engine: Engine::Cpu, device: String::new() }])?;
        Ok(alone)
    }

    /// Loads the lesson of a link, flat out.
    pub fn load(&mut self, fragment: &str) -> Result<()> {
        let config = Config::clone(&link::decode(&format!("{fragment}&pace=flat")).lesson);
        self.run += 1;
        self.story = u32::try_from(config.pacing.story).unwrap_or(u32::MAX);
        let load = Command::Load { run: self.run, config, snapshot: None, settings: Vec::new(), data: None };
        let (event, _) = self.ask(&[load], &[&Event::Loaded { run: 0, summary: Box::default() }])?;
        let Event::Loaded { summary, .. } = event else { bail!("no lesson was loaded: {event:?}") };
        self.steps_per_epoch = summary.steps_per_epoch;
        Ok(())
    }

    /// Times the lesson that is loaded.
    pub fn time(&self, window: Duration) -> Result<Timed> {
        let nothing = Event::Timed { run: 0, steps_per_second: 0.0, record_seconds: 0.0 };
        let (event, _) = self.ask(&[Command::Time(window.as_millis() as u32)], &[&nothing])?;
        let Event::Timed { steps_per_second, record_seconds, .. } = event else { bail!("not timed: {event:?}") };
        Ok(Timed {
            steps_per_second: f64::from(steps_per_second),
            record_seconds: f64::from(record_seconds),
            steps_per_epoch: self.steps_per_epoch,
            story: self.story,
        })
    }

    /// Plays to the end of the lesson's story, flat out, with all that the page would see of it; the seconds that
    /// takes.
    pub fn story(&self) -> Result<f64> {
        let nothing = Event::Arrived { run: 0, play: 0, story: false };
        let (_, seconds) = self.ask(&[Command::PlayTo(self.story)], &[&nothing])?;
        Ok(seconds)
    }

    fn ask(&self, commands: &[Command], kinds: &[&Event]) -> Result<(Event, f64)> {
        let commands: Vec<Vec<u8>> = commands.iter().map(postcard::to_allocvec).collect::<Result<_, _>>()?;
        let fault = Event::Fault { sentence: String::new(), remedy: String::new() };
        let kinds: Vec<u8> = kinds.iter().copied().chain([&fault]).map(kind).collect::<Result<_>>()?;
        let script = "return bench.ask(...arguments)";
        let answer = self.browser.execute_async(script, vec![json!(commands), json!(kinds), json!(ANSWER)])?;
        if let Some(error) = answer["error"].as_str() {
            bail!("the engine alone: {error}");
        }
        let bytes = answer["bytes"].as_array().context("an answer without bytes")?;
        let bytes: Vec<u8> = bytes.iter().filter_map(|byte| byte.as_u64().map(|byte| byte as u8)).collect();
        let seconds = answer["milliseconds"].as_f64().context("an answer without a time")? / 1000.0;
        let event = postcard::from_bytes(&bytes).map_err(|error| anyhow!("an answer that can't be read: {error}"))?;
        match event {
            Event::Fault { sentence, .. } => bail!("the engine alone: {sentence}"),
            event => Ok((event, seconds)),
        }
    }
}

/// The number of an event's kind: its first byte.
fn kind(event: &Event) -> Result<u8> {
    postcard::to_allocvec(event)?.first().copied().context("an event without bytes")
}
