//! Everything the page knows, as one context: signals that panels read, and the few ways to
//! change the lesson or to talk to the engine.
//!
//! All signals are owned by the root, so that callbacks of workers, timers and animation frames
//! never meet a disposed one. Values that arrive from the engine change once per animation frame.
//!
//! While a new lesson is being built, [`Page::summary`] and [`Page::picture`] may still be those of
//! the lesson before: index them with `get`. Where the number of tasks or the source of the data
//! changed they are `None` until the new ones arrive.

use super::compare::Comparison;
use super::desk::Desk;
use super::guide::Spot;
use super::prefs::Prefs;
use super::room::Room;
use leptos::prelude::*;
use mtl_core::config::{Config, Kind, Notice, Value};
use mtl_core::lesson::{Entry, Lesson, entries};
use mtl_core::protocol::{
    Command, CurvePoint, Divergence, Engine, Frame, Picture, RaceNews, RacePoint, RaceStart, Summary,
};
use std::sync::Arc;
use web_sys::HtmlElement;

/// Which engine the user wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineChoice {
    /// Whichever is faster on the lesson.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The graphics processor, where there is one.
    Gpu,
}

/// What is known about the graphics processor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum GpuState {
    /// Nobody has asked yet.
    #[default]
    Unknown,
    /// Its worker is being loaded.
    Starting,
    /// Its worker answers.
    Ready,
    /// It can't be used, and why.
    Failed(String),
}

/// The engine badge: who computes, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineState {
    /// Who computes now.
    pub shown: Engine,
    /// Whether that engine answers yet.
    pub started: bool,
    /// Why, in one sentence.
    pub reason: String,
    /// What the user wants.
    pub choice: EngineChoice,
    /// What is known about the graphics processor.
    pub gpu: GpuState,
}

impl Default for EngineState {
    fn default() -> Self {
        Self {
            shown: Engine::Cpu,
            started: false,
            reason: "CPU: starting".into(),
            choice: EngineChoice::Auto,
            gpu: GpuState::Unknown,
        }
    }
}

/// A race down landscapes, as far as it was told.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// What doesn't change.
    pub start: RaceStart,
    /// Where everyone was, in order.
    pub points: Vec<RacePoint>,
    /// Where everyone stands.
    pub news: RaceNews,
}

/// Something broke; shown with a button that starts the engine again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// What happened, in one sentence.
    pub sentence: String,
    /// What can be done.
    pub remedy: String,
}

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

/// What was asked for where the left column is a drawer or a bottom sheet.
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
    /// The race, where the lesson is one. Not a signal: read it when [`Page::curves_version`] changes.
    pub race: StoredValue<Course>,
    /// The newest point of the curves.
    pub latest: RwSignal<Option<Arc<CurvePoint>>>,
    /// The newest pictures.
    pub picture: RwSignal<Option<Arc<Picture>>>,
    /// Seconds per epoch of the shared model and of the separate ones, once measured.
    pub cost: RwSignal<Option<(f32, f32)>>,
    /// The last comparison of architectures; it stays while the lesson's architecture changes.
    pub comparison: RwSignal<Comparison>,
    /// Who computes, and why.
    pub engine: RwSignal<EngineState>,
    /// The composed model has left the finite numbers; training is paused.
    pub diverged: RwSignal<Option<Divergence>>,
    /// The engine is gone.
    pub broken: RwSignal<Option<Broken>>,
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
    /// The glossary term whose definition is open; setting it opens the glossary there.
    pub help: RwSignal<Option<&'static str>>,
    /// What the card beside a '?' explains, where one is open.
    pub explained: RwSignal<Option<Explained>, LocalStorage>,
    /// The dialog that is open.
    pub sheet: RwSignal<Option<Sheet>>,
    /// The chart whose tab is chosen.
    pub tab: RwSignal<Tab>,
    /// How many lessons were opened, also such that were restored: each is told from its first step.
    pub opened: RwSignal<u32>,
    /// Whether tasks have counted differently in this run; where not the weights aren't shown.
    pub weighs: RwSignal<bool>,
    /// The tab that somebody chose, with the lesson it was chosen in: it travels in that lesson's link.
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
    /// Pairs of a link that nobody knows here: they survive a round trip.
    pub(super) unknown: StoredValue<Vec<(String, String)>>,
    /// The workers behind the page.
    pub(super) desk: StoredValue<Desk, LocalStorage>,
}

impl Page {
    /// The page from the context.
    ///
    /// Components are only ever built below the root that provides it; a page of its own that
    /// reaches no engine stands in where there is none, so that nothing can panic.
    pub fn get() -> Self {
        use_context().unwrap_or_else(|| Self::new(super::address::read().0.lesson))
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
            race: StoredValue::default(),
            latest: RwSignal::default(),
            picture: RwSignal::default(),
            cost: RwSignal::default(),
            comparison: RwSignal::default(),
            engine: RwSignal::default(),
            diverged: RwSignal::default(),
            broken: RwSignal::default(),
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
            desk: StoredValue::new_local(Desk::default()),
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

    /// Sets one setting, as every control does: within its limits, live where that is possible,
    /// else by a fresh run that goes on playing if it was. What had to be changed becomes a notice.
    pub fn set(&self, key: &str, value: Value) {
        super::change::set(*self, key, value);
    }

    /// What a field takes that is no setting of the lesson: the value nearest to what was given, or
    /// the one it has. Where that is not what was given, a notice about `key` says so.
    pub fn admit(&self, key: &str, kind: Kind, given: &Value, now: Value) -> Value {
        super::change::admit(*self, key, kind, given, now)
    }

    /// Changes the structure of the lesson (layers, tasks) and starts it again. Does nothing where
    /// the change changes nothing.
    pub fn edit(&self, change: impl FnOnce(&mut Config)) {
        super::change::edit(*self, change);
    }

    /// Sends a command to the engine in charge, after everything that was changed before.
    pub fn send(&self, command: Command) {
        super::engine::send(*self, command);
    }

    /// Plays, or pauses.
    pub fn toggle_play(&self) {
        let on = !self.playing.get_untracked();
        super::engine::play(*self, on);
    }

    /// Tells the user sentences, each about its key; what was told of the same keys before goes away.
    pub fn notify(&self, notices: impl IntoIterator<Item = Notice>) {
        super::change::notify(*self, notices);
    }

    /// Confirms something for a moment.
    pub fn say(&self, text: impl Into<String>) {
        self.toast.set(Some(text.into()));
    }
}
