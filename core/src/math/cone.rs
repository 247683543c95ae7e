//! Projection onto the dual cone `{d : J d >= 0}`, in which no task gets worse.

use super::gram::Gram;
use super::hull::{ENUMERATED, subsets};
use nalgebra::{DMatrix, DVector};

/// Sweeps of the iteration for many tasks, at most: ill-conditioned matrices need thousands.
const SWEEPS: usize = 100_000;

/// `argmin v^T G v` over `v >= floor`, `[K]`: `J^T v` is the projection of `J^T floor` onto the dual
/// cone. Exact by enumeration of the free sets up to [`ENUMERATED`] tasks; beyond, coordinate
/// descent until the conditions hold.
pub fn project(gram: &Gram, floor: &DVector<f64>) -> DVector<f64> {
    // Over unit gradients, with y = n v, the system doesn't depend on the tasks' scales.
    let scaled = floor.component_mul(&gram.norms);
    let found = if gram.tasks() > ENUMERATED { sweep(&gram.unit, &scaled) } else { enumerate(&gram.unit, &scaled) };
    let back = |k: usize| if gram.norms[k] > 0.0 { found[k] / gram.norms[k] } else { floor[k] };
    DVector::from_fn(gram.tasks(), |k, _| back(k).max(floor[k]))
}

/// The same with a ridge: `G / tr(G) + reg I` (the form of the published code).
pub fn ridged(gram: &Gram, reg: f64) -> Option<Gram> {
    let trace = gram.matrix.trace();
    if reg == 0.0 || trace == 0.0 {
        return Some(gram.clone());
    }
    Gram::new(&(&gram.matrix / trace + DMatrix::identity(gram.tasks(), gram.tasks()) * reg))
}

fn enumerate(unit: &DMatrix<f64>, floor: &DVector<f64>) -> DVector<f64> {
    let candidates = subsets(floor.len()).filter_map(|free| with_free(unit, floor, &free));
    let valued = candidates.map(|point| (point.dot(&(unit * &point)), point));
    valued.min_by(|a, b| a.0.total_cmp(&b.0)).map_or_else(|| floor.clone(), |(_, point)| point)
}

/// The minimum where the others stand at their floor, if it keeps to the floor.
fn with_free(unit: &DMatrix<f64>, floor: &DVector<f64>, free: &[usize]) -> Option<DVector<f64>> {
    if free.is_empty() {
        return Some(floor.clone());
    }
    // v = floor + y with y on the free ones: G_ff y = -(G floor)_f.
    let slope = unit * floor;
    let right = DVector::from_fn(free.len(), |i, _| -slope[free[i]]);
    let system = DMatrix::from_fn(free.len(), free.len(), |i, j| unit[(free[i], free[j])]);
    let rise = system.full_piv_lu().solve(&right)?;
    if rise.iter().any(|y| !y.is_finite() || *y < -1e-12 * rise.amax()) {
        return None;
    }
    let mut point = floor.clone();
    for (i, k) in free.iter().enumerate() {
        point[*k] += rise[i].max(0.0);
    }
    Some(point)
}

fn sweep(unit: &DMatrix<f64>, floor: &DVector<f64>) -> DVector<f64> {
    let mut point = floor.clone();
    for _ in 0..SWEEPS {
        let mut moved: f64 = 0.0;
        for k in 0..point.len() {
            if unit[(k, k)] == 0.0 {
                continue;
            }
            let slope = unit.row(k).transpose().dot(&point);
            let next = (point[k] - slope / unit[(k, k)]).max(floor[k]);
            moved = moved.max((next - point[k]).abs());
            point[k] = next;
        }
        // The largest step is the largest violation of the conditions.
        if moved <= 1e-14 * point.amax() {
            break;
        }
    }
    point
}
