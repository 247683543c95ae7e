//! The landscapes: their formulas, and where every balancer ends on them.

#![allow(clippy::unwrap_used)]

mod every;
mod formulas;
mod fronts;
mod lesson;
mod long;
mod run;
mod valleys;
