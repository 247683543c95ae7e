//! Equal weights: the sum of the losses, `L = sum_t L_t`.

use super::{Balance, Balancer, Coefficients, Given};
use crate::config::{Choice, PickEntry};

pub(super) const BALANCER: Balancer = Balancer {
    entry: PickEntry {
        choice: Choice {
            key: "equal",
            label: "equal weights",
            help: "Every task's loss counts the same, so that a loss on a larger scale decides.",
        },
        options: &[],
    },
    needs_gram: false,
    rule: &Equal,
};

/// Section 2.1.1 of the methods' reference, in its sum form: the weights sum to the number of tasks.
struct Equal;

impl Balance for Equal {
    fn coefficients(&self, given: &Given) -> Coefficients {
        Coefficients::fixed(vec![1.0; given.kinds.len()])
    }
}
