//! The engine in charge: starting it, telling it what to do, loading lessons into it.

use super::desk::{Phase, now, other, shape, with};
use super::exchange::consider_soon;
use super::pump::{forget_after, receive, schedule};
use super::state::{EngineChoice, GpuState, Page};
use super::{compare, prefs, probe, text};
use leptos::prelude::*;
use mtl_core::config::Config;
use mtl_core::protocol::{Command, Engine, Frame};
use std::time::Duration;

/// The graphics processor's engine is a large download, and its compilation takes a while.
const GPU_START: Duration = Duration::from_secs(180);

/// Starts with the processor, at once.
pub(super) fn start(page: Page) {
    page.engine.try_update(|engine| engine.choice = prefs::pinned());
    if worker(page, Engine::Cpu) {
        restart(page, true);
    }
}

/// Starts a worker where there is none. What can't be started is reported as broken.
pub(super) fn worker(page: Page, engine: Engine) -> bool {
    if with(page, |desk| desk.bridge(engine).is_some()) {
        return true;
    }
    let inbox = move |serial, event| receive(page, engine, serial, event);
    // The error arrives like any other of this engine's, with the next frame.
    match with(page, |desk| Some(desk.start(engine, inbox))) {
        Some(Ok(())) => true,
        Some(Err(sentence)) => {
            super::trouble::fault(page, engine, sentence, "Load the page again, or try another browser.".into());
            false
        }
        None => false,
    }
}

/// A worker listens.
pub(super) fn ready(page: Page, engine: Engine) {
    with(page, |desk| {
        if let Some(bridge) = desk.bridge(engine) {
            bridge.set_ready();
        }
    });
    if engine == Engine::Gpu {
        page.engine.try_update(|state| state.gpu = GpuState::Ready);
        consider_soon(page, 0.0);
    }
    refresh(page);
}

/// The lesson has to be built anew: the page shows epoch 0 at once, the engine follows.
pub(super) fn restart(page: Page, stop: bool) {
    with(page, |desk| {
        desk.enter(Phase::Quiet);
        desk.deferred.clear();
        desk.snapshot = None;
        desk.held = None;
        (desk.wants_load, desk.wants_change, desk.rewinding, desk.costed) = (true, false, false, false);
        desk.touched = now();
        let (active, run) = (desk.active, desk.next_run());
        if let Some(bridge) = desk.bridge(active) {
            // From now on nothing of the run before is let in.
            bridge.run = run;
        }
    });
    if stop {
        set_playing(page, false, None);
    }
    page.ended.try_set(false);
    compare::end(page);
    page.diverged.try_set(None);
    page.cost.try_set(None);
    page.frame.try_set(Frame::default());
    page.cursor.try_set(None);
    page.curves.try_update_value(Vec::clear);
    forget_after(page, 0);
    schedule(page);
}

/// Sends what has changed. A lesson that is still being built is waited for, unless `now` says
/// that something else has to follow: many ticks of a slider then build few lessons.
pub(super) fn send_wanted(page: Page, now: bool) {
    let config = page.lesson.try_with_untracked(|lesson| Config::clone(lesson));
    let (speed, playing) = (page.speed.get_untracked(), page.playing.get_untracked());
    let Some(config) = config else { return };
    with(page, |desk| {
        let active = desk.active;
        let Some(bridge) = desk.bridge(active) else { return };
        let (run, building) = (bridge.run, bridge.loading.is_some());
        if desk.wants_load && (now || !building) {
            desk.wants_load = false;
            desk.wants_change = false;
            desk.post_active(Command::Load { run, config, snapshot: None, data: None });
            desk.post_active(Command::Speed(speed));
            if playing {
                desk.post_play(active);
            }
        } else if desk.wants_change && !desk.wants_load && !desk.phase.hands_over() {
            desk.wants_change = false;
            desk.post_active(Command::Change(config));
        }
    });
}

/// Sends a command to the engine in charge, after everything that was changed before. During a
/// hand-over it waits for the engine to come; a measurement makes way.
pub(super) fn send(page: Page, command: Command) {
    if matches!(command, Command::Step(_) | Command::StepEpoch | Command::Rewind | Command::Compare { .. }) {
        set_playing(page, false, None);
        page.ended.try_set(false);
    }
    if matches!(command, Command::Rewind) {
        page.diverged.try_set(None);
    }
    let (waits, resumes) = with(page, |desk| {
        desk.touched = now();
        desk.rewinding |= matches!(command, Command::Rewind);
        if desk.phase.hands_over() {
            desk.deferred.push(command.clone());
            return (true, false);
        }
        let resumes = desk.phase.holds();
        desk.enter(Phase::Quiet);
        (false, resumes)
    });
    if waits {
        return;
    }
    send_wanted(page, true);
    let decides = matches!(command, Command::Play | Command::PlayTo(_) | Command::Pause);
    let resumes = resumes && !decides && page.playing.get_untracked();
    with(page, |desk| {
        if resumes {
            desk.post_play(desk.active);
        }
        desk.post_active(command);
    });
    consider_soon(page, 1500.0);
}

/// Plays or pauses.
pub(super) fn play(page: Page, on: bool) {
    set_playing(page, on, None);
    send(page, if on { Command::Play } else { Command::Pause });
}

/// Plays to an epoch and pauses there.
pub(super) fn play_to(page: Page, epoch: u32) {
    set_playing(page, true, Some(epoch));
    send(page, Command::PlayTo(epoch));
}

/// Play has come to where it pauses by itself.
pub(super) fn arrived(page: Page, story: bool) {
    set_playing(page, false, None);
    page.ended.try_set(story);
}

fn set_playing(page: Page, on: bool, target: Option<u32>) {
    with(page, |desk| desk.target = target);
    page.playing.try_set(on);
    if on {
        page.diverged.try_set(None);
        page.ended.try_set(false);
    }
}

/// Limits the speed, in optimiser steps per second; 0 is flat out.
pub(super) fn set_speed(page: Page, speed: f32) {
    page.speed.try_set(speed);
    send(page, Command::Speed(speed));
}

/// The engine that the user wants.
pub(super) fn choose(page: Page, choice: EngineChoice) {
    prefs::pin(choice);
    let gpu = page.engine.try_update(|engine| {
        engine.choice = choice;
        engine.gpu.clone()
    });
    // A pin is a wish to try once more.
    if choice == EngineChoice::Gpu && matches!(gpu, Some(GpuState::Failed(_))) {
        page.engine.try_update(|engine| engine.gpu = GpuState::Unknown);
    }
    refresh(page);
    consider_soon(page, 0.0);
}

/// Asks for a graphics processor and, where there is one, starts its engine.
pub(super) fn look_for_gpu(page: Page) {
    page.engine.try_update(|engine| engine.gpu = GpuState::Starting);
    refresh(page);
    leptos::task::spawn_local(async move {
        match probe::adapter().await {
            Ok(()) => {
                if worker(page, Engine::Gpu) {
                    set_timeout(move || never_started(page), GPU_START);
                }
            }
            Err(reason) => {
                page.engine.try_update(|engine| engine.gpu = GpuState::Failed(reason));
            }
        }
        refresh(page);
    });
}

/// The graphics processor's engine was given its time.
fn never_started(page: Page) {
    if page.engine.try_with_untracked(|engine| engine.gpu == GpuState::Starting) == Some(true) {
        super::trouble::fault(page, Engine::Gpu, "The GPU engine did not start in time.".into(), String::new());
    }
}

/// Says who computes and why.
pub(super) fn refresh(page: Page) {
    let shape = page.lesson.try_with_untracked(|lesson| shape(lesson)).unwrap_or_default();
    let (active, started, measured) = with(page, |desk| {
        let measured = desk.measured.clone().filter(|measured| measured.shape == shape);
        Some((desk.active, desk.is_ready(desk.active), measured))
    })
    .unwrap_or((Engine::Cpu, false, None));
    page.engine.try_maybe_update(|state| {
        let reason = text::reason(active, started, state, measured.as_ref());
        let same = state.shown == active && state.started == started && state.reason == reason;
        (state.shown, state.started, state.reason) = (active, started, reason);
        (!same, ())
    });
}

/// Loads the lesson into an engine, to go on from the last snapshot, and puts it in charge.
pub(super) fn take_over(page: Page, engine: Engine) {
    let Some(config) = page.lesson.try_with_untracked(|lesson| Config::clone(lesson)) else { return };
    let (speed, playing) = (page.speed.get_untracked(), page.playing.get_untracked());
    let step = with(page, |desk| {
        desk.enter(Phase::Quiet);
        (desk.active, desk.wants_load, desk.wants_change) = (engine, false, false);
        let (run, snapshot) = (desk.next_run(), desk.snapshot.clone());
        let step = snapshot.as_ref().map(|snapshot| snapshot.step);
        desk.post(engine, Command::Load { run, config, snapshot, data: None });
        desk.post(engine, Command::Speed(speed));
        if playing {
            desk.post_play(engine);
        }
        for command in std::mem::take(&mut desk.deferred) {
            desk.post(engine, command);
        }
        step
    });
    compare::end(page);
    match step {
        Some(step) => forget_after(page, step),
        None => {
            page.frame.try_set(Frame::default());
            page.curves.try_update_value(Vec::clear);
            forget_after(page, 0);
        }
    }
    refresh(page);
}

/// The engine that isn't in charge.
pub(super) fn idle(page: Page) -> Engine {
    with(page, |desk| Some(other(desk.active))).unwrap_or(Engine::Gpu)
}
