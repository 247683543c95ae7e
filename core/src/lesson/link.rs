//! The lesson in the address's fragment: `#v=2&p=rivals&s=42&bal=uncertainty&lr=0.03&trunk=16,16`.
//!
//! Readable, canonical (equal lessons give equal links), and only what differs from the preset.
//! Unknown keys survive a round trip, and links of older versions keep their meaning.

use super::codec::{Decoded, MAX_PAIRS, VERSION, decode_pairs, encode_pairs};
use super::{Lesson, damaged_link};
use crate::config::Notice;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands unescaped in a fragment: enough for our own keys and values.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b',').remove(b'~');

/// The longest fragment that is read, in bytes.
pub const MAX_LENGTH: usize = 64_000;

/// The fragment of a lesson, without the leading `#`. Pairs with keys that were not known when the
/// lesson was read follow its own.
///
/// ```
/// use mtl_core::config::Config;
/// use mtl_core::lesson::{check, link};
///
/// let (lesson, _) = check(Config { seed: 7, ..Config::default() });
/// assert_eq!(link::encode(&lesson, &[]), "v=2&p=twins&s=7");
/// ```
pub fn encode(lesson: &Lesson, unknown: &[(String, String)]) -> String {
    let texts: Vec<_> = encode_pairs(lesson, unknown, false).iter().map(text).collect();
    texts.join("&")
}

fn text((key, value): &(String, String)) -> String {
    format!("{}={}", escape(key), escape(value))
}

/// Whether a link gives an unknown pair back as it is. One of a file that looks like damage to a link could
/// become a setting there.
pub(super) fn is_read_as_written(pair: &(String, String)) -> bool {
    let read = damaged_link::pairs(&format!("v={VERSION}&{}", text(pair)), 3);
    read.get(1..) == Some(std::slice::from_ref(pair)) && !damaged_link::is_cut(pair) && !damaged_link::is_cut_away(pair)
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// Reads a fragment, with or without the leading `#`. Every text gives a lesson that runs. What was
/// damaged on its way is mended where that is certain; otherwise a notice says that it looks damaged.
pub fn decode(fragment: &str) -> Decoded {
    let whole = fragment.strip_prefix('#').unwrap_or(fragment);
    let text = readable(whole);
    let pairs = damaged_link::pairs(text, MAX_PAIRS + 1);
    let doubt = damaged_link::doubt(&pairs);
    let nothing_said = doubt.is_some() && pairs.iter().all(|(_, value)| value.is_empty());
    let mut decoded = if nothing_said { decode_pairs(Vec::new()) } else { to_the_end(pairs) };
    if text.len() < whole.len() {
        let sentence = format!("It is longer than {MAX_LENGTH} characters; what follows is not read.");
        decoded.notices.insert(0, Notice::new("link", sentence));
    } else if let Some(doubt) = doubt {
        decoded.notices.insert(0, doubt);
    }
    decoded
}

/// Reads pairs of which the last may have taken in what stood behind the link: its end is taken off
/// where it can't be read with it.
fn to_the_end(pairs: Vec<(String, String)>) -> Decoded {
    let cut = |pairs: Vec<(String, String)>| {
        let mut decoded = decode_pairs(pairs);
        decoded.notices.insert(0, damaged_link::cut());
        decoded
    };
    let Some((last, before)) = pairs.split_last() else { return decode_pairs(pairs) };
    if damaged_link::is_cut_away(last) {
        return cut(before.to_vec());
    }
    let (key, value) = last;
    let Some(own) = damaged_link::without_tail(value) else { return decode_pairs(pairs) };
    let mended = [before, &[(key.clone(), own.to_string())]].concat();
    if damaged_link::is_cut(last) {
        return cut(mended);
    }
    let about = |decoded: &Decoded| -> Vec<Notice> {
        decoded.notices.iter().filter(|notice| notice.key == *key).cloned().collect()
    };
    let (decoded, mended) = (decode_pairs(pairs.clone()), decode_pairs(mended));
    if about(&decoded) == about(&mended) { decoded } else { mended }
}

/// The part of a fragment that is read: without the setting that crosses the longest length.
fn readable(text: &str) -> &str {
    if text.len() <= MAX_LENGTH {
        return text;
    }
    let end = text.as_bytes().iter().take(MAX_LENGTH + 1).rposition(|byte| *byte == b'&');
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}
