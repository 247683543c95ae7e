//! What the user does to a run: play, pause, step, go back; and where it pauses by itself.

use super::lesson::Notice;
use super::{Conductor, Effect, PageUpdate, Unsent};
use mtl_core::config::Config;
use mtl_core::protocol::{Command, Divergence};

/// How long after a command the engines are looked at again, in milliseconds.
const AFTER_COMMAND: f64 = 1500.0;

impl Conductor {
    /// Plays, on and on.
    pub(super) fn play(&mut self) {
        self.set_playing(true, None);
        self.send(Command::Play);
    }

    /// Plays to an epoch and pauses there.
    pub(super) fn play_to(&mut self, epoch: u32) {
        self.set_playing(true, Some(epoch));
        self.send(Command::PlayTo(epoch));
    }

    /// Pauses.
    pub(super) fn pause(&mut self) {
        self.set_playing(false, None);
        self.send(Command::Pause);
    }

    /// Play has come to where it pauses by itself.
    pub(super) fn arrived(&mut self, story: bool) {
        self.set_playing(false, None);
        self.show(PageUpdate::Ended(story));
    }

    /// The composed model is no longer finite; the engine has paused.
    pub(super) fn diverged(&mut self, divergence: Divergence) {
        self.playing = false;
        self.show(PageUpdate::Playing(false));
        self.show(PageUpdate::Diverged(Some(divergence)));
    }

    pub(super) fn set_playing(&mut self, on: bool, target: Option<u32>) {
        (self.playing, self.target) = (on, target);
        self.show(PageUpdate::Playing(on));
        if on {
            self.show(PageUpdate::Diverged(None));
            self.show(PageUpdate::Ended(false));
        }
    }

    /// Limits the speed, in optimiser steps per second; 0 is flat out.
    pub(super) fn set_speed(&mut self, speed: f32) {
        self.speed = speed;
        self.show(PageUpdate::Speed(speed));
        self.send(Command::Speed(speed));
    }

    /// Sends a command to the engine in charge, after everything that was changed before. During a
    /// hand-over it waits for the engine to come; a measurement makes way.
    pub(super) fn send(&mut self, command: Command) {
        if matches!(command, Command::Step(_) | Command::StepEpoch | Command::Rewind | Command::Compare { .. }) {
            self.set_playing(false, None);
            self.show(PageUpdate::Ended(false));
        }
        if matches!(command, Command::Rewind) {
            self.rewinding = true;
            self.show(PageUpdate::Diverged(None));
        }
        self.touched = self.now;
        if let Some(waiting) = self.handover.waiting() {
            waiting.push(command);
            return;
        }
        let held = self.handover.holds();
        self.enter_quiet();
        self.send_unsent(true);
        let decides = matches!(command, Command::Play | Command::PlayTo(_) | Command::Pause);
        if held && !decides && self.playing {
            self.post_play(self.active);
        }
        self.post(self.active, command);
        self.consider_soon(AFTER_COMMAND);
    }

    /// Sends what has changed. A lesson that is still being built is waited for, unless `now` says that
    /// something else has to follow: many ticks of a slider then build few lessons.
    pub(super) fn send_unsent(&mut self, now: bool) {
        let active = self.active;
        let Some((run, building)) = self.link(active).map(|link| (link.run, link.loading.is_some())) else { return };
        match self.unsent {
            Unsent::Load if now || !building => {
                self.unsent = Unsent::Nothing;
                self.begin_anew();
                let config = Config::clone(&self.lesson);
                let settings = self.settings_to(None);
                self.settings.clone_from(&settings);
                self.post(active, Command::Load { run, config, snapshot: None, settings, data: None });
                self.post(active, Command::Speed(self.speed));
                if self.playing {
                    self.post_play(active);
                }
            }
            // A run that is on its way takes the settings along when it has arrived.
            Unsent::Change if !self.handover.hands_over() => {
                self.unsent = Unsent::Nothing;
                let (step, trains) = (self.newest_frame().step, self.newest_frame().running || self.playing);
                self.note_changes(step, !trains);
                self.post(active, Command::Change(Config::clone(&self.lesson)));
            }
            _ => {}
        }
    }

    /// A hidden tab pauses, unless the user wants it to go on, and says so.
    pub(super) fn visibility(&mut self, hidden: bool, background: bool) {
        self.hidden = hidden;
        if !hidden {
            return;
        }
        // A frame that was asked for won't come.
        self.request_frame();
        if self.playing && !background {
            self.pause();
            self.notify(
                "tab",
                "Training was paused while this tab was hidden. The engine badge has a setting that keeps it going.",
            );
        }
    }

    /// Tells the user a sentence about a key.
    pub(super) fn notify(&mut self, key: &str, sentence: impl Into<String>) {
        self.emit(Effect::Notify(vec![Notice::new(key, sentence)]));
    }
}
