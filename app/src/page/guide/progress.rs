//! How far a lesson is told: which steps are done, and which one is shown.
//!
//! Steps tick themselves off as their facts come true. The one that is shown gives way to the next when
//! it is done and there was time to read it; one that the user opened though it is done stays.

use super::super::clock::now;
use super::super::state::Page;
use super::spot::{Spot, turn_to};
use leptos::prelude::*;
use mtl_core::config::Config;
use mtl_core::lesson::Lesson;
use mtl_core::lesson::lessons::{Act, Preset, Standing, Step, Told, find};
use std::time::Duration;

/// Milliseconds that it takes to read a letter, and to begin with.
const LETTER: f64 = 45.0;
const BEGIN: f64 = 1200.0;

/// Milliseconds for which a step stands that the user has done by hand, having read it.
const BY_HAND: f64 = 800.0;

/// Milliseconds for which a step is shown before it gives way.
fn stands(step: &Step) -> f64 {
    match step.act {
        Act::Epoch(_) => BEGIN + LETTER * step.text.chars().count() as f64,
        _ => BY_HAND,
    }
}

/// The steps of the lesson on the page.
#[derive(Clone, Copy)]
pub struct Progress {
    page: Page,
    /// The lesson's key.
    pub key: Memo<String>,
    /// Which steps are done.
    pub done: Memo<Vec<bool>>,
    /// The step that is shown, from 0.
    pub shown: RwSignal<usize>,
    /// What is read to users who don't see the steps change.
    pub said: RwSignal<String>,
    /// Whether the shown step stays though it is done.
    stays: RwSignal<bool>,
    /// Since when the shown step is.
    since: StoredValue<(usize, f64)>,
    /// What lets it give way.
    timer: StoredValue<Option<TimeoutHandle>>,
}

/// The lesson's own settings, with its key.
#[derive(Clone, PartialEq)]
struct Own(String, Option<Config>);

impl Progress {
    /// Follows the lesson on the page. To be called by the guide.
    pub fn new(page: Page) -> Self {
        let key = Memo::new(move |_| page.lesson.with(|lesson| lesson.preset.clone()));
        let own = Memo::new(move |_| key.with(|key| Own(key.clone(), find(key).map(Preset::config))));
        let at = Memo::new(move |_| page.frame.with(|frame| (frame.step > 0, frame.epoch)));
        let told = Memo::new(move |old: Option<&(String, u32, Told)>| {
            let opened = page.opened.get();
            own.with(|Own(key, own)| {
                let same = old.filter(|(other, then, _)| other == key && *then == opened);
                let before = same.map(|(.., told)| told.clone()).unwrap_or_default();
                let told = match find(key).zip(own.as_ref()) {
                    Some((lesson, own)) => with_standing(page, own, at.get(), |now| before.later(lesson.steps, now)),
                    None => before,
                };
                (key.clone(), opened, told)
            })
        });
        let progress = Self {
            page,
            key,
            done: Memo::new(move |_| told.with(|(.., told)| told.done.clone())),
            shown: RwSignal::new(0),
            said: RwSignal::default(),
            stays: RwSignal::new(false),
            since: StoredValue::new((0, now())),
            timer: StoredValue::new(None),
        };
        progress.begin_anew();
        progress.go_on();
        progress.point(own, at);
        progress
    }

    /// The steps of the lesson. Tracks its key.
    pub fn steps(self) -> &'static [Step] {
        self.key.with(|key| find(key)).map_or(&[], |lesson| lesson.steps)
    }

    /// Whether a step is done. Tracks it.
    pub fn is_done(self, step: usize) -> bool {
        self.done.with(|done| done.get(step).copied().unwrap_or(false))
    }

    /// Shows a step because the user asks for it.
    pub fn open(self, step: usize) {
        if step < untrack(|| self.steps().len()) {
            self.stays.set(untrack(|| self.is_done(step)));
            self.shown.set(step);
            if let Some(step) = untrack(|| self.steps()).get(step) {
                self.said.set(step.text.into());
            }
        }
    }

    /// Another lesson, or this one back at its start, is told from the first step.
    fn begin_anew(self) {
        Effect::new(move |before: Option<((String, u32), bool)>| {
            let of = (self.key.get(), self.page.opened.get());
            let fresh = self.done.with(|done| !done.contains(&true));
            if before.is_some_and(|(other, was)| other != of || fresh && !was) {
                self.stays.set(false);
                self.shown.set(0);
            }
            (of, fresh)
        });
    }

    /// Lets the shown step give way to the next in time.
    fn go_on(self) {
        Effect::new(move |_| {
            let shown = self.shown.get();
            let since = self.since.get_value();
            let since = if since.0 == shown { since.1 } else { now() };
            self.since.set_value((shown, since));
            if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
                timer.clear();
            }
            let Some(step) = self.steps().get(shown) else { return };
            if self.is_done(shown) && !self.stays.get() {
                let wait = Duration::from_secs_f64((stands(step) - (now() - since)).max(0.0) / 1000.0);
                self.timer.set_value(set_timeout_with_handle(move || self.give_way(shown), wait).ok());
            }
        });
    }

    /// Shows the next step, if this one is still shown and done, and the user didn't open it to stay.
    fn give_way(self, step: usize) {
        let same = self.shown.try_get_untracked() == Some(step) && !self.stays.get_untracked();
        let (done, steps) = untrack(|| (self.is_done(step), self.steps()));
        let Some(next) = steps.get(step + 1).filter(|_| same && done) else { return };
        self.said.set(format!("Step {} is done. Step {}: {}", step + 1, step + 2, next.text));
        self.shown.set(step + 1);
    }

    /// Points at what the shown step names, while the guide is in sight.
    fn point(self, own: Memo<Own>, at: Memo<(bool, u32)>) {
        let page = self.page;
        let spot = Memo::new(move |_| {
            let shown = self.shown.get();
            own.with(|Own(key, own)| {
                let (lesson, own) = find(key).zip(own.as_ref())?;
                let step = lesson.steps.get(shown)?;
                let done = self.is_done(shown);
                Some(with_standing(page, own, at.get(), |now| Spot::of(lesson, step, done, now)))
            })
        });
        let in_sight = Memo::new(move |_| super::in_sight(page));
        Effect::new(move |before: Option<Option<(String, usize)>>| {
            let here = in_sight.get().then(|| (self.key.get(), self.shown.get()));
            let spot = spot.get().filter(|_| here.is_some()).unwrap_or_default();
            page.spot.set(spot);
            // What was turned to since the page was opened.
            if here.is_some() && before.is_some_and(|before| before != here) {
                turn_to(page, spot);
            }
            here
        });
    }
}

/// Judges by where the lesson stands. Tracks it.
fn with_standing<T>(page: Page, own: &Config, at: (bool, u32), judge: impl FnOnce(&Standing) -> T) -> T {
    let (playing, (begun, epoch)) = (page.playing.get(), at);
    page.lesson.with(|lesson: &Lesson| judge(&Standing { lesson, own, playing, begun, epoch }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtl_core::lesson::lessons::LESSONS;

    #[test]
    fn a_step_that_comes_with_time_stands_as_long_as_it_takes_to_read() {
        for step in LESSONS.iter().flat_map(|lesson| lesson.steps) {
            let time = stands(step);
            let read = matches!(step.act, Act::Epoch(_));
            assert!(if read { (2000.0..=12_000.0).contains(&time) } else { time == BY_HAND }, "{time}: {}", step.text);
        }
    }
}
