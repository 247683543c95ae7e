//! A lesson: the tables of all settings, the check that seals a [`Lesson`], its link and its file.
//!
//! One table ([`fields`]) gives every setting its key, limits, label and help. The checker, the link, the
//! file, the page's controls and the documentation all read that table.

mod check;
pub mod codec;
pub mod document;
pub mod fields;
pub mod file;
pub mod lessons;
pub mod link;
mod mend;
mod place;
pub mod reference;
pub mod support;
pub mod surveys;
mod table;
mod within;

pub use check::{Lesson, check};
pub use fields::{Card, Effect, Entry, Listed, apply, called, entries, entry, listed, papers};
