//! Broken lines: plotters' backends draw whole ones only.

use super::Point;

/// The lengths of a line's segments.
pub(crate) fn lengths(points: &[Point]) -> Vec<f64> {
    points.windows(2).map(|pair| distance(pair[0], pair[1])).collect()
}

/// The lengths that the segments would have without noise: each is its share of the straight way
/// across the points within `reach` to both sides. Measured along the line itself, a noisy curve
/// would fall into hundreds of dashes.
pub(crate) fn calm_lengths(points: &[Point], reach: f64) -> Vec<f64> {
    let (mut from, mut to) = (0, 0);
    let mut calm = Vec::with_capacity(points.len());
    for (i, pair) in points.windows(2).enumerate() {
        let middle = (pair[0].0 + pair[1].0) / 2.0;
        while from < i && points[from].0 < middle - reach {
            from += 1;
        }
        to = to.max(i + 1);
        while to + 1 < points.len() && points[to + 1].0 <= middle + reach {
            to += 1;
        }
        calm.push(distance(points[from], points[to]) / (to - from) as f64);
    }
    calm
}

fn distance(a: Point, b: Point) -> f64 {
    (b.0 - a.0).hypot(b.1 - a.1)
}

/// Cuts a line into the drawn pieces of a pattern, which runs on around corners.
pub(crate) fn pieces(points: &[Point], pattern: &[f64], lengths: Vec<f64>) -> Vec<Vec<Point>> {
    if pattern.is_empty() || points.len() < 2 {
        return vec![points.to_vec()];
    }
    let mut pieces = Vec::new();
    let (mut step, mut left) = (0, pattern[0]);
    let mut piece = vec![points[0]];
    for (pair, mut length) in points.windows(2).zip(lengths) {
        let (mut from, to) = (pair[0], pair[1]);
        // Lines are clipped before; if one isn't, don't cut it into a million pieces.
        if !length.is_finite() || length > 1e5 {
            continue;
        }
        while length > left {
            let t = left / length;
            from = (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1));
            length -= left;
            if step % 2 == 0 {
                piece.push(from);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![from];
            }
            step += 1;
            left = pattern[step % pattern.len()];
        }
        left -= length;
        if step % 2 == 0 {
            piece.push(to);
        }
    }
    if step % 2 == 0 && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dash_runs_on_around_a_corner() {
        let line = [(0.0, 0.0), (6.0, 0.0), (6.0, 6.0)];
        let first = vec![(0.0, 0.0), (4.0, 0.0)];
        let second = vec![(5.0, 0.0), (6.0, 0.0), (6.0, 3.0)];
        let third = vec![(6.0, 4.0), (6.0, 6.0)];
        assert_eq!(pieces(&line, &[4.0, 1.0], lengths(&line)), [first, second, third]);
    }

    #[test]
    fn without_a_pattern_a_line_stays_whole() {
        let line = [(0.0, 0.0), (6.0, 0.0)];
        assert_eq!(pieces(&line, &[], lengths(&line)).len(), 1);
    }

    #[test]
    fn noise_does_not_multiply_dashes() {
        let noisy: Vec<Point> = (0..800).map(|k| (f64::from(k) / 2.0, f64::from(k * 7919 % 13))).collect();
        let dashes = pieces(&noisy, &[4.0, 3.0], calm_lengths(&noisy, 5.0));
        assert!(dashes.len() < 100, "{}", dashes.len());
        let calm = [(0.0, 0.0), (30.0, 40.0), (60.0, 0.0)];
        assert_eq!(calm_lengths(&calm, 5.0), lengths(&calm));
    }
}
