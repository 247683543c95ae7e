//! Text: how wide it is, what of it fits, and how labels move apart.

/// The width of a text in units of its font size, for an ordinary sans-serif, rather too wide than
/// too narrow.
pub(crate) fn text_width(text: &str) -> f64 {
    let wide = |c: char| match c {
        'i' | 'l' | 'j' | '\'' | '|' | '.' | ',' | ':' | ';' | '!' | ' ' => 0.30,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' => 0.38,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.92,
        'A'..='Z' => 0.72,
        '\u{0}'..='\u{2fff}' => 0.59,
        _ => 1.05,
    };
    text.chars().map(wide).sum()
}

/// The text without what no font draws and no XML may hold: control characters and non-characters
/// become spaces.
pub(crate) fn clean(text: &str) -> String {
    let odd = |c: char| {
        c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if odd(c) { ' ' } else { c }).collect()
}

/// The text, shortened with an ellipsis to a width in units of its font size.
pub(crate) fn fitted(text: &str, width: f64) -> String {
    // A label from a hostile link may be a megabyte long.
    let text: String = text.chars().take(200).collect();
    if text_width(&text) <= width {
        return text;
    }
    let mut short = String::new();
    for c in text.chars() {
        short.push(c);
        if text_width(&short) + text_width("\u{2026}") > width {
            short.pop();
            break;
        }
    }
    format!("{}\u{2026}", short.trim_end())
}

/// As many whole words of a text as fit a width in units of its font size, at least the first one.
pub(crate) fn whole_words(text: &str, width: f64) -> String {
    let mut kept = String::new();
    for word in text.split_whitespace().take(40) {
        let longer = if kept.is_empty() { word.to_string() } else { format!("{kept} {word}") };
        if !kept.is_empty() && text_width(&longer) > width {
            break;
        }
        kept = longer;
    }
    kept
}

/// A text in lines of whole words, none wider than a width in units of its font size.
pub(crate) fn wrapped(text: &str, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace().take(200) {
        match lines.last_mut() {
            Some(line) if text_width(line) + text_width(" ") + text_width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(fitted(word, width)),
        }
    }
    lines
}

/// Moves positions on a line apart until neighbours are `gap` from each other, as little as
/// possible and within `low..high`; where there is no room for that the gap shrinks. Order in,
/// order out.
pub(crate) fn spread(wanted: &[f64], gap: f64, (low, high): (f64, f64)) -> Vec<f64> {
    let n = wanted.len();
    if n == 0 {
        return Vec::new();
    }
    let gap = if n > 1 { gap.min((high - low).max(0.0) / (n - 1) as f64) } else { gap };
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    // Blocks of touching labels, each at the mean of what its labels want.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for &i in &order {
        let mut block = (wanted[i].clamp(low, high.max(low)), 1);
        while let Some(&(centre, size)) = blocks.last() {
            let touching = centre + gap * (size + block.1) as f64 / 2.0 > block.0;
            if !touching {
                break;
            }
            blocks.pop();
            let total = size + block.1;
            block = ((centre * size as f64 + block.0 * block.1 as f64) / total as f64, total);
        }
        let half = gap * (block.1 - 1) as f64 / 2.0;
        block.0 = block.0.max(low + half).min((high - half).max(low + half));
        blocks.push(block);
    }
    let mut places = vec![0.0; n];
    let mut next = order.into_iter();
    for (centre, size) in blocks {
        for k in 0..size {
            if let Some(i) = next.next() {
                places[i] = centre + gap * (k as f64 - (size - 1) as f64 / 2.0);
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_move_apart_by_a_gap_and_keep_their_order() {
        let places = spread(&[50.0, 51.0, 10.0], 12.0, (0.0, 100.0));
        assert_eq!(places, [44.5, 56.5, 10.0]);
        assert_eq!(spread(&[99.0, 98.0], 12.0, (0.0, 100.0)), [100.0, 88.0]);
        assert_eq!(spread(&[5.0; 5], 30.0, (0.0, 40.0)), [0.0, 10.0, 20.0, 30.0, 40.0]);
        assert!(spread(&[], 12.0, (0.0, 100.0)).is_empty());
    }

    #[test]
    fn a_long_label_is_shortened_and_a_short_one_is_not() {
        assert_eq!(fitted("B stripes", 20.0), "B stripes");
        let short = fitted(&"wide ".repeat(100_000), 8.0);
        assert!(short.ends_with('\u{2026}') && text_width(&short) <= 8.0, "{short}");
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(whole_words("A gaussians here", 9.0), "A gaussians");
        assert_eq!(whole_words("A gaussians", 2.0), "A");
        assert_eq!(whole_words("gaussians", 2.0), "gaussians");
        assert_eq!(whole_words("", 2.0), "");
        let lines = wrapped("now (diamond), single-task (ring), reference (square)", 14.0);
        assert_eq!(lines, ["now (diamond),", "single-task (ring),", "reference (square)"]);
        assert!(wrapped(&"wide".repeat(1000), 14.0).iter().all(|line| text_width(line) <= 14.0));
    }

    #[test]
    fn no_control_character_reaches_a_document() {
        assert_eq!(clean("a\u{0}b\u{1b}c\u{ffff}d\u{202e}e"), "a b c d e");
    }
}
