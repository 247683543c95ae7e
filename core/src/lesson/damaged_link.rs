//! Links that were damaged on their way, by mail, chat or HTML.
//!
//! What is done here is certain: a link that was written by [`super::link::encode`] reads as it
//! stands, and what is taken away or restored can't have been meant otherwise.

use super::codec::own_label;
use super::{lessons, place};
use crate::config::kind::{Notice, quoted};
use crate::config::number::is_minus;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// A link is encoded as a whole at most this often on its way.
const MOST_COVERS: usize = 4;

/// What programs put between two pairs for `&`, but for the `&` itself.
const AMPERSANDS: [&str; 4] = ["amp;", "#38;", "#038;", "#x26;"];

/// The text behind percent signs.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// The pairs of a fragment, with what stands between them put right.
pub(super) fn pairs(text: &str, most: usize) -> Vec<(String, String)> {
    let text = uncovered(text);
    let mut pieces: Vec<&str> = text.split('&').map(without_entity).take(most).collect();
    while pieces.len() > 1 && pieces.last().is_some_and(|piece| is_entity(piece)) {
        pieces.pop();
    }
    let quoted_printable = is_quoted_printable(&pieces);
    let pair = |piece: &str| {
        let (key, value) = piece.split_once('=').unwrap_or((piece, ""));
        let value = if quoted_printable { value.strip_prefix("3D").unwrap_or(value) } else { value };
        (without_entity_if_known(&unescape(key)).to_string(), unescape(value).into_owned())
    };
    let mut pairs: Vec<_> = pieces.into_iter().map(pair).flat_map(spread).collect();
    if let Some((key, _)) = pairs.first_mut()
        && let Some(own) = without_lead(key)
    {
        *key = own;
    }
    pairs
}

/// A fragment that was encoded as a whole has no sign left that stands for itself.
fn uncovered(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..MOST_COVERS {
        let covers = |sign: char, code: &str| !text.contains(sign) && has_code(&text, code);
        if !covers('=', "3D") && !covers('&', "26") {
            break;
        }
        text = Cow::Owned(unescape(&text).into_owned());
    }
    text
}

/// Whether a sign is there by its code, however often that was encoded again.
fn has_code(text: &str, code: &str) -> bool {
    let mut codes = text.split('%').skip(1).map(|rest| rest.trim_start_matches("25"));
    codes.any(|rest| rest.get(..code.len()).is_some_and(|start| start.eq_ignore_ascii_case(code)))
}

/// Mail writes `=` as `=3D`: then all of them.
fn is_quoted_printable(pieces: &[&str]) -> bool {
    let mut values = pieces.iter().filter_map(|piece| piece.split_once('=')).map(|(_, value)| value);
    values.all(|value| value.starts_with("3D"))
}

fn without_entity(piece: &str) -> &str {
    let mut piece = piece;
    while let Some(rest) = AMPERSANDS.iter().find_map(|entity| piece.strip_prefix(entity)) {
        piece = rest;
    }
    piece
}

/// The same where the semicolon was encoded, which an unknown key might have as well.
fn without_entity_if_known(key: &str) -> &str {
    let own = without_entity(key);
    if is_known(own) { own } else { key }
}

/// Whether this is the rest of `&gt;`, `&quot;` and the like behind a link.
fn is_entity(piece: &str) -> bool {
    let piece = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != ';');
    let name = piece.strip_suffix(';').map(|name| name.trim_start_matches('#'));
    name.is_some_and(|name| (1..=6).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// A first key without what came before it, such as another `#`, a quote or a space.
fn without_lead(key: &str) -> Option<String> {
    let own = key.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    (own.len() < key.len() && is_known(own)).then(|| own.into())
}

/// No value of a known key has `&` in it: what follows one are pairs that were encoded.
fn spread((key, value): (String, String)) -> Vec<(String, String)> {
    let mut pieces = value.split('&').map(without_entity);
    let first = pieces.next().unwrap_or_default().to_string();
    let rest: Vec<_> = pieces.map(|piece| piece.split_once('=').unwrap_or((piece, ""))).collect();
    if !is_known(&key) || !rest.iter().any(|(key, _)| is_known(key)) {
        return vec![(key, value)];
    }
    let rest = rest.into_iter().map(|(key, value)| (key.to_string(), value.to_string()));
    std::iter::once((key, first)).chain(rest).collect()
}

/// Whether a key means anything in some lesson.
fn is_known(key: &str) -> bool {
    own_label(key).is_some() || place::is_key(key)
}

/// A link's last value without the full stop, bracket or quote of the text that it stood in, where
/// the rest may be a value and it can't.
pub(super) fn without_tail(value: &str) -> Option<&str> {
    let own = value.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '+');
    let plain = |c: char| c.is_ascii_alphanumeric() || c == ' ' || ".,+-".contains(c) || is_minus(c);
    (own.len() < value.len() && !own.is_empty() && own.chars().all(plain)).then_some(own)
}

/// Whether a program has shortened the link within this setting, the last one: there are dots, or a
/// layer's dash without what follows it.
pub(super) fn is_cut((key, value): &(String, String)) -> bool {
    is_known(key) && (has_dots(value) || value.ends_with(is_dash))
}

fn has_dots(end: &str) -> bool {
    end.contains('\u{2026}') || end.contains("...")
}

/// Whether nothing of a link's last pair is left that can be read: the key is cut, or a known one has no
/// value before the cut.
pub(super) fn is_cut_away((key, value): &(String, String)) -> bool {
    let nothing_left = !value.contains(|c: char| c.is_ascii_alphanumeric());
    if is_known(key) { nothing_left && has_dots(value) } else { value.is_empty() && has_dots(key) }
}

fn is_dash(c: char) -> bool {
    c == '-' || is_minus(c)
}

/// What is said of a link that was cut.
pub(super) fn cut() -> Notice {
    damaged("its end is cut off, so that something may be missing")
}

/// What is said of a text that is no link of ours; `None` for one that is, and for one that is empty.
pub(super) fn doubt(pairs: &[(String, String)]) -> Option<Notice> {
    let mut keys = pairs.iter().map(|(key, _)| key.as_str()).filter(|key| !key.is_empty());
    let first = keys.clone().next()?;
    let strange = keys.clone().filter(|key| !is_known(key)).count();
    let opens = |(key, value): &(String, String)| key == "p" && lessons::find(value).is_some();
    if 2 * strange <= keys.by_ref().count() || pairs.iter().any(opens) {
        return None;
    }
    Some(damaged(&format!("most of it, from '{}' on, is not understood", quoted(first))))
}

fn damaged(why: &str) -> Notice {
    Notice::new("link", format!("This link looks damaged: {why}. Please copy the whole link again."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        pairs(text, 100)
    }

    /// The same for every version, whose number is the first '1'.
    fn is_rivals(text: &str) {
        for version in ["1", "2"] {
            let expected =
                [("v", version), ("p", "rivals"), ("lr", "0.02")].map(|(k, v)| (k.to_string(), v.to_string()));
            let text = text.replacen('1', version, 1);
            assert_eq!(read(&text), expected, "{text}");
        }
    }

    #[test]
    fn what_stands_between_pairs_is_put_right() {
        for text in [
            "v=1&p=rivals&lr=0.02",
            "v%3D1%26p%3Drivals%26lr%3D0.02",
            "v%3d1%26p%3drivals%26lr%3d0%2E02",
            "v%253D1%2526p%253Drivals%2526lr%253D0.02",
            "%2523v%253D1%2526p%253Drivals%2526lr%253D0.02",
            "v=1%26p=rivals%26lr=0.02",
            "v=1&p=rivals%26lr%3D0.02",
            "v=1&amp;p=rivals&amp;lr=0.02",
            "v=1&amp;amp;p=rivals&amp;amp;lr=0.02",
            "v=1&#38;p=rivals&#x26;lr=0.02",
            "v=1&amp%3Bp=rivals&amp%3Blr=0.02",
            "v%3D1%26amp%3Bp%3Drivals%26amp%3Blr%3D0.02",
            "v=3D1&p=3Drivals&lr=3D0.02",
            "v=3D1&amp;p=3Drivals&amp;lr=3D0.02",
            "v=3D1&p=3Drivals&lr=3D0.02&gt;",
            "v=1&p=rivals&lr=0.02&gt;",
            "v=1&p=rivals&lr=0.02&quot;&gt;.",
            "#v=1&p=rivals&lr=0.02",
            "?v=1&p=rivals&lr=0.02",
            "%22v=1&p=rivals&lr=0.02",
            "%20v=1&p=rivals&lr=0.02",
        ] {
            is_rivals(text);
        }
    }

    #[test]
    fn what_may_be_an_unknown_key_or_value_stays() {
        for (text, key, value) in [
            ("v=2&later=a%26b%3Dc", "later", "a&b=c"),
            ("v=2&amp%3Blater=1", "amp;later", "1"),
            ("v=2&later=3D", "later", "3D"),
            ("v=2&later=a)", "later", "a)"),
            ("v=2&%252525=1", "%2525", "1"),
            ("v=2&p=a%26b", "p", "a&b"),
        ] {
            assert_eq!(read(text).last(), Some(&(key.to_string(), value.to_string())), "{text}");
        }
    }

    #[test]
    fn only_what_no_value_ends_with_is_taken_from_its_end() {
        for tail in
            [".", ")", ">", "]", ",", "'", "\"", " ", ").", "\">", "\u{201d}.", "\u{200b}", "*", "/", "\u{2026}"]
        {
            for value in ["0.02", "8,8", "rivals", "loss+", "16-relu-d0.1-n", "\u{2212}0,5"] {
                assert_eq!(without_tail(&format!("{value}{tail}")), Some(value), "{value}{tail}");
            }
        }
        for value in ["8,8", "loss+", "", ".", "-", "<script>", "<b>1</b>", "a=b)"] {
            assert_eq!(without_tail(value), None, "{value}");
        }
    }

    #[test]
    fn what_is_no_link_of_ours_is_doubted() {
        for text in ["rivals", "utm_source=x&fbclid=y", "p=rivls&x=1&y=2", "lr=1&x=1&y=2", "%25"] {
            let notice = doubt(&read(text));
            assert!(notice.is_some_and(|notice| notice.key == "link"), "{text}");
        }
        for text in ["", "&&", "lr=0.1", "lr=1&x=1", "p=rivals&x=1&y=2", "t5.scale=1", "v=9&tasks=3&x=1"] {
            assert_eq!(doubt(&read(text)), None, "{text}");
        }
    }
}
