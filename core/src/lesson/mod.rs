//! A lesson: the tables of all settings, the check that seals a [`Lesson`], its link and its file.
//!
//! One table ([`fields`]) gives every setting its key, limits, label and help. The checker, the link, the
//! file, the page's controls and the documentation all read that table.

mod check;
pub mod codec;
mod damaged_link;
pub mod document;
pub mod fields;
pub mod file;
pub mod lessons;
mod limits;
pub mod link;
mod older;
mod place;
pub mod reference;
pub mod simpler;
pub mod support;
pub mod surveys;
mod table;

pub use check::{Lesson, check};
pub use fields::{Card, Effect, Entry, Listed, apply, called, entries, entry, listed, papers};
