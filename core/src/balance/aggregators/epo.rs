//! EPO search: to the Pareto point on the ray of a preference (Mahapatra, Rajan 2020).

use super::answers::answered;
use crate::balance::balancer::{Answer, BY_PREFERENCE, Balancer, BalancerContext, Needs, VectorSpec, WEIGHT};
use crate::balance::preference::{PREFERENCE, preference_vector};
use crate::config::{Choice, Paper, Pick, PickEntry};
use crate::math::gram::Gram;
use crate::math::hull::min_norm;
use crate::math::linear_programme::maximise;
use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;

/// Looks for the Pareto point with `r_1 L_1 = ... = r_K L_K`. Off that ray it lowers the imbalance,
/// if need be by letting losses *rise*; on it, it lowers all. The weights are a point of the
/// simplex; where the linear programme has no answer, the preference itself off the ray, and MGDA's
/// point on it.
pub struct Epo;

/// An imbalance up to this counts as balanced.
const BALANCED: f64 = 1e-4;

/// Losses, preferences and shares count at least this much, so that they have a logarithm.
const LEAST: f64 = 1e-12;

const PAPERS: &[Paper] = &[Paper::new(
    "Mahapatra & Rajan",
    2020,
    "Multi-Task Learning with User Preferences: Gradient Descent with Controlled Ascent in Pareto Optimization",
    "https://proceedings.mlr.press/v119/mahapatra20a.html",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry =
    PickEntry::new(Choice { key: "epo", label: "EPO", help: "Steers to the point of the front where preference times loss is the same for every task; on the way losses may rise." }, &[]).by(PAPERS).in_group(BY_PREFERENCE).reading(&[WEIGHT]);

impl Balancer for Epo {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Gram
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[PREFERENCE]
    }

    fn reads_losses(&self, _pick: &Pick) -> bool {
        true
    }

    fn answer(&self, seen: &BalancerContext, _random: &mut ChaCha8Rng) -> Answer {
        answered(seen, |gram| {
            let target = Target::new(seen);
            if target.imbalance <= BALANCED {
                return descend(gram, &target);
            }
            balance(gram, &target).unwrap_or_else(|| &target.preference / target.preference.sum())
        })
    }
}

/// Where the losses stand relative to the ray.
pub struct Target {
    /// `[K]`: the preference r, each at least a trace of the largest.
    pub preference: DVector<f64>,
    /// `[K]`: `r L`, divided by their sum.
    pub shares: DVector<f64>,
    /// `mu = sum_k l_k ln(K l_k)` of those shares: 0 on the ray.
    pub imbalance: f64,
    /// `[K]`: `a_k = r_k (ln(K l_k) - mu)`.
    pub anchor: DVector<f64>,
}

impl Target {
    /// Of the losses and the preference of a step; losses that are not positive count as a trace of
    /// the largest.
    pub fn new(seen: &BalancerContext) -> Self {
        let preference = preference_vector(seen);
        let preference = preference.map(|share| share.max(LEAST * preference.amax()));
        let tasks = preference.len();
        let finite = |loss: f64| if loss.is_finite() { loss.max(0.0) } else { 0.0 };
        let losses = DVector::from_fn(tasks, |k, _| seen.losses.get(k).map_or(1.0, |loss| finite(*loss)));
        let largest = losses.amax();
        let losses = if largest > 0.0 { losses / largest } else { losses.map(|_| 1.0) };
        let weighted = losses.component_mul(&(&preference / preference.amax())).map(|loss| loss.max(LEAST));
        let shares = &weighted / weighted.sum();
        let surprise = shares.map(|share| (tasks as f64 * share).ln());
        let imbalance = shares.dot(&surprise);
        let anchor = preference.component_mul(&surprise.map(|x| x - imbalance));
        Self { preference, shares, imbalance, anchor }
    }
}

/// `C a`, divided by the largest entry; the programmes don't depend on its scale.
fn toward(gram: &Gram, target: &Target) -> DVector<f64> {
    let products = &gram.matrix * &target.anchor;
    let largest = products.amax();
    if largest > 0.0 { products / largest } else { products }
}

/// The weights of the largest value among those with which some rows of the Gram matrix have products of at
/// least something.
fn programme(gram: &Gram, value: &DVector<f64>, limits: &[(usize, f64)]) -> Option<DVector<f64>> {
    let rows = DMatrix::from_fn(limits.len(), gram.tasks(), |i, j| gram.matrix[(limits[i].0, j)]);
    let least: Vec<f64> = limits.iter().map(|(_, least)| *least).collect();
    maximise(value, &rows, &least)
}

fn balance(gram: &Gram, target: &Target) -> Option<DVector<f64>> {
    let toward = toward(gram, target);
    // The limits are in the unit of the Gram matrix, unlike the value.
    let exact = &gram.matrix * &target.anchor;
    if exact.iter().all(|x| *x <= 0.0) {
        let limits: Vec<_> = (0..gram.tasks()).map(|k| (k, 0.0)).collect();
        return programme(gram, &toward, &limits);
    }
    let loudest = target.shares.imax();
    let limit = |k: usize| match () {
        () if k == loudest => Some((k, 0.0)),
        () if exact[k] > 0.0 => None,
        () => Some((k, exact[k])),
    };
    let limits: Vec<_> = (0..gram.tasks()).filter_map(limit).collect();
    programme(gram, &toward, &limits)
}

fn descend(gram: &Gram, target: &Target) -> DVector<f64> {
    let tasks = gram.tasks();
    let value = DVector::from_fn(tasks, |k, _| gram.matrix.column(k).sum());
    let toward = toward(gram, target);
    let mut rows = gram.matrix.clone().insert_row(tasks, 0.0);
    rows.set_row(tasks, &toward.transpose());
    let mut least = vec![0.0; tasks];
    least.push(-(-toward.max()).max(0.0));
    // The published code's restricted variant; where it has no answer, the relaxed one; where
    // rounding leaves that without one, its one certain point.
    let restricted = maximise(&value, &rows, &least);
    let relaxed = || programme(gram, &value, &(0..tasks).map(|k| (k, 0.0)).collect::<Vec<_>>());
    restricted.or_else(relaxed).unwrap_or_else(|| min_norm(gram))
}
