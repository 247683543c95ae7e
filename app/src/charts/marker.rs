//! The shapes of a task's points, as outlines that canvas, SVG and the charts can all draw.

use super::Point;
use std::fmt::Write as _;

/// A task's marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Task A.
    Circle,
    /// Task B, an x.
    Cross,
    /// Task C, pointing up.
    Triangle,
    /// Task D.
    Square,
    /// Task E.
    Diamond,
    /// Task F.
    Plus,
}

/// Half the width of an arm of the cross and the plus.
const ARM: f64 = 0.3;

impl Shape {
    /// The closed outline of the shape around `(x, y)`; all shapes of one radius look equally big.
    pub fn outline(self, (x, y): Point, radius: f64) -> Vec<Point> {
        let plus = |size: f64| {
            let (a, b) = (ARM, size);
            vec![
                (-a, -b),
                (a, -b),
                (a, -a),
                (b, -a),
                (b, a),
                (a, a),
                (a, b),
                (-a, b),
                (-a, a),
                (-b, a),
                (-b, -a),
                (-a, -a),
            ]
        };
        let turned = |points: Vec<Point>| {
            let h = std::f64::consts::FRAC_1_SQRT_2;
            points.into_iter().map(|(x, y)| ((x - y) * h, (x + y) * h)).collect()
        };
        let unit: Vec<Point> = match self {
            Shape::Circle => {
                // Turned on by 15 degrees from corner to corner.
                let (sin, cos) = (0.258_819_045_102_520_76, 0.965_925_826_289_068_3);
                let turn = |(x, y): &Point| Some((x * cos + y * sin, y * cos - x * sin));
                std::iter::successors(Some((0.0, 1.0)), turn).take(24).collect()
            }
            Shape::Cross => turned(plus(1.2)),
            Shape::Triangle => vec![(0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)],
            Shape::Square => vec![(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)],
            Shape::Diamond => vec![(0.0, -1.25), (1.05, 0.0), (0.0, 1.25), (-1.05, 0.0)],
            Shape::Plus => plus(1.2),
        };
        unit.into_iter().map(|(u, v)| (x + u * radius, y + v * radius)).collect()
    }

    /// The outline as the `d` of an SVG path or of a canvas `Path2D`.
    pub fn path_data(self, at: Point, radius: f64) -> String {
        let mut path = String::new();
        for (k, (x, y)) in self.outline(at, radius).into_iter().enumerate() {
            let letter = if k == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{letter}{x:.2} {y:.2}");
        }
        path.push('Z');
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Shape; 6] = [Shape::Circle, Shape::Cross, Shape::Triangle, Shape::Square, Shape::Diamond, Shape::Plus];

    #[test]
    fn every_marker_is_centred_and_about_as_big_as_its_radius() {
        for shape in ALL {
            let outline = shape.outline((10.0, 20.0), 5.0);
            for (x, y) in &outline {
                let reach = (x - 10.0).hypot(y - 20.0);
                assert!(reach < 5.0 * 1.5, "{shape:?} reaches {reach}");
            }
            let centre = outline.iter().map(|p| p.0).sum::<f64>() / outline.len() as f64;
            assert!((centre - 10.0).abs() < 1e-9, "{shape:?}");
        }
    }

    #[test]
    fn a_path_starts_with_a_move_and_is_closed() {
        let path = Shape::Diamond.path_data((1.0, 2.0), 4.0);
        assert_eq!(path, "M1.00 -3.00L5.20 2.00L1.00 7.00L-3.20 2.00Z");
    }
}
