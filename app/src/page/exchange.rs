//! Between the two engines: which one is faster on this lesson, and handing a run over.
//!
//! A measurement builds the lesson on the engine that isn't in charge and lets it take some steps
//! that don't count (its kernels are compiled then), while training goes on. Only then is training
//! held: each engine is timed alone. A command of the user ends a measurement at once; it is tried
//! again when the user has left the engine alone for a while.

use super::desk::{Measured, Phase, now, other, shape, with};
use super::engine::{look_for_gpu, refresh, send_wanted, worker};
use super::state::{EngineChoice, GpuState, Page};
use super::{compare, engine, trouble};
use leptos::prelude::*;
use mtl_core::config::Config;
use mtl_core::protocol::{Command, Engine, Snapshot};
use std::time::Duration;

/// Milliseconds of a timing.
const TIMED: u32 = 400;
/// Milliseconds of the steps that don't count.
const WARM: u32 = 1;
/// How long the user must have left the engine alone before it is held for a measurement.
const CALM: f64 = 1200.0;
/// How long an engine may take to answer a timing or a hand-over.
const PATIENCE: Duration = Duration::from_secs(15);
/// The graphics processor has to be that much faster: a change of engine has its price.
const WORTH: f32 = 1.1;

/// Looks at the engines after some milliseconds, or at once after none; several waits are one.
pub(super) fn consider_soon(page: Page, after: f64) {
    if after <= 0.0 {
        return consider(page);
    }
    if with(page, |desk| std::mem::replace(&mut desk.considering, true)) {
        return;
    }
    set_timeout(
        move || {
            with(page, |desk| desk.considering = false);
            consider(page);
        },
        Duration::from_millis(after as u64),
    );
}

/// What is to be done about the engines now: nothing, look for a graphics processor, measure, or
/// hand the run over.
fn consider(page: Page) {
    let Some(state) = page.engine.try_get_untracked() else { return };
    let (phase, active, loading) = with(page, |desk| {
        let active = desk.active;
        let loading = desk.wants_load || desk.bridge(active).is_none_or(|bridge| bridge.loading.is_some());
        Some((desk.phase, active, loading))
    })
    .unwrap_or((Phase::Quiet, Engine::Cpu, true));
    if phase != Phase::Quiet || loading || page.broken.with_untracked(Option::is_some) {
        return;
    }
    match (state.choice, &state.gpu) {
        (EngineChoice::Cpu, _) if active == Engine::Gpu => return hand_over(page),
        (EngineChoice::Gpu, GpuState::Ready) if active == Engine::Cpu => return hand_over(page),
        (EngineChoice::Auto | EngineChoice::Gpu, GpuState::Unknown) => look_for_gpu(page),
        (EngineChoice::Auto, GpuState::Ready) => match faster(page) {
            Some(engine) if engine != active => return hand_over(page),
            Some(_) => {}
            None => measure(page),
        },
        _ => {}
    }
    cost(page);
}

/// The faster engine on lessons like this one, if that was measured.
fn faster(page: Page) -> Option<Engine> {
    let shape = page.lesson.try_with_untracked(|lesson| shape(lesson))?;
    let measured = with(page, |desk| desk.measured.clone()).filter(|measured| measured.shape == shape)?;
    Some(if measured.gpu > WORTH * measured.cpu { Engine::Gpu } else { Engine::Cpu })
}

/// Whether the engine may be held: the user has left it alone, and neither a single step nor a
/// comparison is under way.
fn calm(page: Page) -> bool {
    let stepping = page.frame.with_untracked(|frame| frame.running) && !page.playing.get_untracked();
    let comparing = page.comparison.with_untracked(|comparison| comparison.running);
    !stepping && !comparing && !document().hidden() && with(page, |desk| now() - desk.touched >= CALM)
}

/// Asks once for the seconds per epoch, when nobody is in a hurry.
fn cost(page: Page) {
    let due = !with(page, |desk| desk.costed);
    if !due || page.playing.get_untracked() {
        return;
    }
    if !calm(page) {
        return consider_soon(page, CALM / 2.0);
    }
    with(page, |desk| {
        desk.costed = true;
        desk.post_active(Command::Cost);
    });
}

/// Builds the lesson on the other engine.
fn measure(page: Page) {
    if !calm(page) {
        return consider_soon(page, CALM / 2.0);
    }
    let idle = engine::idle(page);
    let Some(config) = page.lesson.try_with_untracked(|lesson| Config::clone(lesson)) else { return };
    if !worker(page, idle) {
        return;
    }
    with(page, |desk| {
        desk.enter(Phase::Warming);
        let run = desk.next_run();
        desk.post(idle, Command::Load { run, config, snapshot: None, data: None });
        desk.post(idle, Command::Time(WARM));
    });
}

/// An engine has built its lesson.
pub(super) fn loaded(page: Page, engine: Engine) {
    refresh(page);
    if with(page, |desk| desk.active == engine) {
        consider_soon(page, 300.0);
        return;
    }
    if with(page, |desk| desk.phase) == Phase::Moving {
        arrive(page, engine);
    }
}

/// An engine was timed.
pub(super) fn timed(page: Page, engine: Engine, speed: f32) {
    let (phase, active, last) = with(page, |desk| {
        let last = desk.bridge(engine).is_some_and(|bridge| {
            bridge.timings = bridge.timings.saturating_sub(1);
            bridge.timings == 0
        });
        Some((desk.phase, desk.active, last))
    })
    .unwrap_or((Phase::Quiet, Engine::Cpu, false));
    // An answer to a measurement that was given up.
    if !last {
        return;
    }
    match phase {
        Phase::Warming if engine != active => {
            if !calm(page) {
                return give_up(page);
            }
            let number = with(page, |desk| {
                let number = desk.enter(Phase::Timing);
                desk.post_active(Command::Pause);
                desk.post_active(Command::Time(TIMED));
                number
            });
            watch(page, number);
        }
        Phase::Timing if engine == active => {
            let number = with(page, |desk| {
                let number = desk.enter(Phase::TimingOther { mine: speed });
                desk.post(other(active), Command::Time(TIMED));
                number
            });
            watch(page, number);
        }
        Phase::TimingOther { mine } if engine != active => {
            let (cpu, gpu) = if active == Engine::Cpu { (mine, speed) } else { (speed, mine) };
            let shape = page.lesson.try_with_untracked(|lesson| shape(lesson)).unwrap_or_default();
            with(page, |desk| desk.measured = Some(Measured { shape, cpu, gpu }));
            refresh(page);
            if faster(page).is_some_and(|engine| engine != active) {
                hand_over(page);
            } else {
                resume(page);
                consider_soon(page, 0.0);
            }
        }
        _ => {}
    }
}

/// Ends a measurement; it is tried again later.
fn give_up(page: Page) {
    if with(page, |desk| desk.phase.holds()) {
        resume(page);
    }
    with(page, |desk| desk.enter(Phase::Quiet));
    consider_soon(page, CALM);
}

/// Training that was held goes on, on the engine in charge.
pub(super) fn resume(page: Page) {
    let playing = page.playing.get_untracked();
    with(page, |desk| {
        desk.enter(Phase::Quiet);
        if playing {
            desk.post_play(desk.active);
        }
        for command in std::mem::take(&mut desk.deferred) {
            desk.post_active(command);
        }
    });
}

/// Asks the engine in charge for its state, to be given to the other one.
fn hand_over(page: Page) {
    if !worker(page, engine::idle(page)) {
        return;
    }
    send_wanted(page, true);
    let number = with(page, |desk| {
        let number = desk.enter(Phase::Saving);
        desk.post_active(Command::Pause);
        desk.post_active(Command::Save);
        number
    });
    watch(page, number);
}

/// The state of training has arrived.
pub(super) fn saved(page: Page, snapshot: Box<Snapshot>) {
    // The engine sends some unasked; only the one that was asked for is surely the newest, and a
    // state from between is as good: the curves are cut to it.
    let phase = with(page, |desk| {
        desk.snapshot = Some(snapshot);
        desk.phase
    });
    if phase != Phase::Saving {
        return;
    }
    let Some(config) = page.lesson.try_with_untracked(|lesson| Config::clone(lesson)) else { return };
    let number = with(page, |desk| {
        let number = desk.enter(Phase::Moving);
        let (idle, run, snapshot) = (other(desk.active), desk.next_run(), desk.snapshot.clone());
        desk.post(idle, Command::Load { run, config, snapshot, data: None });
        number
    });
    watch(page, number);
}

/// The other engine has built the run that was handed over: it is in charge now.
fn arrive(page: Page, engine: Engine) {
    let speed = page.speed.get_untracked();
    let step = with(page, |desk| {
        desk.active = engine;
        // Live settings may have changed while the run was on its way.
        desk.wants_change = true;
        desk.post(engine, Command::Speed(speed));
        desk.snapshot.as_ref().map(|snapshot| snapshot.step)
    });
    if let Some(step) = step {
        super::pump::forget_after(page, step);
    }
    // It was the other engine's.
    compare::end(page);
    with(page, |desk| desk.post(other(engine), Command::CompareStop));
    resume(page);
    send_wanted(page, true);
    refresh(page);
    consider_soon(page, 300.0);
}

/// An engine that doesn't answer must not hold training for ever.
fn watch(page: Page, number: u32) {
    set_timeout(
        move || {
            let (late, idle) =
                with(page, |desk| Some((desk.phases == number, other(desk.active)))).unwrap_or((false, Engine::Gpu));
            if late {
                trouble::fault(
                    page,
                    idle,
                    format!("The {} engine did not answer in time.", idle.name()),
                    String::new(),
                );
            }
        },
        PATIENCE,
    );
}
