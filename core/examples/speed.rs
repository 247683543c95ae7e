//! Optimiser steps per second of lessons, natively: `speed '<fragment>' ...`. With `--balancers`
//! before a fragment, its lesson under every balancer, as ratios to equal weights.

use mtl_core::balance::balancers;
use mtl_core::config::{Config, Pick};
use mtl_core::lesson::{check, link};
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
            println!("{:9.1} steps/s  {fragment}", steps_per_second(lesson, 2000));
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
    let mut session = Session::new(Device::flex(), Engine::Cpu);
    let mut rate = f64::NAN;
    let load = Command::Load { run: 1, config: check(config).0.into_config(), snapshot: None, data: None };
    for command in [load, Command::Time(millis)] {
        let mut emit = |event: Event| {
            if let Event::Timed { steps_per_second, .. } = event {
                rate = f64::from(steps_per_second);
            }
        };
        if let Err(error) = pollster::block_on(session.command(command, &mut emit)) {
            eprintln!("{error}");
        }
    }
    rate
}
