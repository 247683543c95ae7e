//! Sentences and numbers as the page writes them.

/// A whole number with its thousands set apart: `2 410`.
pub(super) fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::from(if value <= -0.5 { "\u{2212}" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Steps per second: with a decimal below ten, where it tells something.
pub(super) fn pace(steps: f32) -> String {
    if steps > 0.0 && steps < 10.0 { format!("{steps:.1}") } else { grouped(f64::from(steps)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (value, text) in
            [(0.0, "0"), (999.4, "999"), (2410.0, "2\u{202f}410"), (1_234_567.0, "1\u{202f}234\u{202f}567")]
        {
            assert_eq!(grouped(value), text);
        }
    }
}
