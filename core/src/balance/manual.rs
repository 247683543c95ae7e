//! Manual weights: `L = sum_t w_t L_t` with weights that somebody chose.

use super::{Balance, Balancer, Coefficients, Given};
use crate::config::{Choice, PickEntry};

/// Key of the balancer.
pub(super) const KEY: &str = "manual";

pub(super) const BALANCER: Balancer = Balancer {
    entry: PickEntry {
        choice: Choice {
            key: KEY,
            label: "my weights",
            help: "Every task's loss counts as much as you say, before and while the lesson runs.",
        },
        options: &[],
    },
    needs_gram: false,
    rule: &Manual,
};

/// Static scalarisation (section 2.1.2 of the methods' reference), rescaled to sum to the number of
/// tasks, so that the weights say how the tasks share a step and not how long it is.
struct Manual;

impl Balance for Manual {
    fn coefficients(&self, given: &Given) -> Coefficients {
        let tasks = given.kinds.len();
        let usable = |weight: f64| {
            if weight.is_finite() { weight.max(0.0) } else { 0.0 }
        };
        let weights: Vec<f64> = (0..tasks).map(|k| given.manual.get(k).map_or(1.0, |w| usable(*w))).collect();
        // Divided by the largest before they are added up: no sum of large weights overflows.
        let largest = weights.iter().copied().fold(0.0, f64::max);
        if largest == 0.0 {
            return Coefficients::fixed(vec![1.0; tasks]);
        }
        let shares: Vec<f64> = weights.iter().map(|weight| weight / largest).collect();
        let scale = tasks as f64 / shares.iter().sum::<f64>();
        Coefficients::fixed(shares.iter().map(|share| share * scale).collect())
    }
}
