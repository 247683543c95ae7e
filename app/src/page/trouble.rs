//! What the page does when an engine breaks or the numbers do: say it, keep the lesson and its
//! curves, go on where that is possible.

use super::desk::{Phase, now, with};
use super::engine::{refresh, take_over, worker};
use super::exchange::resume;
use super::state::{Broken, EngineChoice, GpuState, Page};
use leptos::prelude::*;
use mtl_core::config::{Notice, Value};
use mtl_core::protocol::{Command, Divergence, Engine};

/// An engine that breaks again within this many milliseconds is not started again by itself.
const AGAIN: f64 = 10_000.0;

/// An engine is gone. The other one, or a new one of its kind, goes on from the last snapshot.
pub(super) fn fault(page: Page, engine: Engine, sentence: String, remedy: String) {
    let (in_charge, held, warming, recent) = with(page, |desk| {
        desk.stop(engine);
        let in_charge = desk.active == engine;
        let (held, warming) = (desk.phase.holds(), desk.phase == Phase::Warming);
        let recent = in_charge && engine == Engine::Cpu && now() - desk.replaced < AGAIN;
        if in_charge && engine == Engine::Cpu {
            desk.replaced = now();
        }
        (in_charge, held, warming, recent)
    });
    if engine == Engine::Gpu {
        page.engine.try_update(|state| state.gpu = GpuState::Failed(lower(&sentence)));
    }
    if !in_charge {
        if held || warming {
            resume(page);
        }
        // Where nobody counted on it, the badge says it well enough.
        let counted_on =
            held || page.engine.try_with_untracked(|state| state.choice == EngineChoice::Gpu) == Some(true);
        if counted_on {
            page.notify([Notice::new("engine", format!("{sentence} The {} goes on.", other_name(engine)))]);
        }
        return refresh(page);
    }
    if recent {
        page.playing.try_set(false);
        page.broken.try_set(Some(Broken { sentence, remedy }));
        return refresh(page);
    }
    let step = with(page, |desk| desk.snapshot.as_ref().map(|snapshot| snapshot.step));
    let from = step.map_or("from the start".to_string(), |step| format!("from step {step}"));
    if worker(page, Engine::Cpu) {
        page.notify([Notice::new("engine", format!("{sentence} The CPU goes on {from}."))]);
        take_over(page, Engine::Cpu);
    }
}

/// Starts the engine again after it was given up.
pub(super) fn restart_engine(page: Page) {
    page.broken.try_set(None);
    if worker(page, Engine::Cpu) {
        take_over(page, Engine::Cpu);
    }
}

/// The composed model is no longer finite; the engine has paused.
pub(super) fn diverged(page: Page, divergence: Divergence) {
    page.playing.try_set(false);
    page.diverged.try_set(Some(divergence));
}

/// Goes back to the last finite state.
pub(super) fn rewind(page: Page) {
    page.diverged.try_set(None);
    page.send(Command::Rewind);
}

/// Goes back and on with a third of the learning rate.
pub(super) fn lower_the_rate(page: Page) {
    let rate = page.lesson.with_untracked(|lesson| lesson.training.learning_rate);
    // Two digits are enough for a rate, and read better in a link.
    let lower = format!("{:.1e}", rate / 3.0).parse().unwrap_or(rate / 3.0);
    page.set("lr", Value::Number(lower));
    rewind(page);
}

fn other_name(engine: Engine) -> &'static str {
    super::desk::other(engine).name()
}

/// A sentence as it stands behind a colon.
fn lower(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    let mut letters = sentence.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    let keeps = sentence.starts_with("GPU") || sentence.starts_with("WebGPU") || sentence.starts_with("WebAssembly");
    if keeps { sentence.into() } else { first.into_iter().chain(letters).collect() }
}
