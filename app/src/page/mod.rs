//! The interface: what the user sees and does. It trains nothing, and what little it computes
//! (cosines, the front of the points it has) it asks of `mtl_core::measure`; lessons come from
//! `mtl_core::config`, numbers from a worker.
//!
//! * [`state`]: the signals that everything reads, and the ways to change the lesson;
//! * `change`, `engine`, `exchange`, `trouble`: what happens then;
//! * `bridge`, `desk`, `pump`: the talk with the workers;
//! * [`compare`]: a comparison of architectures;
//! * `address`, `share`: the lesson as a link and as a file;
//! * `prefs`, `probe`: what the browser remembers; whether it has a graphics processor;
//! * [`commands`], `keys`: what a key or button does;
//! * [`layout`] and its parts: what stands where; [`pace`]: how fast it goes; `story`: what came of it;
//! * [`layout`] and its parts: what stands where; [`room`]: how much room there is;
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
mod change;
mod desk;
mod engine;
mod exchange;
mod keys;
mod probe;
mod pump;
mod share;
mod story;
mod text;
mod trouble;

pub use app::App;
