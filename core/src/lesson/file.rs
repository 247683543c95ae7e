//! The lesson as a file: a flat JSON object of the same keys as the link, with every setting.

use super::Lesson;
use super::codec::{Decoded, decode_pairs, encode_pairs};
use crate::config::kind::quoted;
use crate::config::{Notice, bytes};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 1_000_000;

/// What is said of a larger one.
pub const TOO_LARGE: &str = "This file is larger than 1 MB (1 000 000 bytes), the most that a lesson can be.";

/// An object's members in the order of the file, repeated ones included.
struct Pairs(Vec<(String, String)>);

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, text)| (key, text)))
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a JSON object of settings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
        let mut pairs = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            pairs.push((key, plain(value)));
        }
        Ok(Pairs(pairs))
    }
}

/// The file of a lesson. Members with keys that were not known when the lesson was read follow its own.
pub fn encode(lesson: &Lesson, unknown: &[(String, String)]) -> String {
    // An object of strings can't fail to serialise.
    serde_json::to_string_pretty(&Pairs(encode_pairs(lesson, unknown, true))).unwrap_or_default()
}

/// Reads a file, as UTF-8 or UTF-16, with or without a byte-order mark.
///
/// # Errors
///
/// Says in a sentence why the file is no lesson.
pub fn open(file: &[u8]) -> Result<Decoded, String> {
    if file.len() > MAX_BYTES {
        return Err(TOO_LARGE.into());
    }
    parse(&bytes::text(file))
}

/// Reads a file's text. Every text gives a lesson that runs; if it is no JSON object, that is the
/// default lesson and a notice.
pub fn decode(text: &str) -> Decoded {
    open(text.as_bytes()).unwrap_or_else(|problem| {
        let mut decoded = decode_pairs(Vec::new());
        decoded.notices.push(Notice::new("file", format!("{problem} The default lesson is used.")));
        decoded
    })
}

fn parse(text: &str) -> Result<Decoded, String> {
    match serde_json::from_str::<Pairs>(text) {
        Ok(Pairs(pairs)) => Ok(decode_pairs(pairs)),
        Err(error) => Err(problem(text, error.line(), error.column())),
    }
}

/// What is wrong with a text that is no JSON object, found at a line and a byte of it, both counted from 1.
fn problem(text: &str, line: usize, column: usize) -> String {
    const NO_LESSON: &str = "This file is no lesson: it should be a JSON object of settings";
    let first = text.trim_start().lines().next().unwrap_or_default();
    if first.is_empty() {
        return format!("{NO_LESSON}, and it is empty.");
    }
    if !first.starts_with('{') {
        let like =
            if first.contains([',', ';', '\t']) && !first.starts_with('[') { "like a table" } else { "otherwise" };
        return format!("{NO_LESSON}, in braces, and it begins {like}: '{}'.", quoted(first));
    }
    let there = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    // From the sign before it on: what stands in a string further ahead is no comment.
    let from = |back: usize| there.get(column.saturating_sub(back)..).map(str::trim_start);
    let rest = from(2).or_else(|| from(1)).unwrap_or_default();
    let begins = |what: &[&str]| {
        what.iter().any(|what| rest.starts_with(what) || rest.get(1..).is_some_and(|r| r.starts_with(what)))
    };
    let why = if begins(&["//", "/*", "#"]) {
        ", where comments are not allowed"
    } else if begins(&["NaN", "Infinity"]) {
        ", where NaN and Infinity are no numbers"
    } else {
        ""
    };
    format!("{NO_LESSON}, and line {line} is none of JSON{why}: '{}'.", quoted(there.trim()))
}

/// A JSON value as the text that a link would carry.
fn plain(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Bool(on) => if on { "on" } else { "off" }.into(),
        Value::Array(items) => items.into_iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
