//! What the guide tells of every lesson: steps that can be done, that point at what the lesson has, and
//! that are short; a story that ends while the user watches.

use super::is_text;
use mtl_core::config::{Config, Kind};
use mtl_core::landscape::is_landscape;
use mtl_core::lesson::lessons::{Act, LESSONS, Look, Panel, Preset, Standing, Told};
use mtl_core::lesson::{apply, check, entry};
use std::collections::BTreeSet;

/// The most characters of a step: what is read within some ten seconds.
const LONGEST: usize = 220;

fn all() -> impl Iterator<Item = (&'static Preset, Config)> {
    LESSONS.iter().map(|lesson| (lesson, lesson.config()))
}

#[test]
fn every_lesson_is_about_two_to_five_settings_that_it_shows() {
    for (lesson, config) in all() {
        assert!((2..=5).contains(&lesson.controls.len()), "{}", lesson.key);
        let distinct: BTreeSet<_> = lesson.controls.iter().collect();
        assert_eq!(distinct.len(), lesson.controls.len(), "{}", lesson.key);
        for key in lesson.controls {
            let found = entry(&config, key).unwrap_or_else(|| panic!("{} has no {key}", lesson.key));
            assert!(found.shown, "{}: {key}", lesson.key);
            assert!(!matches!(found.kind, Kind::Number { inherits: true, .. }), "{}: {key}", lesson.key);
        }
    }
}

#[test]
fn every_lesson_needs_some_panels_and_a_race_its_landscape() {
    for (lesson, config) in all() {
        let races = is_landscape(&config.data.source);
        let distinct: BTreeSet<_> = lesson.panels.iter().map(|panel| format!("{panel:?}")).collect();
        assert!(!lesson.panels.is_empty() && distinct.len() == lesson.panels.len(), "{}", lesson.key);
        assert!(lesson.panels.iter().all(|panel| (*panel == Panel::Landscape) == races), "{}", lesson.key);
        // A front is traced by a fan.
        assert!(config.population.fan > 0 || !lesson.panels.contains(&Panel::TradeOff), "{}", lesson.key);
    }
}

#[test]
fn every_step_is_short_and_points_at_what_the_lesson_has() {
    for (lesson, _) in all() {
        assert!((3..=8).contains(&lesson.steps.len()), "{}", lesson.key);
        for step in lesson.steps {
            let length = step.text.chars().count();
            assert!(is_text(step.text) && length <= LONGEST, "{}: {length}, {}", lesson.key, step.text);
            let known = match step.look {
                // The network stands in the middle of every lesson that has one.
                Look::Panel(panel) => lesson.panels.contains(&panel) || panel == Panel::Network,
                Look::Setting(key) => lesson.is_about(key),
            };
            assert!(known, "{}: {:?}", lesson.key, step.look);
            // What a panel has a button for needs no control.
            let has_button = matches!(step.look, Look::Panel(_));
            let about = |key: &&str| has_button || lesson.is_about(key);
            assert!(step.act.keys().iter().all(about), "{}: {:?}", lesson.key, step.act);
        }
    }
}

/// Does the act of a step, as its controls would; gives the epoch that it waits for.
fn done(config: &mut Config, act: &Act) -> u32 {
    match act {
        Act::Play => 0,
        Act::Epoch(epoch) => *epoch,
        Act::Change(key) => {
            let found = entry(config, key).unwrap();
            let other = match found.kind {
                Kind::Choice(choices) => choices().last().unwrap().key.to_string(),
                Kind::Layers { .. } => "64".into(),
                _ => "1".into(),
            };
            assert_eq!(apply(config, key, &found.kind.parse(&other).unwrap()), Ok(None), "{key}");
            0
        }
        Act::Set(key, value) => {
            let found = entry(config, key).unwrap_or_else(|| panic!("there is no {key}"));
            let parsed = found.kind.parse(value).unwrap_or_else(|_| panic!("{key} is never {value}"));
            assert_eq!(apply(config, key, &parsed), Ok(None), "{key}");
            0
        }
        Act::All(acts) => acts.iter().map(|act| done(config, act)).max().unwrap_or(0),
    }
}

#[test]
fn every_step_can_be_done_and_none_is_done_before() {
    for (lesson, own) in all() {
        let at_rest = Standing { lesson: &own, own: &own, playing: false, begun: false, epoch: 0 };
        assert!(!Told::default().later(lesson.steps, &at_rest).done.contains(&true), "{}", lesson.key);
        for step in lesson.steps {
            assert!(!step.act.is_done(&at_rest), "{}: {:?}", lesson.key, step.act);
            let mut config = own.clone();
            let epoch = done(&mut config, &step.act);
            let (checked, notices) = check(config);
            assert!(notices.is_empty(), "{}: {notices:?}", lesson.key);
            let now = Standing { lesson: &checked, own: &own, playing: true, begun: true, epoch };
            assert!(step.act.is_done(&now), "{}: {:?}", lesson.key, step.act);
        }
    }
}

#[test]
fn a_user_who_follows_the_steps_one_by_one_pausing_after_each_ticks_off_all() {
    for (lesson, own) in all() {
        let (mut config, mut told) = (own.clone(), Told::default());
        for (k, step) in lesson.steps.iter().enumerate() {
            let before = config.clone();
            let epoch = done(&mut config, &step.act).max(1);
            // A changed setting starts the run again; at rest, or while it plays.
            let stops = [(false, config != before, 0), (true, true, 0), (true, true, epoch), (false, true, epoch)];
            for (playing, _, epoch) in stops.into_iter().filter(|(_, comes, _)| *comes) {
                let now = Standing { lesson: &config, own: &own, playing, begun: epoch > 0, epoch };
                told = told.later(lesson.steps, &now);
            }
            assert!(told.done[..=k].iter().all(|done| *done), "{}, step {}: {:?}", lesson.key, k + 1, told.done);
        }
    }
}

/// Seconds until an epoch at the story pace.
fn seconds(base: f64, epochs: f64) -> f64 {
    let even = epochs.min(8.0 * base);
    even / base + 8.0 * (epochs / even).ln()
}

#[test]
fn every_story_ends_within_a_minute_and_its_steps_before() {
    for (lesson, config) in all() {
        let story = config.pacing.story;
        assert!(story > 0, "{}", lesson.key);
        let lasts = seconds(config.pacing.base, story as f64);
        assert!((15.0..=40.0).contains(&lasts), "{}: {lasts:.1} s", lesson.key);
        let last = lesson.steps.iter().map(|step| done(&mut config.clone(), &step.act)).max();
        assert!(last.is_some_and(|last| (1..=story).contains(&(last as usize))), "{}", lesson.key);
        assert!(matches!(lesson.steps[0].act, Act::Play), "{}", lesson.key);
    }
}
