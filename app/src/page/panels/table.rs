//! What a line of the table of panels says, and the places of the page.

use super::draw::Job;
use crate::page::state::{Page, Tab};
use leptos::context::Provider;
use leptos::prelude::*;
use mtl_core::lesson::lessons::Panel;

use super::PANELS;

/// A line of the table.
#[derive(Clone, Copy)]
pub struct PanelLine {
    /// Its CSS class behind `panel-`.
    pub key: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// The glossary word behind its '?'.
    pub term: &'static str,
    /// What lessons call it, where they may point at it.
    pub panel: Option<Panel>,
    /// Where it stands.
    pub place: Place,
    /// Makes it.
    pub view: fn() -> AnyView,
}

/// Where panels stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Over the whole stage, in races.
    Stage,
    /// The network's, in the middle.
    Network,
    /// Below it.
    Predictions,
    /// Below that, or a tab where it is tight.
    Transfer,
    /// On top of the right column.
    Conflict,
    /// In the right column.
    Loss,
    /// In the right column.
    TradeOff,
    /// In the right column.
    Weights,
    /// In the right column.
    Measures,
    /// In the right column.
    Compare,
}

/// The places of the right column below its tabs.
pub const CHARTS: [Place; 5] = [Place::Loss, Place::TradeOff, Place::Weights, Place::Measures, Place::Compare];

impl Place {
    /// Its CSS class.
    pub fn class(self) -> &'static str {
        match self {
            Self::Stage => "place-landscape",
            Self::Network => "place-network",
            Self::Predictions => "place-predictions",
            Self::Transfer => "place-transfer",
            Self::Conflict => "place-conflict",
            Self::Loss => "place-loss",
            Self::TradeOff => "place-tradeoff",
            Self::Weights => "place-weights",
            Self::Measures => "place-measures",
            Self::Compare => "place-compare",
        }
    }

    /// The tab that shows it where there isn't room for all charts; none where it stands by itself.
    pub fn tab(self) -> Option<Tab> {
        match self {
            Self::Stage | Self::Predictions | Self::Conflict => None,
            Self::Network => Some(Tab::Network),
            Self::Transfer => Some(Tab::Transfer),
            Self::Loss => Some(Tab::Loss),
            Self::TradeOff => Some(Tab::TradeOff),
            Self::Weights => Some(Tab::Weights),
            Self::Measures => Some(Tab::Measures),
            Self::Compare => Some(Tab::Compare),
        }
    }

    /// Its panels.
    pub fn panels(self) -> impl Iterator<Item = &'static PanelLine> {
        PANELS.iter().filter(move |line| line.place == self)
    }

    /// Its panels, made; each shows new numbers in its turn.
    pub fn views(self) -> Vec<AnyView> {
        let page = Page::get();
        let made = |line: &'static PanelLine| view! { <Provider value=in_turn(page, line)>{(line.view)()}</Provider> };
        self.panels().map(|line| made(line).into_any()).collect()
    }
}

/// The page as one panel reads it: its newest point, and that the curves have changed, are told to the panel in its
/// turn, see [`super::draw::show_numbers`].
fn in_turn(page: Page, line: &'static PanelLine) -> Page {
    let own = Page {
        latest: RwSignal::new(page.latest.get_untracked()),
        curves_version: RwSignal::new(page.curves_version.get_untracked()),
        ..page
    };
    let css = [".panel-", line.key].concat();
    let shown = move || document().query_selector(&css).ok().flatten().is_some_and(|panel| panel.client_width() > 0);
    Job::numbers(shown, move || {
        own.latest.try_set(page.latest.get_untracked());
        own.curves_version.try_set(page.curves_version.get_untracked());
    });
    own
}

/// The line of a panel that a lesson points at.
pub fn line(panel: Panel) -> Option<&'static PanelLine> {
    PANELS.iter().find(|line| line.panel == Some(panel))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::lesson::lessons::LESSONS;

    #[test]
    fn every_panel_that_a_lesson_needs_stands_in_the_table() {
        for lesson in LESSONS {
            assert!(lesson.panels.iter().all(|panel| line(*panel).is_some()), "{}", lesson.key);
        }
    }

    #[test]
    fn no_two_panels_have_one_key() {
        let mut keys: Vec<_> = PANELS.iter().map(|line| line.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), PANELS.len());
    }
}
