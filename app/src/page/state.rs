//! Everything the page knows, as one context: signals that panels read, and the way to tell what
//! the user wants.
//!
//! What happens on the page is told with [`Page::tell`]; what comes of it is decided by the
//! [`conductor`](super::conductor), and the signals change accordingly.
//!
//! All signals are owned by the root, so that callbacks of workers, timers and animation frames
//! never meet a disposed one. Values that arrive from the engine change once per animation frame.
//!
//! While a new lesson is being built, [`Page::summary`] and [`Page::picture`] may still be those of
//! the lesson before: index them with `get`. Where the number of tasks or the source of the data
//! changed they are `None` until the new ones arrive.

pub use super::conductor::{Comparison, EngineChoice, EngineFault, EngineState, GpuState, LiveChange, RaceState};

use super::conductor::{Input, Intent};
use super::guide::Spot;
use super::prefs::Prefs;
use super::room::Room;
use leptos::prelude::*;
use mtl_core::config::{Config, Notice};
use mtl_core::lesson::{Entry, Lesson, check, entries};
use mtl_core::protocol::{CurvePoint, Divergence, Frame, Picture, Summary};
use std::rc::Rc;
use std::sync::Arc;
use web_sys::HtmlElement;

/// Where the page tells what happens on it.
pub(super) type Listener = Rc<dyn Fn(Input)>;

/// What the card beside a '?' explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The glossary's term.
    pub term: &'static str,
    /// Whether the '?' is that of a picture, which is then explained before the term.
    pub picture: bool,
    /// The '?' itself.
    pub button: HtmlElement,
}

/// A dialog over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// Keyboard shortcuts.
    Shortcuts,
    /// Every word of the page.
    Glossary,
    /// About and privacy.
    About,
}

/// A chart that has a tab of its own where there isn't room for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Losses.
    #[default]
    Loss,
    /// The Pareto plane.
    TradeOff,
    /// Transfer gain.
    Transfer,
    /// The network, on phones.
    Network,
    /// Task weights.
    Weights,
    /// Every measure.
    Measures,
    /// The comparison of architectures.
    Compare,
}

/// What the user opened where the left column is a drawer or a bottom sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawer {
    /// The guide.
    Guide,
    /// Data and tasks.
    Data,
    /// The network.
    Network,
    /// How the tasks share.
    Sharing,
    /// How they are trained.
    Training,
}

/// Everything the page knows; provided as context by [`super::app::App`].
#[derive(Clone, Copy)]
pub struct Page {
    /// The lesson that is shown and trains, checked.
    pub lesson: RwSignal<Lesson>,
    /// What was wrong in a link, file or field, and other sentences for the user: one about each key,
    /// newest first.
    pub notices: RwSignal<Vec<Notice>>,
    /// What the lesson is made of, as the engine built it.
    pub summary: RwSignal<Option<Arc<Summary>>>,
    /// Where training stands.
    pub frame: RwSignal<Frame>,
    /// Whether the user wants training to go on. The play button shows this; `frame.running` also
    /// holds while a single epoch is trained.
    pub playing: RwSignal<bool>,
    /// Whether the lesson's story has come to its end and nothing has been done since.
    pub ended: RwSignal<bool>,
    /// Every recorded point of this run, in order. Not a signal: read it when
    /// [`Page::curves_version`] changes.
    pub curves: StoredValue<Vec<CurvePoint>>,
    /// Counts up when points were appended to [`Page::curves`], or when they were cleared.
    pub curves_version: RwSignal<u32>,
    /// What was changed in the middle of this run, in the order of steps; the curves mark it.
    pub changes: RwSignal<Vec<LiveChange>>,
    /// The race, where the lesson is one. Not a signal: read it when [`Page::curves_version`] changes.
    pub race: StoredValue<RaceState>,
    /// The newest point of the curves.
    pub latest: RwSignal<Option<Arc<CurvePoint>>>,
    /// The newest pictures.
    pub picture: RwSignal<Option<Arc<Picture>>>,
    /// Seconds per epoch of the shared model and of the separate ones, once measured.
    pub cost: RwSignal<Option<(f32, f32)>>,
    /// The last comparison of architectures; it stays while the lesson's architecture changes.
    pub comparison: RwSignal<Comparison>,
    /// Which engine computes, and why.
    pub engine: RwSignal<EngineState>,
    /// The composed model has left the finite numbers; training is paused.
    pub diverged: RwSignal<Option<Divergence>>,
    /// The engine is gone.
    pub fault: RwSignal<Option<EngineFault>>,
    /// Whether the page is dark: draw accordingly.
    pub dark: Memo<bool>,
    /// Whether the user wants little motion; pictures then arrive at most four times a second.
    pub reduced_motion: Memo<bool>,
    /// Whether the loss axis is logarithmic (key L).
    pub log_axis: RwSignal<bool>,
    /// The step under the pointer in any chart, for cursors that are linked.
    pub cursor: RwSignal<Option<u32>>,
    /// The point of the plane under the probe of any map, for probes that are linked.
    pub probe: RwSignal<Option<(f32, f32)>>,
    /// The glossary term with the open definition; setting it opens the glossary there.
    pub help: RwSignal<Option<&'static str>>,
    /// What the card beside a '?' explains, where one is open.
    pub explained: RwSignal<Option<Explained>, LocalStorage>,
    /// The dialog that is open.
    pub sheet: RwSignal<Option<Sheet>>,
    /// The chart of the chosen tab.
    pub tab: RwSignal<Tab>,
    /// How many lessons were opened, also such that were restored: each is told from its first step.
    pub opened: RwSignal<u32>,
    /// Whether tasks have counted differently in this run; where not the weights aren't shown.
    pub weighs: RwSignal<bool>,
    /// The tab that the user chose, with the lesson it was chosen in: it travels in that lesson's link.
    pub chosen_tab: RwSignal<Option<(String, Tab)>>,
    /// What the guide points at.
    pub spot: RwSignal<Spot>,
    /// How much room there is.
    pub room: Room,
    /// What is open in the drawer or bottom sheet.
    pub drawer: RwSignal<Option<Drawer>>,
    /// Whether the menu of a narrow top bar is open.
    pub menu: RwSignal<bool>,
    /// A short confirmation that goes away by itself.
    pub toast: RwSignal<Option<String>>,
    /// The speed limit in optimiser steps per second; 0 is flat out.
    pub speed: RwSignal<f32>,
    /// Settings of this browser, not of the lesson.
    pub prefs: Prefs,
    /// Pairs of a link that are not known here: they survive a round trip.
    pub(super) unknown: StoredValue<Vec<(String, String)>>,
    /// What listens to what happens on the page; nothing until the root has started it.
    pub(super) listener: StoredValue<Option<Listener>, LocalStorage>,
}

impl Page {
    /// The page from the context.
    ///
    /// Components are only ever built below the root that provides it; a page of its own that
    /// reaches no engine stands in where there is none, so that nothing can panic.
    pub fn get() -> Self {
        use_context().unwrap_or_else(|| Self::new(check(Config::default()).0))
    }

    /// A page that shows a lesson and has no engine yet. To be called by the root.
    pub fn new(lesson: Lesson) -> Self {
        let prefs = Prefs::new();
        Self {
            lesson: RwSignal::new(lesson),
            notices: RwSignal::default(),
            summary: RwSignal::default(),
            frame: RwSignal::default(),
            playing: RwSignal::new(false),
            ended: RwSignal::new(false),
            curves: StoredValue::new(Vec::new()),
            curves_version: RwSignal::new(0),
            changes: RwSignal::default(),
            race: StoredValue::default(),
            latest: RwSignal::default(),
            picture: RwSignal::default(),
            cost: RwSignal::default(),
            comparison: RwSignal::default(),
            engine: RwSignal::default(),
            diverged: RwSignal::default(),
            fault: RwSignal::default(),
            dark: prefs.dark(),
            reduced_motion: prefs.reduced_motion(),
            log_axis: RwSignal::new(true),
            cursor: RwSignal::default(),
            probe: RwSignal::default(),
            help: RwSignal::default(),
            explained: RwSignal::new_local(None),
            sheet: RwSignal::default(),
            tab: RwSignal::default(),
            opened: RwSignal::default(),
            weighs: RwSignal::default(),
            chosen_tab: RwSignal::default(),
            spot: RwSignal::default(),
            room: Room::new(),
            drawer: RwSignal::default(),
            menu: RwSignal::new(false),
            toast: RwSignal::default(),
            speed: RwSignal::new(0.0),
            prefs,
            unknown: StoredValue::default(),
            listener: StoredValue::new_local(None),
        }
    }

    /// Every setting of the lesson, in the order of links. Tracks the lesson.
    pub fn entries(&self) -> Vec<Entry> {
        self.lesson.with(|lesson| entries(lesson))
    }

    /// The setting of a key, if the lesson has it. Tracks the lesson.
    pub fn entry(&self, key: &str) -> Option<Entry> {
        self.entries().into_iter().find(|entry| entry.key == key)
    }

    /// Whether the lesson is a race down landscapes, without a network. Tracks the lesson.
    pub fn races(&self) -> bool {
        self.lesson.with(|lesson| mtl_core::landscape::is_landscape(&lesson.data.source))
    }

    /// Whether there is no room for transfer below the predictions: the window is small, or the lesson
    /// shows pictures above them. Tracks both.
    pub fn is_tight(&self) -> bool {
        let pictures = self.lesson.with(|lesson| mtl_core::data::is_picture(&lesson.data.source));
        self.room.tight.get() || pictures && !self.room.phone.get()
    }

    /// Tells what has happened, or what the user wants. What comes of it is done when this returns, but for
    /// what is told while something else is being carried out: that waits for its turn.
    pub fn tell(&self, what: impl Into<Input>) {
        if let Some(listener) = self.listener.try_get_value().flatten() {
            listener(what.into());
        }
    }

    /// Plays, or pauses.
    pub fn toggle_play(&self) {
        let playing = self.playing.get_untracked();
        self.tell(if playing { Intent::Pause } else { Intent::Play });
    }

    /// Confirms something for a moment.
    pub fn say(&self, text: impl Into<String>) {
        self.toast.set(Some(text.into()));
    }
}
