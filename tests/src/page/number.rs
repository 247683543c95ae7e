//! Numbers as the page shows them.

/// A number that the page shows, and how finely it shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    pub value: f64,
    /// Half a unit in the last place; 0 where the page tells the exact value in `data-value`.
    pub blur: f64,
}

/// The first number in a text, which may use the typographic minus.
pub fn parse_number(text: &str) -> Option<Reading> {
    let text = text.replace('\u{2212}', "-");
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let signed = text[..start].trim_end_matches('.').trim_end().ends_with('-');
    let digits: &str = text[start..].split(|c: char| !(c.is_ascii_digit() || ".eE+-".contains(c))).next()?;
    // `0.5-0.7` and `1e` end at the longest part that is a number.
    let (value, digits) = (1..=digits.len()).rev().find_map(|end| {
        let part = digits.get(..end)?;
        part.parse::<f64>().ok().map(|value| (value, part))
    })?;
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let places = mantissa.split_once('.').map_or(0, |(_, places)| places.len() as i32);
    let blur = 0.5 * 10f64.powi(exponent.parse::<i32>().unwrap_or(0) - places);
    Some(Reading { value: if signed { -value } else { value }, blur })
}
