//! What a step points at, where that stands, and how it comes into view.

use super::super::panels::{Place, line};
use super::super::state::{Page, Tab};
use super::super::tabs;
use leptos::prelude::*;
use mtl_core::lesson::lessons::{Act, Look, Panel, Preset, Standing, Step};
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};

/// What the guide points at: it is outlined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// A panel.
    pub panel: Option<Panel>,
    /// The guide's control of a setting.
    pub setting: Option<&'static str>,
    /// The play button.
    pub play: bool,
}

impl Spot {
    /// What a step points at: what it names, and what is left to do for it.
    pub fn of(lesson: &Preset, step: &Step, done: bool, now: &Standing) -> Self {
        let (panel, named) = match step.look {
            Look::Panel(panel) => (Some(panel), None),
            Look::Setting(key) => (None, Some(key)),
        };
        if done {
            return Self { panel, setting: named, play: false };
        }
        let next = step.act.next_key(now);
        // What the guide has no control for has a button in its panel.
        let setting = next.filter(|key| lesson.is_about(key)).or(named);
        Self { panel, setting, play: next.is_none() && !now.playing && waits(&step.act) }
    }

    /// The words of it that style sheets read.
    pub fn words(&self) -> String {
        let panel = self.panel.map_or("", key);
        if self.play { [panel, " play"].concat() } else { panel.into() }
    }
}

/// Whether an act comes with time.
fn waits(act: &Act) -> bool {
    match act {
        Act::Play | Act::Epoch(_) => true,
        Act::Change(_) | Act::Set(..) => false,
        Act::All(acts) => acts.iter().any(waits),
    }
}

/// The tab that shows a panel in the room that there is; none where it stands by itself.
pub fn tab_of(panel: Panel, page: Page) -> Option<Tab> {
    let (phone, tight) = untrack(|| (page.room.phone.get(), page.is_tight()));
    line(panel)?.place.tab().filter(|tab| match tab {
        Tab::Network => phone,
        Tab::Transfer => phone || tight,
        _ => true,
    })
}

/// The CSS class of a panel behind `panel-`.
fn key(panel: Panel) -> &'static str {
    line(panel).map_or("", |line| line.key)
}

/// Where a place of the right column stands among those that a lesson needs; behind them where it
/// needs none of its panels.
pub fn rank(lesson: Option<&Preset>, place: Place) -> Option<usize> {
    lesson?.panels.iter().position(|panel| line(*panel).is_some_and(|line| line.place == place))
}

/// Opens the tab of what is pointed at and brings it into view within its column.
pub fn turn_to(page: Page, spot: Spot) {
    if let Some(tab) = spot.panel.and_then(|panel| tab_of(panel, page)) {
        tabs::open(page, tab);
    }
    request_animation_frame(move || {
        if let Some(panel) = spot.panel {
            bring([".panel-", key(panel)].concat());
        }
        bring(".pointed-at".into());
    });
}

/// Scrolls as little as it takes.
fn bring(css: String) {
    let Some(element) = document().query_selector(&css).ok().flatten() else { return };
    scroll(&element);
}

fn scroll(element: &Element) {
    let least = ScrollIntoViewOptions::new();
    least.set_block(ScrollLogicalPosition::Nearest);
    least.set_inline(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&least);
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::config::{Config, Value};
    use mtl_core::lesson::apply;
    use mtl_core::lesson::lessons::{LESSONS, find};

    /// What the step of a lesson points at.
    fn spot(key: &str, step: usize, change: impl FnOnce(&mut Config), playing: bool, epoch: u32) -> Option<Spot> {
        let lesson = find(key)?;
        let own = lesson.config();
        let mut config = own.clone();
        change(&mut config);
        let now = Standing { lesson: &config, own: &own, playing, begun: epoch > 0, epoch };
        let step = lesson.steps.get(step)?;
        Some(Spot::of(lesson, step, step.act.is_done(&now), &now))
    }

    #[test]
    fn a_step_points_at_what_it_names_and_at_what_is_left_to_do() {
        let none = |_: &mut Config| {};
        let start = spot("bully", 0, none, false, 0);
        assert_eq!(start, Some(Spot { panel: None, setting: Some("t1.scale"), play: true }));
        let played = spot("bully", 0, none, true, 0);
        assert_eq!(played, Some(Spot { panel: None, setting: Some("t1.scale"), play: false }));
        let weights = spot("bully", 2, none, true, 120);
        assert_eq!(weights, Some(Spot { panel: Some(Panel::Weights), setting: Some("bal"), play: false }));
        let uncertainty = |config: &mut Config| {
            let _ = apply(config, "bal", &Value::Choice("uncertainty".into()));
        };
        let paused = spot("bully", 3, uncertainty, false, 200);
        assert_eq!(paused, Some(Spot { panel: Some(Panel::Transfer), setting: None, play: true }));
        // The panel has a button for it, the guide no control.
        let grouped = spot("groups", 5, none, false, 200);
        assert_eq!(grouped, Some(Spot { panel: Some(Panel::TaskAffinity), setting: None, play: false }));
    }

    #[test]
    fn the_style_sheet_outlines_every_panel_that_a_step_names() {
        let style = include_str!("../../../../style/guide.css");
        for panel in LESSONS.iter().flat_map(|lesson| lesson.panels) {
            let class = key(*panel);
            assert!(style.contains(&format!("[data-spot~=\"{class}\"] .panel-{class}")), "{class}");
        }
        let play = Spot { panel: Some(Panel::Losses), setting: None, play: true };
        assert_eq!(play.words(), "loss play");
    }

    #[test]
    fn what_a_lesson_needs_comes_first_and_in_its_order() {
        let groups = find("groups");
        assert_eq!(rank(groups, Place::Measures), Some(0));
        assert!(rank(groups, Place::Transfer) < rank(groups, Place::Conflict));
        assert_eq!(rank(groups, Place::TradeOff), None);
        assert_eq!(rank(None, Place::Loss), None);
    }
}
