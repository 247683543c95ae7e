//! Keeping lines within a rectangle: plotters' backends don't clip.

use super::Point;

/// A rectangle in pixels, `left < right`, `top < bottom`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Frame {
    pub fn contains(&self, (x, y): Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    pub fn grown(&self, by: f64) -> Frame {
        Frame { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    pub fn clamp(&self, (x, y): Point) -> Point {
        (x.clamp(self.left, self.right), y.clamp(self.top, self.bottom))
    }
}

/// The part of a segment within the frame (Liang and Barsky).
pub(crate) fn segment(frame: &Frame, a: Point, b: Point) -> Option<(Point, Point)> {
    if ![a.0, a.1, b.0, b.1].iter().all(|x| x.is_finite()) {
        return None;
    }
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    let sides = [(-dx, a.0 - frame.left), (dx, frame.right - a.0), (-dy, a.1 - frame.top), (dy, frame.bottom - a.1)];
    for (speed, room) in sides {
        if speed == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if speed < 0.0 {
            enter = enter.max(room / speed);
        } else {
            leave = leave.min(room / speed);
        }
    }
    let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
    (enter <= leave).then(|| (at(enter), at(leave)))
}

/// The parts of a line within the frame.
pub(crate) fn polyline(frame: &Frame, line: &[Point]) -> Vec<Vec<Point>> {
    if line.iter().all(|&p| frame.contains(p)) {
        return vec![line.to_vec()];
    }
    let mut parts: Vec<Vec<Point>> = Vec::new();
    for pair in line.windows(2) {
        let Some((from, to)) = segment(frame, pair[0], pair[1]) else {
            continue;
        };
        match parts.last_mut() {
            Some(part) if part.last() == Some(&from) => part.push(to),
            _ => parts.push(vec![from, to]),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn a_line_that_leaves_and_returns_becomes_two() {
        let parts = polyline(&FRAME, &[(1.0, 5.0), (5.0, 15.0), (9.0, 5.0)]);
        assert_eq!(parts, [[(1.0, 5.0), (3.0, 10.0)], [(7.0, 10.0), (9.0, 5.0)]]);
    }

    #[test]
    fn a_line_inside_stays_and_a_line_outside_goes() {
        assert_eq!(polyline(&FRAME, &[(1.0, 1.0), (2.0, 3.0)]), [[(1.0, 1.0), (2.0, 3.0)]]);
        assert!(polyline(&FRAME, &[(11.0, 1.0), (12.0, 3.0)]).is_empty());
        assert!(polyline(&FRAME, &[(1.0, f64::NAN), (2.0, 3.0)]).is_empty());
    }
}
