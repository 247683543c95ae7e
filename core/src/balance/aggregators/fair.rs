//! The stationarity condition of alpha-fairness, `G w = w^(-1/a)`.

use crate::math::gram::Gram;
use crate::math::hull::min_norm;
use nalgebra::{Cholesky, DMatrix, DVector};

/// Newton steps at most; 5 to 10 are usual.
const STEPS: usize = 200;

/// A hull of unit gradients that comes this near to zero, squared, holds it.
const STATIONARY: f64 = 1e-10;

/// `[K]` positive weights with `G w = w^(-1/a)`, from a damped Newton iteration on the strictly
/// convex potential `1/2 w^T G w - sum psi(w)`.
///
/// `None` at a Pareto-stationary point, where no solution exists. That is judged by the unit
/// gradients, whatever the tasks' scales.
pub fn solve(gram: &Gram, a: f64) -> Option<DVector<f64>> {
    let nearest = gram.normalised();
    let distance = nearest.norm(&min_norm(&nearest)).powi(2);
    if distance <= STATIONARY.max(gram.cutoff()) {
        return None;
    }
    // With y = n w and unit gradients: C y = t y^(-1/a), t = n^(1/a - 1).
    let problem = Problem { unit: &gram.unit, pull: gram.norms.map(|n| n.powf(1.0 / a - 1.0)), power: 1.0 / a };
    let found = problem.minimise()?;
    let back = gram.scale.powf(-a / (1.0 + a));
    Some(found.component_div(&gram.norms) * back)
}

struct Problem<'a> {
    unit: &'a DMatrix<f64>,
    pull: DVector<f64>,
    power: f64,
}

impl Problem<'_> {
    /// `t y^(-1/a)`.
    fn target(&self, y: &DVector<f64>) -> DVector<f64> {
        self.pull.zip_map(y, |pull, y| pull * y.powf(-self.power))
    }

    fn potential(&self, y: &DVector<f64>) -> f64 {
        let gain = |y: f64| {
            let rest = 1.0 - self.power;
            if rest == 0.0 { y.ln() } else { y.powf(rest) / rest }
        };
        0.5 * y.dot(&(self.unit * y)) - self.pull.zip_map(y, |pull, y| pull * gain(y)).sum()
    }

    fn minimise(&self) -> Option<DVector<f64>> {
        // The solution, were all gradients orthogonal, divided as if they were all the same.
        let shrink = (self.pull.len() as f64).sqrt();
        let mut y = self.pull.map(|pull| pull.powf(1.0 / (1.0 + self.power)) / shrink);
        let mut best = (f64::INFINITY, y.clone());
        for _ in 0..STEPS {
            let target = self.target(&y);
            let slope = self.unit * &y - &target;
            let error = slope.component_div(&target).amax();
            if error < best.0 {
                best = (error, y.clone());
            }
            if error <= 1e-14 {
                break;
            }
            let Some(next) = self.step(&y, &slope, &target) else { break };
            y = next;
        }
        // Short of the solution it will still do if every task gets better.
        let improves = (self.unit * &best.1).min() > 0.0;
        (best.0 < 1e-6 || (best.0.is_finite() && improves)).then_some(best.1)
    }

    fn step(&self, y: &DVector<f64>, slope: &DVector<f64>, target: &DVector<f64>) -> Option<DVector<f64>> {
        let bend = target.component_div(y) * self.power;
        let step = -Cholesky::new(self.unit + DMatrix::from_diagonal(&bend))?.solve(slope);
        let limit = y.zip_map(&step, |y, s| if s < 0.0 { -0.99 * y / s } else { f64::INFINITY }).min();
        let gain = -slope.dot(&step);
        // Near the minimum Newton's own step is right, and the potential too flat to judge it.
        if limit > 1.0 && gain < 1e-4 * target.dot(y) {
            return Some(y + step);
        }
        let now = self.potential(y);
        let fractions = std::iter::successors(Some(limit.min(1.0)), |fraction| Some(fraction * 0.5)).take(60);
        let points = fractions.map(|fraction| (fraction, y + &step * fraction));
        let mut better = points.filter(|(fraction, point)| self.potential(point) <= now - 1e-4 * fraction * gain);
        better.next().map(|(_, point)| point)
    }
}
