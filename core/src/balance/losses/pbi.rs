//! Penalty-based boundary intersection: towards the ideal point along the preference.

use crate::balance::balancer::{Answer, BY_PREFERENCE, Balancer, BalancerContext, Needs, VectorSpec, Vectors, WEIGHT};
use crate::balance::numbers::{dot, unit};
use crate::balance::preference::ratio;
use crate::balance::preference::{IDEAL, PREFERENCE, above_ideal, preference};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `d1 + theta d2` with `d1` the way of `L - z*` along the unit preference and `d2` the distance
/// from that line (Zhang, Li 2007). Weights `u + theta (L - z* - d1 u) / d2`; they may be negative,
/// which leads back to the line. On the line the losses have the ratio of its preference, so that a
/// larger part is a *larger* loss: in training it is the ratio that a preference asks for.
pub(super) struct Pbi;

const THETA: OptionSpec = OptionSpec {
    key: "theta",
    label: "penalty",
    help: "How much straying from the preferred ratio of losses costs.",
    kind: Kind::Number { min: 0.0, max: 1000.0, log: false, inherits: false },
    default: 5.0,
    live: true,
};

/// Added under the root of `d2`, which has no slope on the line itself.
const ROOT: f64 = 1e-12;

const PAPERS: &[Paper] = &[Paper::new(
    "Zhang & Li",
    2007,
    "MOEA/D: A Multiobjective Evolutionary Algorithm Based on Decomposition",
    "https://doi.org/10.1109/TEVC.2007.892759",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "pbi",
        label: "PBI",
        help: "Lowers the losses in the ratio that you prefer, and raises one to get back to that ratio.",
    },
    &[THETA],
)
.by(PAPERS)
.in_group(BY_PREFERENCE)
.reading(&[WEIGHT]);

impl Balancer for Pbi {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[PREFERENCE, IDEAL]
    }

    /// Its line is the ratio of the losses.
    fn encode_preference(&self, preference: &[f64]) -> Vectors {
        Vectors::from([(PREFERENCE.key, ratio(preference))])
    }

    fn objective(&self, seen: &BalancerContext) -> Option<f64> {
        let unit = along(seen);
        Some(dot(&unit, &above_ideal(seen)) + seen.option(&THETA) * distance(&away(seen, &unit)))
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        let unit = along(seen);
        let away = away(seen, &unit);
        let penalty = seen.option(&THETA) / distance(&away);
        Answer::weights(unit.iter().zip(away).map(|(along, away)| along + penalty * away).collect())
    }
}

/// The preference at length one; all tasks alike for one without a direction.
fn along(seen: &BalancerContext) -> Vec<f64> {
    let preference = preference(seen);
    let tasks = preference.len();
    unit(&preference).unwrap_or_else(|| vec![1.0 / (tasks as f64).sqrt(); tasks])
}

/// What of `L - z*` is perpendicular to the preference.
fn away(seen: &BalancerContext, unit: &[f64]) -> Vec<f64> {
    let above = above_ideal(seen);
    let along = dot(unit, &above);
    above.iter().zip(unit).map(|(above, unit)| above - along * unit).collect()
}

fn distance(away: &[f64]) -> f64 {
    (dot(away, away) + ROOT).sqrt()
}
