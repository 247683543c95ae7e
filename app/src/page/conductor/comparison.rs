//! A comparison of architectures on the lesson, as far as the page was told.

use super::{Conductor, PageUpdate};
use mtl_core::config::{Config, Pick, PopulationConfig};
use mtl_core::protocol::{Command, ComparedRow};

/// What is known of the last comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The lesson without what makes no difference to it; `None` where there was no comparison.
    of: Option<Config>,
    /// Epochs that each architecture is trained.
    pub epochs: u32,
    /// Where it computes.
    pub engine: &'static str,
    /// The architectures that are done, in the order of the table.
    pub rows: Vec<ComparedRow>,
    /// The one that trains.
    pub now: Option<ComparedRow>,
    /// Whether it goes on.
    pub running: bool,
}

impl Comparison {
    /// Whether it was of a lesson that differs from this one in more than its architecture.
    pub fn is_stale(&self, lesson: &Config) -> bool {
        self.of.as_ref().is_some_and(|of| *of != compared(lesson))
    }

    /// Takes in how far an architecture has come.
    fn take(&mut self, row: ComparedRow) {
        if !row.done {
            self.now = Some(row);
            return;
        }
        self.now = None;
        // One of a comparison that was ended may have been on its way.
        self.rows.retain(|other| other.place < row.place);
        self.rows.push(row);
    }
}

/// A lesson without what a comparison doesn't depend on.
fn compared(lesson: &Config) -> Config {
    let population = PopulationConfig { fan: 0, matched: false, pairs: false, ..lesson.population.clone() };
    Config { preset: String::new(), architecture: Pick::new(""), population, ..lesson.unpaced() }
}

impl Conductor {
    /// Begins one; the lesson's own training pauses.
    pub(super) fn compare(&mut self, epochs: u32) {
        let (of, engine) = (Some(compared(&self.lesson)), self.active.name());
        self.send(Command::Compare { epochs });
        self.comparison = Comparison { of, epochs, engine, running: true, ..Comparison::default() };
        self.show_comparison();
    }

    /// Ends it; what is done stays.
    pub(super) fn stop_compare(&mut self) {
        self.send(Command::CompareStop);
        self.end_comparison();
    }

    /// Takes in how far an architecture has come, unless the comparison has ended.
    pub(super) fn take_row(&mut self, row: ComparedRow) {
        if self.comparison.running {
            self.comparison.take(row);
            self.show_comparison();
        }
    }

    /// It is over, or its engine has something else to do.
    pub(super) fn end_comparison(&mut self) {
        self.comparison.now = None;
        if std::mem::take(&mut self.comparison.running) {
            self.show_comparison();
        }
    }

    /// Another engine is in charge: a comparison ends with the engine that it ran on, but one that was asked
    /// for in between is among the commands that have waited, and begins now.
    pub(super) fn pass_comparison_on(&mut self, waiting: &[Command]) {
        let begins = waiting.iter().any(|command| matches!(command, Command::Compare { .. }));
        if !begins {
            return self.end_comparison();
        }
        self.comparison.engine = self.active.name();
        self.show_comparison();
    }

    fn show_comparison(&mut self) {
        self.show(PageUpdate::Comparison(Box::new(self.comparison.clone())));
    }
}
