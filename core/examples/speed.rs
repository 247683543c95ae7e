//! Optimiser steps per second of lessons, natively: `speed '<fragment>' ...`.

use mtl_core::config::link;
use mtl_core::protocol::{Command, Engine, Event};
use mtl_core::train::Session;
use mtl_core::train::tensors::Device;

fn main() {
    for fragment in std::env::args().skip(1) {
        let lesson = link::decode(&fragment).lesson;
        let mut session = Session::new(Device::flex(), Engine::Cpu);
        let mut emit = |event: Event| {
            if let Event::Timed { steps_per_second, .. } = event {
                println!("{steps_per_second:9.1} steps/s  {fragment}");
            }
        };
        let load = Command::Load { run: 1, config: lesson.into_config(), snapshot: None };
        for command in [load, Command::Time(2000)] {
            if let Err(error) = pollster::block_on(session.command(command, &mut emit)) {
                eprintln!("{error}");
            }
        }
    }
}
