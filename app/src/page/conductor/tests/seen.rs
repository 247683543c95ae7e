//! What the user would see of the page, and what was asked of the browser.

use crate::page::conductor::{Comparison, EngineChoice, EngineFault, EngineState, LiveChange, PageUpdate, curves};
use mtl_core::lesson::Lesson;
use mtl_core::protocol::{CurvePoint, Divergence, Engine, Frame};

/// What the user sees, and what was asked of the browser.
pub(super) struct Seen {
    pub(super) lesson: Lesson,
    pub(super) playing: bool,
    pub(super) ended: bool,
    pub(super) frame: Frame,
    /// How often another frame was shown.
    pub(super) frames: u32,
    pub(super) curves: Vec<CurvePoint>,
    pub(super) changes: Vec<LiveChange>,
    pub(super) pictures: u32,
    pub(super) summaries: u32,
    pub(super) blanks: u32,
    pub(super) openings: u32,
    pub(super) cost: Option<(f32, f32)>,
    pub(super) comparison: Comparison,
    pub(super) engine: EngineState,
    pub(super) diverged: Option<Divergence>,
    pub(super) fault: Option<EngineFault>,
    pub(super) notices: Vec<String>,
    pub(super) toasts: Vec<String>,
    /// Every address that was written: its lesson, and whether that has a place of its own.
    pub(super) addresses: Vec<String>,
    pub(super) remembered: Vec<EngineChoice>,
    pub(super) draws: u32,
    /// How often a graphics processor was looked for.
    pub(super) looks: u32,
    /// How often it was asked whether its worker is built.
    pub(super) asked: u32,
    pub(super) stopped: Vec<Engine>,
}

impl Seen {
    pub(super) fn new(lesson: Lesson) -> Self {
        Self {
            lesson,
            playing: false,
            ended: false,
            frame: Frame::default(),
            frames: 0,
            curves: Vec::new(),
            changes: Vec::new(),
            pictures: 0,
            summaries: 0,
            blanks: 0,
            openings: 0,
            cost: None,
            comparison: Comparison::default(),
            engine: EngineState::default(),
            diverged: None,
            fault: None,
            notices: Vec::new(),
            toasts: Vec::new(),
            addresses: Vec::new(),
            remembered: Vec::new(),
            draws: 0,
            looks: 0,
            asked: 0,
            stopped: Vec::new(),
        }
    }

    pub(super) fn show(&mut self, update: PageUpdate) {
        match update {
            PageUpdate::Lesson(lesson) => self.lesson = *lesson,
            PageUpdate::Blank => self.blanks += 1,
            PageUpdate::Opened => self.openings += 1,
            PageUpdate::NoNotices => self.notices.clear(),
            PageUpdate::Playing(on) => self.playing = on,
            PageUpdate::Ended(ended) => self.ended = ended,
            PageUpdate::Summary(_) => self.summaries += 1,
            PageUpdate::Frame(frame) => (self.frame, self.frames) = (frame, self.frames + 1),
            PageUpdate::Points(points) => curves::append(&mut self.curves, points),
            PageUpdate::ForgetAfter(step) => curves::forget_after(&mut self.curves, step),
            PageUpdate::ForgetAll => self.curves.clear(),
            PageUpdate::Changed(changes) => self.changes = changes,
            PageUpdate::Picture(_) => self.pictures += 1,
            PageUpdate::Cost(cost) => self.cost = cost,
            PageUpdate::Comparison(comparison) => self.comparison = *comparison,
            PageUpdate::Engine(engine) => self.engine = engine,
            PageUpdate::Diverged(divergence) => self.diverged = divergence,
            PageUpdate::Fault(fault) => self.fault = fault,
            PageUpdate::Unknown(_) | PageUpdate::Speed(_) | PageUpdate::NoCursor | PageUpdate::Race(_) => {}
        }
    }

    /// What was changed in the middle of the run: a step, and the settings with their values before and since.
    pub(super) fn changed(&self) -> Vec<String> {
        let change = |change: &LiveChange| {
            let settings = change.settings.iter().map(|s| format!("{} {} to {}", s.name, s.from, s.to));
            format!("{}: {}", change.step, settings.collect::<Vec<_>>().join(", "))
        };
        self.changes.iter().map(change).collect()
    }

    /// The steps of the curves.
    pub(super) fn steps(&self) -> Vec<u32> {
        self.curves.iter().map(|point| point.step).collect()
    }
}
