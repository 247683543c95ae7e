//! What the page does when an engine breaks: say it, keep the lesson and its curves, go on where that is
//! possible.

use super::{
    Batch, Conductor, Effect, EngineChoice, EngineFault, GpuState, Handover, PageUpdate, Timer, Unsent, other,
};
use mtl_core::config::Config;
use mtl_core::protocol::{Command, Engine, Frame};

/// An engine that breaks again within this many milliseconds is not started again by itself.
const AGAIN: f64 = 10_000.0;

impl Conductor {
    /// An engine is gone. The other one, or a new one of its kind, goes on from the last snapshot.
    pub(super) fn fault(&mut self, engine: Engine, sentence: String, remedy: String) {
        self.lose(engine, &sentence);
        if engine != self.active {
            return self.lost_beside(engine, &sentence);
        }
        if engine == Engine::Cpu {
            let last = std::mem::replace(&mut self.replaced, self.now);
            if self.now - last < AGAIN {
                return self.give_up(EngineFault { sentence, remedy });
            }
        }
        let step = self.snapshot.as_ref().map(|snapshot| snapshot.step);
        let from = step.map_or("from the start".to_string(), |step| format!("from step {step}"));
        self.start_worker(Engine::Cpu);
        self.notify("engine", format!("{sentence} The CPU goes on {from}."));
        self.take_over(Engine::Cpu);
    }

    /// The browser has refused to start a worker, and would refuse it again.
    pub(super) fn not_started(&mut self, engine: Engine, serial: u32, sentence: String) {
        if self.link(engine).is_none_or(|link| link.serial != serial) {
            return;
        }
        self.lose(engine, &sentence);
        if engine != self.active {
            return self.lost_beside(engine, &sentence);
        }
        let remedy = "Load the page again, or try another browser.".into();
        self.give_up(EngineFault { sentence, remedy });
    }

    fn lose(&mut self, engine: Engine, sentence: &str) {
        self.stop_worker(engine);
        if engine == Engine::Gpu {
            self.emit(Effect::Cancel(Timer::GpuStart));
            let reason = lower(sentence);
            self.set_engine(|state| state.gpu = GpuState::Failed(reason));
        }
    }

    /// The engine that isn't in charge is gone: what it was needed for does not take place.
    fn lost_beside(&mut self, engine: Engine, sentence: &str) {
        let held = self.handover.holds();
        if self.handover != Handover::Quiet {
            self.resume();
        }
        // Where the user did not count on it, the badge says it well enough.
        if held || self.engine.choice == EngineChoice::Gpu {
            self.notify("engine", format!("{sentence} The {} goes on.", other(engine).name()));
        }
        self.refresh();
    }

    /// Nothing computes until the user starts the engine again.
    fn give_up(&mut self, fault: EngineFault) {
        // No engine is left to hand the run over, or to be watched.
        self.enter_quiet();
        self.given_up = true;
        self.playing = false;
        self.show(PageUpdate::Playing(false));
        self.show(PageUpdate::Fault(Some(fault)));
        self.refresh();
    }

    /// Starts the engine again after it was given up.
    pub(super) fn restart_engine(&mut self) {
        self.given_up = false;
        self.show(PageUpdate::Fault(None));
        self.start_worker(Engine::Cpu);
        self.take_over(Engine::Cpu);
    }

    /// Loads the lesson into an engine, to go on from the last snapshot, and puts it in charge.
    fn take_over(&mut self, engine: Engine) {
        let waiting = self.enter_quiet();
        (self.active, self.unsent) = (engine, Unsent::Nothing);
        let (config, snapshot) = (Config::clone(&self.lesson), self.snapshot.clone());
        let step = snapshot.as_ref().map(|snapshot| snapshot.step);
        let run = self.next_run();
        let settings = self.settings_to(step);
        self.settings.clone_from(&settings);
        self.post(engine, Command::Load { run, config, snapshot, settings, data: None });
        self.post(engine, Command::Speed(self.speed));
        match step {
            Some(step) => self.go_on_from(step),
            None => self.begin_anew(),
        }
        self.pass_comparison_on(&waiting);
        self.go_on(waiting);
        match step {
            Some(step) => {
                // Where the engine that broke would have paused is yet to come.
                self.batch.arrived = None;
                self.forget_after(step);
            }
            None => {
                self.batch = Batch::default();
                self.show_frame(Frame::default());
                self.forget_all();
            }
        }
        self.refresh();
    }
}

/// A sentence as it stands behind a colon.
fn lower(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    let mut letters = sentence.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    let keeps = sentence.starts_with("GPU") || sentence.starts_with("WebGPU") || sentence.starts_with("WebAssembly");
    if keeps { sentence.into() } else { first.into_iter().chain(letters).collect() }
}

#[cfg(test)]
mod tests {
    use super::lower;

    #[test]
    fn a_sentence_behind_a_colon_begins_with_a_small_letter_unless_it_begins_with_a_name() {
        assert_eq!(lower("The GPU engine stopped (so it goes)."), "the GPU engine stopped (so it goes)");
        assert_eq!(lower("WebGPU can't be used here: no."), "WebGPU can't be used here: no");
        assert_eq!(lower(""), "");
    }
}
