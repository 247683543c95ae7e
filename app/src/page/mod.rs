//! The interface: what the user sees and does. It trains nothing, and what little it computes
//! (cosines, the front of the points it has) it leaves to `mtl_core::measure`; lessons come from
//! `mtl_core::config`, numbers from a worker.
//!
//! * [`state`]: the signals that everything reads, and the way to tell what the user wants;
//! * `edit`: the ways to change the lesson;
//! * [`conductor`]: what comes of it, as a pure machine: the talk with the workers, the hand-over between them;
//! * `shell`, `bridge`, `show`: the browser around it: workers, timers and frames; one worker; the signals;
//! * [`compare`]: where the comparison of architectures stands;
//! * `address`, `share`: the lesson as a link and as a file;
//! * [`alerts`], `far_off`: what the page has to say by itself;
//! * `prefs`, `probe`: what the browser remembers; whether it has a graphics processor;
//! * [`commands`], `keys`: what a key or button does;
//! * [`layout`] and its parts: what stands where; [`room`]: how much room there is;
//! * [`pace`]: how fast it goes; `story`: what came of it; `gain`: how a transfer gain is written;
//! * [`guide`]: a lesson's steps, and what they point at;
//! * [`panels`]: the cards and pictures.

pub mod alerts;
pub mod app;
pub mod badge;
pub mod commands;
pub mod compare;
pub mod conductor;
pub mod dialogs;
pub mod guide;
pub mod icons;
pub mod layout;
pub mod pace;
pub mod panels;
pub mod prefs;
pub mod room;
pub mod side;
pub mod state;
pub mod tabs;
pub mod topbar;
pub mod transport;

mod address;
mod bridge;
mod clock;
mod edit;
mod far_off;
mod gain;
mod keys;
mod probe;
mod share;
mod shell;
mod show;
mod story;
mod text;

pub use app::App;
