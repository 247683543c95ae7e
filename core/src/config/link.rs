//! The lesson in the address's fragment: `#v=1&p=rivals&s=42&bal=uncertainty&lr=0.03&trunk=16,16`.
//!
//! Readable, canonical (equal lessons give equal links), and only what differs from the preset.
//! Unknown keys survive a round trip.

use super::codec::{Decoded, MAX_PAIRS, decode_pairs, encode_pairs};
use super::{Lesson, Notice};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands unescaped in a fragment: enough for our own keys and values.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b',').remove(b'~');

/// The longest fragment that is read, in bytes.
pub const MAX_LENGTH: usize = 64_000;

/// The fragment of a lesson, without the leading `#`. Pairs whose keys were not known when the
/// lesson was read follow its own.
///
/// ```
/// use mtl_core::config::{Config, check, link};
///
/// let (lesson, _) = check(Config { seed: 7, ..Config::default() });
/// assert_eq!(link::encode(&lesson, &[]), "v=1&p=twins&s=7");
/// ```
pub fn encode(lesson: &Lesson, unknown: &[(String, String)]) -> String {
    let pairs = encode_pairs(lesson, unknown, false);
    let texts: Vec<_> = pairs.iter().map(|(key, value)| format!("{}={}", escape(key), escape(value))).collect();
    texts.join("&")
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

fn unescape(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Reads a fragment, with or without the leading `#`. Every text gives a lesson that runs.
pub fn decode(fragment: &str) -> Decoded {
    let whole = fragment.strip_prefix('#').unwrap_or(fragment);
    let text = readable(whole);
    let pairs = text.split('&').take(MAX_PAIRS + 1);
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut decoded = decode_pairs(pairs.map(|(key, value)| (unescape(key), unescape(value))).collect());
    if text.len() < whole.len() {
        let sentence = format!("It is longer than {MAX_LENGTH} characters; what follows is not read.");
        decoded.notices.insert(0, Notice::new("link", sentence));
    }
    decoded
}

/// The part of a fragment that is read: without the setting that crosses the longest length.
fn readable(text: &str) -> &str {
    if text.len() <= MAX_LENGTH {
        return text;
    }
    let end = text.as_bytes().iter().take(MAX_LENGTH + 1).rposition(|byte| *byte == b'&');
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}
