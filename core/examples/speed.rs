//! Optimiser steps per second of lessons, natively, and the share of time that measuring takes:
//! `speed '<fragment>' ...`. With `--balancers` before a fragment, its lesson under every balancer, as ratios to equal
//! weights.

use mtl_core::balance::balancers;
use mtl_core::config::{Config, Pick};
use mtl_core::landscape::is_landscape;
use mtl_core::lesson::{check, link};
use mtl_core::measure::recorded_epochs::Rates;
use mtl_core::protocol::{Command, Engine, Event};
use mtl_core::train::Session;
use mtl_core::train::tensors::Device;

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    let by_balancer = arguments.next_if_eq("--balancers").is_some();
    for fragment in arguments {
        let lesson = link::decode(&fragment).lesson.into_config();
        if by_balancer {
            race(&lesson);
        } else {
            let timed = timed(lesson, 2000);
            println!("{:9.1} steps/s  {}  {fragment}", timed.rates.steps_per_second, timed.measuring());
        }
    }
}

/// Every balancer between two runs of equal weights: a machine's speed wanders.
fn race(lesson: &Config) {
    let equal = || steps_per_second(Config { balancer: Pick::new("equal"), ..lesson.clone() }, 700);
    let mut before = equal();
    for entry in balancers() {
        let config = Config { balancer: Pick::new(entry.choice.key), ..lesson.clone() };
        if let Some(reason) = (entry.unfit)(&config) {
            println!("{:>16}  {reason}", entry.choice.key);
            continue;
        }
        let rate = steps_per_second(config, 700);
        let after = equal();
        let slower = (before + after) / 2.0 / rate;
        println!("{:>16}  {rate:9.1} steps/s  {slower:5.2} times the cost of equal weights", entry.choice.key);
        before = after;
    }
}

fn steps_per_second(config: Config, millis: u32) -> f64 {
    timed(config, millis).rates.steps_per_second
}

/// What a session answers that times a lesson.
struct Timed {
    rates: Rates,
    /// Epochs of the lesson's story.
    story: u32,
    races: bool,
}

impl Timed {
    fn measuring(&self) -> String {
        if self.races {
            return "a race: nothing to measure".into();
        }
        let story = self.story.max(1);
        let ((seconds, share), (_, later)) = (self.rates.over(0..story), self.rates.over(50..1000));
        let (share, later) = (100.0 * share, 100.0 * later);
        format!("measuring {share:4.1} % of the {seconds:.2} s to epoch {story}, {later:4.1} % of epochs 50 to 1000")
    }
}

fn timed(config: Config, millis: u32) -> Timed {
    let story = u32::try_from(config.pacing.story).unwrap_or(u32::MAX);
    let races = is_landscape(&config.data.source);
    let rates = Rates { steps_per_second: f64::NAN, record_seconds: f64::NAN, steps_per_epoch: 1 };
    let mut timed = Timed { rates, story, races };
    let mut session = Session::new(Device::flex(), Engine::Cpu);
    let load = Command::Load {
        run: 1,
        config: check(config).0.into_config(),
        snapshot: None,
        settings: Vec::new(),
        data: None,
    };
    for command in [load, Command::Time(millis)] {
        let mut emit = |event: Event| match event {
            Event::Loaded { summary, .. } => timed.rates.steps_per_epoch = summary.steps_per_epoch,
            Event::Timed { steps_per_second, record_seconds, .. } => {
                timed.rates.steps_per_second = f64::from(steps_per_second);
                timed.rates.record_seconds = f64::from(record_seconds);
            }
            _ => {}
        };
        if let Err(error) = pollster::block_on(session.command(command, &mut emit)) {
            eprintln!("{error}");
        }
    }
    timed
}
