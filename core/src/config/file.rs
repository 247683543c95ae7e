//! The lesson as a file: a flat JSON object of the same keys as the link, with every setting.

use super::codec::{Decoded, decode_pairs, encode_pairs};
use super::{Lesson, Notice};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 1_000_000;

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

/// The file of a lesson. Members whose keys were not known when the lesson was read follow its own.
pub fn encode(lesson: &Lesson, unknown: &[(String, String)]) -> String {
    // An object of strings can't fail to serialise.
    serde_json::to_string_pretty(&Pairs(encode_pairs(lesson, unknown, true))).unwrap_or_default()
}

/// Reads a file. Every text gives a lesson that runs; if it is no JSON object, that is the default
/// lesson and a notice.
pub fn decode(text: &str) -> Decoded {
    let problem = if text.len() > MAX_BYTES {
        "The file is larger than a lesson can be; the default lesson is used."
    } else {
        match serde_json::from_str::<Pairs>(text) {
            Ok(Pairs(pairs)) => return decode_pairs(pairs),
            _ => "The file is not a lesson: it should be a JSON object of settings. The default lesson is used.",
        }
    };
    let mut decoded = decode_pairs(Vec::new());
    decoded.notices.push(Notice::new("file", problem));
    decoded
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
