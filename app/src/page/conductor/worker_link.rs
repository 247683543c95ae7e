//! One worker, as the page knows it: whether it listens, what was last sent to it, which of its events count.

use mtl_core::protocol::Command;

/// A worker with what was last sent to it.
#[derive(Debug)]
pub(super) struct WorkerLink {
    /// Tells this worker from those before it.
    pub serial: u32,
    /// The load of which the events count.
    pub run: u32,
    /// The load that was sent last and has not been answered.
    pub loading: Option<u32>,
    /// How many play commands this load was sent.
    pub plays: u32,
    /// Whether this load was told to train.
    pub trains: bool,
    /// Timings of this load that have not been answered.
    timings: u32,
    ready: bool,
    /// A worker drops what arrives before its wasm listens, so commands are kept until then.
    waiting: Vec<Command>,
}

impl WorkerLink {
    /// A worker that was just started.
    pub fn new(serial: u32) -> Self {
        Self { serial, run: 0, loading: None, plays: 0, trains: false, timings: 0, ready: false, waiting: Vec::new() }
    }

    /// Takes note of a command and gives it back if it can be posted; one that can't is kept.
    pub fn send(&mut self, command: Command) -> Option<Command> {
        match &command {
            Command::Load { run, .. } => {
                (self.run, self.loading) = (*run, Some(*run));
                (self.plays, self.trains, self.timings) = (0, false, 0);
                // What was to be done with an earlier lesson needs not be done at all.
                self.waiting.clear();
            }
            Command::Play | Command::PlayTo(_) => (self.plays, self.trains) = (self.plays + 1, true),
            Command::Step(_) | Command::StepEpoch => self.trains = true,
            Command::Time(_) => self.timings += 1,
            _ => {}
        }
        if self.ready {
            return Some(command);
        }
        self.waiting.push(command);
        None
    }

    /// The worker listens: what was kept, to be posted.
    pub fn set_ready(&mut self) -> Vec<Command> {
        self.ready = true;
        std::mem::take(&mut self.waiting)
    }

    /// Whether the worker listens.
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// A load was answered.
    pub fn loaded(&mut self, run: u32) {
        if self.loading == Some(run) {
            self.loading = None;
        }
    }

    /// A timing was answered; whether it is the one that was asked for last. An answer to a measurement that
    /// was given up is not.
    pub fn timed(&mut self) -> bool {
        self.timings = self.timings.saturating_sub(1);
        self.timings == 0
    }
}
