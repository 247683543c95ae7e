//! Numbers as they are printed here, and as users write them: with a point or a comma, and with
//! whatever their keyboard, a document or this page has for a minus.

use super::kind::Value;

/// A number in a short form that reads back as the same number: decimal where it is of a usual
/// size, otherwise with an exponent, so that no number takes more than 24 characters.
pub(crate) fn print_number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || !value.is_finite() || (1e-5..1e16).contains(&size) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

/// A text as a keyboard would have given it: whatever looks like a minus or a hyphen is one, and
/// nothing is left that takes no room or turns the direction of what follows.
pub(crate) fn typed(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !takes_no_room(*c)).map(|c| if is_minus(c) { '-' } else { c }).collect();
    seen.trim().into()
}

/// Characters that come along unseen when a text is copied.
pub(crate) fn takes_no_room(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

/// Hyphens (also one that doesn't break), the figure and the en dash, minus, and their small and wide
/// forms. The em dash is the page's sign for 'no number'.
pub(crate) fn is_minus(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2013}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}')
}

/// A number's text with a point where it has one comma and no point. More commas, or both, would be
/// separators of thousands, which are not guessed here.
fn pointed(text: &str) -> String {
    let text = typed(text);
    match text.split_once(',') {
        Some((whole, part)) if !text.contains('.') && !part.contains(',') => format!("{whole}.{part}"),
        _ => text,
    }
}

/// Reads a number, whatever it is, unless it is none.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    pointed(text).parse::<f64>().ok().filter(|x| !x.is_nan())
}

/// Reads a number where a whole one is wanted: as [`Value::Integer`] if it is one, otherwise as it
/// was written.
pub(crate) fn parse_whole(text: &str) -> Option<Value> {
    let text = pointed(text);
    if let Ok(n) = text.parse::<i64>() {
        return Some(Value::Integer(n));
    }
    if may_be_thousands(&text) {
        return None;
    }
    let x = text.parse::<f64>().ok().filter(|x| !x.is_nan())?;
    let whole = x.fract() == 0.0 && x.abs() < 1e15;
    Some(if whole { Value::Integer(x as i64) } else { Value::Number(x) })
}

/// Whether it looks like `1,000`, which is one to some and a thousand to others.
fn may_be_thousands(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.trim_start_matches(['+', '-']).split_once('.').is_some_and(|(whole, part)| {
        (1..=3).contains(&whole.len()) && !whole.starts_with('0') && part.len() == 3 && digits(whole) && digits(part)
    })
}

/// Reads a whole number of any size, the same on every machine: beyond the largest there is, that.
pub(crate) fn parse_integer(text: &str) -> Option<i64> {
    match parse_whole(text)? {
        Value::Integer(n) => Some(n),
        Value::Number(x) if x.is_infinite() || x.fract() == 0.0 => Some(x as i64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_and_every_minus_are_understood() {
        for (text, number) in [
            ("0,05", 0.05),
            (",05", 0.05),
            ("5,", 5.0),
            ("-0,5", -0.5),
            ("\u{2212}0.5", -0.5),
            ("\u{2011}0,5", -0.5),
            ("\u{2013}1e\u{2212}3", -1e-3),
            ("\u{a0}5e-1\u{202f}", 0.5),
            ("\u{feff}0.\u{200b}1", 0.1),
            ("1,234", 1.234),
        ] {
            assert_eq!(parse_number(text), Some(number), "{text}");
        }
    }

    #[test]
    fn separators_of_thousands_are_not_guessed() {
        for text in ["1,000.5", "1.000,5", "1,000,000", "1 000", "1'000", "\u{2014}", "1\t2", ",", "-,", "1e-5,3"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
        for text in ["1,000", "1.000", "-12,345", "+999.000"] {
            assert_eq!(parse_whole(text), None, "{text}");
        }
        for (text, whole) in [("0,000", 0), ("2,0", 2), ("20,00", 20), ("1000", 1000), ("2e1", 20), ("1.0000", 1)] {
            assert_eq!(parse_whole(text), Some(Value::Integer(whole)), "{text}");
        }
        assert_eq!(parse_whole("3,7"), Some(Value::Number(3.7)));
    }
}
