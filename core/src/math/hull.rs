//! Minima over the simplex: the point of the gradients' convex hull that is nearest to zero.

use super::gram::Gram;
use nalgebra::{DMatrix, DVector};

/// Up to this many gradients every support is tried, which is exact.
pub const ENUMERATED: usize = 6;

/// Steps of the iteration beyond; each is exact along its line.
const STEPS: usize = 3000;

/// The sets of up to `tasks` numbers, the empty one first.
pub fn subsets(tasks: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..1_u32 << tasks).map(move |mask| (0..tasks).filter(|k| mask >> k & 1 == 1).collect())
}

/// `argmin a^T G a` over the simplex, `[K]`: exact by enumeration of the supports up to
/// [`ENUMERATED`] gradients, by fully corrective Frank-Wolfe steps beyond (Wolfe 1976). A zero
/// gradient is itself the nearest point.
pub fn min_norm(gram: &Gram) -> DVector<f64> {
    let zero = gram.norms.map(|norm| f64::from(norm == 0.0));
    if zero.sum() > 0.0 {
        return &zero / zero.sum();
    }
    if gram.tasks() > ENUMERATED { nearest_by_steps(gram) } else { nearest_by_supports(gram) }
}

fn nearest_by_supports(gram: &Gram) -> DVector<f64> {
    let candidates = subsets(gram.tasks()).skip(1).filter_map(|support| inside(gram, on_support(gram, &support)?));
    let valued = candidates.map(|weights| (gram.norm(&weights), weights));
    valued.min_by(|a, b| a.0.total_cmp(&b.0)).map_or_else(|| gram.mean(), |(_, weights)| weights)
}

/// The point nearest to zero in the affine hull of some gradients, where that is well defined.
///
/// Over the unit gradients, with `b_k = n_k a_k` and `r_k = 1 / n_k`, the conditions are
/// `C b = m r` and `r^T b = 1`: tasks of any scale make a system of size one.
fn on_support(gram: &Gram, support: &[usize]) -> Option<DVector<f64>> {
    let size = support.len();
    let smallest = support.iter().map(|k| gram.norms[*k]).fold(f64::INFINITY, f64::min);
    let ratio = |i: usize| smallest / gram.norms[support[i]];
    let system = DMatrix::from_fn(size + 1, size + 1, |i, j| match (i < size, j < size) {
        (true, true) => gram.unit[(support[i], support[j])],
        (true, false) => ratio(i),
        (false, true) => ratio(j),
        (false, false) => 0.0,
    });
    let mut right = DVector::zeros(size + 1);
    right[size] = 1.0;
    let solution = system.full_piv_lu().solve(&right)?;
    let mut weights = DVector::zeros(gram.tasks());
    for (i, k) in support.iter().enumerate() {
        weights[*k] = solution[i] * ratio(i);
    }
    let sum = weights.sum();
    (sum > 0.0 && sum.is_finite()).then(|| weights / sum)
}

/// What is barely negative is rounding: the weights are a point of the hull in any case.
fn inside(gram: &Gram, weights: DVector<f64>) -> Option<DVector<f64>> {
    let parts = weights.component_mul(&gram.norms);
    let weights = weights.map(|weight| weight.max(0.0));
    (parts.min() >= -1e-9 * parts.amax()).then(|| &weights / weights.sum())
}

/// The gradient that goes down most joins the support; then the nearest point of the support's hull
/// is taken, which may drop others.
fn nearest_by_steps(gram: &Gram) -> DVector<f64> {
    let mut weights = DVector::zeros(gram.tasks());
    weights[gram.norms.imin()] = 1.0;
    for _ in 0..STEPS {
        let products = &gram.matrix * &weights;
        let next = products.imin();
        let square = weights.dot(&products);
        let rounding = 1e-14 * gram.norms[next] * weights.dot(&gram.norms);
        if weights[next] > 0.0 || products[next] >= square - rounding {
            break;
        }
        let Some(nearer) = corrected(gram, &weights, next) else { break };
        weights = nearer;
    }
    weights
}

fn corrected(gram: &Gram, weights: &DVector<f64>, next: usize) -> Option<DVector<f64>> {
    let mut weights = weights.clone();
    let mut support: Vec<usize> = (0..weights.len()).filter(|k| weights[*k] > 0.0 || *k == next).collect();
    while !support.is_empty() {
        let target = on_support(gram, &support)?;
        // As far towards it as no weight gets negative; what gets to zero is dropped.
        let reach = |k: &usize| if target[*k] < 0.0 { weights[*k] / (weights[*k] - target[*k]) } else { 1.0 };
        let (share, last) = support.iter().map(|k| (reach(k), *k)).min_by(|a, b| a.0.total_cmp(&b.0))?;
        if target[last] >= 0.0 {
            return Some(target);
        }
        weights = &weights * (1.0 - share) + target * share;
        weights[last] = 0.0;
        support.retain(|k| *k != last);
    }
    None
}

/// Frank-Wolfe over the simplex with pairwise steps (Lacoste-Julien & Jaggi 2015), which converges
/// linearly: weight moves from the worst entry that has some to the best one.
///
/// `gradient` is that of the convex objective, `line` the weight to move from an entry to another
/// to get to the least value on the line; it is cut to what is there.
pub fn pairwise(
    start: DVector<f64>,
    gradient: impl Fn(&DVector<f64>) -> DVector<f64>,
    line: impl Fn(&DVector<f64>, usize, usize) -> f64,
) -> DVector<f64> {
    let mut weights = start;
    for _ in 0..STEPS {
        let slope = gradient(&weights);
        let held = (0..weights.len()).filter(|k| weights[*k] > 0.0);
        let Some(from) = held.max_by(|a, b| slope[*a].total_cmp(&slope[*b])) else { break };
        let to = slope.imin();
        if slope[from] - slope[to] <= 1e-15 * slope.amax() {
            break;
        }
        let step = line(&weights, to, from);
        // A line on which the objective doesn't bend is followed to its end.
        let step = if step.is_nan() { weights[from] } else { step.clamp(0.0, weights[from]) };
        if step == 0.0 {
            break;
        }
        weights[to] += step;
        weights[from] -= step;
    }
    weights
}
