//! From the workers' messages to the page's signals, once per animation frame.

use super::desk::{now, with};
use super::panels::{draw_pictures, pictures_are_behind};
use super::state::Page;
use super::{compare, engine, exchange, trouble};
use leptos::prelude::*;
use mtl_core::protocol::{Command, CurvePoint, Engine, Event, Frame, Picture, RaceNews};
use std::sync::Arc;
use std::time::Duration;

/// Milliseconds between two changes of the page where little motion is wanted: four a second. Nothing waits
/// longer for pictures either.
const STILL: f64 = 250.0;

/// A hidden page has no animation frames; this takes their place.
const HIDDEN: Duration = Duration::from_millis(200);

/// Takes a worker's message; it is looked at with the next frame.
pub(super) fn receive(page: Page, engine: Engine, serial: u32, event: Event) {
    with(page, |desk| desk.inbox.push((engine, serial, event)));
    schedule(page);
}

/// Asks for a frame in which the page takes in what has happened.
pub(super) fn schedule(page: Page) {
    let asked = with(page, |desk| std::mem::replace(&mut desk.scheduled, true));
    if asked {
        return;
    }
    if document().hidden() {
        set_timeout(move || flush(page), HIDDEN);
    } else {
        request_animation_frame(move || flush(page));
    }
}

/// The page was hidden with a frame asked for that won't come.
pub(super) fn hidden(page: Page) {
    set_timeout(move || flush(page), HIDDEN);
}

/// What the engine in charge has said and the page doesn't show yet. It is shown at once, so that all
/// panels are of one epoch.
#[derive(Default)]
pub(super) struct Batch {
    frame: Option<Frame>,
    points: Vec<CurvePoint>,
    race: Vec<RaceNews>,
    picture: Option<Box<Picture>>,
    numbers: Vec<(Engine, u32)>,
    /// Play has come to where it pauses by itself, and whether that is the end of the story.
    arrived: Option<bool>,
}

fn flush(page: Page) {
    let inbox = with(page, |desk| {
        desk.scheduled = false;
        std::mem::take(&mut desk.inbox)
    });
    let mut batch = with(page, |desk| desk.held.take()).unwrap_or_default();
    for (engine, serial, event) in inbox {
        let current = with(page, |desk| desk.bridge(engine).is_some_and(|bridge| bridge.serial == serial));
        if current {
            take_in(page, engine, event, &mut batch);
        }
    }
    let numbers = std::mem::take(&mut batch.numbers);
    show_in_time(page, batch);
    engine::send_wanted(page, false);
    if !numbers.is_empty() {
        // A task after this frame: by then the page has drawn. Another frame would cost another walk
        // through the page, in which nothing has changed.
        let acknowledge = move || {
            with(page, |desk| numbers.iter().for_each(|(engine, number)| desk.post(*engine, Command::Ack(*number))))
        };
        if document().hidden() { acknowledge() } else { set_timeout(acknowledge, Duration::ZERO) }
    }
}

fn take_in(page: Page, engine: Engine, event: Event, batch: &mut Batch) {
    let (active, (run, plays)) = with(page, |desk| {
        (desk.active == engine, desk.bridge(engine).map_or((0, 0), |bridge| (bridge.run, bridge.plays)))
    });
    match event {
        Event::Ready { .. } => engine::ready(page, engine),
        Event::Unavailable { reason } => trouble::fault(page, engine, reason, String::new()),
        Event::Fault { sentence, remedy } => trouble::fault(page, engine, sentence, remedy),
        Event::Loaded { run: of, summary } => {
            with(page, |desk| {
                if let Some(bridge) = desk.bridge(engine).filter(|bridge| bridge.loading == Some(of)) {
                    bridge.loading = None;
                }
            });
            if of == run {
                if active {
                    page.summary.try_set(Some(Arc::from(summary)));
                }
                exchange::loaded(page, engine);
            }
        }
        Event::Frame { run: of, frame } => {
            match batch.numbers.iter_mut().find(|(other, _)| *other == engine) {
                Some((_, number)) => *number = frame.number,
                None => batch.numbers.push((engine, frame.number)),
            }
            if of == run && active {
                batch.frame = Some(frame);
            }
        }
        Event::Timed { run: of, steps_per_second } if of == run => exchange::timed(page, engine, steps_per_second),
        Event::Snapshot { run: of, snapshot } if of == run && active => exchange::saved(page, snapshot),
        // What the engine that isn't in charge shows is nobody's business.
        _ if !active => {}
        Event::Curve { run: of, points } if of == run => batch.points.extend(points),
        Event::Race { run: of, news } if of == run => batch.race.push(*news),
        Event::Picture { run: of, picture } if of == run => batch.picture = Some(picture),
        Event::Diverged { run: of, divergence } if of == run => trouble::diverged(page, divergence),
        Event::Cost { run: of, shared_seconds, separate_seconds } if of == run => {
            page.cost.try_set(Some((shared_seconds, separate_seconds)));
        }
        Event::Compared { run: of, row } if of == run => compare::take(page, *row),
        Event::CompareDone { run: of } if of == run => compare::end(page),
        // One that play was asked for since then comes too late.
        Event::Arrived { run: of, play, story } if of == run && play == plays => {
            batch.arrived = Some(story);
        }
        _ => {}
    }
}

/// Shows what is new now. While training goes on it waits until the pictures show what was new before, so
/// that numbers and pictures are of one epoch, and where little motion is wanted, until it is time.
fn show_in_time(page: Page, batch: Batch) {
    let still = page.reduced_motion.try_get_untracked().unwrap_or_default();
    let rests = batch.arrived.is_some() || batch.frame.as_ref().is_none_or(|frame| !frame.running);
    let wait = with(page, |desk| STILL - (now() - desk.shown));
    if !rests && wait > 0.0 && (still || pictures_are_behind()) {
        with(page, |desk| desk.held = Some(batch));
        if still {
            set_timeout(move || schedule(page), Duration::from_millis(wait.ceil() as u64));
        } else {
            schedule(page);
        }
    } else {
        with(page, |desk| desk.shown = now());
        show(page, batch);
        // Numbers and pictures change in the same frame, once the page knows which pictures have changed.
        leptos::task::spawn_local(async {
            leptos::task::tick().await;
            draw_pictures();
        });
    }
}

fn show(page: Page, mut batch: Batch) {
    if let Some(frame) = batch.frame {
        let rewound = with(page, |desk| !frame.running && std::mem::take(&mut desk.rewinding));
        if rewound {
            batch.points.retain(|point| point.step <= frame.step);
            forget_after(page, frame.step);
        }
        if page.frame.with_untracked(|old| *old != frame) {
            page.frame.try_set(frame);
        }
    }
    append(page, batch.points);
    follow(page, batch.race);
    if let Some(picture) = batch.picture {
        page.picture.try_set(Some(Arc::from(picture)));
    }
    if let Some(story) = batch.arrived {
        engine::arrived(page, story);
    }
}

/// Appends points; those that they overtake (after a step back) are forgotten.
fn append(page: Page, points: Vec<CurvePoint>) {
    let Some(first) = points.first() else { return };
    let step = first.step;
    page.curves.try_update_value(|curves| {
        while curves.last().is_some_and(|point| point.step >= step) {
            curves.pop();
        }
        curves.extend(points);
    });
    page.curves_version.try_update(|version| *version = version.wrapping_add(1));
    renew(page);
}

/// Takes in what is new in a race.
fn follow(page: Page, all: Vec<RaceNews>) {
    if all.is_empty() {
        return;
    }
    page.race.try_update_value(|race| {
        for mut news in all {
            if let Some(start) = news.start.take() {
                race.start = *start;
                // One that goes on from a saved state keeps what was before.
                if news.now.step == 0 {
                    race.points.clear();
                }
            }
            race.points.append(&mut news.points);
            race.news = news;
        }
    });
    page.curves_version.try_update(|version| *version = version.wrapping_add(1));
}

/// Shows the numbers of the last point. To lay them out is the most that a frame has to do.
fn renew(page: Page) {
    let last = page.curves.with_value(|curves| curves.last().cloned());
    page.latest.try_set(last.map(Arc::new));
}

/// Forgets the points of the curves after a step.
pub(super) fn forget_after(page: Page, step: u32) {
    page.curves.update_value(|curves| curves.retain(|point| point.step <= step));
    page.race.update_value(|race| race.points.retain(|point| point.step <= step));
    renew(page);
    page.curves_version.try_update(|version| *version = version.wrapping_add(1));
}
