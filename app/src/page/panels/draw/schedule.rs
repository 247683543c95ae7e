//! One animation-frame loop for every picture of the page.
//!
//! A picture marks its job as due; the loop draws due jobs in turn, no job more often than it
//! asks for, and stops for this frame when the frame's share of time is used up. Where all that is
//! due has to wait, a timer takes the place of the frames in between: a frame in which nothing is
//! drawn still costs the browser a walk through the page. A hidden page has no animation frames, so
//! nothing is drawn there.
//!
//! Where training goes as fast as it can, a few times a second all of the page has something new to show at once.
//! Then the loop goes *in turns*: each frame takes little, one panel's numbers or a picture or two, so that no
//! frame is long and the page stays as quick to the hand as if nothing trained.

use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// Milliseconds of a frame that drawing may use before the rest waits for the next frame: mostly enough
/// for all that is due, so that the pictures are of one epoch. The browser takes as long again to bring
/// to the screen what was drawn.
const BUDGET: f64 = 5.0;

/// The same in turns.
const TURN: f64 = 0.3;

/// Charts are drawn as often as the engine tells something new.
pub const CHART_GAP: f64 = 40.0;

/// A little early is nearer than a whole frame late.
const EARLY: f64 = 4.0;

struct Entry {
    job: Job,
    due: bool,
    last: f64,
    gap: Rc<dyn Fn() -> f64>,
    run: Rc<dyn Fn()>,
    /// Of a panel's numbers: whether the panel is to be seen, so that to change them costs more than the change.
    shown: Option<Rc<dyn Fn() -> bool>>,
}

#[derive(Default)]
struct Loop {
    entries: Vec<Entry>,
    /// A frame is asked for.
    asked: bool,
    /// A timer will ask for one.
    waits: bool,
    turn: usize,
    number: u32,
    in_turns: bool,
    /// When the pointer moved last.
    hand: f64,
}

thread_local! {
    static LOOP: RefCell<Loop> = RefCell::default();
}

/// Something that is drawn when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job(u32);

impl Job {
    /// A job that draws at most once in `gap` milliseconds. It ends with the current owner.
    pub fn new(gap: impl Fn() -> f64 + 'static, run: impl Fn() + 'static) -> Self {
        Self::add(gap, run, None)
    }

    /// A job that shows a panel's new numbers, see [`show_numbers`]. `shown` says whether the panel is to be seen.
    pub fn numbers(shown: impl Fn() -> bool + 'static, run: impl Fn() + 'static) -> Self {
        Self::add(|| 0.0, run, Some(Rc::new(shown)))
    }

    fn add(gap: impl Fn() -> f64 + 'static, run: impl Fn() + 'static, shown: Option<Rc<dyn Fn() -> bool>>) -> Self {
        let job = LOOP.with_borrow_mut(|all| {
            all.number += 1;
            let job = Job(all.number);
            let (gap, run) = (Rc::new(gap), Rc::new(run));
            all.entries.push(Entry { job, due: false, last: f64::NEG_INFINITY, gap, run, shown });
            job
        });
        on_cleanup(move || LOOP.with_borrow_mut(|all| all.entries.retain(|entry| entry.job != job)));
        job
    }

    /// A job at the pace of charts.
    pub fn chart(run: impl Fn() + 'static) -> Self {
        Self::new(|| CHART_GAP, run)
    }

    /// Asks for the job to be drawn.
    pub fn mark(self) {
        self.set_due(true);
        plan();
    }

    /// It was done otherwise.
    fn done(self) {
        self.set_due(false);
    }

    fn set_due(self, due: bool) {
        LOOP.with_borrow_mut(|all| {
            if let Some(entry) = all.entries.iter_mut().find(|entry| entry.job == self) {
                entry.due = due;
            }
        });
    }
}

/// Milliseconds since the page was opened.
pub fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}

/// Milliseconds until the first of the due jobs may be drawn; none where nothing is due.
fn wait() -> Option<f64> {
    let due: Vec<_> = LOOP.with_borrow(|all| {
        all.entries.iter().filter(|entry| entry.due).map(|entry| (entry.last, entry.gap.clone())).collect()
    });
    // Outside the borrow: the gap may read signals.
    let time = now();
    due.into_iter().map(|(last, gap)| last + gap() - EARLY - time).min_by(f64::total_cmp)
}

/// A hand on the page is answered at once: as long as the pointer moves, and so many milliseconds after, nothing
/// waits for its turn.
const HAND: f64 = 300.0;

/// Notes when the pointer moves. To be called once.
pub fn watch_hand() {
    window_event_listener(leptos::ev::pointermove, |_| LOOP.with_borrow_mut(|all| all.hand = now()));
}

/// Whether something that may be drawn now still waits for its turn: the pictures then show less than the
/// page knows.
pub fn is_behind() -> bool {
    wait().is_some_and(|wait| wait <= 0.0)
}

/// Asks for the next frame, or for one when the first of the due jobs may draw again.
fn plan() {
    let Some(wait) = wait() else { return };
    if wait <= 0.0 {
        ask();
    } else if !LOOP.with_borrow_mut(|all| std::mem::replace(&mut all.waits, true)) {
        let again = || {
            LOOP.with_borrow_mut(|all| all.waits = false);
            plan();
        };
        set_timeout(again, Duration::from_secs_f64(wait / 1000.0));
    }
}

fn ask() {
    let asked = LOOP.with_borrow_mut(|all| std::mem::replace(&mut all.asked, true));
    if !asked {
        request_animation_frame(frame);
    }
}

fn frame() {
    LOOP.with_borrow_mut(|all| all.asked = false);
    draw();
}

/// Lets every panel show the numbers that have come: at once, or each in its turn.
pub fn show_numbers(in_turns: bool) {
    let all: Vec<_> = LOOP.with_borrow_mut(|all| {
        all.in_turns = in_turns;
        let numbers = all.entries.iter().filter_map(|entry| Some((entry.job, entry.shown.clone()?, entry.run.clone())));
        numbers.collect()
    });
    // Outside the borrow: they may mark pictures.
    for (job, shown, run) in all {
        if in_turns && shown() {
            job.mark();
        } else {
            job.done();
            run();
        }
    }
}

/// Draws what has changed with all that the page has just taken in: now, or in turns from the next frame on.
pub fn draw_soon() {
    if LOOP.with_borrow(|all| all.in_turns) { plan() } else { draw() }
}

/// Draws what is due, as far as there is time; the rest with the next frames.
fn draw() {
    let start = now();
    let (count, in_turns) = LOOP.with_borrow(|all| (all.entries.len(), all.in_turns && start - all.hand > HAND));
    let budget = if in_turns { TURN } else { BUDGET };
    for _ in 0..count {
        if now() - start > budget {
            break;
        }
        let Some((run, numbers)) = next(start) else { continue };
        run();
        if numbers && in_turns {
            break;
        }
    }
    plan();
}

/// The job that is next in turn, where it is due.
fn next(start: f64) -> Option<(Rc<dyn Fn()>, bool)> {
    let (index, gap) = LOOP.with_borrow_mut(|all| {
        let index = all.turn % all.entries.len().max(1);
        all.turn = index + 1;
        let entry = all.entries.get(index)?;
        (entry.due).then(|| (index, entry.gap.clone()))
    })?;
    // Outside the borrow: the gap may read signals.
    let gap = gap();
    LOOP.with_borrow_mut(|all| {
        let entry = all.entries.get_mut(index)?;
        if start - entry.last < gap - EARLY {
            return None;
        }
        (entry.due, entry.last) = (false, start);
        Some((entry.run.clone(), entry.shown.is_some()))
    })
}
