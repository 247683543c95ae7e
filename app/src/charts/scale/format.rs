//! How numbers are written.

pub(super) fn scientific(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    signed(format!("{digits}e{power}"))
}

/// A true minus sign, which is as wide as a digit.
pub(super) fn signed(text: String) -> String {
    text.replace('-', "\u{2212}")
}

/// A loss or weight as the page writes it: four significant digits, no needless zeros, `not
/// finite` for what is not a number.
pub fn format_value(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        "not finite".into()
    } else if size == 0.0 {
        "0".into()
    } else if !(1e-4..1e5).contains(&size) {
        scientific(value, 3)
    } else {
        let decimals = (3 - size.log10().floor() as i32).clamp(0, 8) as usize;
        let text = format!("{value:.decimals$}");
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        signed(text.to_string())
    }
}

/// A number beside a picture: three significant digits, no needless zeros, with a power of ten where
/// zeros would take their place.
pub fn format_short(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() || size == 0.0 {
        return format_value(value);
    }
    if !(1e-3..1e5).contains(&size) {
        return scientific(value, 2);
    }
    let unit = 10f64.powi(2 - size.log10().floor() as i32);
    format_value((value * unit).round() / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_four_digits_and_no_more() {
        let pairs = [
            (0.123456, "0.1235"),
            (12.5, "12.5"),
            (1234.56, "1235"),
            (0.5, "0.5"),
            (0.00001234, "1.234e\u{2212}5"),
            (3e7, "3e7"),
            (-0.25, "\u{2212}0.25"),
            (0.0, "0"),
            (f64::NAN, "not finite"),
            (f64::INFINITY, "not finite"),
        ];
        for (value, text) in pairs {
            assert_eq!(format_value(value), text);
        }
    }

    #[test]
    fn short_numbers_have_three_digits_and_no_row_of_zeros() {
        let pairs = [
            (0.123_456, "0.123"),
            (10.0, "10"),
            (-0.000_123_456, "\u{2212}1.23e\u{2212}4"),
            (0.9999, "1"),
            (1234.5, "1230"),
            (5e6, "5e6"),
            (0.0, "0"),
            (f64::NAN, "not finite"),
        ];
        for (value, text) in pairs {
            assert_eq!(format_short(value), text);
        }
    }
}
