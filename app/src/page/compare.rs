//! A comparison of architectures on the lesson, as far as the page was told.

use super::desk::with;
use super::engine;
use super::state::{Drawer, Page, Tab};
use leptos::prelude::*;
use mtl_core::config::{Config, Pick, PopulationConfig};
use mtl_core::protocol::{Command, ComparedRow};

/// What is known of the last comparison.
#[derive(Clone, Debug, Default)]
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
}

/// A lesson without what a comparison doesn't depend on.
fn compared(lesson: &Config) -> Config {
    let population = PopulationConfig { fan: 0, matched: false, pairs: false, ..lesson.population.clone() };
    Config { preset: String::new(), architecture: Pick::new(""), population, ..lesson.unpaced() }
}

/// Begins one; the lesson's own training pauses.
pub fn start(page: Page, epochs: u32) {
    let of = page.lesson.try_with_untracked(|lesson| compared(lesson));
    let engine = with(page, |desk| Some(desk.active)).map_or("", |engine| engine.name());
    engine::send(page, Command::Compare { epochs });
    page.comparison.try_set(Comparison { of, epochs, engine, running: true, ..Comparison::default() });
}

/// Ends it; what is done stays.
pub fn stop(page: Page) {
    engine::send(page, Command::CompareStop);
    end(page);
}

/// Takes in how far an architecture has come.
pub(super) fn take(page: Page, row: ComparedRow) {
    page.comparison.try_maybe_update(|comparison| {
        let running = comparison.running;
        if running && row.done {
            comparison.now = None;
            // One of a comparison that was ended may have been on its way.
            comparison.rows.retain(|other| other.place < row.place);
            comparison.rows.push(row);
        } else if running {
            comparison.now = Some(row);
        }
        (running, ())
    });
}

/// It is over, or its engine has something else to do.
pub(super) fn end(page: Page) {
    page.comparison.try_maybe_update(|comparison| {
        let was = std::mem::take(&mut comparison.running);
        comparison.now = None;
        (was, ())
    });
}

/// Shows the panel, wherever it stands.
pub fn show(page: Page) {
    page.tab.try_set(Tab::Compare);
    page.drawer.try_set(None::<Drawer>);
    request_animation_frame(|| {
        let Some(fold) = document().get_element_by_id("compare") else { return };
        let _ = fold.set_attribute("open", "");
        fold.scroll_into_view();
    });
}
