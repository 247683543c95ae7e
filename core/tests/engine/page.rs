//! A stand-in for the page: says commands, keeps events, acknowledges frames.

use mtl_core::config::Config;
use mtl_core::protocol::{Command, CurvePoint, Divergence, Engine, Event, Frame, Snapshot};
use mtl_core::train::tensors::Device;
use mtl_core::train::{Session, Turn};
use pollster::block_on;
use std::time::{Duration, Instant};

/// A page that keeps what it hears.
pub struct Page {
    pub session: Session,
    pub events: Vec<Event>,
    /// Whether it acknowledges frames.
    pub polite: bool,
}

impl Page {
    pub fn new() -> Self {
        Self::of(Session::new(Device::flex(), Engine::Cpu))
    }

    pub fn of(session: Session) -> Self {
        Self { session, events: Vec::new(), polite: true }
    }

    /// A page with a lesson, and what it was told when it was loaded.
    pub fn loaded(config: Config) -> Self {
        let mut page = Self::new();
        page.say(Command::Load { run: 3, config, snapshot: None, settings: Vec::new(), data: None });
        page
    }

    pub fn say(&mut self, command: Command) {
        let events = &mut self.events;
        block_on(self.session.command(command, &mut |event| events.push(event))).unwrap();
    }

    pub fn turn(&mut self) -> Turn {
        let before = self.events.len();
        let events = &mut self.events;
        let turn = block_on(self.session.turn(&mut |event| events.push(event))).unwrap();
        if self.polite {
            let last = self.events[before..].iter().filter_map(frame_of).next_back().map(|frame| frame.number);
            if let Some(number) = last {
                self.say(Command::Ack(number));
            }
        }
        turn
    }

    /// Turns until there is nothing left to do.
    pub fn settle(&mut self) {
        while self.turn() != Turn::Rest {}
    }

    pub fn play_for(&mut self, length: Duration) {
        self.say(Command::Play);
        self.settle_slowly(length);
    }

    /// Turns when there is something to do, until there is nothing left or the time is over.
    pub fn settle_slowly(&mut self, length: Duration) {
        let start = Instant::now();
        while start.elapsed() < length {
            match self.turn() {
                Turn::Rest => return,
                Turn::Again => {}
                Turn::Later(millis) => std::thread::sleep(Duration::from_millis(u64::from(millis))),
            }
        }
    }

    pub fn frames(&self) -> Vec<Frame> {
        self.events.iter().filter_map(frame_of).collect()
    }

    pub fn step(&self) -> u32 {
        self.frames().last().unwrap().step
    }

    pub fn points(&self) -> Vec<CurvePoint> {
        let points = self.events.iter().filter_map(|event| match event {
            Event::Curve { points, .. } => Some(points.clone()),
            _ => None,
        });
        points.flatten().collect()
    }

    pub fn save(&mut self) -> Snapshot {
        self.say(Command::Save);
        match self.events.last() {
            Some(Event::Snapshot { run: 3, snapshot }) => snapshot.opened().expect("a whole state"),
            other => panic!("{other:?}"),
        }
    }

    pub fn divergence(&self) -> Option<&Divergence> {
        self.events.iter().find_map(|event| match event {
            Event::Diverged { divergence, .. } => Some(divergence),
            _ => None,
        })
    }
}

pub fn frame_of(event: &Event) -> Option<Frame> {
    match event {
        Event::Frame { frame, .. } => Some(frame.clone()),
        _ => None,
    }
}

pub fn name(event: &Event) -> &'static str {
    match event {
        Event::Loaded { .. } => "loaded",
        Event::Curve { .. } => "curve",
        Event::Frame { .. } => "frame",
        Event::Picture { .. } => "picture",
        Event::Snapshot { .. } => "snapshot",
        Event::Diverged { .. } => "diverged",
        Event::Timed { .. } => "timed",
        Event::Cost { .. } => "cost",
        Event::Race { .. } => "race",
        Event::Arrived { .. } => "arrived",
        _ => "other",
    }
}

pub fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(name).collect()
}
