//! Real functions over the plane with mean 0 and variance 1, and how they are mixed.

use super::stats::quantile_cuts;
use std::f64::consts::FRAC_PI_2;

/// Cells on a side of the lattice that fields are standardised over.
const SIDE: usize = 64;

/// A smooth function over the plane: a weighted sum of target functions, each on a turned plane,
/// with mean 0 and variance 1 over a lattice of `64 x 64` cell centres of [-1, 1]². So noise and
/// relatedness have units: noise of 0.5 is half a standard deviation of every target.
#[derive(Clone, Debug)]
pub(super) struct Field {
    parts: Vec<Part>,
    offset: f64,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    weight: f64,
    function: fn(f64, f64) -> f64,
    turn: f64,
}

/// A point on the plane turned by an angle around the origin.
pub(super) fn turned(x: f64, y: f64, angle: f64) -> (f64, f64) {
    let (sin, cos) = angle.sin_cos();
    (x * cos + y * sin, y * cos - x * sin)
}

/// The cell centres of the lattice.
pub(super) fn lattice() -> impl Iterator<Item = (f64, f64)> {
    let at = |i: usize| (2 * i + 1) as f64 / SIDE as f64 - 1.0;
    (0..SIDE * SIDE).map(move |i| (at(i % SIDE), at(i / SIDE)))
}

/// As many points spread evenly over the square (Roberts' R2 sequence) that repeat no coordinate,
/// where a lattice would meet a function of one input at few values. Each comes with its three
/// right-angled turns, so that a function that a turn makes negative has median 0.
fn spread() -> impl Iterator<Item = (f64, f64)> {
    /// The real root of g³ = g + 1.
    const G: f64 = 1.324_717_957_244_746;
    let at = |i: usize, step: f64| 2.0 * (0.5 + i as f64 * step).fract() - 1.0;
    (0..SIDE * SIDE / 4).flat_map(move |i| {
        let (x, y) = (at(i, 1.0 / G), at(i, 1.0 / (G * G)));
        [(x, y), (-y, x), (-x, -y), (y, -x)]
    })
}

impl Field {
    /// A function on the plane turned by an angle, standardised.
    pub fn new(function: fn(f64, f64) -> f64, turn: f64) -> Self {
        Self::standardised(vec![Part { weight: 1.0, function, turn }])
    }

    /// `rho a + sqrt(1 - rho²) b`, standardised again (which changes its variance only where `a`
    /// and `b` are correlated). `rho` of 1 is `a`, 0 is `b`, -1 is `a` upside down.
    pub fn mixed(rho: f64, a: &Self, b: &Self) -> Self {
        let rho = rho.clamp(-1.0, 1.0);
        let rest = (1.0 - rho * rho).sqrt();
        let scaled = |factor: f64| move |part: &Part| Part { weight: factor * part.weight, ..*part };
        let parts = a.parts.iter().map(scaled(rho)).chain(b.parts.iter().map(scaled(rest)));
        Self::standardised(parts.filter(|part| part.weight != 0.0).collect())
    }

    /// The functions of a vector-valued task: output `i` of `count` is the field on the plane
    /// turned by `i π / (2 count)`, standardised.
    pub fn outputs(&self, count: usize) -> Vec<Self> {
        let step = FRAC_PI_2 / count.max(1) as f64;
        let at = |angle: f64| {
            let part = |part: &Part| Part { turn: part.turn + angle, ..*part };
            Self::standardised(self.parts.iter().map(part).collect())
        };
        (0..count.max(1)).map(|i| if i == 0 { self.clone() } else { at(i as f64 * step) }).collect()
    }

    /// The value at a point.
    pub fn value(&self, x: f64, y: f64) -> f64 {
        let part = |part: &Part| {
            let (x, y) = if part.turn == 0.0 { (x, y) } else { turned(x, y, part.turn) };
            part.weight * (part.function)(x, y)
        };
        self.offset + self.parts.iter().map(part).sum::<f64>()
    }

    /// The values over the lattice.
    pub fn values(&self) -> Vec<f64> {
        lattice().map(|(x, y)| self.value(x, y)).collect()
    }

    /// The cuts that divide the square into classes of equal area; the median for two classes.
    pub fn cuts(&self, classes: usize) -> Vec<f64> {
        quantile_cuts(spread().map(|(x, y)| self.value(x, y)).collect(), classes)
    }

    fn standardised(parts: Vec<Part>) -> Self {
        let mut field = Self { parts, offset: 0.0 };
        let values = field.values();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
        // A constant has no unit to be measured in.
        let scale = if deviation > 1e-9 { 1.0 / deviation } else { 1.0 };
        field.parts.iter_mut().for_each(|part| part.weight *= scale);
        field.offset = -mean * scale;
        field
    }
}

#[cfg(test)]
mod tests {
    use super::super::stats::bin;
    use super::super::targets::{self, TARGETS};
    use super::*;
    use crate::math::statistics::pearson;

    fn moments(values: &[f64]) -> (f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        (mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n)
    }

    fn assert_standardised(field: &Field, name: &str) {
        let (mean, variance) = moments(&field.values());
        assert!(mean.abs() < 1e-9 && (variance - 1.0).abs() < 1e-9, "{name}: {mean} {variance}");
    }

    #[test]
    fn every_target_output_and_mixture_is_standardised() {
        for a in TARGETS {
            let own = Field::new(a.field, 0.0);
            for (i, output) in own.outputs(3).iter().enumerate() {
                assert_standardised(output, &format!("{} output {i}", a.choice.key));
            }
            for b in TARGETS {
                let other = b.beside(a);
                for rho in [-1.0, -0.7, 0.0, 0.3, 1.0] {
                    let mixed = Field::mixed(rho, &own, &other);
                    assert_standardised(&mixed, &format!("{} {} {rho}", a.choice.key, b.choice.key));
                }
            }
        }
    }

    #[test]
    fn every_target_halves_the_plane() {
        for target in TARGETS {
            let field = Field::new(target.field, 0.0);
            let cuts = field.cuts(2);
            let values = field.values();
            let ones = values.iter().filter(|v| bin(&cuts, **v) == 1).count();
            // The 64 cells on the gaussians' diagonal lie on the boundary itself.
            assert!(ones.abs_diff(values.len() / 2) <= 32, "{}: {ones}", target.choice.key);
        }
    }

    #[test]
    fn the_median_is_the_well_known_boundary() {
        // Between the gaussians, the axes, the stripes' and the cells' edges, the spiral: all where
        // the function itself is zero, up to a hundredth of its standard deviation.
        for key in ["gaussians", "xor", "moons", "spiral", "stripes", "checkerboard", "slope", "waves", "five"] {
            let field = Field::new(targets::find(key).field, 0.0);
            let median = field.cuts(2)[0];
            assert!(median.abs() < 0.01 && field.offset.abs() < 1e-9, "{key}: {median} {}", field.offset);
        }
    }

    #[test]
    fn a_target_beside_itself_is_unrelated_to_it() {
        for target in TARGETS {
            let own = Field::new(target.field, 0.0).values();
            let r = pearson(&own, &target.beside(target).values());
            assert!(r.abs() < 1e-9, "{}: {r}", target.choice.key);
        }
    }

    #[test]
    fn distinct_targets_are_far_from_collinear() {
        for (i, a) in TARGETS.iter().enumerate() {
            for b in &TARGETS[..i] {
                let r = pearson(&Field::new(a.field, 0.0).values(), &Field::new(b.field, 0.0).values());
                assert!(r.abs() < 0.75, "{} {}: {r}", a.choice.key, b.choice.key);
            }
        }
    }

    #[test]
    fn the_dial_is_the_cosine_between_two_slopes() {
        let slope = targets::find("slope");
        let a = Field::new(slope.field, 0.0);
        // A linear function's weights are its values at the unit vectors.
        let weights = |f: &Field| (f.value(1.0, 0.0), f.value(0.0, 1.0));
        for rho in [-1.0, -0.5, 0.0, 0.25, 0.9, 1.0] {
            let b = Field::mixed(rho, &a, &slope.beside(slope));
            let ((ax, ay), (bx, by)) = (weights(&a), weights(&b));
            let cosine = (ax * bx + ay * by) / (ax.hypot(ay) * bx.hypot(by));
            assert!((cosine - rho).abs() < 1e-9, "{rho}: {cosine}");
            assert!((pearson(&a.values(), &b.values()) - rho).abs() < 1e-9);
        }
    }

    #[test]
    fn turning_keeps_the_distance_from_the_origin() {
        let (x, y) = turned(0.3, -0.8, 1.1);
        assert!((x.hypot(y) - 0.3_f64.hypot(0.8)).abs() < 1e-12);
        let (x, y) = turned(0.0, 1.0, FRAC_PI_2);
        assert!((x - 1.0).abs() < 1e-12 && y.abs() < 1e-12);
    }
}
