//! The entrants of a race: which balancers, with which options, from where.

use super::{Losses, racer};
use crate::balance;
use crate::balance::balancer::{Balancer, Vectors};
use crate::config::{Config, Pick};
use crate::random::{Purpose, stream};
use rand::RngExt;
use std::f64::consts::FRAC_PI_2;

/// Where a racer begins, or what it is after: what tells racers of one balancer apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// A chosen start on the plane.
    Start([f64; 2]),
    /// How much each loss counts; the two sum to 1.
    Preference([f64; 2]),
}

/// One racer before the start.
#[derive(Clone)]
pub struct Entrant {
    /// The balancer.
    pub balancer: &'static dyn Balancer,
    /// The balancer's options.
    pub pick: Pick,
    /// What it is known by.
    pub place: Place,
    /// Its first parameters.
    pub start: Vec<f64>,
}

/// Preferences stay this far from the axes, as in EPO's published runs, in radians: a loss that
/// doesn't count at all has no ray to steer to.
const NARROW: f64 = FRAC_PI_2 / 10.0;

/// Balancers that need losses above zero: theirs are counted from the landscape's floor. EPO and Pareto
/// MTL look at the angle of the losses between two axes, task prioritisation at shares of the first
/// losses, and from losses of zero it would never leave. The others are given the losses as they are:
/// that negative losses mislead some of them is one of the published results.
const POSITIVE: [&str; 3] = ["epo", "pareto-mtl", "dtp"];

impl Entrant {
    /// Key of its balancer.
    pub fn key(&self) -> &'static str {
        self.balancer.entry().choice.key
    }

    /// Whether the losses that it is given are counted from the landscape's floor.
    pub(super) fn needs_positive_losses(&self) -> bool {
        POSITIVE.contains(&self.key())
    }

    /// The vectors that the balancer starts with.
    pub(super) fn vectors(&self, floor: Losses) -> Vectors {
        let preference = match self.place {
            Place::Start(_) => Vectors::new(),
            Place::Preference(weights) if self.key() == "pareto-mtl" => {
                self.balancer.encode_preference(&widened(weights))
            }
            Place::Preference(weights) => self.balancer.encode_preference(&weights),
        };
        racer::given(self.balancer, floor, &preference)
    }
}

/// A race's preference as Pareto MTL is given it: its sectors go from axis to axis, the preferences of a
/// race don't.
fn widened([a, b]: [f64; 2]) -> [f64; 2] {
    let wide = (b.atan2(a) - NARROW) * FRAC_PI_2 / (FRAC_PI_2 - 2.0 * NARROW);
    [wide.cos().max(0.0), wide.sin().max(0.0)]
}

/// A balancer with the options of the published runs on these landscapes, where they are other than its
/// defaults.
pub fn published(key: &str) -> Pick {
    let pick = Pick::new(key);
    match key {
        "famo" => pick.with("gamma", 0.0),
        "fairgrad" => pick.with("max_norm", 0.0),
        "cagrad" => pick.with("rescale", 2.0),
        "upgrad" => pick.with("reg", 0.0),
        "stch" => pick.with("mu", 0.05),
        _ => pick,
    }
}

/// The key of a lesson's balancer; that of the mean where it is not known.
pub(super) fn chosen(config: &Config) -> &'static str {
    balance::find(&config.balancer.method).map_or("mean", |balancer| balancer.entry().choice.key)
}

/// The options of a balancer in a race: those that the page shows for the lesson's own balancer, those of
/// the published runs for the others.
pub(super) fn options(key: &str, config: &Config) -> Pick {
    if config.balancer.method == key { config.balancer.clone() } else { published(key) }
}

/// Every balancer from every start.
pub(super) fn from_starts(starts: &[[f64; 2]], config: &Config) -> Vec<Entrant> {
    let entrant = |balancer: &'static dyn Balancer, start: [f64; 2]| {
        let pick = options(balancer.entry().choice.key, config);
        Entrant { balancer, pick, place: Place::Start(start), start: start.to_vec() }
    };
    balance::all().flat_map(|balancer| starts.iter().map(move |start| entrant(balancer, *start))).collect()
}

/// The balancers that look for points of a front, in the order of the page.
const SEEKERS: [&str; 7] = ["linear", "mgda", "epo", "tchebycheff", "stch", "pareto-mtl", "pbi"];

/// Some balancers with `count` preferences each, from random starts that depend on the preference alone.
///
/// Preferences are `(cos, sin)` of angles from 9 to 81 degrees, scaled to sum to 1; starts are uniform
/// from -1/2 to 1/2 in every parameter, as in Pareto MTL's.
pub(super) fn with_preferences(count: usize, parameters: usize, config: &Config) -> Vec<Entrant> {
    let own = chosen(config);
    let added = (!SEEKERS.contains(&own)).then_some(own);
    let keys = SEEKERS.into_iter().chain(added);
    let balancers: Vec<_> = keys.filter_map(balance::find).collect();
    let start = |k: usize| -> Vec<f64> {
        let mut random = stream(config.seed, Purpose::Init, k as u64, 0);
        (0..parameters).map(|_| random.random_range(-0.5..0.5)).collect()
    };
    let preference = |k: usize| {
        let angle = NARROW + (FRAC_PI_2 - 2.0 * NARROW) * k as f64 / count.saturating_sub(1).max(1) as f64;
        let (b, a) = angle.sin_cos();
        [a / (a + b), b / (a + b)]
    };
    let places: Vec<_> = (0..count).map(|k| (preference(k), start(k))).collect();
    let entrant = |balancer: &'static dyn Balancer, (weights, start): &([f64; 2], Vec<f64>)| {
        let pick = options(balancer.entry().choice.key, config);
        // As many sectors as there are preferences.
        let divided = pick.method == "pareto-mtl" && pick.method != config.balancer.method;
        let pick = if divided { pick.with("vectors", count as f64) } else { pick };
        Entrant { balancer, pick, place: Place::Preference(*weights), start: start.clone() }
    };
    balancers.into_iter().flat_map(|balancer| places.iter().map(move |place| entrant(balancer, place))).collect()
}
