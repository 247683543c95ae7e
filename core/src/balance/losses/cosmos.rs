//! The loss of COSMOS: linear weights, and a reward for losses in the preferred ratio.

use crate::balance::balancer::{Answer, BY_PREFERENCE, Balancer, BalancerContext, Needs, VectorSpec, Vectors, WEIGHT};
use crate::balance::numbers::{dot, losses, norm, unit, vector};
use crate::balance::preference::ratio;
use crate::balance::preference::{PREFERENCE, preference};
use crate::config::{Choice, Kind, OptionSpec, Paper, Pick, PickEntry};
use rand_chacha::ChaCha8Rng;

/// `sum_k w_k L_k - lambda cos(w, L)` (Ruchte, Grabocka 2021). Weights
/// `w - lambda (u - cos v) / |L|` with `u`, `v` the units of `w` and `L`.
///
/// As published, `w` in the cosine is the preference as well. The two terms pull against each other
/// then: a larger part lowers a task's loss by the weights and raises it by the cosine, so that `lambda`
/// and the size of the losses decide what a preference means. In training the cosine is that with
/// [`RAY`], the ratio of losses that the preference asks for, and both terms pull the same way.
pub(super) struct Cosmos;

const LAMBDA: OptionSpec = OptionSpec {
    key: "lambda",
    label: "pull of the ratio",
    help: "How much losses in the preferred ratio are worth; published choices go from 0.01 to 8.",
    kind: Kind::Number { min: 0.0, max: 100.0, log: false, inherits: false },
    default: 1.0,
    live: true,
};

/// What the losses are held against.
const RAY: VectorSpec = VectorSpec {
    key: "ray",
    help: "The ratio of losses that is rewarded; while all stand at zero, that of the preference, as published.",
    start: 0.0,
    remembered: false,
};

/// Losses shorter than this have no direction.
const SHORTEST: f64 = 1e-12;

const PAPERS: &[Paper] = &[Paper::new(
    "Ruchte & Grabocka",
    2021,
    "Scalable Pareto Front Approximation for Deep Multi-Objective Learning",
    "https://arxiv.org/abs/2103.13392",
)];

/// The line of the table.
pub(super) const ENTRY: PickEntry = PickEntry::new(
    Choice {
        key: "cosmos",
        label: "COSMOS",
        help: "Weighs the losses by your preference and rewards losses that are in its ratio.",
    },
    &[LAMBDA],
)
.by(PAPERS)
.in_group(BY_PREFERENCE)
.reading(&[WEIGHT]);

impl Balancer for Cosmos {
    fn entry(&self) -> PickEntry {
        ENTRY
    }

    fn needs(&self, _: &Pick) -> Needs {
        Needs::Losses
    }

    fn vectors(&self) -> &'static [VectorSpec] {
        &[PREFERENCE, RAY]
    }

    fn encode_preference(&self, preference: &[f64]) -> Vectors {
        Vectors::from([(PREFERENCE.key, preference.to_vec()), (RAY.key, ratio(preference))])
    }

    fn objective(&self, seen: &BalancerContext) -> Option<f64> {
        let (preference, losses) = (preference(seen), losses(seen));
        let cosine = angle(&ray(seen), &losses).map_or(0.0, |(cosine, _)| cosine);
        Some(dot(&preference, &losses) - seen.option(&LAMBDA) * cosine)
    }

    fn answer(&self, seen: &BalancerContext, _: &mut ChaCha8Rng) -> Answer {
        let preference = preference(seen);
        let Some((_, slopes)) = angle(&ray(seen), &losses(seen)) else { return Answer::weights(preference) };
        let pull = seen.option(&LAMBDA);
        Answer::weights(preference.iter().zip(slopes).map(|(part, slope)| part - pull * slope).collect())
    }
}

/// [`RAY`] as it was given; the preference where it is not a usable one.
fn ray(seen: &BalancerContext) -> Vec<f64> {
    let ray = vector(seen, &RAY);
    let usable = ray.iter().all(|part| *part >= 0.0) && ray.iter().any(|part| *part > 0.0);
    if usable { ray } else { preference(seen) }
}

/// The cosine between ray and losses, and its gradient by the losses; `None` where all losses are
/// zero.
fn angle(ray: &[f64], losses: &[f64]) -> Option<(f64, Vec<f64>)> {
    let length = norm(losses);
    let (preferred, reached) = (unit(ray)?, unit(losses).filter(|_| length >= SHORTEST)?);
    let cosine = dot(&preferred, &reached);
    let slopes = preferred.iter().zip(reached).map(|(part, loss)| (part - cosine * loss) / length);
    Some((cosine, slopes.collect()))
}
