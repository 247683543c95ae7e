//! Pareto MTL: each model keeps to its own sector of the losses (Lin et al. 2019).

use super::answers::answered;
use super::buffer::COUNT;
use crate::balance::balancer::{
    Answer, BY_PREFERENCE, Balancer, BalancerContext, MemorySpec, Needs, VectorSpec, Vectors, WEIGHT,
};
use crate::balance::preference::ratio;
use crate::balance::preference::{PREFERENCE, preference_vector};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use crate::math::gram::Gram;
use crate::math::hull::min_norm;
use crate::math::pareto::fan;
use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;
use std::f64::consts::FRAC_PI_2;

/// Unit preference vectors `u_j` divide the space of the losses into sectors; a model's own is
/// `u_i`. The sectors that its losses lie nearer to are `A = {j : (u_j - u_i) . L > 0}`.
///
/// First, for some steps or until A is empty, the shortest combination of the gradients of
/// `(u_j - u_i) . L`, j in A, leads into the own sector. Then those gradients and the tasks' own
/// together make the shortest combination, which leads to the front.
///
/// The model's own vector is the preference; the others are those of [`vectors`]. All are ratios of
/// losses: in training the vector is the ratio that a preference asks for.
pub struct ParetoMtl;

const VECTORS: OptionSpec = OptionSpec {
    key: "vectors",
    label: "sectors",
    help: "How many preferences divide the front, at most; every model has its own.",
    kind: Kind::Integer { min: 2, max: 45, word: None },
    default: 10.0,
    live: true,
};

const FIRST: OptionSpec = OptionSpec {
    key: "first",
    label: "steps to the sector",
    help: "For how many steps only the own sector is looked for, if it isn't found earlier; published runs take a fifth.",
    kind: Kind::Integer { min: 0, max: 100_000, word: None },
    default: 200.0,
    live: true,
};

const PAPERS: &[Paper] =
    &[Paper::new("Lin et al.", 2019, "Pareto Multi-Task Learning", "https://arxiv.org/abs/1912.12854")];

/// The line of the table.
pub(super) const ENTRY: PickEntry =
    PickEntry::new(Choice { key: "pareto-mtl", label: "Pareto MTL", help: "Divides the front among the models: each first finds the sector of its preference and then the front there." }, &[VECTORS, FIRST]).by(PAPERS).in_group(BY_PREFERENCE).reading(&[WEIGHT]);

impl Balancer for ParetoMtl {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Gram
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[PREFERENCE]
    }

    /// Its vectors are ratios of losses.
    fn encode_preference(&self, preference: &[f64]) -> Vectors {
        Vectors::from([(PREFERENCE.key, ratio(preference))])
    }

    fn memories(&self) -> &'static [MemorySpec] {
        &[COUNT]
    }

    fn reads_losses(&self, _pick: &Pick) -> bool {
        true
    }

    fn answer(&self, seen: &BalancerContext, _random: &mut ChaCha8Rng) -> Answer {
        let steps = seen.memory(&COUNT).first().copied().unwrap_or(0.0);
        let mut answer = answered(seen, |gram| {
            let own = unit(preference_vector(seen));
            let others = vectors(gram.tasks(), seen.option(&VECTORS) as usize);
            let active = active(&own, &others, seen.losses);
            let first = steps < seen.option(&FIRST) && !active.is_empty();
            if first { toward_sector(gram, &active) } else { toward_front(gram, &active) }
        });
        answer.memory.insert(COUNT.key, vec![steps + 1.0]);
        answer
    }
}

/// The unit vectors that divide the front: for two tasks `count` on a quarter of the circle, for
/// more the lattice of [`fan`].
pub fn vectors(tasks: usize, count: usize) -> Vec<DVector<f64>> {
    if tasks == 2 {
        let angle = |i: usize| FRAC_PI_2 * i as f64 / (count.max(2) - 1) as f64;
        return (0..count).map(|i| DVector::from_vec(vec![angle(i).cos(), angle(i).sin()])).collect();
    }
    let lattice = fan(tasks, count);
    lattice.iter().map(|point| unit(DVector::from_iterator(tasks, point.iter().map(|x| f64::from(*x))))).collect()
}

/// The differences `u_j - u_i`, `[K]` each, of the sectors that the losses lie nearer to.
pub fn active(own: &DVector<f64>, others: &[DVector<f64>], losses: &[f64]) -> Vec<DVector<f64>> {
    if losses.len() != own.len() || losses.iter().any(|loss| !loss.is_finite()) {
        return Vec::new();
    }
    let place = unit(DVector::from_column_slice(losses));
    // A difference that is only rounding is the own vector.
    others.iter().map(|other| other - own).filter(|difference| difference.dot(&place) > 1e-12).collect()
}

/// The weights `[K]` of the first phase; zero where the model is in its sector.
pub fn toward_sector(gram: &Gram, active: &[DVector<f64>]) -> DVector<f64> {
    let rows = DMatrix::from_fn(active.len(), gram.tasks(), |i, k| active[i][k]);
    shortest(gram, &rows)
}

/// The weights `[K]` of the second phase.
pub fn toward_front(gram: &Gram, active: &[DVector<f64>]) -> DVector<f64> {
    let tasks = gram.tasks();
    let rows = DMatrix::from_fn(tasks + active.len(), tasks, |i, k| match i.checked_sub(tasks) {
        Some(j) => active[j][k],
        None => f64::from(i == k),
    });
    shortest(gram, &rows)
}

/// The weights of the shortest mean of some combinations, `[M, K]`, of the gradients.
fn shortest(gram: &Gram, rows: &DMatrix<f64>) -> DVector<f64> {
    let combined = Gram::new(&(rows * &gram.matrix * rows.transpose()));
    combined.map_or_else(|| DVector::zeros(gram.tasks()), |combined| rows.transpose() * min_norm(&combined))
}

fn unit(vector: DVector<f64>) -> DVector<f64> {
    let largest = vector.amax();
    if largest > 0.0 && largest.is_finite() { (vector / largest).normalize() } else { vector }
}
