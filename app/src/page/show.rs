//! From the conductor's updates to the signals that panels read.

use super::conductor::{PageUpdate, curves};
use super::panels::show_numbers;
use super::state::Page;
use leptos::prelude::*;
use mtl_core::protocol::{CurvePoint, RaceNews};
use std::sync::Arc;

/// Changes what the panels read.
pub(super) fn show(page: Page, update: PageUpdate) {
    match update {
        PageUpdate::Lesson(lesson) => set(page.lesson, *lesson),
        PageUpdate::Blank => {
            set(page.summary, None);
            set(page.picture, None);
            set(page.probe, None);
        }
        PageUpdate::Opened => {
            page.opened.try_update(|opened| *opened += 1);
        }
        PageUpdate::Unknown(unknown) => {
            page.unknown.try_set_value(unknown);
        }
        PageUpdate::NoNotices => set(page.notices, Vec::new()),
        PageUpdate::Playing(on) => set(page.playing, on),
        PageUpdate::Ended(ended) => set(page.ended, ended),
        PageUpdate::Speed(speed) => set(page.speed, speed),
        PageUpdate::Summary(summary) => set(page.summary, Some(Arc::from(summary))),
        PageUpdate::Frame(frame) => {
            let rests = !frame.running;
            set(page.frame, frame);
            // At rest everything is of one epoch, at once.
            if rests {
                show_numbers(false);
            }
        }
        PageUpdate::NoCursor => set(page.cursor, None),
        PageUpdate::Points(points) => change_curves(page, |curves| curves::append(curves, points)),
        PageUpdate::Race(news) => follow(page, news),
        PageUpdate::ForgetAfter(step) => {
            forget_race(page, step);
            change_curves(page, |curves| curves::forget_after(curves, step));
        }
        PageUpdate::ForgetAll => {
            forget_race(page, 0);
            change_curves(page, Vec::clear);
        }
        PageUpdate::Changed(changes) => set(page.changes, changes),
        PageUpdate::Picture(picture) => set(page.picture, Some(Arc::from(picture))),
        PageUpdate::Cost(cost) => set(page.cost, cost),
        PageUpdate::Comparison(comparison) => set(page.comparison, *comparison),
        PageUpdate::Engine(engine) => set(page.engine, engine),
        PageUpdate::Diverged(divergence) => set(page.diverged, divergence),
        PageUpdate::Fault(fault) => set(page.fault, fault),
    }
}

fn set<T: Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    signal.try_set(value);
}

/// Changes the curves, and shows the numbers of their last point. To lay these out is the most that a frame
/// has to do.
fn change_curves(page: Page, change: impl FnOnce(&mut Vec<CurvePoint>)) {
    let last = page.curves.try_update_value(|curves| {
        change(curves);
        curves.last().cloned()
    });
    set(page.latest, last.flatten().map(Arc::new));
    renew(page);
}

/// Takes in what is new in a race.
fn follow(page: Page, all: Vec<RaceNews>) {
    page.race.try_update_value(|race| all.into_iter().for_each(|news| race.follow(news)));
    renew(page);
}

fn forget_race(page: Page, step: u32) {
    page.race.try_update_value(|race| race.forget_after(step));
}

/// Tells all panels that there is something new: at once, or one after the other where training goes as fast as it
/// can and nobody could read all of it at once anyway.
fn renew(page: Page) {
    page.curves_version.try_update(|version| *version = version.wrapping_add(1));
    let flat = page.lesson.with_untracked(|lesson| lesson.pacing.pace.factor().is_none());
    let runs = page.frame.with_untracked(|frame| frame.running);
    show_numbers(flat && runs && !document().hidden());
}
