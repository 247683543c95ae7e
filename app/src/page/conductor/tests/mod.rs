//! Replays what would otherwise need a browser, two workers and luck.

mod changing;
mod choosing;
mod comparing;
mod faults;
mod lessons;
mod moving;
mod playing;
mod seen;
mod showing;
mod starting;
mod world;

use super::{EngineChoice, GpuState, Handover, Input, Intent, Opening, Timer};
use mtl_core::config::{Config, Value};
use mtl_core::lesson::check;
use mtl_core::lesson::lessons::find;
use mtl_core::protocol::Engine::{Cpu, Gpu};
use mtl_core::protocol::{Command, Event};
use world::{FRAME, World};

const NOTHING: [&str; 0] = [];

/// A lesson of the picker, to be opened.
fn opening(key: &str) -> Opening {
    let preset = find(key).expect("a lesson");
    Opening { lesson: check(preset.config()).0, notices: Vec::new(), unknown: Vec::new() }
}

/// A command in a word or two.
fn word(command: &Command) -> String {
    match command {
        Command::Load { run, snapshot: None, .. } => format!("load {run}"),
        Command::GoTo { step, .. } => format!("go to {step}"),
        Command::Load { run, snapshot: Some(snapshot), .. } => format!("load {run} from {}", snapshot.step),
        Command::Play => "play".into(),
        Command::PlayTo(epoch) => format!("play to {epoch}"),
        Command::Pause => "pause".into(),
        Command::Step(steps) => format!("step {steps}"),
        Command::StepEpoch => "epoch".into(),
        Command::Speed(speed) => format!("speed {speed}"),
        Command::Change(_) => "change".into(),
        Command::Rewind => "rewind".into(),
        Command::Save => "save".into(),
        Command::Time(millis) => format!("time {millis}"),
        Command::Cost => "cost".into(),
        Command::Compare { epochs } => format!("compare {epochs}"),
        Command::CompareStop => "compare stop".into(),
        Command::Ack(number) => format!("ack {number}"),
    }
}
