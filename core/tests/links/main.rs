//! The lesson as a link and as a file: what is written reads back, and whatever is read runs.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../any/mod.rs"]
mod any;
mod damage;
mod files;
mod golden;
mod hostile;
mod properties;
mod unknown;
mod version_1;

use mtl_core::config::Notice;
use mtl_core::lesson::codec::Decoded;
use mtl_core::lesson::{check, link};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// What holds of everything that was ever read.
fn runs(decoded: &Decoded) -> Result<(), TestCaseError> {
    let Decoded { lesson, notices, unknown } = decoded;
    let (again, changes) = check(lesson.clone().into_config());
    prop_assert_eq!((&again, changes), (lesson, Vec::new()));
    for Notice { key, sentence } in notices {
        prop_assert!(key.chars().count() <= 41 && sentence.chars().count() <= 400, "{key}: {sentence}");
        prop_assert!(!sentence.chars().chain(key.chars()).any(char::is_control));
    }
    prop_assert!(notices.len() <= 53);
    let text = link::encode(lesson, unknown);
    let back = link::decode(&text);
    prop_assert_eq!((&back.lesson, &back.unknown), (lesson, unknown));
    prop_assert_eq!(&link::encode(&back.lesson, &back.unknown), &text);
    // What is left to be told of a link that we wrote are the settings that we don't know.
    let named: BTreeSet<_> = back.notices.iter().map(|notice| notice.key.as_str()).collect();
    prop_assert!(named.len() <= unknown.len());
    Ok(())
}
