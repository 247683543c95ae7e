//! CAGrad: near the mean gradient, the best direction for the worst task (Liu et al. 2021).

use super::answers::answered;
use crate::balance::balancer::{Answer, Balancer, BalancerContext, Needs};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use crate::math::gram::Gram;
use crate::math::hull::{ENUMERATED, min_norm, pairwise, subsets};
use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;

/// Exact by enumeration of the supports up to six tasks, by Frank-Wolfe steps beyond.
///
/// With the mean gradient `g0` and `s = c |g0|`, `w` is the minimum of `g_w . g0 + s |g_w|` over
/// the simplex and `d = g0 + s g_w / |g_w|`. Where `g_w` is zero, `d = g0`: one zero gradient
/// doesn't stop training.
pub struct Cagrad;

const C: OptionSpec = OptionSpec {
    key: "c",
    label: "c",
    help: "How far the direction may stray from the mean gradient, in lengths of it; zero is the mean.",
    kind: Kind::Number { min: 0.0, max: 10.0, log: false, inherits: false },
    default: 0.5,
    live: true,
};

const RESCALE: OptionSpec = OptionSpec {
    key: "rescale",
    label: "rescaling",
    help: "What the direction is divided by: codebases differ.",
    kind: Kind::Choice(rescalings),
    default: 0.0,
    live: true,
};

const NONE: Choice = Choice { key: "0", label: "none", help: "The direction as the paper has it." };
const SQUARE: Choice = Choice { key: "1", label: "by 1 + c²", help: "As in LibMTL." };
const PLAIN: Choice = Choice { key: "2", label: "by 1 + c", help: "As in the authors' toy problem." };

fn rescalings() -> Vec<Choice> {
    vec![NONE, SQUARE, PLAIN]
}

/// The objective has a kink where `g_w` is zero, at which a step along a line could end; it is first
/// minimised with the kink rounded off, to these shares of the mean gradient's length.
const SMOOTH: [f64; 3] = [1e-2, 1e-4, 1e-6];

const PAPERS: &[Paper] = &[Paper::new(
    "Liu et al.",
    2021,
    "Conflict-Averse Gradient Descent for Multi-task Learning",
    "https://arxiv.org/abs/2110.14048",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "cagrad",
        label: "CAGrad",
        help: "Stays near the mean gradient and there looks for what helps the worst task most.",
    },
    &[C, RESCALE],
)
.by(PAPERS);

impl Balancer for Cagrad {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Gram
    }

    fn answer(&self, seen: &BalancerContext, _random: &mut ChaCha8Rng) -> Answer {
        let c = seen.option(&C);
        let divisor = match seen.option(&RESCALE) {
            1.0 => 1.0 + c * c,
            2.0 => 1.0 + c,
            _ => 1.0,
        };
        answered(seen, |gram| weights(gram, c) / divisor)
    }
}

fn weights(gram: &Gram, c: f64) -> DVector<f64> {
    let mean = gram.mean();
    let radius = c * gram.norm(&mean);
    if radius == 0.0 {
        return mean;
    }
    let problem = Problem { gram, toward: &gram.matrix * &mean, radius };
    let found = if gram.tasks() > ENUMERATED { Some(problem.by_steps(&mean, c)) } else { problem.by_supports() };
    let Some(shares) = found else { return mean };
    let norm = gram.norm(&shares);
    // Where zero is among the means of the gradients, the objective is not above zero.
    let stationary = || nearest(gram) <= gram.cutoff() && problem.value(&shares) >= -1e-12 * radius * norm;
    if norm == 0.0 || stationary() { mean } else { mean + shares * (radius / norm) }
}

/// How near the hull of the unit gradients comes to zero, squared.
fn nearest(gram: &Gram) -> f64 {
    let unit = gram.normalised();
    unit.norm(&min_norm(&unit)).powi(2)
}

/// `w . toward + radius |g_w|`, to be minimised over the simplex.
struct Problem<'a> {
    gram: &'a Gram,
    toward: DVector<f64>,
    radius: f64,
}

impl Problem<'_> {
    fn value(&self, shares: &DVector<f64>) -> f64 {
        shares.dot(&self.toward) + self.radius * self.gram.norm(shares)
    }

    /// Exact: the best of the points that meet the conditions on one support.
    fn by_supports(&self) -> Option<DVector<f64>> {
        let moving = |support: &Vec<usize>| !support.is_empty() && support.iter().all(|k| self.gram.norms[*k] > 0.0);
        let points = subsets(self.gram.tasks()).filter(moving).flat_map(|support| self.on_support(&support));
        let valued = points.map(|shares| (self.value(&shares), shares));
        valued.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, shares)| shares)
    }

    /// The minima on a support, if they have no negative share.
    ///
    /// There all `g_k . d` are the same. Over unit gradients, with `d = g0 + U^T y`,
    /// `h_k = g_k . g0 / n_k` and `r_k = 1 / n_k`, that is `C y = m r - h`, and `|U^T y|` is the
    /// radius: a quadratic equation for m.
    fn on_support(&self, support: &[usize]) -> Vec<DVector<f64>> {
        let norms = DVector::from_fn(support.len(), |i, _| self.gram.norms[support[i]]);
        let ratios = norms.map(|norm| norms.min() / norm);
        let heights = DVector::from_fn(support.len(), |i, _| self.toward[support[i]] / norms[i]);
        let system = DMatrix::from_fn(support.len(), support.len(), |i, j| self.gram.unit[(support[i], support[j])]);
        let factors = system.full_piv_lu();
        let (Some(p), Some(q)) = (factors.solve(&ratios), factors.solve(&heights)) else { return Vec::new() };
        let (a, b, c) = (ratios.dot(&p), ratios.dot(&q), heights.dot(&q) - self.radius * self.radius);
        let root = (b * b - a * c).max(0.0).sqrt();
        let parts = [(b - root) / a, (b + root) / a].map(|level| &p * level - &q);
        parts.iter().filter_map(|parts| self.shares(support, parts.component_div(&norms))).collect()
    }

    fn shares(&self, support: &[usize], parts: DVector<f64>) -> Option<DVector<f64>> {
        let mut shares = DVector::zeros(self.gram.tasks());
        for (part, k) in parts.iter().zip(support) {
            shares[*k] = part.max(0.0);
        }
        // What is barely negative is rounding: the shares are a point of the simplex in any case.
        let size = support.iter().zip(&parts).map(|(k, part)| self.gram.norms[*k] * part.abs()).fold(0.0, f64::max);
        let inside = support.iter().zip(&parts).all(|(k, part)| self.gram.norms[*k] * part >= -1e-9 * size);
        let sum = shares.sum();
        (inside && sum > 0.0 && sum.is_finite()).then(|| shares / sum)
    }

    fn by_steps(&self, mean: &DVector<f64>, c: f64) -> DVector<f64> {
        let start = SMOOTH.iter().fold(mean.clone(), |start, smooth| {
            let smooth = smooth * self.radius / c;
            worst(self.gram, &self.toward, self.radius, start, smooth * smooth)
        });
        worst(self.gram, &self.toward, self.radius, start, 0.0)
    }
}

/// The minimum of `w . toward + radius sqrt(|g_w|^2 + smooth)` over the simplex, `[K]`.
fn worst(gram: &Gram, toward: &DVector<f64>, radius: f64, start: DVector<f64>, smooth: f64) -> DVector<f64> {
    let slope = |shares: &DVector<f64>| {
        let norm = (gram.norm(shares).powi(2) + smooth).max(f64::MIN_POSITIVE).sqrt();
        toward + &gram.matrix * shares * (radius / norm)
    };
    let line = |shares: &DVector<f64>, to: usize, from: usize| {
        let products = &gram.matrix * shares;
        let (square, linear) = (shares.dot(&products) + smooth, products[to] - products[from]);
        let bend = gram.matrix[(to, to)] + gram.matrix[(from, from)] - 2.0 * gram.matrix[(to, from)];
        let rises = |step: f64| {
            let norm = (square + step * (2.0 * linear + step * bend)).max(f64::MIN_POSITIVE).sqrt();
            toward[to] - toward[from] + radius * (linear + step * bend) / norm > 0.0
        };
        turning(rises, shares[from])
    };
    pairwise(start, slope, line)
}

/// Where a convex function on `[0, end]` starts to rise.
fn turning(rises: impl Fn(f64) -> bool, end: f64) -> f64 {
    if !rises(end) {
        return end;
    }
    let (mut low, mut high) = (0.0, end);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if rises(middle) { high = middle } else { low = middle }
    }
    low
}
