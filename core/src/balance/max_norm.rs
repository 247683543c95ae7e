//! An option that several balancers have: the longest step.

use crate::config::{Kind, OptionSpec};

/// The longest step of a balancer, where its published code clips the step.
pub const MAX_NORM: OptionSpec = OptionSpec {
    key: "max_norm",
    label: "longest step",
    help: "The combined gradient is shortened to this length; zero is no limit.",
    kind: Kind::Number { min: 0.0, max: 100.0, log: false, inherits: false },
    default: 1.0,
    live: true,
};
